"""Workbooks made in memory, without temporary files, times, or text that would run."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

#: No clock in a file: the same content gives the same bytes.
STAMP = "2000-01-01T00:00:00"
TEXT_FORMAT = "@"
#: What starts a formula in one program or another, and what they would change into a character.
_RUN = ("=", "+", "-", "@", "\t")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def put(page: Worksheet, row: int, column: int, value: str | float) -> Any:
    """Write a cell, text as text whatever it starts with; returns the cell."""
    cell: Any = page.cell(row, column)
    if isinstance(value, str):
        # A text that looks like an escaped character would come back as that character.
        cell.value = _ESCAPE.sub("_x005F_", value)
        cell.data_type = "s"  # whatever it starts with
        cell.number_format = TEXT_FORMAT
        cell.quotePrefix = value.startswith(_RUN)
    elif float(f"{value:.15g}") == value:
        cell.value = value
    else:  # spreadsheets keep fifteen digits
        return put(page, row, column, repr(value))
    return cell


def without_clock(stream: io.BytesIO) -> bytes:
    """An office file with every time in it fixed."""
    fixed = io.BytesIO()
    stamp = f"{STAMP}Z".encode()
    with ZipFile(stream) as old, ZipFile(fixed, "w", ZIP_DEFLATED) as new:
        for info in old.infolist():
            raw = old.read(info)
            if info.filename == "docProps/core.xml":
                raw = re.sub(rb"(<dcterms:modified[^<>]*>)[^<]*", rb"\g<1>" + stamp, raw)
            part = ZipInfo(info.filename)
            part.compress_type = ZIP_DEFLATED
            new.writestr(part, raw)
    return fixed.getvalue()


def saved(book: Any) -> io.BytesIO:
    """A workbook of openpyxl's as the bytes of an .xlsx file."""
    from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
    from openpyxl.worksheet._writer import WorksheetWriter
    from openpyxl.writer.excel import ExcelWriter

    class InMemory(ExcelWriter):
        _archive: ZipFile
        manifest: Any

        def write_worksheet(self, ws: Any) -> None:
            ws._drawing = SpreadsheetDrawing()
            ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
            page = io.BytesIO()
            writer: Any = WorksheetWriter(ws, out=page)
            writer.write()
            ws._rels = writer._rels
            self._archive.writestr(ws.path[1:], page.getvalue())
            self.manifest.append(ws)

    stream = io.BytesIO()
    InMemory(book, ZipFile(stream, "w", ZIP_DEFLATED, allowZip64=True)).save()
    return stream
