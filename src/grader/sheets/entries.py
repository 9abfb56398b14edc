"""A sheet's rows as entries of an inspection file, each value with its cell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from grader.cached import cached_property
from grader.errors import Place, Problem, Problems, quoted, suggest
from grader.sheets.cells import Row
from grader.sheets.columns import NUMBERED, Column, Sheet
from grader.sheets.convert import CellFault, convert, is_blank
from grader.sheets.headings import Headings, Named, heading_name
from grader.sheets.hidden import Hidden, seen_rows
from grader.sheets.mapping import SheetMapping
from grader.sheets.merges import merges_below
from grader.sheets.places import CellPlace, letters
from grader.sheets.reader import Table
from grader.sheets.said import columns_said, count_said, rows_said, sign_said
from grader.sheets.side_rows import held_instead
from grader.sheets.values import Percent, Value, shown, shown_number
from grader.sheets.words import UNKNOWN, keys_of, word_key

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


def read_entries(
    table: Table,
    sheet: Sheet,
    mapping: SheetMapping,
    ids: Collection[str] = (),
    *,
    row_as_locator: bool = False,
    hidden: Hidden = "warn",
) -> Entries:
    """The entries of a sheet, and the faults of its cells.

    Parameters
    ----------
    table : Table
    sheet : Sheet
        What its columns are.
    mapping : SheetMapping
        What the sheet calls them.
    ids : collection of str
        Known ids, taken whole.
    row_as_locator : bool
        An entry without a locator gets its row.
    hidden : str
        What to do about hidden or struck-through rows.
    """
    reading = _Reading(Entries(sheet, table), mapping, ids, row_as_locator)
    reading.hidden = hidden
    return reading.read()


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
        #: Of grader's own workbooks every figure is as it was.
        self.exact = not row_as_locator
        self.headings = Headings(self.sheet, mapping)
        self.names = Named()
        self.shown: dict[str, str] = {}
        self.columns: list[tuple[int, Column]] = []
        self.absent: list[tuple[Column, str]] = []
        # What nobody has said the meaning of stands as it is, so that a fault names the word in the cell.
        self.words = {
            name: {word_key(word): meant for word, meant in words.items() if meant != UNKNOWN}
            for name, words in mapping.values.items()
        }
        self.hidden: Hidden = "warn"
        self.slips: set[str] = set()
        #: Cells of a table in text that start with a space.
        self.split: list[tuple[int, int]] = []
        #: Rows of a table in text, and which of them have cells, blank ones, beyond the last heading.
        self.told = 0
        self.longer: list[int] = []
        #: Rows passed over, by why.
        self.passed: dict[str, list[int]] = {}

    def read(self) -> Entries:
        header = self.headings.header(self.table.rows)
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
            body, said = seen_rows(self.table, body, self.hidden)
            self.entries.warnings += said
            for row in self.merged(body, header):
                self.entry(*row)
            self.say_split()
            self.say_passed()
        return self.entries

    # The names of the columns ------------------------------------------------------------------------------

    def name_columns(self, header: Row) -> None:
        number, values = header
        self.names = names = self.headings.named(values)
        self.columns = list(names.columns.items())
        self.columns.sort(key=lambda c: (bool(NUMBERED.fullmatch(c[1].name)), _number_of(c[1])))
        for at, column in sorted(self.columns):
            self.entries.cells[column.path] = at
            self.shown[column.name] = shown(values[at - 1]).strip()
            if NUMBERED.fullmatch(column.name):
                self.entries.cells.setdefault(("recommendations",), at)
        taken = names.names
        defaults = self.mapping.defaults.items()
        self.absent = [(self.sheet.column(n), value) for n, value in defaults if n not in taken]
        if not taken and self.headings.needed:
            help = f"name them: {', '.join(self.sheet.names)}; or say in a mapping file what they are called"
            self.fault("no row names the columns", self.table.place(number), help)
            return
        for at, first in names.twice:
            message = f"column {names.columns[first].name} stands twice"
            help = f"first at {self.table.place(number, first)}; rename one of the two"
            self.fault(message, self.table.place(number, at), help)
        self.unclear(number, values)
        self.not_read(header)
        self.missing(number, taken)
        self.assumed(number)

    def unclear(self, number: int, values: list[Value]) -> None:
        """Headings in common use, several of which could be one column."""
        for name, places in self.names.unclear.items():
            called = [quoted(shown(values[at - 1]).strip()) for at in places]
            if name in self.headings.needed or name == "assessment":
                message = f"column {name} could be {' or '.join(called)}"
                help = "say which in a mapping file, under 'columns', or rename one of them"
                self.fault(message, self.table.place(number, places[1]), help)
            else:
                self.names.others |= {at: shown(values[at - 1]) for at in places}

    def missing(self, number: int, taken: set[str]) -> None:
        needed = set(self.headings.needed)  # what a slip of a name seems to mean has been spoken of
        if "assessment" in self.headings.own and "measure" not in taken:  # which may supply it
            needed |= {"assessment"} - self.mapping.defaults.keys()
        for column in self.sheet.columns:
            name = column.name
            if name in needed and name not in taken | self.slips and name not in self.names.unclear:
                called = self.mapping.columns.get(name, name)
                help = "add it, or say in a mapping file what it is called or stands for"
                if column.choices:
                    help += f"; its values: {', '.join(column.choices)}"
                self.fault(f"the sheet has no column {quoted(called)}", self.table.place(number), help)

    def not_read(self, header: Row) -> None:
        """Say which columns nobody asked for: perhaps slips, else all in one warning."""
        number = header[0]
        plainly = {plain: name for plain, name in (self.headings.own | self.headings.nearly).items() if plain}
        passed: list[int] = []
        for at, name in sorted(self.names.others.items()):
            # Nearer than elsewhere: a person's sheet has columns of its own.
            near = get_close_matches(heading_name(name)[:60], plainly, n=1, cutoff=0.75)
            if not near or plainly[near[0]] in self.names.names:
                passed.append(at)
                continue
            self.slips.add(plainly[near[0]])
            help = f"did you mean {near[0]!r}? if not, put it under 'ignore' in a mapping file"
            place = self.table.place(number, at)
            self.entries.problems.append(Problem(f"unknown column {quoted(name)}", place, help))
            self.entries.complete &= plainly[near[0]] not in {*self.headings.needed, "assessment"}
        called = [quoted(self.names.others[at].strip()) for at in passed]
        if len(called) > 1:
            called = [f"{name} ({letters(at)})" for name, at in zip(called, passed, strict=True)]
        if called:
            message = f"{columns_said(called)} not read"
            self.warn(message, self.table.place(number, passed[0]), "column_not_read")
        self.nameless(header)

    def nameless(self, header: Row) -> None:
        """Columns with something in them and no name."""
        named = {at for at, value in enumerate(header[1], 1) if not is_blank(value)}
        seen: dict[int, Place] = {}
        for number, values in self.table.rows:
            if number <= header[0]:
                continue
            for at, value in enumerate(values, 1):
                # Beyond the names a row of text is ragged, and a fault.
                beyond = bool(self.table.delimiter) and at > self.names.width
                if at not in named and at not in seen and not beyond and not is_blank(value):
                    seen[at] = self.table.place(number, at)
        for at, place in sorted(seen.items()):
            self.warn(f"column {letters(at)} has no name, and is not read", place, "column_not_read")

    def assumed(self, number: int) -> None:
        """What was taken to be so of the headings, and where they stand."""
        read = [f"{quoted(called.strip())} as {name}" for called, name in self.names.assumed]
        if read:
            message = f"read by what {'they are' if len(read) > 1 else 'it is'} called: {', '.join(read)}"
            self.warn(message, self.table.place(number), "column_assumed")
        above = [row for row, _ in self.table.rows if row < number]
        if above:
            where = f"the names of the columns stand in row {number}"
            message = f"{where}; what stands above, in {rows_said(above)}, is not read"
            self.warn(message, self.table.place(number), "rows_above")

    def warn(self, message: str, place: Place, code: str) -> None:
        self.entries.warnings.append(Problem(message, place, None, code))

    def fault(self, message: str, place: Place, help: str) -> None:
        """A fault of the columns: entries made of them would have it each."""
        self.entries.complete = False
        self.entries.problems.append(Problem(message, place, help))

    # The rows below ----------------------------------------------------------------------------------------

    def merged(self, body: list[Row], header: Row) -> Iterator[Row]:
        """Rows with something of their own; cells merged downwards stand for each row they cover."""
        columns = dict(self.columns)
        reach, problems = merges_below(self.table, body, columns, header[0])
        self.entries.problems.extend(problems)
        lasting: dict[int, tuple[int, Value]] = {}
        for number, values in body:
            own = {at for at in columns if at <= len(values) and not is_blank(values[at - 1])}
            if reach:
                values = list(values)
                for at, (bottom, value) in lasting.items():
                    if number <= bottom:
                        values += [""] * (at - len(values))
                        values[at - 1] = value
                for at in columns:
                    if (number, at) in reach and at <= len(values):
                        lasting[at] = (reach[number, at], values[at - 1])
            if self.holds_entry(number, values, own, header[1]):
                yield number, values

    def holds_entry(self, number: int, values: list[Value], own: set[int], header: list[Value]) -> bool:
        """Whether a row is one of the table; others are counted, or faults."""
        if all(map(is_blank, values)) or (self.table.delimiter and self.ragged(number, values, own)):
            return False
        if not own:
            self.passed.setdefault("nothing in the columns that are read", []).append(number)
            return False
        self.note_split(number, values, header)
        names = {self.names.columns[at].name for at in own}
        if names == {"id"}:
            self.passed.setdefault("nothing but an id", []).append(number)
            return False
        instead = held_instead(values, self.places) if self.sheet.key == "evidence" else None
        if instead is not None:
            self.passed.setdefault(instead, []).append(number)
            return False
        if len(own) > 1 and all(shown(values[at - 1]).strip() == shown(header[at - 1]).strip() for at in own):
            self.passed.setdefault("the names of the columns again", []).append(number)
            return False
        return True

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each column stands, by its name."""
        return {column.name: at for at, column in self.columns}

    def ragged(self, number: int, values: list[Value], own: set[int]) -> bool:
        """Whether a row of text has cells beyond the headings, or ends before one it needs."""
        filled = max((at for at, value in enumerate(values, 1) if not is_blank(value)), default=0)
        last = max((at for at, c in self.columns if c.name in self.headings.needed), default=0)
        sign = sign_said(self.table.delimiter)
        if filled > self.names.width:
            cells, help = filled, f"a cell that holds {sign} stands in quotes; a column of its own has a name"
        elif len(values) < last and not (own == {self.entries.cells.get(("id",))} and _numbered(values)):
            cells, help = len(values), f"put {sign} for each blank cell, and quotes about a line break in one"
        else:
            return False
        message = f"the row has {count_said(cells, 'cell')} against {count_said(self.names.width, 'heading')}"
        self.entries.problems.append(Problem(message, self.table.place(number), help))
        return True

    def note_split(self, number: int, values: list[Value], header: list[Value]) -> None:
        """Note a space after a comma, in a table without any: a text was cut there."""
        if self.table.delimiter:
            self.told += 1
            if len(values) > len(header):
                self.longer.append(number)
        if self.table.delimiter != "," or any(shown(value).startswith(" ") for value in header):
            return
        at = next(
            (at for at, v in enumerate(values, 1) if at > 1 and shown(v)[:1] == " " and shown(v).strip()),
            None,
        )
        if at is not None:
            self.split.append((number, at))

    def say_split(self) -> None:
        if self.split:
            number, at = self.split[0]
            rows = rows_said(sorted({row for row, _ in self.split}))
            message = f"the cell starts with a space, as where a text is cut at a comma; look at {rows}"
            self.warn(message, self.table.place(number, at), "starts_with_space")
        if self.longer and (self.told == 1 or len(self.longer) < self.told):
            sign = sign_said(self.table.delimiter)
            verb = "goes" if len(self.longer) == 1 else "go"
            message = f"{rows_said(self.longer)} {verb} on after the last heading, with blank cells, as where"
            message += f" a text is cut at {sign}"
            self.warn(message, self.table.place(self.longer[0]), "longer_than_headings")

    def say_passed(self) -> None:
        for why, rows in self.passed.items():
            verbs = ("holds", "is") if len(rows) == 1 else ("hold", "are")
            message = f"{rows_said(rows)} {verbs[0]} {why}, and {verbs[1]} not read"
            self.warn(message, self.table.place(rows[0]), "row_not_read")
        if self.sheet.key == "evidence" and not self.entries.found and not self.entries.problems:
            self.warn("no row below the names of the columns holds evidence", self.table.place(), "no_rows")

    def entry(self, number: int, values: list[Value]) -> None:
        entry: Entry = {}
        percents: list[tuple[int, Column]] = []
        for at, column in self.columns:
            value = values[at - 1] if at <= len(values) else ""
            value = self.meant(value, column)
            if is_blank(value):
                continue
            try:
                found = convert(value, column, self.ids, exact=self.exact)
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
        self.blanks(entry, number)
        self.entries.found.append(entry)
        self.entries.rows.append(number)

    def meant(self, value: Value, column: Column) -> Value:
        """The value, or what the mapping says it stands for."""
        if is_blank(value):
            return self.mapping.defaults.get(column.name, "")
        words = self.words.get(column.name)
        if words:
            keys = keys_of(shown(value))
            if isinstance(value, float):  # a format may add to the number
                keys += keys_of(shown_number(value))
            return next((words[key] for key in keys if key in words), value)
        return value

    def blanks(self, entry: Entry, number: int) -> None:
        """Cells that may not be blank, in the words of the sheet."""
        for column in self.sheet.columns:
            if column.name in entry or not self.is_needed(column, entry):
                continue
            at = self.entries.cells.get(column.path)
            place = self.table.place(number, at or self.entries.cells.get(("id",), 0))
            if any(p.place == place for p in self.entries.problems[-len(self.sheet.columns) :]):
                continue  # it holds something, which could not be read
            whose = f" of {quoted(entry['id'])}" if "id" in entry and column.name != "id" else ""
            words = [*self.mapping.values.get(column.name, ())] if column.choices else []
            words = words or list(column.choices)
            help = f"write one of {', '.join(words)}" if words else "write it, or take the row out"
            called = quoted(self.shown[column.name]) if at else "the rating"
            message = f"{called}{whose} is blank" if at else f"nothing gives {called}{whose}"
            self.entries.problems.append(Problem(message, place, help))

    def is_needed(self, column: Column, entry: Entry) -> bool:
        if column.name == "assessment":
            return "measure" not in entry  # which may supply it
        return column.required or (column.name == "id" and ("id",) in self.entries.cells)

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
        """Add what a row says without a cell: that a percent is one, its number."""
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


_PRENUMBERED = re.compile(r"[A-Za-z]{0,6}[-. _/]?[0-9]{1,6}[a-z]?", re.ASCII)


def _numbered(values: list[Value]) -> bool:
    """Whether a short row holds an id made in advance, not the end of a text."""
    return all(is_blank(v) or _PRENUMBERED.fullmatch(shown(v).strip()) for v in values)


def _number_of(column: Column) -> int:
    numbered = NUMBERED.fullmatch(column.name)
    return int(numbered[1]) if numbered else 0


def unknown_sheet(name: str, names: list[str], file: str) -> Problem:
    """A sheet asked for that is not there."""
    help = suggest(name, names, "sheets")
    return Problem(f"the workbook has no sheet {quoted(name)}", Place(file), help)
