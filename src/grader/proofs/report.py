"""What a check found: promises with their results, and findings with their witnesses."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import yaml

from grader.errors import Place
from grader.language.rulebook import RuleBook
from grader.model.check import SCHEMA, Check
from grader.model.frames import Tabular, Value
from grader.model.framework import Framework
from grader.proofs.witness import Witness
from grader.vocabulary.peel import PEEL

Result = Literal["proved", "refuted", "unknown", "not_applicable"]

#: How an open question starts among what a proof assumes.
UNDECIDED = "undecided: "

#: How it is said that a rule book breaks, or keeps, what it never promised.
NOT_PROMISED = "not promised: the rule book's 'promises' do not list it"


#: What a proof of a part of promise 3 assumes that says nothing of withheld grades.
WHERE_GRADED: Final = (
    "of areas that are graded before and after: where the grade is withheld it may move otherwise"
)


#: Said of frameworks for which nothing is proved.
OWN_KINDS = (
    "the framework declares kinds of finding of its own, and its statuses are not as assessed:"
    " of such frameworks nothing is proved yet"
)


def proves_nothing_of(framework: Framework) -> bool:
    """Whether the proofs do not know the framework's kinds of finding."""
    words = framework.vocabulary
    return words.several is None and words.findings != PEEL.findings


class NotApplicable(Exception):
    """The framework has nothing a promise is about: the text says what."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a rule book; `code` has a page of its own in docs/findings."""

    code: str
    rules: tuple[str, ...]
    place: Place | None
    message: str
    help: str
    witness: Witness | None = None
    areas: tuple[str, ...] = ()
    """The areas it is about, where not all are."""
    conclusion: str = ""
    """What is missing, where something is."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise: whether it holds for every input, and what a proof assumes or why it is open."""

    id: str
    result: Result
    cost: int
    seconds: float
    assumes: tuple[str, ...] = ()

    @property
    def made(self) -> bool:
        """Whether the rule book makes this promise."""
        return NOT_PROMISED not in self.assumes

    @property
    def kept(self) -> bool:
        """Whether the rule book does what it promises."""
        return not self.made or self.result in ("proved", "not_applicable")


@dataclass(frozen=True, slots=True)
class CheckReport(Tabular):
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

    def __repr__(self) -> str:
        proved = sum(p.result == "proved" for p in self.promises)
        many = f"{proved} of {len(self.promises)} promises proved, {len(self.findings)} findings"
        return f"<CheckReport {self.book.id} {self.book.version}: {many}>"

    @property
    def holds(self) -> bool:
        """Whether every promise is proved and nothing was found."""
        return not self.findings and all(p.kept for p in self.promises)

    def rows(self) -> Iterator[dict[str, Value]]:
        """Each promise with its result and what it assumes, then each finding with its message."""
        for p in self.promises:
            yield {
                "what": "promise",
                "id": p.id,
                "result": p.result,
                "said": "; ".join(p.assumes) or _PROMISES.get(p.id, ""),
                "file": None,
                "line": None,
            }
        for f in self.findings:
            yield {
                "what": "finding",
                "id": f.code,
                "result": ", ".join(f.rules),
                "said": f.message,
                "file": f.place.file if f.place else None,
                "line": f.place.line if f.place else None,
            }

    def to_dict(self, mutation: dict[str, Any] | None = None) -> dict[str, Any]:
        """The report as `grader.check/1`, with what became of changed rules where that was tried."""
        found = {
            "schema": SCHEMA,
            "rulebook": {"id": self.book.id, "version": self.book.version, "sha256": self.book.sha256},
            "promises": [
                {"id": p.id, "result": p.result, "cost": p.cost, "assumes": list(p.assumes)}
                for p in self.promises
            ],
            "findings": [_finding(f) for f in self.findings],
            "mutation": mutation,
        }
        return Check.model_validate(found).model_dump(mode="json", by_alias=True)


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


# For a person ---------------------------------------------------------------------------------------------

WIDTH = 80

