"""Workbooks in Excel's format put together from their parts, and what has to be said of each."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TOP = "_rels/.rels"
WORKBOOK = "xl/workbook.xml"
LINKS = "xl/_rels/workbook.xml.rels"
SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"


When = Literal["cells", "shape", "parts", "packed"]
STAGES: tuple[When, ...] = ("cells", "shape", "parts", "packed")


@dataclass
class Cell:
    """A cell: what it stores, how (`s` is a shared text), and how it is shown."""

    stored: str
    kind: str = "s"
    code: str = ""
    struck: bool = False
    inside: str = ""
    """Its XML, where it is not that of its kind."""

    @property
    def filled(self) -> bool:
        return bool(self.stored.strip() or self.inside)


@dataclass
class Line:
    cells: dict[int, Cell] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    hidden: bool = False
    struck: bool = False
    """Whether the row's own style is struck through: cells that have none take it."""


@dataclass
class Book:
    """A workbook in the making.

    Attributes
    ----------
    rows : list of list of str
        What each cell shows: what an import has to find.
    first : int
        The first row below the names of the columns.
    refused : list of str
        What the error says, one of them at least; empty where the workbook is to be read.
    warned : set of str
        Codes of the warnings beyond those of hidden and struck rows.
    harmed : bool
        Whether it may be refused for anything: but what is read of it is read whole.
    """

    rows: list[list[str]]
    first: int
    lines: dict[int, Line] = field(default_factory=dict)
    merges: list[str] = field(default_factory=list)
    title: str = "Evidence"
    title_hidden: bool = False
    others: list[str] = field(default_factory=list)
    inline: bool = False
    placed: bool = True
    styled: bool = True
    before: str = ""
    parts: dict[str, bytes] = field(default_factory=dict)
    start: bytes = b""
    """A zip file with parts of its own, which the others are added to."""
    raw: bytes = b""
    refused: list[str] = field(default_factory=list)
    warned: set[str] = field(default_factory=set)
    harmed: bool = False

    @classmethod
    def of(cls, rows: list[list[str]], first: int) -> Book:
        book = cls(rows, first)
        for number, row in enumerate(rows, 1):
            cells = {at: Cell(text) for at, text in enumerate(row, 1) if text}
            if cells:
                book.lines[number] = Line(cells)
        return book

    def body(self) -> list[int]:
        """Rows of the table."""
        return [number for number in self.lines if self.first <= number <= len(self.rows)]

    def unseen(self) -> dict[str, set[int]]:
        """By what is said of them, rows that are not shown or struck through."""
        found: dict[str, set[int]] = {"hidden in": set(), "struck through": set(), "cell": set()}
        for number in self.body():
            line = self.lines[number]
            struck = [
                cell.struck or (line.struck and not cell.code) for cell in line.cells.values() if cell.filled
            ]
            if not struck or not any(text.strip() for text in self.rows[number - 1]):
                continue
            kind = "hidden in" if line.hidden else "struck through" if all(struck) else "cell"
            if line.hidden or any(struck):
                found[kind].add(number)
        return found

    # Its parts ---------------------------------------------------------------------------------------------

    def write_parts(self) -> None:
        """Write every part, from what is set above."""
        codes = sorted({cell.code for line in self.lines.values() for cell in line.cells.values()} - {""})
        texts: dict[str, int] = {}
        sheets = [self.title, *self.others]
        self.parts = {
            name: content.encode()
            for name, content in {
                "[Content_Types].xml": _types(len(sheets), self.styled),
                TOP: _relations([("officeDocument", WORKBOOK)]),
                WORKBOOK: _workbook(sheets, self.title_hidden),
                LINKS: _relations(
                    [
                        *(("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)),
                        *((("styles", "styles.xml"),) if self.styled else ()),
                        ("sharedStrings", "sharedStrings.xml"),
                    ]
                ),
                SHEET: self._sheet(codes, texts),
                TEXTS: _texts(texts),
                **({STYLES: _styles(codes)} if self.styled else {}),
                **{
                    f"xl/worksheets/sheet{n}.xml": f'<worksheet xmlns="{MAIN}"><sheetData>'
                    '<row r="1"><c r="A1" t="inlineStr"><is><t>notes</t></is></c></row>'
                    "</sheetData></worksheet>"
                    for n in range(2, len(sheets) + 1)
                },
            }.items()
        }

    def _sheet(self, codes: list[str], texts: dict[str, int]) -> str:
        written = [f'<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}">{self.before}<sheetData>']
        last = 0
        for number, line in sorted(self.lines.items()):
            place = f' r="{number}"'
            if not self.placed and number <= len(self.rows):
                written.append("<row/>" * (number - last - 1))
                place = ""
            last = number
            own = {"customFormat": "1", "s": "1"} if line.struck else {}
            attributes = "".join(f' {k}="{v}"' for k, v in (line.attributes | own).items())
            cells = "".join(self._cells(number, line, codes, texts))
            written.append(f"<row{place}{attributes}>{cells}</row>")
        merged = "".join(f'<mergeCell ref="{merge}"/>' for merge in self.merges)
        if merged:
            merged = f"<mergeCells>{merged}</mergeCells>"
        return "".join([*written, f"</sheetData>{merged}</worksheet>"])

    def _cells(self, number: int, line: Line, codes: list[str], texts: dict[str, int]) -> Iterable[str]:
        last = 0
        for at, cell in sorted(line.cells.items()):
            place = f' r="{column(at)}{number}"'
            if not self.placed and number <= len(self.rows):
                yield "<c/>" * (at - last - 1)
                place = ""
            last = at
            style = (2 + 2 * codes.index(cell.code) if cell.code else 0) + cell.struck
            own = f' s="{style}"' if style and self.styled else ""
            kind, inside = cell.kind, cell.inside
            if not inside and cell.stored:
                text = _xml(cell.stored)
                inside = f"<v>{text}</v>"
                if kind == "s" and self.inline:
                    kind, inside = "inlineStr", f'<is><t xml:space="preserve">{text}</t></is>'
                elif kind == "s":
                    inside = f"<v>{texts.setdefault(cell.stored, len(texts))}</v>"
            yield f"<c{place}{own}{f' t={chr(34)}{kind}{chr(34)}' if inside and kind else ''}>{inside}</c>"

    def pack(self) -> None:
        """Pack the parts into a zip file."""
        stream = io.BytesIO(self.start)
        with zipfile.ZipFile(stream, "a" if self.start else "w", zipfile.ZIP_DEFLATED) as packed:
            there = set(packed.namelist())
            for name, content in self.parts.items():
                if name not in there:
                    packed.writestr(name, content)
        self.raw = stream.getvalue()


Change = Callable[[random.Random, Book], None]
WORKBOOK_CHANGES: dict[When, list[Change]] = {stage: [] for stage in STAGES}


def workbook(when: When) -> Callable[[Change], Change]:
    """Mark a change of workbooks."""

    def mark(change: Change) -> Change:
        WORKBOOK_CHANGES[when].append(change)
        return change

    return mark


def lose_styles(book: Book, *, named: bool = False) -> None:
    """What is said where styles are lost: cells that still name one are known to have had it."""
    for number, line in book.lines.items():
        for at, cell in line.cells.items():
            if named and cell.filled and (cell.code or cell.struck or line.struck):
                book.warned.add("style_missing")
            if cell.code and cell.kind in ("", "n", "d") and not cell.inside and cell.filled:
                place = f"!{column(at)}{number}: "
                book.refused = [text for text in book.refused if text != place]
                if named or cell.kind == "d":
                    book.refused.append(place)
                else:
                    book.harmed = True  # it is the number without a format
                    book.rows[number - 1][at - 1] = str(float(cell.stored)).removesuffix(".0")
            cell.struck = cell.struck and cell.inside.startswith("<is>")
        line.struck = False


@lru_cache
def bomb(name: str, size: int) -> bytes:
    """A zip file of one part that unpacks to so many bytes."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
        packed.open(name, "w", force_zip64=True) as part,
    ):
        for _ in range(size >> 20):
            part.write(b" " * 2**20)
    return stream.getvalue()


def column(at: int) -> str:
    """The letters over a column."""
    return "" if not at else column((at - 1) // 26) + chr(ord("A") + (at - 1) % 26)


def _xml(text: str) -> str:
    return escape(text.replace("_x", "_x005F_x")).replace("\r", "_x000D_")


def _texts(texts: dict[str, int]) -> str:
    items = "".join(f'<si><t xml:space="preserve">{_xml(text)}</t></si>' for text in texts)
    return f'<sst xmlns="{MAIN}" count="{len(texts)}" uniqueCount="{len(texts)}">{items}</sst>'


def _styles(codes: list[str]) -> str:
    """Two styles of each format: one plain and one struck through."""
    formats = "".join(
        f'<numFmt numFmtId="{164 + n}" formatCode={quoteattr(code)}/>' for n, code in enumerate(codes)
    )
    cells = "".join(
        f'<xf numFmtId="{number}" fontId="{font}" xfId="0"/>'
        for number in [0, *range(164, 164 + len(codes))]
        for font in (0, 1)
    )
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts count="{len(codes)}">{formats}</numFmts>'
        '<fonts count="2"><font><sz val="11"/></font><font><strike/><sz val="11"/></font></fonts>'
        f"<cellXfs>{cells}</cellXfs></styleSheet>"
    )


def _relations(listed: list[tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(listed, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>'


def _workbook(titles: list[str], hidden: bool) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{n}" r:id="rId{n}"'
        f"{' state=' + quoteattr('hidden') if hidden and n == 1 else ''}/>"
        for n, title in enumerate(titles, 1)
    )
    return f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets></workbook>'


def _types(sheets: int, styled: bool) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    parts = [("/xl/workbook.xml", "sheet.main"), ("/xl/sharedStrings.xml", "sharedStrings")]
    parts += [(f"/xl/worksheets/sheet{n}.xml", "worksheet") for n in range(1, sheets + 1)]
    parts += [("/xl/styles.xml", "styles")] if styled else []
    listed = "".join(f'<Override PartName="{part}" ContentType="{kind}{name}+xml"/>' for part, name in parts)
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{listed}</Types>"
    )
