"""One case as it is written: what names in it mean, where things stand, and faults."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from grader.cached import cached_property
from grader.errors import Place, Problem, Problems, quoted, suggest
from grader.io.printed_words import PrintedWords
from grader.io.yaml_source import Document
from grader.language.rulebook import RuleBook
from grader.model import cases as words
from grader.model.framework import Framework

Path_ = tuple[str | int, ...]


@dataclass
class CaseReading:
    """One case, and the faults found in it; `at` is its path in the document."""

    said: words.Case
    at: Path_
    document: Document
    framework: Framework
    book: RuleBook
    problems: Problems = field(default_factory=Problems)

    @cached_property
    def own_ids(self) -> frozenset[str]:
        """Ids without a dot, which stand for themselves."""
        return frozenset(c.id for _, c in self.framework.characteristics() if "." not in c.id)

    @cached_property
    def printed(self) -> PrintedWords:
        return PrintedWords(self.framework)

    def full(self, name: str) -> str:
        """A characteristic's id, from its name in the case's own area or as it stands."""
        area = self.said.area
        if area is None or "." in name or name in self.own_ids:
            return name
        return f"{area}.{name}"

    def place(self, path: Path_) -> Place:
        """Where what stands at a path in the case is written."""
        return self.document.place((*self.at, *path))

    def key_place(self, path: Path_) -> Place:
        whole = (*self.at, *path)
        return self.document.keys[whole] if whole in self.document.keys else self.document.place(whole)

    def fault(self, path: Path_, message: str, help: str) -> None:
        self.problems.append(Problem(message, self.place(path), help))

    def unknown(self, what: str, name: str, known: Iterable[str], path: Path_) -> None:
        known = list(known)
        place = self.key_place(path)
        self.problems.append(
            Problem(f"unknown {what} {quoted(name)}", place, suggest(name, known, f"{what}s"))
        )
