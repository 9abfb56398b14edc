"""Types that every written format shares."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from grader.cached import cached_property


class Written(BaseModel):
    """A block a person writes: unknown keys are faults, types are taken as they stand, nothing changes."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        ignored_types=(cached_property,),  # no fields
    )


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is blank")
    return text


def _identifier(text: str) -> str:
    if not re.fullmatch(r"[^\s/\\](?:[^\r\n\t]{0,198}[^\s])?", text):
        raise ValueError("is not an id: up to 200 characters, no line breaks, no space at either end")
    return text


_FULL = "is not a date written YYYY-MM-DD"
_PARTIAL = "is not a date written YYYY, YYYY-MM or YYYY-MM-DD"


def _iso(value: Any) -> Any:
    """A date YAML has read already becomes its text again, so that quoting a date changes nothing."""
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        raise ValueError(_FULL)
    return value


def _iso_or_year(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and 1000 <= value <= 9999:
        return str(value)
    if not isinstance(value, str | date):
        raise ValueError(_PARTIAL)
    return _iso(value)


def _full_date(text: str) -> str:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise ValueError(_FULL)


def _partial_date(text: str) -> str:
    try:
        if re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
            date.fromisoformat((text + "-01-01")[:10])
            return text
    except ValueError:
        pass
    raise ValueError(_PARTIAL)


Text = Annotated[str, AfterValidator(_not_blank), WithJsonSchema({"type": "string", "pattern": r"\S"})]
"""Text with something in it."""

Id = Annotated[str, AfterValidator(_identifier)]
"""An id: the user's own, shown and compared, never parsed."""

Date = Annotated[
    str,
    BeforeValidator(_iso),
    AfterValidator(_full_date),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
]
"""A day, YYYY-MM-DD, quoted or not."""

PartialDate = Annotated[
    str,
    BeforeValidator(_iso_or_year),
    AfterValidator(_partial_date),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": r"^\d{4}(-\d{2}){0,2}$"}, {"type": "integer"}]}),
]
"""A year, a month or a day: YYYY, YYYY-MM or YYYY-MM-DD, quoted or not."""

Finite = Annotated[float, Field(allow_inf_nan=False)]
"""A number that is one: not infinite, not NaN."""
