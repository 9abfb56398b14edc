"""An inspection as a workbook: drop-downs, notes, characteristics.

Every cell but measures' numbers is text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from grader.distribution import install
from grader.errors import InputError, MissingExtraError, Problem, quoted
from grader.model.framework import Framework
from grader.model.inspection import Inspection
from grader.sheets.columns import (
    EVIDENCE,
    FORMAT,
    FORMAT_KEY,
    GUIDE_NAME,
    HEAD_NAME,
    REFERENCE_NAME,
    SEPARATORS,
    SOURCES,
    Column,
    Sheet,
    sheets_of,
)
from grader.sheets.places import letters
from grader.sheets.saving import STAMP, TEXT_FORMAT, put, saved, without_clock

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

#: Rows below the last that the drop-downs reach.
_SPARE_ROWS = 500
_LONGEST_LIST = 250
_REFERENCE = ("characteristic", "area", "topic", "text", "counted", "provenance")
_WIDTHS = {"statement": 60, "text": 80, "title": 50}


def workbook_bytes(inspection: Inspection, framework: Framework) -> bytes:
    """The workbook of an inspection, which imports back the same.

    Raises
    ------
    InputError
        An id that cannot share a cell.
    MissingExtraError
    """
    try:
        from openpyxl import Workbook
    except ImportError as error:
        help = install("sheets")
        raise MissingExtraError("workbooks need the extra 'sheets'", help=help) from error
    _check_ids(inspection)
    book = Workbook()
    book.properties.created = datetime.fromisoformat(STAMP)
    guide: Any = book.active
    guide.title = GUIDE_NAME
    _guide(guide, framework)
    _head(book.create_sheet(HEAD_NAME), inspection)
    areas = framework.areas_in(inspection.inspection.edition)
    for sheet in sheets_of(framework.vocabulary):
        page = book.create_sheet(sheet.name)
        entries = list(_entries(inspection, sheet))
        columns = _columns(sheet, entries)
        _table(page, columns, entries)
        _drop_downs(page, columns, len(entries), sum(len(a.characteristics) for a in areas), len(areas))
    _reference(book.create_sheet(REFERENCE_NAME), framework, inspection.inspection.edition)
    return without_clock(saved(book))


def without_column(inspection: Inspection) -> list[str]:
    """What of an inspection no workbook holds."""
    own, settled = inspection.inspection, sum(e.settled is not None for e in inspection.evidence)
    held = {
        "earlier grades": own.earlier_grades,
        "what it is a sample of": own.sample,
        f"how {settled} item{'' if settled == 1 else 's'} of evidence came to be settled": settled,
    }
    help = "it is kept where the workbook is imported over the inspection's file"
    return [f"there is no column for {what}: {help}" for what, there in held.items() if there]


def _check_ids(inspection: Inspection) -> None:
    """Refuse ids of evidence that cannot be read back."""
    named = {c for e in inspection.evidence for c in e.characteristics}
    named |= {c for f in inspection.all_findings for c in f.characteristics}
    named |= set(inspection.inspection.not_inspected)
    message = "id {} holds a sign that parts ids in a cell"
    problems = [
        Problem(
            message.format(quoted(name)), None, "rename it in the framework, without commas and semicolons"
        )
        for name in sorted(named)
        if any(sign in name for sign in SEPARATORS)
    ]
    if problems:
        raise InputError(problems)


# Cells ----------------------------------------------------------------------------------------------------


def headed(page: Worksheet, names: Iterable[tuple[str, str, int]]) -> None:
    """The frozen first row: names, notes, widths."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill

    for at, (name, note, width) in enumerate(names, 1):
        put(page, 1, at, name)
        cell: Any = page.cell(1, at)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDE6EE")
        if note:
            cell.comment = Comment(note, "grader", width=320, height=120)
        dimension = page.column_dimensions[letters(at)]
        dimension.width = width
    page.freeze_panes = "A2"


# Sheets ---------------------------------------------------------------------------------------------------


_GUIDE = (
    ("What this is", "The evidence of one inspection, to fill in and to read back into grader."),
    ("1", "Inspection says which body, framework and edition it is of."),
    ("2", "Sources lists what was read, watched or asked. Give each a short id; evidence names it."),
    ("3", "Evidence holds one finding of fact a row. Headings have notes: point at one to read it. Cells with"
     " a list open it with Alt and the down arrow."),
    ("4", "A finding may bear on several characteristics: put them into one cell, with commas, semicolons or"
     " line breaks between them. The sheet Characteristics has every one, to look up and to copy."),
    ("5", "Findings are what inspectors have issued; Previous are those of earlier inspections, and how far"
     " they have come. Both may stay empty."),
    ("6", "What is blank stays unsaid. Rows may be added, sorted and filtered; leave the headings."),
    ("7", "Read it back with: grader import THIS.xlsx -o inspection.yaml. Where something is wrong, add"
     " --mark MARKED.xlsx: it is this workbook with each faulty cell coloured and noted."),
    ("Which words", "Words to choose from stand in the lists, and in the notes on headings."),
)  # fmt: skip


