"""Promises 1, 4, 5 and 6: total, local, capped and reachable."""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch

import z3

from grader.authoring.proofs.areas import OPEN, AreaTerms, Kin, State
from grader.authoring.proofs.cells import DECLARED_CELLS, EARLIER_CELLS
from grader.authoring.proofs.report import Finding
from grader.authoring.proofs.subject import GRADE_AND_SUFFICIENCY, Subject
from grader.authoring.proofs.witness import Situation, Witness, agree, case_of, told
from grader.engines import symbolic
from grader.engines.symbolic import Bulk, Solver, Undecided, number, total
from grader.errors import InternalError
from grader.grading.conclude import MEASURE_DEFAULT, finding_row
from grader.language.nodes import (
    AnyOf,
    Best,
    Compare,
    Count,
    Definition,
    Given,
    Kind,
    Level,
    Lowest,
    Param,
    Share,
    StatusOf,
)
from grader.language.rulebook import Fact, Layer, Rule, RuleBook
from grader.language.typecheck import comparisons, facts_named
from grader.language.vocabulary import ASSESSMENT, ENTITIES, FINDING_KIND, STATUS
from grader.model.framework import Area

# 1 Total --------------------------------------------------------------------------------------------------


def check_total(subject: Subject) -> list[Finding]:
    """One conclusion of every ordered layer, and one outcome of every area, whatever was found."""
    known = set(subject.bound.areas)
    for area in subject.framework.areas:
        agree(True, area.id in known, f"area {area.id} is known to the rule book")
    for kin in subject.every:
        space = subject.characteristic(kin)
        items, earlier = space.variables()
        terms = space.read(items, earlier)
        status: z3.ArithRef = terms.facts["status"]
        assessed = z3.And(terms.items > 0, status >= 1, status < len(STATUS.names))
        none = z3.And(terms.items == 0, status == 0)
        _must_hold(space.solver(items, earlier), z3.Or(assessed, none), "status")
    for kin in subject.graded:
        areas = subject.space(kin, GRADE_AND_SUFFICIENCY)
        state = areas.state()
        grade = state.terms.grade.rank
        on_scale = z3.And(grade >= 0, grade < len(subject.bound.grade_scale.names))
        _must_hold(areas.solver(state), on_scale, "grade")
    figure = z3.Int("figure")
    for measure in subject.bound.measures:
        rank = measured(subject.bound, measure, figure).rank
        solver = Solver(subject.budget, figure >= 0, figure <= 1000)
        _must_hold(solver, z3.And(rank >= 1, rank < len(ASSESSMENT.names)), f"measure {measure}")
    return []


def measured(
    book: RuleBook, measure: str, figure: z3.ArithRef, without: Rule | None = None
) -> symbolic.Conclusion:
    """What a figure says, leaving one rule out of account where one is named."""
    rules = [r for r in book.table(Layer.MEASURE, Level.FIGURE).rules if r.applies_to(measure)]
    held = [(r, symbolic.holds(r.condition, {"figure": figure})) for r in rules if r is not without]
    return symbolic.decide(held, ASSESSMENT, MEASURE_DEFAULT)


def _must_hold(solver: Solver, claim: z3.BoolRef, what: str) -> None:
    """A claim the meaning of the layers guarantees; were it false, grader would be at fault."""
    if solver.model(z3.Not(claim)) is not None:
        raise InternalError(f"{what}: some input has no conclusion", help="please report the rule book")


# 4 Local --------------------------------------------------------------------------------------------------


def check_local(subject: Subject) -> list[Finding]:
    """Every fact ranges over its own area's characteristics and findings: nothing else is in its reach."""
    for rule in subject.bound.rules:
        for name in facts_named(rule.condition):
            if name in subject.bound.facts:
                for entity in reach(subject.bound.facts[name].definition, subject.bound):
                    agree(True, entity in ENTITIES or entity == "own", f"fact {name} ranges over {entity}")
    return []


@singledispatch
def reach(definition: Definition, book: RuleBook) -> tuple[str, ...]:
    """What a definition ranges over; the pass hands each area its own of these and of nothing else."""
    raise TypeError(f"no reach for {type(definition).__name__}")


@reach.register
def _(definition: Count | AnyOf | Best | Lowest, book: RuleBook) -> tuple[str, ...]:
    return (definition.entity,)


