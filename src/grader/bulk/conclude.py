"""The grading pass in columns, on lazy frames of any backend.

Characteristics nobody spoke of have no row: they add a constant times their number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.bulk.plan import FINDING, ITEM, Plan, shares
from grader.engines import columnar
from grader.engines.columnar import all_of, any_of, as_int, nw
from grader.grading.conclude import finding_row, proposed_counts
from grader.language import pipeline
from grader.language.nodes import Level
from grader.language.pipeline import (
    CHARACTERISTIC_STAGES,
    EARLIER,
    FIGURES,
    FINDINGS_ON_AREAS,
    FINDINGS_ON_CHARACTERISTICS,
    GRADES,
    STANDING,
    STATUSES,
    SUFFICIENCY,
    Circumstance,
    any_open,
)
from grader.language.rulebook import Fact, Rule
from grader.language.vocabulary import SCALE, SCORE

Frame = Any  # a Narwhals LazyFrame of whichever backend
#: No id holds one.
BETWEEN = "\n"
#: The day an item was found, where the latest alone counts: text that sorts as days do.
DAY = "found_on"
OUTCOMES = tuple(outcome.name for outcome in pipeline.OUTCOMES)


@dataclass(frozen=True, slots=True)
class Coded:
    """Inspections of one edition as whole numbers.

    Attributes
    ----------
    inspections : frame
        `number`, from 0.
    evidence : frame
        A row for each item on each characteristic it is tagged to: `number`, `item`, `place`, the ranks of
        the item's tags, and `measure` and `figure` where a figure assesses it (then `assessment` is 0);
        `found_on` where the latest alone counts.
    findings : frame or None
        A row for each finding on record: `number`, `area`, and ranks of its `kind`, `origin`, `standing` and
        `progress`.
    earlier : frame or None
        A row for each characteristic an earlier finding names: `number`, `place`, `kind`, `progress`.
    absent : frame or None
        Areas that were not inspected: `number`, `area`.
    informs : frame or None
        `place`, and the place its evidence counts on also (`informed`): `plan.informs` as a table.
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
    """Evidence with a row more for each characteristic an item informs; an item counts once on each.

    `direct` says which rows were there: those of the characteristics an item is tagged to.
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


def characteristics(plan: Plan, coded: Coded) -> Frame:
    """A row for each characteristic that anything was said about.

    Columns are `number`, `area`, `place`, `items` (how many count on it), `plan.characteristic_columns`, and
    for each rule that may raise a finding on it whether it does (`raises`).
    """
    rows = latest(plan, informing(plan, assessed(plan, coded.evidence), coded.informs))
    rows = rows.select("number", "place", *ITEM)
    key = nw.col("number").cast(nw.Int64) * plan.span + nw.col("place")
    if coded.earlier is None:
        rows = rows.select(*ITEM, key=key)
        item = earlier = None
    else:
        item, earlier = nw.col("is_item") == 1, nw.col("is_item") == 0
        zero = nw.lit(0, nw.Int8)
        own = {name: nw.col(name) if name in _EARLIER else zero for name in (*ITEM, *_EARLIER)}
        rows = nw.concat(
            [
                rows.select(*ITEM, *[zero.alias(n) for n in _EARLIER], key=key, is_item=nw.lit(1, nw.Int8)),
                coded.earlier.select(*[v.alias(n) for n, v in own.items()], key=key, is_item=zero),
            ]
        )
    grouped = rows.group_by("key").agg(*_facts_of_group(plan, item, earlier))
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
    return _concluded(plan, frame)


_EARLIER = ("kind", "progress")


def _counting(plan: Plan) -> list[Fact]:
    return [f for f in plan.characteristic_facts if f.name not in dict(shares(plan.characteristic_facts))]


def _facts_of_group(plan: Plan, item: nw.Expr | None, earlier: nw.Expr | None) -> list[nw.Expr]:
    attributes = {name: name for name in (*ITEM, *_EARLIER)}
    found = [(nw.len() if item is None else as_int(item).sum()).alias("items")]
    for fact in _counting(plan):
        of_earlier = fact.entity == "earlier"
        if of_earlier and earlier is None:
            value = nw.col("assessment").min() * 0  # there are none
        else:
            value = columnar.reading(fact.definition, attributes, earlier if of_earlier else item).of_group()
        found.append(value.alias(plan.characteristic_columns[fact.name]))
    return found


def _held(plan: Plan, rule: Rule, columns: Mapping[str, str]) -> nw.Expr:
    """Where a rule holds that speaks of the row's area."""
    held = columnar.holds(rule.condition, columns)
    scope = plan.scope(rule)
    return held if scope is None else any_of([nw.col("area") == n for n in scope]) & held


