"""What a cell says in a column; what is ambiguous is a fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from grader.errors import quoted
from grader.io.scalars import unfit_in_value
from grader.io.yaml_source import SCALAR_LIMIT
from grader.sheets.columns import SEPARATORS, Column, Kind
from grader.sheets.values import (
    Day,
    Moment,
    Number,
    Percent,
    Unreadable,
    Value,
    fifteen,
    shown,
    shown_number,
)

_FORMAT = "format the column as text, and type it again"
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,3})?", re.ASCII | re.IGNORECASE)
_FLAGS = {
    "yes": True,
    "y": True,
    "true": True,
    "1": True,
    "no": False,
    "n": False,
    "false": False,
    "0": False,
}


class CellFault(ValueError):
    """A cell that does not fit its column."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


def is_blank(value: Value) -> bool:
    """Whether there is nothing in the cell."""
    return isinstance(value, str) and not value.strip()


def convert(value: Value, column: Column, ids: Collection[str] = (), *, exact: bool = False) -> object:
    """The value of a cell with content.

    Parameters
    ----------
    ids : collection of str
        Known ids, taken whole.
    exact : bool
        Numbers in text keep all their digits.

    Raises
    ------
    CellFault
        It does not fit.
    """
    if isinstance(value, Unreadable):
        raise CellFault(f"{quoted(column.name)}: {value.message}", value.help)
    if column.kind == "ids":
        return _ids(_text(value, column), ids)
    if column.kind == "number":
        number = _number(value, column)
        if exact:
            return number
        return Percent(fifteen(number)) if isinstance(number, Percent) else fifteen(number)
    return _READERS[column.kind](value, column)


def _text(value: Value, column: Column) -> str:
    """Text as the cell shows it, where that is known."""
    if isinstance(value, Day | Moment) and value.told is None:
        what = f"the date {value.text}" if isinstance(value, Day) else f"the time {value.text}"
        message = f"{quoted(column.name)} must be text, and the spreadsheet took it for {what}"
        raise CellFault(message, _FORMAT)
    if isinstance(value, Number) and value.told is None:
        number = shown_number(value / 100 if isinstance(value, Percent) else value)
        message = f"{quoted(column.name)} must be text, and how the cell shows the number {number}"
        raise CellFault(f"{message} cannot be told", _FORMAT)
    text = shown(value).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > SCALAR_LIMIT:
        message = f"{quoted(column.name)} is longer than {SCALAR_LIMIT:,} characters"
        raise CellFault(message, "shorten it")
    unfit = unfit_in_value(text)
    if unfit:
        message = f"{quoted(column.name)} holds character {unfit}, which is not read"
        raise CellFault(message, "take it away")
    return text


def _id(value: Value, column: Column) -> str:
    return _text(value, column).strip()


def _tag(value: Value, column: Column) -> str:
    """A printed tag as files write it, or the word itself."""
    text = _id(value, column)
    return chosen(text, column.choices) or text


def chosen(word: str, choices: Collection[str]) -> str | None:
    """The choice a word names: in any case, with spaces or hyphens for underscores."""
    plain = "_".join(re.split(r"[\s_-]+", word.strip().casefold()))
    return plain if plain in choices else None


def _ids(text: str, known: Collection[str]) -> list[str]:
    found: list[str] = []
    for line in text.split("\n"):
        whole = line.strip()
        parts = [whole] if whole in known else re.split(f"[{SEPARATORS}]", whole)
        found += [part.strip() for part in parts if part.strip()]
    return found


def _lines(value: Value, column: Column) -> list[str]:
    return [line.strip() for line in _text(value, column).split("\n") if line.strip()]


def _number(value: Value, column: Column) -> float:
    """A number, or a percent; of text only what is plainly one."""
    if isinstance(value, float):
        return value
    if isinstance(value, str):
        bare = value.strip()
        percent = bare.endswith("%")
        bare = bare.removesuffix("%").rstrip()
        if len(bare) <= 400 and _NUMBER.fullmatch(bare):
            return Percent(bare) if percent else float(bare)
    message = f"{quoted(column.name)} must be a number, not {_shown(value)}"
    raise CellFault(message, "write the number alone, with a point, as in 95.5")


def _flag(value: Value, column: Column) -> bool:
    if isinstance(value, bool):
        return value
    word = shown_number(value) if isinstance(value, float) else value
    if isinstance(word, str) and (flag := _FLAGS.get(word.strip().casefold())) is not None:
        return flag
    raise CellFault(f"{quoted(column.name)} must be yes or no, not {_shown(value)}", "write yes or no")


def _day(value: Value, column: Column) -> str:
    """A date cell, or text in which the model looks for a date."""
    if isinstance(value, Day):
        return value.text
    if isinstance(value, Moment):
        message = f"{quoted(column.name)} must be a date, not {value.text}"
        raise CellFault(message, "a date is written YYYY-MM-DD, without a time")
    return _id(value, column)


def _shown(value: Value) -> str:
    if isinstance(value, Day | Moment):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    return shown_number(value) if isinstance(value, float) else quoted(value)


_READERS: Mapping[Kind, Callable[[Value, Column], object]] = {
    "id": _id,
    "tag": _tag,
    "text": _text,
    "lines": _lines,
    "flag": _flag,
    "day": _day,
    "partial_day": _day,
}
