"""A spreadsheet as an inspection, each fault at its cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from grader.errors import InputError, Place, Problem, Problems, nearest, quoted, truncate
from grader.io import catalogue
from grader.io.inspection_draft import InspectionDraft, draft_of
from grader.io.inspections import InspectionFile, resolve_draft
from grader.io.yaml_source import EVENT_LIMIT, Document, NodePath
from grader.language.rulebook import Measure
from grader.model.framework import Framework
from grader.model.inspection import Inspection
from grader.sheets.columns import (
    EVIDENCE,
    FINDINGS,
    FORMAT,
    FORMAT_KEY,
    HEAD_NAME,
    NEVER_READ,
    PREVIOUS,
    SHEETS,
    SOURCES,
    Column,
    Kind,
    Sheet,
    plain_name,
)
from grader.sheets.convert import CellFault, convert, is_blank
from grader.sheets.entries import Entries, unknown_sheet
from grader.sheets.entry_cells import read_entries
from grader.sheets.headings import Headings
from grader.sheets.hidden import Hidden
from grader.sheets.keeping import merge
from grader.sheets.mapping import Mapping as SheetsMapping
from grader.sheets.reader import Spreadsheet, Table, open_spreadsheet
from grader.sheets.yaml_text import inspection_text

#: Options by the keys of an inspection's head.
OPTIONS = {"id": "--inspection-id", "body": "--body", "framework": "--framework", "edition": "--edition"}

#: Of an item of evidence, or of a finding, in a file: its five keys and what they hold.
_FEWEST_PIECES = 10
_HEAD_KINDS: dict[str, Kind] = {
    "id": "id",
    "body": "text",
    "framework": "id",
    "edition": "text",
    "not_inspected": "ids",
    "as_of": "day",
    "stale_after": "text",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """An inspection from a spreadsheet, with warnings.

    `replaced`: changes to the inspection written over.
    """

    inspection: Inspection
    warnings: tuple[Problem, ...]
    replaced: tuple[str, ...] = ()
    source: str = ""
    """The name of the spreadsheet."""

    def __repr__(self) -> str:
        held = len(self.inspection.evidence)
        return f"<Imported {self.inspection.id}: {held} item{'' if held == 1 else 's'} of evidence>"

    @property
    def text(self) -> str:
        """The inspection's file, in YAML."""
        return inspection_text(self.inspection, self.source)


def import_sheet(
    path: Path,
    *,
    head: Mapping[str, str] | None = None,
    mapping: SheetsMapping | None = None,
    sheet: str | None = None,
    rules: catalogue.NameOrPath | None = None,
    hidden: Hidden = "warn",
    over: InspectionDraft | None = None,
) -> Imported:
    """The inspection in a spreadsheet, checked whole.

    Parameters
    ----------
    path : Path
        A workbook or CSV.
    head : mapping of str to str, optional
        `id`, `body`, `framework`, `edition`, before those of the workbook.
    mapping : Mapping, optional
        What its columns are called.
    sheet : str, optional
        With the evidence.
    rules : str, optional
        A folder or id; the framework's own by default.
    hidden : str, optional
        `skip` or `read` hidden and struck-through rows; else warn.
    over : InspectionDraft, optional
        Written over: what the sheet lacks is kept.

    Raises
    ------
    InputError
        Every fault, with its cell.
    """
    mapping = mapping or SheetsMapping()
    book = open_spreadsheet(path, Headings(EVIDENCE, mapping.evidence).score)
    gathered = _Gathering(book, dict(head or {}), mapping, sheet, over)
    gathered.hidden = hidden
    document = gathered.document()
    resolved, framework, measures = _resolve(document, gathered.problems, rules)
    imported = Imported(resolved.inspection, (*gathered.warnings, *resolved.warnings), (), path.name)
    if over is not None:
        merged = merge(resolved.inspection, gathered.held, over, framework, measures)
        said = {problem.message for problem in imported.warnings}
        more = tuple(problem for problem in merged.warnings if problem.message not in said)
        imported = Imported(merged.inspection, (*imported.warnings, *more), merged.said, path.name)
    if _pieces(document.data) > EVENT_LIMIT:
        _too_long(Place(document.file), len(resolved.inspection.evidence))
    return imported


def _resolve(
    document: Document, problems: list[Problem], rules: catalogue.NameOrPath | None
) -> tuple[InspectionFile, Framework, Mapping[str, Measure]]:
    """The inspection with names resolved; every fault is raised together."""
    at_fault = {p.place for p in problems}

    def all_of(more: tuple[Problem, ...]) -> list[Problem]:
        # A value that could not be read is missing from its entry; that it is has been said.
        return truncate([*problems, *(p for p in more if p.place not in at_fault)])

    try:
        draft = draft_of(document)
        name = draft.inspection.inspection.framework
        place = document.place(("inspection", "framework"))
        try:
            framework = catalogue.framework_in(name, place, catalogue.folder_near(rules))
        except InputError as error:
            raise InputError([*draft.problems, *error.problems]) from error
        book = catalogue.rulebook(rules, framework)
        resolved = resolve_draft(draft, framework.framework, book.measures)
    except InputError as error:
        raise InputError(all_of(error.problems)) from error
    if problems:
        raise InputError(problems)
    return resolved, framework.framework, book.measures


