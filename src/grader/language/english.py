"""Conditions in English, with the numbers asked for and the numbers seen.

A parameter prints as its value with its name. Nothing a user wrote is ever filled in here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import singledispatch

from grader.language.nodes import All, Any_, Compare, Condition, Const, Kind, Not, Op, Operand
from grader.language.rulebook import GIVEN_FACTS, Fact, RuleBook
from grader.language.typecheck import PLACEHOLDER

_WORDS = {
    Op.AT_LEAST: "at least",
    Op.AT_MOST: "at most",
    Op.MORE_THAN: "more than",
    Op.FEWER_THAN: "fewer than",
    Op.EQUALS: "exactly",
    Op.ONE_OF: "one of",
}
_FEWER_OF_SHARE = {Op.FEWER_THAN: "less than"}


def number(value: int, fact: Fact | None, kind: Kind | None = None) -> str:
    """A fact's value as a person reads it: a share as per cent, a rank by its name, a flag as yes or no."""
    kind = fact.kind if fact is not None else kind
    if kind is Kind.SHARE:
        whole, tenth = divmod(value, 10)
        return f"{whole}.{tenth} %" if tenth else f"{whole} %"
    if kind is Kind.SCALE and fact is not None and fact.scale is not None:
        return fact.scale.name_of(value).replace("_", " ")
    if kind is Kind.FLAG:
        return "yes" if value else "no"
    return str(value)


class English:
    """Prints the conditions of one rule book, with its parameters at given values."""

    def __init__(self, book: RuleBook, values: Mapping[str, int] | None = None) -> None:
        self.book = book
        self.values = book.defaults() | dict(values or {})

    def fact(self, name: str) -> Fact:
        """The fact with this name, declared or given."""
        return self.book.facts.get(name) or GIVEN_FACTS[name]

    def condition(self, condition: Condition, seen: Mapping[str, int] | None = None) -> str:
        """The condition in English; with `seen`, each comparison adds the number seen."""
        return _print(condition, self, seen)

    def because(self, text: str, seen: Mapping[str, int]) -> str:
        """A rule's `because` with `{fact}` and `{$parameter}` filled in."""

        def fill(match: re.Match[str]) -> str:
            dollar, name = match.groups()
            if dollar:
                return number(self.values[name], None, self.book.parameters[name].kind)
            return number(seen[name], self.fact(name)) if name in seen else "{" + name + "}"

        return PLACEHOLDER.sub(fill, text)

    def operand(self, operand: Operand, fact: Fact) -> str:
        """A value of a fact's type, with the parameter's name beside it where it has one."""
        value = operand.value if isinstance(operand, Const) else self.values[operand.name]
        said = number(value, fact)
        return said if operand.name is None else f"{said} ({operand.name})"


@singledispatch
def _print(condition: Condition, english: English, seen: Mapping[str, int] | None) -> str:
    raise TypeError(f"no English for {type(condition).__name__}")


@_print.register
def _(condition: Compare, english: English, seen: Mapping[str, int] | None) -> str:
    fact = english.fact(condition.fact)
    needed = " or ".join(english.operand(o, fact) for o in condition.operands)
    words = (
        _FEWER_OF_SHARE.get(condition.op, _WORDS[condition.op])
        if fact.kind is Kind.SHARE
        else _WORDS[condition.op]
    )
    if condition.op is Op.EQUALS and fact.kind in (Kind.SCALE, Kind.FLAG):
        words = "is"
    if seen is None:
        return f"{fact.english}: {words} {needed}"
    return f"{fact.english}: {number(seen[condition.fact], fact)}, where {words} {needed} is needed"


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
