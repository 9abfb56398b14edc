"""Cells as a person sees them: `findings.xlsx:Evidence!C17`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from grader.errors import Place
from grader.io.scalars import shown_name

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})", re.ASCII)


@dataclass(frozen=True, slots=True)
class CellPlace(Place):
    """A cell (`line` its row), a row (`column` 0) or a sheet (both 0).

    `order`: the sheet's place in the workbook.
    """

    sheet: str = ""
    order: int = 0

    def __str__(self) -> str:
        sheet = shown_name(self.sheet)
        if not self.line:
            return f"{self.file}:{sheet}" if sheet else self.file
        cell = f"{letters(self.column)}{self.line}" if self.column else f"row {self.line}"
        return f"{self.file}:{sheet}!{cell}" if sheet else f"{self.file}:{cell}"

    # Faults are listed sheet by sheet, and stand in one list with those of options.

    def __lt__(self, other: Any) -> bool:
        return _key(self) < _key(other)

    def __gt__(self, other: Any) -> bool:
        return _key(self) > _key(other)


def _key(place: Place) -> tuple[str, int, int, int]:
    order = place.order if isinstance(place, CellPlace) else 0
    return (place.file, order, place.line, place.column)


def letters(column: int) -> str:
    """A column's letters, from 1: `C` for 3, `AA` for 27."""
    found = ""
    while column:
        column, letter = divmod(column - 1, 26)
        found = chr(ord("A") + letter) + found
    return found


def row_and_column(reference: str) -> tuple[int, int]:
    """Row and column of `C17` or `$C$17`; raises ValueError."""
    found = _CELL.fullmatch(reference)
    if found is None:
        raise ValueError(f"not a cell: {reference[:20]!r}")
    return int(found[2]), _number_of(found[1])


@cache
def _number_of(name: str) -> int:
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
