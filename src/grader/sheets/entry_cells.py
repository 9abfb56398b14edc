"""Read a sheet's rows as entries: what each cell holds, in the words of an inspection file."""

from __future__ import annotations

from collections.abc import Collection

from grader.errors import quoted
from grader.sheets.columns import NUMBERED, Column, Sheet
from grader.sheets.convert import CellFault, convert, is_blank
from grader.sheets.entries import Entries, Entry
from grader.sheets.entry_columns import EntryColumns
from grader.sheets.entry_rows import EntryRows
from grader.sheets.headings import Headings
from grader.sheets.hidden import Hidden, seen_rows
from grader.sheets.mapping import SheetMapping
from grader.sheets.reader import Table
from grader.sheets.values import Percent, Value, shown, shown_number
from grader.sheets.words import UNKNOWN, keys_of, word_key


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
    entries = Entries(sheet, table)
    headings = Headings(sheet, mapping)
    header = headings.header(table.rows)
    if header is None:
        entries.complete = False
        if any(c.required for c in sheet.columns) and sheet.key == "evidence":
            help = f"name its columns in the first row: {', '.join(sheet.names)}"
            entries.fault("the sheet is empty", table.place(), help)
        return entries
    columns = EntryColumns(entries, mapping, headings, header)
    if entries.complete:
        body, said = seen_rows(table, [row for row in table.rows if row[0] > header[0]], hidden)
        entries.warnings += said
        cells = _Cells(entries, columns, mapping, ids, row_as_locator)
        rows = EntryRows(entries, columns)
        for row in rows.among(body, header):
            cells.entry(*row)
        rows.say_split()
        rows.say_passed()
    return entries


class _Cells:
    """Puts the cells of rows into entries."""

    def __init__(
        self,
        entries: Entries,
        found: EntryColumns,
        mapping: SheetMapping,
        ids: Collection[str],
        row_as_locator: bool,
    ) -> None:
        self.entries = entries
        self.table = entries.table
        self.sheet = entries.sheet
        self.found = found
        self.mapping = mapping
        self.ids = ids
        self.row_as_locator = row_as_locator and "locator" in entries.sheet.names
        #: Of grader's own workbooks every figure is as it was.
        self.exact = not row_as_locator
        # What nobody has said the meaning of stands as it is, so that a fault names the word in the cell.
        self.words = {
            name: {word_key(word): meant for word, meant in words.items() if meant != UNKNOWN}
            for name, words in mapping.values.items()
        }

    def entry(self, number: int, values: list[Value]) -> None:
        entry: Entry = {}
        percents: list[tuple[int, Column]] = []
        for at, column in self.found.columns:
            value = values[at - 1] if at <= len(values) else ""
            value = self._meant(value, column)
            if is_blank(value):
                continue
            try:
                found = convert(value, column, self.ids, exact=self.exact)
            except CellFault as fault:
                place = self.table.place(number, at)
                self.entries.fault(fault.message, place, fault.help)
                if column.kind == "flag":  # or a date that goes with it would be said to go without
                    self._put(entry, column, True)
                continue
            if isinstance(found, Percent):
                percents.append((at, column))
            self._put(entry, column, found)
        for column, value in self.found.absent:
            self._put(entry, column, convert(value, column, self.ids))
        self._complete(entry, number, percents)
        self._blanks(entry, number)
        self.entries.found.append(entry)
        self.entries.rows.append(number)

    def _meant(self, value: Value, column: Column) -> Value:
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

    def _blanks(self, entry: Entry, number: int) -> None:
        """Cells that may not be blank, in the words of the sheet."""
        for column in self.sheet.columns:
            if column.name in entry or not self._is_needed(column, entry):
                continue
            at = self.entries.cells.get(column.path)
            place = self.table.place(number, at or self.entries.cells.get(("id",), 0))
            if any(p.place == place for p in self.entries.problems[-len(self.sheet.columns) :]):
                continue  # it holds something, which could not be read
            whose = f" of {quoted(entry['id'])}" if "id" in entry and column.name != "id" else ""
            words = [*self.mapping.values.get(column.name, ())] if column.choices else []
            words = words or list(column.choices)
            help = f"write one of {', '.join(words)}" if words else "write it, or take the row out"
            called = quoted(self.found.shown[column.name]) if at else "the rating"
            message = f"{called}{whose} is blank" if at else f"nothing gives {called}{whose}"
            self.entries.fault(message, place, help)

    def _is_needed(self, column: Column, entry: Entry) -> bool:
        if column.name == "assessment":
            return "measure" not in entry  # which may supply it
        return column.required or (column.name == "id" and ("id",) in self.entries.cells)

    def _put(self, entry: Entry, column: Column, value: object) -> None:
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

    def _complete(self, entry: Entry, number: int, percents: list[tuple[int, Column]]) -> None:
        """Add what a row says without a cell: that a percent is one, its number."""
        measure = entry.get("measure")
        if percents and isinstance(measure, dict):
            unit = measure.setdefault("unit", "percent")
            if unit != "percent":
                at, column = percents[0]
                message = f"{quoted(column.name)} is a percent, and the unit is {quoted(unit)}"
                help = "write unit: percent, or the number without a per cent sign"
                self.entries.fault(message, self.table.place(number, at), help)
        if self.sheet.key == "evidence" and ("id",) not in self.entries.cells:
            entry["id"] = f"E{number:03d}"
        if self.row_as_locator and "locator" not in entry:
            entry["locator"] = f"{self.table.name} row {number}".strip()
