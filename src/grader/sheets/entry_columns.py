"""The columns of a sheet, found by its headings, and what is wrong with those."""

from __future__ import annotations

from difflib import get_close_matches

from grader.cached import cached_property
from grader.errors import Place, quoted
from grader.sheets.cells import Row
from grader.sheets.columns import NUMBERED, Column
from grader.sheets.convert import is_blank
from grader.sheets.entries import Entries
from grader.sheets.headings import Headings, heading_name
from grader.sheets.mapping import SheetMapping
from grader.sheets.places import letters
from grader.sheets.said import columns_said, rows_said
from grader.sheets.values import Value, shown


class EntryColumns:
    """The columns a heading row names; faults and warnings go to `entries`."""

    def __init__(self, entries: Entries, mapping: SheetMapping, headings: Headings, header: Row) -> None:
        self.entries = entries
        self.table = entries.table
        self.sheet = entries.sheet
        self.mapping = mapping
        self.headings = headings
        self.names = headings.named(header[1])
        self.slips: set[str] = set()
        #: A column's heading, by the column's name.
        self.shown: dict[str, str] = {}
        #: Where each column stands, from 1; numbered ones last, in order.
        self.columns: list[tuple[int, Column]] = sorted(
            self.names.columns.items(), key=lambda c: (bool(NUMBERED.fullmatch(c[1].name)), _number_of(c[1]))
        )
        #: Columns that are not there, with what the mapping says they hold.
        self.absent = [
            (self.sheet.column(name), value)
            for name, value in mapping.defaults.items()
            if name not in self.names.names
        ]
        self._find(header)

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each column stands, by its name."""
        return {column.name: at for at, column in self.columns}

    def _find(self, header: Row) -> None:
        number, values = header
        names = self.names
        for at, column in sorted(self.columns):
            self.entries.cells[column.path] = at
            self.shown[column.name] = shown(values[at - 1]).strip()
            if NUMBERED.fullmatch(column.name):
                self.entries.cells.setdefault(("recommendations",), at)
        taken = names.names
        if not taken and self.headings.needed:
            help = f"name them: {', '.join(self.sheet.names)}; or say in a mapping file what they are called"
            self._fault("no row names the columns", self.table.place(number), help)
            return
        for at, first in names.twice:
            message = f"column {names.columns[first].name} stands twice"
            help = f"first at {self.table.place(number, first)}; rename one of the two"
            self._fault(message, self.table.place(number, at), help)
        self._unclear(number, values)
        self._not_read(header)
        self._missing(number, taken)
        self._assumed(number)

    def _unclear(self, number: int, values: list[Value]) -> None:
        """Headings in common use, several of which could be one column."""
        for name, places in self.names.unclear.items():
            called = [quoted(shown(values[at - 1]).strip()) for at in places]
            if name in self.headings.needed or name == "assessment":
                message = f"column {name} could be {' or '.join(called)}"
                help = "say which in a mapping file, under 'columns', or rename one of them"
                self._fault(message, self.table.place(number, places[1]), help)
            else:
                self.names.others |= {at: shown(values[at - 1]) for at in places}

    def _missing(self, number: int, taken: set[str]) -> None:
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
                self._fault(f"the sheet has no column {quoted(called)}", self.table.place(number), help)

    def _not_read(self, header: Row) -> None:
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
            self.entries.fault(f"unknown column {quoted(name)}", place, help)
            self.entries.complete &= plainly[near[0]] not in {*self.headings.needed, "assessment"}
        called = [quoted(self.names.others[at].strip()) for at in passed]
        if len(called) > 1:
            called = [f"{name} ({letters(at)})" for name, at in zip(called, passed, strict=True)]
        if called:
            message = f"{columns_said(called)} not read"
            self.entries.warn(message, self.table.place(number, passed[0]), "column_not_read")
        self._nameless(header)

    def _nameless(self, header: Row) -> None:
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
            self.entries.warn(f"column {letters(at)} has no name, and is not read", place, "column_not_read")

    def _assumed(self, number: int) -> None:
        """What was taken to be so of the headings, and where they stand."""
        read = [f"{quoted(called.strip())} as {name}" for called, name in self.names.assumed]
        if read:
            message = f"read by what {'they are' if len(read) > 1 else 'it is'} called: {', '.join(read)}"
            self.entries.warn(message, self.table.place(number), "column_assumed")
        above = [row for row, _ in self.table.rows if row < number]
        if above:
            where = f"the names of the columns stand in row {number}"
            message = f"{where}; what stands above, in {rows_said(above)}, is not read"
            self.entries.warn(message, self.table.place(number), "rows_above")

    def _fault(self, message: str, place: Place, help: str) -> None:
        """A fault of the columns: entries made of them would have it each."""
        self.entries.complete = False
        self.entries.fault(message, place, help)


def _number_of(column: Column) -> int:
    numbered = NUMBERED.fullmatch(column.name)
    return int(numbered[1]) if numbered else 0
