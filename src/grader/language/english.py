"""Conditions in English, with the numbers asked for and seen.

A parameter prints as its value and its basis. Users' text is never filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import singledispatch

from grader.language.figures import written
from grader.language.nodes import All, Any_, Compare, Condition, Const, Kind, Level, Not, Op, Operand, Share
from grader.language.rulebook import Fact, Layer, Measure, Rule, RuleBook, given_facts
from grader.language.typecheck import PLACEHOLDER, comparisons

_WORDS = {
    Op.AT_LEAST: "at least",
    Op.AT_MOST: "at most",
    Op.MORE_THAN: "more than",
    Op.FEWER_THAN: "fewer than",
    Op.EQUALS: "exactly",
    Op.ONE_OF: "one of",
}
#: What is measured, not counted, is less, not fewer.
_OF_AMOUNTS = {Op.FEWER_THAN: "less than"}


#: A comparison a share is printed beside: the operator, and its operands in whole per mille.
Beside = tuple[Op, Sequence[int]]


def per_cent(part: int, whole: int, beside: Iterable[Beside] = ()) -> str:
    """A share as per cent to a tenth, as printed everywhere.

    It stays on its side of the thresholds beside it (79.96 beside 80 prints 79.9); 0 and 100 are exact.

    Parameters
    ----------
    beside : iterable of (Op, operands)
        Thresholds, in whole per mille.
    """
    if whole <= 0 or part == 0:
        return "0 %"
    exact, rounded = 1000 * part // whole, (2000 * part + whole) // (2 * whole)
    if rounded == 0:
        return "less than 0.1 %"
    turned = any(_stands(exact, op, values) is not _stands(rounded, op, values) for op, values in beside)
    if turned or (rounded == 1000 and part < whole):
        rounded = exact
    return _tenths(rounded)


def _stands(value: int, op: Op, values: Sequence[int]) -> bool:
    match op:
        case Op.AT_LEAST | Op.FEWER_THAN:
            return value >= values[0]
        case Op.AT_MOST | Op.MORE_THAN:
            return value > values[0]
        case _:
            return value in values


def _tenths(per_mille: int) -> str:
    whole, tenth = divmod(per_mille, 10)
    return f"{whole}.{tenth} %" if tenth else f"{whole} %"


def number(value: int, fact: Fact | None, kind: Kind | None = None) -> str:
    """A value as a rule book writes it: per cent, a name, yes or no.

    `English.seen` prints the shares found.
    """
    kind = fact.kind if fact is not None else kind
    if kind is Kind.SHARE:
        return _tenths(value)
    if kind is Kind.SCALE and fact is not None and fact.scale is not None:
        return fact.scale.said_of(value).replace("_", " ")
    if kind is Kind.FLAG:
        return "yes" if value else "no"
    return f"{value} {fact.unit}" if fact is not None and fact.unit else str(value)


class English:
    """Prints the conditions of one rule book, with its parameters at given values."""

    def __init__(
        self, book: RuleBook, values: Mapping[str, int] | None = None, measure: Measure | None = None
    ) -> None:
        self.book = book
        self.measure = measure
        self.values = book.defaults() | dict(values or {})

    def of_rule(self, rule: Rule) -> English:
        """The same for one rule, with its measure's unit."""
        measures = [self.book.measures.get(name) for name in sorted(rule.scope or ())]
        if rule.layer is not Layer.MEASURE or not measures or measures[0] is None:
            return self
        return self if measures[0].decimals is None else English(self.book, self.values, measures[0])

    def fact(self, name: str) -> Fact:
        """The fact with this name, declared or given."""
        return self.book.facts.get(name) or given_facts(self.book.vocabulary)[name]

    def condition(self, condition: Condition, seen: Mapping[str, int] | None = None) -> str:
        """The condition in English; with `seen`, each comparison adds the number seen."""
        return _print(condition, self, seen)

    def because(self, text: str, seen: Mapping[str, int], condition: Condition | None = None) -> str:
        """A rule's `because` with `{fact}` and `{$parameter}` filled in.

        Parameters
        ----------
        condition : Condition, optional
            Keeps shares on their side of its thresholds.
        """
        tests = [c for c, _ in comparisons(condition)] if condition is not None else []
        named = [name for dollar, name in PLACEHOLDER.findall(text) if dollar]
        shares = [name for name in named if self.book.parameters[name].kind is Kind.SHARE]
        quoted = [(Op.AT_LEAST, (self.values[name],)) for name in shares]

        def fill(match: re.Match[str]) -> str:
            dollar, name = match.groups()
            if dollar:
                notes = self._rests_on(name)
                value = self.setting(name, self.values[name])
                return f"{value} ({notes})" if notes else value
            return self.seen(name, seen, tests, quoted) if name in seen else "{" + name + "}"

        return PLACEHOLDER.sub(fill, text)

    def seen(
        self,
        name: str,
        seen: Mapping[str, int],
        tests: Iterable[Compare] = (),
        beside: Iterable[Beside] = (),
    ) -> str:
        """The value found of a fact, as printed.

        Parameters
        ----------
        seen : mapping of str to int
            With the counts behind shares.
        tests : iterable of Compare
            Comparisons printed beside it.
        beside : iterable of (Op, operands)
            Other thresholds printed beside it.
        """
        fact = self.fact(name)
        if self.measure is not None and fact.level is Level.FIGURE:
            return written(self.measure, seen[name])
        definition = fact.definition
        if not isinstance(definition, Share) or definition.part not in seen or definition.whole not in seen:
            return number(seen[name], fact)
        held = [(c.op, self._values(c.operands)) for c in tests if c.fact == name]
        return per_cent(seen[definition.part], seen[definition.whole], [*held, *beside])

    def operand(self, operand: Operand, fact: Fact) -> str:
        """A value; of a parameter with its name and basis."""
        said = number(self._value(operand), fact)
        if self.measure is not None and fact.level is Level.FIGURE:
            said = written(self.measure, self._value(operand))
        if operand.name is None:
            return said
        return f"{said} ({', '.join(n for n in (operand.name, self._rests_on(operand.name)) if n)})"

    def setting(self, name: str, value: int) -> str:
        """A value of a parameter."""
        parameter = self.book.parameters[name]
        said = number(value, None, parameter.kind)
        return f"{said} {parameter.unit}" if parameter.unit else said

    def _rests_on(self, name: str) -> str:
        """A parameter's basis, where not official, or that it was set."""
        parameter = self.book.parameters[name]
        basis = "" if parameter.basis == "official" else parameter.basis
        if self.values[name] == parameter.default:
            return basis
        default = self.setting(name, parameter.default)
        return f"set here; by default {default}{f', {basis}' if basis else ''}"

    def _values(self, operands: Iterable[Operand]) -> tuple[int, ...]:
        return tuple(map(self._value, operands))

    def _value(self, operand: Operand) -> int:
        return operand.value if isinstance(operand, Const) else self.values[operand.name]


