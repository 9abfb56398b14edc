"""Proposed beside given grades in a wide table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.errors import InputError, Place, Problem
from grader.model.diff import NO_REASON, AreaDiff
from grader.review.compare import together
from grader.review.diff import Reviewed

if TYPE_CHECKING:
    from grader.bulk.wide.inspections import LoadedTable

#: Beyond so many the coefficients of agreement take long, and nobody reads the list.
MOST: Final = 20_000


def review_table(loaded: LoadedTable) -> Reviewed:
    """Each given grade beside the proposed, and their agreement.

    Raises
    ------
    InputError
        No column of grades, or too many.
    """
    from grader.bulk.backends import backend, pl
    from grader.bulk.wide.outcomes import outcomes

    table, session = loaded.table, loaded.session
    at = Place(table.where.file)
    if not table.columns.compared:
        help = "name the column with the grades that were given: --compare HEADING"
        raise InputError([Problem("there is nothing to lay beside what is proposed", at, help)])
    found = outcomes(table, session.bound, session.english, backend("polars"))
    given = found.filter(pl.col("final").is_not_null())
    if given.height > MOST:
        help = "grader batch --compare counts them, and writes both grades of each"
        raise InputError([Problem(f"more than {MOST:,} grades were given", at, help)])
    rows = [[_area(row)] for row in given.iter_rows(named=True)]
    grades = table.framework.framework.grades_worst_first
    return Reviewed(together(rows, grades), tuple(table.notes))


def _area(row: dict[str, object]) -> AreaDiff:
    differs = row["final"] != row["grade"]
    return AreaDiff.model_validate(
        {
            "inspection": row["body"],
            **{name: row[name] for name in ("area", "outcome", "final", "steps")},
            "proposed": row["grade"],
            "rationale": NO_REASON if differs else None,
            "smallest_change": None,
            "hinges": [],
            "declared_concern": False,
        }
    )
