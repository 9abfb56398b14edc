"""A sheet's rows as entries of an inspection file, each value with its cell."""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.errors import Place, Problem, Problems, quoted, suggest
from grader.sheets.columns import Sheet
from grader.sheets.places import CellPlace
from grader.sheets.reader import Table

Entry = dict[str, object]


@dataclass(slots=True)
class Entries:
    """What a sheet holds.

    Attributes
    ----------
    found : list of dict
        Entries as an inspection file has them.
    rows : list of int
        The row of each.
    cells : dict
        The column of each part of an entry, by path.
    problems, warnings : list of Problem
        Faults of single cells, and what was not read.
    complete : bool
        Whether every column needed is there.
    """

    sheet: Sheet
    table: Table
    found: list[Entry] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    cells: dict[tuple[str, ...], int] = field(default_factory=dict)
    problems: Problems = field(default_factory=Problems)
    warnings: list[Problem] = field(default_factory=list)
    complete: bool = True

    def place(self, index: int, path: tuple[str | int, ...] = ()) -> CellPlace:
        """The cell of a part of an entry, or of its id."""
        for end in range(len(path), 0, -1):
            column = self.cells.get(tuple(str(p) for p in path[:end]))
            if column is not None:
                return self.table.place(self.rows[index], column)
        return self.table.place(self.rows[index], self.cells.get(("id",), 0))

    def warn(self, message: str, place: Place, code: str) -> None:
        """Keep a warning."""
        self.warnings.append(Problem(message, place, None, code))

    def fault(self, message: str, place: Place, help: str | None) -> None:
        """Keep a fault of one cell or row."""
        self.problems.append(Problem(message, place, help))


def unknown_sheet(name: str, names: list[str], file: str) -> Problem:
    """A sheet asked for that is not there."""
    help = suggest(name, names, "sheets")
    return Problem(f"the workbook has no sheet {quoted(name)}", Place(file), help)
