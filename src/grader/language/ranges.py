"""The range of each fact about an area, and what it says of comparisons.

Ranges hold at every setting, and may be too wide: parts are taken to move freely.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.language.nodes import (
    Aggregate,
    All,
    Any_,
    Best,
    Compare,
    Condition,
    Const,
    Count,
    FactOf,
    Kind,
    Lowest,
    Not,
    Op,
    Operand,
    Sum,
    Test,
)
from grader.language.reckoned import Amount, Bounds, Does, Named, Points, Rounded, Step, Weighted
from grader.language.relevance import parts_first
from grader.language.rulebook import Fact, Parameter
from grader.language.vocabulary import SCALE, SCORE
from grader.model.framework import Area, Framework

Range = tuple[int, int]

#: More of anything is not counted on: of findings and of evidence there is no other bound.
MANY = 1_000_000


def fact_ranges(
    facts: Iterable[Fact], framework: Framework, parameters: Mapping[str, Parameter], area: str | None = None
) -> dict[str, Range]:
    """The range of each fact about an area.

    Parameters
    ----------
    facts : iterable of Fact
        Bound or not; those about characteristics are passed over.
    parameters : mapping of str to Parameter
        Each at any value of its range.
    area : str, optional
        Every area by default.
    """
    areas = framework.areas if area is None else [framework.area(area)]
    found: dict[str, Range] = {}
    for each in areas:
        for name, own in _Ranges(framework, each, parameters).of(facts).items():
            found[name] = hull(found.get(name, own), own)
    return found


def hull(one: Range, other: Range) -> Range:
    """The least range that holds both."""
    return min(one[0], other[0]), max(one[1], other[1])


def levels(framework: Framework, characteristic: str) -> tuple[int, ...]:
    """Ranks of a characteristic's statuses, best last, without not assessed."""
    words = framework.vocabulary
    if words.declared:
        return tuple(words.scale_of(framework.characteristic(characteristic).scale).ranks)
    return tuple(words.statuses.rank(name) for name in words.statuses.levels)


@dataclass(frozen=True, slots=True)
class _Ranges:
    framework: Framework
    area: Area
    parameters: Mapping[str, Parameter]

    def of(self, facts: Iterable[Fact]) -> dict[str, Range]:
        known: dict[str, Range] = {}
        for fact in parts_first(facts):
            if fact.level == "area":
                known[fact.name] = self._fact(fact, known)
        return known

    def _fact(self, fact: Fact, known: Mapping[str, Range]) -> Range:
        match fact.definition:
            case Sum() | Best(entity="characteristics") | Lowest(entity="characteristics"):
                if fact.kind is Kind.SCORE:
                    return self._aggregate(fact.definition)
            case Count(entity="characteristics"):
                return 0, len(self.area.counted)
            case FactOf(characteristic, "score"):
                return self.score(characteristic)
            case Weighted(terms):
                ranges = [
                    _times(
                        t.weight,
                        self.score(t.of.characteristic) if isinstance(t.of, FactOf) else known[t.key],
                    )
                    for t in terms
                ]
                return sum(r[0] for r in ranges), sum(r[1] for r in ranges)
            case Rounded(of, to) as rounded:
                low, high = known[of]
                return (low + rounded.shift) // to, (high + rounded.shift) // to
            case Points() as points:
                return list(walked(points, known, self.parameters))[-1].after
        match fact.kind:
            case Kind.SHARE:
                return 0, 1000
            case Kind.SCALE | Kind.FLAG if fact.scale is not None:
                return 0, len(fact.scale.names) - 1
            case _:
                return 0, MANY

    def score(self, characteristic: str) -> Range:
        """A named characteristic's scores; 0 where there is none."""
        if all(c.id != characteristic for c in self.area.characteristics):
            return 0, 0
        found = [self.framework.vocabulary.scores[r] for r in levels(self.framework, characteristic)]
        return min(0, *found), max(0, *found)

    def _aggregate(self, definition: Aggregate) -> Range:
        ranges = [
            chosen_scores(self.framework, c.id, definition, (0, *levels(self.framework, c.id)))
            for c in self.area.counted
        ]
        held = [(values, out) for values, out in ranges if values]
        if isinstance(definition, Sum):
            lows = (min(*values, 0) if out else min(values) for values, out in held)
            highs = (max(*values, 0) if out else max(values) for values, out in held)
            return sum(lows), sum(highs)
        found = [v for values, _ in held for v in values]
        found += [0] if all(out for _, out in ranges) else []
        return min(found, default=0), max(found, default=0)


def chosen_scores(
    framework: Framework, characteristic: str, definition: Aggregate, ranks: Iterable[int]
) -> tuple[list[int], bool]:
    """Scores a fact may find on a characteristic, and whether it may pass it over."""
    values: list[int] = []
    out, words = False, framework.vocabulary
    scale = words.scale_ids.rank(words.scale_of(framework.characteristic(characteristic).scale).id)
    for rank in ranks:
        score = words.scores[rank]
        row = {"status": rank, SCORE: score, SCALE: scale}
        looked_at = [_passes(t, row) for t in definition.where]
        if False not in looked_at:
            values.append(score)
        out = out or any(passed is not True for passed in looked_at)
    return values, out


