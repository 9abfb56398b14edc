"""The rule book as formulas over whole numbers (z3).

Shares stay pairs: at least t is 1000·n ≥ t·d, at most t is 1000·n < (t+1)·d.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch

from grader.engines.solver import Allowance as Allowance
from grader.engines.solver import Effort as Effort
from grader.engines.solver import Solver as Solver
from grader.engines.solver import Undecided as Undecided
from grader.engines.solver import number as number
from grader.engines.solver import truth as truth
from grader.engines.solver import z3 as z3
from grader.language.nodes import (
    Aggregate,
    All,
    Any_,
    AnyOf,
    Best,
    Compare,
    Condition,
    Const,
    Count,
    Definition,
    Effect,
    FactOf,
    Given,
    Lowest,
    Not,
    Op,
    Operand,
    Share,
    Sum,
    Test,
)
from grader.language.reckoned import Amount, Bounds, Does, Named, Points, Rounded, Step, Weighted
from grader.language.relevance import parts_first
from grader.language.rulebook import Fact, Rule
from grader.vocabulary.scales import Scale

Row = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CountedRow:
    """A row, and how many things are like it."""

    row: Row
    count: z3.ArithRef


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share: `part` over `whole`, 0 where the whole is 0."""

    part: z3.ArithRef
    whole: z3.ArithRef


Terms = Mapping[str, "z3.ArithRef | Ratio"]
CountedThings = Mapping[str, Sequence[CountedRow]]


# Conditions -----------------------------------------------------------------------------------------------


def compare(term: z3.ArithRef | Ratio, op: Op, operands: Sequence[Operand], terms: Terms) -> z3.BoolRef:
    """How a term stands to the operands; `terms` holds parameters as `$name`."""
    numbers = [_operand(o, terms) for o in operands]
    match op:
        case Op.AT_LEAST:
            return _at_least(term, numbers[0])
        case Op.AT_MOST:
            return _at_most(term, numbers[0])
        case Op.MORE_THAN:
            return _at_least(term, numbers[0] + 1)
        case Op.FEWER_THAN:
            return _at_most(term, numbers[0] - 1)
        case Op.EQUALS | Op.ONE_OF:
            return z3.Or([z3.And(_at_least(term, n), _at_most(term, n)) for n in numbers])


def _operand(operand: Operand, terms: Terms) -> z3.ArithRef:
    if isinstance(operand, Const):
        return z3.IntVal(operand.value)
    return terms[f"${operand.name}"]


def _at_least(term: z3.ArithRef | Ratio, number: z3.ArithRef) -> z3.BoolRef:
    if isinstance(term, Ratio):
        return z3.If(term.whole > 0, 1000 * term.part >= number * term.whole, number <= 0)
    return term >= number


def _at_most(term: z3.ArithRef | Ratio, number: z3.ArithRef) -> z3.BoolRef:
    if isinstance(term, Ratio):
        return z3.If(term.whole > 0, 1000 * term.part < (number + 1) * term.whole, number >= 0)
    return term <= number


@singledispatch
def holds(condition: Condition, terms: Terms) -> z3.BoolRef:
    """The formula of a condition over the terms of its facts."""
    raise TypeError(f"the symbolic engine cannot read {type(condition).__name__}")


@holds.register
def _(condition: Compare, terms: Terms) -> z3.BoolRef:
    return compare(terms[condition.fact], condition.op, condition.operands, terms)


@holds.register
def _(condition: All, terms: Terms) -> z3.BoolRef:
    return z3.And([holds(part, terms) for part in condition.parts])


@holds.register
def _(condition: Any_, terms: Terms) -> z3.BoolRef:
    return z3.Or([holds(part, terms) for part in condition.parts])


@holds.register
def _(condition: Not, terms: Terms) -> z3.BoolRef:
    return z3.Not(holds(condition.part, terms))


# Facts ----------------------------------------------------------------------------------------------------


@singledispatch
def value(definition: Definition, things: CountedThings, known: Terms) -> z3.ArithRef | Ratio:
    """A fact's term, from counted rows and the terms known."""
    raise TypeError(f"the symbolic engine cannot read {type(definition).__name__}")


@value.register
def _(definition: Count, things: CountedThings, known: Terms) -> z3.ArithRef:
    return total(b.count for b in _chosen(definition, things))


@value.register
def _(definition: AnyOf, things: CountedThings, known: Terms) -> z3.ArithRef:
    return z3.If(total(b.count for b in _chosen(definition, things)) > 0, z3.IntVal(1), z3.IntVal(0))


@value.register
def _(definition: Best, things: CountedThings, known: Terms) -> z3.ArithRef:
    return _outermost(_chosen(definition, things), definition.attribute, lowest=False)


@value.register
def _(definition: Lowest, things: CountedThings, known: Terms) -> z3.ArithRef:
    return _outermost(_chosen(definition, things), definition.attribute, lowest=True)


@value.register
def _(definition: Share, things: CountedThings, known: Terms) -> Ratio:
    return Ratio(known[definition.part], known[definition.whole])


@value.register
def _(definition: FactOf, things: CountedThings, known: Terms) -> z3.ArithRef:
    return known.get(definition.key, z3.IntVal(0))


@value.register
def _(definition: Sum, things: CountedThings, known: Terms) -> z3.ArithRef:
    chosen = _chosen(definition, things)
    return total(b.row[definition.attribute] * b.count for b in chosen if b.row[definition.attribute])


