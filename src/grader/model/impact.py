"""What a change of rules moves: `grader.impact/1`. Every key is always present."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field

from grader.model.proposal import OutputModel, RuleBookUsed

SCHEMA: Final = "grader.impact/1"


class ProofOfChange(OutputModel):
    """What the rule books do to every inspection there can be."""

    result: Literal["nothing", "something", "unknown"]
    because: str


class FigureMoved(OutputModel):
    """Figures, in whole per mille, that say otherwise of their characteristic; None without rules."""

    measure: str
    lowest: int
    highest: int
    old: str | None
    new: str | None


class CaseMoved(OutputModel):
    """A smallest case that the rule books conclude differently on."""

    direction: Literal["higher", "lower", "withheld", "graded"]
    areas: list[str]
    old: str
    new: str
    words: str
    inspection: dict[str, Any]
    """As in a file of its own; keys at their defaults are left out."""


class AreaMoved(OutputModel):
    """One area of one inspection that the change moves."""

    area: str
    old: str
    new: str


class Fitted(OutputModel):
    """Areas proposed as decided, and the mean of steps between proposed and final."""

    exact: int
    mean_steps: float | None


class FitOfInspection(OutputModel):
    """How proposals of one inspection agree with its decisions, before and after."""

    n_old: int
    n_new: int
    old: Fitted
    new: Fitted


class FitOfAll(FitOfInspection):
    """The same over every inspection, and whether it got better."""

    verdict: Literal["better", "worse", "same", "mixed"]


class InspectionReplayed(OutputModel):
    """One inspection graded by both rule books."""

    inspection: str
    file: str
    moves: list[AreaMoved]
    agreement: FitOfInspection | None
    """None where it has no decisions."""


class ImpactAnswer(OutputModel):
    """What a change of rules moves."""

    schema_: Literal["grader.impact/1"] = Field(SCHEMA, alias="schema")
    old: RuleBookUsed
    new: RuleBookUsed
    proof: ProofOfChange
    figures: list[FigureMoved]
    cases: list[CaseMoved]
    replay: list[InspectionReplayed]
    agreement: FitOfAll | None
    moves: bool
