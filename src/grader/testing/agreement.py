"""One question to every engine: what an inspection comes to, facts and grade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.engines import rete
from grader.engines.reference import ReferenceEngine
from grader.grading.conclude import (
    AreaCase,
    CharacteristicCase,
    LayerEvaluator,
    named_facts,
    proposed_row,
)
from grader.grading.run import GradingTrace, run, standing_of
from grader.io.frameworks import FrameworkFile
from grader.language.bind import bind
from grader.language.nodes import Level
from grader.language.pipeline import AREA_LAYERS, GRADES, is_earlier
from grader.language.rulebook import Layer, RuleBook
from grader.model.framework import Framework
from grader.model.inspection import Inspection
from grader.session import Session

Concluded = list[tuple[str, str, str | None]]


def conclusions(
    framework: Framework,
    book: RuleBook,
    inspections: Sequence[Inspection],
    backends: Sequence[str] = ("polars",),
    of: str = "",
) -> list[Concluded]:
    """Each inspection's areas, outcomes and grades, the same on every engine.

    Parameters
    ----------
    framework : Framework
    book : RuleBook
        Not bound.
    inspections : sequence of Inspection
        Of one edition.
    backends : sequence of str
        For the columns.
    of : str
        For the error.

    Raises
    ------
    AssertionError
        An engine differs from the reference.
    """
    bound = bind(book)
    evaluator = LayerEvaluator(bound, ReferenceEngine(bound))
    traces = [run(inspection, framework, evaluator) for inspection in inspections]
    _by_rete(framework, bound, inspections, traces, of)
    for n, (inspection, trace) in enumerate(zip(inspections, traces, strict=True)):
        _by_formulas(framework, bound, inspection, trace, f"{of}, inspection {n}")
    for name in backends:
        _in_columns(framework, book, inspections, name, of)
    scale = bound.grade_scale
    return [
        [
            (a.area, a.outcome, scale.name_of(a.decision.rank) if a.decision is not None else None)
            for a in trace.areas.values()
        ]
        for trace in traces
    ]


def _same(expected: object, actual: object, of: str) -> None:
    assert expected == actual, f"{of}: {expected} by the reference, {actual} otherwise"


def _by_rete(
    framework: Framework,
    bound: RuleBook,
    inspections: Sequence[Inspection],
    traces: Sequence[GradingTrace],
    of: str,
) -> None:
    if not rete.available():
        return
    with rete.ReteEngine(bound) as engine:
        evaluator = LayerEvaluator(bound, engine)
        for n, (inspection, expected) in enumerate(zip(inspections, traces, strict=True)):
            _same(expected, run(inspection, framework, evaluator), f"{of}, inspection {n}, rete")


def _in_columns(
    framework: Framework, book: RuleBook, inspections: Sequence[Inspection], name: str, of: str
) -> None:
    from grader.bulk.backends import backend, pl
    from grader.bulk.coding import rows_of
    from grader.bulk.plan import Plan
    from grader.bulk.rows import in_columns, of_proposal

    edition = inspections[0].inspection.edition
    plan = Plan(framework, edition, bind(book))
    session = Session(FrameworkFile(framework), book, None, "reference")
    proposals = [session.load(inspection).propose(hinges=False) for inspection in inspections]
    expected = [row for p in proposals for row in of_proposal(p, plan.area_columns)]
    laid = rows_of(plan, inspections)
    ids = pl.DataFrame({"number": range(len(inspections)), "inspection": laid.ids})
    at = backend(name)
    try:
        actual = in_columns(plan, at, laid.coded(at), ids).drop("number").to_dicts()
    finally:
        at.close()
    for mine, its in zip(expected, actual, strict=True):
        _same(mine, its, f"{of}, {name}")


def _by_formulas(
    framework: Framework, bound: RuleBook, inspection: Inspection, trace: GradingTrace, of: str
) -> None:
    for name, case in trace.areas.items():
        known = [standing_of(bound.vocabulary, f) for f in inspection.all_findings if f.area == name]
        _area_by_formulas(bound, case, trace.characteristics[name], [k.row for k in known], f"{of}, {name}")


def _area_by_formulas(
    bound: RuleBook,
    case: AreaCase,
    cases: Sequence[CharacteristicCase],
    known: Sequence[Mapping[str, int]],
    of: str,
) -> None:
    from grader.engines import symbolic

    z3 = symbolic.z3
    one = z3.IntVal(1)
    raised = [*(r for c in cases if c.counted for r in c.raised), *case.raised]
    rows: dict[str, Sequence[Mapping[str, int]]] = {
        "characteristics": [c.facts for c in cases if c.counted],
        "earlier": [row for row in known if is_earlier(row)],
        "findings": [*known, *(proposed_row(bound.vocabulary, r) for r in raised)],
    }
    things = {entity: [symbolic.CountedRow(row, one) for row in found] for entity, found in rows.items()}
    facts = bound.facts_at(Level.AREA, AREA_LAYERS)
    own = {c.id: c.facts for c in cases}
    given = {
        d.key: z3.IntVal(own[d.characteristic][d.fact]) for d in named_facts(facts) if d.characteristic in own
    }
    terms = symbolic.evaluate_facts(facts, things, given)
    _same(
        dict(case.facts), {name: _number(symbolic, term) for name, term in terms.items()}, f"{of}, symbolic"
    )
    if case.decision is None:
        return
    rules = [r for r in bound.table(Layer.GRADE, Level.AREA).rules if r.applies_to(case.area)]
    scale, default = GRADES.concludes(bound)
    found = symbolic.decide(((r, symbolic.holds(r.condition, terms)) for r in rules), scale, default)
    _same(case.decision.rank, _number(symbolic, found.rank), f"{of}, symbolic")


def _number(symbolic: Any, term: Any) -> int:
    """The whole number a term without unknowns comes to."""
    if isinstance(term, symbolic.Ratio):
        part, whole = _number(symbolic, term.part), _number(symbolic, term.whole)
        return 1000 * part // whole if whole else 0
    return int(symbolic.z3.simplify(term).as_long())
