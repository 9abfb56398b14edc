"""The published table of food hygiene ratings as one Polars query: what `wide_tables.py` is laid beside.

It knows the scheme and the table's columns, and looks at nothing that may be wrong. It writes what
`grader batch` writes: each business, its rating, the one given, why, and the numbers behind it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

#: The best rating whose two conditions both hold: total at most, no score above.
TABLE = {5: (15, 5), 4: (20, 10), 3: (30, 10), 2: (40, 15), 1: (50, 20)}


def by_hand(path: Path, out: Path, structure: str) -> None:
    """The same by a query for this table alone; a business is known by its row."""
    scores = ["hygiene", structure, "confidence"]
    read = pl.read_csv(path, columns=[*scores, "rating"])
    graded(read, scores).select(
        pl.format("row {}", pl.int_range(pl.len()) + 2).alias("body"),
        pl.all(),
        steps=pl.col("grade") - pl.col("rating"),
    ).write_parquet(out)


def graded(read: pl.DataFrame, scores: list[str]) -> pl.DataFrame:
    """The rating of each row, why, and the numbers behind it."""
    total, worst = pl.sum_horizontal(scores), pl.max_horizontal(scores)
    found = read.with_columns(total=total, worst=worst, grade=rating(scores))
    most, above = ({grade: pair[n] for grade, pair in TABLE.items()} for n in (0, 1))
    needs = [pl.col("grade").replace_strict(d, default=None) for d in (most, above)]
    said = "hygiene {}, structure {}, confidence {}: total {}; a {} needs at most {} and none above {}"
    why = pl.format(said, *scores, "total", "grade", *needs)
    return found.with_columns(why=why)


def rating(scores: list[str]) -> pl.Expr:
    """The published table as one expression."""
    total, worst = pl.sum_horizontal(scores), pl.max_horizontal(scores)
    found = pl.lit(0)
    for grade, (most, above) in reversed(TABLE.items()):
        found = pl.when((total <= most) & (worst <= above)).then(grade).otherwise(found)
    return found


if __name__ == "__main__":
    by_hand(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
