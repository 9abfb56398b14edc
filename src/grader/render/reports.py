"""A report in the format that its file's ending names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import Final, Literal, get_args

from grader.render.content.blocks import Document
from grader.render.content.build import Content
from grader.render.content.sheets import Sheet

Format = Literal["html", "pdf", "docx", "xlsx"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)


def format_of(name: str) -> Format:
    """The format that a file's ending names; raises KeyError."""
    endings = {f".{format}": format for format in FORMATS}
    return endings[PurePath(name).suffix.lower()]


def report_bytes(content: Content, format: Format = "html", *, brief: bool = False) -> bytes:
    """A report's bytes, the same for the same content.

    Parameters
    ----------
    content : Content
    format : {"html", "pdf", "docx", "xlsx"}
    brief : bool
        Whether to give the one page.

    Raises
    ------
    MissingExtraError
    """
    if format == "xlsx":
        from grader.render.content.sheets import sheets_of, sheets_of_sections
        from grader.render.excel import workbook

        page = sheets_of_sections(_document(content, brief=True).sections) if brief else None
        title = f"{content.proposal.body}: proposed grades"
        return workbook(page or sheets_of(content), title, one_page=brief)
    if format == "html":
        from grader.render.html.page import document_page, page_of

        text = document_page(_document(content, brief=True)) if brief else page_of(content)
        return text.encode("utf-8")
    document = _document(content, brief=brief)
    if format == "pdf":
        from grader.render.pdf.writer import pdf_bytes

        return pdf_bytes(document)
    from grader.render.word import word_bytes

    return word_bytes(document)


def _document(content: Content, *, brief: bool) -> Document:
    from grader.render.content import brief as in_brief
    from grader.render.content import outline

    return in_brief.brief(content) if brief else outline.whole(content)


def overview(contents: Iterable[Content]) -> dict[str, bytes]:
    """Several inspections as one workbook and one page, by file name."""
    from grader.render.content.index import index
    from grader.render.content.sheets import sheets_of_many
    from grader.render.excel import workbook
    from grader.render.html.page import document_page

    held = list(contents)
    sheets: list[Sheet] = sheets_of_many(held)
    return {
        "index.html": document_page(index(held)).encode("utf-8"),
        "inspections.xlsx": workbook(sheets, "Proposed grades of several inspections"),
    }
