"""Checks without a solver: order, use and range of parameters, marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from grader.errors import Place
from grader.language.nodes import (
    Compare,
    Kind,
    Operand,
    Param,
)
from grader.language.order import FALLING, RISING, asked, value_of
from grader.language.ranges import always, fact_ranges
from grader.language.rulebook import Layer, Rule, RuleBook
from grader.language.typecheck import comparisons
from grader.model.framework import Framework
from grader.proofs.report import Finding


def misordered(book: RuleBook, rule: Rule, stronger: Iterable[Rule]) -> tuple[Rule, str, Place | None] | None:
    """A further rule that asks less of a fact, by a parameter.

    Returns
    -------
    tuple or None
        The unbound rule, words, and the parameter's place.
    """
    written = {r.id: r for r in book.rules}
    for other in stronger:
        for one in asked(written[rule.id].condition):
            for two in asked(written[other.id].condition):
                wrong = _asks_less(book, two, one)
                if wrong is not None:
                    text = (
                        f"{other.target.replace('_', ' ')} ({other.id}) asks less of {one.fact} than"
                        f" {rule.target.replace('_', ' ')} ({rule.id}): {_said(book, two)},"
                        f" where {rule.id} asks {_said(book, one)}"
                    )
                    return written[other.id], text, wrong
    return None


def _asks_less(book: RuleBook, further: Compare, nearer: Compare) -> Place | None:
    """The place of a parameter by which `further` asks less, or None."""
    parameters = [o for o in (*further.operands, *nearer.operands) if isinstance(o, Param)]
    if further.fact != nearer.fact or not parameters or further.operands == nearer.operands:
        return None
    asked, needed = _value(book, further.operands[0]), _value(book, nearer.operands[0])
    rising = further.op in RISING and nearer.op in RISING
    falling = further.op in FALLING and nearer.op in FALLING
    if (rising and asked < needed) or (falling and asked > needed):
        return book.parameters[parameters[0].name].place
    return None


def _value(book: RuleBook, operand: Operand) -> int:
    return value_of(operand, {name: p.default for name, p in book.parameters.items()})


def _said(book: RuleBook, comparison: Compare) -> str:
    operand = comparison.operands[0]
    name = f"${operand.name}, " if isinstance(operand, Param) else ""
    return f"{comparison.op.replace('_', ' ')} {name}{_value(book, operand)}"


def check_unused(book: RuleBook) -> list[Finding]:
    """Parameters no rule and no fact holds anything against."""
    used = {o.name for o in _operands(book) if isinstance(o, Param)}
    return [
        Finding(
            "unused-parameter",
            (),
            parameter.place,
            f"no rule uses parameter {name}: changing it changes nothing",
            f"take it out, or hold a fact against ${name}",
        )
        for name, parameter in book.parameters.items()
        if name not in used
    ]


def _operands(book: RuleBook) -> Iterator[Operand]:
    for rule in book.rules:
        for comparison, _ in comparisons(rule.condition):
            yield from comparison.operands
    for fact in book.facts.values():
        for test in fact.definition.where:
            yield from test.operands
        yield from fact.definition.operands
        for condition in fact.definition.conditions:
            for comparison, _ in comparisons(condition):
                yield from comparison.operands


def check_ranges(book: RuleBook, framework: Framework) -> list[Finding]:
    """Comparisons of scores that always come out one way."""
    ranges = fact_ranges(book.facts.values(), framework, book.parameters)
    found = []
    for where, rules, comparison in _compared(book):
        fact = book.facts.get(comparison.fact)
        if fact is None or fact.kind is not Kind.SCORE:
            continue
        holds = always(comparison, ranges, book.parameters)
        if holds is not None:
            low, high = ranges[fact.name]
            said = f"{fact.name} {_said(book, comparison)}"
            message = f"in {where}, '{said}' {'always' if holds else 'never'} holds"
            message = f"{message}: {fact.name} lies in {low} to {high}"
            help = "mend the number, or take the comparison out"
            found.append(Finding("beyond-range", rules, comparison.place, message, help))
    return found


def _compared(book: RuleBook) -> Iterator[tuple[str, tuple[str, ...], Compare]]:
    """Every comparison of rules and steps, with its rule."""
    for rule in book.rules:
        for comparison, _ in comparisons(rule.condition):
            yield f"rule {rule.id}", (rule.id,), comparison
    for fact in book.facts.values():
        for condition in fact.definition.conditions:
            for comparison, _ in comparisons(condition):
                yield f"a step of fact {fact.name}", (), comparison


def check_marks(book: RuleBook, shown: Sequence[Finding]) -> list[Finding]:
    """Rules marked not monotone that no finding names."""
    named = {rule for f in shown if f.code == "non-monotone" for rule in f.rules}
    return [
        Finding(
            "non-monotone",
            (rule.id,),
            rule.place,
            f"rule {rule.id} is marked not_monotone: {rule.not_monotone}",
            "no change that breaks a promise was found: write it in the declared direction, without the mark",
        )
        for rule in book.rules
        if rule.not_monotone is not None and rule.id not in named and rule.layer is not Layer.MEASURE
    ] + [
        Finding(
            "non-monotone",
            (),
            fact.place,
            f"fact {fact.name} is marked not_monotone: {fact.not_monotone}",
            "what rests on it may mark a body down for doing better",
        )
        for fact in book.facts.values()
        if fact.not_monotone is not None
    ]
