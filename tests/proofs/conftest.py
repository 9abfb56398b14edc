"""Rule books to check, and the work a check may take here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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

    def subject(self) -> Subject:
        from grader.engines.symbolic import Effort
        from grader.proofs.subject import Subject

        return Subject(self.book, self.framework, Effort(EFFORT))


@pytest.fixture(scope="session")
def opened() -> Callable[[str], Opened]:
    """`opened("pooling")`: a sandbox, or a built-in rule book."""

    def opening(name: str) -> Opened:
        folder = SANDBOXES / name
        _, framework, book = open_rulebook(str(folder) if folder.is_dir() else name)
        return Opened(book, framework.framework)

    return opening


@pytest.fixture(scope="session")
def shipped(opened: Callable[[str], Opened]) -> Opened:
    return opened("PEEL_2021_22")
