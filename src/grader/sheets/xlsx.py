"""The parts of an .xlsx, and its sheets as shown."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from grader.sheets.archive import Archive, Attributes, plain_part
from grader.sheets.cells import Cells
from grader.sheets.limits import SHEET_LIMIT, Budget, damaged, whole
from grader.sheets.places import row_and_column
from grader.sheets.shared_texts import Text, TextReader, read_texts
from grader.sheets.styles import LOST, PLAIN, Style, read_styles
from grader.sheets.values import NOT_WORKED_OUT, Value, failed
from grader.sheets.worked_out import dated, numbered

_TOP_RELATIONS = "_rels/.rels"
_WORKBOOK = "xl/workbook.xml"
#: A number is never longer.
_LONGEST = 100
_SWITCHED_ON = ("1", "true", "on")


@dataclass(frozen=True, slots=True)
class _Listed:
    """A sheet as the workbook lists it."""

    part: str
    hidden: bool


class XlsxSheets:
    """The worksheets of a workbook, by name, in its order."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._workbook = _workbook_part(archive)
        folder, name = posixpath.split(self._workbook)
        self._parts: dict[str, str] = {}
        targets: dict[str, str] = {}
        for identity, kind, part in _relations(archive, f"{folder}/_rels/{name}.rels", folder):
            self._parts.setdefault(kind, part)
            if kind == "worksheet":
                targets[identity] = part
        self.from_1904 = False
        self._sheets: dict[str, _Listed] = {}
        for _, name, attributes in archive.elements(self._workbook):
            if name == "workbookPr":
                self.from_1904 = attributes.get("date1904", "").lower() in _SWITCHED_ON
            if name != "sheet":
                continue
            relation = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            if relation in targets:  # charts have sheets of their own
                title = attributes.get("name", "")
                if title in self._sheets:
                    damaged(archive.file, "it lists a sheet twice")
                hidden = attributes.get("state", "visible") != "visible"
                self._sheets[title] = _Listed(targets[relation], hidden)
        parts = {plain_part(sheet.part) for sheet in self._sheets.values()}
        if len(self._sheets) > SHEET_LIMIT or len(parts) < len(self._sheets):
            damaged(archive.file, f"it lists a sheet twice, or more than {SHEET_LIMIT} of them")
        self.names = list(self._sheets)

    def read(self, wanted: list[str]) -> dict[str, Cells]:
        """The cells of the sheets wanted."""
        archive, budget = self._archive, Budget(self._archive.file)
        folder = posixpath.dirname(self._workbook)
        texts_part = self._parts.get("sharedStrings", f"{folder}/sharedStrings.xml")
        styles_part = self._parts.get("styles", f"{folder}/styles.xml")
        texts = read_texts(archive, texts_part, budget) if texts_part in archive else []
        styles = read_styles(archive, styles_part) if styles_part in archive else []
        found = {}
        for name in wanted:
            walk = _SheetWalk(Cells(archive.file, name, budget), texts, styles, from_1904=self.from_1904)
            archive.parse(self._sheets[name].part, walk.start, walk.end, walk.text)
            walk.cells.unseen.whole = self._sheets[name].hidden
            found[name] = walk.cells
        return found


def _workbook_part(archive: Archive) -> str:
    if _TOP_RELATIONS in archive:
        for _, kind, part in _relations(archive, _TOP_RELATIONS, ""):
            if kind == "officeDocument" and part in archive:
                return part
    return _WORKBOOK


def _relations(archive: Archive, part: str, folder: str) -> list[tuple[str, str, str]]:
    """Each relation's id, kind and part."""
    found = []
    for _, name, attributes in archive.elements(part):
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "").replace("\\", "/")
            # Some programs name parts from the top without saying so.
            from_top = target.startswith("/") or (
                bool(folder) and target.lower().startswith(f"{folder.lower()}/")
            )
            path = target.lstrip("/") if from_top else posixpath.normpath(posixpath.join(folder, target))
            found.append((attributes.get("Id", ""), attributes.get("Type", "").rpartition("/")[2], path))
    return found


