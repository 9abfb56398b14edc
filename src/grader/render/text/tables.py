"""Tables and labelled lines that stack in a narrow window.

Users' words enter as `Text`, never as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from rich.box import Box
from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from grader.text import GLUE, clean

#: A line under the head and nothing else, in characters every terminal has.
RULED = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
#: The least width at which words in a column are still read, and a label beside its text.
WORDS = 18
BESIDE = 60
#: Values as long as this are kept on one line in a stack.
_SHORT = 30
_UNIT = re.compile(r"(?<=\d) %")


def text_of(text: str, style: str = "") -> Text:
    """A user's text, cleaned; number and per cent sign stay together."""
    return Text(_UNIT.sub(f"{GLUE}%", clean(text)), style=style, overflow="fold")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: name, heading and layout of its cells."""

    name: str
    head: str | None = None
    right: bool = False
    words: bool = False
    """Whether its cells are words that may be broken over lines."""

    @property
    def shown(self) -> str:
        return self.name if self.head is None else self.head


class Fitting:
    """A table; in a narrow window each row stacked under its first cell."""

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Iterable[Sequence[str]],
        *,
        bold: Iterable[int] = (),
        gap: int = 0,
        ruled: bool = True,
    ) -> None:
        self.columns = columns
        self.rows = [[clean(cell) for cell in row] for row in rows]
        self.bold = frozenset(bold)
        self.gap = gap
        self.ruled = ruled

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self._least() <= options.max_width:
            yield self._table()
        else:
            for row in self.rows:
                yield text_of(row[0], "bold")
                yield Padding(self._stacked(row), (0, 0, 0, 2))

    def _least(self) -> int:
        """The width below which a cell would be cut."""
        widths = []
        for at, column in enumerate(self.columns):
            longest = max((cell_len(row[at]) for row in self.rows), default=0)
            head = max(cell_len(part) for part in column.shown.split("\n"))
            widths.append(max(min(longest, WORDS) if column.words else longest, head) + self.gap)
        return sum(widths) + (len(widths) - 1) * (1 if self.ruled else 2)

    def _table(self) -> Table:
        table = Table(
            box=RULED if self.ruled else None,
            show_edge=False,
            pad_edge=False,
            padding=(0, self.gap if self.ruled else 2, 0, 0),
            header_style="bold",
        )
        for column in self.columns:
            justify: Literal["left", "right"] = "right" if column.right else "left"
            table.add_column(
                column.shown, justify=justify, no_wrap=not column.words, overflow="fold", vertical="top"
            )
        for row in self.rows:
            table.add_row(*(text_of(cell, "bold" if at in self.bold else "") for at, cell in enumerate(row)))
        return table

    def _stacked(self, row: Sequence[str]) -> Text:
        """A row's other cells as one text, each after its column's name."""
        named = [(c.name, cell) for c, cell in zip(self.columns[1:], row[1:], strict=False) if cell]
        said = "; ".join(f"{name}: {_whole(cell)}" if name else _whole(cell) for name, cell in named)
        return Text(_UNIT.sub(f"{GLUE}%", said), overflow="fold")


def _whole(cell: str) -> str:
    """A short value that no line is broken in."""
    return cell.replace(" ", GLUE) if cell_len(cell) <= _SHORT else cell


class Labelled:
    """Labels with texts beside them, or below in a narrow window."""

    def __init__(self, lines: Iterable[tuple[str, str]], *, widest: int | None = None) -> None:
        self.lines = list(lines)
        self.widest = widest

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max((cell_len(clean(label)) for label, _ in self.lines), default=0)
        width = width if self.widest is None else min(width, self.widest)
        if options.max_width >= max(BESIDE, 2 * width):
            yield from self._beside(console, width, options.max_width)
            return
        for label, said in self.lines:
            if label:
                yield text_of(label)
            if said:
                yield Padding(text_of(said), (0, 0, 0, 2))

    def _beside(self, console: Console, width: int, whole: int) -> Iterator[Segment]:
        # As a grid of rich's would lay them out, which measures each text three times.
        for label, said in self.lines:
            left = [line.plain for line in text_of(label).wrap(console, max(width, 1))]
            right = [line.plain for line in text_of(said).wrap(console, whole - width - 1)]
            for before, after in zip_longest(left, right, fillvalue=""):
                yield Segment(f"{set_cell_size(before, width)} {after}")
                yield Segment.line()


def indented(part: RenderableType) -> Padding:
    """A part two columns in."""
    return Padding(part, (0, 0, 0, 2))
