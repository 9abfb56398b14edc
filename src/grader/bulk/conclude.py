"""The grading pass in columns, on lazy frames of any backend.

Characteristics nobody spoke of have no row: they add a constant times their number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.bulk.plan import ITEM, Plan, shares
from grader.bulk.tag_masks import EARLIER as EARLIER_TAGS
from grader.engines import columnar
from grader.engines.columnar import all_of, any_of, as_int, nw
from grader.language.nodes import Level
from grader.language.pipeline import (
    CHARACTERISTIC_STAGES,
    FIGURES,
    FINDINGS_ON_AREAS,
    FINDINGS_ON_CHARACTERISTICS,
    STATUSES,
    Circumstance,
)
from grader.language.rulebook import Fact, Rule
from grader.language.vocabulary import SCALE, SCORE

Frame = Any  # a Narwhals LazyFrame of whichever backend
#: The day an item was found, where the latest alone counts: text that sorts as days do.
DAY = "found_on"


@dataclass(frozen=True, slots=True)
class Coded:
    """Inspections of one edition as whole numbers.

    Attributes
    ----------
    inspections : frame
        `number`, from 0.
    evidence : frame
        For each item and characteristic it is tagged to: `number`, `item`, `place` and ranks of its tags;
        `measure` and `figure` where a figure assesses it (`assessment` is 0); `found_on` where the latest
        counts.
    findings : frame or None
        On record: `number`, `area`, and ranks of `kind`, `origin`, `standing`, `progress`.
    earlier : frame or None
        For each characteristic an earlier finding names: `number`, `place`, `kind`, `progress`.
    absent : frame or None
        Areas not inspected: `number`, `area`.
    informs : frame or None
        `plan.informs`: a `place`, and one its evidence counts on also, `informed`.
    """

    inspections: Frame
    evidence: Frame
    findings: Frame | None = None
    earlier: Frame | None = None
    absent: Frame | None = None
    informs: Frame | None = None


# Evidence -------------------------------------------------------------------------------------------------


def assessed(plan: Plan, evidence: Frame) -> Frame:
    """Evidence with the assessment that each figure supplies."""
    rules = plan.rules(FIGURES)
    if not plan.measures:
        return evidence
    figure = {"figure": "figure"}
    said = nw.lit(0, nw.Int32)
    for name, at in plan.measures.items():
        of = [rule for rule in rules if rule.applies_to(name)]
        held = {rule.id: columnar.holds(rule.condition, figure) for rule in of}
        scale, _ = FIGURES.concludes(plan.book)
        rank = columnar.decided(of, held, scale, plan.book.falls_to(name)).rank
        said = nw.when(nw.col("measure") == at).then(rank).otherwise(said)
    own = nw.col("assessment")
    return evidence.with_columns(assessment=nw.when(own > 0).then(own).otherwise(said).cast(nw.Int8))


def informing(plan: Plan, evidence: Frame, informs: Frame | None) -> Frame:
    """Evidence, with a row more for each characteristic an item informs; it counts once on each.

    `direct` marks the rows there were.
    """
    evidence = evidence.with_columns(direct=nw.lit(1, nw.Int8))
    if informs is None:
        return evidence
    columns = evidence.collect_schema().names()
    of = {"place": nw.col("informed"), "direct": nw.lit(0, nw.Int8)}
    own = [of.get(name, nw.col(name)).alias(name) for name in columns]
    keys = ["number", "item", "place"]
    once = evidence.join(informs, on="place", how="inner").select(*own).unique(subset=keys)
    targets = sorted({target for _, target in plan.informs})
    direct = evidence.filter(nw.col("place").is_in(targets)).select(*keys)
    return nw.concat([evidence, once.join(direct, on=keys, how="anti")])


def latest(plan: Plan, evidence: Frame) -> Frame:
    """The evidence found last on each characteristic, where the framework lets that alone count."""
    if plan.book.vocabulary.several != "latest" or DAY not in evidence.collect_schema().names():
        return evidence
    keys = ["number", "place"]
    last = evidence.group_by(*keys).agg(nw.col(DAY).max().alias("last_day"))
    return evidence.join(last, on=keys, how="inner").filter(nw.col(DAY) == nw.col("last_day"))


# Characteristics ------------------------------------------------------------------------------------------


def counted_evidence(plan: Plan, coded: Coded) -> Frame:
    """For each item and characteristic it counts on: `number`, `place`, `ITEM`."""
    rows = latest(plan, informing(plan, assessed(plan, coded.evidence), coded.informs))
    return rows.select("number", "place", *ITEM)


def characteristics(plan: Plan, coded: Coded) -> Frame:
    """A row for each characteristic that anything was said about.

    Columns are `number`, `area`, `place`, `items` (how many count), `plan.characteristic_columns`, and
    whether each rule raises a finding (`raises`).
    """
    grouped = _summed(plan, coded, counted_evidence(plan, coded))
    place = nw.col("key") % plan.span
    frame = grouped.with_columns(
        number=nw.col("key") // plan.span,
        place=place.cast(nw.Int32),
        area=(place // plan.width).cast(nw.Int32),
        items=nw.col("items").cast(nw.Int32),
        **{
            plan.characteristic_columns[f.name]: nw.col(plan.characteristic_columns[f.name])
            .fill_null(0)
            .cast(nw.Int32)
            for f in _counting(plan)
        },
    )
    for name, of in shares(plan.characteristic_facts):
        frame = frame.with_columns(
            columnar.reckoned(of, plan.characteristic_columns).alias(plan.characteristic_columns[name])
        )
    return concluded(plan, frame)


def key_of(plan: Plan) -> nw.Expr:
    """One number for an inspection and a place."""
    return nw.col("number").cast(nw.Int64) * plan.span + nw.col("place")


def _summed(plan: Plan, coded: Coded, rows: Frame) -> Frame:
    """Each characteristic with its facts, each aggregated as it is defined."""
    key = key_of(plan)
    if coded.earlier is None:
        rows = rows.select(*ITEM, key=key)
        item = earlier = None
    else:
        item, earlier = nw.col("is_item") == 1, nw.col("is_item") == 0
        zero = nw.lit(0, nw.Int8)
        own = {name: nw.col(name) if name in EARLIER_TAGS else zero for name in (*ITEM, *EARLIER_TAGS)}
        rows = nw.concat(
            [
                rows.select(
                    *ITEM, *[zero.alias(n) for n in EARLIER_TAGS], key=key, is_item=nw.lit(1, nw.Int8)
                ),
                coded.earlier.select(*[v.alias(n) for n, v in own.items()], key=key, is_item=zero),
            ]
        )
    return rows.group_by("key").agg(*_facts_of_group(plan, item, earlier))


def _counting(plan: Plan) -> list[Fact]:
    return [f for f in plan.characteristic_facts if f.name not in dict(shares(plan.characteristic_facts))]


def _facts_of_group(plan: Plan, item: nw.Expr | None, earlier: nw.Expr | None) -> list[nw.Expr]:
    attributes = {name: name for name in (*ITEM, *EARLIER_TAGS)}
    found = [(nw.len() if item is None else as_int(item).sum()).alias("items")]
    for fact in _counting(plan):
        of_earlier = fact.entity == "earlier"
        if of_earlier and earlier is None:
            value = nw.col("assessment").min() * 0  # there are none
        else:
            value = columnar.reading(fact.definition, attributes, earlier if of_earlier else item).of_group()
        found.append(value.alias(plan.characteristic_columns[fact.name]))
    return found


def held_in_area(plan: Plan, rule: Rule, columns: Mapping[str, str]) -> nw.Expr:
    """Where a rule holds that speaks of the row's area."""
    held = columnar.holds(rule.condition, columns)
    scope = plan.scope(rule)
    return held if scope is None else any_of([nw.col("area") == n for n in scope]) & held


