"""The rule book as expressions over columns (Narwhals).

A fact is a value of each row and an aggregation, a condition a column of truths.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce, singledispatch

from grader.distribution import install
from grader.errors import MissingExtraError
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
    Lowest,
    Not,
    Op,
    Operand,
    Share,
    Sum,
)
from grader.language.reckoned import Amount, Bounds, Does, Named, Points, Rounded, Step, Weighted
from grader.language.rulebook import Rule
from grader.vocabulary.scales import Scale

try:
    import narwhals as nw
except ImportError as error:
    raise MissingExtraError(
        "grading at scale needs narwhals and a data frame library", help=install("columnar")
    ) from error

__all__ = [
    "Ordered",
    "Reading",
    "all_of",
    "any_of",
    "as_int",
    "decided",
    "decides",
    "holds",
    "names_of",
    "nw",
    "reading",
    "reckoned",
]

Columns = Mapping[str, str]
"""The column behind each fact or attribute."""


# Conditions -----------------------------------------------------------------------------------------------


def compare(value: nw.Expr, op: Op, operands: Sequence[Operand], columns: Columns | None = None) -> nw.Expr:
    """How a column stands to an operand (for `one_of`, to any).

    An unbound parameter is the column `$name`.
    """
    numbers = [_number(operand, columns or {}) for operand in operands]
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
            return any_of([value == number for number in numbers])


def _number(operand: Operand, columns: Columns) -> int | nw.Expr:
    if isinstance(operand, Const):
        return operand.value
    if f"${operand.name}" in columns:
        return nw.col(columns[f"${operand.name}"])
    raise TypeError(f"{operand} is not bound to a number")


@singledispatch
def holds(condition: Condition, columns: Columns) -> nw.Expr:
    """The truths of a condition over the columns of its facts."""
    raise TypeError(f"the columnar engine cannot read {type(condition).__name__}")


@holds.register
def _(condition: Compare, columns: Columns) -> nw.Expr:
    return compare(nw.col(columns[condition.fact]), condition.op, condition.operands, columns)


@holds.register
def _(condition: All, columns: Columns) -> nw.Expr:
    return all_of([holds(part, columns) for part in condition.parts])


@holds.register
def _(condition: Any_, columns: Columns) -> nw.Expr:
    return any_of([holds(part, columns) for part in condition.parts])


@holds.register
def _(condition: Not, columns: Columns) -> nw.Expr:
    return ~holds(condition.part, columns)


def all_of(truths: Sequence[nw.Expr]) -> nw.Expr:
    """Where all of them hold; of none, everywhere."""
    return reduce(lambda a, b: a & b, truths) if truths else nw.lit(True)


def any_of(truths: Sequence[nw.Expr]) -> nw.Expr:
    """Where any of them holds; of none, nowhere."""
    return reduce(lambda a, b: a | b, truths) if truths else nw.lit(False)


def as_int(truth: nw.Expr) -> nw.Expr:
    """1 where it holds, else 0."""
    return truth.cast(nw.Int32)


# Facts ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """How a fact is read off a group's rows.

    Attributes
    ----------
    row : Expr
        Its value for each row, or null.
    aggregation : str
        `sum`, `max` or `min`; 0 of nothing.
    least : int
        The value for a row whose ranks are all 0.
    """

    row: nw.Expr
    aggregation: str
    least: int = 0

    def of_group(self) -> nw.Expr:
        """The fact of a group, or null where no row has a value."""
        found: nw.Expr = getattr(self.row, self.aggregation)()
        return found

    def with_least(self, value: nw.Expr, many: nw.Expr) -> nw.Expr:
        """The fact with more rows of the least value."""
        if self.aggregation == "sum":
            return value + many * self.least
        least = nw.lit(self.least, nw.Int32)
        beyond = value > least if self.aggregation == "max" else value < least
        return nw.when((many > 0) & ~beyond).then(least).otherwise(value)


@singledispatch
def reading(definition: Definition, columns: Columns, among: nw.Expr | None = None) -> Reading:
    """How a fact is read; `among` says which rows are its things."""
    raise TypeError(f"the columnar engine cannot read {type(definition).__name__}")


@reading.register
def _(definition: Count, columns: Columns, among: nw.Expr | None = None) -> Reading:
    return Reading(as_int(_chosen(definition, columns, among)), "sum", 1)


@reading.register
def _(definition: AnyOf, columns: Columns, among: nw.Expr | None = None) -> Reading:
    return Reading(as_int(_chosen(definition, columns, among)), "max", 1)


@reading.register
def _(definition: Best, columns: Columns, among: nw.Expr | None = None) -> Reading:
    value = nw.col(columns[definition.attribute])
    return Reading(nw.when(_chosen(definition, columns, among)).then(value), "max")


@reading.register
def _(definition: Lowest, columns: Columns, among: nw.Expr | None = None) -> Reading:
    value = nw.col(columns[definition.attribute])
    return Reading(nw.when(_chosen(definition, columns, among)).then(value), "min")


@reading.register
def _(definition: Sum, columns: Columns, among: nw.Expr | None = None) -> Reading:
    value = nw.col(columns[definition.attribute])
    return Reading(nw.when(_chosen(definition, columns, among)).then(value), "sum")


def _chosen(definition: Aggregate, columns: Columns, among: nw.Expr | None) -> nw.Expr:
    tests = [compare(nw.col(columns[t.attribute]), t.op, t.operands) for t in definition.where]
    if among is not None:
        tests.insert(0, among)
    # Every row, where nothing is asked: a literal would be one number for the whole group.
    return all_of(tests) if tests else ~nw.col(next(iter(columns.values()))).is_null()


@singledispatch
def reckoned(definition: Definition, columns: Columns) -> nw.Expr:
    """A fact worked out from the columns of others."""
    raise TypeError(f"the columnar engine cannot read {type(definition).__name__}")


@reckoned.register
def _(definition: Share, columns: Columns) -> nw.Expr:
    """In whole per mille, rounded down; 0 of 0 is 0."""
    part = nw.col(columns[definition.part]).cast(nw.Int64)
    of = nw.col(columns[definition.whole]).cast(nw.Int64)
    # Some backends work out both branches, and none may divide by zero.
    safe = nw.when(of > 0).then(of).otherwise(nw.lit(1))
    return nw.when(of > 0).then((1000 * part) // safe).otherwise(nw.lit(0)).cast(nw.Int32)


@reckoned.register
def _(definition: Weighted, columns: Columns) -> nw.Expr:
    weighed = [term.weight * _long(columns[term.key]) for term in definition.terms if term.key in columns]
    return reduce(lambda a, b: a + b, weighed, nw.lit(0, nw.Int64)).cast(nw.Int32)


@reckoned.register
def _(definition: Rounded, columns: Columns) -> nw.Expr:
    shifted = _long(columns[definition.of]) + definition.shift
    # What backends make of dividing a number below 0 differs, so what is left of it says which way it went.
    whole = (shifted // definition.to).cast(nw.Int64)
    return (whole - as_int(whole * definition.to > shifted)).cast(nw.Int32)


@reckoned.register
def _(definition: Points, columns: Columns) -> nw.Expr:
    # Each step names the number so far once: named twice, it would double with every step.
    so_far = _within(definition.within, _amount(definition.start, columns), columns, None)
    for step in definition.steps:
        held = None if step.when is None else holds(step.when, columns)
        so_far = _stepped(step, so_far, columns, held)
        so_far = _within(step.within, so_far, columns, held)
        so_far = _within(definition.within, so_far, columns, None)
    return so_far.cast(nw.Int32)


#: Beyond every number that a fact can be.
_FAR = 2**40


def _stepped(step: Step, so_far: nw.Expr, columns: Columns, held: nw.Expr | None) -> nw.Expr:
    amount = _amount(step.amount, columns)
    match step.does:
        case Does.ADD:
            return so_far + _where(held, amount, 0)
        case Does.TAKE:
            return so_far - _where(held, amount, 0)
        case Does.AT_MOST:
            return nw.min_horizontal(so_far, _where(held, amount, _FAR))
        case Does.AT_LEAST:
            return nw.max_horizontal(so_far, _where(held, amount, -_FAR))


def _within(bounds: Bounds | None, so_far: nw.Expr, columns: Columns, held: nw.Expr | None) -> nw.Expr:
    if bounds is None:
        return so_far
    low = _where(held, _amount(bounds.low, columns), -_FAR)
    high = _where(held, _amount(bounds.high, columns), _FAR)
    return nw.min_horizontal(nw.max_horizontal(so_far, low), high)


def _where(held: nw.Expr | None, number: nw.Expr, otherwise: int) -> nw.Expr:
    return number if held is None else nw.when(held).then(number).otherwise(nw.lit(otherwise, nw.Int64))


def _amount(amount: Amount, columns: Columns) -> nw.Expr:
    if isinstance(amount, Named):
        return _long(columns[amount.name])
    found = _number(amount, columns)
    return nw.lit(found, nw.Int64) if isinstance(found, int) else found.cast(nw.Int64)


def _long(column: str) -> nw.Expr:
    return nw.col(column).cast(nw.Int64)


# Conclusions ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ordered:
    """What an ordered layer concludes, as columns (see `decide`).

    Attributes
    ----------
    reached, limit : Expr
        The best rank reached or the default; the lowest limit or a rank above all.
    """

    reached: nw.Expr
    limit: nw.Expr

    @property
    def rank(self) -> nw.Expr:
        """The rank concluded."""
        return nw.when(self.limit < self.reached).then(self.limit).otherwise(self.reached)


def decided(rules: Iterable[Rule], held: Mapping[str, nw.Expr], scale: Scale, default: str) -> Ordered:
    """What rules conclude where each holds as `held` says."""
    by_rank: dict[Effect, dict[int, list[nw.Expr]]] = {Effect.REACHES: {}, Effect.LIMITS: {}}
    for rule in rules:
        by_rank[rule.effect].setdefault(scale.rank(rule.target), []).append(held[rule.id])
    # The outermost choice is the one that counts: the highest reached, the lowest limit.
    reached = nw.lit(scale.rank(default), nw.Int32)
    for rank, truths in sorted(by_rank[Effect.REACHES].items()):
        reached = nw.when(any_of(truths)).then(nw.lit(rank, nw.Int32)).otherwise(reached)
    limit = nw.lit(len(scale.names), nw.Int32)
    for rank, truths in sorted(by_rank[Effect.LIMITS].items(), reverse=True):
        limit = nw.when(any_of(truths)).then(nw.lit(rank, nw.Int32)).otherwise(limit)
    return Ordered(reached, limit)


def decides(rule: Rule, held: nw.Expr, scale: Scale, reached: nw.Expr, limit: nw.Expr) -> nw.Expr:
    """Where a rule is among those that decided what `decided` concluded."""
    rank = scale.rank(rule.target)
    if rule.effect is Effect.LIMITS:
        return held & (limit < reached) & (limit == rank)
    return held & (limit >= reached) & (reached == rank)


def names_of(truths: Mapping[str, nw.Expr], separator: str) -> nw.Expr:
    """The names whose truth holds in a row, in their order, as one text."""
    said = [
        nw.when(truth).then(nw.lit(separator + name)).otherwise(nw.lit("")) for name, truth in truths.items()
    ]
    return nw.concat_str(*said).str.slice(len(separator)) if said else nw.lit("")
