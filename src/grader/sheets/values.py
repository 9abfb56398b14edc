"""What a cell can hold, as far as grader tells it apart."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Self


class Number(float):
    """A workbook's number, and the text shown, if known."""

    __slots__ = ("told",)
    told: str | None

    def __new__(cls, value: float | str | Decimal, told: str | None = "") -> Self:
        made = super().__new__(cls, value)
        made.told = told
        return made


class Percent(Number):
    """A number as shown in per cent: 95.5 for 0.955."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Day:
    """A date (or month), and the text shown, if known."""

    text: str
    told: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, date with time, or span, and the text shown, if known."""

    text: str
    told: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A formula without a result, or one that failed."""

    message: str
    help: str


#: The empty text is a blank cell.
Value = str | float | bool | Day | Moment | Unreadable

NOT_WORKED_OUT = Unreadable(
    "the formula has no result stored with it",
    "open the workbook in a spreadsheet program and save it, or replace the formula by its value",
)


def failed(shown: str) -> Unreadable:
    """What a cell holds whose formula failed, as in `#REF!`."""
    return Unreadable(
        f"the cell holds the error {shown[:20] or 'of a formula'}", "mend the formula, or write the value"
    )


def percent_of(share: float, told: str | None = "") -> Percent:
    """A share as a percent: 95.5 for 0.955, and not 95.50000000000001."""
    return Percent(Decimal(repr(fifteen(share))) * 100, told)


def fifteen(value: float) -> float:
    """The number in the fifteen digits spreadsheets keep."""
    short = float(f"{value:.15g}")
    return short if isfinite(short) else value


def shown(value: Value) -> str:
    """A cell as a spreadsheet shows it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        told = value.told if isinstance(value, Number) else None
        return told or shown_number(value) + ("%" if isinstance(value, Percent) else "")
    return "" if isinstance(value, Unreadable) else value.told or value.text


def shown_number(value: float) -> str:
    """A number as shown: fifteen digits, whole ones without a point."""
    text = f"{value:.15g}"
    return text if "e" not in text or abs(value) >= 1e21 else f"{Decimal(text):f}"
