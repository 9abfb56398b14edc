"""Slips that add or widen: a line copied from a rule beside it, areas forgotten, a range let out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from grader.language.nodes import Aggregate, All, Any_, Compare, Condition, Count, Share, Test
from grader.language.parse import NUMBERS
from grader.language.rulebook import Layer, Parameter, Rule, RuleBook
from grader.language.typecheck import comparisons


def added_clauses(book: RuleBook, rule: Rule) -> Iterator[tuple[Compare, Condition]]:
    """A comparison of another rule about the same thing, asked as well, or instead of the whole."""
    own = {c for c, _ in comparisons(rule.condition)}
    beside = (r for r in book.table(rule.layer, rule.level).rules if r.id != rule.id and _meet(r, rule))
    for clause in dict.fromkeys(c for r in beside for c, _ in comparisons(r.condition) if c not in own):
        yield clause, All((rule.condition, clause))
        yield clause, Any_((rule.condition, clause))


def _meet(one: Rule, other: Rule) -> bool:
    """Whether two rules speak of some area or measure both."""
    return one.scope is None or other.scope is None or bool(one.scope & other.scope)


def forgotten_areas(book: RuleBook, rule: Rule) -> Iterator[tuple[str, frozenset[str]]]:
    """The scope of a rule without areas of which the same rules speak, where others are left."""
    if rule.layer is Layer.MEASURE:
        return
    alike: dict[frozenset[str], list[str]] = {}
    for area in book.areas:
        speaking = frozenset(r.id for r in book.rules if r.layer is not Layer.MEASURE and r.applies_to(area))
        alike.setdefault(speaking, []).append(area)
    spoken = frozenset(a for a in book.areas if rule.applies_to(a))
    for areas in alike.values():
        left = spoken - frozenset(areas)
        if left and left != spoken:
            others = f" and {len(areas) - 1} others" if len(areas) > 1 else ""
            yield f"no longer speaks of {areas[0]}{others}", left


def widened(parameter: Parameter) -> Parameter | None:
    """A parameter whose range is all its type can be; None where it is that already."""
    low, high = NUMBERS[parameter.kind]
    wide = replace(parameter, minimum=min(low, parameter.minimum), maximum=max(high, parameter.maximum))
    return wide if wide != parameter else None


def added_tests(book: RuleBook, definition: Aggregate) -> Iterator[Test]:
    """Clauses of other facts about the same thing, on what this one does not look at."""
    own = {test.attribute for test in definition.where}
    others = (f.definition for f in book.facts.values() if f.entity == definition.entity)
    tests = (t for d in others if isinstance(d, Aggregate) for t in d.where)
    yield from dict.fromkeys(t for t in tests if t.attribute not in own)


def other_wholes(book: RuleBook, share: Share) -> Iterator[tuple[str, Share]]:
    """A share over all there are, where it is over some."""
    for fact in book.facts.values():
        if fact.name != share.whole and fact.definition == Count(book.facts[share.whole].entity or ""):
            yield f"over {fact.name}, not {share.whole}", Share(share.part, fact.name)
