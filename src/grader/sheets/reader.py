"""Tables of a workbook or CSV file: rows with their numbers, and each cell's value."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from grader.errors import Place, Problem
from grader.io.kinds import NAMES, kind_of
from grader.io.reading import read_bytes
from grader.io.scalars import shown_name
from grader.sheets import limits
from grader.sheets.archive import Archive
from grader.sheets.cells import Merge, Row, Unseen
from grader.sheets.csv_text import Score, read_csv
from grader.sheets.limits import refuse
from grader.sheets.ods import OdsSheets
from grader.sheets.old_books import OldSheets, locked
from grader.sheets.places import CellPlace
from grader.sheets.xlsx import XlsxSheets

WORKBOOKS = (".xlsx", ".xlsm", ".ods", ".xls", ".xlsb")
TEXTS = (".csv", ".tsv", ".tab", ".txt")
ENDINGS = (*WORKBOOKS, *TEXTS)
_MACROS = "vbaproject.bin"
_BINARY = "xl/workbook.bin"
#: Workbooks opened so far, by what is in them, while each is to be read once.
_OPENED: ContextVar[dict[str, Spreadsheet] | None] = ContextVar("opened", default=None)


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet; rows and columns count from 1, and a row's list starts with column A."""

    file: str
    name: str
    order: int
    rows: list[Row] = field(repr=False)
    merges: list[Merge] = field(default_factory=list, repr=False)
    delimiter: str = ""
    """What stands between the columns of a table in text; nothing in a workbook."""
    unseen: Unseen = field(default_factory=Unseen, repr=False)

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
        Its sheets in order; one empty name where the format has none.
    warnings : tuple of Problem
        What was passed over.
    """

    file: str
    names: list[str]
    read: Callable[[list[str]], dict[str, Table]]
    warnings: tuple[Problem, ...] = ()


def open_spreadsheet(path: Path, score: Score) -> Spreadsheet:
    """The spreadsheet in a file, of the kind its ending says.

    Parameters
    ----------
    path : Path
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
        refuse(Place(file), "a spreadsheet of another kind is not read", f"it ends in {', '.join(ENDINGS)}")
    raw = read_bytes(path, limits.FILE_LIMIT)
    if ending in TEXTS:
        return _text(raw, file, score)
    opened = _OPENED.get()
    if opened is None:
        return _workbook(raw, file)
    key = f"{hashlib.sha256(raw).hexdigest()} {file}"
    if key not in opened:
        opened[key] = _remembering(_workbook(raw, file))
    return opened[key]


@contextmanager
def read_once() -> Iterator[None]:
    """Read each sheet of a workbook once, however often it is looked at within."""
    if _OPENED.get() is not None:
        yield
        return
    token = _OPENED.set({})
    try:
        yield
    finally:
        _OPENED.reset(token)


def _remembering(book: Spreadsheet) -> Spreadsheet:
    tables: dict[str, Table] = {}

    def read(wanted: list[str]) -> dict[str, Table]:
        if fresh := [name for name in wanted if name not in tables]:
            tables.update(book.read(fresh))
        return {name: tables[name] for name in wanted}

    return replace(book, read=read)


def _workbook(raw: bytes, file: str) -> Spreadsheet:
    """A workbook is what it holds, whatever its name ends in."""
    kind = kind_of(raw)
    warnings: list[Problem] = []
    sheets: XlsxSheets | OdsSheets | OldSheets
    if kind == "xls":
        if locked(raw):
            refuse(Place(file), "the workbook is locked with a password", "save it without one")
        sheets = OldSheets(raw, file)
    elif kind in ("xlsx", "ods", "zip") or raw.startswith(b"PK"):
        archive = Archive(raw, file)
        if _BINARY in archive:
            archive.measure()
            kind = "xls"
            sheets = OldSheets(raw, file)
        elif kind == "zip" and not archive.has_workbook():
            refuse(Place(file), f"this is not a workbook but {NAMES['zip'][0]}", NAMES["zip"][1])
        else:
            sheets = OdsSheets(archive) if _opendocument(archive, kind) else XlsxSheets(archive)
        if archive.has_file(_MACROS):
            message = "the workbook has macros: they are neither run nor read"
            warnings.append(Problem(message, Place(file), None, "macros"))
    elif kind == "text":
        refuse(Place(file), "this is not a workbook but text", "end its name in .csv")
    else:
        name, help = NAMES[kind]
        empty = "the file is empty" if kind == "empty" else f"this is not a workbook but {name}"
        refuse(Place(file), empty, help)
    if kind == "xls":
        message = "a workbook in this format does not tell which rows are hidden or struck through, nor how"
        message += " numbers are shown; save it as .xlsx to be told"
        warnings.append(Problem(message, Place(file), None, "old_format"))

    def read(wanted: list[str]) -> dict[str, Table]:
        return {
            name: Table(file, name, sheets.names.index(name), cells.rows, cells.merges, unseen=cells.unseen)
            for name, cells in sheets.read(wanted).items()
        }

    return Spreadsheet(file, sheets.names, read, tuple(warnings))


def _opendocument(archive: Archive, kind: str) -> bool:
    return kind == "ods" or ("content.xml" in archive and "xl/workbook.xml" not in archive)


# Text -----------------------------------------------------------------------------------------------------


def _text(raw: bytes, file: str, score: Score) -> Spreadsheet:
    found = read_csv(raw, file, score)

    def read(wanted: list[str]) -> dict[str, Table]:
        return {name: Table(file, name, 0, found.rows, delimiter=found.delimiter) for name in wanted}

    return Spreadsheet(file, [""], read, tuple(found.warnings))
