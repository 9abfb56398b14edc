"""The blocks and keys of a rule book's YAML; the language is parsed after."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from grader.model.base import FileId, Id, InputModel, Text, whole_as_text
from grader.model.shares import Setting
from grader.model.words import RaisedKind

LayerName = Literal["measure", "status", "finding", "sufficiency", "grade"]


class RuleBookHeader(InputModel):
    """Which rule book this is."""

    id: FileId
    version: Text
    framework: FileId
    title: Text
    statement: Text | None = None
    promises: list[Literal["monotone.f", "monotone.g"]] = []
    """Promises of `grader check` that the rule book makes beyond those every one makes."""


class ParameterBlock(InputModel):
    """A named number and what it rests on."""

    type: Literal["share", "count", "points"]
    default: Setting
    range: Annotated[list[Setting], Field(min_length=2, max_length=2)]
    basis: Literal["official", "calibrated", "assumed"]
    source: Text
    why: Text
    unit: Text | None = None
    """Of points: what they count, as `hundredths of a star`."""


class RuleBookFile(InputModel):
    """`rulebook.yaml`."""

    rulebook: RuleBookHeader
    parameters: dict[str, ParameterBlock] = {}


class CalibratedBlock(InputModel):
    """The value of a parameter that agreed best with past decisions."""

    value: Setting
    source: Text
    why: Text


class CalibratedFile(InputModel):
    """`calibrated.yaml`, as `grader calibrate` writes it: its values take the place of the defaults."""

    calibrated: dict[str, CalibratedBlock] = Field(min_length=1)


class MeasureBlock(InputModel):
    """A figure with rules of its own."""

    characteristic: Id
    unit: Text
    english: Text


#: Either a list of areas, or every area but some. Read by hand: of one fault, a union makes two.
Areas = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
                {
                    "type": "object",
                    "properties": {"except": {"type": "array", "items": {"type": "string"}, "minItems": 1}},
                    "required": ["except"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


#: A level or a grade, a whole number too.
LevelName = Annotated[Text, BeforeValidator(whole_as_text)]


class RuleBlock(InputModel):
    """One rule, with exactly one of the four effects."""

    id: Id
    reaches: LevelName | None = None
    limits: LevelName | None = None
    raises: RaisedKind | None = None
    withholds: Literal["grade"] | None = None
    per: Literal["characteristic", "area"] | None = None
    """Finding rules: what one conclusion is drawn about."""
    areas: Areas = None
    measure: Id | None = None
    """Measure rules: the figure the rule speaks of."""
    when: Any
    because: Text
    source: Text
    not_monotone: Text | None = None
    """Why the rule may use a fact against its declared direction."""
    restates: Text | None = None
    """Why a clause stands in it that follows from the others."""


class LayerFile(InputModel):
    """One layer's facts and rules."""

    layer: LayerName
    measures: dict[str, MeasureBlock] = {}
    facts: dict[str, Any] = {}
    rules: list[RuleBlock] = []
