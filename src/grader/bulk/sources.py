"""Where inspections come from, in pieces small enough to be graded one after another.

A piece is graded without regard to any other, so pieces can be done by several processes, and those that are
done need not be done again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from grader.bulk.backends import pl
from grader.errors import Problem
from grader.io.frameworks import FrameworkFile
from grader.language.rulebook import RuleBook


@dataclass(frozen=True, slots=True)
class Graded:
    """What came of a piece.

    Attributes
    ----------
    rows : DataFrame
        A row for each inspection and area (see `rows.schema`), faulty inspections left out.
    inspections : list of tuple of str
        Ids of those graded, in order, each with its file.
    faults : list of tuple of str and Problem
        Every fault, with the inspection it is in (for a file that cannot be read, the file).
    """

    rows: pl.DataFrame
    inspections: list[tuple[str, str]]
    faults: list[tuple[str, Problem]]


class Source(Protocol):
    """Inspections in pieces."""

    @property
    def framework(self) -> FrameworkFile:
        """What they are graded against."""
        ...

    @property
    def book(self) -> RuleBook:
        """The rules they are graded by."""
        ...

    @property
    def size(self) -> int:
        """How many inspections there are, as far as can be told beforehand."""
        ...

    def pieces(self) -> list[Any]:
        """The pieces, in order."""
        ...

    def mark(self, piece: Any) -> str:
        """What tells a piece from one with other content."""
        ...

    def weight(self, piece: Any) -> int:
        """How many inspections a piece holds."""
        ...

    @property
    def made_by(self) -> str:
        """How pieces are graded."""
        ...

    def graded(self, pieces: Sequence[Any]) -> Iterator[Graded]:
        """Pieces graded, in their order."""
        ...
