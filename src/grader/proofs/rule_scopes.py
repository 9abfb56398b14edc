"""Where a rule speaks, and how cases of it are found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

import z3

from grader.engines import symbolic
from grader.engines.reference import holds
from grader.engines.symbolic import Conclusion, Solver, Terms, number
from grader.language.figures import written
from grader.language.nodes import Condition, Effect, Level
from grader.language.pipeline import GRADES, STATUSES
from grader.language.rulebook import PERCENT, Layer, Rule
from grader.proofs.area_sums import Ask
from grader.proofs.areas import AreaGroup, AreaTerms
from grader.proofs.characteristics import CharacteristicTerms
from grader.proofs.promises import figures, measured
from grader.proofs.subject import Subject
from grader.proofs.trials import Trials
from grader.proofs.witness import Situation, Witness, agree, told
from grader.vocabulary.scales import Scale

Held = Sequence[tuple[Rule, z3.BoolRef]]


@dataclass(frozen=True, slots=True)
class FoundCase:
    """A situation, or a figure in per mille."""

    words: str
    situation: Situation | None = None
    held: frozenset[str] = frozenset()
    facts: Mapping[str, int] = field(default_factory=dict)
    witness: Callable[[], Witness] | None = None
    """What somebody is told of it, where that is no situation."""


@dataclass(frozen=True, slots=True)
class View:
    """Formulas about a rule in one place.

    `decides`: without it the conclusion changes; `weighs`: it is among the deciding; `outdone`: a stronger
    rule of its effect holds.
    """

    condition: z3.BoolRef
    decides: z3.BoolRef
    weighs: z3.BoolRef
    outdone: z3.BoolRef
    of: Callable[[Condition], z3.BoolRef]


Find = Callable[[Callable[[View], z3.BoolRef]], FoundCase | None]


@dataclass(frozen=True, slots=True)
class Scope:
    """A place a rule speaks of.

    `find` (smallest) and `any` look at every case, `tried` and `tried_any` at a few.
    """

    find: Find
    any: Find
    tried: Find = lambda ask: None
    tried_any: Find = lambda ask: None


def rule_scopes(subject: Subject, trials: Trials, rule: Rule) -> Iterator[Scope]:
    """One way to find cases for each place the rules treat alike."""
    if rule.layer is Layer.MEASURE:
        for measure in sorted(rule.scope or subject.bound.measures):
            find = at_measure(subject, rule, measure)
            yield Scope(find, find)
        return
    graded = rule.layer in (Layer.SUFFICIENCY, Layer.GRADE)
    for group in subject.graded if graded else subject.every:
        if not rule.applies_to(group.areas[0].id):
            continue
        if rule.level is Level.CHARACTERISTIC:
            if any(a.counted for a in group.areas):
                yield _at_characteristic(subject, rule, group)
        else:
            yield _at_area(subject, trials, rule, group)


def at_measure(subject: Subject, rule: Rule, measure: str) -> Find:
    """How to find figures of a measure."""
    figure = z3.Int("figure")
    rules = [r for r in subject.bound.table(Layer.MEASURE, Level.FIGURE).rules if r.applies_to(measure)]
    held = [(r, symbolic.holds(r.condition, {"figure": figure})) for r in rules]
    whole, less = measured(subject.bound, measure, figure), measured(subject.bound, measure, figure, rule)
    view = ordered(rule, held, whole, less, subject.bound.vocabulary.assessments, {"figure": figure})

    def find(ask: Callable[[View], z3.BoolRef]) -> FoundCase | None:
        ranges = figures(subject.bound, measure, figure)
        models = (Solver(subject.budget, *within).model(ask(view)) for within in ranges)
        model = next((found for found in models if found is not None), None)
        if model is None:
            return None
        value = number(model, figure)
        there = frozenset(r.id for r in rules if holds(r.condition, {"figure": value}))
        rank = subject.evaluator.assessment(measure, value).rank
        agree(number(model, whole.rank), rank, f"replay of a figure of {measure}")
        of = subject.bound.measures[measure]
        said = f"{Decimal(value) / 10:f} {'%' if of.unit == PERCENT else of.unit}"
        said = said if of.decimals is None else written(of, value)
        read = subject.bound.vocabulary.assessments.said_of(rank).replace("_", " ")
        words = f"{measure} at {said} reads as {read}"
        return FoundCase(words, None, there, {"figure": value})

    return find


def case_in(subject: Subject, rule: Rule, situation: Situation) -> FoundCase:
    """A situation, and which of the rules of a rule's table hold in it."""
    concluded = subject.conclude(situation)
    facts = concluded.area.facts
    if rule.level is Level.CHARACTERISTIC:
        facts = concluded.characteristics[situation.on[0][0]].facts
    there = subject.evaluator.engine.held(rule.layer, rule.level, situation.area.id, facts)
    return FoundCase(f"where {told(situation)}", situation, there, facts)


