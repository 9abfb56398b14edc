"""The process that reads binary workbooks, and answers in JSON."""

from __future__ import annotations

import io
import json
import sys
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import Any

_MEMORY = 512 * 2**20
_SECONDS = 20
_CELLS = 1_500_000


def main() -> None:
    """Read sheets; their names come as a line of JSON, before the workbook."""
    _bound()
    stream = sys.stdin.buffer
    wanted = json.loads(stream.readline())
    try:
        said = _read(stream.read(), wanted)
    except MemoryError:
        said = {"fault": "large"}
    json.dump(said, sys.stdout)


def _bound() -> None:
    """Limit memory and time, where the system can."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(raw: bytes, wanted: list[str]) -> dict[str, Any]:
    try:
        from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum
    except ImportError:
        return {"fault": "extra"}
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        sheets = [(m.name, m.visible != SheetVisibleEnum.Visible) for m in book.sheets_metadata]
        cells: dict[str, Any] = {}
        for name in wanted:
            sheet: Any = book.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > _CELLS:
                return {"fault": "large"}
            cells[name] = {"cells": _cells(sheet), "merges": _merges(sheet)}
    except PasswordError:
        return {"fault": "locked"}
    except (CalamineError, ValueError, OSError):
        return {"fault": "damaged"}
    return {"sheets": sheets, "cells": cells}


def _cells(sheet: Any) -> list[tuple[int, int, str, Any]]:
    left = sheet.start[1] if sheet.start else 0
    return [
        (number, left + at, *as_told(value))
        for number, row in enumerate(sheet.iter_rows(), 1)
        for at, value in enumerate(row, 1)
        if value != ""
    ]


def _merges(sheet: Any) -> list[tuple[int, int, int, int]]:
    found = sheet.merged_cell_ranges or []
    return [(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in found]


def as_told(value: Any) -> tuple[str, Any]:
    """The kind of a value, and the value as JSON has it."""
    if isinstance(value, bool):
        return "b", value
    if isinstance(value, str):
        return ("e" if value in _ERRORS else "s"), value
    if isinstance(value, int | float) and not isfinite(value):
        return "e", "#NUM!"
    if isinstance(value, int | float):
        return "n", float(value)
    if isinstance(value, datetime):
        return ("m", value.isoformat(" ")) if value.time() != time() else ("d", value.date().isoformat())
    if isinstance(value, date):
        return "d", value.isoformat()
    assert isinstance(value, time | timedelta)
    return "m", str(value)


_ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA"}
