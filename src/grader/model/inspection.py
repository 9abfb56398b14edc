"""An inspection: what was found, and what earlier and issued findings say."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from grader.model.base import Date, FileId, Finite, Id, InputModel, PartialDate, Text
from grader.model.dates import STALE_AFTER, Span, is_older
from grader.model.shares import Number
from grader.model.words import AssessmentName, BasisName, ExtentName, FindingKind, HarmName
from grader.text import figure_text
from grader.vocabulary.kinds import ProgressName
from grader.vocabulary.peel import PEEL


def _non_negative(value: float) -> float:
    if value < 0:
        raise ValueError("is below 0: an interval is a half-width")
    return value


class EarlierGrade(InputModel):
    """A grade an earlier inspection gave an area, in whatever words its own scale had."""

    grade: Text
    given_in: Text
    """The inspection or the cycle that gave it."""


class Sample(InputModel):
    """What part of an inspection's evidence a second person was given to tag."""

    share: Number
    """Of the evidence of each area, rounded up to whole items."""
    seed: Annotated[int, Field(ge=0)]
    of: Annotated[int, Field(ge=0)]
    """How many items of evidence the whole inspection has."""


class Header(InputModel):
    """Which inspection this is."""

    id: Id
    body: Text
    framework: FileId
    edition: Text
    not_inspected: list[Id] = []
    earlier_grades: dict[Id, EarlierGrade] = {}
    """Shown beside the proposal, and never compared with it."""
    as_of: Date | None = None
    """The day the inspection speaks of: what is old is told by it, and never by a clock."""
    stale_after: Span | None = None
    """Evidence found longer before `as_of` is shown as old; 12 months where it is not said, assumed."""
    sample: Sample | None = None
    """Which part of an inspection this is, where it was given to a second person to tag."""


class Source(InputModel):
    """A document evidence was drawn from."""

    title: Text
    url: Text | None = None
    published: PartialDate | None = None


class Figure(InputModel):
    """A figure, with the half-width of its interval where one is given, in the same unit."""

    name: Id
    value: Finite
    interval: Annotated[Finite, AfterValidator(_non_negative)] | None = None
    unit: Text

    @model_validator(mode="after")
    def _percent_in_range(self) -> Self:
        # value ± interval may pass 100: published intervals do (98.0 ± 2.5).
        if self.unit == "percent" and not 0 <= self.value <= 100:
            raise ValueError(f"is {figure_text(self.value)} percent: a percent lies in 0 to 100")
        return self


class Said(InputModel):
    """How one person tagged an item: what others tagged otherwise, or that they have no such item."""

    characteristics: list[Id] | None = None
    assessment: AssessmentName | None = None
    basis: BasisName | None = None
    extent: ExtentName | None = None
    harm: HarmName | None = None
    remedied: bool | None = None
    innovative: bool | None = None
    left_out: bool = False
    """Whether they have no such item."""


class Settled(InputModel):
    """Who settled how an item is tagged, when and why, and what each person had said."""

    by: Text
    on: Date
    why: Text
    said: dict[Id, Said] = Field(min_length=1)


class Evidence(InputModel):
    """One finding of fact, tagged to one or more characteristics."""

    id: Id
    characteristics: list[Id] = Field(min_length=1)
    assessment: AssessmentName | None = None
    """May be left out where a measure with rules supplies it."""
    statement: Text
    basis: BasisName
    extent: ExtentName = PEEL.extents.default
    harm: HarmName = PEEL.harms.default
    remedied: bool = False
    remedied_on: Date | None = None
    found_on: Date | None = None
    innovative: bool = False
    measure: Figure | None = None
    source: Id
    locator: Text | None = None
    tagged_by: Text | None = None
    """Who tagged it; several people with `and` between them."""
    settled: Settled | None = None


class LeftOut(InputModel):
    """An item that somebody had, and that it was settled to leave out: kept on record, and never counted."""

    id: Id
    statement: Text
    tagged_by: Text | None = None
    settled: Settled


class Declared(InputModel):
    """A finding inspectors have already issued."""

    id: Id
    kind: FindingKind
    area: Id
    statement: Text
    characteristics: list[Id] = []
    evidence: list[Id] = []
    recommendations: list[Text] = []
    accelerated: bool = False
    source: Id | None = None
    issued: Date | None = None


class Previous(InputModel):
    """A finding of an earlier inspection, and how far it has been put right."""

    id: Id
    kind: FindingKind
    area: Id
    statement: Text
    progress: ProgressName
    characteristics: list[Id] = []
    evidence: list[Id] = []
    recommendations: list[Text] = []
    source: Id | None = None
    issued: Date | None = None


class Inspection(InputModel):
    """An inspection file."""

    inspection: Header
    sources: dict[Id, Source] = {}
    evidence: list[Evidence]
    findings: list[Declared] = []
    previous: list[Previous] = []
    left_out: list[LeftOut] = []

    @property
    def id(self) -> str:
        return self.inspection.id

    @property
    def old(self) -> frozenset[str]:
        """Ids of evidence older than `stale_after` at `as_of`."""
        head = self.inspection
        span = head.stale_after or STALE_AFTER
        return frozenset(e.id for e in self.evidence if is_older(e.found_on, span, head.as_of))

    @property
    def all_findings(self) -> list[Declared | Previous]:
        """Findings issued, then those of earlier inspections."""
        found: list[Declared | Previous] = [*self.findings]
        return [*found, *self.previous]