def _guide(page: Worksheet, framework: Framework) -> None:
    """How to use the workbook: never read back."""
    from openpyxl.styles import Alignment, Font

    about = framework.framework
    rows = (*_GUIDE, ("Framework", f"{about.title}: {about.statement}"))
    put(page, 1, 1, "How to use this workbook").font = Font(bold=True, size=14)
    for number, (label, text) in enumerate(rows, 3):
        put(page, number, 1, label).font = Font(bold=True)
        put(page, number, 2, " ".join(text.split())).alignment = Alignment(wrap_text=True, vertical="top")
        page.cell(number, 1).alignment = Alignment(vertical="top", horizontal="left")
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 16, 100
    page.sheet_view.showGridLines = False


def _head(page: Worksheet, inspection: Inspection) -> None:
    own = inspection.inspection
    headed(page, (("key", "", 16), ("value", "", 60)))
    rows = {
        "id": own.id,
        "body": own.body,
        "framework": own.framework,
        "edition": own.edition,
        "not_inspected": "\n".join(own.not_inspected),
        "as_of": own.as_of,
        "stale_after": own.stale_after,
        FORMAT_KEY: FORMAT,
    }
    for number, (key, value) in enumerate(rows.items(), 2):
        put(page, number, 1, key)
        if value:
            put(page, number, 2, value)


def _entries(inspection: Inspection, sheet: Sheet) -> Iterator[dict[str, Any]]:
    if sheet.key == SOURCES.key:
        for name, source in inspection.sources.items():
            yield {"id": name, **source.model_dump()}
    else:
        for entry in getattr(inspection, sheet.key):
            yield entry.model_dump()


def _columns(sheet: Sheet, entries: Sequence[dict[str, Any]]) -> list[Column]:
    """The sheet's columns; recommendations, which may hold anything, in one each."""
    most = max((len(e.get("recommendations", ())) for e in entries), default=0)
    found: list[Column] = []
    for column in sheet.columns:
        if column.name == "recommendations":
            note = "one recommendation; more columns may follow"
            found += [
                Column(f"recommendation {n}", "text", note, width=column.width)
                for n in range(1, max(most, 2) + 1)
            ]
        else:
            found.append(column)
    return found


def _table(page: Worksheet, columns: Sequence[Column], entries: Iterable[dict[str, Any]]) -> None:
    headed(page, ((c.name, _note(c), c.width) for c in columns))
    for at, column in enumerate(columns, 1):
        if column.kind != "number":  # what is typed below stays as it is typed
            dimension: Any = page.column_dimensions[letters(at)]
            dimension.number_format = TEXT_FORMAT
    for number, entry in enumerate(entries, 2):
        for at, column in enumerate(columns, 1):
            value = _cell(entry, column)
            if value is not None:
                put(page, number, at, value)


def _note(column: Column) -> str:
    parts = [column.note]
    if column.choices:
        parts.append(f"One of: {', '.join(column.choices)}.")
    parts.append("Needed." if column.required or column.name == "id" else "May be left blank.")
    return "\n".join(parts)


def _cell(entry: dict[str, Any], column: Column) -> str | float | None:
    """What stands in a cell; None for nothing."""
    if column.name.startswith("recommendation "):
        which = int(column.name.rpartition(" ")[2]) - 1
        texts: list[str] = entry.get("recommendations", [])
        return texts[which] if which < len(texts) else None
    value: Any = entry
    for key in column.path:
        value = value.get(key) if value is not None else None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "\n".join(value) or None
    return value if value is None or isinstance(value, float) else str(value)


def _drop_downs(
    page: Worksheet, columns: Sequence[Column], rows: int, characteristics: int, areas: int
) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    for at, column in enumerate(columns, 1):
        strict = bool(column.choices)
        if column.choices and len(",".join(column.choices)) <= _LONGEST_LIST:
            listed = f'"{",".join(column.choices)}"'
        elif column.name == "characteristics":
            listed = f"{REFERENCE_NAME}!$A$2:$A${characteristics + 1}"
        elif column.name == "area":
            listed = f"{REFERENCE_NAME}!$H$2:$H${areas + 1}"
        elif column.name == "source":
            listed = f"{SOURCES.name}!$A$2:$A${_SPARE_ROWS}"
        elif column.name == "evidence":
            listed = f"{EVIDENCE.name}!$A$2:$A${rows + 10 * _SPARE_ROWS}"
        else:
            continue
        # Where several may stand in a cell the list only offers.
        rule = DataValidation(
            type="list", formula1=listed, allow_blank=True, showErrorMessage=strict, errorTitle=column.name
        )
        rule.error = f"one of: {', '.join(column.choices)}"[:250] if strict else None
        rule.add(f"{letters(at)}2:{letters(at)}{rows + _SPARE_ROWS}")
        page.add_data_validation(rule)


def _reference(page: Worksheet, framework: Framework, edition: str) -> None:
    """Characteristics and areas to choose from, never read back."""
    headed(
        page, [(name, "", _WIDTHS.get(name, 18)) for name in _REFERENCE] + [("", "", 4), ("areas", "", 20)]
    )
    number = 1
    for row, area in enumerate(framework.areas_in(edition), 2):
        put(page, row, len(_REFERENCE) + 2, area.id)
        for topic in area.topics:
            for c in topic.characteristics:
                number += 1
                counted = "yes" if c.counted else "no"
                texts = (c.id, area.id, topic.title, c.text, counted, c.provenance or "")
                for at, text in enumerate(texts, 1):
                    put(page, number, at, text)
