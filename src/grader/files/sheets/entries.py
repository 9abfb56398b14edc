"""A sheet's rows as the entries of an inspection file, with the cell each value came from."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from grader.errors import Place, Problem, Problems, quoted, suggest
from grader.files.sheets.columns import NUMBERED, Column, Sheet, plain_name
from grader.files.sheets.convert import CellFault, convert, is_blank
from grader.files.sheets.mapping import SheetMapping
from grader.files.sheets.places import CellPlace, letters
from grader.files.sheets.reader import Row, Table
from grader.files.sheets.values import Percent, Value

#: Titles and notes may stand above the names of the columns.
_HEADER_WITHIN = 20

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
        Number of the column each part of an entry stands in, by path.
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
        """The cell of a part of an entry, or the cell of its id."""
        for end in range(len(path), 0, -1):
            column = self.cells.get(tuple(str(p) for p in path[:end]))
            if column is not None:
                return self.table.place(self.rows[index], column)
        return self.table.place(self.rows[index], self.cells.get(("id",), 0))


def read_entries(
    table: Table,
    sheet: Sheet,
    mapping: SheetMapping,
    ids: Collection[str] = (),
    *,
    row_as_locator: bool = False,
) -> Entries:
    """The entries of a sheet, and everything that is wrong with single cells of it.

    Parameters
    ----------
    table : Table
        The sheet as read.
    sheet : Sheet
        What its columns are.
    mapping : SheetMapping
        What the sheet calls them.
    ids : collection of str
        Ids that a cell of several may hold, taken whole.
    row_as_locator : bool
        Whether an entry without a locator gets its row as one.
    """
    return _Reading(Entries(sheet, table), mapping, ids, row_as_locator).read()


class _Reading:
    def __init__(
        self, entries: Entries, mapping: SheetMapping, ids: Collection[str], row_as_locator: bool
    ) -> None:
        self.entries = entries
        self.table = entries.table
        self.sheet = entries.sheet
        self.mapping = mapping
        self.ids = ids
        self.row_as_locator = row_as_locator and "locator" in entries.sheet.names
        self.called = {plain_name(called): name for name, called in mapping.columns.items()}
        self.called |= {n: n for n in entries.sheet.names if n not in mapping.columns}
        self.columns: list[tuple[int, Column]] = []
        self.absent: list[tuple[Column, str]] = []
        self.words = {
            name: {plain_name(word): meant for word, meant in words.items()}
            for name, words in mapping.values.items()
        }

    def read(self) -> Entries:
        header = self.header()
        if header is None:
            self.entries.complete = False
            message = "the sheet is empty"
            if any(c.required for c in self.sheet.columns) and self.sheet.key == "evidence":
                help = f"name its columns in the first row: {', '.join(self.sheet.names)}"
                self.entries.problems.append(Problem(message, self.table.place(), help))
            return self.entries
        self.name_columns(header)
        if self.entries.complete:
            body = [row for row in self.table.rows if row[0] > header[0]]
            for row in self.merged(body, header[0]):
                self.entry(*row)
        return self.entries

    # The names of the columns ------------------------------------------------------------------------------

    def header(self) -> Row | None:
        """The row with the most names of columns among the first; the first of those."""
        first = self.table.rows[:_HEADER_WITHIN]
        return max(first, key=lambda row: sum(self.column_of(v) is not None for v in row[1]), default=None)

    def column_of(self, value: Value) -> Column | None:
        if not isinstance(value, str):
            return None
        plain = plain_name(value)
        name = self.called.get(plain)
        if name is not None:
            return self.sheet.column(name)
        numbered = NUMBERED.fullmatch(plain)
        if numbered and "recommendations" in self.sheet.names:
            return Column(plain, "text", "one recommendation")
        return None

    def name_columns(self, header: Row) -> None:
        number, values = header
        taken: dict[str, int] = {}
        ignored = {plain_name(name) for name in self.mapping.ignore}
        for at, value in enumerate(values, 1):
            column = self.column_of(value)
            if column is None:
                if not is_blank(value) and plain_name(str(value)) not in ignored:
                    self.unknown(str(value), self.table.place(number, at))
            elif column.name in taken:
                message = f"column {column.name} stands twice"
                help = f"first at {self.table.place(number, taken[column.name])}; rename one of the two"
                self.fault(message, self.table.place(number, at), help)
            else:
                taken[column.name] = at
                self.columns.append((at, column))
                self.entries.cells[column.path] = at
                if NUMBERED.fullmatch(column.name):
                    self.entries.cells.setdefault(("recommendations",), at)
        self.columns.sort(key=lambda c: (bool(NUMBERED.fullmatch(c[1].name)), _number_of(c[1])))
        defaults = self.mapping.defaults.items()
        self.absent = [(self.sheet.column(n), value) for n, value in defaults if n not in taken]
        self.missing(number, taken)
        self.nameless(header)

    def unknown(self, name: str, place: Place) -> None:
        """A column nobody asked for: perhaps a slip, else it is passed over and said so."""
        # Nearer than elsewhere: a person's sheet has columns of its own.
        near = get_close_matches(plain_name(name)[:60], self.called, n=1, cutoff=0.75)
        if not near:
            message = f"column {quoted(name)} is not read"
            self.entries.warnings.append(Problem(message, place, None, "column_not_read"))
        else:
            help = f"did you mean {near[0]!r}? if not, put it under 'ignore' in a mapping file"
            self.entries.problems.append(Problem(f"unknown column {quoted(name)}", place, help))

    def missing(self, number: int, taken: dict[str, int]) -> None:
        for column in self.sheet.columns:
            if column.required and column.name not in taken and column.name not in self.mapping.defaults:
                called = self.mapping.columns.get(column.name, column.name)
                help = "add it, or say in a mapping file what it is called or stands for"
                if column.choices:
                    help += f"; its values: {', '.join(column.choices)}"
                self.fault(f"the sheet has no column {quoted(called)}", self.table.place(number), help)

    def nameless(self, header: Row) -> None:
        """Columns with something in them and no name."""
        named = {at for at, value in enumerate(header[1], 1) if not is_blank(value)}
        seen: set[int] = set()
        for number, values in self.table.rows:
            if number <= header[0]:
                continue
            for at, value in enumerate(values, 1):
                if at not in named and at not in seen and not is_blank(value):
                    seen.add(at)
                    message = f"column {letters(at)} has no name, and is not read"
                    place = self.table.place(number, at)
                    self.entries.warnings.append(Problem(message, place, None, "column_not_read"))

    def fault(self, message: str, place: Place, help: str) -> None:
        """A fault of the columns: entries made of them would have it each."""
        self.entries.complete = False
        self.entries.problems.append(Problem(message, place, help))

    # The rows below ----------------------------------------------------------------------------------------

    def merged(self, body: list[Row], above: int) -> Iterator[Row]:
        """The rows that hold something of their own; cells merged downwards stand for each row they cover."""
        columns = dict(self.columns)
        reach: dict[tuple[int, int], int] = {}
        for top, left, bottom, right in self.table.merges:
            if top <= above:
                continue
            across = [columns[at].name for at in range(left, min(right, max(columns)) + 1) if at in columns]
            if len(across) > 1:
                message = f"cells are merged across the columns {', '.join(across)}"
                self.entries.problems.append(Problem(message, self.table.place(top, left), "unmerge them"))
            elif across and bottom > top:
                reach[top, left] = bottom
        lasting: dict[int, tuple[int, Value]] = {}
        for number, values in body:
            own = any(at <= len(values) and not is_blank(values[at - 1]) for at in columns)
            if reach:
                values = list(values)
                for at, (bottom, value) in lasting.items():
                    if number <= bottom:
                        values += [""] * (at - len(values))
                        values[at - 1] = value
                for at in columns:
                    if (number, at) in reach and at <= len(values):
                        lasting[at] = (reach[number, at], values[at - 1])
            if own:
                yield number, values

    def entry(self, number: int, values: list[Value]) -> None:
        entry: Entry = {}
        percents: list[tuple[int, Column]] = []
        for at, column in self.columns:
            value = values[at - 1] if at <= len(values) else ""
            value = self.meant(value, column)
            if is_blank(value):
                continue
            try:
                found = convert(value, column, self.ids)
            except CellFault as fault:
                place = self.table.place(number, at)
                self.entries.problems.append(Problem(fault.message, place, fault.help))
                if column.kind == "flag":  # or a date that goes with it would be said to go without
                    self.put(entry, column, True)
                continue
            if isinstance(found, Percent):
                percents.append((at, column))
            self.put(entry, column, found)
        for column, value in self.absent:
            self.put(entry, column, convert(value, column, self.ids))
        self.complete(entry, number, percents)
        self.entries.found.append(entry)
        self.entries.rows.append(number)

    def meant(self, value: Value, column: Column) -> Value:
        """The value, or what the mapping says it stands for."""
        if is_blank(value):
            return self.mapping.defaults.get(column.name, "")
        words = self.words.get(column.name)
        return words.get(plain_name(value), value) if words and isinstance(value, str) else value

    def put(self, entry: Entry, column: Column, value: object) -> None:
        if NUMBERED.fullmatch(column.name):
            recommendations = entry.setdefault("recommendations", [])
            assert isinstance(recommendations, list)
            recommendations.append(value)
            return
        block = entry
        for key in column.path[:-1]:
            inner = block.setdefault(key, {})
            assert isinstance(inner, dict)
            block = inner
        block[column.path[-1]] = float(value) if isinstance(value, Percent) else value

    def complete(self, entry: Entry, number: int, percents: list[tuple[int, Column]]) -> None:
        """What a row says without a cell for it: that a percent is one, which row it is."""
        measure = entry.get("measure")
        if percents and isinstance(measure, dict):
            unit = measure.setdefault("unit", "percent")
            if unit != "percent":
                at, column = percents[0]
                message = f"{quoted(column.name)} is a percent, and the unit is {quoted(unit)}"
                help = "write unit: percent, or the number without a per cent sign"
                self.entries.problems.append(Problem(message, self.table.place(number, at), help))
        if self.sheet.key == "evidence" and ("id",) not in self.entries.cells:
            entry["id"] = f"E{number:03d}"
        if self.row_as_locator and "locator" not in entry:
            entry["locator"] = f"{self.table.name} row {number}".strip()


def _number_of(column: Column) -> int:
    numbered = NUMBERED.fullmatch(column.name)
    return int(numbered[1]) if numbered else 0


def unknown_sheet(name: str, names: list[str], file: str) -> Problem:
    """A sheet asked for that is not there."""
    help = suggest(name, names, "sheets")
    return Problem(f"the workbook has no sheet {quoted(name)}", Place(file), help)
