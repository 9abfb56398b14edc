"""Which rule and fact are to blame for a wrong change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from grader.language.nodes import Better, Effect
from grader.language.relevance import with_parts
from grader.language.rulebook import Layer, Rule, RuleBook
from grader.language.typecheck import direction_problems, facts_named
from grader.proofs.in_the_way import CASES, Seen, Without, grades
from grader.proofs.schemes.situations import Graded
from grader.proofs.schemes.subject import Scheme
from grader.proofs.subject import Subject
from grader.proofs.tag_combinations import Part

#: Rules named beside the first, where the removal of each by itself mends it as well.
BESIDE = 2

Case = tuple[Graded, Graded]


def blame(scheme: Scheme, part: Part, case: Case, wrong: Callable[[Scheme], bool]) -> tuple[str, ...]:
    """The fewest rules whose removal mends a case, likeliest first.

    Likeliest are those marked or against a fact's direction, then those that go wrong themselves.
    """
    involved = _involved(scheme, case)
    for many in (1, 2):
        found = []
        for chosen in combinations(involved, many):
            if not wrong(_without(scheme, chosen)):
                book = scheme.subject.bound
                straight = not any(_suspicious(r, book) for r in chosen)
                own = -sum(_goes_wrong(r, part, *case) for r in chosen)
                found.append((straight, own, tuple(r.id for r in chosen)))
        if found:
            best = sorted(found)
            if many == 2:
                return best[0][-1]
            return tuple(dict.fromkeys(name for each in best[: 1 + BESIDE] for name in each[-1]))
    return tuple(r.id for r in involved)[: 1 + BESIDE]


def contrary(book: RuleBook, blamed: Sequence[str], case: Case) -> list[str]:
    """Facts of the culprit that may go against their direction."""
    rules = {r.id: r for r in book.rules}
    names = {n for rule in blamed[:1] for n in facts_named(rules[rule].condition)}
    return list(_moved(book, names, case))


def _moved(book: RuleBook, names: set[str], case: Case) -> Iterator[str]:
    one, two = (graded.area.facts for graded in case)
    for fact in with_parts(book, names):
        if fact.name not in one or one[fact.name] == two[fact.name]:
            continue
        marked = fact.not_monotone is not None
        if marked or fact.better is Better.NEITHER:
            why = f"marked not_monotone: {fact.not_monotone}" if marked else "better: neither"
            yield f"fact {fact.name} ({why}) goes from {one[fact.name]} to {two[fact.name]}"


def _involved(scheme: Scheme, case: Case) -> list[Rule]:
    """Written rules that hold on at least one side."""
    held = {name for graded in case for name in graded.area.held}
    held |= {r.rule.id for graded in case for r in graded.area.raised}
    held |= {r.rule.id for graded in case for c in graded.cases.values() for r in c.raised}
    return [r for r in scheme.subject.bound.rules if r.id in held and not r.made]


def _without(scheme: Scheme, gone: Sequence[Rule]) -> Scheme:
    """The same rule book without some rules."""
    ids, of = {r.id for r in gone}, scheme.subject
    book = replace(of.book, rules=tuple(r for r in of.book.rules if r.id not in ids))
    return Scheme(Subject(book, of.framework, of.budget, of.values))


def without_in_scheme(scheme: Scheme) -> Without:
    """The cases tried, concluded without a rule."""

    def without(rule: Rule, anew: bool) -> Iterator[Seen]:
        cases = [(s, g) for s, g in scheme.trials if rule.applies_to(s.area.id)]
        if anew and not grades(rule):
            less = _without(scheme, [rule])
            cases = [(s, less.grading.of(s)) for s, _ in cases[:: max(1, len(cases) // CASES)]]
        yield from (Seen(g.area, g.cases) for _, g in cases)

    return without


def _suspicious(rule: Rule, book: RuleBook) -> bool:
    """Whether a rule or its facts may go either way."""
    if rule.not_monotone is not None or any(direction_problems(rule, book.facts_for(rule), book.vocabulary)):
        return True
    return any(
        f.not_monotone is not None or f.better is Better.NEITHER
        for f in with_parts(book, facts_named(rule.condition))
    )


def _goes_wrong(rule: Rule, part: Part, before: Graded, then: Graded) -> bool:
    """Whether the rule stops or starts where it should not."""
    first, second = (rule.id in graded.area.held for graded in (before, then))
    if rule.layer is Layer.SUFFICIENCY:
        return second and not first
    stops = first and not second
    starts = second and not first
    if rule.effect is Effect.REACHES:
        return stops if part.better else starts
    return starts if part.better else stops
