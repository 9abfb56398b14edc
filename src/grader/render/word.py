"""A document for Word, the same bytes for the same content."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from grader.distribution import install
from grader.errors import MissingExtraError
from grader.render.content.blocks import (
    COLOURS,
    Block,
    Bullets,
    Cell,
    Document,
    Facts,
    Mark,
    Notice,
    Paragraph,
    Section,
    Table,
)
from grader.sheets.saving import STAMP, without_clock
from grader.text import visible

if TYPE_CHECKING:
    from docx.document import Document as WordFile

_LANGUAGE = "en-GB"
#: Headings go from 1 to 9 in Word.
_DEEPEST = 9
#: The style of text in tables, by its name and as Word keeps it.
_IN_TABLES, _IN_TABLES_ID = "Table Text", "TableText"


def word_bytes(document: Document) -> bytes:
    """The document as a .docx file.

    Raises
    ------
    MissingExtraError
        python-docx is not installed.
    """
    try:
        import docx
    except ImportError as error:
        raise MissingExtraError("a report for Word needs python-docx", help=install("report")) from error
    file = docx.Document()
    _set_up(file, document)
    file.add_paragraph(_shown(document.kicker))
    file.add_heading(_shown(document.title), 0)
    file.add_paragraph(_shown(document.subtitle))
    for notice in document.notices:
        _notice(file, notice)
    for section in document.sections:
        _section(file, section, 1, one_page=document.one_page)
    stream = io.BytesIO()
    file.save(stream)
    return without_clock(stream)


def _shown(text: str) -> str:
    return visible(text, keep="\n\t")


def _set_up(file: WordFile, document: Document) -> None:
    """Page, typefaces, language, what stands on every page, and properties without a clock."""
    from docx.enum.section import WD_ORIENT
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Mm, Pt, RGBColor

    properties = file.core_properties
    properties.title, properties.author = _shown(document.title)[:255], "grader"
    properties.language, properties.comments = _LANGUAGE, ""
    properties.created = properties.modified = datetime.fromisoformat(STAMP)
    page = file.sections[0]
    short, long = Mm(210), Mm(297)
    page.page_width, page.page_height = (long, short) if document.one_page else (short, long)
    page.orientation = WD_ORIENT.LANDSCAPE if document.one_page else WD_ORIENT.PORTRAIT
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(page, side, Mm(14 if document.one_page else 20))
    styles: Any = file.styles
    body = styles["Normal"]
    body.font.name, body.font.size = "Arial", Pt(8 if document.one_page else 10)
    body.paragraph_format.space_after = Pt(2 if document.one_page else 6)
    _language(body.element)
    for name in ("Title", *(f"Heading {level}" for level in range(1, _DEEPEST + 1))):
        _typeface(styles[name])
        styles[name].font.color.rgb = RGBColor(0x0B, 0x0C, 0x0C)
    styles["Title"].font.size = Pt(16 if document.one_page else 22)
    small = styles.add_style(_IN_TABLES, WD_STYLE_TYPE.PARAGRAPH)
    small.base_style, small.font.size, small.paragraph_format.space_after = body, Pt(8.5), Pt(0)
    page.header.paragraphs[0].text = _shown(document.running)
    _page_number(page.footer.paragraphs[0])


def _typeface(style: Any) -> None:
    """Arial, where the template's theme would say otherwise."""
    from docx.oxml.ns import qn

    style.font.name = "Arial"
    fonts = style.element.rPr.rFonts
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _language(style: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    language = OxmlElement("w:lang")
    language.set(qn("w:val"), _LANGUAGE)
    style.get_or_add_rPr().append(language)


def _page_number(paragraph: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph.add_run("Page ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


# Blocks ---------------------------------------------------------------------------------------------------


def _section(file: WordFile, section: Section, level: int, *, one_page: bool) -> None:
    heading = file.add_heading(_shown(section.title), min(level, _DEEPEST))
    heading.paragraph_format.page_break_before = section.new_page and not one_page
    for block, after in zip(section.blocks, (*section.blocks[1:], None), strict=True):
        _block(file, block, section.title)
        if isinstance(block, Paragraph):
            file.paragraphs[-1].paragraph_format.keep_with_next = after is not None
    for each in section.sections:
        _section(file, each, level + 1, one_page=one_page)


def _block(file: WordFile, block: Block, title: str) -> None:
    match block:
        case Paragraph(text, style):
            run = file.add_paragraph().add_run(_shown(text))
            run.bold = style == "strong"
        case Bullets(items, ordered):
            for item in items:
                file.add_paragraph(_shown(item), style="List Number" if ordered else "List Bullet")
        case Table():
            _table(file, block, title)
        case Facts(pairs):
            _rows(file, pairs, (25, 75), bold_first=True)
            file.add_paragraph()
        case Notice():
            _notice(file, block)


def _notice(file: WordFile, notice: Notice) -> None:
    table = file.add_table(1, 1, style="Table Grid")
    cell = table.cell(0, 0)
    cell.paragraphs[0].add_run(_shown(notice.title)).bold = True
    for text in notice.paragraphs:
        cell.add_paragraph(_shown(text))
    file.add_paragraph()


def _table(file: WordFile, table: Table, title: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    if table.caption != title:
        caption = file.add_paragraph()
        caption.add_run(_shown(table.caption)).bold = True
        caption.paragraph_format.keep_with_next = True
    made = _rows(file, (table.heads, *table.rows), table.widths)
    head = made.rows[0]
    # Read out as the heads of the columns, and shown again on every page.
    again = OxmlElement("w:tblHeader")
    again.set(qn("w:val"), "true")
    head._tr.get_or_add_trPr().append(again)
    for cell in head.cells:
        for run in cell.paragraphs[0].runs:
            run.bold = True
        cell.paragraphs[0].paragraph_format.keep_with_next = True
    file.add_paragraph()


def _rows(
    file: WordFile, rows: Iterable[tuple[Cell, ...]], widths: tuple[int, ...], *, bold_first: bool = False
) -> Any:
    page = file.sections[0]
    room = int(page.page_width or 0) - int(page.left_margin or 0) - int(page.right_margin or 0)
    wide = [room * width // sum(widths) for width in widths]
    held = list(rows)
    table: Any = file.add_table(len(held), len(widths), style="Table Grid")
    table.autofit = False
    _narrow_margins(table)
    for at, width in enumerate(wide):
        table.columns[at].width = width
    # A row's cells are looked up once: `table.cell` walks the whole table each time.
    for made, row in zip(table.rows, held, strict=True):
        _unbroken(made._tr)
        for at, (cell, value) in enumerate(zip(made.cells, row, strict=True)):
            cell.width = wide[at]
            _cell(cell, value, bold=bold_first and at == 0)
    return table


def _narrow_margins(table: Any) -> None:
    """A millimetre beside each cell's text: long words stay whole in narrow columns."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "57")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = table._tbl.tblPr
    look = properties.find(qn("w:tblLook"))
    look.addprevious(margins) if look is not None else properties.append(margins)


def _unbroken(row: Any) -> None:
    """Keep a row on one page, where it fits."""
    from docx.oxml import OxmlElement

    row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _cell(cell: Any, value: Cell, *, bold: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph._p.style = _IN_TABLES_ID
    run = paragraph.add_run(_shown(value if isinstance(value, str) else value.text))
    if isinstance(value, Mark):
        _shade(cell, value)
    if bold or isinstance(value, Mark):
        run.bold = True


def _shade(cell: Any, mark: Mark) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", COLOURS[mark.tone])):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)
