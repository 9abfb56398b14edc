"""The settling file that `grader reconcile -o FILE.yaml` starts."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, WithJsonSchema

from grader.model.base import Date, Id, InputModel, Text
from grader.model.inspection import Said

OTHER: Final = "other"
LEFT_OUT: Final = "left out"


HowTagged = Annotated[
    dict[str, Any] | None,
    BeforeValidator(lambda value: None if value == "none" else value),
    WithJsonSchema({"anyOf": [{"type": "object"}, {"const": "none"}]}),
]
"""How one person tagged an item; `none` where they have no such item."""


class SettlingHead(InputModel):
    """What is settled, and by whom where they settled all of it."""

    inspection: Id
    taggers: list[Id] = Field(min_length=2)
    by: Text | None = None
    on: Date | None = None


class ToldPair(InputModel):
    """Two items that may be one finding, and whether they are."""

    items: dict[Id, Id] = Field(min_length=2, max_length=2)
    same: bool | None = None
    statements: dict[Id, str] = {}
    score: int | None = None


class Choice(InputModel):
    """How one disagreement is settled; not settled yet where there is no choice."""

    item: Id
    choice: Text | None = None
    """A tagger's name; `other`, with what holds instead; or `left out`."""
    reason: Text | None = None
    agreed: Said | None = None
    """With `other`: what holds of the fields they differ in."""
    by: Text | None = None
    on: Date | None = None
    matters: list[Id] = []
    ids: dict[Id, Id] = {}
    statement: str | None = None
    said: dict[Id, HowTagged] = {}
    """How each had tagged it when this was written; what they say now has to be the same."""


class Settling(InputModel):
    """A settling file."""

    settling: SettlingHead
    pairs: list[ToldPair] = []
    disagreements: list[Choice]