def _at_characteristic(subject: Subject, rule: Rule, group: AreaGroup) -> Scope:
    def view(terms: CharacteristicTerms) -> tuple[View, z3.BoolRef]:
        if rule.layer is Layer.STATUS:
            scale, default = STATUSES.concludes(subject.bound)
            less = symbolic.decide(_without(rule, terms.held), scale, default)
            return ordered(rule, terms.held, terms.status, less, scale, terms.facts), terms.items > 0
        return raising(rule, terms.raises, terms.facts), z3.BoolVal(True)

    def find(ask: Callable[[View], z3.BoolRef], smallest: bool = True) -> FoundCase | None:
        def wanted(terms: CharacteristicTerms) -> z3.BoolRef:
            seen, domain = view(terms)
            return z3.And(domain, ask(seen))

        example = subject.find_characteristic(group, rule, wanted, smallest=smallest)
        if example is None:
            return None
        situation = subject.alone(group, example)
        case = subject.conclude(situation).characteristics[situation.on[0][0]]
        agree(example.case.status, case.status, "replay of an example on one characteristic")
        return case_in(subject, rule, situation)

    return Scope(find, lambda ask: find(ask, smallest=False))


def _at_area(subject: Subject, trials: Trials, rule: Rule, group: AreaGroup) -> Scope:
    def view(terms: AreaTerms) -> tuple[View, z3.BoolRef]:
        everywhere = z3.BoolVal(True)
        if rule.layer is Layer.FINDING:
            return raising(rule, terms.raises, terms.facts), everywhere
        if rule.layer is Layer.SUFFICIENCY:
            condition = _condition(rule, terms.withholds)
            decides = z3.And(terms.withheld(), z3.Not(terms.withheld(without=rule)))
            weighs = z3.And(condition, terms.open_concerns == 0)
            of = partial(symbolic.holds, terms=terms.facts)
            return View(condition, decides, weighs, z3.BoolVal(False), of), everywhere
        scale, default = GRADES.concludes(subject.bound)
        less = symbolic.decide(_without(rule, terms.held), scale, default)
        return ordered(rule, terms.held, terms.grade, less, scale, terms.facts), z3.Not(terms.withheld())

    def wanted(ask: Callable[[View], z3.BoolRef]) -> Ask:
        def asked(terms: AreaTerms) -> z3.BoolRef:
            seen, domain = view(terms)
            return z3.And(domain, ask(seen))

        return asked

    def found(situation: Situation | None) -> FoundCase | None:
        return None if situation is None else case_in(subject, rule, situation)

    def tried(ask: Callable[[View], z3.BoolRef], smallest: bool = True) -> FoundCase | None:
        return found(subject.find_among(group, wanted(ask), trials.pool(group), smallest=smallest))

    def find(ask: Callable[[View], z3.BoolRef], smallest: bool = True) -> FoundCase | None:
        return found(subject.find_area(group, wanted(ask), trials.pool(group), smallest=smallest))

    return Scope(
        find,
        lambda ask: find(ask, smallest=False),
        tried,
        lambda ask: tried(ask, smallest=False),
    )


# Formulas of a rule ---------------------------------------------------------------------------------------


def _condition(rule: Rule, held: Held) -> z3.BoolRef:
    return next(formula for r, formula in held if r.id == rule.id)


def _without(rule: Rule, held: Held) -> list[tuple[Rule, z3.BoolRef]]:
    return [(r, formula) for r, formula in held if r.id != rule.id]


def ordered(rule: Rule, held: Held, whole: Conclusion, less: Conclusion, scale: Scale, facts: Terms) -> View:
    """What a rule of an ordered stage concludes, and without it."""
    condition = _condition(rule, held)
    own = scale.rank(rule.target)
    reaches = rule.effect is Effect.REACHES
    has_word = whole.base <= whole.limit if reaches else whole.limit < whole.base
    further = [
        formula
        for r, formula in held
        if r.effect is rule.effect and (scale.rank(r.target) > own if reaches else scale.rank(r.target) < own)
    ]
    return View(
        condition,
        whole.rank != less.rank,
        z3.And(condition, whole.rank == own, has_word),
        z3.Or(further),
        partial(symbolic.holds, terms=facts),
    )


def raising(rule: Rule, raises: Held, facts: Terms) -> View:
    """A finding rule decides where no other raises the same."""
    condition = _condition(rule, raises)
    others = [f for r, f in raises if r.id != rule.id and r.target == rule.target]
    alone = z3.And(condition, z3.Not(z3.Or(others)))
    return View(condition, alone, condition, z3.BoolVal(False), partial(symbolic.holds, terms=facts))
