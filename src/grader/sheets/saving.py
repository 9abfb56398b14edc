"""Workbooks made in memory: openpyxl's own way leaves files in the temporary folder when it is killed."""

from __future__ import annotations

import io
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile


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
