"""Distinct combinations of levels graded in columns, with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from grader.bulk.backends import Backend, pl
from grader.bulk.coding import informs, numbered
from grader.bulk.conclude import Coded
from grader.bulk.layout import NO_FIGURE
from grader.bulk.plan import TAGS, Plan
from grader.bulk.rows import PROFILE, in_columns
from grader.bulk.wide.cells import FIGURE, NOTHING
from grader.grading.tally import row_of
from grader.grading.wording import NO_EVIDENCE, nothing_better
from grader.language.english import English
from grader.language.nodes import Share
from grader.language.pipeline import GRADES, SUFFICIENCY
from grader.language.rulebook import Rule
from grader.language.typecheck import PLACEHOLDER
from grader.model.inspection import Evidence

#: How a component that was scored once was found: it is on record.
BASIS: Final = "document"
#: So many combinations at most are graded together.
TOGETHER = 100_000
BETWEEN_REASONS = "; "


def graded(plan: Plan, backend: Backend, english: English, combinations: pl.DataFrame) -> pl.DataFrame:
    """The graded rows of each combination, with `why`.

    Parameters
    ----------
    combinations : DataFrame
        `number`, and each component's rank.
    """
    parts = []
    for start in range(0, max(combinations.height, 1), TOGETHER):
        some = combinations.slice(start, TOGETHER)
        ids = some.select("number", inspection=pl.col("number").cast(pl.String))
        found = in_columns(plan, backend, _coded(plan, backend, some), ids)
        parts.append(_with_why(plan, english, found))
    return pl.concat(parts).drop("inspection")


def _coded(plan: Plan, backend: Backend, combinations: pl.DataFrame) -> Coded:
    """Combinations as inspections: an item on each component that has a level."""
    tags = _tags(plan)
    every = [name for name in combinations.columns if name in plan.characteristic_index]
    parts = [pl.DataFrame(schema=numbered({n: [] for n in _EVIDENCE}).schema)]
    for at, name in enumerate(every):
        rank = pl.col(name)
        own = combinations.filter(rank > NOTHING).with_columns(
            place=pl.lit(plan.characteristic_index[name], pl.Int32),
            assessment=rank.cast(pl.Int8),
            measure=pl.lit(-1, pl.Int16),
            figure=pl.lit(0, pl.Int64),
        )
        parts.append(_items(own, at, tags))
    for at, name in enumerate((n for n in plan.measures if FIGURE + n in combinations.columns), len(every)):
        figure = pl.col(FIGURE + name)
        own = combinations.filter(figure != NO_FIGURE).with_columns(
            place=pl.lit(plan.characteristic_index[plan.book.measures[name].characteristic], pl.Int32),
            assessment=pl.lit(0, pl.Int8),
            measure=pl.lit(plan.measures[name], pl.Int16),
            figure=figure,
        )
        parts.append(_items(own, at, tags))
    listed = combinations.select(pl.col("number").cast(pl.Int64))
    return Coded(
        backend.table(listed), backend.table(pl.concat(parts)), None, None, None, informs(plan, backend)
    )


def _items(own: pl.DataFrame, at: int, tags: Mapping[str, int]) -> pl.DataFrame:
    """Rows of evidence, one for each component of a combination."""
    rest = {tag: pl.lit(value, pl.Int8) for tag, value in tags.items() if tag != "assessment"}
    return own.with_columns(pl.col("number").cast(pl.Int64), item=pl.lit(at, pl.Int64), **rest).select(
        _EVIDENCE
    )


_EVIDENCE = ("number", "item", "place", *TAGS, "measure", "figure")


def _tags(plan: Plan) -> dict[str, int]:
    words = plan.book.vocabulary
    item = Evidence.model_construct(id="x", characteristics=["x"], statement="x", basis=BASIS, source="x")
    levels = next(iter(words.by_scale.values()))
    row = row_of(words, item, levels.words[0].said, levels.id)
    assert row is not None  # a document counts, and so does a level in the order of its scale
    return {name: row[name] for name in TAGS}


# Why ------------------------------------------------------------------------------------------------------


def _with_why(plan: Plan, english: English, found: pl.DataFrame) -> pl.DataFrame:
    """The rows with the reasons a proposal would give."""
    reasons = []
    for rule in sorted((*plan.rules(SUFFICIENCY), *plan.rules(GRADES)), key=lambda r: r.id):
        here = pl.col("deciding").list.contains(rule.id)
        columns = [PROFILE + name for name in _facts_in(english, rule)]
        if not columns:
            reasons.append(pl.when(here).then(pl.lit(english.because(rule.because, {}, rule.condition))))
            continue
        seen = found.filter(here).select(columns).unique()
        texts = [_because(english, rule, row) for row in seen.iter_rows(named=True)]
        said = f"why.{len(reasons)}"
        seen = seen.with_columns(pl.Series(said, texts, dtype=pl.String))
        found = found.join(seen, on=columns, how="left", maintain_order="left")
        reasons.append(pl.when(here).then(pl.col(said)))
    default = {name: nothing_better(name) for name in plan.book.grade_scale.names}
    why = pl.concat_str(reasons, separator=BETWEEN_REASONS, ignore_nulls=True) if reasons else pl.lit("")
    unsaid = pl.col("grade").replace_strict(default, default=None, return_dtype=pl.String)
    withheld = pl.col("outcome") == "withheld"
    return found.with_columns(
        why=pl.when(why != "").then(why).when(withheld).then(pl.lit(NO_EVIDENCE)).otherwise(unsaid)
    ).select(pl.exclude("^why\\..*$"))


def _because(english: English, rule: Rule, row: Mapping[str, int]) -> str:
    seen = {column.removeprefix(PROFILE): value for column, value in row.items()}
    return english.because(rule.because, seen, rule.condition)


def _facts_in(english: English, rule: Rule) -> list[str]:
    """Facts a rule's text prints, and the counts behind shares."""
    names = [name for dollar, name in PLACEHOLDER.findall(rule.because) if not dollar]
    for name in tuple(names):
        definition = english.fact(name).definition
        if isinstance(definition, Share):
            names += [definition.part, definition.whole]
    return list(dict.fromkeys(names))
