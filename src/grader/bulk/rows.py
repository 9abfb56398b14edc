"""A row for each inspection and area, the same from every way of grading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from grader.bulk.backends import Backend, nw, pl
from grader.bulk.conclude import Coded, characteristics, raises
from grader.bulk.conclude_areas import OUTCOMES, areas, with_deciding
from grader.bulk.dense import dense
from grader.bulk.plan import Plan
from grader.engines.columnar import any_of
from grader.language.nodes import Level
from grader.language.pipeline import AREA_LAYERS
from grader.language.rulebook import Rule, RuleBook
from grader.model.proposal import Proposal

#: Columns before the profile, which has one for each fact about an area.
HEAD = ("inspection", "edition", "area", "outcome", "grade", "deciding", "findings")
PROFILE = "profile."


def schema(book: RuleBook) -> dict[str, Any]:
    """A row's columns and their types; the profile is every fact about an area."""
    lists = ("deciding", "findings")
    head = {name: pl.List(pl.String) if name in lists else pl.String for name in HEAD}
    facts = sorted(f.name for f in book.facts_at(Level.AREA, AREA_LAYERS))
    return {**head, **{PROFILE + name: pl.Int32() for name in facts}}


def in_columns(plan: Plan, backend: Backend, coded: Coded, ids: pl.DataFrame) -> pl.DataFrame:
    """Inspections of one edition graded in columns: rows, with `number`.

    Parameters
    ----------
    ids : DataFrame
        `number`, `inspection`.
    """
    found, raised, there = conclude(plan, backend, coded)
    proposed = _findings(plan, found, raised, there)
    found = with_deciding(plan, found)
    names = [area.id for area in plan.areas]
    graded = pl.col("outcome") == OUTCOMES.index("graded")
    inspected = pl.col("outcome") != OUTCOMES.index("not_inspected")
    frame = (
        found.with_columns(pl.col("number").cast(pl.Int64), pl.col("area").cast(pl.Int32))
        .join(proposed, on=["number", "area"], how="left")
        .join(ids.select(pl.col("number").cast(pl.Int64), "inspection"), on="number")
        .sort("number", "area")
    )
    return frame.select(
        "number",
        "inspection",
        edition=pl.lit(plan.edition),
        area=_named("area", names),
        grade=pl.when(graded).then(_named("rank", plan.book.grade_scale.names)),
        deciding="deciding",
        findings=pl.when(inspected & pl.col("findings").is_not_null())
        .then(pl.col("findings"))
        .otherwise(pl.lit([], pl.List(pl.String))),
        outcome=_named("outcome", OUTCOMES),
        **{
            PROFILE + name: pl.when(inspected).then(pl.col(column)).cast(pl.Int32)
            for name, column in plan.area_columns.items()
        },
    ).select("number", *schema(plan.book))


def _named(column: str, names: Sequence[str]) -> pl.Expr:
    return pl.col(column).replace_strict(dict(enumerate(names)), default=None, return_dtype=pl.String)


def conclude(plan: Plan, backend: Backend, coded: Coded) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Areas and characteristics, as `Dense.conclude` has them, by arrays or by the backend."""
    arrays = dense(plan)
    if arrays is not None:
        return arrays.conclude(backend, coded)
    rules = raises(plan, Level.CHARACTERISTIC)
    with backend.kept(characteristics(plan, coded)) as below:
        found = backend.collect(areas(plan, coded, below))
        each = below.select("number", "area", "place", *rules)
        raised = backend.collect(
            each.filter(any_of([nw.col("place") < 0, *[nw.col(column) > 0 for column in rules]]))
        )
        nothing = any(map(plan.raised_by_nothing, rules.values()))
        return found, raised, backend.collect(each) if nothing else raised.clear()


def _findings(plan: Plan, found: pl.DataFrame, raised: pl.DataFrame, there: pl.DataFrame) -> pl.DataFrame:
    """Ids of the findings proposed in each area, in code point order: `number`, `area`, `findings`."""
    rules = raises(plan, Level.CHARACTERISTIC)
    names = {place: name for name, place in plan.characteristic_index.items()}
    raised = raised.with_columns(name=_named_place(names))
    parts = []
    for column, rule in rules.items():
        parts.append(_ids(raised.filter(pl.col(column) > 0), pl.lit(f"{rule.id}:") + pl.col("name")))
    for column, rule in raises(plan, Level.AREA).items():
        parts.append(_ids(found.filter(pl.col(column) > 0), pl.lit(rule.id)))
    unsaid = [rule for rule in rules.values() if plan.raised_by_nothing(rule)]
    if unsaid:
        parts += _of_nothing(plan, there, found, unsaid)
    schema = pl.Schema({"number": pl.Int64(), "area": pl.Int32(), "finding": pl.String()})
    every = pl.concat([p.cast(schema) for p in parts]) if parts else pl.DataFrame(schema=schema)
    return every.group_by("number", "area").agg(findings=pl.col("finding").sort())


def _named_place(names: Mapping[int, str]) -> pl.Expr:
    return pl.col("place").replace_strict(dict(names), return_dtype=pl.String)


def _ids(frame: pl.DataFrame, said: pl.Expr) -> pl.DataFrame:
    return frame.select("number", "area", finding=said)


def _of_nothing(
    plan: Plan, there: pl.DataFrame, found: pl.DataFrame, rules: Sequence[Rule]
) -> list[pl.DataFrame]:
    """Findings raised on characteristics nobody said anything about."""
    there = there.select("number", "place").cast({"number": pl.Int64, "place": pl.Int32})
    counted = [
        (plan.area_numbers[a.id], plan.characteristic_index[c.id], c.id)
        for a in plan.areas
        for c in a.counted
    ]
    every = pl.DataFrame(
        counted, schema={"area": pl.Int32, "place": pl.Int32, "name": pl.String}, orient="row"
    )
    areas_ = found.select(pl.col("number").cast(pl.Int64), pl.col("area").cast(pl.Int32))
    missing = areas_.join(every, on="area").join(there, on=["number", "place"], how="anti")
    parts = []
    for rule in rules:
        scope = plan.scope(rule)
        within = missing if scope is None else missing.filter(pl.col("area").is_in(list(scope)))
        parts.append(_ids(within, pl.lit(f"{rule.id}:") + pl.col("name")))
    return parts


def of_proposal(proposal: Proposal, facts: Iterable[str]) -> list[dict[str, Any]]:
    """The rows of a proposal."""
    rows = []
    for area in proposal.areas:
        target = area.grade if area.outcome == "graded" else "withheld"
        deciding = [r.rule for r in area.reasons if r.held and r.rule is not None and r.target == target]
        rows.append(
            {
                "inspection": proposal.inspection,
                "edition": proposal.framework.edition,
                "area": area.area,
                "outcome": area.outcome,
                "grade": area.grade,
                "deciding": sorted(deciding),
                "findings": sorted(f.id for f in area.findings if f.origin == "proposed"),
                **{PROFILE + name: area.profile.get(name) for name in sorted(facts)},
            }
        )
    return rows
