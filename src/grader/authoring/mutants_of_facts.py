"""Small changes of reckoned facts: weights, steps, bounds, rounding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from grader.language.nodes import Condition, Const, Definition, Operand
from grader.language.reckoned import Amount, Bounds, Does, How, Named, Points, Rounded, Step, Term, Weighted

Values = Callable[[str], int]
Conditions = Callable[[Condition], Iterator[tuple[str, Condition]]]

_OTHER: Final = {
    Does.ADD: Does.TAKE,
    Does.TAKE: Does.ADD,
    Does.AT_MOST: Does.AT_LEAST,
    Does.AT_LEAST: Does.AT_MOST,
}


def reckoned_mutants(
    definition: Definition, values: Values, conditions: Conditions
) -> Iterator[tuple[str, Definition]]:
    """Each small change of a reckoned fact, in words.

    Parameters
    ----------
    values : callable
        A parameter's number.
    conditions : callable
        A condition's small changes.
    """
    match definition:
        case Weighted(terms):
            for i, term in enumerate(terms):
                for change, changed in _terms(term):
                    rest = (*terms[:i], *([changed] if changed else []), *terms[i + 1 :])
                    if rest:
                        yield change, replace(definition, terms=rest)
        case Rounded(of, to, how):
            for other in How:
                # Of what is whole already, there is nothing to round.
                if other is not how and to > 1:
                    yield f"rounded {other}, not {how}", Rounded(of, to, other)
        case Points():
            yield from _points(definition, values, conditions)


def _terms(term: Term) -> Iterator[tuple[str, Term | None]]:
    named = term.of.name if isinstance(term.of, Named) else term.of.characteristic
    yield f"without {named}", None
    for weight in (term.weight - 1, term.weight + 1):
        yield f"weight {weight} for {term.weight} of {named}", replace(term, weight=weight)


def _points(points: Points, values: Values, conditions: Conditions) -> Iterator[tuple[str, Points]]:
    for change, start in _amounts(points.start, values):
        yield f"starts at {change}", replace(points, start=start)
    for change, within in _bounds(points.within, values):
        yield change, replace(points, within=within)
    steps = points.steps
    for i, step in enumerate(steps):
        before, after = steps[:i], steps[i + 1 :]
        yield f"without step {i + 1}", replace(points, steps=(*before, *after))
        if after and after[0] != step:
            swapped = (*before, after[0], step, *after[1:])
            yield f"step {i + 2} before step {i + 1}", replace(points, steps=swapped)
        for change, changed in _steps(step, values, conditions):
            yield f"step {i + 1}: {change}", replace(points, steps=(*before, changed, *after))


def _steps(step: Step, values: Values, conditions: Conditions) -> Iterator[tuple[str, Step]]:
    other = _OTHER[step.does]
    yield f"{other} for {step.does}", replace(step, does=other)
    for change, amount in _amounts(step.amount, values):
        yield f"{step.does} {change}", replace(step, amount=amount)
    for change, within in _bounds(step.within, values):
        yield change, replace(step, within=within)
    if step.when is not None:
        yield "always", replace(step, when=None)
        for change, when in conditions(step.when):
            yield change, replace(step, when=when)


def _amounts(amount: Amount, values: Values) -> Iterator[tuple[str, Amount]]:
    """A number off by one; a parameter's is moved where parameters are."""
    if isinstance(amount, Const):
        for value in (amount.value - 1, amount.value + 1):
            yield f"{value} for {amount.value}", Const(value)


def _bounds(bounds: Bounds | None, values: Values) -> Iterator[tuple[str, Bounds | None]]:
    if bounds is None:
        return
    low, high = _value(bounds.low, values), _value(bounds.high, values)
    for ends in ((low - 1, high), (low, high + 1), (low + 1, high), (low, high - 1)):
        if ends[0] <= ends[1]:
            yield f"within {ends[0]} to {ends[1]}", Bounds(Const(ends[0]), Const(ends[1]))


def _value(operand: Operand, values: Values) -> int:
    return operand.value if isinstance(operand, Const) else values(operand.name)
