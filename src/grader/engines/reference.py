"""The definition of meaning: conditions and facts in plain Python, short and obvious."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import singledispatch
from typing import Any

from grader.language.memo import Memo
from grader.language.nodes import (
    All,
    Any_,
    AnyOf,
    Best,
    Compare,
    Condition,
    Const,
    Count,
    Definition,
    FactOf,
    Given,
    Level,
    Lowest,
    Not,
    Op,
    Operand,
    Share,
    Sum,
    Test,
)
from grader.language.reckoned import (
    Amount,
    Bounds,
    Does,
    Named,
    Points,
    Rounded,
    Step,
    Weighted,
)
from grader.language.relevance import parts_first
from grader.language.row import Row
from grader.language.rulebook import Fact, Layer, Rule, RuleBook
from grader.language.typecheck import comparisons

Facts = Mapping[str, int]
Things = Mapping[str, Sequence[Row]]


Comparison = Callable[[int, Any], bool]

_COMPARISONS: Mapping[Op, Comparison] = {
    Op.AT_LEAST: operator.ge,
    Op.AT_MOST: operator.le,
    Op.MORE_THAN: operator.gt,
    Op.FEWER_THAN: operator.lt,
    Op.EQUALS: operator.eq,
    Op.ONE_OF: lambda value, constants: value in constants,
}


def comparison(op: Op, operands: Sequence[Operand]) -> tuple[Comparison, Any]:
    """The function for `op`, and its constant (or constants)."""
    constants = tuple(_constant(operand) for operand in operands)
    return _COMPARISONS[op], constants if op is Op.ONE_OF else constants[0]


def compare(value: int, op: Op, operands: Sequence[Operand]) -> bool:
    """Whether a value stands so to an operand (for `one_of`, to any)."""
    if op is Op.ONE_OF:
        return any(value == _constant(operand) for operand in operands)
    return _COMPARISONS[op](value, _constant(operands[0]))


def _constant(operand: Operand) -> int:
    if isinstance(operand, Const):
        return operand.value
    raise TypeError(f"{operand} is not bound to a number")


@singledispatch
def holds(condition: Condition, facts: Facts) -> bool:
    """Whether a condition holds on these facts."""
    raise TypeError(f"the reference engine cannot read {type(condition).__name__}")


@holds.register
def _(condition: Compare, facts: Facts) -> bool:
    return compare(facts[condition.fact], condition.op, condition.operands)


@holds.register
def _(condition: All, facts: Facts) -> bool:
    return all(holds(part, facts) for part in condition.parts)


@holds.register
def _(condition: Any_, facts: Facts) -> bool:
    return any(holds(part, facts) for part in condition.parts)


@holds.register
def _(condition: Not, facts: Facts) -> bool:
    return not holds(condition.part, facts)


def satisfies(thing: Facts, where: Iterable[Test]) -> bool:
    """Whether a thing satisfies every clause of a `where`."""
    return all(compare(thing[t.attribute], t.op, t.operands) for t in where)


@singledispatch
def value(definition: Definition, chosen: Sequence[Facts], known: Facts) -> int:
    """A fact's value, from its things and the numbers known."""
    raise TypeError(f"the reference engine cannot read {type(definition).__name__}")


@value.register
def _(definition: Count, chosen: Sequence[Facts], known: Facts) -> int:
    return len(chosen)


@value.register
def _(definition: AnyOf, chosen: Sequence[Facts], known: Facts) -> int:
    return int(bool(chosen))


@value.register
def _(definition: Best, chosen: Sequence[Facts], known: Facts) -> int:
    return max((thing[definition.attribute] for thing in chosen), default=0)


@value.register
def _(definition: Lowest, chosen: Sequence[Facts], known: Facts) -> int:
    return min((thing[definition.attribute] for thing in chosen), default=0)


@value.register
def _(definition: Share, chosen: Sequence[Facts], known: Facts) -> int:
    whole = known[definition.whole]
    return 1000 * known[definition.part] // whole if whole else 0


@value.register
def _(definition: FactOf, chosen: Sequence[Facts], known: Facts) -> int:
    return known.get(definition.key, 0)


@value.register
def _(definition: Sum, chosen: Sequence[Facts], known: Facts) -> int:
    return sum(thing[definition.attribute] for thing in chosen)


@value.register
def _(definition: Weighted, chosen: Sequence[Facts], known: Facts) -> int:
    # What an area does not hold counts for nothing.
    return sum(term.weight * known.get(term.key, 0) for term in definition.terms)


@value.register
def _(definition: Rounded, chosen: Sequence[Facts], known: Facts) -> int:
    return (known[definition.of] + definition.shift) // definition.to