def _concluded(plan: Plan, frame: Frame) -> Frame:
    """Each characteristic with what the stages conclude on it."""
    asked = {Circumstance.NO_ITEMS: nw.col("items") > 0, Circumstance.NOT_COUNTED: _counted(plan)}
    if plan.scales:
        frame = frame.with_columns(_scale_of_place(plan).alias(plan.characteristic_columns[SCALE]))
    for stage in CHARACTERISTIC_STAGES:
        held = {rule.id: _held(plan, rule, plan.characteristic_columns) for rule in plan.rules(stage)}
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


def _counted(plan: Plan) -> nw.Expr:
    return all_of([nw.col("place") >= 0, *(nw.col("place") != place for place in plan.uncounted)])


# Areas ----------------------------------------------------------------------------------------------------


def areas(plan: Plan, coded: Coded, below: Frame) -> Frame:
    """A row for each inspection and area of the edition.

    Columns are `number`, `area`, `outcome` (its place in `OUTCOMES`), `rank` of the grade (-1 where there is
    none), `deciding` (ids of the rules that decided, with `BETWEEN` between them), `plan.area_columns`, and
    for each rule that may raise a finding how often it did.
    """
    return outcomes(plan, area_facts(plan, coded, below))


def area_facts(plan: Plan, coded: Coded, below: Frame) -> Frame:
    """Every fact about each area of each inspection, before anything is concluded from them."""
    frame = _grid(plan, coded)
    frame = frame.join(_sums(plan, below), on="key", how="left")
    if coded.findings is not None:
        frame = frame.join(_standings(plan, coded.findings), on="key", how="left")
    return _area_facts(plan, frame, coded.findings is not None)


def _grid(plan: Plan, coded: Coded) -> Frame:
    """Every inspection with every area."""
    several = {
        "area": list(range(len(plan.areas))),
        "graded": [int(a.editions[plan.edition].graded) for a in plan.areas],
        "listed": list(plan.listed),
    }
    parts = []
    for area, graded, listed in zip(*several.values(), strict=True):
        part = coded.inspections.select(
            "number",
            key=nw.col("number").cast(nw.Int64) * len(plan.areas) + area,
            area=nw.lit(area, nw.Int32),
            graded=nw.lit(graded, nw.Int32),
            listed=nw.lit(listed, nw.Int32),
            **{f"listed{s}": nw.lit(plan.listed_of(s)[area], nw.Int32) for s in plan.scales},
        )
        parts.append(part)
    frame = nw.concat(parts)
    if coded.absent is None:
        return frame.with_columns(absent=nw.lit(0, nw.Int32))
    absent = coded.absent.unique().select(
        key=nw.col("number").cast(nw.Int64) * len(plan.areas) + nw.col("area"), absent=nw.lit(1, nw.Int32)
    )
    return frame.join(absent, on="key", how="left").with_columns(absent=nw.col("absent").fill_null(0))


