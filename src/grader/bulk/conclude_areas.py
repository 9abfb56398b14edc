"""Conclusions on areas, in columns: facts over characteristics and findings, outcome, grade."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.bulk.backends import pl
from grader.bulk.conclude import Coded, Frame, held_in_area, is_counted, raises
from grader.bulk.plan import FINDING, Plan
from grader.engines import columnar
from grader.engines.columnar import Reading, any_of, as_int, nw
from grader.grading.conclude import finding_row, proposed_counts
from grader.language import pipeline
from grader.language.nodes import Level
from grader.language.pipeline import EARLIER, GRADES, STANDING, SUFFICIENCY, Circumstance, any_open
from grader.language.rulebook import Fact
from grader.language.vocabulary import SCALE

OUTCOMES = tuple(outcome.name for outcome in pipeline.OUTCOMES)
#: Rules that say in one whole number which of them decided.
TOGETHER = 30


def areas(plan: Plan, coded: Coded, below: Frame) -> Frame:
    """A row for each inspection and area of the edition.

    Columns are `number`, `area`, `outcome` (in `OUTCOMES`), `rank` of the grade (-1: none),
    `deciding_columns`, `plan.area_columns`, and how often each rule raised a finding.
    """
    return outcomes(plan, area_facts(plan, coded, below))


def area_facts(plan: Plan, coded: Coded, below: Frame) -> Frame:
    """Every fact about each area of each inspection, before anything is concluded from them."""
    frame = _grid(plan, coded)
    frame = frame.join(_sums(plan, below), on="key", how="left")
    if coded.findings is not None:
        frame = frame.join(standings(plan, coded.findings), on="key", how="left")
    return facts_of_areas(plan, frame, coded.findings is not None)


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


def readings(plan: Plan) -> dict[str, Reading]:
    """What an area takes from its characteristics that have a row, by column."""
    counted = is_counted(plan)
    found = {
        "present": Reading(as_int(counted), "sum"),
        "assessed": Reading(as_int(counted & (nw.col("items") > 0)), "max"),
    }
    for scale in plan.scales:
        own = counted & (nw.col(plan.characteristic_columns[SCALE]) == scale)
        found[f"present{scale}"] = Reading(as_int(own), "sum")
    for fact in plan.of_entity("characteristics"):
        found[plan.area_columns[fact.name]] = columnar.reading(
            fact.definition, plan.characteristic_columns, counted
        )
    for column, named in plan.named.items():
        if named.characteristic in plan.characteristic_index:
            here = nw.col("place") == plan.characteristic_index[named.characteristic]
            own = nw.col(plan.characteristic_columns[named.fact])
            found[column] = Reading(nw.when(here).then(own), "max")
    return found | {name: Reading(nw.col(name), "sum") for name in raises(plan, Level.CHARACTERISTIC)}


def _sums(plan: Plan, below: Frame) -> Frame:
    """Facts of each area over the characteristics that have a row."""
    found = [reading.of_group().alias(column) for column, reading in readings(plan).items()]
    key = nw.col("number").cast(nw.Int64) * len(plan.areas) + nw.col("area")
    used = [*plan.characteristic_columns.values(), "place", "items", *raises(plan, Level.CHARACTERISTIC)]
    return below.select(*dict.fromkeys(used), key=key).group_by("key").agg(*found)


def standings(plan: Plan, findings: Frame) -> Frame:
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


def facts_of_areas(plan: Plan, frame: Frame, on_record: bool) -> Frame:
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
            **{c: as_int(held_in_area(plan, r, plan.area_columns)) for c, r in of_area.items()}
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
    """A fact about an area, counting the characteristics without a row as zeros."""
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
    """What the facts about areas conclude; columns in `keep` are carried along."""
    columns = {**plan.area_columns, **plan.free_columns}
    thin = {r.id: held_in_area(plan, r, columns) for r in plan.rules(SUFFICIENCY)}
    rules = plan.rules(GRADES)
    held = {r.id: held_in_area(plan, r, columns) for r in rules}
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
        **{column: _bits(deciding[i] for i in ids) for column, ids in deciding_columns(plan).items()},
    ).select(
        "number",
        "area",
        "outcome",
        "rank",
        *deciding_columns(plan),
        *plan.area_columns.values(),
        *_raise_columns(plan),
        *keep,
    )


def _bits(truths: Iterable[nw.Expr]) -> nw.Expr:
    return sum((as_int(truth) * 2**n for n, truth in enumerate(truths)), nw.lit(0, nw.Int32))


def deciding_columns(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Columns of bits for the rules that decided, each with their ids in order."""
    ids = sorted(rule.id for rule in (*plan.rules(SUFFICIENCY), *plan.rules(GRADES)))
    parts = [tuple(ids[at : at + TOGETHER]) for at in range(0, len(ids), TOGETHER)]
    return {f"deciding{n}": part for n, part in enumerate(parts)}


def with_deciding(plan: Plan, found: pl.DataFrame) -> pl.DataFrame:
    """Areas with the ids of the rules that decided (`deciding`) in place of their bits."""
    columns = deciding_columns(plan)
    ids = pl.List(pl.String)
    if not columns:
        return found.with_columns(deciding=pl.lit([], ids))
    said = found.select(*columns).unique()
    lists = [
        [i for n, part in enumerate(columns.values()) for bit, i in enumerate(part) if row[n] >> bit & 1]
        for row in said.iter_rows()
    ]
    said = said.with_columns(pl.Series("deciding", lists, dtype=ids))
    return found.join(said, on=list(columns), how="left", maintain_order="left").drop(*columns)


def _raise_columns(plan: Plan) -> list[str]:
    return [*raises(plan, Level.CHARACTERISTIC), *raises(plan, Level.AREA)]
