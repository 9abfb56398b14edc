"""Faults put into the rule book one at a time: the rule that carries one is named, and first."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from grader.language.nodes import All, Any_, Compare, Const, Kind, Op
from grader.language.rulebook import Layer

OPPOSITE = {
    Op.AT_LEAST: Op.AT_MOST,
    Op.AT_MOST: Op.AT_LEAST,
    Op.MORE_THAN: Op.FEWER_THAN,
    Op.FEWER_THAN: Op.MORE_THAN,
    Op.EQUALS: Op.MORE_THAN,
}
NEGATED = {
    Op.AT_LEAST: Op.FEWER_THAN,
    Op.AT_MOST: Op.MORE_THAN,
    Op.MORE_THAN: Op.AT_MOST,
    Op.FEWER_THAN: Op.AT_LEAST,
    Op.EQUALS: Op.FEWER_THAN,
}
#: Far out of what any share or rank can be.
FAR = 5_000


def _compared(condition):
    if isinstance(condition, Compare):
        yield condition
    elif isinstance(condition, All | Any_):
        for part in condition.parts:
            yield from _compared(part)


def _with(condition, old, new):
    if condition is old:
        return new
    if isinstance(condition, All | Any_):
        return replace(condition, parts=tuple(_with(p, old, new) for p in condition.parts))
    return condition


def _faults(book):
    """The rule book with one rule spoilt, and that rule's id."""
    for rule in book.rules:
        if rule.layer is Layer.MEASURE:
            continue
        asked = list(_compared(rule.condition))
        refused = tuple(replace(c, op=NEGATED[c.op]) for c in asked)
        never = All((rule.condition, *refused))
        yield f"{rule.id}: asks for its opposite", _spoilt(book, rule, rule.condition, never)
        for compared in asked:
            turned = replace(compared, op=OPPOSITE[compared.op])
            yield f"{rule.id}: {compared.fact} turned round", _spoilt(book, rule, compared, turned)
            count = compared.fact in book.facts and book.facts[compared.fact].kind is Kind.COUNT
            if compared.op in (Op.AT_LEAST, Op.MORE_THAN) and not count:
                far = replace(compared, operands=(Const(FAR),))
                yield f"{rule.id}: {compared.fact} out of reach", _spoilt(book, rule, compared, far)


def _spoilt(book, rule, old, new):
    changed = replace(rule, condition=_with(rule.condition, old, new))
    return rule.id, replace(book, rules=tuple(changed if r is rule else r for r in book.rules))


def planted(book, many):
    """So many of the faults, drawn from a seed."""
    return random.Random(5).sample(list(_faults(book)), many)


def named(opened, faults):
    """How many faults had their rule named, and named first, with those that had not."""
    found = first = 0
    missed = []
    for what, (culprit, book) in faults:
        findings = opened.check(book).findings
        found += any(culprit in f.rules for f in findings)
        first += any(f.rules and f.rules[0] == culprit for f in findings)
        if not any(f.rules and f.rules[0] == culprit for f in findings):
            missed.append((what, [(f.code, f.rules) for f in findings]))
    return found, first, missed


@pytest.mark.slow
def test_the_rule_that_carries_a_fault_is_named_and_first(shipped):
    found, first, missed = named(shipped, planted(shipped.book, 60))
    assert found >= 57, missed
    assert first >= 50, missed


def test_the_rule_that_carries_a_fault_is_named(opened):
    sound = opened("sound")
    found, _, missed = named(sound, planted(sound.book, 4))
    assert 4 == found, missed