def _sums(plan: Plan, below: Frame) -> Frame:
    """Facts of each area over the characteristics that have a row."""
    counted = _counted(plan)
    found = [
        as_int(counted).sum().alias("present"),
        as_int(counted & (nw.col("items") > 0)).max().alias("assessed"),
    ]
    for scale in plan.scales:
        own = counted & (nw.col(plan.characteristic_columns[SCALE]) == scale)
        found.append(as_int(own).sum().alias(f"present{scale}"))
    for fact in plan.of_entity("characteristics"):
        found.append(
            columnar.reading(fact.definition, plan.characteristic_columns, counted)
            .of_group()
            .alias(plan.area_columns[fact.name])
        )
    for column, named in plan.named.items():
        if named.characteristic in plan.characteristic_index:
            here = nw.col("place") == plan.characteristic_index[named.characteristic]
            own = nw.col(plan.characteristic_columns[named.fact])
            found.append(nw.when(here).then(own).max().alias(column))
    found += [nw.col(name).sum() for name in raises(plan, Level.CHARACTERISTIC)]
    key = nw.col("number").cast(nw.Int64) * len(plan.areas) + nw.col("area")
    used = [*plan.characteristic_columns.values(), "place", "items", *raises(plan, Level.CHARACTERISTIC)]
    return below.select(*dict.fromkeys(used), key=key).group_by("key").agg(*found)


def _standings(plan: Plan, findings: Frame) -> Frame:
    """Facts of each area over its findings on record."""
    columns = {name: name for name in FINDING}
    opened = [nw.col(STANDING) == rank for rank in sorted(plan.book.vocabulary.open_ranks)]
    found = [as_int(any_of(opened)).sum().alias("opened")]
    for entity in ("earlier", "findings"):
        among = nw.col(EARLIER[0]) == EARLIER[1] if entity == "earlier" else None
        found += [
            columnar.reading(f.definition, columns, among).of_group().alias(plan.area_columns[f.name])
            for f in plan.of_entity(entity)
        ]
    key = nw.col("number").cast(nw.Int64) * len(plan.areas) + nw.col("area")
    return findings.select(*FINDING, key=key).group_by("key").agg(*found)


def _area_facts(plan: Plan, frame: Frame, on_record: bool) -> Frame:
    """Every fact about each area, in the order in which they can be known."""
    frame = frame.with_columns(present=_number("present"), assessed=_number("assessed"))
    if plan.scales:
        frame = frame.with_columns(**{f"present{s}": _number(f"present{s}") for s in plan.scales})
    unsaid = nw.col("listed") - nw.col("present")
    values: dict[str, nw.Expr] = {"opened": _number("opened") if on_record else nw.lit(0, nw.Int32)}
    for fact in plan.of_entity("characteristics"):
        values[plan.area_columns[fact.name]] = _with_unsaid(plan, fact, unsaid)
    for column, named in plan.named.items():
        known = named.characteristic in plan.characteristic_index
        values[column] = _number(column) if known else nw.lit(0, nw.Int32)
    for entity in ("earlier", "findings"):
        for fact in plan.of_entity(entity):
            column = plan.area_columns[fact.name]
            values[column] = _number(column) if on_record else nw.lit(0, nw.Int32)
    for column, rule in raises(plan, Level.CHARACTERISTIC).items():
        values[column] = _number(column)
        if plan.raised_by_nothing(rule):
            scope = plan.scope(rule)
            here = nw.lit(True) if scope is None else any_of([nw.col("area") == n for n in scope])
            values[column] += as_int(here) * unsaid
    frame = _with_reckoned(plan, frame.with_columns(**values))
    of_area = raises(plan, Level.AREA)
    if of_area:
        frame = frame.with_columns(
            **{c: as_int(_held(plan, r, plan.area_columns)) for c, r in of_area.items()}
        )
    words = plan.book.vocabulary
    opening = [kind for kind in words.proposed if any_open(words, [finding_row(words, kind, "proposed")])]
    opened = sum((_proposed(plan, kind) for kind in opening), nw.col("opened"))
    frame = frame.with_columns(opened=opened)
    findings = plan.of_entity("findings")
    if not findings:
        return frame
    return _with_reckoned(
        plan, frame.with_columns(**{plan.area_columns[f.name]: _with_proposed(plan, f) for f in findings})
    )


def _number(column: str) -> nw.Expr:
    return nw.col(column).fill_null(0).cast(nw.Int32)


def _with_reckoned(plan: Plan, frame: Frame) -> Frame:
    for facts in plan.reckoned:
        frame = frame.with_columns(
            **{column: columnar.reckoned(of, plan.reckoning_columns) for column, of in facts.items()}
        )
    return frame


