"""The definition of meaning: conditions and facts in plain Python, short and obvious."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import singledispatch

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
    Given,
    Level,
    Lowest,
    Not,
    Op,
    Operand,
    Share,
    StatusOf,
    Test,
)
from grader.language.rulebook import Fact, Layer, RuleBook

Facts = Mapping[str, int]
Things = Mapping[str, Sequence[Facts]]


def compare(value: int, op: Op, operands: Sequence[Operand]) -> bool:
    """Whether a value stands to the operands as `op` says."""
    numbers = [_constant(o) for o in operands]
    match op:
        case Op.AT_LEAST:
            return value >= numbers[0]
        case Op.AT_MOST:
            return value <= numbers[0]
        case Op.MORE_THAN:
            return value > numbers[0]
        case Op.FEWER_THAN:
            return value < numbers[0]
        case Op.EQUALS | Op.ONE_OF:
            return value in numbers


def _constant(operand: Operand) -> int:
    if not isinstance(operand, Const):
        raise TypeError(f"parameter ${operand.name} is not bound to a number")
    return operand.value


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
def value(definition: Definition, things: Things, known: Facts) -> int:
    """What a fact is, given the things there are and the numbers known so far."""
    raise TypeError(f"the reference engine cannot read {type(definition).__name__}")


@value.register
def _(definition: Count, things: Things, known: Facts) -> int:
    return sum(1 for thing in things[definition.entity] if satisfies(thing, definition.where))


@value.register
def _(definition: AnyOf, things: Things, known: Facts) -> int:
    return int(any(satisfies(thing, definition.where) for thing in things[definition.entity]))


@value.register
def _(definition: Best, things: Things, known: Facts) -> int:
    found = (t[definition.attribute] for t in things[definition.entity] if satisfies(t, definition.where))
    return max(found, default=0)


@value.register
def _(definition: Lowest, things: Things, known: Facts) -> int:
    found = (t[definition.attribute] for t in things[definition.entity] if satisfies(t, definition.where))
    return min(found, default=0)


@value.register
def _(definition: Share, things: Things, known: Facts) -> int:
    whole = known[definition.whole]
    return 1000 * known[definition.part] // whole if whole else 0


@value.register
def _(definition: StatusOf, things: Things, known: Facts) -> int:
    return known.get(definition.characteristic, 0)


@value.register
def _(definition: Given, things: Things, known: Facts) -> int:
    return known[definition.name]


def evaluate_facts(facts: Iterable[Fact], things: Things, given: Facts) -> dict[str, int]:
    """Values of facts.

    Parameters
    ----------
    facts : iterable of Fact
        Facts about one level.
    things : mapping of entity to rows
        What the facts count: each row maps attribute to whole number.
    given : mapping
        Numbers known beforehand: facts a share or a clause may name, and the status of each characteristic
        of an area under its id.

    Returns
    -------
    dict
        The value of each fact asked for; shares last, since they are made of counts.
    """
    known = dict(given)
    ordered = sorted(facts, key=lambda f: isinstance(f.definition, Share))
    for fact in ordered:
        known[fact.name] = value(fact.definition, things, known)
    return {fact.name: known[fact.name] for fact in ordered}


class ReferenceEngine:
    """Evaluates a bound rule book, one table at a time."""

    name = "reference"

    def __init__(self, book: RuleBook) -> None:
        self._tables = {(t.layer, t.level): t.rules for t in book.tables()}

    def held(self, layer: Layer, level: Level, scope: str, facts: Facts) -> frozenset[str]:
        """Ids of the rules of a table that speak of `scope` and hold on these facts."""
        rules = self._tables[layer, level]
        return frozenset(r.id for r in rules if r.applies_to(scope) and holds(r.condition, facts))
