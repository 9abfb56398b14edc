"""Which rules and conditions the cases decide.

A rule is decided by a case that fails without it; a condition, by cases that fail where it always or never
holds (masking MC/DC, of what the cases observe).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.authoring.mutant_killer import MutantKiller
from grader.errors import Place
from grader.language.english import English
from grader.language.nodes import All, Any_, Compare, Condition, Not
from grader.language.reckoned import Points, Step
from grader.language.relevance import with_parts
from grader.language.rulebook import Fact, Rule, RuleBook
from grader.language.typecheck import comparisons, facts_named

ALWAYS = All(())
NEVER = Any_(())


@dataclass(frozen=True, slots=True)
class Gap:
    """A rule or a condition no case decides.

    Attributes
    ----------
    condition : str or None
        In English; None for the rule itself.
    stuck : RuleBook
        Rules with which every case still passes.
    """

    rule: str
    condition: str | None
    taken: str
    message: str
    place: Place | None
    stuck: RuleBook


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many rules and conditions there are and are decided, and where the gaps are."""

    rules: int
    rules_decided: int
    conditions: int
    conditions_decided: int
    gaps: tuple[Gap, ...]

    @property
    def percent(self) -> float:
        """The lower of the per cent of rules and of conditions decided."""
        return min(percent(self.rules_decided, self.rules), percent(self.conditions_decided, self.conditions))


def percent(part: int, whole: int) -> float:
    """Part of a whole in per cent; all of nothing is 100."""
    return 100 * part / whole if whole else 100.0


def coverage(discerner: MutantKiller) -> Coverage:
    """What the cases decide of their rule book."""
    book = discerner.book
    gaps: list[Gap] = []
    rules = conditions = 0
    undecided: set[tuple[str, int]] = set()
    for rule in book.written:
        without = without_rule(book, rule)
        if discerner.fails(without, [rule.id]) is None:
            message = f"no case fails without rule {rule.id!r}"
            gaps.append(Gap(rule.id, None, "left out", message, rule.place, without))
        else:
            rules += 1
        for index, gap in _condition_gaps(discerner, rule):
            undecided.add((rule.id, index))
            gaps.append(gap)
        conditions += len(list(comparisons(rule.condition)))
    for fact, found in _stepped_facts(book):
        for open_ in _step_gaps(discerner, fact, found):
            conditions += 1
            if open_ is not None:
                undecided.add((f"fact {fact.name}", conditions))
                gaps.append(open_)
    return Coverage(len(book.written), rules, conditions, conditions - len(undecided), tuple(gaps))


def _condition_gaps(discerner: MutantKiller, rule: Rule) -> Iterator[tuple[int, Gap]]:
    english = English(discerner.book).of_rule(rule)
    for index, (comparison, _) in enumerate(comparisons(rule.condition)):
        said = english.condition(comparison)
        for constant, taken in ((ALWAYS, "always to hold"), (NEVER, "never to hold")):
            stuck = with_condition(discerner.book, rule, put(rule.condition, index, constant))
            if discerner.fails(stuck, [rule.id]) is None:
                message = f"no case fails when '{said}' in rule {rule.id!r} is taken {taken}"
                yield index, Gap(rule.id, said, f"taken {taken}", message, rule.place, stuck)


def _stepped_facts(book: RuleBook) -> Iterator[tuple[Fact, Rule]]:
    """Facts of points that rules look at, each with the first of these."""
    for fact in book.facts.values():
        if not isinstance(fact.definition, Points):
            continue
        for rule in book.written:
            if fact in with_parts(book, facts_named(rule.condition)):
                yield fact, rule
                break


def _step_gaps(discerner: MutantKiller, fact: Fact, rule: Rule) -> Iterator[Gap | None]:
    """Conditions of steps, and steps without one, that no case decides."""
    assert isinstance(fact.definition, Points), "a fact with steps"
    english, points = English(discerner.book), fact.definition
    for n, step in enumerate(points.steps):
        where, place = f"step {n + 1} of fact {fact.name!r}", step.place or fact.place
        if step.when is None:
            stuck = _with_steps(discerner.book, fact, (*points.steps[:n], *points.steps[n + 1 :]))
            message = f"no case fails without {where}"
            gap = Gap(rule.id, where, "left out", message, place, stuck)
            yield None if discerner.fails(stuck, [rule.id]) is not None else gap
            continue
        for index, (comparison, _) in enumerate(comparisons(step.when)):
            said = english.condition(comparison)
            open_: Gap | None = None
            for constant, taken in ((ALWAYS, "always to hold"), (NEVER, "never to hold")):
                changed = replace(step, when=put(step.when, index, constant))
                steps = (*points.steps[:n], changed, *points.steps[n + 1 :])
                stuck = _with_steps(discerner.book, fact, steps)
                if discerner.fails(stuck, [rule.id]) is None:
                    message = f"no case fails when '{said}' in {where} is taken {taken}"
                    open_ = Gap(rule.id, said, f"taken {taken}", message, place, stuck)
            yield open_


def _with_steps(book: RuleBook, fact: Fact, steps: tuple[Step, ...]) -> RuleBook:
    assert isinstance(fact.definition, Points), "a fact with steps"
    changed = replace(fact, definition=replace(fact.definition, steps=steps))
    return replace(book, facts={**book.facts, fact.name: changed})


def without_rule(book: RuleBook, rule: Rule) -> RuleBook:
    """The rule book without a rule."""
    return replace(book, rules=tuple(r for r in book.rules if r.id != rule.id))


def with_rule(book: RuleBook, rule: Rule) -> RuleBook:
    """The rule book with the rule of this id changed."""
    return replace(book, rules=tuple(rule if r.id == rule.id else r for r in book.rules))


def with_condition(book: RuleBook, rule: Rule, condition: Condition) -> RuleBook:
    """The rule book with another condition for a rule."""
    return with_rule(book, replace(rule, condition=condition))


def put(condition: Condition, index: int, new: Condition) -> Condition:
    """The condition with its comparison at `index`, in reading order, replaced."""
    found, _ = _put(condition, index, new)
    return found


def _put(condition: Condition, index: int, new: Condition) -> tuple[Condition, int]:
    """The condition replaced, and how many comparisons are still to be passed over after it."""
    match condition:
        case Compare():
            return (new if index == 0 else condition), index - 1
        case Not(part):
            inner, index = _put(part, index, new)
            return Not(inner), index
        case All(parts) | Any_(parts):
            changed = []
            for part in parts:
                inner, index = _put(part, index, new)
                changed.append(inner)
            return type(condition)(tuple(changed)), index