def concluded(plan: Plan, frame: Frame) -> Frame:
    """Each characteristic with what the stages conclude on it."""
    asked = {Circumstance.NO_ITEMS: nw.col("items") > 0, Circumstance.NOT_COUNTED: is_counted(plan)}
    if plan.scales:
        frame = frame.with_columns(_scale_of_place(plan).alias(plan.characteristic_columns[SCALE]))
    for stage in CHARACTERISTIC_STAGES:
        held = {rule.id: held_in_area(plan, rule, plan.characteristic_columns) for rule in plan.rules(stage)}
        if stage.gives is None:
            where = all_of([] if stage.unless is None else [asked[stage.unless]])
            columns = {name: as_int(where & held[r.id]) for name, r in raises(plan, stage.level).items()}
        else:
            scale, default = stage.concludes(plan.book)
            rank = columnar.decided(plan.rules(stage), held, scale, default).rank
            if stage.unless is not None:
                unasked = nw.lit(scale.rank(scale.nothing))
                rank = nw.when(asked[stage.unless]).then(rank).otherwise(unasked)
            columns = {plan.characteristic_columns[stage.gives]: rank.cast(nw.Int32)}
        frame = frame.with_columns(**columns) if columns else frame
        if stage is STATUSES and plan.book.vocabulary.scored:
            score = _by_rank(nw.col(plan.characteristic_columns["status"]), plan.book.vocabulary.scores)
            frame = frame.with_columns(score.alias(plan.characteristic_columns[SCORE]))
    return frame


def _by_rank(rank: nw.Expr, numbers: Sequence[int]) -> nw.Expr:
    """For each rank its number."""
    found = nw.lit(0, nw.Int32)
    for at, number in enumerate(numbers):
        if number:
            found = nw.when(rank == at).then(nw.lit(number, nw.Int32)).otherwise(found)
    return found


def _scale_of_place(plan: Plan) -> nw.Expr:
    """The number of the scale of the characteristic at a row's place."""
    found = nw.lit(0, nw.Int32)
    for scale, places in plan.places_by_scale.items():
        if scale:
            found = nw.when(any_of([nw.col("place") == p for p in places])).then(scale).otherwise(found)
    return found.cast(nw.Int32)


def raises(plan: Plan, level: Level) -> dict[str, Rule]:
    """The rules that raise findings at a level, by the column that says where."""
    letter = "r" if level is Level.CHARACTERISTIC else "q"
    stage = FINDINGS_ON_CHARACTERISTICS if level is Level.CHARACTERISTIC else FINDINGS_ON_AREAS
    return {f"{letter}{n}": rule for n, rule in enumerate(plan.rules(stage))}


def is_counted(plan: Plan) -> nw.Expr:
    return all_of([nw.col("place") >= 0, *(nw.col("place") != place for place in plan.uncounted)])
