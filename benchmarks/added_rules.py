"""Rules added to a rule book, always the same: the layers in turn, each with its own fact; larger areas."""

from __future__ import annotations

import random
from dataclasses import replace

from grader.language.nodes import Best, Better, Compare, Const, Count, Effect, Kind, Level, Op, Share, Test
from grader.language.rulebook import Fact, Layer, Rule, RuleBook
from grader.model.framework import Framework
from grader.vocabulary.peel import ASSESSMENTS, EXTENTS, HARMS

_TABLES = (
    (Layer.STATUS, Level.CHARACTERISTIC),
    (Layer.GRADE, Level.AREA),
    (Layer.FINDING, Level.CHARACTERISTIC),
    (Layer.FINDING, Level.AREA),
    (Layer.SUFFICIENCY, Level.AREA),
)


def with_added(book: RuleBook, count: int, seed: int = 1) -> RuleBook:
    """The rule book with this many rules more, in the direction their facts declare."""
    draw = random.Random(seed)
    for number in range(count):
        layer, level = _TABLES[number % len(_TABLES)]
        book = _ADD[layer, level](book, f"added{number:02}", draw)
    return book


def with_characteristics(framework: Framework, many: int) -> Framework:
    """The framework with so many characteristics in each area: its own, and more like the last of them."""
    data = framework.model_dump(by_alias=True, exclude_unset=True)
    for area in data["areas"]:
        own = [c for topic in area["topics"] for c in topic["characteristics"]]
        more = [
            {**own[-1], "id": f"{area['id']}.9{chr(97 + n // 26)}{chr(97 + n % 26)}"} for n in range(many)
        ]
        kept = [{**c, "informs": []} for c in [*own, *more][:many]]
        area["topics"] = [{**area["topics"][0], "characteristics": kept}]
    return Framework.model_validate(data)


def _shortfalls(draw: random.Random) -> Count:
    """A count of shortfalls that a worse tag never leaves."""
    most = draw.choice(("falls_short", "partly_meets"))
    where = [Test("assessment", Op.AT_MOST, (Const(ASSESSMENTS.rank(most)),))]
    if draw.random() < 0.6:
        where.append(Test("strength", Op.EQUALS, (Const(1),)))
    if draw.random() < 0.6:
        where.append(Test("harm", Op.AT_LEAST, (Const(draw.randrange(1, len(HARMS.names))),)))
    if draw.random() < 0.6:
        where.append(Test("extent", Op.AT_LEAST, (Const(draw.randrange(1, len(EXTENTS.names))),)))
    if draw.random() < 0.5:
        where.append(Test("remedied", Op.EQUALS, (Const(0),)))
    return Count("evidence", tuple(where))


def _fact(name: str, layer: Layer, level: Level, kind: Kind, better: Better, definition: object) -> Fact:
    scale = ASSESSMENTS if isinstance(definition, Best) else None
    return Fact(name, layer, level, kind, better, f"fact {name}", definition, scale)  # type: ignore[arg-type]


def _put(book: RuleBook, facts: list[Fact], rule: Rule) -> RuleBook:
    rules = tuple(sorted((*book.rules, rule), key=lambda r: r.id))
    return replace(book, facts={**book.facts, **{f.name: f for f in facts}}, rules=rules)


def _rule(
    name: str, layer: Layer, level: Level, effect: Effect, target: str, fact: str, least: int,
    op: Op = Op.AT_LEAST,
) -> Rule:  # fmt: skip
    return Rule(name, layer, level, effect, target, Compare(fact, op, (Const(least),)), "", "made")


def _status(book: RuleBook, name: str, draw: random.Random) -> RuleBook:
    fact = _fact(name, Layer.STATUS, Level.CHARACTERISTIC, Kind.COUNT, Better.FEWER, _shortfalls(draw))
    target = draw.choice(("not_demonstrated", "partly_demonstrated", "demonstrated"))
    rule = _rule(name, Layer.STATUS, Level.CHARACTERISTIC, Effect.LIMITS, target, name, draw.randrange(2, 5))
    return _put(book, [fact], rule)


def _finding(book: RuleBook, name: str, draw: random.Random) -> RuleBook:
    fact = _fact(name, Layer.FINDING, Level.CHARACTERISTIC, Kind.COUNT, Better.FEWER, _shortfalls(draw))
    target = draw.choice(("area_for_improvement", "cause_of_concern"))
    rule = _rule(name, Layer.FINDING, Level.CHARACTERISTIC, Effect.RAISES, target, name, draw.randrange(2, 6))
    return _put(book, [fact], rule)


def _area_finding(book: RuleBook, name: str, draw: random.Random) -> RuleBook:
    below = _fact(
        f"{name}b", Layer.FINDING, Level.CHARACTERISTIC, Kind.COUNT, Better.FEWER, _shortfalls(draw)
    )
    many = Count("characteristics", (Test(f"{name}b", Op.AT_LEAST, (Const(1),)),))
    fact = _fact(name, Layer.FINDING, Level.AREA, Kind.COUNT, Better.FEWER, many)
    rule = _rule(
        name, Layer.FINDING, Level.AREA, Effect.RAISES, "cause_of_concern", name, draw.randrange(3, 6)
    )
    return _put(book, [below, fact], rule)


def _sufficiency(book: RuleBook, name: str, draw: random.Random) -> RuleBook:
    below = _fact(
        f"{name}b", Layer.FINDING, Level.CHARACTERISTIC, Kind.COUNT, Better.FEWER, _shortfalls(draw)
    )
    many = Count("characteristics", (Test(f"{name}b", Op.AT_LEAST, (Const(1),)),))
    part = _fact(name, Layer.SUFFICIENCY, Level.AREA, Kind.COUNT, Better.NEITHER, many)
    share = _fact(
        f"{name}s", Layer.SUFFICIENCY, Level.AREA, Kind.SHARE, Better.NEITHER, Share(name, "assessed")
    )
    rule = _rule(
        name, Layer.SUFFICIENCY, Level.AREA, Effect.WITHHOLDS, "grade", f"{name}s",
        draw.randrange(600, 900, 50), Op.MORE_THAN,
    )  # fmt: skip
    return _put(book, [below, part, share], rule)


def _grade(book: RuleBook, name: str, draw: random.Random) -> RuleBook:
    below = _fact(
        f"{name}b", Layer.FINDING, Level.CHARACTERISTIC, Kind.COUNT, Better.FEWER, _shortfalls(draw)
    )
    many = Count("characteristics", (Test(f"{name}b", Op.AT_LEAST, (Const(draw.randrange(1, 3)),)),))
    fact = _fact(name, Layer.GRADE, Level.AREA, Kind.COUNT, Better.FEWER, many)
    target = draw.choice(("requires_improvement", "adequate", "good"))
    rule = _rule(name, Layer.GRADE, Level.AREA, Effect.LIMITS, target, name, draw.randrange(1, 4))
    return _put(book, [below, fact], rule)


_ADD = {
    (Layer.STATUS, Level.CHARACTERISTIC): _status,
    (Layer.FINDING, Level.CHARACTERISTIC): _finding,
    (Layer.FINDING, Level.AREA): _area_finding,
    (Layer.SUFFICIENCY, Level.AREA): _sufficiency,
    (Layer.GRADE, Level.AREA): _grade,
}
