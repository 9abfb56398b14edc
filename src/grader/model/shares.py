"""Shares as written, and as whole per mille."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from grader.errors import quoted

_PERCENT = re.compile(r"(\d{1,7}(?:\.\d{1,6})?)[ \t]*%", re.ASCII)
_COMMA = re.compile(r"(\d{1,7}),(\d{1,6})[ \t]*%", re.ASCII)


def per_mille(written: str) -> int | None:
    """A share written `35%` as whole per mille, else None."""
    percent = _PERCENT.fullmatch(written.strip())
    if percent is None:
        return None
    value = Decimal(percent[1]) * 10
    return int(value) if value == value.to_integral_value() else None


def share_help(written: object) -> str:
    """How a share is written, with the nearest to what was written."""
    comma = _COMMA.fullmatch(written.strip()) if isinstance(written, str) else None
    if comma is not None:
        return f"write the decimal with a point: {comma[1]}.{comma[2]}%"
    return "a share is written as a per cent with one decimal at most, as in 35% or 35.5%"


def percent(value: int) -> str:
    """Whole per mille as a setting is written: `35%`."""
    return f"{value / 10:g}%"


def _whole(value: Any) -> Any:
    """A written per cent as whole per mille; anything else unchanged."""
    return value if not isinstance(value, str) or "%" not in value else _of_percent(value)


def _of_percent(written: str) -> int:
    found = per_mille(written)
    if found is None:
        raise ValueError(f"is no share, {quoted(written)}: {share_help(written)}")
    return found


Number = Annotated[
    int,
    Field(ge=0, le=1_000_000),
    BeforeValidator(_whole),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 1_000_000},
                {"type": "string", "pattern": r"^\d{1,7}(\.\d{1,6})?[ \t]*%$"},
            ]
        }
    ),
]
"""A count, or a share: in whole per mille, or as a per cent."""

_FURTHEST = 2**31 - 1
Setting = Annotated[
    int,
    Field(ge=-_FURTHEST, le=_FURTHEST),
    BeforeValidator(_whole),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": -_FURTHEST, "maximum": _FURTHEST},
                {"type": "string", "pattern": r"^\d{1,7}(\.\d{1,6})?[ \t]*%$"},
            ]
        }
    ),
]
"""The value of a parameter: a count, a share as above, or a number of points, which may be below 0."""