def _passes(test: Test, row: Mapping[str, int]) -> bool | None:
    """Whether a characteristic passes a clause; None where more than status decides."""
    constants = [o.value for o in test.operands if isinstance(o, Const)]
    if test.attribute not in row or len(constants) < len(test.operands):
        return None
    value = row[test.attribute]
    return _stands((value, value), test.op, [(c, c) for c in constants])


def _times(weight: int, of: Range) -> Range:
    low, high = sorted((weight * of[0], weight * of[1]))
    return low, high


# Points ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Walked:
    """Ranges of a number before a step (None: at the start), of the step, and after."""

    step: Step | None
    before: Range
    amount: Range
    after: Range
    bounds: tuple[Range, Range] | None = None
    """The ranges of the step's own bounds."""

    @property
    def least_gain(self) -> int:
        """The least by which the step, taken, moves the number."""
        return self._moved(self.before[1], self.amount[0 if self._rises else 1])[0]

    @property
    def most_gain(self) -> int:
        """The most by which the step, taken, moves the number."""
        return self._moved(self.before[0], self.amount[1 if self._rises else 0])[1]

    @property
    def _rises(self) -> bool:
        """Whether more of the amount is more of the number."""
        return self.step is not None and self.step.does is not Does.TAKE

    def _moved(self, number: int, amount: int) -> Range:
        assert self.step is not None, "the start moves nothing"
        low, high = _bounded(self.bounds, _stepped(self.step.does, (number, number), (amount, amount)))
        return low - number, high - number


def walked(
    points: Points, known: Mapping[str, Range], parameters: Mapping[str, Parameter]
) -> Iterator[Walked]:
    """The range of a number at its start, then step by step."""
    general = _bounds(points.within, parameters)
    start = _amount(points.start, known, parameters)
    so_far = _bounded(general, start)
    yield Walked(None, start, start, so_far)
    for step in points.steps:
        amount, own = _amount(step.amount, known, parameters), _bounds(step.within, parameters)
        taken = _bounded(general, _bounded(own, _stepped(step.does, so_far, amount)))
        holds = always(step.condition, known, parameters)
        after = {True: taken, False: so_far, None: hull(so_far, taken)}[holds]
        yield Walked(step, so_far, amount, after, own)
        so_far = after


def _stepped(does: Does, so_far: Range, amount: Range) -> Range:
    match does:
        case Does.ADD:
            return so_far[0] + amount[0], so_far[1] + amount[1]
        case Does.TAKE:
            return so_far[0] - amount[1], so_far[1] - amount[0]
        case Does.AT_MOST:
            return min(so_far[0], amount[0]), min(so_far[1], amount[1])
        case Does.AT_LEAST:
            return max(so_far[0], amount[0]), max(so_far[1], amount[1])


def _bounds(bounds: Bounds | None, parameters: Mapping[str, Parameter]) -> tuple[Range, Range] | None:
    return None if bounds is None else (_operand(bounds.low, parameters), _operand(bounds.high, parameters))


def _bounded(bounds: tuple[Range, Range] | None, so_far: Range) -> Range:
    if bounds is None:
        return so_far
    return _stepped(Does.AT_MOST, _stepped(Does.AT_LEAST, so_far, bounds[0]), bounds[1])


def _amount(amount: Amount, known: Mapping[str, Range], parameters: Mapping[str, Parameter]) -> Range:
    return known[amount.name] if isinstance(amount, Named) else _operand(amount, parameters)


def _operand(operand: Operand, parameters: Mapping[str, Parameter]) -> Range:
    if isinstance(operand, Const):
        return operand.value, operand.value
    return parameters[operand.name].minimum, parameters[operand.name].maximum


# Comparisons ----------------------------------------------------------------------------------------------


def always(
    condition: Condition, known: Mapping[str, Range], parameters: Mapping[str, Parameter]
) -> bool | None:
    """Whether a condition always (True), never (False) or sometimes (None) holds."""
    match condition:
        case Compare(fact, op, operands):
            if fact not in known:
                return None
            return _stands(known[fact], op, [_operand(o, parameters) for o in operands])
        case Not(part):
            found = always(part, known, parameters)
            return None if found is None else not found
        case All(parts) | Any_(parts):
            deciding = isinstance(condition, Any_)
            each = [always(p, known, parameters) for p in parts]
            if deciding in each:
                return deciding
            return None if None in each else not deciding


def _stands(value: Range, op: Op, operands: list[Range]) -> bool | None:
    (low, high), (least, most) = value, operands[0]
    match op:
        case Op.AT_LEAST:
            return True if low >= most else False if high < least else None
        case Op.AT_MOST:
            return True if high <= least else False if low > most else None
        case Op.MORE_THAN:
            return True if low > most else False if high <= least else None
        case Op.FEWER_THAN:
            return True if high < least else False if low >= most else None
        case Op.EQUALS | Op.ONE_OF:
            if low == high and any(o == (low, low) for o in operands):
                return True
            return False if all(high < o[0] or low > o[1] for o in operands) else None
