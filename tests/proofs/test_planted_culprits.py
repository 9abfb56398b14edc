"""Faults put into the rule book one at a time: the rule that carries one is named, and first."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import zip_longest

import pytest

from grader.language.nodes import All, Any_, Compare, Const, Effect, Kind, Op
from grader.language.rulebook import VISIBLE, Layer

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
    """Faults by their kind: what was done, the rule it was done to, and the rule book with it."""
    for rule in book.rules:
        if rule.layer is Layer.MEASURE:
            continue
        asked = list(_compared(rule.condition))
        refused = tuple(replace(c, op=NEGATED[c.op]) for c in asked)
        never = All((rule.condition, *refused))
        yield "opposite", f"{rule.id}: asks for its opposite", _changed(book, rule, condition=never)
        for compared in asked:
            yield from _spoilt(book, rule, compared)
        for fact in book.facts.values():
            if fact.level is rule.level and fact.layer in VISIBLE[rule.layer]:
                yield from _idle(book, rule, fact)
        yield "copy", f"a copy of {rule.id}", _added(book, replace(rule, id="again"))
        other = {Effect.REACHES: Effect.LIMITS, Effect.LIMITS: Effect.REACHES}.get(rule.effect)
        if other is not None:
            yield "effect", f"{rule.id}: {other} {rule.target}", _changed(book, rule, effect=other)
            for target in book.targets(rule.layer)[1:]:
                if target != rule.target:
                    said = f"a copy of {rule.id}: {rule.effect} {target}"
                    yield "further", said, _added(book, replace(rule, id="again", target=target))


def _spoilt(book, rule, compared):
    """One comparison turned round, asked for the contrary, out of reach, or for nothing at all."""
    count = compared.fact in book.facts and book.facts[compared.fact].kind is Kind.COUNT
    made = {
        "turned": replace(compared, op=OPPOSITE[compared.op]),
        "negated": replace(compared, op=NEGATED[compared.op]),
        "nothing": replace(compared, op=Op.AT_LEAST, operands=(Const(0),)),
    }
    if compared.op in (Op.AT_LEAST, Op.MORE_THAN) and not count:
        made["far"] = replace(compared, operands=(Const(FAR),))
    for kind, other in made.items():
        condition = _with(rule.condition, compared, other)
        yield kind, f"{rule.id}: {compared.fact} {kind}", _changed(book, rule, condition=condition)


def _idle(book, rule, fact):
    """A clause that everything meets, or nothing."""
    always = All((rule.condition, Compare(fact.name, Op.AT_LEAST, (Const(0),))))
    yield "always", f"{rule.id}: and {fact.name} at least 0", _changed(book, rule, condition=always)
    never = Any_((rule.condition, Compare(fact.name, Op.FEWER_THAN, (Const(0),))))
    yield "never", f"{rule.id}: or {fact.name} fewer than 0", _changed(book, rule, condition=never)


def _changed(book, rule, **parts):
    changed = replace(rule, **parts)
    return rule.id, replace(book, rules=tuple(changed if r is rule else r for r in book.rules))


def _added(book, rule):
    return rule.id, replace(book, rules=(*book.rules, rule))


def planted(book, many):
    """So many of the faults, drawn from a seed, the kinds in turn."""
    kinds = {}
    for kind, what, fault in _faults(book):
        kinds.setdefault(kind, []).append((what, fault))
    draw = random.Random(5)
    drawn = [draw.sample(found, len(found)) for _, found in sorted(kinds.items())]
    in_turn = [one for several in zip_longest(*drawn) for one in several if one is not None]
    return in_turn[:many]


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