@singledispatch
def _print(condition: Condition, english: English, seen: Mapping[str, int] | None) -> str:
    raise TypeError(f"no English for {type(condition).__name__}")


@_print.register
def _(condition: Compare, english: English, seen: Mapping[str, int] | None) -> str:
    fact = english.fact(condition.fact)
    needed = " or ".join(english.operand(o, fact) for o in condition.operands)
    words = (
        _OF_AMOUNTS.get(condition.op, _WORDS[condition.op])
        if fact.kind in (Kind.SHARE, Kind.SCORE)
        else _WORDS[condition.op]
    )
    if condition.op is Op.EQUALS and fact.kind in (Kind.SCALE, Kind.FLAG):
        words = "is"
    if seen is None:
        return f"{fact.english}: {words} {needed}"
    found = english.seen(condition.fact, seen, [condition])
    return f"{fact.english}: {found}, where {words} {needed} is needed"


@_print.register
def _(condition: All, english: English, seen: Mapping[str, int] | None) -> str:
    return _join(condition.parts, "; and ", english, seen)


@_print.register
def _(condition: Any_, english: English, seen: Mapping[str, int] | None) -> str:
    return _join(condition.parts, "; or ", english, seen)


@_print.register
def _(condition: Not, english: English, seen: Mapping[str, int] | None) -> str:
    return f"not ({_print(condition.part, english, seen)})"


def _join(parts: tuple[Condition, ...], word: str, english: English, seen: Mapping[str, int] | None) -> str:
    printed = [_print(p, english, seen) for p in parts]
    bracketed = [
        f"({text})" if isinstance(part, All | Any_) and len(parts) > 1 else text
        for part, text in zip(parts, printed, strict=True)
    ]
    return word.join(bracketed)
