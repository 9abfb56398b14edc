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
    both, same, alone : int
        Areas with both; those that agree; those with a given grade only.
    departures : list of dict
        The first thousand: `body`, `area`, `grade`, `final`, `why`.
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
        YAML and JSON that are no inspections.
    inspections, areas : int
        Numbers graded.
    outcomes : dict of str to int
        Areas by grade or outcome.
    skipped : dict of str to list of Problem
        With their faults.
    taken_up : int
        Graded by an earlier run.
    unlisted : int
        Skipped rows of a wide table, not in `skipped`.
    understood : list of str
        What its columns were taken for.
    notes : list of Problem
        What was assumed of its file.
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
    """Distinct texts that are no formula."""
    text = pl.col(column)
    return pl.when(text.str.contains(r"^[=+\-@'\t\r]")).then(pl.lit("'") + text).otherwise(text)
