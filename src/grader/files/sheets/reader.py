"""Tables read from a workbook or a CSV file: rows with their numbers, and what each cell holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from grader.errors import InputError, MissingExtraError, Place, Problem
from grader.files.marked import read_bytes
from grader.files.scalars import shown_name
from grader.files.sheets import limits
from grader.files.sheets.archive import Archive
from grader.files.sheets.csv_text import Score, read_csv
from grader.files.sheets.extent import Extent, Merge
from grader.files.sheets.limits import damaged, refuse
from grader.files.sheets.ods import OdsSheets
from grader.files.sheets.places import CellPlace
from grader.files.sheets.values import Value, from_library
from grader.files.sheets.xlsx import XlsxSheets

WORKBOOKS = (".xlsx", ".xlsm", ".ods")
TEXTS = (".csv", ".tsv", ".tab", ".txt")
ENDINGS = (*WORKBOOKS, *TEXTS)
_MACROS = "xl/vbaProject.bin"

Row = tuple[int, list[Value]]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet. Rows and columns count from 1, as a person sees them; a row's list starts with column A."""

    file: str
    name: str
    order: int
    rows: list[Row] = field(repr=False)
    merges: list[Merge] = field(default_factory=list, repr=False)
    delimiter: str = ""
    """What stands between the columns of a table in text; nothing in a workbook."""

    def place(self, row: int = 0, column: int = 0) -> CellPlace:
        """The place of a cell, of a row, or of the sheet."""
        return CellPlace(self.file, row, column, self.name, self.order)


@dataclass(frozen=True, slots=True)
class Spreadsheet:
    """A file of one or more sheets, read when asked for.

    Attributes
    ----------
    file : str
        Its name in messages.
    names : list of str
        Names of its sheets, in its order; one empty name where the format has none.
    warnings : tuple of Problem
        What was passed over.
    """

    file: str
    names: list[str]
    read: Callable[[list[str]], dict[str, Table]]
    warnings: tuple[Problem, ...] = ()


def open_spreadsheet(path: Path, score: Score) -> Spreadsheet:
    """The spreadsheet in a file, told apart by its ending.

    Parameters
    ----------
    path : Path
        The file.
    score : callable
        How well a row's cells name the columns of a table in text.

    Raises
    ------
    InputError
        Another kind of file, or one that is damaged or beyond the limits.
    MissingExtraError
        The library that reads workbooks is not installed.
    """
    file = shown_name(PurePath(path).name)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        help = "save it as .xlsx" if ending in (".xls", ".xlsb") else f"it ends in {', '.join(ENDINGS)}"
        refuse(Place(file), "a spreadsheet of another kind is not read", help)
    raw = read_bytes(path, limits.FILE_LIMIT)
    if ending in TEXTS:
        return _text(raw, file, score)
    archive = Archive(raw, file)
    sheets = OdsSheets(archive) if ending == ".ods" else XlsxSheets(archive)
    warnings: tuple[Problem, ...] = ()
    if _MACROS in archive:
        message = "the workbook has macros: they are neither run nor read"
        warnings = (Problem(message, Place(file), None, "macros"),)

    def read(wanted: list[str]) -> dict[str, Table]:
        extents = sheets.measure(wanted)
        return dict(_tables(archive, extents, sheets.names))

    return Spreadsheet(file, sheets.names, read, warnings)


def _tables(archive: Archive, extents: dict[str, Extent], names: list[str]) -> Iterator[tuple[str, Table]]:
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError as error:
        help = "pip install 'grader[sheets]', or save the sheet as .csv"
        raise MissingExtraError("workbooks need the extra 'sheets'", help=help) from error
    try:
        book = CalamineWorkbook.from_filelike(archive.rebuilt())
        for name, extent in extents.items():
            sheet: Any = book.get_sheet_by_name(name)
            rows = [*_rows(sheet, extent)]
            yield name, Table(archive.file, name, names.index(name), rows, extent.merges)
    except (CalamineError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        damaged(archive.file, "its sheets cannot be read")


def _rows(sheet: Any, extent: Extent) -> Iterator[Row]:
    """The rows that hold something; the library's start with the first column that does."""
    before: list[Value] = [""] * (sheet.start[1] if sheet.start else 0)
    unreadable: dict[int, list[int]] = {}
    for at_row, at_column in extent.unreadable:
        unreadable.setdefault(at_row, []).append(at_column)
    number = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        values: list[Value] = before + [
            value
            if type(value) is str
            else from_library(
                value, percent=(number, i) in extent.percents, month=(number, i) in extent.months
            )
            for i, value in enumerate(row, len(before) + 1)
        ]
        _mark(values, number, unreadable.pop(number, ()), extent)
        if any(value != "" for value in values):
            yield number, values
    for number, columns in sorted(unreadable.items()):  # below and beyond all values
        values = []
        _mark(values, number, columns, extent)
        yield number, values


def _mark(values: list[Value], row: int, columns: list[int] | tuple[()], extent: Extent) -> None:
    for column in columns:
        values += [""] * (column - len(values))
        values[column - 1] = extent.unreadable[row, column]


# Text -----------------------------------------------------------------------------------------------------


def _text(raw: bytes, file: str, score: Score) -> Spreadsheet:
    found = read_csv(raw, file, score)

    def read(wanted: list[str]) -> dict[str, Table]:
        return {name: Table(file, name, 0, found.rows, delimiter=found.delimiter) for name in wanted}

    return Spreadsheet(file, [""], read, tuple(found.warnings))
