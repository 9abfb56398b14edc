"""What a spreadsheet may hold, and how one that holds more is refused."""

from __future__ import annotations

from typing import NoReturn

from grader.errors import InputError, Place, Problem

#: Bytes of the file itself, and of the parts of it that are read, unpacked.
FILE_LIMIT = 32 * 2**20
UNPACKED_LIMIT = 160 * 2**20
#: Parts that say how the others hang together are small.
SMALL_PART_LIMIT = 8 * 2**20
PART_LIMIT = 10_000
SHEET_LIMIT = 500
ROW_LIMIT = 100_000
COLUMN_LIMIT = 256
#: Cells between the first and the last that hold something: 50,000 rows of evidence, and more.
AREA_LIMIT = 850_000
#: Cells that hold something: more evidence than an inspection file can hold has fewer.
FILLED_LIMIT = 500_000
#: Cells looked at, empty and merely formatted ones among them.
CELLS_SEEN_LIMIT = 1_500_000
#: Characters in all cells of a workbook. A text is stored once and may stand in any number of cells.
TEXT_LIMIT = 64 * 2**20
MERGE_LIMIT = 20_000

SMALLER = "take out what is not needed, or split it"


def refuse(place: Place, message: str, help: str) -> NoReturn:
    """Raise the one fault that ends the reading."""
    raise InputError([Problem(message, place, help)])


def damaged(file: str, what: str) -> NoReturn:
    """Refuse a workbook that is not put together as one."""
    refuse(
        Place(file), f"the workbook is damaged: {what}", "open it in a spreadsheet program and save it again"
    )