_PROMISES = {
    "total": "every area has exactly one outcome",
    "monotone.a": "a better assessment never lowers a grade",
    "monotone.b": "an item that exceeds never lowers a grade",
    "monotone.c": "an item that falls short never raises a grade",
    "monotone.d": "a cause of concern never raises a grade",
    "monotone.e": "a worse shortfall never raises a grade",
    "monotone.f": "an item that meets never lowers a grade",
    "monotone.g": "an item that meets or exceeds leaves graded graded",
    "monotone.findings": "a worse tag never removes a proposed concern",
    "local": "no area moves another, but through informs",
    "capped": "an open cause of concern caps the grade",
    "reachable": "every grade can be had in every graded area",
    "live": "every rule and every clause decides something",
}


#: The same of a framework whose statuses are as assessed.
_OF_SCHEMES = {
    **_PROMISES,
    "monotone.a": "a better level never lowers a grade",
    "monotone.b": "an item at the best level never lowers a grade",
    "monotone.c": "an item at the worst level never raises a grade",
    "monotone.d": "a finding that caps never raises a grade",
    "monotone.g": "an item at the best level leaves graded graded",
    "monotone.findings": "a worse level never removes a proposed finding",
    "capped": "a finding that caps, while open, caps the grade",
}


def for_person(report: CheckReport) -> str:
    """The report as text of 80 columns."""
    book = report.book
    said = _PROMISES if book.vocabulary.several is None else _OF_SCHEMES
    lines = [f"{book.id} {book.version}, for every inspection there can be", ""]
    applying = [p for p in report.promises if p.result != "not_applicable"]
    lines += [f"  {p.result:8} {said[p.id]:50} {p.seconds:6.1f} s" for p in applying]
    reasons: dict[str, list[str]] = {}
    for promise in report.promises:
        if promise not in applying:
            reasons.setdefault(promise.assumes[0], []).append(promise.id)
    for why, ids in reasons.items():
        lines += _wrapped(f"does not apply: {', '.join(ids)}: {why}", "  ")
    opened: dict[str, list[str]] = {}
    for promise in report.promises:
        for assumed in promise.assumes:
            if assumed.startswith(UNDECIDED):
                opened.setdefault(assumed, []).append(promise.id)
    for assumed, ids in opened.items():
        lines += _wrapped(f"{', '.join(ids)}: {assumed}", "  ")
    for promise in (p for p in report.promises if not p.made and p.result == "refuted"):
        lines.append("")
        for text in promise.assumes[promise.assumes.index(NOT_PROMISED) :]:
            lines += _wrapped(f"{promise.id}: {text}", "  ")
    for finding in report.findings:
        lines += ["", *_finding_lines(finding)]
    count = len(report.findings)
    unknown = sum(p.result == "unknown" and p.made for p in report.promises)
    summary = [f"{count} finding{'' if count == 1 else 's'}" if count else "no findings"]
    summary += [f"{unknown} promise{'' if unknown == 1 else 's'} unknown"] if unknown else []
    return "\n".join(map(_visible, [*lines, "", ", ".join(summary), ""]))


def _visible(line: str) -> str:
    """A line that cannot steer a terminal: rule books are strangers' text too."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in line)


def _finding_lines(finding: Finding) -> list[str]:
    where = f"{finding.place.file}:{finding.place.line}: " if finding.place else ""
    lines = _wrapped(f"{where}{finding.code}: {finding.message}", "")
    if finding.witness is not None:
        lines += _wrapped(finding.witness.words, "  ")
    lines += _wrapped(f"help: {finding.help}", "  ")
    if finding.witness is not None and finding.witness.cases:
        lines += [
            "  as rule tests, with what the rules say now:",
            *(f"    {line}" for line in _yaml(finding.witness.cases)),
        ]
    return lines


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False
    )


def _yaml(cases: Sequence[Any]) -> list[str]:
    text = yaml.safe_dump(
        {"cases": list(cases)},
        sort_keys=False,
        default_flow_style=None,
        allow_unicode=True,
        width=WIDTH - 8,
    )
    return text.splitlines()