class _SheetWalk:
    """One walk over a worksheet."""

    def __init__(self, cells: Cells, texts: list[Text], styles: list[Style], *, from_1904: bool) -> None:
        self.cells = cells
        self.budget = cells.budget
        self.texts = texts
        self.styles = styles
        self.from_1904 = from_1904
        self.row = self.column = 0
        self.row_hidden = False
        self.row_style: Style | None = None
        self.cell: Attributes | None = None
        self.formula = False
        self.listening = False
        self.heard: list[str] = []
        self.inline: TextReader | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        if self.inline is not None:
            self.inline.start(name, attributes)
        elif name == "c":
            self.cell = attributes
            self.formula, self.heard = False, []
            self.position(attributes.get("r"))
        elif name == "v":
            self.listening = self.cell is not None
        elif name == "f":
            self.formula = self.cell is not None
        elif name == "is" and self.cell is not None:
            self.inline = TextReader(self.budget)
        elif name == "row":
            self.open_row(attributes)
        elif name == "mergeCell":
            self.merge(attributes.get("ref", ""))

    def open_row(self, attributes: Attributes) -> None:
        row = whole(attributes.get("r"), self.row + 1, self.cells.file)
        if row <= self.row:
            damaged(self.cells.file, "its rows are out of order")
        self.row, self.column = row, 0
        self.budget.see(1)
        hidden, height = attributes.get("hidden"), attributes.get("ht")
        self.row_hidden = (hidden or "").lower() in _SWITCHED_ON or _zero(height)
        own = attributes.get("customFormat", "").lower() in _SWITCHED_ON
        self.row_style = self.style(attributes.get("s")) if own else None

    def text(self, more: str) -> None:
        if self.inline is not None:
            self.inline.text(more)
        elif self.listening:
            self.budget.spend(len(more))
            self.heard.append(more)

    def end(self, name: str) -> None:
        if self.inline is not None and name != "is":
            self.inline.end(name)
        elif name == "v":
            self.listening = False
        elif name == "c" and self.cell is not None:
            self.finish(self.cell)
            self.cell = self.inline = None
        elif name == "is":
            if self.inline is not None and self.cell is not None:
                self.heard.append(self.inline.close().text)
                self.cell = {**self.cell, "t": "inlineStr", "struck": "1" if self.inline.struck else ""}
            self.inline = None
        elif name == "row":
            self.cells.end_row(self.row, hidden=self.row_hidden)

    def position(self, reference: str | None) -> None:
        """The cell's own place, else right of the one before."""
        self.budget.see(1)
        row, column = self.row, self.column + 1
        if reference is not None:
            try:
                row, column = row_and_column(reference)
            except ValueError:
                damaged(self.cells.file, "a cell has a place that cannot be")
        if row != self.row or column <= self.column:
            damaged(self.cells.file, "its cells are out of order")
        self.column = column

    def style(self, number: str | None) -> Style:
        if number is None or not (number.isascii() and number.isdigit() and len(number) < 8):
            return PLAIN
        if int(number) < len(self.styles):
            return self.styles[int(number)]
        return LOST if int(number) else PLAIN

    def finish(self, cell: Attributes) -> None:
        kind = cell.get("t", "n")
        heard = "".join(self.heard)
        if not heard and not (self.formula and kind != "str"):
            return
        style = self.style(cell["s"]) if "s" in cell else self.row_style or PLAIN
        struck = style.struck or bool(self.row_style and self.row_style.struck and "s" not in cell)
        if style is LOST:
            self.cells.unseen.lost.add(self.row)
        value: Value
        if not heard.strip():
            value = NOT_WORKED_OUT if self.formula and kind != "str" else ""
        elif kind == "s":
            text = self.shared(heard.strip())
            value, struck = text.text, struck or text.struck
        elif kind in ("str", "inlineStr"):
            value, struck = heard, struck or bool(cell.get("struck"))
        else:
            value = self.plain(kind, heard.strip(), style)
        self.cells.put(self.row, self.column, value, struck=struck)

    def shared(self, number: str) -> Text:
        if not (number.isascii() and number.isdigit() and len(number) < 10) or int(number) >= len(self.texts):
            damaged(self.cells.file, "a cell holds a text that is not there")
        text = self.texts[int(number)]
        self.budget.spend(len(text.text))
        return text

    def plain(self, kind: str, heard: str, style: Style) -> Value:
        """A value that is not text."""
        if kind == "e":
            return failed(heard)
        if kind == "b":
            return heard.lower() in _SWITCHED_ON
        value = dated(heard, style.format) if kind == "d" else None
        if value is None and len(heard) <= _LONGEST:
            value = numbered(heard, style.format, from_1904=self.from_1904)
        if value is None:
            damaged(self.cells.file, f"a cell of row {self.row} holds a number that is none")
        return value

    def merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        try:
            top, left = row_and_column(first)
            bottom, right = row_and_column(last or first)
        except ValueError:
            damaged(self.cells.file, "merged cells have a place that cannot be")
        if bottom < top or right < left:
            damaged(self.cells.file, "merged cells have a place that cannot be")
        self.cells.merge((top, left, bottom, right))


def _zero(height: str | None) -> bool:
    try:
        return height is not None and float(height) == 0
    except ValueError:
        return False
