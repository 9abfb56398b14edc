"""Rule books to check, and the work a check may take here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.io.catalogue import open_rulebook
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework

if TYPE_CHECKING:
    from grader.proofs.report import CheckReport
    from grader.proofs.subject import Subject

#: Proofs need the solver, an extra: without it there is nothing here to run.
collect_ignore_glob = ["test_*.py"] if find_spec("z3") is None else []

ROOT = Path(__file__).resolve().parents[2]
SANDBOXES = ROOT / "examples" / "rule_books"

#: Units of solver work: generous.
EFFORT = 1_000_000_000


@dataclass(frozen=True)
class Opened:
    book: RuleBook
    framework: Framework

    def check(self, book: RuleBook | None = None, effort: int = EFFORT) -> CheckReport:
        from grader.proofs.check import check_rulebook

        return check_rulebook(book or self.book, self.framework, effort=effort)

    @cached_property
    def checked(self) -> CheckReport:
        """What a check says, worked out once: for tests that only read it."""
        return self.check()

    def asked(self, *only: str, effort: int = EFFORT) -> CheckReport:
        """What a check says of these promises alone."""
        from grader.proofs.check import check_rulebook

        return check_rulebook(self.book, self.framework, effort=effort, only=only)

    def subject(self) -> Subject:
        from grader.engines.symbolic import Effort
        from grader.proofs.subject import Subject

        return Subject(self.book, self.framework, Effort(EFFORT))


@pytest.fixture(scope="session")
def opened() -> Callable[[str], Opened]:
    """`opened("pooling")`: a sandbox, or a built-in rule book."""

    @cache
    def opening(name: str) -> Opened:
        folder = SANDBOXES / name
        _, framework, book = open_rulebook(str(folder) if folder.is_dir() else name)
        return Opened(book, framework.framework)

    return opening


@pytest.fixture(scope="session")
def shipped(opened: Callable[[str], Opened]) -> Opened:
    return opened("PEEL_2021_22")


@dataclass(frozen=True)
class WrittenScheme:
    """Writes a framework whose components are scored once, and rules over it, as authors write them."""

    folder: Path

    def __call__(
        self,
        grades: str,
        sufficiency: str = "",
        findings: str = "",
        *,
        parameters: str = "",
        components: dict[str, str] | None = None,
        scales: str = "ladder: {levels: [{id: 0, score: 0}, {id: 1, score: 1}, {id: 2, score: 2}]}",
        several: str = "lowest",
        kinds: str = "[]",
        declared: str = "",
    ) -> Opened:
        from grader.io.frameworks import framework_of
        from grader.io.rulebooks import read_rulebook
        from grader.io.yaml_source import parse_document

        named = components or dict.fromkeys("abc", "ladder")
        listed = ", ".join(f"{{id: {c}, text: Does {c}, scale: {s}}}" for c, s in named.items() if s)
        listed += "".join(f", {{id: {c}, text: Does {c}}}" for c, s in named.items() if not s)
        text = _FRAMEWORK.format(
            scales=f"scales: {{{scales}}}" if scales else "", several=several, kinds=kinds, declared=declared,
            components=listed.removeprefix(", "),
        )  # fmt: skip
        framework = framework_of(parse_document(text.encode(), "framework.yaml")).framework
        head = "rulebook: {id: SMALL, version: '1', framework: SMALL, title: Small}\n" + parameters
        files = {"rulebook": head, "grades": grades, "sufficiency": sufficiency, "findings": findings}
        for name, said in files.items():
            if said:
                (self.folder / f"{name}.yaml").write_text(said, encoding="utf-8")
        return Opened(read_rulebook(self.folder, framework, "rules"), framework)


_FRAMEWORK = """
framework: {{id: SMALL, title: Small, publisher: nobody, licence: MIT, status: example, statement: Made up.}}
editions: {{"2020": {{title: First, published: 2020}}}}
{scales}
statuses: {{status: as_assessed, several: {several}}}
findings: {kinds}
{declared}grade_scale:
  default: low
  grades:
    - {{id: high, title: High, meaning: h}}
    - {{id: middle, title: Middle, meaning: m}}
    - {{id: low, title: Low, meaning: l}}
areas:
  - id: only
    title: Only
    editions: {{"2020": {{graded: true}}}}
    topics: [{{id: all, title: All, characteristics: [{components}]}}]
"""


@pytest.fixture
def written(tmp_path: Path) -> WrittenScheme:
    """A small rating scheme, of the files given."""
    return WrittenScheme(tmp_path)
