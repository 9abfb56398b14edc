"""Rule tests, in an inspector's words."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, GetJsonSchemaHandler, field_validator, model_validator
from pydantic_core import CoreSchema

from grader.model.base import Date, Finite, Id, InputModel, LevelId, Text
from grader.model.proposal import Outcome
from grader.model.shares import Setting
from grader.model.words import AssessmentName, BasisName, ExtentName, FindingKind, HarmName, StatusName
from grader.vocabulary.kinds import ProgressName
from grader.vocabulary.peel import PEEL

#: The key a list stands under that is about the case's own area.
OWN_AREA = ""


class CaseItem(InputModel):
    """One finding of fact; a bare assessment is an item with every other tag at its default."""

    assessment: AssessmentName | None = None
    basis: BasisName = PEEL.made_basis["tested"]
    extent: ExtentName = PEEL.extents.default
    harm: HarmName = PEEL.harms.default
    remedied: bool = False
    innovative: bool = False
    found_on: Date | None = None
    """When it was found, where the framework lets the latest item count."""
    figure: Finite | None = None
    """The value of the measure that assesses the characteristic."""
    measure: Id | None = None
    """Which measure, where several assess the characteristic."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        bare = isinstance(value, str | int) and not isinstance(value, bool)
        return {"assessment": value} if bare else value

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.assessment is None and self.figure is None:
            raise ValueError("is neither assessed nor a figure: add assessment: meets, or figure: 95.5")
        if self.measure is not None and self.figure is None:
            raise ValueError("names a measure without its figure: add figure: 95.5")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [_BARE, handler(schema)]}


class CaseFinding(InputModel):
    """A finding inspectors have issued."""

    kind: FindingKind
    area: Id | None = None
    """The case's own area by default."""
    characteristics: list[Id] = []
    statement: Text | None = None


class CasePrevious(CaseFinding):
    """A finding of an earlier inspection."""

    progress: ProgressName


class Expect(InputModel):
    """What the rules should conclude; whatever is not named may come out either way."""

    grade: LevelId | None = None
    """Grade of the case's own area."""
    outcome: Outcome | None = None
    """Outcome of the case's own area."""
    statuses: dict[Id, StatusName] = {}
    grades: dict[Id, LevelId] = {}
    outcomes: dict[Id, Outcome] = {}
    findings: dict[str, list[FindingKind]] = {}
    """Kinds of the findings the rules propose in an area: each as often as proposed, and no others."""
    reasons: dict[str, list[Id]] = {}
    """Rules that must be among those that decide an area's grade, or withhold it."""
    rules: list[Id] = []
    """Rules that must decide an assessment, a status, a finding, an outcome or a grade of the case."""

    @field_validator("findings", "reasons", mode="before")
    @classmethod
    def _of_own_area(cls, value: Any) -> Any:
        return {OWN_AREA: value} if isinstance(value, list) else value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        found = handler.resolve_ref_schema(handler(schema))
        for name in ("findings", "reasons"):
            of_area = found["properties"][name]
            own = {k: v for k, v in of_area.pop("additionalProperties").items() if k != "default"}
            described = {k: of_area.pop(k) for k in ("description", "default") if k in of_area}
            found["properties"][name] = {
                "anyOf": [own, {"type": "object", "additionalProperties": own}],
                **described,
            }
        return found


class Case(InputModel):
    """One rule test: a small inspection, and what the rules should conclude on it."""

    name: Text
    edition: Text | None = None
    """The framework's last edition by default."""
    area: Id | None = None
    """The area the case is about: its characteristics may be named without it, as in 1a."""
    evidence: dict[str, list[CaseItem]] = {}
    """Items by characteristic; a key may name several, with commas, each of which gets the items."""
    findings: list[CaseFinding] = []
    previous: list[CasePrevious] = []
    not_inspected: list[Id] = []
    set: dict[Id, Setting] = {}
    """Parameters at values other than their defaults: a share in whole per mille, or as 35%."""
    expect: Expect

    @field_validator("evidence", mode="before")
    @classmethod
    def _one_word(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: [items] if isinstance(items, str | int) else items for key, items in value.items()}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        found = handler.resolve_ref_schema(handler(schema))
        items = found["properties"]["evidence"]["additionalProperties"]
        found["properties"]["evidence"]["additionalProperties"] = {"anyOf": [_BARE, items]}
        return found


class CaseFile(InputModel):
    """A file of rule tests."""

    cases: Annotated[list[Case], Field(min_length=1)]


_BARE: dict[str, Any] = {"enum": list(PEEL.assessments.levels)}
