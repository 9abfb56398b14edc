"""Figures between bands that no rule of the measure reads."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from grader.engines.reference import holds
from grader.language.bind import bind
from grader.language.nodes import Const, Effect
from grader.language.rulebook import Layer, Measure, Rule, RuleBook
from grader.language.typecheck import comparisons
from grader.proofs.report import Finding


def check_bands(book: RuleBook) -> list[Finding]:
    """Figures of declared measures that fall to the default between bands."""
    found = []
    bound = bind(book)
    for name, measure in sorted(bound.measures.items()):
        rules = [
            r
            for r in bound.rules
            if r.layer is Layer.MEASURE and r.effect is Effect.REACHES and r.applies_to(name)
        ]
        if rules and measure.bounds is not None:
            found += [_finding(bound, measure, rules, gap) for gap in _gaps(rules, measure.bounds)]
    return found


def _gaps(rules: list[Rule], bounds: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Stretches between the first and the last that a rule reads."""
    low, high = bounds
    turns = {low}
    for rule in rules:
        for comparison, _ in comparisons(rule.condition):
            for operand in comparison.operands:
                assert isinstance(operand, Const)
                turns |= {at for at in (operand.value, operand.value + 1) if low < at <= high}
    starts = sorted(turns)
    ends = [*(at - 1 for at in starts[1:]), high]
    read = [any(holds(r.condition, {"figure": at}) for r in rules) for at in starts]
    if True not in read:
        return
    first, last = read.index(True), len(read) - 1 - read[::-1].index(True)
    at = first
    while at <= last:
        until = at
        while until <= last and not read[until]:
            until += 1
        if until > at:
            yield starts[at], ends[until - 1]
        at = max(until, at) + 1


def _finding(book: RuleBook, measure: Measure, rules: list[Rule], gap: tuple[int, int]) -> Finding:
    low, high = (format(Decimal(end).scaleb(-(measure.decimals or 0)), "f") for end in gap)
    figures = f"{low} to {high}" if low != high else low
    places = [r.place for r in rules if r.place is not None]
    return Finding(
        "unread-figures",
        tuple(r.id for r in rules),
        min(places, default=None),
        f"no rule reads {measure.name} at {figures}, between figures that rules read: it is"
        f" {book.falls_to(measure.name)} there, as the worst",
        "write a rule for these figures, or close the bands",
    )
