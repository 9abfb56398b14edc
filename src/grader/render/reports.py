"""A report in the format that its file's ending names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain, count
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


#: The files of several inspections, beside a page for each.
INDEX: Final = "index.html"
WORKBOOK: Final = "inspections.xlsx"
#: What Windows takes for a device, whatever its ending.
_DEVICES = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]", re.IGNORECASE)


def page_names(ids: Iterable[str]) -> list[str]:
    """The name of each inspection's page: its id as far as any system takes it, numbered where it recurs."""
    taken, found = {INDEX}, []
    for id in ids:
        name = re.sub(r"[^A-Za-z0-9_-]+", "-", id).strip("-")[:80] or "inspection"
        name = f"inspection-{name}" if _DEVICES.fullmatch(name) else name
        tries = chain([f"{name}.html"], (f"{name}-{n}.html" for n in count(2)))
        page = next(page for page in tries if page.casefold() not in taken)
        taken.add(page.casefold())
        found.append(page)
    return found


def overview(contents: Iterable[Content]) -> dict[str, bytes]:
    """Several inspections as one workbook, an index and a page of each, by file name."""
    from grader.render.content.index import index
    from grader.render.content.sheets import sheets_of_many
    from grader.render.excel import workbook
    from grader.render.html.page import document_page, page_of

    held = list(contents)
    sheets: list[Sheet] = sheets_of_many(held)
    pages = page_names(content.proposal.inspection for content in held)
    return {
        INDEX: document_page(index(held, pages)).encode("utf-8"),
        WORKBOOK: workbook(sheets, "Proposed grades of several inspections"),
        **{page: page_of(content).encode("utf-8") for page, content in zip(pages, held, strict=True)},
    }
