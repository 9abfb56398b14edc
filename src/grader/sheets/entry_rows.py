"""Which rows below the headings hold entries, and what the others are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.sheets.cells import Row
from grader.sheets.convert import is_blank
from grader.sheets.entries import Entries
from grader.sheets.entry_columns import EntryColumns
from grader.sheets.merges import merges_below
from grader.sheets.said import count_said, rows_said, sign_said
from grader.sheets.side_rows import held_instead
from grader.sheets.values import Value, shown


class EntryRows:
    """The rows of entries under some columns; faults and warnings go to `entries`."""

    def __init__(self, entries: Entries, found: EntryColumns) -> None:
        self.entries = entries
        self.table = entries.table
        self.sheet = entries.sheet
        self.found = found
        #: Cells of a table in text that start with a space.
        self.split: list[tuple[int, int]] = []
        #: Rows of a table in text, and which of them have cells, blank ones, beyond the last heading.
        self.told = 0
        self.longer: list[int] = []
        #: Rows passed over, by why.
        self.passed: dict[str, list[int]] = {}

    def among(self, body: list[Row], header: Row) -> Iterator[Row]:
        """Rows with something of their own; cells merged downwards stand for each row they cover."""
        columns = dict(self.found.columns)
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
            if self._holds_entry(number, values, own, header[1]):
                yield number, values

    def _holds_entry(self, number: int, values: list[Value], own: set[int], header: list[Value]) -> bool:
        """Whether a row is one of the table; others are counted, or faults."""
        if all(map(is_blank, values)) or (self.table.delimiter and self._ragged(number, values, own)):
            return False
        if not own:
            self.passed.setdefault("nothing in the columns that are read", []).append(number)
            return False
        self._note_split(number, values, header)
        names = {self.found.names.columns[at].name for at in own}
        if names == {"id"}:
            self.passed.setdefault("nothing but an id", []).append(number)
            return False
        instead = held_instead(values, self.found.places) if self.sheet.key == "evidence" else None
        if instead is not None:
            self.passed.setdefault(instead, []).append(number)
            return False
        if len(own) > 1 and all(shown(values[at - 1]).strip() == shown(header[at - 1]).strip() for at in own):
            self.passed.setdefault("the names of the columns again", []).append(number)
            return False
        return True

    def _ragged(self, number: int, values: list[Value], own: set[int]) -> bool:
        """Whether a row of text has cells beyond the headings, or ends before one it needs."""
        filled = max((at for at, value in enumerate(values, 1) if not is_blank(value)), default=0)
        last = max((at for at, c in self.found.columns if c.name in self.found.headings.needed), default=0)
        sign = sign_said(self.table.delimiter)
        if filled > self.found.names.width:
            cells, help = filled, f"a cell that holds {sign} stands in quotes; a column of its own has a name"
        elif len(values) < last and not (own == {self.entries.cells.get(("id",))} and _numbered(values)):
            cells, help = len(values), f"put {sign} for each blank cell, and quotes about a line break in one"
        else:
            return False
        message = (
            f"the row has {count_said(cells, 'cell')} against {count_said(self.found.names.width, 'heading')}"
        )
        self.entries.fault(message, self.table.place(number), help)
        return True

    def _note_split(self, number: int, values: list[Value], header: list[Value]) -> None:
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
            self.entries.warn(message, self.table.place(number, at), "starts_with_space")
        if self.longer and (self.told == 1 or len(self.longer) < self.told):
            sign = sign_said(self.table.delimiter)
            verb = "goes" if len(self.longer) == 1 else "go"
            message = f"{rows_said(self.longer)} {verb} on after the last heading, with blank cells, as where"
            message += f" a text is cut at {sign}"
            self.entries.warn(message, self.table.place(self.longer[0]), "longer_than_headings")

    def say_passed(self) -> None:
        for why, rows in self.passed.items():
            verbs = ("holds", "is") if len(rows) == 1 else ("hold", "are")
            message = f"{rows_said(rows)} {verbs[0]} {why}, and {verbs[1]} not read"
            self.entries.warn(message, self.table.place(rows[0]), "row_not_read")
        if self.sheet.key == "evidence" and not self.entries.found and not self.entries.problems:
            self.entries.warn(
                "no row below the names of the columns holds evidence", self.table.place(), "no_rows"
            )


_PRENUMBERED = re.compile(r"[A-Za-z]{0,6}[-. _/]?[0-9]{1,6}[a-z]?", re.ASCII)


def _numbered(values: list[Value]) -> bool:
    """Whether a short row holds an id made in advance, not the end of a text."""
    return all(is_blank(v) or _PRENUMBERED.fullmatch(shown(v).strip()) for v in values)