def _with_unsaid(plan: Plan, fact: Fact, unsaid: nw.Expr) -> nw.Expr:
    """A fact about an area with the characteristics that have no row: all their numbers are 0."""
    value = _number(plan.area_columns[fact.name])
    if plan.scales:
        on = [s for s in plan.scales if plan.counts_nothing(fact, s)]
        unsaid = sum((nw.col(f"listed{s}") - nw.col(f"present{s}") for s in on), nw.lit(0, nw.Int32))
        if not on:
            return value
    elif not plan.counts_nothing(fact):
        return value
    return columnar.reading(fact.definition, plan.characteristic_columns).with_least(value, unsaid)


def _proposed(plan: Plan, kind: str) -> nw.Expr:
    """How many findings of a kind the rules propose."""
    rules = {**raises(plan, Level.CHARACTERISTIC), **raises(plan, Level.AREA)}
    return sum((nw.col(column) for column, rule in rules.items() if rule.target == kind), nw.lit(0, nw.Int32))


def _with_proposed(plan: Plan, fact: Fact) -> nw.Expr:
    """A fact about an area's findings with those the rules propose."""
    read = columnar.reading(fact.definition, {name: name for name in FINDING})
    if fact.definition.ranked is not None:
        raise TypeError(f"{fact.name!r} takes a rank of findings, which have none with an order")
    value = nw.col(plan.area_columns[fact.name])
    for kind in plan.book.vocabulary.proposed:
        if proposed_counts(plan.book.vocabulary, kind, fact.definition.where):
            value = read.with_least(value, _proposed(plan, kind))
    return value


def outcomes(plan: Plan, frame: Frame, keep: Sequence[str] = ()) -> Frame:
    """What is concluded from the facts about areas; columns named in `keep` are carried along."""
    columns = {**plan.area_columns, **plan.free_columns}
    thin = {r.id: _held(plan, r, columns) for r in plan.rules(SUFFICIENCY)}
    rules = plan.rules(GRADES)
    held = {r.id: _held(plan, r, columns) for r in rules}
    scale, default = GRADES.concludes(plan.book)
    found = columnar.decided(rules, held, scale, default)
    so = {
        Circumstance.NOT_INSPECTED: nw.col("absent") == 1,
        Circumstance.NOT_GRADED: nw.col("graded") == 0,
        Circumstance.NO_EVIDENCE: nw.col("assessed") == 0,
        Circumstance.THIN: any_of(list(thin.values())),
        Circumstance.OPEN_CONCERN: nw.col("opened") > 0,
    }
    outcome = nw.lit(len(pipeline.OUTCOMES) - 1)
    # The outermost choice is the one that counts, and the first outcome met is it.
    for n, each in reversed([*enumerate(pipeline.OUTCOMES)][:-1]):
        met = any_of([so[c] for c in each.where])
        met = met if each.unless is None else met & ~so[each.unless]
        outcome = nw.when(met).then(nw.lit(n)).otherwise(outcome)
    frame = frame.with_columns(outcome=outcome.cast(nw.Int32), reached=found.reached, limit=found.limit)
    reached, limit = nw.col("reached"), nw.col("limit")
    graded, withheld = (nw.col("outcome") == OUTCOMES.index(o) for o in ("graded", "withheld"))
    deciding = {
        rule.id: (
            withheld & thin[rule.id]
            if rule.id in thin
            else graded & columnar.decides(rule, held[rule.id], scale, reached, limit)
        )
        for rule in sorted((*plan.rules(SUFFICIENCY), *rules), key=lambda r: r.id)
    }
    rank = nw.when(limit < reached).then(limit).otherwise(reached)
    return frame.with_columns(
        rank=nw.when(graded).then(rank).otherwise(nw.lit(-1)).cast(nw.Int32),
        deciding=columnar.names_of(deciding, BETWEEN),
    ).select(
        "number",
        "area",
        "outcome",
        "rank",
        "deciding",
        *plan.area_columns.values(),
        *_raise_columns(plan),
        *keep,
    )


def _raise_columns(plan: Plan) -> list[str]:
    return [*raises(plan, Level.CHARACTERISTIC), *raises(plan, Level.AREA)]
