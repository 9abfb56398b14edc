"""Sheets as a workbook to sort and filter; text is never a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from grader.distribution import install
from grader.errors import MissingExtraError
from grader.render.content.blocks import COLOURS, Mark
from grader.render.content.sheets import Sheet
from grader.sheets.places import letters
from grader.sheets.saving import STAMP, put, saved, without_clock
from grader.text import visible

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

#: What a cell holds at most, and a sheet's name.
_LONGEST_CELL = 32_767
_LONGEST_NAME = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
#: Points of a line, and of the highest row.
_LINE, _HIGHEST = 15.0, 405.0
#: What a text inside a formula holds at most.
_LONGEST_FORMULA = 250
#: A blank row or so below the last, which colours reach as well.
_MORE_ROWS = 200


def workbook(sheets: Iterable[Sheet], title: str, *, one_page: bool = False) -> bytes:
    """The sheets as .xlsx, the same bytes for the same content.

    Raises
    ------
    MissingExtraError
    """
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise MissingExtraError("a report for Excel needs openpyxl", help=install("sheets")) from error
    book = Workbook()
    properties = book.properties
    properties.created, properties.creator = datetime.fromisoformat(STAMP), "grader"
    properties.title = visible(title)[:255]
    named: set[str] = set()
    for at, sheet in enumerate(sheets):
        page: Any = book.active if at == 0 else book.create_sheet()
        page.title = _name(sheet.name, named)
        _fill(page, sheet, one_page=one_page)
    return without_clock(saved(book))


def _name(name: str, taken: set[str]) -> str:
    """A name for a sheet that no other has."""
    plain = _NOT_IN_NAMES.sub(" ", visible(name)).strip("' ")[:_LONGEST_NAME] or "Sheet"
    found, number = plain, 1
    while found.casefold() in taken:
        number += 1
        found = f"{plain[: _LONGEST_NAME - len(str(number)) - 1]} {number}"
    taken.add(found.casefold())
    return found


def _bold() -> Any:
    from openpyxl.styles import Font

    return Font(name="Calibri", size=11, bold=True)


def _fill(page: Worksheet, sheet: Sheet, *, one_page: bool) -> None:
    from openpyxl.styles import Alignment, PatternFill

    top = Alignment(wrap_text=True, vertical="top")
    for at, (head, width) in enumerate(sheet.heads, 1):
        cell = put(page, 1, at, visible(head))
        cell.font, cell.fill = _bold(), PatternFill("solid", fgColor="DDE6EE")
        cell.alignment = Alignment(wrap_text=True, vertical="bottom")
        page.column_dimensions[letters(at)].width = width
    for number, row in enumerate(sheet.rows, 2):
        for at, value in enumerate(row, 1):
            if value == "":
                continue
            said = value.text if isinstance(value, Mark) else value
            cell = put(page, number, at, _shown(said) if isinstance(said, str) else said)
            cell.alignment = top
            if isinstance(value, Mark):
                cell.font = _bold()
        page.row_dimensions[number].height = _height(row, [width for _, width in sheet.heads])
    page.freeze_panes = "B2"
    page.auto_filter.ref = f"A1:{letters(len(sheet.heads))}{max(len(sheet.rows), 1) + 1}"
    page.print_title_rows = "1:1"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9  # A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, int(one_page)
    page.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    _colour(page, sheet)


def _height(row: Sequence[Any], widths: Sequence[int]) -> float:
    """A row's height with no text cut off."""
    lines = 1
    for value, width in zip(row, widths, strict=True):
        said = value.text if isinstance(value, Mark) else str(value)
        lines = max(lines, sum(1 + int(len(part) * 1.1) // max(width - 1, 1) for part in said.split("\n")))
    return min(_LINE * lines, _HIGHEST)


def _shown(text: str) -> str:
    """Text that a cell takes; what is too long says how much is missing."""
    shown = visible(text, keep="\n\t")
    if len(shown) <= _LONGEST_CELL:
        return shown
    more = f"… and {len(shown) - _LONGEST_CELL + 60:,} characters more, in the inspection"
    return shown[: _LONGEST_CELL - 60] + more


def _colour(page: Worksheet, sheet: Sheet) -> None:
    """Colours that follow the words of a cell, for each column that holds marks."""
    from openpyxl.formatting.rule import CellIsRule
    from openpyxl.styles import PatternFill

    make_rule: Any = CellIsRule
    last = len(sheet.rows) + 1 + _MORE_ROWS
    for at in range(len(sheet.heads)):
        marks: dict[str, str] = {}
        for mark in _marks(sheet.rows, at):
            if mark.place is not None:
                marks.setdefault(mark.text, COLOURS[mark.tone])
        for text, colour in marks.items():
            said = _shown(text).replace('"', '""')
            if len(said) > _LONGEST_FORMULA:
                continue
            fill = PatternFill("solid", bgColor=colour, fgColor=colour)
            rule = make_rule(operator="equal", formula=[f'"{said}"'], fill=fill)
            page.conditional_formatting.add(f"{letters(at + 1)}2:{letters(at + 1)}{last}", rule)


def _marks(rows: Sequence[tuple[Any, ...]], at: int) -> Iterable[Mark]:
    return (row[at] for row in rows if isinstance(row[at], Mark))
