"""The cells of one sheet, and rows that are not shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from grader.sheets import limits
from grader.sheets.limits import Budget, refuse
from grader.sheets.places import CellPlace, letters
from grader.sheets.values import Value

#: First row and column, last row and column.
Merge = tuple[int, int, int, int]
Row = tuple[int, list[Value]]


@dataclass(slots=True)
class Unseen:
    """What a person does not take as part of the sheet.

    Attributes
    ----------
    hidden, struck : set of int
        Rows hidden, or wholly struck through.
    partly : dict
        Struck columns of other rows.
    lost : set of int
        Rows of an unknown style.
    """

    whole: bool = False
    hidden: set[int] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)
    partly: dict[int, list[int]] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)


class Cells:
    """One sheet; all count from 1."""

    def __init__(self, file: str, sheet: str, budget: Budget) -> None:
        self.file = file
        self.budget = budget
        self.sheet = sheet
        self.rows: list[Row] = []
        self.merges: list[Merge] = []
        self.unseen = Unseen()
        self._struck: list[int] = []
        self._filled = 0

    @property
    def _shown(self) -> CellPlace:
        return CellPlace(self.file, sheet=self.sheet)

    def put(self, row: int, column: int, value: Value, *, struck: bool = False) -> None:
        """Note a cell that holds something, in order."""
        if isinstance(value, str) and not value.strip():
            return
        if row > limits.ROW_LIMIT:
            self._too_far(f"{limits.ROW_LIMIT:,} rows", row, column)
        if column > limits.COLUMN_LIMIT:
            self._too_far(f"{limits.COLUMN_LIMIT} columns", row, column)
        self.budget.fill(1)
        if not self.rows or self.rows[-1][0] != row:
            self.rows.append((row, []))
            self._struck, self._filled = [], 0
        values = self.rows[-1][1]
        self.budget.lay_out(column - len(values))
        values += [""] * (column - len(values) - 1)
        values.append(value)
        self._filled += 1
        if struck:
            self._struck.append(column)

    def _too_far(self, most: str, row: int, column: int) -> NoReturn:
        help = f"cell {letters(column)}{row} holds something: clear it, or {limits.SMALLER}"
        refuse(self._shown, f"the sheet has more than {most}", help)

    def end_row(self, row: int, *, hidden: bool) -> None:
        """Note how a row is shown, once its cells are there."""
        if not self.rows or self.rows[-1][0] != row:
            return
        if hidden:
            self.unseen.hidden.add(row)
        elif self._struck and len(self._struck) == self._filled:
            self.unseen.struck.add(row)
        elif self._struck:
            self.unseen.partly[row] = self._struck

    def merge(self, merge: Merge) -> None:
        """Note cells merged into one."""
        self.merges.append(merge)
        if len(self.merges) > limits.MERGE_LIMIT:
            message = f"the sheet has more than {limits.MERGE_LIMIT:,} merged cells"
            refuse(self._shown, message, "unmerge them")
