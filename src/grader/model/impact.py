"""What a change of rules moves: `grader.impact/1`. Every key is always present."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field

from grader.model.proposal import OutputModel, RuleBookUsed

SCHEMA: Final = "grader.impact/1"

Moved = Literal["moves", "never", "unknown"]
PartName = Literal["outcome", "grade", "withheld", "profile", "statuses", "findings"]


class ProofOfChange(OutputModel):
    """What the rule books do to every inspection there can be."""

    result: Literal["nothing", "something", "unknown"]
    because: str
    cost: int
    """What the solver spent, in units of its own work."""


class NameMoved(OutputModel):
    """A rule, a fact or a parameter with another name that is the same otherwise."""

    what: Literal["rule", "fact", "parameter"]
    old: str
    new: str


class FigureMoved(OutputModel):
    """Figures that say otherwise of their characteristic; None without rules.

    They stand as rules read them: ten times each; of a measure the framework declares, in its last decimal.
    """

    measure: str
    unit: str
    lowest: int
    highest: int
    old: str | None
    new: str | None


class AreaMoves(OutputModel):
    """Whether any inspection moves the proposal on an area, part by part."""

    area: str
    higher: Moved
    """Its grade, to a better one."""
    lower: Moved
    withheld: Moved
    """Its outcome, from graded to withheld."""
    graded: Moved
    reasons: Moved
    """The rules its grade is withheld by, before and after."""
    profile: Moved
    statuses: Moved
    findings: Moved


class CaseMoved(OutputModel):
    """A small case on which the rule books propose otherwise."""

    part: PartName
    direction: Literal["higher", "lower", "withheld", "graded", "otherwise"]
    area: str
    old: str
    new: str
    words: str
    inspection: dict[str, Any]
    """As in a file of its own; keys at their defaults are left out."""


class AreaMoved(OutputModel):
    """One area of one inspection that the change moves; `old` and `new` are its grade or its outcome."""

    area: str
    old: str
    new: str
    parts: list[PartName]


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
    """None where no decisions stand beside it."""


class ImpactAnswer(OutputModel):
    """What a change of rules moves."""

    schema_: Literal["grader.impact/1"] = Field(SCHEMA, alias="schema")
    old: RuleBookUsed
    new: RuleBookUsed
    proof: ProofOfChange
    areas: list[AreaMoves]
    """Each area of the framework; empty where nothing had to be compared."""
    names: list[NameMoved]
    texts: list[str]
    """Rules and facts whose wording alone differs."""
    ranges: list[str]
    """Parameters that may be set within another range."""
    figures: list[FigureMoved]
    cases: list[CaseMoved]
    replay: list[InspectionReplayed]
    agreement: FitOfAll | None
    moves: bool
