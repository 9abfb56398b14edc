"""The page for the meeting, on a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.text import Text

from grader.render.content.blocks import Bullets, Cell, Document, Paragraph, Table
from grader.render.text.tables import Labelled, indented, text_of
from grader.text import GLUE


def brief_parts(document: Document) -> list[RenderableType]:
    """The parts of the page, from top to bottom."""
    return list(_parts(document))


def brief_text(document: Document) -> str:
    """The page as plain text, 80 columns wide."""
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=False, highlight=False, markup=False, emoji=False)
    for part in brief_parts(document):
        console.print(part)
    lines = stream.getvalue().replace(GLUE, " ").split("\n")
    return "\n".join(line.rstrip() for line in lines)


def _parts(document: Document) -> Iterator[RenderableType]:
    yield text_of(document.title, "bold")
    yield text_of(f"{document.kicker}; {document.subtitle}")
    for notice in document.notices:
        yield text_of("; ".join((notice.title, *notice.paragraphs)))
    for section in document.sections:
        for block in section.blocks:
            match block:
                case Table():
                    for row in block.rows:
                        yield Text()
                        yield from _row(block.heads, row)
                case Bullets(items):
                    yield from (indented(text_of(item)) for item in items)
                case Paragraph(text):
                    yield Text()
                    yield text_of(text)
                case _:
                    pass


def _row(heads: tuple[str, ...], row: tuple[Cell, ...]) -> Iterator[RenderableType]:
    first, grade, *others = map(_text, row)
    yield text_of(f"{first}: {grade}", "bold")
    said = [(head, text) for head, text in zip(heads[2:], others, strict=True) if text != "–"]
    if said:
        yield indented(Labelled((f"{head.lower()}:", text) for head, text in said))


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.text
