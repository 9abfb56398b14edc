"""Promises 1, 4, 5 and 6 of frameworks scored once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

import z3

from grader.engines import symbolic
from grader.engines.symbolic import number
from grader.grading.run import run
from grader.language.nodes import Level
from grader.language.pipeline import GRADES, OUTCOMES
from grader.language.rulebook import Layer, Rule
from grader.model.framework import Area
from grader.proofs.clauses import Places, with_clauses
from grader.proofs.live import check_in, in_turn, listed
from grader.proofs.promises import LOCAL_CASES, WITHHELD, replay_ungraded, unreachable
from grader.proofs.report import Finding, NotApplicable
from grader.proofs.rule_scopes import Find, FoundCase, Scope, View, at_measure, ordered, raising
from grader.proofs.schemes.monotone import no_cap
from grader.proofs.schemes.situations import Graded, Situation
from grader.proofs.schemes.states import Concluded, Found, Held, States
from grader.proofs.schemes.subject import Scheme, of_solver
from grader.proofs.witness import Witness, agree

# 1 and 4 ---------------------------------------------------------------------------------------------------


def check_total(scheme: Scheme) -> int:
    """How many cases came to exactly one outcome, as all must."""
    outcomes, grades = {o.name for o in OUTCOMES}, scheme.subject.bound.grade_scale.names
    for each in scheme.subject.framework.areas:
        agree(True, each.id in scheme.subject.bound.areas, f"area {each.id} is known to the rule book")
    for situation, graded in scheme.trials:
        area = situation.area.id
        agree(True, graded.area.outcome in outcomes, f"the outcome of {area} is one there is")
        agree(graded.area.outcome == "graded", graded.grade is not None, "whether a graded area has a grade")
        agree(True, graded.grade is None or graded.grade in grades, "the grade is on the scale")
    return len(scheme.trials)


def check_local(scheme: Scheme) -> int:
    """How many cases moved no other area."""
    subject = scheme.subject
    chosen = scheme.trials[:: max(1, len(scheme.trials) // LOCAL_CASES)]
    empty: dict[str, Mapping[str, str]] = {}

    def outcomes(situation: Situation) -> dict[str, str]:
        trace = run(situation.inspection(subject.framework), subject.framework, subject.evaluator)
        return {name: case.outcome for name, case in trace.areas.items()}

    for situation, _ in chosen:
        area, edition = situation.area, situation.edition
        if edition not in empty:
            empty[edition] = outcomes(Situation(area, edition, {}))
        informed = subject.informed(area, edition)
        for name, outcome in outcomes(situation).items():
            if name != area.id and name not in informed:
                agree(empty[edition][name], outcome, f"{name}, where evidence stands on {area.id} alone")
    return len(chosen)


# 5 Capped --------------------------------------------------------------------------------------------------


def check_capped(scheme: Scheme) -> list[Finding]:
    """No capping finding above the default, at any parameter values."""
    if not scheme.words.capping:
        raise NotApplicable(no_cap(scheme.words))
    book = scheme.subject.book
    cap = book.grade_scale.rank(book.grade_default)
    for area in scheme.graded:
        states = scheme.states(area, free=True)
        found = states.found()
        concluded = states.conclude(found)
        above = [concluded.capped, concluded.graded, concluded.grade.rank > cap]
        solver = scheme.solver(states, *states.known(found), *above)
        if solver.model() is None:
            continue
        defaults = states.at_defaults()
        model = solver.smallest(states.size(found), *defaults) or solver.smallest(states.size(found))
        assert model is not None, "there was one"
        values = {n: number(model, states.parameters[f"${n}"]) for n in book.parameters}
        changed = {n: v for n, v in values.items() if v != book.parameters[n].default}
        return [_uncapped(scheme.at(changed), scheme.situation_in(states, model, found), changed, cap)]
    return []


def _uncapped(at: Scheme, situation: Situation, changed: Mapping[str, int], cap: int) -> Finding:
    graded, words, book = at.replayed(situation), at.words, at.subject.book
    of_solver(graded.rank is not None and graded.rank > cap, "no finding caps the grade", situation, words)
    assert graded.area.decision is not None
    deciding = graded.area.decision.deciding
    where = "".join(f", with {name} at {value}" for name, value in changed.items())
    default = book.grade_default.replace("_", " ")
    places = [r.place for r in book.rules if r.id in deciding and r.place is not None]
    return Finding(
        "uncapped-concern",
        deciding,
        min(places, default=None),
        f"an area with an open {words.concern} can be graded above {default}{where}",
        f"add a rule that limits to {default} or lower on an open {words.concern}, in every area",
        Witness(
            f"where {situation.words(words)}, {situation.area.id} is graded {graded.said}{where}",
            (situation.case(f"an open {words.concern}", graded, words, changed),),
        ),
    )


# 6 Reachable -----------------------------------------------------------------------------------------------


def check_reachable(scheme: Scheme) -> list[Finding]:
    """A replayed witness of every grade and outcome of each area."""
    subject = scheme.subject
    replay_ungraded(subject)
    found: dict[str, list[str]] = {}
    for conclusion in (*subject.bound.grade_scale.names, WITHHELD):
        for area in scheme.graded:
            situation = _tried(scheme, area, conclusion) or _concluding(scheme, area, conclusion)
            editions = [e for e, how in area.editions.items() if how.graded]
            if situation is None:
                found.setdefault(conclusion, []).extend(f"{area.id} in edition {e}" for e in editions)
                continue
            graded = scheme.replayed(situation, told=False)
            said = graded.grade or graded.area.outcome
            agree(conclusion, said, f"replay of a witness for {conclusion} in {area.id}")
    return [unreachable(subject, conclusion, areas) for conclusion, areas in found.items()]


def _tried(scheme: Scheme, area: Area, conclusion: str) -> Situation | None:
    of_area = ((s, g) for s, g in scheme.trials if s.area is area)
    return next((s for s, g in of_area if (g.grade or g.area.outcome) == conclusion), None)


def _concluding(scheme: Scheme, area: Area, conclusion: str) -> Situation | None:
    states = scheme.states(area)
    found = states.found()
    concluded = states.conclude(found)
    if conclusion == WITHHELD:
        wanted = concluded.withheld()
    else:
        rank = scheme.subject.bound.grade_scale.rank(conclusion)
        wanted = z3.And(concluded.graded, concluded.grade.rank == rank)
    model = scheme.solver(states, *states.known(found)).model(wanted)
    return scheme.situation_in(states, model, found) if model is not None else None


# 6 Live ----------------------------------------------------------------------------------------------------


def check_live(scheme: Scheme) -> Iterator[Finding]:
    """Written rules that decide nothing, and clauses that change nothing."""
    subject = scheme.subject

    def check(rule: Rule) -> list[Finding]:
        return listed(check_in(subject, rule, list(_scopes(scheme, rule))))

    def places(rule: Rule) -> Places:
        return Places(_met(scheme, rule), list(_scopes(scheme, rule)))

    dead = in_turn(subject, subject.bound.written, check)
    return with_clauses(subject, dead, places, of_a_table=True)


def _met(scheme: Scheme, rule: Rule) -> Iterator[Mapping[str, int]]:
    """What a rule saw in the cases tried."""
    for situation, graded in scheme.trials if rule.layer is not Layer.MEASURE else ():
        if not rule.applies_to(situation.area.id):
            continue
        if rule.level is Level.CHARACTERISTIC:
            counted = (c.id for c in situation.area.counted)
            yield from (graded.cases[name].facts for name in counted)
        elif rule.layer is not Layer.GRADE or graded.grade is not None:
            yield graded.area.facts


def _scopes(scheme: Scheme, rule: Rule) -> Iterator[Scope]:
    """One way to find cases for each place a rule speaks of."""
    subject = scheme.subject
    if rule.layer is Layer.MEASURE:
        for measure in sorted(rule.scope or subject.bound.measures):
            find = at_measure(subject, rule, measure)
            yield Scope(find, find)
        return
    late = rule.layer in (Layer.SUFFICIENCY, Layer.GRADE)
    for area in scheme.graded if late else subject.framework.areas:
        if rule.applies_to(area.id):
            if rule.level is Level.CHARACTERISTIC:
                yield from _on_components(scheme, rule, area)
            else:
                yield _in_area(scheme, rule, area)


def _in_area(scheme: Scheme, rule: Rule, area: Area) -> Scope:
    states = scheme.states(area)
    found = states.found()
    concluded = states.conclude(found)
    view, domain = _view(scheme, rule, concluded)

    def find(ask: Callable[[View], z3.BoolRef], smallest: bool = True) -> FoundCase | None:
        solver = scheme.solver(states, *states.known(found))
        wanted = z3.And(domain, ask(view))
        model = solver.smallest(states.size(found), wanted) if smallest else solver.model(wanted)
        if model is None:
            return None
        return _found_case(scheme, rule, scheme.situation_in(states, model, found), lambda g: g.area.facts)

    return Scope(find, lambda ask: find(ask, smallest=False))


def _view(scheme: Scheme, rule: Rule, concluded: Concluded) -> tuple[View, z3.BoolRef]:
    """What can be asked about a rule of an area, and where."""
    if rule.layer is Layer.FINDING:
        return raising(rule, concluded.raises, concluded.facts), z3.BoolVal(True)
    if rule.layer is Layer.SUFFICIENCY:
        condition = next(h for r, h in concluded.withholds if r.id == rule.id)
        decides = z3.And(concluded.withheld(), z3.Not(concluded.withheld(without=rule)))
        weighs = z3.And(condition, z3.Not(concluded.open))
        of = partial(symbolic.holds, terms=concluded.facts)
        return View(condition, decides, weighs, z3.BoolVal(False), of), z3.BoolVal(True)
    scale, default = GRADES.concludes(scheme.subject.bound)
    less = symbolic.decide([(r, h) for r, h in concluded.held if r.id != rule.id], scale, default)
    return ordered(rule, concluded.held, concluded.grade, less, scale, concluded.facts), concluded.graded


def _on_components(scheme: Scheme, rule: Rule, area: Area) -> Iterator[Scope]:
    """A rule about one characteristic: a place for each of the area's."""
    states = scheme.states(area)
    found = states.found()
    concluded = states.conclude(found)
    for component in states.counted:
        find = _on_component(scheme, rule, states, found, component.id, concluded.on[component.id])
        yield Scope(find, find)


def _on_component(scheme: Scheme, rule: Rule, states: States, found: Found, name: str, held: Held) -> Find:
    component = next(c for c in states.counted if c.id == name)
    of = partial(states.holds_on, component, found.ranks[name])
    view = replace(raising(rule, held, {}), of=of)

    def find(ask: Callable[[View], z3.BoolRef]) -> FoundCase | None:
        solver = scheme.solver(states, *states.known(found))
        model = solver.smallest(states.size(found), ask(view))
        if model is None:
            return None
        situation = scheme.situation_in(states, model, found)
        return _found_case(scheme, rule, situation, lambda g: g.cases[name].facts)

    return find


def _found_case(
    scheme: Scheme, rule: Rule, situation: Situation, facts: Callable[[Graded], Mapping[str, int]]
) -> FoundCase:
    graded, words = scheme.grading.of(situation), scheme.words
    held = scheme.subject.evaluator.engine.held(rule.layer, rule.level, situation.area.id, facts(graded))

    def witness() -> Witness:
        shown = scheme.replayed(situation)
        said = f"where {situation.words(words)}, the rule holds, and {situation.area.id} is {shown.said}"
        return Witness(said, (situation.case("the rule holds", shown, words),))

    return FoundCase("", None, held, facts(graded), witness)