@value.register
def _(definition: Weighted, things: CountedThings, known: Terms) -> z3.ArithRef:
    return total(t.weight * _whole(known.get(t.key, z3.IntVal(0))) for t in definition.terms if t.weight)


@value.register
def _(definition: Rounded, things: CountedThings, known: Terms) -> z3.ArithRef:
    # Division by a constant above 0, which for the solver rounds down.
    return (_whole(known[definition.of]) + definition.shift) / z3.IntVal(definition.to)


@value.register
def _(definition: Points, things: CountedThings, known: Terms) -> z3.ArithRef:
    so_far = _within(definition.within, _amount(definition.start, known), known)
    for step in definition.steps:
        then = _within(step.within, _stepped(step, so_far, known), known)
        then = _within(definition.within, then, known)
        so_far = then if step.when is None else z3.If(holds(step.when, known), then, so_far)
    return so_far


def _stepped(step: Step, so_far: z3.ArithRef, known: Terms) -> z3.ArithRef:
    amount = _amount(step.amount, known)
    match step.does:
        case Does.ADD:
            return so_far + amount
        case Does.TAKE:
            return so_far - amount
        case Does.AT_MOST:
            return z3.If(so_far > amount, amount, so_far)
        case Does.AT_LEAST:
            return z3.If(so_far < amount, amount, so_far)


def _within(bounds: Bounds | None, so_far: z3.ArithRef, known: Terms) -> z3.ArithRef:
    if bounds is None:
        return so_far
    low, high = _operand(bounds.low, known), _operand(bounds.high, known)
    raised = z3.If(so_far < low, low, so_far)
    return z3.If(raised > high, high, raised)


def _amount(amount: Amount, known: Terms) -> z3.ArithRef:
    return _whole(known[amount.name]) if isinstance(amount, Named) else _operand(amount, known)


def _whole(term: z3.ArithRef | Ratio) -> z3.ArithRef:
    if isinstance(term, Ratio):
        raise TypeError("a share is no whole number to reckon with")
    return term


@value.register
def _(definition: Given, things: CountedThings, known: Terms) -> z3.ArithRef | Ratio:
    return known[definition.name]


def _chosen(definition: Aggregate, things: CountedThings) -> list[CountedRow]:
    return [b for b in things[definition.entity] if all(_meets(b.row, test) for test in definition.where)]


def _meets(row: Row, test: Test) -> bool:
    """Whether a row of known numbers satisfies a clause."""
    rank, numbers = row[test.attribute], [o.value for o in test.operands if isinstance(o, Const)]
    if len(numbers) < len(test.operands):
        raise TypeError(f"a clause on {test.attribute} is not bound to numbers")
    match test.op:
        case Op.AT_LEAST:
            return rank >= numbers[0]
        case Op.AT_MOST:
            return rank <= numbers[0]
        case Op.MORE_THAN:
            return rank > numbers[0]
        case Op.FEWER_THAN:
            return rank < numbers[0]
        case Op.EQUALS | Op.ONE_OF:
            return rank in numbers


def _outermost(chosen: Iterable[CountedRow], attribute: str, *, lowest: bool) -> z3.ArithRef:
    """The best or lowest rank present, the least wanted innermost."""
    by_rank: dict[int, list[z3.ArithRef]] = {}
    for each in chosen:
        by_rank.setdefault(each.row[attribute], []).append(each.count)
    term = z3.IntVal(0)
    for rank in sorted(by_rank, reverse=lowest):
        term = z3.If(total(by_rank[rank]) > 0, z3.IntVal(rank), term)
    return term


def total(terms: Iterable[z3.ArithRef]) -> z3.ArithRef:
    """The sum of terms; 0 of none."""
    return z3.Sum([z3.IntVal(0), *terms])


def evaluate_facts(
    facts: Iterable[Fact], things: CountedThings, given: Terms
) -> dict[str, z3.ArithRef | Ratio]:
    """Terms of facts, each worked out after those it depends on."""
    known = dict(given)
    ordered = parts_first(facts)
    for fact in ordered:
        known[fact.name] = value(fact.definition, things, known)
    return {fact.name: known[fact.name] for fact in ordered}


# Conclusions ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What an ordered layer concludes, as terms.

    `base`: the best reached or the default; `limit`: the lowest limit or the top.
    """

    rank: z3.ArithRef
    base: z3.ArithRef
    limit: z3.ArithRef


def decide(held: Iterable[tuple[Rule, z3.BoolRef]], scale: Scale, default: str) -> Conclusion:
    """The best `reaches` that holds, never above the lowest `limits` that holds, else the default."""
    ranked = [(scale.rank(r.target), r.effect, h) for r, h in held]
    base = z3.IntVal(scale.rank(default))
    for rank, _, formula in sorted((x for x in ranked if x[1] is Effect.REACHES), key=lambda x: x[0]):
        base = z3.If(formula, z3.IntVal(rank), base)
    limit = z3.IntVal(len(scale.names) - 1)
    for rank, _, formula in sorted((x for x in ranked if x[1] is Effect.LIMITS), key=lambda x: -x[0]):
        limit = z3.If(formula, z3.IntVal(rank), limit)
    return Conclusion(z3.If(limit < base, limit, base), base, limit)