def _too_long(place: Place, count: int) -> NoReturn:
    message = f"{count:,} items of evidence are more than an inspection file can hold"
    raise InputError([Problem(message, place, "split the sheet into several inspections")])


def _pieces(data: object) -> int:
    """About how many pieces the YAML would have, for the limit."""
    if isinstance(data, dict):
        return 2 + sum(1 + _pieces(value) for value in data.values())
    if isinstance(data, list):
        return 2 + sum(map(_pieces, data))
    return 1


class _Gathering:
    """Puts the sheets together into the data of an inspection file."""

    def __init__(
        self,
        book: Spreadsheet,
        head: dict[str, str],
        mapping: SheetsMapping,
        sheet: str | None,
        over: InspectionDraft | None,
    ) -> None:
        self.book = book
        self.head = head
        self.mapping = mapping
        self.asked = sheet
        self.hidden: Hidden = "warn"
        self.over = over
        self.problems = Problems()
        self.warnings: list[Problem] = list(book.warnings)
        self.places = _Places(book.file)
        self.entries: dict[str, Entries] = {}

    def document(self) -> Document:
        names = self.sheets()
        head_name = next((n for n in self.book.names if plain_name(n) == plain_name(HEAD_NAME)), None)
        if head_name in names.values():
            head_name = None
        wanted = [*names.values(), *([head_name] if head_name else [])]
        tables = self.book.read(wanted)
        self.unread(wanted)
        head = self.read_head(tables[head_name] if head_name else None)
        data: dict[str, object] = {"inspection": head, "evidence": []}
        ours = self.places.format == FORMAT
        for sheet in SHEETS:
            if sheet.key in names:
                ids = self.evidence_ids() if sheet in (FINDINGS, PREVIOUS) else ()
                self.read_sheet(tables[names[sheet.key]], sheet, ids, ours)
        if not all(entries.complete or not entries.problems for entries in self.entries.values()):
            raise InputError(self.problems)
        for key, entries in self.entries.items():
            data[key] = self.sources(entries) if key == SOURCES.key else entries.found
        if SOURCES.key not in self.entries:
            data[SOURCES.key] = self.named_sources()
        return Document(data, self.places, self.places.keys_of_sources, {}, "", self.book.file)

    # Which sheet is which ----------------------------------------------------------------------------------

    def sheets(self) -> dict[str, str]:
        """Names in the workbook of the sheets that are read."""
        found: dict[str, str] = {}
        plain = {plain_name(name): name for name in reversed(self.book.names)}
        for sheet in SHEETS:
            asked = self.mapping.of(sheet).sheet
            if sheet is EVIDENCE and self.asked is not None:
                asked = self.asked
            if asked is not None:
                if asked not in self.book.names:
                    raise InputError([unknown_sheet(asked, self.book.names, self.book.file)])
                found[sheet.key] = asked
            elif sheet.key in plain:
                found[sheet.key] = plain[sheet.key]
        if EVIDENCE.key not in found:
            known = NEVER_READ | {plain_name(HEAD_NAME)}
            left = [n for n in self.book.names if n not in found.values() and plain_name(n) not in known]
            if len(left) != 1:
                message = "no sheet is called Evidence"
                help = f"say which it is: --sheet NAME; the workbook has {', '.join(map(quoted, left[:20]))}"
                raise InputError([Problem(message, Place(self.book.file), help)])
            found[EVIDENCE.key] = left[0]
        return found

    def unread(self, wanted: list[str]) -> None:
        for name in self.book.names:
            if name not in wanted and plain_name(name) not in NEVER_READ:
                message = f"sheet {quoted(name)} is not read"
                self.warnings.append(Problem(message, Place(self.book.file), None, "sheet_not_read"))

    # What each holds ---------------------------------------------------------------------------------------

    def read_head(self, table: Table | None) -> dict[str, object]:
        """The inspection's own keys and values; options come first."""
        found: dict[str, object] = {}
        for number, values in table.rows if table is not None else ():
            assert table is not None
            key = plain_name(values[0]) if isinstance(values[0], str) else ""
            value = values[1] if len(values) > 1 else ""
            if is_blank(value):
                continue
            place = table.place(number, 2)
            if key == FORMAT_KEY:
                self.places.format = str(value)
            elif key in _HEAD_KINDS:
                try:
                    found[key] = convert(value, Column(key, _HEAD_KINDS[key], ""))
                except CellFault as fault:
                    self.problems.append(Problem(fault.message, place, fault.help))
                self.places.head[key] = place
            elif near := nearest(key, _HEAD_KINDS):
                message = f"unknown key {quoted(str(values[0]))}"
                self.problems.append(Problem(message, table.place(number, 1), f"did you mean {near!r}?"))
        for key, option in OPTIONS.items():
            if key in self.head:
                found[key] = self.head[key]
                self.places.head[key] = Place(option)
            elif key not in found and key not in self.places.head and self.over is not None:
                found[key] = getattr(self.over.inspection.inspection, key)
                self.places.head[key] = self.over.document.place(("inspection", key))
            elif key not in found and key not in self.places.head:
                where = table.place() if table is not None else Place(self.book.file)
                message = f"nothing says the inspection's {key}"
                self.problems.append(Problem(message, where, f"give {option}"))
                self.places.head[key] = where
        return found

    def read_sheet(self, table: Table, sheet: Sheet, ids: frozenset[str] | tuple[()], ours: bool) -> None:
        if len(table.rows) * _FEWEST_PIECES > EVENT_LIMIT:  # before much is made of them
            _too_long(table.place(), len(table.rows) - 1)
        entries = read_entries(
            table, sheet, self.mapping.of(sheet), ids, row_as_locator=not ours, hidden=self.hidden
        )
        self.entries[sheet.key] = entries
        self.places.entries[sheet.key] = entries
        self.problems.extend(entries.problems)
        self.warnings += entries.warnings

    @property
    def held(self) -> dict[str, frozenset[str]]:
        """For each sheet read, the keys with a column or default."""
        return {
            key: frozenset({path[0] for path in entries.cells} | {*self.mapping.of(entries.sheet).defaults})
            for key, entries in self.entries.items()
        }

    def evidence_ids(self) -> frozenset[str]:
        return frozenset(str(e.get("id")) for e in self.entries[EVIDENCE.key].found)

    def sources(self, entries: Entries) -> dict[str, object]:
        """Sources by id: what stands twice would be lost without a word."""
        found: dict[str, object] = {}
        for i, entry in enumerate(entries.found):
            name = entry.pop("id", None)
            place = entries.place(i, ("id",))
            if name is None:
                self.problems.append(Problem("the source lacks 'id'", place, "write what evidence calls it"))
            elif name in found:
                first = entries.place(self.places.source_rows[str(name)], ("id",))
                help = f"first at {first}; give one of the two another id"
                self.problems.append(Problem(f"source {quoted(name)} stands twice", place, help))
            else:
                found[str(name)] = entry
                self.places.source_rows[str(name)] = i
        return found

    def named_sources(self) -> dict[str, object]:
        """Named sources as their own titles, where no sheet lists them."""
        found: dict[str, object] = {}
        for key, entries in self.entries.items():
            for i, entry in enumerate(entries.found):
                name = entry.get("source")
                if isinstance(name, str) and name not in found:
                    found[name] = {"title": name}
                    self.places.named[name] = (key, i)
        return found


