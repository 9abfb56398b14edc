"""Which rule is to blame: one whose removal mends what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import combinations

from grader.engines.reference import holds
from grader.language.nodes import Effect, Level
from grader.language.rulebook import Layer, Rule, RuleBook
from grader.language.typecheck import direction_problems
from grader.proofs.subject import Subject
from grader.proofs.tag_combinations import Part
from grader.proofs.trials import Trial, Trials
from grader.proofs.witness import Situation
from grader.vocabulary.peel import PEEL

#: Rules named beside the first, where the removal of each by itself mends it as well.
BESIDE = 2


def went_wrong(part: Part) -> Callable[[Trial, Trial], bool]:
    """Whether a change of this part went the wrong way."""

    def wrong(before: Trial, then: Trial) -> bool:
        if part is Part.STAYS_GRADED:
            return before.area.outcome == "graded" and then.area.outcome == "withheld"
        if part is Part.CONCERNS_STAY:
            return bool(_concerned(before) - _concerned(then))
        one, two = before.area.decision, then.area.decision
        if one is None or two is None:
            return False
        return two.rank < one.rank if part.better else two.rank > one.rank

    return wrong


def _concerned(trial: Trial) -> set[str | None]:
    return {r.characteristic for r in trial.raised if r.rule.target in PEEL.capping}


def blame(trials: Trials, part: Part, pairs: Sequence[tuple[Situation, Situation]]) -> tuple[str, ...]:
    """The fewest rules whose removal mends the first case, likeliest first.

    Likeliest are those against a fact's direction, then those that mend most cases, then the first layer's.
    """
    subject = trials.subject
    rules = [
        r for r in subject.bound.rules if r.layer is not Layer.MEASURE and r.applies_to(pairs[0][0].area.id)
    ]
    cases = [tuple(map(trials.conclude, pair)) for pair in pairs]
    wrong = went_wrong(part)
    for many in (1, 2):
        found = []
        for chosen in combinations(_concerned_rules(rules, cases[0]), many):
            without = Trials(_without(subject, chosen))
            if wrong(*map(without.conclude, pairs[0])):
                continue
            mended = sum(not wrong(*map(without.conclude, pair)) for pair in pairs)
            own = sum(_goes_wrong(r, part, *case) for r in chosen for case in cases)
            straight = not any(_against_direction(r, subject.bound) for r in chosen)
            found.append(
                (straight, -mended, *_standing(chosen, part, cases[0]), -own, tuple(r.id for r in chosen))
            )
        if found:
            best = sorted(found)
            return (
                tuple(dict.fromkeys(n for f in best[: 1 + BESIDE] for n in f[-1]))
                if many == 1
                else best[0][-1]
            )
    return tuple(r.id for r in _concerned_rules(rules, cases[0]))[: 1 + BESIDE]


def _against_direction(rule: Rule, book: RuleBook) -> bool:
    """Whether a rule uses a fact against its direction."""
    return any(direction_problems(replace(rule, not_monotone=None), book.facts_for(rule), book.vocabulary))


def _concerned_rules(rules: Iterable[Rule], case: Sequence[Trial]) -> list[Rule]:
    """Rules that hold on at least one side of a case."""
    held = {name for trial in case for name in _held(trial)}
    return [r for r in rules if r.id in held]


def _held(trial: Trial) -> set[str]:
    found = set(trial.area.held) | {r.rule.id for r in trial.raised}
    for case in trial.cases.values():
        found |= set(case.status.deciding)
    return found


def _without(subject: Subject, gone: Sequence[Rule]) -> Subject:
    """The same rule book without some rules."""
    ids = {r.id for r in gone}
    book = replace(subject.book, rules=tuple(r for r in subject.book.rules if r.id not in ids))
    return Subject(book, subject.framework, subject.budget, subject.values)


def _standing(chosen: Sequence[Rule], part: Part, case: Sequence[Trial]) -> tuple[int, int]:
    """Whether rules are of the first wrong layer, and wrong themselves."""
    layer, level = _first_wrong(part, *case)
    at_home = any(r.layer is layer and r.level is level for r in chosen)
    return int(not at_home), int(not any(_goes_wrong(r, part, *case) for r in chosen))


def _first_wrong(part: Part, before: Trial, then: Trial) -> tuple[Layer, Level]:
    """The first table, from the evidence up, whose conclusion goes the wrong way."""
    name = before.situation.moved
    better = part.better
    if name is not None:
        one, two = before.cases[name], then.cases[name]
        fell = two.status.rank < one.status.rank if better else two.status.rank > one.status.rank
        if fell and one.status.rank != PEEL.statuses.rank(PEEL.statuses.nothing):
            return Layer.STATUS, Level.CHARACTERISTIC
        counts = [sum(r.rule.target in PEEL.capping for r in c.raised) for c in (one, two)]
        if counts[0] != counts[1] and (counts[1] > counts[0]) is better:
            return Layer.FINDING, Level.CHARACTERISTIC
    counts = [sum(r.rule.target in PEEL.capping for r in t.area.raised) for t in (before, then)]
    if counts[0] != counts[1] and (counts[1] > counts[0]) is better:
        return Layer.FINDING, Level.AREA
    return (Layer.SUFFICIENCY if part is Part.STAYS_GRADED else Layer.GRADE), Level.AREA


def _goes_wrong(rule: Rule, part: Part, before: Trial, then: Trial) -> bool:
    """Whether the rule stops or starts where it should not."""
    first, second = (_holds(rule, t) for t in (before, then))
    if rule.effect is Effect.REACHES:
        return first and not second if part.better else second and not first
    return second and not first if part.better else first and not second


def _holds(rule: Rule, trial: Trial) -> bool:
    if rule.level is Level.AREA:
        return holds(rule.condition, trial.area.facts)
    name = trial.situation.moved
    return name is not None and holds(rule.condition, trial.cases[name].facts)