@value.register
def _(definition: Points, chosen: Sequence[Facts], known: Facts) -> int:
    return list(numbers(definition, known))[-1]


def numbers(points: Points, known: Facts) -> Iterator[int]:
    """The start of a fact of points, and its value after each step."""
    so_far = _within(points.within, _amount(points.start, known))
    yield so_far
    for step in points.steps:
        if holds(step.condition, known):
            so_far = _within(points.within, _within(step.within, _stepped(step, so_far, known)))
        yield so_far


def _stepped(step: Step, so_far: int, known: Facts) -> int:
    amount = _amount(step.amount, known)
    match step.does:
        case Does.ADD:
            return so_far + amount
        case Does.TAKE:
            return so_far - amount
        case Does.AT_MOST:
            return min(so_far, amount)
        case Does.AT_LEAST:
            return max(so_far, amount)


def _within(bounds: Bounds | None, so_far: int) -> int:
    if bounds is None:
        return so_far
    return min(max(so_far, _constant(bounds.low)), _constant(bounds.high))


def _amount(amount: Amount, known: Facts) -> int:
    return known[amount.name] if isinstance(amount, Named) else _constant(amount)


@value.register
def _(definition: Given, chosen: Sequence[Facts], known: Facts) -> int:
    return known[definition.name]


class FactReader:
    """Reads the facts of one level, and caches which rows satisfy a `where`.

    Parameters
    ----------
    facts : iterable of Fact
        Bound.
    """

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.facts = parts_first(facts)
        self._clauses: dict[str, dict[str, list[tuple[str, Comparison, Any]]]] = {}
        for fact in self.facts:
            self._clauses.setdefault(fact.entity or "", {})[fact.name] = _clauses(fact)
        # How each is read is looked up once; the rest is asked over and over.
        self._read = [
            (f.name, f.entity, f.definition, value.dispatch(type(f.definition))) for f in self.facts
        ]
        self._truths: dict[str, Memo[Row, dict[str, bool]]] = {entity: Memo() for entity in self._clauses}

    def satisfied(self, fact: Fact, row: Row) -> bool:
        """Whether a row is among those a fact looks at."""
        return self._truth(fact.entity or "", row)[fact.name]

    def values(self, things: Things, given: Facts) -> dict[str, int]:
        """The value of every fact.

        Parameters
        ----------
        things : mapping of entity to rows
            What the facts count.
        given : mapping
            Facts known beforehand, those of named characteristics by `FactOf` key.
        """
        known = dict(given)
        seen = {e: [(row, self._truth(e, row)) for row in things[e]] for e in self._clauses if e}
        for name, entity, definition, read in self._read:
            rows = seen.get(entity or "", ())
            chosen = [row for row, truth in rows if truth[name]]
            known[name] = read(definition, chosen, known)
        return {name: known[name] for name, *_ in self._read}

    def _truth(self, entity: str, row: Row) -> dict[str, bool]:
        """Of every fact about an entity, whether it looks at this row."""
        known = self._truths[entity].get(row)
        if known is None:
            known = {
                name: all(stands(row[attribute], constant) for attribute, stands, constant in clauses)
                for name, clauses in self._clauses[entity].items()
            }
            self._truths[entity][row] = known
        return known


def _clauses(fact: Fact) -> list[tuple[str, Comparison, Any]]:
    return [(t.attribute, *comparison(t.op, t.operands)) for t in fact.definition.where]


class ReferenceEngine:
    """Evaluates a bound rule book, one table at a time.

    An answer depends on which comparisons hold alone, and is kept for each such pattern.
    """

    name = "reference"

    def __init__(self, book: RuleBook) -> None:
        self._tables = {(t.layer, t.level): _Table(t.rules) for t in book.tables()}

    def held(self, layer: Layer, level: Level, scope: str, facts: Facts) -> frozenset[str]:
        """Ids of a table's rules that hold on these facts, for `scope`."""
        return self._tables[layer, level].held(scope, facts)


class _Table:
    """The rules of a table, the comparisons in them, and the answers so far."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        found = {found: None for rule in rules for found, _ in comparisons(rule.condition)}
        self._comparisons = [(c.fact, *comparison(c.op, c.operands)) for c in found]
        self._scoped = any(rule.scope is not None for rule in rules)
        self._answers: Memo[tuple[str, tuple[bool, ...]], frozenset[str]] = Memo()

    def held(self, scope: str, facts: Facts) -> frozenset[str]:
        pattern = tuple([stands(facts[fact], constant) for fact, stands, constant in self._comparisons])
        question = (scope if self._scoped else "", pattern)
        known = self._answers.get(question)
        if known is None:
            known = frozenset(r.id for r in self._rules if r.applies_to(scope) and holds(r.condition, facts))
            self._answers[question] = known
        return known
