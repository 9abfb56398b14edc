"""Where something stands in a wide table: `shops.csv: row 17, column 'hygiene'`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.errors import quoted
from grader.sheets.places import CellPlace


@dataclass(frozen=True, slots=True)
class RowPlace(CellPlace):
    """A row of the file, and perhaps a heading."""

    heading: str = ""

    def __str__(self) -> str:
        of = f", column {quoted(self.heading)}" if self.heading else ""
        return f"{self.file}: row {self.line}{of}"


@dataclass(frozen=True, slots=True)
class Where:
    """The cells of one table."""

    file: str
    headings: Sequence[str]

    def cell(self, row: int, position: int) -> RowPlace:
        """A cell of the table."""
        return RowPlace(self.file, row, position + 1, heading=self.headings[position])
