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
#: Cells from the first column to the last of each row that hold something: 50,000 rows of evidence, and more.
AREA_LIMIT = 850_000
#: Cells that hold something: an inspection file has two pieces for each, and so holds far fewer.
FILLED_LIMIT = 360_000
#: Cells looked at, empty and merely formatted ones among them.
CELLS_SEEN_LIMIT = 1_500_000
#: Elements of XML in all parts: three for each cell that holds something.
ELEMENT_LIMIT = 1_600_000
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


class Budget:
    """What all sheets of a workbook may hold together."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._seen = CELLS_SEEN_LIMIT
        self._area = AREA_LIMIT
        self._filled = FILLED_LIMIT
        self._text = TEXT_LIMIT

    def see(self, cells: int) -> None:
        """Count cells and rows looked at, empty ones too."""
        self._seen -= cells
        if self._seen < 0:
            help = "delete the empty rows and columns, or copy the table to a new file"
            self._refuse(f"{CELLS_SEEN_LIMIT:,} cells, most of them empty", help)

    def lay_out(self, cells: int) -> None:
        """Count a row's cells up to the last with content."""
        self._area -= cells
        if self._area < 0:
            self._refuse(f"{AREA_LIMIT:,} cells")

    def fill(self, cells: int) -> None:
        """Count cells that hold something."""
        self._filled -= cells
        if self._filled < 0:
            self._refuse(f"{FILLED_LIMIT:,} cells with something in them")

    def spend(self, characters: int) -> None:
        """Count characters of a cell, for every cell a text stands in."""
        self._text -= characters
        if self._text < 0:
            self._refuse(f"{TEXT_LIMIT / 2**20:g} million characters")

    def _refuse(self, much: str, help: str = SMALLER) -> NoReturn:
        refuse(Place(self._file), f"the workbook holds more than {much}", help)


def whole(text: str | None, default: int, file: str, most: int = 2**31) -> int:
    """A number of rows or columns in an attribute."""
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= most):
        damaged(file, "it counts rows or columns in a way that cannot be")
    return int(text)
