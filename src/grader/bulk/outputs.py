"""What comes of a batch: its counts, and the file it is written to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from grader.bulk.backends import pl
from grader.errors import InputError, Problem, quoted
from grader.io.frameworks import FrameworkFile
from grader.language.rulebook import RuleBook
from grader.model.proposal import counted

ENDINGS = (".parquet", ".csv", ".jsonl")
#: What stands between ids in a cell of a CSV file.
BETWEEN_IDS = ";"
#: Rows of a Parquet file's group: the same rows, the same groups, the same bytes.
GROUP = 250_000

Progress = Callable[[int, int], None]
"""Called with how many inspections are done, and how many there are."""


@dataclass(slots=True)
class Compared:
    """Proposed beside given grades.

    Attributes
    ----------
    both : int
        Areas with a proposed and a given grade.
    same : int
        Those where the two are one.
    alone : int
        Areas with a given grade, for which none is proposed.
    departures : list of dict
        `body`, `area`, `grade` (proposed), `final` and `why` where the two differ: the first thousand.
    """

    both: int = 0
    same: int = 0
    alone: int = 0
    departures: list[dict[str, str]] = field(default_factory=list)

    @property
    def differ(self) -> int:
        """How many differ."""
        return self.both - self.same


@dataclass(slots=True)
class Batch:
    """What came of a batch.

    Attributes
    ----------
    passed_over : list of Path
        YAML and JSON files of the folders named that are no inspections.
    inspections, areas : int
        How many were graded.
    outcomes : dict of str to int
        How many areas got each grade, or each outcome without one.
    skipped : dict of str to list of Problem
        Inspections left out, with what is wrong with them.
    taken_up : int
        Inspections graded by an earlier run that was cut short.
    unlisted : int
        Rows of a wide table that were skipped as well, and are not in `skipped`.
    understood : list of str
        What the columns of a wide table were taken for.
    notes : list of Problem
        What was assumed of its file.
    compared : Compared or None
        How the proposed grades compare with those given, where a column holds them.
    """

    framework: FrameworkFile
    book: RuleBook
    passed_over: list[Path]
    inspections: int = 0
    areas: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, list[Problem]] = field(default_factory=dict)
    taken_up: int = 0
    unlisted: int = 0
    understood: list[str] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    compared: Compared | None = None

    def __repr__(self) -> str:
        many = counted(self.inspections, "inspection")
        return f"<Batch: {many}, {counted(self.areas, 'area')}, {len(self.skipped) + self.unlisted} skipped>"


def check_separators(book: RuleBook, ending: str) -> None:
    """In CSV several ids share a cell, so none may hold their separator."""
    for rule in book.rules if ending == ".csv" else ():
        if BETWEEN_IDS in rule.id:
            message = f"rule {quoted(rule.id)} has a {BETWEEN_IDS!r}, which stands between ids in a CSV file"
            raise InputError([Problem(message, rule.place, "write .jsonl or .parquet, or name it otherwise")])


def harmless(column: str) -> pl.Expr:
    """Text that no spreadsheet takes for a formula, and no two alike that were not."""
    text = pl.col(column)
    return pl.when(text.str.contains(r"^[=+\-@'\t\r]")).then(pl.lit("'") + text).otherwise(text)
