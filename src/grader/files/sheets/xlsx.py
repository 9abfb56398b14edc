"""How a workbook in Excel's format hangs together, and what its sheets hold beside their values."""

from __future__ import annotations

import re

from grader.files.sheets.archive import Archive, Attributes
from grader.files.sheets.extent import Budget, Extent, whole
from grader.files.sheets.limits import SHEET_LIMIT, damaged
from grader.files.sheets.places import row_and_column
from grader.files.sheets.values import NOT_WORKED_OUT, failed

_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_STRINGS = "xl/sharedStrings.xml"
_STYLES = "xl/styles.xml"
#: What any workbook has, for the library to find its way.
_FRAME = ("[Content_Types].xml", "_rels/.rels")

#: Of the formats that have a number and no code: per cents, and a month with its year.
_PERCENT_FORMATS = {"9", "10"}
_MONTH_FORMATS = {"17"}
#: Quoted text, escaped characters and bracketed colours and languages of a number format.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')


class XlsxSheets:
    """The worksheets of a workbook, by name, in its order."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        targets = {
            a.get("Id", ""): a.get("Target", "")
            for _, name, a in archive.elements(_RELATIONS)
            if name == "Relationship" and a.get("Type", "").endswith("/worksheet")
        }
        self._parts: dict[str, str] = {}
        for _, name, attributes in archive.elements(_WORKBOOK):
            if name != "sheet":
                continue
            relation = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            if relation in targets:  # charts have sheets of their own
                self._parts[attributes.get("name", "")] = _part(targets[relation])
        if len(self._parts) > SHEET_LIMIT or len(set(self._parts.values())) < len(self._parts):
            damaged(archive.file, f"it lists a sheet twice, or more than {SHEET_LIMIT} of them")
        self.names = list(self._parts)

    def measure(self, wanted: list[str]) -> dict[str, Extent]:
        """Walk over the sheets wanted, and all else the library reads for them."""
        archive = self._archive
        for part in _FRAME:
            archive.elements(part)
        lengths = _lengths(archive) if _STRINGS in archive else []
        percents, months = _styles(archive) if _STYLES in archive else (set(), set())
        budget = Budget(archive.file)
        found = {}
        for name in wanted:
            walk = _SheetWalk(Extent(archive.file, name, budget), lengths, percents, months)
            archive.parse(self._parts[name], walk.start, walk.end, walk.text)
            found[name] = walk.extent
        return found


def _part(target: str) -> str:
    target = target.removeprefix("/")
    return target if target.startswith("xl/") else f"xl/{target}"


def _lengths(archive: Archive) -> list[int]:
    """Length of each shared text."""
    found: list[int] = []
    budget = Budget(archive.file)  # the library reads every one, wherever it stands

    def start(name: str, attributes: Attributes) -> None:
        if name == "si":
            budget.see(1)
            found.append(0)

    def text(more: str) -> None:
        budget.spend(len(more))
        if found:
            found[-1] += len(more)

    archive.parse(_STRINGS, start, text=text)
    return found


def _styles(archive: Archive) -> tuple[set[str], set[str]]:
    """Styles, by their number in the order of the part, that show per cents, and months without a day."""
    percent_formats, month_formats = set(_PERCENT_FORMATS), set(_MONTH_FORMATS)
    styles: list[str] = []
    for around, name, attributes in archive.elements(_STYLES):
        if name == "numFmt":
            number, code = attributes.get("numFmtId", ""), attributes.get("formatCode", "")
            plain = _LITERAL.sub("", code).lower()
            if "%" in plain:
                percent_formats.add(number)
            if "m" in plain and "y" in plain and not set("dhs") & set(plain):
                month_formats.add(number)
        elif name == "xf" and around == "cellXfs":
            styles.append(attributes.get("numFmtId", ""))
    numbered = [(str(i), number) for i, number in enumerate(styles)]
    return {i for i, n in numbered if n in percent_formats}, {i for i, n in numbered if n in month_formats}


class _SheetWalk:
    """One walk over a worksheet."""

    def __init__(self, extent: Extent, lengths: list[int], percents: set[str], months: set[str]) -> None:
        self.extent = extent
        self.lengths = lengths
        self.percents = percents
        self.months = months
        self.budget = extent.budget
        self.row = 0
        self.column = 0
        self.cell: Attributes | None = None
        self.formula = False
        self.listening = False
        self.heard = ""
        self.inline = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self.cell = attributes
            self.formula, self.heard, self.inline = False, "", 0
            self.position(attributes.get("r"))
        elif name == "v":
            self.listening = self.cell is not None
        elif name == "f":
            self.formula = True
        elif name == "is":
            self.listening = self.cell is not None
            self.inline = 1
        elif name == "row":
            row = whole(attributes.get("r"), self.row + 1, self.extent.file)
            if row <= self.row:
                damaged(self.extent.file, "its rows are out of order")
            self.row, self.column = row, 0
            self.budget.see(1)
        elif name == "mergeCell":
            self.merge(attributes.get("ref", ""))

    def text(self, more: str) -> None:
        if not self.listening:
            return
        if self.inline:
            self.inline += len(more)
        elif len(self.heard) < 100:
            self.heard += more
        self.budget.spend(len(more))

    def end(self, name: str) -> None:
        if name in ("v", "is"):
            self.listening = False
        elif name == "c" and self.cell is not None:
            self.finish(self.cell)
            self.cell = None

    def position(self, reference: str | None) -> None:
        """The cell's own place; where it has none it stands right of the one before."""
        self.budget.see(1)
        row, column = self.row, self.column + 1
        if reference is not None:
            try:
                row, column = row_and_column(reference)
            except ValueError:
                damaged(self.extent.file, "a cell has a place that cannot be")
        if row != self.row or column <= self.column:
            damaged(self.extent.file, "its cells are out of order")
        self.column = column

    def finish(self, cell: Attributes) -> None:
        if not (self.heard or self.inline or self.formula):
            return
        kind, at = cell.get("t"), (self.row, self.column)
        value = self.heard.strip()
        unworked = self.formula and not value and kind != "str"
        if not (value or self.inline or unworked):
            return
        self.extent.hold(self.column, self.row, self.column)
        if unworked:
            self.extent.unreadable[at] = NOT_WORKED_OUT
        elif kind == "e":
            self.extent.unreadable[at] = failed(value)
        elif kind == "s":
            if not re.fullmatch("[0-9]{1,9}", value) or int(value) >= len(self.lengths):
                damaged(self.extent.file, "a cell holds a text that is not there")
            self.budget.spend(self.lengths[int(value)])
        elif kind in (None, "n", "d"):
            style = cell.get("s", "0")
            if style in self.percents:
                self.extent.percents.add(at)
            elif style in self.months:
                self.extent.months.add(at)

    def merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        try:
            top, left = row_and_column(first)
            bottom, right = row_and_column(last or first)
        except ValueError:
            damaged(self.extent.file, "merged cells have a place that cannot be")
        if bottom < top or right < left:
            damaged(self.extent.file, "merged cells have a place that cannot be")
        self.extent.merge((top, left, bottom, right))
