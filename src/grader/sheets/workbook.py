"""An inspection as a workbook: drop-downs for the tags, a note on every column, and the characteristics.

Whatever a spreadsheet would run or change is written as text: every cell is, but numbers of measures.
"""

from __future__ import annotations

import io
import re
import zipfile
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
    HEAD_NAME,
    REFERENCE_NAME,
    SEPARATORS,
    SOURCES,
    Column,
    Sheet,
    sheets_of,
)
from grader.sheets.places import letters
from grader.sheets.saving import saved

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_TEXT_FORMAT = "@"
#: What starts a formula in one program or another, and what they would change into a character.
_RUN = ("=", "+", "-", "@", "\t")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
#: Rows below the last that the drop-downs reach.
_SPARE_ROWS = 500
_LONGEST_LIST = 250
#: No clock in the file: the same inspection gives the same bytes.
_STAMP = datetime(2000, 1, 1)
_REFERENCE = ("characteristic", "area", "topic", "text", "counted", "provenance")
_WIDTHS = {"statement": 60, "text": 80, "title": 50}


def workbook_bytes(inspection: Inspection, framework: Framework) -> bytes:
    """The workbook of an inspection, which imports back to the same inspection.

    Raises
    ------
    InputError
        An id that cannot stand in a cell of several.
    MissingExtraError
        The library that writes workbooks is not installed.
    """
    try:
        from openpyxl import Workbook
    except ImportError as error:
        help = install("sheets")
        raise MissingExtraError("workbooks need the extra 'sheets'", help=help) from error
    _check_ids(inspection)
    book = Workbook()
    book.properties.created = _STAMP
    head: Any = book.active
    head.title = HEAD_NAME
    _head(head, inspection)
    areas = framework.areas_in(inspection.inspection.edition)
    for sheet in sheets_of(framework.vocabulary):
        page = book.create_sheet(sheet.name)
        entries = list(_entries(inspection, sheet))
        columns = _columns(sheet, entries)
        _table(page, columns, entries)
        _drop_downs(page, columns, len(entries), sum(len(a.characteristics) for a in areas), len(areas))
    _reference(book.create_sheet(REFERENCE_NAME), framework, inspection.inspection.edition)
    return _without_clock(saved(book))


def _check_ids(inspection: Inspection) -> None:
    """Ids of evidence are known where they are read back; those of a framework are not."""
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


def _put(page: Worksheet, row: int, column: int, value: str | float) -> None:
    cell: Any = page.cell(row, column)
    if isinstance(value, str):
        # A text that looks like an escaped character would come back as that character.
        cell.value = _ESCAPE.sub("_x005F_", value)
        cell.data_type = "s"  # whatever it starts with
        cell.number_format = _TEXT_FORMAT
        cell.quotePrefix = value.startswith(_RUN)
    elif float(f"{value:.15g}") == value:
        cell.value = value
    else:  # spreadsheets keep fifteen digits
        _put(page, row, column, repr(value))


def _names(page: Worksheet, names: Iterable[tuple[str, str, int]]) -> None:
    """The first row: names of columns, notes on them, and widths; it stays in sight."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill

    for at, (name, note, width) in enumerate(names, 1):
        _put(page, 1, at, name)
        cell: Any = page.cell(1, at)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDE6EE")
        if note:
            cell.comment = Comment(note, "grader", width=320, height=120)
        dimension = page.column_dimensions[letters(at)]
        dimension.width = width
    page.freeze_panes = "A2"


# Sheets ---------------------------------------------------------------------------------------------------


def _head(page: Worksheet, inspection: Inspection) -> None:
    own = inspection.inspection
    _names(page, (("key", "", 16), ("value", "", 60)))
    rows = {
        "id": own.id,
        "body": own.body,
        "framework": own.framework,
        "edition": own.edition,
        "not_inspected": "\n".join(own.not_inspected),
        FORMAT_KEY: FORMAT,
    }
    for number, (key, value) in enumerate(rows.items(), 2):
        _put(page, number, 1, key)
        if value:
            _put(page, number, 2, value)


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
    _names(page, ((c.name, _note(c), c.width) for c in columns))
    for at, column in enumerate(columns, 1):
        if column.kind != "number":  # what is typed below stays as it is typed
            dimension: Any = page.column_dimensions[letters(at)]
            dimension.number_format = _TEXT_FORMAT
    for number, entry in enumerate(entries, 2):
        for at, column in enumerate(columns, 1):
            value = _cell(entry, column)
            if value is not None:
                _put(page, number, at, value)


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
    """Every characteristic of the edition, and its areas: to look up and to choose from; never read back."""
    _names(
        page, [(name, "", _WIDTHS.get(name, 18)) for name in _REFERENCE] + [("", "", 4), ("areas", "", 20)]
    )
    number = 1
    for row, area in enumerate(framework.areas_in(edition), 2):
        _put(page, row, len(_REFERENCE) + 2, area.id)
        for topic in area.topics:
            for c in topic.characteristics:
                number += 1
                counted = "yes" if c.counted else "no"
                texts = (c.id, area.id, topic.title, c.text, counted, c.provenance or "")
                for at, text in enumerate(texts, 1):
                    _put(page, number, at, text)


def _without_clock(stream: io.BytesIO) -> bytes:
    """The workbook with every time of day in it at a fixed one."""
    fixed = io.BytesIO()
    stamp = f"{_STAMP.isoformat()}Z".encode()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            raw = old.read(info)
            if info.filename == "docProps/core.xml":
                raw = re.sub(rb"(<dcterms:modified[^<>]*>)[^<]*", rb"\g<1>" + stamp, raw)
            part = zipfile.ZipInfo(info.filename)
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, raw)
    return fixed.getvalue()
