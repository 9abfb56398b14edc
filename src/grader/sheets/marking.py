"""A workbook with its faults marked and listed.

Workbooks with things openpyxl would drop are refused.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from copy import copy
from pathlib import Path, PurePath
from typing import Any

from grader.errors import InputError, MissingExtraError, Place, Problem, by_kind
from grader.io.reading import read_bytes
from grader.io.scalars import shown_name
from grader.sheets import limits
from grader.sheets.archive import Archive
from grader.sheets.places import CellPlace, letters
from grader.sheets.saving import saved
from grader.text import clean

#: The sheet that lists what is marked.
TITLE = "grader"
AUTHOR = "grader"
_COLOURS = {"error": "FFFFC7CE", "warning": "FFFFEB9C"}
#: Notes in the margin are read by hand: beyond so many cells a workbook only gets slow.
MARKED = 5_000
#: Parts that come back as they were, and what to call those that would not.
_KEPT = re.compile(
    r"\[content_types\]\.xml|docprops/(core|app|custom)\.xml|docprops/thumbnail\.\w+"
    r"|xl/(workbook|styles|sharedstrings|calcchain|metadata)\.xml|xl/theme/[^/]*\.xml"
    r"|xl/worksheets/[^/]*\.xml|xl/tables/[^/]*\.xml|xl/comments/?[^/]*\.xml|xl/drawings/[^/]*\.vml"
    r"|xl/printersettings/.*",
    re.IGNORECASE,
)
_NAMES = (
    ("vbaproject", "macros"),
    ("xl/charts", "charts"),
    ("xl/media", "pictures"),
    ("xl/pivot", "pivot tables"),
    ("xl/slicer", "slicers"),
    ("xl/threadedcomments", "comments with replies"),
    ("xl/persons", "comments with replies"),
    ("xl/externallinks", "links to other workbooks"),
    ("xl/embeddings", "embedded files"),
    ("xl/ctrlprops", "buttons and boxes"),
    ("xl/activex", "buttons and boxes"),
    ("xl/drawings", "drawings"),
    ("xl/chartsheets", "charts"),
    ("xl/connections", "data connections"),
    ("xl/querytables", "data connections"),
    ("customxml", "data of other programs"),
    ("xl/richdata", "linked data"),
)
_RICH = re.compile(rb"<(?:\w+:)?r[\s>]")
_DECLARES = re.compile(rb"<!(DOCTYPE|ENTITY)")


def mark_workbook(path: Path, errors: Iterable[Problem], warnings: Iterable[Problem] = ()) -> bytes:
    """The workbook with faults and warnings marked.

    Parameters
    ----------
    path : Path
        .xlsx.
    errors, warnings : iterable of Problem
        Those of `import_sheet`.

    Raises
    ------
    InputError
        No such workbook, or content would be lost.
    MissingExtraError
    """
    try:
        import openpyxl
    except ImportError as error:
        help = "pip install 'inspection-grader[sheets]'"
        raise MissingExtraError("marking a workbook needs openpyxl", help=help) from error
    place = Place(shown_name(PurePath(path).name))
    if path.suffix.lower() != ".xlsx":
        help = "save it as .xlsx, import that, and mark it"
        raise InputError([Problem("only a workbook in .xlsx can be marked", place, help)])
    raw = read_bytes(path, limits.FILE_LIMIT)
    _refuse_losses(raw, place)
    try:
        # Looking for rich text takes the library twice as long, so it does where there is some.
        book = openpyxl.load_workbook(io.BytesIO(raw), rich_text=_has_rich_text(raw), keep_links=True)
    except Exception as error:  # whatever a damaged workbook makes the library raise
        help = "open it, save it under another name, and try again"
        raise InputError([Problem("the workbook cannot be marked: it is damaged", place, help)]) from error
    found = [("error", p) for p in sorted(set(errors), key=lambda p: p.sort_key)]
    found += [("warning", p) for p in sorted(set(warnings), key=lambda p: p.sort_key)]
    _mark_cells(book, found)
    _list(book, found)
    return saved(book).getvalue()


def _has_rich_text(raw: bytes) -> bool:
    """Whether some text is in several typefaces or colours."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return any(
            _RICH.search(archive.read(name)) is not None
            for name in archive.namelist()
            if name.lower().startswith(("xl/worksheets/sheet", "xl/sharedstrings"))
        )


