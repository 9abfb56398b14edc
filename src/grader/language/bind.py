"""Put numbers in place of parameters; each constant keeps its name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import singledispatch

from grader.language.nodes import (
    Aggregate,
    All,
    Any_,
    Compare,
    Condition,
    Const,
    Definition,
    Not,
    Operand,
    Param,
    Test,
)
from grader.language.reckoned import Amount, Bounds, Named, Points, Step
from grader.language.rulebook import RuleBook


def bind(
    book: RuleBook, overrides: Mapping[str, int] | None = None, *, free: Collection[str] = ()
) -> RuleBook:
    """The rule book with each `$parameter` as a number, but for those that are `free`."""
    values = book.defaults() | dict(overrides or {})
    values = {name: value for name, value in values.items() if name not in free}
    rules = tuple(replace(r, condition=bind_condition(r.condition, values)) for r in book.rules)
    facts = {n: replace(f, definition=bind_definition(f.definition, values)) for n, f in book.facts.items()}
    return replace(book, rules=rules, facts=facts)


@singledispatch
def bind_condition(node: Condition, values: Mapping[str, int]) -> Condition:
    """The condition with constants for parameters."""
    raise TypeError(f"no binding for {type(node).__name__}")


@bind_condition.register
def _(node: Compare, values: Mapping[str, int]) -> Condition:
    return replace(node, operands=_constants(node.operands, values))


@bind_condition.register
def _(node: All, values: Mapping[str, int]) -> Condition:
    return replace(node, parts=tuple(bind_condition(p, values) for p in node.parts))


@bind_condition.register
def _(node: Any_, values: Mapping[str, int]) -> Condition:
    return replace(node, parts=tuple(bind_condition(p, values) for p in node.parts))


@bind_condition.register
def _(node: Not, values: Mapping[str, int]) -> Condition:
    return replace(node, part=bind_condition(node.part, values))


def bind_definition(node: Definition, values: Mapping[str, int]) -> Definition:
    """The definition of a fact with constants for parameters."""
    if isinstance(node, Aggregate):
        return node.narrowed(tuple(_bind_test(t, values) for t in node.where))
    if isinstance(node, Points):
        return Points(
            _amount(node.start, values),
            tuple(_bind_step(step, values) for step in node.steps),
            _bounds(node.within, values),
        )
    return node


def _bind_step(step: Step, values: Mapping[str, int]) -> Step:
    return replace(
        step,
        amount=_amount(step.amount, values),
        when=None if step.when is None else bind_condition(step.when, values),
        within=_bounds(step.within, values),
    )


def _amount(amount: Amount, values: Mapping[str, int]) -> Amount:
    return amount if isinstance(amount, Named) else _constants((amount,), values)[0]


def _bounds(bounds: Bounds | None, values: Mapping[str, int]) -> Bounds | None:
    if bounds is None:
        return None
    low, high = _constants((bounds.low, bounds.high), values)
    return Bounds(low, high)


def _bind_test(test: Test, values: Mapping[str, int]) -> Test:
    return replace(test, operands=_constants(test.operands, values))


def _constants(operands: tuple[Operand, ...], values: Mapping[str, int]) -> tuple[Operand, ...]:
    return tuple(
        Const(values[o.name], o.name) if isinstance(o, Param) and o.name in values else o for o in operands
    )
