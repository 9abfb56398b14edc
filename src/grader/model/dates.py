"""Spans of time as written (`12 months`), and what is older."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

#: Where an inspection says nothing: assumed, and published nowhere.
STALE_AFTER: Final = "12 months"
_SPAN = re.compile(r"([1-9][0-9]{0,3}) (day|month|year)s?", re.ASCII)
_REASON = "is not a span of time: a span is written as 12 months, 90 days or 2 years"


def _span(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(f"is {value}, without a unit: write {value} months or {value} days")
    if not isinstance(value, str):
        raise ValueError(_REASON)
    return value


def _spelt(text: str) -> str:
    found = _SPAN.fullmatch(" ".join(text.split()).lower())
    if found is None:
        raise ValueError(_REASON)
    number, unit = found.groups()
    return f"{number} {unit}{'' if number == '1' else 's'}"


Span = Annotated[
    str,
    BeforeValidator(_span),
    AfterValidator(_spelt),
    WithJsonSchema({"type": "string", "pattern": r"^\s*[1-9][0-9]{0,3}\s+[A-Za-z]+\s*$"}),
]
"""A span of time: a whole number of days, months or years."""


def later(day: str, span: str) -> date | None:
    """The day a span later, at most the month's last; None beyond the calendar."""
    number, unit = span.split()
    start, many = date.fromisoformat(day), int(number)
    try:
        if unit.startswith("day"):
            return start + timedelta(days=many)
        months = start.year * 12 + start.month - 1 + many * (12 if unit.startswith("year") else 1)
        year, month = months // 12, months % 12 + 1
        return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
    except (OverflowError, ValueError):
        return None


def is_older(found_on: str | None, span: str, as_of: str | None) -> bool:
    """Whether a day is a span older than another; not where one is missing."""
    if found_on is None or as_of is None:
        return False
    until = later(found_on, span)
    return until is not None and until < date.fromisoformat(as_of)
