"""Proposed beside final grades: `grader.diff/1`. Every key is always present."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from pydantic import Field

from grader.model.frames import Tabular, Value
from grader.model.proposal import Hinge, Outcome, OutputModel, counted, to_json

SCHEMA: Final = "grader.diff/1"
NO_REASON: Final = "no reason given"


class AreaDiff(OutputModel):
    """One area of one inspection: what was proposed, and what a person decided."""

    inspection: str
    area: str
    outcome: Outcome
    proposed: str | None
    final: str | None
    """None where no decision is recorded."""
    steps: int | None
    """Grades the proposal lies above the final one; None where there is no proposed or no final grade."""
    rationale: str | None
    """The reviewer's; `no reason given` where the grades differ without one."""
    smallest_change: dict[str, Any] | None
    """The smallest change of the evidence that would have brought the final grade, where it was asked for."""
    hinges: list[Hinge] = Field(exclude=True)
    """Items whose removal would change what is proposed, of one inspection; not in the written format."""
    declared_concern: bool | None = Field(exclude=True)
    """Whether inspectors had declared a cause of concern on the area; None where the framework has no such
    finding. No part of the written format."""

    @property
    def differs(self) -> bool:
        """Whether a person decided otherwise; a grade where nothing was proposed is one."""
        return self.final is not None and self.final != self.proposed


class Bias(OutputModel):
    """Mean of the signed steps: above 0 where proposals lie above final grades."""

    overall: float | None
    areas: dict[str, float]


class Figures(OutputModel):
    """How far proposed and final grades agree, over the pairs that have both."""

    n: int
    exact: float | None
    """Share of pairs with the same grade."""
    within_one: float | None
    """Share of pairs at most one grade apart."""
    weighted_kappa: float | None
    """Cohen's kappa with quadratic weights."""
    interval: tuple[float, float] | None
    """A bootstrap interval of 95 % about the weighted kappa."""
    alpha: float | None
    """Krippendorff's alpha for ordered categories."""
    majority_baseline: float | None
    """Share of pairs that the commonest final grade, proposed everywhere, would get right."""
    bias: Bias
    confusion: dict[str, dict[str, int]]
    """Pairs counted: by proposed grade, then by final grade, best first."""
    notes: list[str] = Field(exclude=True)
    """What to know before reading these numbers, and why one is missing; no part of the written format."""


class Agreement(Figures):
    """Agreement over all pairs, and again without the areas that a declared concern all but decides."""

    without_declared_concerns: Figures


class Diff(OutputModel, Tabular):
    """Proposed beside final grades of one inspection or of many."""

    schema_: Literal["grader.diff/1"] = Field(SCHEMA, alias="schema")
    inspections: list[str]
    areas: list[AreaDiff]
    agreement: Agreement
    ignored: list[str]
    """Files of a folder that hold no pair: of another kind, or without their counterpart."""
    overrides: dict[str, dict[str, int]]
    """Parameters set otherwise than their defaults, by inspection; without those that set none."""

    def __repr__(self) -> str:
        many = counted(len(self.inspections), "inspection")
        differ = sum(area.differs for area in self.areas)
        return f"<Diff: {many}, {differ} of {counted(len(self.areas), 'area')} differ>"

    __str__ = __repr__

    @property
    def knows_concerns(self) -> bool:
        """Whether any framework compared has a finding that caps the grade."""
        return not self.areas or any(area.declared_concern is not None for area in self.areas)

    @property
    def differs(self) -> bool:
        """Whether any final grade is not the one proposed."""
        return any(area.differs for area in self.areas)

    def rows(self) -> Iterator[dict[str, Value]]:
        """Each area of each inspection: proposed, final, and the steps between."""
        for area in self.areas:
            yield {
                "inspection": area.inspection,
                "area": area.area,
                "outcome": area.outcome,
                "proposed": area.proposed,
                "final": area.final,
                "steps": area.steps,
                "differs": area.differs,
                "rationale": area.rationale,
            }

    def to_json(self, *, indent: int | None = 2) -> str:
        """The comparison as JSON text, the same bytes for the same grades."""
        return to_json(self, indent=indent)
