"""An inspection: what was found, and what earlier and issued findings say."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from grader.model.base import Date, FileId, Finite, Id, InputModel, PartialDate, Text
from grader.model.words import AssessmentName, BasisName, ExtentName, FindingKind, HarmName
from grader.vocabulary.peel import PEEL
from grader.vocabulary.words import ProgressName


def _non_negative(value: float) -> float:
    if value < 0:
        raise ValueError("is below 0: an interval is a half-width")
    return value


class EarlierGrade(InputModel):
    """A grade an earlier inspection gave an area, in whatever words its own scale had."""

    grade: Text
    given_in: Text
    """The inspection or the cycle that gave it."""


class Header(InputModel):
    """Which inspection this is."""

    id: Id
    body: Text
    framework: FileId
    edition: Text
    not_inspected: list[Id] = []
    earlier_grades: dict[Id, EarlierGrade] = {}
    """Shown beside the proposal, and never compared with it."""


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
            raise ValueError(f"is {self.value:g} percent: a percent lies in 0 to 100")
        return self


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

    @property
    def id(self) -> str:
        return self.inspection.id

    @property
    def all_findings(self) -> list[Declared | Previous]:
        """Findings issued, then those of earlier inspections."""
        found: list[Declared | Previous] = [*self.findings]
        return [*found, *self.previous]