@reach.register
def _(definition: Share, book: RuleBook) -> tuple[str, ...]:
    part, whole = (book.facts[name].definition for name in (definition.part, definition.whole))
    return (*reach(part, book), *reach(whole, book))


@reach.register
def _(definition: StatusOf | Given, book: RuleBook) -> tuple[str, ...]:
    # A status is looked up among the area's own characteristics, and is 0 where it is not one of them.
    return ("own",)


# 5 Capped -------------------------------------------------------------------------------------------------


def check_capped(subject: Subject) -> list[Finding]:
    """No area with an open cause of concern is graded above the default, at any parameter values."""
    for kin in subject.graded:
        values = _above_cap(subject, kin)
        if values is not None:
            return [_uncapped(subject, values)]
    return []


def _above_cap(subject: Subject, kin: Kin) -> dict[str, int] | None:
    """Parameter values at which the grade rules might not cap; None when there are none.

    Facts about characteristics are left free within their types, so that parameters can be too: more states
    than there are, and a proof over all of them.
    """
    book = subject.book
    area = kin.areas[0].id
    rules = [r for r in book.table(Layer.GRADE, Level.AREA).rules if r.applies_to(area)]
    cells = [*DECLARED_CELLS, *EARLIER_CELLS, *(finding_row(k, "proposed") for k in FINDING_KIND.names)]
    counts = [z3.Int(f"f{i}") for i in range(len(cells))]
    bulk = [Bulk(row, n) for row, n in zip(cells, counts, strict=True)]
    parameters = {f"${name}": z3.Int(f"${name}") for name in book.parameters}
    solver = Solver(subject.budget, *(n >= 0 for n in counts))
    for name, parameter in book.parameters.items():
        variable = parameters[f"${name}"]
        solver.add(variable >= parameter.minimum, variable <= parameter.maximum)
    terms: dict[str, z3.ArithRef | symbolic.Ratio] = dict(parameters)
    for name in sorted({n for r in rules for n in facts_named(r.condition)}):
        fact = book.facts[name]
        if getattr(fact.definition, "entity", None) == "findings":
            terms[name] = symbolic.value(fact.definition, {"findings": bulk}, {})
        else:
            terms[name] = _free(fact, solver)
    held = [(r, symbolic.holds(r.condition, terms)) for r in rules]
    grade = symbolic.decide(held, book.grade_scale, book.grade_default).rank
    open_concerns = total(b.count for b in bulk if b.row["standing"] == OPEN)
    cap = book.grade_scale.rank(book.grade_default)
    model = solver.model(open_concerns >= 1, grade > cap)
    if model is None:
        return None
    used = {o.name for r in rules for c, _ in comparisons(r.condition) for o in _parameters(c)}
    return {name: number(model, parameters[f"${name}"]) for name in sorted(used)}


def _parameters(comparison: Compare) -> Iterator[Param]:
    return (o for o in comparison.operands if isinstance(o, Param))


def _free(fact: Fact, solver: Solver) -> z3.ArithRef:
    variable = z3.Int(f"free {fact.name}")
    solver.add(variable >= 0)
    if fact.kind is Kind.FLAG:
        solver.add(variable <= 1)
    elif fact.scale is not None:
        solver.add(variable < len(fact.scale.names))
    return variable


def _uncapped(subject: Subject, values: dict[str, int]) -> Finding:
    """A real inspection with an open concern above the cap: at the defaults, else at the values found."""
    cap = subject.bound.grade_scale.rank(subject.bound.grade_default)

    def above(terms: AreaTerms, state: State) -> z3.BoolRef:
        return z3.And(terms.open_concerns >= 1, terms.grade.rank > cap)

    for chosen in ({}, values):
        at = Subject(subject.book, subject.framework, subject.budget, chosen)
        for kin in at.graded:
            situation = at.find_area(at.space(kin, GRADE_AND_SUFFICIENCY), above)
            if situation is not None:
                return _uncapped_finding(at, situation, chosen, cap)
    raise Undecided("capped at the default parameters, and at the others tried")


