"""The sheets of an OpenDocument workbook, values with their text."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, datetime, time
from math import isfinite

from grader.errors import Place
from grader.sheets.archive import Archive, Attributes
from grader.sheets.cells import Cells
from grader.sheets.limits import SHEET_LIMIT, Budget, damaged, refuse, whole
from grader.sheets.ods_styles import OdsStyles, plainly
from grader.sheets.values import (
    NOT_WORKED_OUT,
    Day,
    Moment,
    Number,
    Value,
    failed,
    fifteen,
    percent_of,
    shown_number,
)

_CONTENT = "content.xml"
_STYLES = "styles.xml"
_CELLS = ("table-cell", "covered-table-cell")
_MANIFEST = "META-INF/manifest.xml"
#: The most any program has, and so the most that empty cells are repeated.
_ROWS, _COLUMNS = 2**20, 2**14
#: Beside the text of a cell.
_ASIDE = ("annotation", "ruby-text")


class OdsSheets:
    """A workbook's tables by name, read at once."""

    def __init__(self, archive: Archive) -> None:
        if _MANIFEST in archive and any(n == "encryption-data" for _, n, _ in archive.elements(_MANIFEST)):
            refuse(Place(archive.file), "the workbook is locked with a password", "save it without one")
        styles = OdsStyles()
        if _STYLES in archive:
            archive.parse(_STYLES, styles.start, styles.end)
        self._walk = _ContentWalk(archive.file, styles)
        archive.parse(_CONTENT, self._walk.start, self._walk.end, self._walk.text)
        self.names = list(self._walk.sheets)

    def read(self, wanted: list[str]) -> dict[str, Cells]:
        """The cells of the sheets wanted."""
        return {name: self._walk.sheets[name] for name in wanted}


class _ContentWalk:
    """One walk over all tables."""

    def __init__(self, file: str, styles: OdsStyles) -> None:
        self.file = file
        self.styles = styles
        self.budget = Budget(file)
        self.sheets: dict[str, Cells] = {}
        self.cells: Cells | None = None
        self.row = self.rows = 0
        self.column = self.columns = 0
        self.row_hidden = False
        self.row_style: str | None = None
        #: Styles of columns, and the last column each stands for.
        self.column_styles: list[str] = []
        self.last_columns: list[int] = []
        self.shown_groups: list[bool] = []
        self.row_cells: list[tuple[int, int, Value, bool]] = []
        self.cell: dict[str, str] | None = None
        self.paragraphs: list[list[str]] = []
        self.spans: list[bool | None] = []
        self.plain_text = False
        self.aside = 0

    # Elements ----------------------------------------------------------------------------------------------

    def start(self, name: str, attributes: Attributes) -> None:
        if name in _ASIDE:
            self.aside += 1
        if name == "table":
            self.open_table(plainly(attributes))
        elif self.cells is None:
            self.styles.start(name, attributes)
        elif name == "table-row-group":
            self.shown_groups.append(plainly(attributes).get("display") != "false")
        elif name == "table-column":
            own = plainly(attributes)
            last = self.last_columns[-1] if self.last_columns else 0
            self.last_columns.append(last + whole(own.get("number-columns-repeated"), 1, self.file, _COLUMNS))
            self.column_styles.append(own.get("default-cell-style-name", ""))
            self.budget.see(1)
        elif name == "table-row":
            self.open_row(plainly(attributes))
        elif name in _CELLS:
            self.cell = plainly(attributes)
            self.column += self.columns
            self.columns = whole(self.cell.get("number-columns-repeated"), 1, self.file, _COLUMNS)
            self.paragraphs, self.spans, self.plain_text = [], [], False
        elif self.cell is not None and not self.aside:
            self.start_text(name, attributes)

    def start_text(self, name: str, attributes: Attributes) -> None:
        """An element inside a cell."""
        if name == "p":
            self.paragraphs.append([])
        elif name == "span":
            self.spans.append(self.styles.struck("text", plainly(attributes).get("style-name")))
        elif name == "s":
            self.say(" " * self.within(whole(plainly(attributes).get("c"), 1, self.file)))
        elif name == "tab":
            self.say("\t")
        elif name == "line-break":
            self.say("\n")

    def within(self, characters: int) -> int:
        self.budget.spend(characters)
        return characters

    def open_table(self, own: dict[str, str]) -> None:
        if self.cells is not None:
            damaged(self.file, "a table stands inside another")
        name = own.get("name", "")
        if name in self.sheets or len(self.sheets) == SHEET_LIMIT:
            damaged(self.file, f"it has a sheet twice, or more than {SHEET_LIMIT} of them")
        self.cells = self.sheets[name] = Cells(self.file, name, self.budget)
        hidden = self.styles.hides("table", own.get("style-name")) or own.get("display") == "false"
        self.cells.unseen.whole = hidden
        self.row, self.rows = 1, 0
        self.column_styles, self.last_columns, self.shown_groups = [], [], []

    def open_row(self, own: dict[str, str]) -> None:
        self.row += self.rows
        self.rows = whole(own.get("number-rows-repeated"), 1, self.file, _ROWS)
        self.column = self.columns = 0
        self.row_cells = []
        unseen = own.get("visibility", "visible") != "visible" or not all(self.shown_groups)
        self.row_hidden = unseen or self.styles.hides("table-row", own.get("style-name"))
        self.row_style = own.get("default-cell-style-name")
        self.budget.see(1)

    def text(self, more: str) -> None:
        if self.cell is not None and not self.aside and self.paragraphs:
            self.budget.spend(len(more))
            self.say(more)

    def say(self, more: str) -> None:
        if self.paragraphs:
            self.paragraphs[-1].append(more)
            if more.strip() and not any(self.spans):
                self.plain_text = True

    def end(self, name: str) -> None:
        if name in _ASIDE:
            self.aside -= 1
        elif name == "table":
            self.cells = None
        elif self.cells is None:
            self.styles.end(name)
        elif name == "table-row-group":
            self.shown_groups.pop()
        elif name == "span" and not self.aside and self.spans:
            self.spans.pop()
        elif name in _CELLS and self.cell is not None:
            self.finish(self.cell, self.cells)
            self.cell = None
        elif name == "table-row":
            self.end_row(self.cells)

    # Cells -------------------------------------------------------------------------------------------------

    def finish(self, cell: dict[str, str], cells: Cells) -> None:
        row, column = self.row, self.column + 1
        self.budget.see(1)
        shown = "\n".join("".join(parts) for parts in self.paragraphs)
        value = _value(cell, shown)
        if "number-rows-spanned" in cell or "number-columns-spanned" in cell:
            rows = whole(cell.get("number-rows-spanned"), 1, self.file)
            columns = whole(cell.get("number-columns-spanned"), 1, self.file)
            if rows > 1 or columns > 1:
                cells.merge((row, column, row + rows - 1, column + columns - 1))
        if value is None:
            damaged(self.file, f"a cell of row {row} holds a value that is none")
        if isinstance(value, str) and not value.strip():
            return
        # What a cell holds is repeated too: its characters count each time.
        self.budget.spend(len(shown) * (self.rows * self.columns - 1))
        self.row_cells.append((column, self.columns, value, self.struck(cell, column, shown)))

    def struck(self, cell: dict[str, str], column: int, shown: str) -> bool:
        if shown.strip() and not self.plain_text:  # every run of it is
            return True
        own = cell.get("style-name") or self.row_style or self.style_of_column(column)
        return bool(self.styles.struck("table-cell", own))

    def style_of_column(self, column: int) -> str | None:
        at = bisect_left(self.last_columns, column)
        return self.column_styles[at] if at < len(self.column_styles) else None

    def end_row(self, cells: Cells) -> None:
        """Put a row's cells in each row it stands for."""
        if not self.row_cells:
            return
        for row in range(self.row, self.row + self.rows):
            for column, times, value, struck in self.row_cells:
                for at in range(column, column + times):
                    cells.put(row, at, value, struck=struck)
            cells.end_row(row, hidden=self.row_hidden)


