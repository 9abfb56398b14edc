"""Which whole numbers a fact reckoned from scores can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.language.nodes import Const, Count, FactOf, HighestScore, Kind, LowestScore, Operand, Sum
from grader.language.ranges import chosen_scores, levels
from grader.language.reckoned import Amount, Bounds, Does, Named, Points, Rounded, Step, Weighted
from grader.language.relevance import parts_first
from grader.language.rulebook import Fact
from grader.model.framework import Area, Framework

Values = frozenset[int]

#: More values than these are not kept: every number is then taken to be one.
MOST = 20_000


def attainable(facts: Iterable[Fact], framework: Framework, areas: Iterable[Area]) -> dict[str, Values]:
    """The numbers each fact about an area can be; facts left out can be any.

    Parts are taken to move freely: numbers may be too many, never too few.
    """
    ordered = [f for f in parts_first(facts) if f.level == "area"]
    found: dict[str, Values] = {}
    unknown: set[str] = set()
    for area in areas:
        known = _Area(framework, area).values(ordered)
        unknown |= {f.name for f in ordered} - known.keys()
        for name, values in known.items():
            found[name] = found.get(name, frozenset()) | values
    return {name: values for name, values in found.items() if name not in unknown}


class _TooMany(Exception):
    """A fact can be more numbers than are kept, or its parts can."""


@dataclass(frozen=True, slots=True)
class _Area:
    framework: Framework
    area: Area

    def values(self, facts: Iterable[Fact]) -> dict[str, Values]:
        known: dict[str, Values] = {}
        for fact in facts:
            try:
                known[fact.name] = self._fact(fact, known)
            except _TooMany:
                continue
        return known

    def _fact(self, fact: Fact, known: Mapping[str, Values]) -> Values:
        if any(part not in known for part in fact.definition.depends_on):
            raise _TooMany
        match fact.definition:
            case Count(entity="characteristics"):
                return frozenset(range(len(self.area.counted) + 1))
            case FactOf(characteristic, "score"):
                return self._score(characteristic)
            case Sum() as definition:
                values = frozenset({0})
                for c in self.area.counted:
                    ranks = (0, *levels(self.framework, c.id))
                    scores, out = chosen_scores(self.framework, c.id, definition, ranks)
                    values = _each(values, frozenset({*scores, *([0] if out else [])}))
                return values
            case HighestScore() | LowestScore():
                return frozenset({0}).union(*(self._score(c.id) for c in self.area.counted))
            case Weighted(terms):
                values = frozenset({0})
                for term in terms:
                    of = (
                        self._score(term.of.characteristic)
                        if isinstance(term.of, FactOf)
                        else known[term.key]
                    )
                    values = _each(values, frozenset(term.weight * v for v in of))
                return values
            case Rounded(of, to) as rounded:
                return frozenset((v + rounded.shift) // to for v in known[of])
            case Points() as points:
                return _points(points, known)
        if fact.kind is Kind.FLAG:
            return frozenset({0, 1})
        raise _TooMany

    def _score(self, characteristic: str) -> Values:
        if all(c.id != characteristic for c in self.area.characteristics):
            return frozenset({0})
        scores = self.framework.vocabulary.scores
        return frozenset({0, *(scores[rank] for rank in levels(self.framework, characteristic))})


def _each(one: Values, other: Values) -> Values:
    """Every sum of one number of each."""
    if len(one) * len(other) > MOST * 10:
        raise _TooMany
    return _kept({a + b for a in one for b in other})


def _kept(values: Iterable[int]) -> Values:
    found = frozenset(values)
    if len(found) > MOST:
        raise _TooMany
    return found


def _points(points: Points, known: Mapping[str, Values]) -> Values:
    so_far = _within(points.within, _amount(points.start, known))
    for step in points.steps:
        then = _within(points.within, _within(step.within, _stepped(step, so_far, known)))
        so_far = then if step.when is None else _kept(so_far | then)
    return so_far


def _stepped(step: Step, so_far: Values, known: Mapping[str, Values]) -> Values:
    amounts = _amount(step.amount, known)
    match step.does:
        case Does.ADD:
            return _each(so_far, amounts)
        case Does.TAKE:
            return _each(so_far, frozenset(-a for a in amounts))
        case Does.AT_MOST:
            return _kept({min(n, a) for n in so_far for a in amounts})
        case Does.AT_LEAST:
            return _kept({max(n, a) for n in so_far for a in amounts})


def _within(bounds: Bounds | None, values: Values) -> Values:
    if bounds is None:
        return values
    low, high = _constant(bounds.low), _constant(bounds.high)
    return frozenset(min(max(v, low), high) for v in values)


def _amount(amount: Amount, known: Mapping[str, Values]) -> Values:
    return known[amount.name] if isinstance(amount, Named) else frozenset({_constant(amount)})


def _constant(operand: Operand) -> int:
    if isinstance(operand, Const):
        return operand.value
    raise _TooMany
