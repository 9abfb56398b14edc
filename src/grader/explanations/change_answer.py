"""What is said of a smallest change: `grader.smallest_change/1`. Every key is always present."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from pydantic import Field

from grader.explanations.changes import Change
from grader.model.proposal import Outcome, OutputModel

SCHEMA: Final = "grader.smallest_change/1"


class OneChange(OutputModel):
    """One thing that would have had to be otherwise."""

    kind: Literal["assessment", "evidence_added", "finding_added", "finding_withdrawn"]
    cost: int
    evidence: str | None
    """The item assessed otherwise."""
    finding: str | None
    """The finding withdrawn."""
    characteristics: list[str]
    """Those tagged; of an added item the one it would be tagged to."""
    before: str | None
    after: str | None
    basis: str | None
    """Of an added item: `observation` (tested), or `interview` where described evidence is enough."""
    finding_kind: str | None
    """Of a finding declared or withdrawn."""
    text: str


class Moved(OutputModel):
    """Another area whose outcome or grade the change would move too."""

    area: str
    outcome: Outcome
    grade: str | None
    outcome_after: Outcome
    grade_after: str | None


class SmallestAnswer(OutputModel):
    """One smallest change, which gives the grade when graded again."""

    grade: str
    """The grade it gives."""
    changes: list[OneChange]
    moves: list[Moved]


class SmallestChange(OutputModel):
    """What would have had to be found for a grade, or a better one."""

    schema_: Literal["grader.smallest_change/1"] = Field(SCHEMA, alias="schema")
    inspection: str
    body: str
    area: str
    title: str
    outcome: Outcome
    grade: str | None
    asked: str
    exactly: bool
    """Whether exactly that grade was asked for; if not, a better one would do as well."""
    overrides: dict[str, int]
    """Parameters that were set otherwise than their defaults."""
    result: Literal["already", "found", "none", "gave_up"]
    summary: str
    cost: int | None
    """What each of the answers costs; no change that costs less gives the grade."""
    ruled_out: int | None
    """Where the search gave up: changes that cost so much or less do not give the grade."""
    answers: list[SmallestAnswer]

    def __repr__(self) -> str:
        said = self.result if self.cost is None else f"{self.result}, cost {self.cost}"
        return f"<SmallestChange {self.inspection}, {self.area}, {self.asked}: {said}>"

    __str__ = __repr__


def one_change(
    kind: Literal["assessment", "evidence_added", "finding_added", "finding_withdrawn"],
    change: Change,
    text: str,
    characteristics: Iterable[str] = (),
    evidence: str | None = None,
    before: str | None = None,
    after: str | None = None,
    finding: str | None = None,
) -> OneChange:
    """A change in words; what does not apply to its kind is None."""
    return OneChange(
        kind=kind,
        cost=change.cost,
        evidence=evidence,
        finding=finding,
        characteristics=sorted(characteristics),
        before=before,
        after=after,
        basis=None,
        finding_kind=None,
        text=text,
    )
