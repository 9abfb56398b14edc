"""Promise 6, second half: at the default parameters every rule decides some case.

A rule that does not is vacuous, shadowed, overridden or redundant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import z3

from grader.engines import symbolic
from grader.engines.reference import ReferenceEngine, holds
from grader.engines.symbolic import Conclusion, Solver, Undecided, number
from grader.errors import Place
from grader.language.figures import written
from grader.language.nodes import Effect, Level
from grader.language.pipeline import GRADES, STATUSES
from grader.language.rulebook import PERCENT, Layer, Rule
from grader.proofs.area_sums import Ask
from grader.proofs.areas import AreaGroup, AreaTerms
from grader.proofs.characteristics import CharacteristicTerms
from grader.proofs.order import misordered
from grader.proofs.promises import figures, measured
from grader.proofs.report import Finding
from grader.proofs.rules_tried import decided_by_trial
from grader.proofs.subject import Subject
from grader.proofs.trials import Trials
from grader.proofs.witness import Situation, Witness, agree, case_of, told
from grader.vocabulary.scales import Scale

Held = Sequence[tuple[Rule, z3.BoolRef]]


@dataclass(frozen=True, slots=True)
class FoundCase:
    """A case found: a situation to replay, or a figure in whole per mille."""

    words: str
    situation: Situation | None = None
    held: frozenset[str] = frozenset()
    witness: Callable[[], Witness] | None = None
    """What somebody is told of it, where that is no situation."""


@dataclass(frozen=True, slots=True)
class View:
    """What can be asked about a rule: formulas of one place it speaks of, and how to find a case of one.

    `decides` says that taking the rule out changes the conclusion; `weighs` that it is among those that
    decide; `outdone` that a stronger rule of its own effect holds.
    """

    condition: z3.BoolRef
    decides: z3.BoolRef
    weighs: z3.BoolRef
    outdone: z3.BoolRef


Find = Callable[[Callable[[View], z3.BoolRef]], FoundCase | None]


@dataclass(frozen=True, slots=True)
class Scope:
    """A place a rule speaks of, and how cases of it are found there.

    `find` answers for every case there can be, with a small one; so does `any`, with whichever comes
    first; `tried` and `tried_any` look at few cases, so that what they miss may be.
    """

    find: Find
    any: Find
    tried: Find = lambda ask: None
    tried_any: Find = lambda ask: None


def check_live(subject: Subject, trials: Trials) -> Iterator[Finding]:
    """Findings on rules that decide nothing; none when every rule is live."""
    alive = decided_by_trial(trials)
    asked = [r for r in subject.bound.rules if r.id not in alive]
    yield from in_turn(subject, asked, lambda rule: _check_rule(subject, trials, rule))


def in_turn(
    subject: Subject, asked: Sequence[Rule], check: Callable[[Rule], Finding | None]
) -> Iterator[Finding]:
    """Findings on rules, those that are hard to say after the others.

    Raises
    ------
    Undecided
        Of some rules nothing could be said.
    """
    # A hard rule waits until every other has been asked, so that it takes nothing from them.
    for units in (subject.budget.units // (2 * max(1, len(asked))), subject.budget.units):
        still_open: dict[str, list[Rule]] = {}
        for rule in asked:
            try:
                with subject.budget.part(units):
                    finding = check(rule)
            except Undecided as undecided:
                still_open.setdefault(str(undecided), []).append(rule)
                continue
            if finding is not None:
                yield finding
        asked = [rule for rules in still_open.values() for rule in rules]
    if asked:
        raise Undecided("; ".join(f"{why}: {_few([r.id for r in of])}" for why, of in still_open.items()))


def _few(ids: Sequence[str]) -> str:
    return ", ".join(ids) if len(ids) <= 3 else f"{ids[0]} and {len(ids) - 1} other rules"


def _check_rule(subject: Subject, trials: Trials, rule: Rule) -> Finding | None:
    def keep(case: FoundCase) -> None:
        if case.situation is not None and case.situation.area.editions[case.situation.edition].graded:
            trials.found.append(case.situation)

    return check_in(subject, rule, list(_rule_scopes(subject, trials, rule)), keep)


def check_in(
    subject: Subject,
    rule: Rule,
    scopes: Sequence[Scope],
    keep: Callable[[FoundCase], None] = lambda case: None,
) -> Finding | None:
    """The finding on a rule, looking at every place it speaks of before saying it decides nothing.

    What the rule decides, and where it does not hold, is told to `keep`.
    """
    if not scopes:
        return _finding(rule, "vacuous", "speaks of no area that any edition grades", None, ())
    deciding = _first([s.tried_any for s in scopes], lambda v: v.decides)
    if deciding is None:
        deciding = _first([s.any for s in scopes], lambda v: v.decides)
    if deciding is not None:
        agree(True, rule.id in deciding.held, f"replay of a case that {rule.id} decides")
        idle = _first([s.tried_any for s in scopes], lambda v: z3.Not(v.condition))
        idle = idle or _first([s.any for s in scopes], lambda v: z3.Not(v.condition))
        if idle is None:
            return _finding(rule, "vacuous", "holds for every input, so its condition says nothing", None, ())
        for case in (deciding, idle):
            keep(case)
        return None
    seen = _shortest(scopes, lambda v: v.condition)
    if seen is None:
        return _finding(rule, "vacuous", "holds for no input there can be", None, ())
    return _dead(subject, rule, scopes, seen)


def _dead(subject: Subject, rule: Rule, scopes: Sequence[Scope], seen: FoundCase) -> Finding:
    """Why a rule that can hold decides nothing."""
    agree(True, rule.id in seen.held, f"replay of a case in which {rule.id} holds")
    others = _others(subject, rule, seen)
    if rule.effect is Effect.RAISES:
        text = "raises nothing that another rule does not raise whenever it does"
        return _finding(rule, "redundant", text, _shown(subject, seen), _same(rule, others))
    weighing = _shortest(scopes, lambda v: v.weighs)
    if weighing is not None:
        same = _same(rule, _others(subject, rule, weighing))
        text = "decides with others, and taking it out changes nothing"
        return _finding(rule, "redundant", text, _shown(subject, weighing), same)
    if _first([s.any for s in scopes], lambda v: z3.And(v.condition, z3.Not(v.outdone))) is None:
        stronger = [r for r in others if r.effect is rule.effect and r.target != rule.target]
        place = misordered(subject.book, rule, stronger)
        if place is not None:
            return _out_of_order(subject, rule, place, seen)
        text = "never decides: whenever it holds, a rule that goes further holds too"
        return _finding(rule, "shadowed", text, _shown(subject, seen), stronger)
    opposed = [r for r in others if r.effect is not rule.effect]
    if rule.effect is Effect.LIMITS:
        text = "never decides: whenever it holds, nothing above what it limits to is reached"
        return _finding(rule, "overridden", text, _shown(subject, seen), [])
    text = "never decides: whenever it holds, others have the last word"
    return _finding(rule, "overridden", text, _shown(subject, seen), opposed)


def _out_of_order(
    subject: Subject, rule: Rule, wrong: tuple[Rule, str, Place | None], seen: FoundCase
) -> Finding:
    other, text, place = wrong
    witness = _shown(subject, seen)
    return Finding(
        "parameter-order",
        tuple(sorted((other.id, rule.id))),
        place or rule.place,
        text,
        "set the parameters so that the better conclusion asks for more",
        witness,
    )


_HELP = {
    "vacuous": "look at the numbers and facts in its 'when', or take the rule out",
    "redundant": "take the rule out, or ask in it for something the others do not",
    "shadowed": "ask for less in this rule, or for more in the rule that goes further",
    "overridden": "narrow the rule that has the last word, or take this one out",
}


def _finding(rule: Rule, code: str, text: str, witness: Witness | None, others: Sequence[Rule]) -> Finding:
    beside = f" ({', '.join(sorted(r.id for r in others))})" if others else ""
    return Finding(
        code, (rule.id, *sorted(r.id for r in others)), rule.place, f"rule {rule.id} {text}{beside}",
        _HELP[code], witness,
    )  # fmt: skip


def _first(places: Sequence[Find], ask: Callable[[View], z3.BoolRef]) -> FoundCase | None:
    return next((s for find in places if (s := find(ask)) is not None), None)


def _shortest(scopes: Sequence[Scope], ask: Callable[[View], z3.BoolRef]) -> FoundCase | None:
    """A case somebody is told of: of those tried where there is one, else a smallest one of all."""
    return _first([s.tried for s in scopes], ask) or _first([s.find for s in scopes], ask)


def _others(subject: Subject, rule: Rule, seen: FoundCase) -> list[Rule]:
    return [r for r in subject.bound.rules if r.id in seen.held and r.id != rule.id]


def _same(rule: Rule, others: Sequence[Rule]) -> list[Rule]:
    return [r for r in others if r.effect is rule.effect and r.target == rule.target]


def _shown(subject: Subject, seen: FoundCase) -> Witness:
    """The case in words, and as a case of a rule test where it is a situation."""
    if seen.witness is not None:
        return seen.witness()
    if seen.situation is None:
        return Witness(seen.words, ())
    concluded = subject.shown(seen.situation)
    words = f"{seen.words}, the rule holds, and {seen.situation.area.id} is {concluded.said}"
    return Witness(words, (case_of("the rule holds", seen.situation, concluded),))


# Where a rule speaks --------------------------------------------------------------------------------------


def _rule_scopes(subject: Subject, trials: Trials, rule: Rule) -> Iterator[Scope]:
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
    view = ordered(rule, held, whole, less, subject.bound.vocabulary.assessments)

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
        return FoundCase(words, None, there)

    return find


def _at_characteristic(subject: Subject, rule: Rule, group: AreaGroup) -> Scope:
    def view(terms: CharacteristicTerms) -> tuple[View, z3.BoolRef]:
        if rule.layer is Layer.STATUS:
            scale, default = STATUSES.concludes(subject.bound)
            less = symbolic.decide(_without(rule, terms.held), scale, default)
            return ordered(rule, terms.held, terms.status, less, scale), terms.items > 0
        return raising(rule, terms.raises), z3.BoolVal(True)

    def find(ask: Callable[[View], z3.BoolRef], smallest: bool = True) -> FoundCase | None:
        def wanted(terms: CharacteristicTerms) -> z3.BoolRef:
            seen, domain = view(terms)
            return z3.And(domain, ask(seen))

        example = subject.find_characteristic(group, rule, wanted, smallest=smallest)
        if example is None:
            return None
        situation = subject.alone(group, example)
        concluded = subject.conclude(situation)
        case = concluded.characteristics[situation.on[0][0]]
        agree(example.case.status, case.status, "replay of an example on one characteristic")
        engine = ReferenceEngine(subject.bound)
        there = engine.held(rule.layer, rule.level, situation.area.id, case.facts)
        return FoundCase(f"where {told(situation)}", situation, there)

    return Scope(find, lambda ask: find(ask, smallest=False))


def _at_area(subject: Subject, trials: Trials, rule: Rule, group: AreaGroup) -> Scope:
    def view(terms: AreaTerms) -> tuple[View, z3.BoolRef]:
        everywhere = z3.BoolVal(True)
        if rule.layer is Layer.FINDING:
            return raising(rule, terms.raises), everywhere
        if rule.layer is Layer.SUFFICIENCY:
            condition = _condition(rule, terms.withholds)
            decides = z3.And(terms.withheld(), z3.Not(terms.withheld(without=rule)))
            weighs = z3.And(condition, terms.open_concerns == 0)
            return View(condition, decides, weighs, z3.BoolVal(False)), everywhere
        scale, default = GRADES.concludes(subject.bound)
        less = symbolic.decide(_without(rule, terms.held), scale, default)
        return ordered(rule, terms.held, terms.grade, less, scale), z3.Not(terms.withheld())

    def wanted(ask: Callable[[View], z3.BoolRef]) -> Ask:
        def asked(terms: AreaTerms) -> z3.BoolRef:
            seen, domain = view(terms)
            return z3.And(domain, ask(seen))

        return asked

    def found(situation: Situation | None) -> FoundCase | None:
        if situation is None:
            return None
        concluded = subject.conclude(situation)
        engine = ReferenceEngine(subject.bound)
        there = engine.held(rule.layer, rule.level, situation.area.id, concluded.area.facts)
        return FoundCase(f"where {told(situation)}", situation, there)

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


def ordered(rule: Rule, held: Held, whole: Conclusion, less: Conclusion, scale: Scale) -> View:
    """A rule of an ordered stage: what it concludes, and what it would without the rule."""
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
    )


def raising(rule: Rule, raises: Held) -> View:
    """A finding rule decides where it raises what no other rule raises of the same thing."""
    condition = _condition(rule, raises)
    others = [f for r, f in raises if r.id != rule.id and r.target == rule.target]
    alone = z3.And(condition, z3.Not(z3.Or(others)))
    return View(condition, alone, condition, z3.BoolVal(False))