def _uncapped_finding(at: Subject, situation: Situation, chosen: dict[str, int], cap: int) -> Finding:
    concluded = at.conclude(situation)
    decision = concluded.area.decision
    agree(True, decision is not None and decision.rank > cap, "replay of an uncapped concern")
    assert decision is not None
    defaults = at.book.defaults()
    changed = [name for name, value in chosen.items() if value != defaults[name]]
    moved = [f"{name} at {chosen[name]}" for name in changed]
    where = f", with {', '.join(moved)}" if moved else ""
    places = [r.place for r in at.book.rules if r.id in decision.deciding and r.place is not None]
    default = at.book.grade_default.replace("_", " ")
    return Finding(
        "uncapped-concern",
        decision.deciding,
        min(places, default=None),
        f"an area with an open cause of concern can be graded above {default}{where}",
        f"add a rule that limits to {default} or lower on an open cause of concern, in every area",
        Witness(
            f"where {told(situation)}, {situation.area.id} is graded {concluded.said}{where}",
            (case_of("an open cause of concern", situation, concluded, {n: chosen[n] for n in changed}),),
        ),
    )


# 6 Reachable ----------------------------------------------------------------------------------------------

WITHHELD = "withheld"


def check_reachable(subject: Subject) -> list[Finding]:
    """A witness, replayed, of every grade in each graded area of each edition, and of every outcome."""
    _replay_ungraded(subject)
    found: dict[str, list[str]] = {}
    situations: dict[tuple[str, str], Situation | None] = {}
    for edition in subject.framework.editions:
        areas = [a for a in subject.framework.areas_in(edition) if a.editions[edition].graded]
        for conclusion in (*subject.bound.grade_scale.names, WITHHELD):
            shown = []
            for area in areas:
                if (area.id, conclusion) not in situations:
                    situations[area.id, conclusion] = _concluding(subject, area, conclusion)
                situation = situations[area.id, conclusion]
                if situation is None:
                    found.setdefault(conclusion, []).append(f"{area.id} in edition {edition}")
                else:
                    shown.append(situation)
            grades = subject.conclude_together(shown, edition)
            expected = None if conclusion == WITHHELD else conclusion
            for situation in shown:
                what = f"replay of a witness for {conclusion} in {situation.area.id}"
                agree(expected, grades[situation.area.id], what)
    return [_unreachable(subject, conclusion, areas) for conclusion, areas in found.items()]


def _concluding(subject: Subject, area: Area, conclusion: str) -> Situation | None:
    """A situation in an area that is graded so, or withheld."""
    kin = next(k for k in subject.graded if any(a.id == area.id for a in k.areas))

    def concluded(terms: AreaTerms, state: State) -> z3.BoolRef:
        if conclusion == WITHHELD:
            return terms.withheld()
        rank = subject.bound.grade_scale.rank(conclusion)
        return z3.And(z3.Not(terms.withheld()), terms.grade.rank == rank)

    return subject.find_area(subject.space(kin, GRADE_AND_SUFFICIENCY), concluded, area=area)


def _replay_ungraded(subject: Subject) -> None:
    """Areas an edition does not grade are ungraded."""
    for edition in subject.framework.editions:
        areas = subject.framework.areas_in(edition)
        outcomes = subject.conclude(Situation(areas[0], edition, ())).outcomes if areas else {}
        for area in areas:
            graded = area.editions[edition].graded
            agree(not graded, outcomes[area.id] == "ungraded", f"whether {area.id} is ungraded")


def _unreachable(subject: Subject, conclusion: str, areas: list[str]) -> Finding:
    rules = [r for r in subject.book.rules if r.layer is Layer.GRADE and r.target == conclusion]
    shown = ", ".join(areas[:4]) + (f" and {len(areas) - 4} more" if len(areas) > 4 else "")
    places = [r.place for r in subject.book.rules if r.layer is Layer.GRADE and r.place is not None]
    own = [r.place for r in rules if r.place is not None]
    if conclusion == WITHHELD:
        text = f"no inspection can leave the grade withheld in {shown}"
        help = "look for a rule that raises a cause of concern whatever was found"
    else:
        scale, name = subject.bound.grade_scale, conclusion.replace("_", " ")
        effect = "reaches" if scale.rank(conclusion) > scale.rank(subject.book.grade_default) else "limits to"
        text = f"no inspection can be graded {name} in {shown}"
        help = f"add a rule that {effect} {name}, or look at what keeps it out"
    return Finding(
        "unreachable", tuple(sorted(r.id for r in rules)), min(own or places, default=None), text, help
    )
