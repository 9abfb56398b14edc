"""Small tables with headings, such as decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.errors import InputError, Place, Problem, quoted, suggest
from grader.sheets.cells import Row
from grader.sheets.columns import Column, plain_name
from grader.sheets.convert import CellFault, convert, is_blank
from grader.sheets.reader import Spreadsheet, Table, open_spreadsheet
from grader.sheets.values import Value

#: Rows above the headings that may hold a title or notes.
_ABOVE = 100


@dataclass(slots=True)
class Entry:
    """A row: what its cells hold, by column, and where each stands."""

    place: Place
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def at(self, name: str) -> Place:
        """Where a value stands, or the row where it has none."""
        return self.places.get(name, self.place)


def read_entries(
    path: Path,
    columns: Sequence[Column],
    *,
    sheet: str | None = None,
    names: Mapping[str, Sequence[str]] | None = None,
) -> list[Entry]:
    """A table's rows.

    Parameters
    ----------
    columns : sequence of Column
        Others are passed over.
    sheet : str, optional
        The only one, or the first with the headings, by default.
    names : mapping of str to sequence of str, optional
        Further names of columns.

    Raises
    ------
    InputError
        Every fault with its cell; hidden rows are faults.
    MissingExtraError
    """
    forms = {plain_name(form): c.name for c in columns for form in (c.name, *(names or {}).get(c.name, ()))}

    def score(cells: Sequence[Value]) -> int:
        return len({forms[n] for c in cells if isinstance(c, str) and (n := plain_name(c)) in forms})

    book = open_spreadsheet(path, score)
    return _read(_table(book, columns, forms, sheet), columns, forms)


def _twice(table: Table, row: Row, at: Mapping[int, str], forms: Mapping[str, str]) -> Iterator[Problem]:
    """Headings of which another says the same: one of the two would be passed over."""
    number, cells = row
    first = {name: place for place, name in at.items()}
    for place, cell in enumerate(cells):
        name = forms.get(plain_name(cell)) if isinstance(cell, str) else None
        if name is not None and place not in at:
            help = f"first at {table.place(number, first[name] + 1)}; rename one of the two"
            message = f"column {quoted(str(cell).strip())} is read as {name}, which stands there already"
            yield Problem(message, table.place(number, place + 1), help)


def _table(
    book: Spreadsheet, columns: Sequence[Column], forms: Mapping[str, str], sheet: str | None
) -> Table:
    if sheet is not None and sheet not in book.names:
        help = suggest(sheet, book.names, "sheets")
        raise InputError([Problem(f"there is no sheet {quoted(sheet)}", Place(book.file), help)])
    tables = book.read([sheet] if sheet is not None else book.names)
    for table in tables.values():
        if _headings(table, columns, forms) is not None:
            return table
    needed = ", ".join(c.name for c in columns if c.required)
    message = f"no row of the first {_ABOVE} holds the headings {needed}"
    raise InputError([Problem(message, Place(book.file), "name the columns in a row of their own")])


def _headings(
    table: Table, columns: Sequence[Column], forms: Mapping[str, str]
) -> tuple[int, dict[int, str]] | None:
    """The first row with every needed heading, and its columns."""
    for at, (_, cells) in enumerate(table.rows[:_ABOVE]):
        found: dict[int, str] = {}
        for number, cell in enumerate(cells):
            name = forms.get(plain_name(cell)) if isinstance(cell, str) else None
            if name is not None and name not in found.values():
                found[number] = name
        if {c.name for c in columns if c.required} <= set(found.values()):
            return at, found
    return None


def _read(table: Table, columns: Sequence[Column], forms: Mapping[str, str]) -> list[Entry]:
    headings = _headings(table, columns, forms)
    assert headings is not None, "a table is read that has its headings"
    start, at = headings
    kinds = {c.name: c for c in columns}
    entries: list[Entry] = []
    problems = list(_twice(table, table.rows[start], at, forms))
    for row, cells in table.rows[start + 1 :]:
        entry = Entry(table.place(row))
        for number, name in at.items():
            value = cells[number] if number < len(cells) else ""
            if is_blank(value):
                continue
            entry.places[name] = table.place(row, number + 1)
            try:
                entry.values[name] = convert(value, kinds[name])
            except CellFault as fault:
                problems.append(Problem(fault.message, entry.places[name], fault.help))
        if not entry.places:
            continue
        problems += _unseen(table, row)
        entries.append(entry)
        for column in columns:
            if column.required and column.name not in entry.places:
                help = f"write it, or clear the row: {column.note}"
                problems.append(Problem(f"the row lacks {quoted(column.name)}", entry.place, help))
    if problems:
        raise InputError(problems)
    return entries


def _unseen(table: Table, row: int) -> list[Problem]:
    what = "hidden" if row in table.unseen.hidden else "struck through" if row in table.unseen.struck else ""
    if not what:
        return []
    help = "show it where it is to count, or delete it"
    return [Problem(f"the row is {what}: it cannot be told whether it is meant", table.place(row), help)]