@dataclass(slots=True)
class _Places(Mapping[NodePath, Place]):
    """Places in the inspection, worked out when asked."""

    file: str
    format: str = ""
    head: dict[str, Place] = field(default_factory=dict)
    entries: dict[str, Entries] = field(default_factory=dict)
    source_rows: dict[str, int] = field(default_factory=dict)
    named: dict[str, tuple[str, int]] = field(default_factory=dict)

    def __getitem__(self, path: NodePath) -> Place:
        found = self.find(path)
        if found is None:
            raise KeyError(path)
        return found

    def find(self, path: NodePath) -> Place | None:
        if len(path) < 2:
            return self.entries[str(path[0])].table.place() if path and path[0] in self.entries else None
        top, which, rest = str(path[0]), path[1], path[2:]
        if top == "inspection":
            return self.head.get(str(which))
        if top == SOURCES.key and which in self.named:
            key, row = self.named[str(which)]
            return self.entries[key].place(row, ("source",))
        entries = self.entries.get(top)
        row_of = self.source_rows.get(str(which)) if top == SOURCES.key else which
        if entries is None or not isinstance(row_of, int) or row_of >= len(entries.rows):
            return None
        return entries.place(row_of, rest)

    def __iter__(self) -> Iterator[NodePath]:
        yield from (("inspection", key) for key in self.head)
        yield from ((key, i) for key, entries in self.entries.items() for i in range(len(entries.rows)))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def keys_of_sources(self) -> dict[NodePath, Place]:
        """Cells in which the ids of sources stand."""
        names = [*self.source_rows, *self.named]
        return {(SOURCES.key, name): self[SOURCES.key, name] for name in names}