def _value(cell: dict[str, str], shown: str) -> Value | None:
    """A cell's value with its text, or None."""
    kind = cell.get("value-type")
    if kind == "error" or (
        "formula" in cell and shown.startswith(("#", "Err:")) and kind in (None, "string")
    ):
        return failed(shown.strip())
    if kind is None:
        return NOT_WORKED_OUT if "formula" in cell and not shown.strip() else shown
    if kind == "string":
        return shown or cell.get("string-value", "")
    if kind == "boolean":
        return cell.get("boolean-value", "").lower() in ("true", "1")
    try:
        if kind == "date":
            return _dated(cell.get("date-value", ""), shown)
        if kind == "time":
            return _timed(cell.get("time-value", ""), shown)
        number = float(cell.get("value", ""))
    except ValueError:
        return None
    if not isfinite(number):
        return None
    told = shown.strip() or shown_number(fifteen(number)) + ("%" if kind == "percentage" else "")
    if "##" in told:  # the column was too narrow
        told = ""
    return percent_of(number, told or None) if kind == "percentage" else Number(fifteen(number), told or None)


def _dated(written: str, shown: str) -> Day | Moment:
    told = shown.strip() or None
    moment = datetime.fromisoformat(written.removesuffix("Z"))
    if "T" in written and moment.time() != time():
        return Moment(moment.isoformat(" ", "auto"), told)
    month_only = moment.day == 1 and told is not None and _month_only(told, moment.date())
    return Day(moment.date().isoformat()[: 7 if month_only else 10], told)


def _month_only(shown: str, day: date) -> bool:
    """Whether a date shows month and year alone: `Mar 2022`, `03/22`."""
    pieces = shown.replace("/", " ").replace("-", " ").replace(".", " ").replace(",", " ").split()
    return len(pieces) == 2 and pieces[1] in (f"{day.year}", f"{day.year % 100:02d}")


def _timed(written: str, shown: str) -> Moment:
    """`PT36H30M00S` as 36:30:00."""
    found: dict[str, str] = {}
    digits = ""
    for sign in written.removeprefix("PT"):
        if sign.isdigit() or sign in ".,":
            digits += sign
        else:
            found[sign], digits = digits, ""
    if not written.startswith("PT") or len(written) > 40 or digits or found.keys() - set("HMS"):
        raise ValueError(written[:40])
    hours, minutes = int(found.get("H") or 0), int(found.get("M") or 0)
    seconds = float((found.get("S") or "0").replace(",", "."))
    return Moment(f"{hours:02d}:{minutes:02d}:{seconds:02.0f}", shown.strip() or None)
