"""How a workbook in the OpenDocument format hangs together, and what its sheets hold beside their values."""

from __future__ import annotations

from functools import lru_cache

from grader.errors import Place
from grader.files.sheets.archive import Archive, Attributes
from grader.files.sheets.extent import Budget, Extent, whole
from grader.files.sheets.limits import SHEET_LIMIT, damaged, refuse
from grader.files.sheets.values import NOT_WORKED_OUT, Unreadable, failed

_CONTENT = "content.xml"
_CELLS = ("table-cell", "covered-table-cell")
_MANIFEST = "META-INF/manifest.xml"
#: The most any program has, and so the most that empty cells are repeated.
_ROWS, _COLUMNS = 2**20, 2**14
_ATTRIBUTES = {
    "number-rows-repeated",
    "number-columns-repeated",
    "number-rows-spanned",
    "number-columns-spanned",
    "value-type",
    "formula",
}
_BROKEN = Unreadable(
    "the cell holds a tab or a soft line break, which would be lost", "write a space or a new paragraph"
)


class OdsSheets:
    """The tables of a workbook, by name, in its order. All are read at once: they are one part of it."""

    def __init__(self, archive: Archive) -> None:
        if any(n == "encryption-data" for _, n, _ in archive.elements(_MANIFEST)):
            refuse(Place(archive.file), "the workbook is locked with a password", "save it without one")
        for _ in archive.chunks("mimetype", 1024):  # the library looks for it
            pass
        self._walk = _ContentWalk(archive.file)
        archive.parse(_CONTENT, self._walk.start, self._walk.end, self._walk.text)
        self.names = list(self._walk.extents)

    def measure(self, wanted: list[str]) -> dict[str, Extent]:
        """What is known of the sheets wanted."""
        return {name: self._walk.extents[name] for name in wanted}


class _ContentWalk:
    """One walk over all tables."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.budget = Budget(file)
        self.extents: dict[str, Extent] = {}
        self.extent: Extent | None = None
        self.row = self.rows = 0
        self.column = self.columns = 0
        self.cell: dict[str, str] | None = None
        self.characters = 0
        self.shown = ""
        self.broken = False
        self.noting = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "table" and self.extent is None:
            self.open_table(next((v for k, v in attributes.items() if k.endswith(":name")), ""))
        elif self.extent is None:
            return
        elif name == "table":
            damaged(self.file, "a table stands inside another")
        elif name == "table-row":
            own = _own(attributes)
            self.row += self.rows
            self.rows = whole(own.get("number-rows-repeated"), 1, self.file, _ROWS)
            self.column = self.columns = 0
            self.budget.see(1)
        elif name in _CELLS:
            self.cell = _own(attributes)
            self.column += self.columns
            self.columns = whole(self.cell.get("number-columns-repeated"), 1, self.file, _COLUMNS)
            self.characters, self.shown, self.broken = 0, "", False
        elif name == "annotation":
            self.noting += 1
        elif name == "s":
            self.characters += whole(_last(attributes, "c"), 1, self.file)
        elif name in ("tab", "line-break") and not self.noting:
            self.broken = True

    def open_table(self, name: str) -> None:
        if name in self.extents or len(self.extents) == SHEET_LIMIT:
            damaged(self.file, f"it has a sheet twice, or more than {SHEET_LIMIT} of them")
        self.extent = self.extents[name] = Extent(self.file, name, self.budget)
        self.row, self.rows = 1, 0

    def text(self, more: str) -> None:
        if self.cell is not None and not self.noting:
            self.characters += len(more)
            if len(self.shown) < 100:
                self.shown += more

    def end(self, name: str) -> None:
        if name == "annotation":
            self.noting -= 1
        elif name == "table":
            self.extent = None
        elif name in _CELLS and self.cell is not None and self.extent is not None:
            self.finish(self.cell, self.extent)
            self.cell = None

    def finish(self, cell: dict[str, str], extent: Extent) -> None:
        row, column = self.row, self.column + 1
        self.budget.see(1)
        kind = cell.get("value-type")
        if kind is None and "formula" not in cell and not self.shown.strip():
            return
        last_row, last_column = row + self.rows - 1, column + self.columns - 1
        extent.hold(column, last_row, last_column, self.rows * self.columns)
        self.budget.spend(self.characters * self.rows * self.columns)
        if "number-rows-spanned" in cell or "number-columns-spanned" in cell:
            rows = whole(cell.get("number-rows-spanned"), 1, self.file)
            columns = whole(cell.get("number-columns-spanned"), 1, self.file)
            if rows > 1 or columns > 1:
                extent.merge((row, column, row + rows - 1, column + columns - 1))
        unreadable = self.unreadable(cell)
        if unreadable is None and kind != "percentage":
            return
        every = [(r, c) for r in range(row, last_row + 1) for c in range(column, last_column + 1)]
        if unreadable is not None:
            extent.unreadable.update(dict.fromkeys(every, unreadable))
        else:
            extent.percents.update(every)

    def unreadable(self, cell: dict[str, str]) -> Unreadable | None:
        kind = cell.get("value-type")
        if kind == "error":
            return failed(self.shown.strip())
        if self.broken:
            return _BROKEN
        return NOT_WORKED_OUT if kind is None and "formula" in cell else None


@lru_cache(maxsize=1024)  # they are few, in a workbook that means no harm
def _local(name: str) -> str | None:
    """An attribute looked at, without its prefix."""
    local = name.rpartition(":")[2]
    return local if local in _ATTRIBUTES else None


def _own(attributes: Attributes) -> dict[str, str]:
    """The attributes looked at; that a value is an error stands in a prefix of its own."""
    found: dict[str, str] = {}
    for key, value in attributes.items():
        name = _local(key)
        if name is not None and (name != "value-type" or found.get(name) != "error"):
            found[name] = value
    return found


def _last(attributes: Attributes, name: str) -> str | None:
    return next((v for k, v in attributes.items() if k.rpartition(":")[2] == name), None)
