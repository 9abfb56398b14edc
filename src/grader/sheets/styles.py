"""Styles of an .xlsx: number formats and strike-through."""

from __future__ import annotations

from dataclasses import dataclass

from grader.sheets.archive import Archive, Attributes
from grader.sheets.formats import GENERAL, Format, format_of


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell is shown."""

    format: Format = GENERAL
    struck: bool = False


PLAIN = Style()
#: Of a cell whose style is not in the workbook: how it shows a number cannot be told.
LOST = Style(Format("number"))


def switched_on(attributes: Attributes) -> bool:
    """Whether a switching element says yes."""
    return attributes.get("val", "1").lower() not in ("0", "false", "off")


def read_styles(archive: Archive, part: str) -> list[Style]:
    """Styles by their number."""
    codes: dict[int, str] = {}
    fonts: list[bool] = []
    cells: list[Attributes] = []
    for around, name, attributes in archive.elements(part):
        if name == "numFmt" and around == "numFmts":
            codes[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name == "font" and around == "fonts":
            fonts.append(False)
        elif name == "strike" and around == "font" and fonts and not cells:
            fonts[-1] = switched_on(attributes)
        elif name == "xf" and around == "cellXfs":
            cells.append(attributes)
    found = []
    for attributes in cells:
        number, font = _number(attributes.get("numFmtId")), _number(attributes.get("fontId"))
        struck = 0 <= font < len(fonts) and fonts[font]
        found.append(Style(format_of(number, codes.get(number)), struck))
    return found


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 9 else 0
