"""Results of a wide table's rows, beside given grades."""

from __future__ import annotations

from typing import Final

from grader.bulk.backends import Backend, pl
from grader.bulk.outputs import Compared
from grader.bulk.plan import Plan
from grader.bulk.rows import PROFILE
from grader.bulk.wide.cells import GIVEN
from grader.bulk.wide.graded import graded
from grader.bulk.wide.table import WideTable
from grader.language.english import English
from grader.language.rulebook import RuleBook

#: Columns of what is written, before the facts about the area.
HEAD: Final = ("body", "area", "outcome", "grade", "final", "steps", "why", "deciding", "findings")
#: Departures that are named.
NAMED: Final = 1_000


def outcomes(table: WideTable, book: RuleBook, english: English, backend: Backend) -> pl.DataFrame:
    """A row for each sound body and area, in table order (`HEAD`), with facts.

    `final` and `steps` where grades are compared. `book` is bound.
    """
    plan = Plan(table.framework.framework, table.edition, book)
    rows = table.sound
    names = list(table.coded.levels)
    combinations = rows.select(names).unique(maintain_order=True).with_row_index("number")
    came = graded(plan, backend, english, combinations)
    numbered = rows.join(combinations, on=names, how="left", maintain_order="left")
    found = _laid_back(numbered.drop(names), came, len(plan.areas))
    if table.columns.compared:
        found = found.with_columns(**_given(table))
    facts = [name for name in found.columns if name.startswith(PROFILE)]
    kinds = {"findings"} if not book.vocabulary.findings else set()
    head = [name for name in HEAD if name in found.columns and name not in kinds]
    return found.select(*head, *facts)


def _laid_back(rows: pl.DataFrame, came: pl.DataFrame, areas: int) -> pl.DataFrame:
    """Each row beside what came of its combination; `came` has every area of each, by number."""
    if areas > 1:
        every = pl.int_range(len(rows) * areas, eager=True)
        rows = rows[every // areas]
        at = rows["number"].cast(pl.Int64) * areas + every % areas
    else:
        at = rows["number"]
    return pl.concat([rows.drop("number"), came.drop("number")[at]], how="horizontal")


def _given(table: WideTable) -> dict[str, pl.Expr]:
    """Each area's given grade, and how many grades the proposed one lies above it."""
    rank = pl.lit(None, pl.Int16)
    for area in table.columns.compared:
        rank = pl.when(pl.col("area") == area).then(pl.col(GIVEN + area)).otherwise(rank)
    names = dict(enumerate(table.framework.framework.grades_worst_first))
    ranks = {name: n for n, name in names.items()}
    proposed = pl.col("grade").replace_strict(ranks, default=None, return_dtype=pl.Int16)
    return {
        "final": rank.replace_strict(names, default=None, return_dtype=pl.String),
        "steps": (proposed - rank).cast(pl.Int16),
    }


def compared(found: pl.DataFrame) -> Compared:
    """How often the two grades are one, and where not."""
    given = pl.col("final").is_not_null()
    proposed = pl.col("grade").is_not_null()
    both, same, alone = found.select(
        (given & proposed).sum(),
        (pl.col("steps") == 0).sum().alias("same"),
        (given & ~proposed).sum().alias("alone"),
    ).row(0)
    where = found.filter(pl.col("steps") != 0).head(NAMED)
    return Compared(both, same, alone, where.select("body", "area", "grade", "final", "why").to_dicts())
