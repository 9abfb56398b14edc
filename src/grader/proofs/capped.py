"""Promise 5: no open cause of concern above the default grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import z3

from grader.engines import symbolic
from grader.engines.reference import satisfies
from grader.engines.symbolic import CountedRow, Solver, Undecided, number, total
from grader.grading.conclude import finding_row
from grader.language.nodes import Compare, Kind, Level, Param
from grader.language.pipeline import GRADES, any_open
from grader.language.rulebook import Fact, Layer, RuleBook
from grader.language.typecheck import comparisons, facts_named
from grader.proofs.areas import AreaGroup, AreaTerms
from grader.proofs.report import Finding
from grader.proofs.subject import GRADE_AND_SUFFICIENCY, Subject, situation_in
from grader.proofs.tag_combinations import DECLARED_TAGS, EARLIER_TAGS
from grader.proofs.witness import Situation, Witness, agree, case_of, told


def check_capped(subject: Subject) -> list[Finding]:
    """No open concern above the default, at any parameter values."""
    for group in subject.graded:
        values = _above_cap(subject, group)
        if values is None:
            continue
        finding = _at_values(subject, group, {}) or _elsewhere(subject, group, values)
        if finding is not None:
            return [finding]
    return []


def _elsewhere(subject: Subject, group: AreaGroup, values: Mapping[str, int]) -> Finding | None:
    """The finding at other parameter values, or None."""
    if _only_grades_ask(subject.book):
        return _exactly(subject, group)
    finding = _at_values(subject, group, values)
    if finding is None:
        raise Undecided("capped at the default parameters, and at the others tried")
    return finding


def _only_grades_ask(book: RuleBook) -> bool:
    """Whether only grade and sufficiency rules name parameters."""
    late = (Layer.MEASURE, Layer.SUFFICIENCY, Layer.GRADE)
    early = [r for r in book.rules if r.layer not in late]
    compared = [c.operands for r in early for c, _ in comparisons(r.condition)]
    counted = [t.operands for f in book.facts.values() for t in f.definition.where]
    return not any(isinstance(o, Param) for operands in (*compared, *counted) for o in operands)


def _exactly(subject: Subject, group: AreaGroup) -> Finding | None:
    """The finding over the areas' very states, every parameter free.

    Asked last: products of shares and parameters are slow.
    """
    space = subject.space(group, GRADE_AND_SUFFICIENCY)
    parameters = {f"${name}": z3.Int(f"${name}") for name in subject.book.parameters}
    cap = subject.bound.grade_scale.rank(subject.bound.grade_default)
    rules = [r for r in subject.book.table(Layer.GRADE, Level.AREA).rules if r.applies_to(group.areas[0].id)]
    for written in (True, False):
        state = space.state(written=written)
        solver = Solver(subject.budget, *state.known, *_ranges(subject.book, parameters), linear=False)
        terms = {**state.terms.facts, **parameters}
        held = [(r, symbolic.holds(r.condition, terms)) for r in rules]
        grade = symbolic.decide(held, *GRADES.concludes(subject.bound)).rank
        broken = z3.And(state.terms.open_concerns >= 1, grade > cap)
        model = solver.model(broken)
        if model is not None and not written:
            raise Undecided("no inspection that shows it could be written down")
        if model is not None:
            values = {n: number(model, parameters[f"${n}"]) for n in subject.book.parameters}
            at = Subject(subject.book, subject.framework, subject.budget, values)
            return _uncapped_finding(at, situation_in(model, space, state), values, cap)
    return None


def _ranges(book: RuleBook, variables: Mapping[str, z3.ArithRef]) -> Iterator[z3.BoolRef]:
    for name, parameter in book.parameters.items():
        variable = variables[f"${name}"]
        yield z3.And(variable >= parameter.minimum, variable <= parameter.maximum)


def _above_cap(subject: Subject, group: AreaGroup) -> dict[str, int] | None:
    """Parameter values at which grade rules might not cap, or None.

    Facts are free within their types, which is more states than there are.
    """
    book = subject.book
    area = group.areas[0].id
    rules = [r for r in book.table(Layer.GRADE, Level.AREA).rules if r.applies_to(area)]
    words = book.vocabulary
    proposed = [finding_row(words, kind, "proposed") for kind in words.proposed]
    combinations = [*DECLARED_TAGS, *EARLIER_TAGS, *proposed]
    counts = [z3.Int(f"f{i}") for i in range(len(combinations))]
    bulk = [CountedRow(row, n) for row, n in zip(combinations, counts, strict=True)]
    parameters = {f"${name}": z3.Int(f"${name}") for name in book.parameters}
    solver = Solver(subject.budget, *(n >= 0 for n in counts), *_ranges(book, parameters))
    terms: dict[str, z3.ArithRef | symbolic.Ratio] = dict(parameters)
    for name in sorted({n for r in rules for n in facts_named(r.condition)}):
        fact = book.facts[name]
        if fact.entity == "findings":
            terms[name] = symbolic.value(fact.definition, {"findings": bulk}, {})
        else:
            terms[name] = _free(fact, solver)
    held = [(r, symbolic.holds(r.condition, terms)) for r in rules]
    grade = symbolic.decide(held, *GRADES.concludes(book)).rank
    opened = total(b.count for b in bulk if any_open(words, [b.row]))
    cap = book.grade_scale.rank(book.grade_default)
    model = solver.model(opened >= 1, grade > cap)
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


def _at_values(subject: Subject, group: AreaGroup, values: Mapping[str, int]) -> Finding | None:
    """A small inspection with a concern above the cap at these values."""
    at = Subject(subject.book, subject.framework, subject.budget, values) if values else subject
    cap = at.bound.grade_scale.rank(at.bound.grade_default)

    def above(terms: AreaTerms) -> z3.BoolRef:
        return z3.And(terms.open_concerns >= 1, terms.grade.rank > cap)

    situation = at.find_area(group, above)
    return _uncapped_finding(at, situation, values, cap) if situation is not None else None


def _about_open(book: RuleBook) -> tuple[str, ...]:
    """Grade rules on how many concerns are open, one of which ought to cap."""
    words = book.vocabulary
    open_ = [row for row in (*DECLARED_TAGS, *EARLIER_TAGS) if any_open(words, [row])]
    facts = {
        name
        for name, fact in book.facts.items()
        if fact.entity == "findings" and any(satisfies(row, fact.definition.where) for row in open_)
    }
    rules = book.table(Layer.GRADE, Level.AREA).rules
    return tuple(r.id for r in rules if facts & set(facts_named(r.condition)))


def _uncapped_finding(at: Subject, situation: Situation, chosen: Mapping[str, int], cap: int) -> Finding:
    concluded = at.shown(situation)
    decision = concluded.area.decision
    agree(True, decision is not None and decision.rank > cap, "replay of an uncapped concern")
    assert decision is not None
    defaults = at.book.defaults()
    changed = [name for name, value in chosen.items() if value != defaults[name]]
    moved = [f"{name} at {chosen[name]}" for name in changed]
    where = f", with {', '.join(moved)}" if moved else ""
    about = _about_open(at.bound)
    blamed = about or decision.deciding
    places = [r.place for r in at.book.rules if r.id in blamed and r.place is not None]
    default, words = at.book.grade_default.replace("_", " "), at.book.vocabulary
    concern = " or ".join(kind.said for kind in words.findings if kind.never_withheld)
    return Finding(
        "uncapped-concern",
        tuple(dict.fromkeys((*about, *decision.deciding))),
        min(places, default=None),
        f"an area with an open {concern} can be graded above {default}{where}",
        f"add a rule that limits to {default} or lower on an open {concern}, in every area",
        Witness(
            f"where {told(situation)}, {situation.area.id} is graded {concluded.said}{where}",
            (case_of(f"an open {concern}", situation, concluded, {n: chosen[n] for n in changed}),),
        ),
    )
