"""Cells of a worksheet given other styles where they stand, or put in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from grader.sheets.package import Element, OddPartError, P, elements, into, replaced, with_attribute
from grader.sheets.places import letters, row_and_column

_WALKED = frozenset({"worksheet", "sheetData", "row", "c", "v", "is", "mergeCell", "legacyDrawing"})
#: What no attribute of a workbook is called: that a cell holds something.
_FILLED = " filled"
#: What stands after the place of notes in a worksheet.
_AFTER_NOTES = frozenset({
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts",
    "extLst",
})  # fmt: skip


@dataclass(slots=True)
class MarkedSheet:
    """A worksheet's part: where its rows and cells stand."""

    content: bytes
    rows: dict[int, Element] = field(default_factory=dict)
    cells: dict[tuple[int, int], Element] = field(default_factory=dict)
    filled: dict[int, int] = field(default_factory=dict)
    """Of each row the first column with something in it."""
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    data: Element | None = None
    root: Element | None = None
    notes: str | None = None
    """The id of the relation to the drawing of its notes."""
    after_notes: int | None = None

    def __post_init__(self) -> None:
        waiting: list[Element] = []
        row, holds = 0, False
        for each in elements(self.content, _WALKED | _AFTER_NOTES):
            if each.name in ("v", "is"):
                holds = True
            elif each.name == "c":
                waiting.append(each)
                if holds:
                    each.attributes[_FILLED] = "1"
                holds = False
            elif each.name == "row":
                row = int(each.attributes.get("r", row + 1))
                self._row(row, each, waiting)
                waiting.clear()
            else:
                self._other(each)
        if self.data is None or self.root is None:
            raise OddPartError

    def _row(self, number: int, row: Element, cells: list[Element]) -> None:
        self.rows[number] = row
        column = 0
        for cell in cells:
            reference = cell.attributes.get("r")
            column = row_and_column(reference)[1] if reference else column + 1
            self.cells[number, column] = cell
            if _FILLED in cell.attributes:
                self.filled.setdefault(number, column)

    def _other(self, each: Element) -> None:
        if each.name == "mergeCell":
            first, _, last = each.attributes.get("ref", "").partition(":")
            (top, left), (bottom, right) = row_and_column(first), row_and_column(last or first)
            self.merges.append((top, left, bottom, right))
        elif each.name == "sheetData":
            self.data = each
        elif each.name == "worksheet":
            self.root = each
        elif each.name == "legacyDrawing":
            self.notes = next((v for k, v in each.attributes.items() if k.rpartition(":")[2] == "id"), None)
        elif each.depth == 1 and self.after_notes is None:
            self.after_notes = each.start

    def cell_of(self, row: int, column: int) -> tuple[int, int]:
        """The cell to mark: of merged ones the first, of a row the first with content."""
        column = column or self.filled.get(row, 1)
        for top, left, bottom, right in self.merges:
            if top <= row <= bottom and left <= column <= right:
                return top, left
        return row, column

    def style(self, row: int, column: int) -> int:
        """The number of a cell's style: its own, or its row's."""
        cell = self.cells.get((row, column))
        if cell is not None:
            return _whole(cell.attributes.get("s"))
        own = self.rows.get(row)
        return _whole(own.attributes.get("s")) if own and own.attributes.get("customFormat") == "1" else 0

    def part(self, styles: Mapping[tuple[int, int], int], drawing: str | None) -> bytes:
        """The part with cells in these styles, and a relation to its notes' drawing."""
        assert self.data is not None
        assert self.root is not None
        edits: list[tuple[int, int, bytes]] = []
        absent: dict[int, list[int]] = {}
        for (row, column), style in styles.items():
            cell = self.cells.get((row, column))
            if cell is None:
                absent.setdefault(row, []).append(column)
                continue
            tag = self.content[cell.start : cell.inner]
            edits.append((cell.start, cell.inner, with_attribute(tag, "s", style)))
        new_rows = ""
        for row, columns in sorted(absent.items()):
            made = {c: f'<{P}c r="{letters(c)}{row}" s="{styles[row, c]}"/>' for c in sorted(columns)}
            if row in self.rows:
                edits += self._into_row(row, made)
                continue
            text = f'<{P}row r="{row}">{"".join(made.values())}</{P}row>'
            following = min((e.start for n, e in self.rows.items() if n > row), default=None)
            if following is None:
                new_rows += text
            else:
                edits.append((following, following, text.replace(P, self.data.prefix).encode()))
        if new_rows:
            edits.append(into(self.content, self.data, new_rows))
        if drawing is not None and self.notes is None:
            at = self.after_notes if self.after_notes is not None else self.root.closing
            edits.append((at, at, drawing.replace(P, self.root.prefix).encode()))
        return replaced(self.content, edits)

    def _into_row(self, row: int, made: Mapping[int, str]) -> list[tuple[int, int, bytes]]:
        element = self.rows[row]
        there: Collection[tuple[int, Element]] = [(c, e) for (r, c), e in self.cells.items() if r == row]
        edits, last = [], ""
        for column, text in made.items():
            after = min((e.start for c, e in there if c > column), default=None)
            if after is None:
                last += text
            else:
                edits.append((after, after, text.replace(P, element.prefix).encode()))
        return [*edits, into(self.content, element, last)] if last else edits


def _whole(said: str | None) -> int:
    return int(said) if said is not None and said.isdecimal() else 0
