"""What a check found: promises with their results, and findings with their witnesses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from grader.authoring.proofs.witness import Witness
from grader.errors import Place
from grader.language.rulebook import RuleBook

Result = Literal["proved", "refuted", "unknown"]
SCHEMA = "grader.check/1"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a rule book; `code` has a page of its own in docs/findings."""

    code: str
    rules: tuple[str, ...]
    place: Place | None
    message: str
    help: str
    witness: Witness | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise: whether it holds for every input, and what the proof assumes or why it is open."""

    id: str
    result: Result
    seconds: float
    assumes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The outcome of a check.

    Attributes
    ----------
    promises : tuple of Promise
        In the order of the documentation.
    findings : tuple of Finding
        Sorted by file and line.
    """

    book: RuleBook
    promises: tuple[Promise, ...]
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether every promise is proved and nothing was found."""
        return not self.findings and all(p.result == "proved" for p in self.promises)

    def to_dict(self) -> dict[str, Any]:
        """The report as `grader.check/1`."""
        return {
            "schema": SCHEMA,
            "rulebook": {"id": self.book.id, "version": self.book.version, "sha256": self.book.sha256},
            "promises": [
                {"id": p.id, "result": p.result, "seconds": round(p.seconds, 3), "assumes": list(p.assumes)}
                for p in self.promises
            ],
            "findings": [_finding(f) for f in self.findings],
        }


def _finding(finding: Finding) -> dict[str, Any]:
    witness = finding.witness
    return {
        "code": finding.code,
        "rules": list(finding.rules),
        "file": finding.place.file if finding.place else None,
        "line": finding.place.line if finding.place else None,
        "witness": {"words": witness.words, "cases": list(witness.cases)} if witness else None,
        "message": finding.message,
        "help": finding.help,
    }
