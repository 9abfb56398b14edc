"""The pieces of a report: text, lists, tables, sections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Self


@dataclass(frozen=True, slots=True)
class Mark:
    """A grade or outcome: words, and rank from the worst."""

    text: str
    place: int | None
    of: int

    @property
    def tone(self) -> str:
        """Its colour, `t0` the worst to `t4` the best."""
        if self.place is None:
            return "none"
        return f"t{round(self.place * (TONES - 1) / max(self.of - 1, 1))}"

    @property
    def standing(self) -> str:
        """Its place on the scale in words; "" where it has none."""
        return "" if self.place is None else f"{self.place + 1} of {self.of}"


#: Tones, worst to best; the scale of any framework is laid over them. Light enough to be read through.
TONES = 5
COLOURS = {"t4": "BBD4EA", "t3": "CCE2D8", "t2": "FFF2B3", "t1": "FCD6C3", "t0": "F4CDC6", "none": "FFFFFF"}

Cell = str | Mark


class Link(str):
    """A cell that leads to a page beside this one; text where nothing can be led to."""

    __slots__ = ("page",)
    page: str

    def __new__(cls, text: str, page: str) -> Self:
        found = super().__new__(cls, text)
        found.page = page
        return found


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    text: str
    style: Literal["plain", "quiet", "strong"] = "plain"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `widths` are shares of the page's width, one a column."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Things and what they are, one a line."""

    pairs: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """What has to be read before anything else."""

    title: str
    paragraphs: tuple[str, ...]


Block = Paragraph | Bullets | Table | Facts | Notice


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    new_page: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report, or a page of one."""

    title: str
    kicker: str
    subtitle: str
    notices: tuple[Notice, ...]
    sections: tuple[Section, ...]
    running: str
    """What stands at the top of every page."""
    one_page: bool = False


def tables_of(sections: tuple[Section, ...]) -> Iterator[Table]:
    """Every table of sections, from top to bottom."""
    for section in sections:
        yield from (block for block in section.blocks if isinstance(block, Table))
        yield from tables_of(section.sections)
