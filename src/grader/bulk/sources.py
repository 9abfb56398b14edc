"""Inspections in independent pieces small enough to grade."""

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
        For each sound inspection and area (`rows.schema`).
    inspections : list of tuple of str
        Ids graded, with their files.
    faults : list of tuple of str and Problem
        Each with its inspection or file.
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