def _refuse_losses(raw: bytes, place: Place) -> None:
    """Refuse a workbook with anything that would not come back."""
    Archive(raw, place.file).measure()
    lost: dict[str, None] = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for name in archive.namelist():
            plain = name.lower()
            if not _KEPT.fullmatch(plain) and not name.endswith("/") and not _links(plain):
                known = next((what for start, what in _NAMES if start in plain), f"a part {name[:60]!r}")
                lost[known] = None
                continue
            if plain.endswith((".xml", ".rels", ".vml")):
                content = archive.read(name)
                if _DECLARES.search(content):
                    raise InputError([Problem("the workbook declares entities", place, "save it anew")])
                if b"<extLst" in content and plain.startswith("xl/worksheets/"):
                    lost["lists to choose from or conditional colours of newer kinds"] = None
    if lost:
        message = f"the workbook cannot be marked without losing {', '.join(lost)}"
        help = "save a copy without them and mark that, or mend the cells by the messages"
        raise InputError([Problem(message, place, help)])


def _mark_cells(book: Any, found: Sequence[tuple[str, Problem]]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    notes: dict[tuple[str, int, int], list[tuple[str, Problem]]] = {}
    for kind, problem in found:
        where = _cell_of(book, problem.place)
        if where is not None:
            notes.setdefault(where, []).append((kind, problem))
    for (sheet, row, column), said in list(notes.items())[:MARKED]:
        cell = book[sheet].cell(row, column)
        colour = _COLOURS["error" if any(kind == "error" for kind, _ in said) else "warning"]
        cell.fill = PatternFill("solid", fgColor=colour)
        text = "\n\n".join(dict.fromkeys(_note(kind, problem) for kind, problem in said))
        earlier = f"{cell.comment.text}\n\n" if cell.comment is not None else ""
        author = cell.comment.author if cell.comment is not None else AUTHOR
        cell.comment = Comment(f"{earlier}{text}"[:30_000], author, width=360, height=140)


def _cell_of(book: Any, place: Place | None) -> tuple[str, int, int] | None:
    """The cell of a place, the first of merged ones or of a row."""
    if not isinstance(place, CellPlace) or not place.line or place.sheet not in book.sheetnames:
        return None
    sheet = book[place.sheet]
    column = place.column
    if not column:
        filled = (c.column for c in sheet[place.line] if c.value is not None)
        column = next(filled, 1)
    for span in sheet.merged_cells.ranges:
        if span.min_row <= place.line <= span.max_row and span.min_col <= column <= span.max_col:
            return place.sheet, span.min_row, span.min_col
    return place.sheet, place.line, column


def _note(kind: str, problem: Problem) -> str:
    help = f"\n{clean(problem.help)}" if problem.help else ""
    return f"{kind}: {clean(problem.message)}{help}"


def _list(book: Any, found: Sequence[tuple[str, Problem]]) -> None:
    """A sheet that lists everything, with counts."""
    from openpyxl.styles import Alignment, Font, PatternFill

    title, number = TITLE, 1
    while title.casefold() in {name.casefold() for name in book.sheetnames}:
        number += 1
        title = f"{TITLE} {number}"
    sheet = book.create_sheet(title)
    row = 1

    def line(*values: object, bold: bool = False) -> None:
        nonlocal row
        for column, value in enumerate(values, 1):
            cell = sheet.cell(row, column, value)
            if isinstance(value, str):
                cell.data_type = "s"  # text, also where it starts with =
            cell.alignment = Alignment(wrap_text=column > 2, vertical="top")
            if bold:
                font = copy(cell.font)
                cell.font = Font(name=font.name, size=font.size, bold=True)
        row += 1

    line("number", "what", "messages like this one", bold=True)
    for kind in _COLOURS:
        for alike in by_kind(problem for what, problem in found if what == kind):
            line(len(alike), kind, clean(alike[0].message))
    row += 1
    line("where", "what", "message", "what to do", bold=True)
    sheet.freeze_panes = None
    for kind, problem in found:
        at = row
        where = _cell_of(book, problem.place)
        shown = f"{where[0]}!{letters(where[2])}{where[1]}" if where else str(problem.place or "")
        line(clean(shown), kind, clean(problem.message), clean(problem.help or ""))
        cell = sheet.cell(at, 1)
        if where is not None:
            quoted = where[0].replace("'", "''")
            cell.hyperlink = f"#'{quoted}'!{letters(where[2])}{where[1]}"
            cell.font = Font(color="FF0563C1", underline="single")
        sheet.cell(at, 2).fill = PatternFill("solid", fgColor=_COLOURS[kind])
    for column, width in zip("ABCD", (24, 10, 70, 60), strict=True):
        sheet.column_dimensions[column].width = width


def _links(part: str) -> bool:
    """Whether a part lists the links of another."""
    folder, _, name = part.rpartition("/")
    return name.lower().endswith(".rels") and folder.lower().rpartition("/")[2] == "_rels"
