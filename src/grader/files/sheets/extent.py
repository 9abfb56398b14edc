"""What the spreadsheet library does not tell of a sheet, gathered as its XML goes by.

The library lays a sheet out as a full rectangle and repeats a text for every cell that shares it, so that a
small file can ask for any amount of memory. Both are measured here first, and refused beyond a limit.
"""

from __future__ import annotations

from typing import NoReturn

from grader.errors import Place
from grader.files.sheets import limits
from grader.files.sheets.limits import damaged, refuse
from grader.files.sheets.places import CellPlace
from grader.files.sheets.values import Unreadable

#: First row and column, last row and column.
Merge = tuple[int, int, int, int]


class Budget:
    """What all sheets of a workbook may hold together."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._seen = limits.CELLS_SEEN_LIMIT
        self._area = limits.AREA_LIMIT
        self._filled = limits.FILLED_LIMIT
        self._text = limits.TEXT_LIMIT

    def see(self, cells: int) -> None:
        """Count cells and rows looked at, empty ones too."""
        self._seen -= cells
        if self._seen < 0:
            help = "delete the empty rows and columns, or copy the table to a new file"
            self._refuse(f"{limits.CELLS_SEEN_LIMIT:,} cells, most of them empty", help)

    def lay_out(self, cells: int) -> None:
        """Count cells between the first and the last of a sheet."""
        self._area -= cells
        if self._area < 0:
            self._refuse(f"{limits.AREA_LIMIT:,} cells")

    def fill(self, cells: int) -> None:
        """Count cells that hold something."""
        self._filled -= cells
        if self._filled < 0:
            self._refuse(f"{limits.FILLED_LIMIT:,} cells with something in them")

    def spend(self, characters: int) -> None:
        """Count characters of a cell, for every cell a text stands in."""
        self._text -= characters
        if self._text < 0:
            self._refuse(f"{limits.TEXT_LIMIT / 2**20:g} million characters")

    def _refuse(self, much: str, help: str = limits.SMALLER) -> NoReturn:
        refuse(Place(self._file), f"the workbook holds more than {much}", help)


class Extent:
    """The cells of one sheet that need to be known before, or beside, their values; all count from 1."""

    def __init__(self, file: str, sheet: str, budget: Budget) -> None:
        self.file = file
        self.budget = budget
        self.sheet = sheet
        #: Cells shown as percents, and dates shown without a day.
        self.percents: set[tuple[int, int]] = set()
        self.months: set[tuple[int, int]] = set()
        self.unreadable: dict[tuple[int, int], Unreadable] = {}
        self.merges: list[Merge] = []
        self._area = 0
        self._first_column = limits.COLUMN_LIMIT
        self._last_column = 0
        self._last_row = 0

    @property
    def shown(self) -> CellPlace:
        return CellPlace(self.file, sheet=self.sheet)

    def hold(self, column: int, last_row: int, last_column: int, cells: int = 1) -> None:
        """Measure a cell that holds something, or several of the same from its column on: `cells` of them."""
        if last_row <= self._last_row and self._first_column <= column and last_column <= self._last_column:
            self.budget.fill(cells)
            return
        if last_row > limits.ROW_LIMIT:
            refuse(self.shown, f"the sheet has more than {limits.ROW_LIMIT:,} rows", limits.SMALLER)
        if last_column > limits.COLUMN_LIMIT:
            refuse(self.shown, f"the sheet has more than {limits.COLUMN_LIMIT} columns", limits.SMALLER)
        self._last_row = max(self._last_row, last_row)
        self._first_column = min(self._first_column, column)
        self._last_column = max(self._last_column, last_column)
        area = self._last_row * (self._last_column - self._first_column + 1)
        self.budget.lay_out(area - self._area)
        self._area = area
        self.budget.fill(cells)

    def merge(self, merge: Merge) -> None:
        """Note cells merged into one."""
        self.merges.append(merge)
        if len(self.merges) > limits.MERGE_LIMIT:
            refuse(self.shown, f"the sheet has more than {limits.MERGE_LIMIT:,} merged cells", "unmerge them")


def whole(text: str | None, default: int, file: str, most: int = 2**31) -> int:
    """A number of rows or columns in an attribute."""
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= most):
        damaged(file, "it counts rows or columns in a way that cannot be")
    return int(text)
