"""Layers without rules give their default on every engine, whatever else a rule book leaves out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.engines.reference import ReferenceEngine
from grader.grading.conclude import LayerEvaluator
from grader.grading.run import run
from grader.io import catalogue
from grader.io.frameworks import FrameworkFile
from grader.language.bind import bind
from grader.language.figures import per_mille
from grader.language.nodes import Better, Compare, Const, Count, Effect, Kind, Level, Op, Test
from grader.language.rulebook import Fact, Layer, Measure, Rule
from grader.model.base import LARGEST_FIGURE
from grader.model.inspection import Inspection
from grader.session import Session
from grader.testing.strategies import frameworks, inspections, rulebooks

FRAMEWORK = catalogue.framework("PEEL_2021_22")
BOOK = catalogue.rulebook("PEEL_2021_22", FRAMEWORK)
LEFT_OUT = [frozenset({layer}) for layer in Layer] + [frozenset(Layer)]


def without(book, layers):
    """The rule book without the rules of some layers."""
    return replace(book, rules=tuple(r for r in book.rules if r.layer not in layers))


def item(name, characteristic, **tags):
    return (
        {"id": name, "characteristics": [characteristic], "statement": "x", "basis": "data"}
        | tags
        | {"source": "report"}
    )


def inspection(edition, evidence=()):
    head = {"id": "one", "body": "Somewhere", "framework": FRAMEWORK.framework.id, "edition": edition}
    return Inspection.model_validate(
        {"inspection": head, "sources": {"report": {"title": "Report"}}, "evidence": list(evidence)}
    )


def figure(name, value, unit="percent"):
    return {"name": name, "value": value, "unit": unit}


def some_evidence():
    return [
        item("E1", "recording.1a", measure=figure("crimes_recorded", 95.5)),
        item("E2", "responding.1a", assessment="exceeds"),
        item("E3", "responding.1b", assessment="falls_short", harm="serious"),
        item("E4", "workforce.1a", assessment="meets"),
    ]


@pytest.fixture(params=["polars", "duckdb"])
def rows(request):
    """What columns conclude, beside what the reference does."""
    backends = pytest.importorskip("grader.bulk.backends", reason="grading at scale needs its extra")
    from grader.bulk.coding import rows_of
    from grader.bulk.plan import Plan
    from grader.bulk.rows import in_columns, of_proposal

    backend = backends.backend(request.param)

    def both(framework, book, found):
        bound = bind(book)
        session = Session(FrameworkFile(framework), book, None, "reference")
        proposals = [session.load(i).propose(hinges=False) for i in found]
        plan = Plan(framework, found[0].inspection.edition, bound)
        expected = [row for p in proposals for row in of_proposal(p, plan.area_columns)]
        laid = rows_of(plan, found)
        ids = backends.pl.DataFrame({"number": range(len(found)), "inspection": laid.ids})
        return expected, in_columns(plan, backend, laid.coded(backend), ids).drop("number").to_dicts()

    yield both
    backend.close()


@pytest.mark.parametrize("layers", LEFT_OUT, ids=lambda found: "_".join(sorted(found)))
@pytest.mark.parametrize("edition", ["2021-04", "2022-03"])
def test_columns_give_the_default_of_a_layer_without_rules(layers, edition, rows):
    found = [inspection(edition, some_evidence()), inspection(edition)]
    expected, actual = rows(FRAMEWORK.framework, without(BOOK, layers), found)
    assert expected == actual


@pytest.mark.parametrize("layers", LEFT_OUT, ids=lambda found: "_".join(sorted(found)))
def test_engines_give_the_default_of_a_layer_without_rules(layers, make):
    book = without(BOOK, layers)
    given = inspection("2021-04", some_evidence())
    bound = bind(book)
    expected = run(given, FRAMEWORK.framework, LayerEvaluator(bound, ReferenceEngine(bound)))
    assert expected == run(given, FRAMEWORK.framework, LayerEvaluator(bound, make(bound)))


@pytest.mark.parametrize(
    "layers",
    [*(pytest.param(some, marks=pytest.mark.slow) for some in LEFT_OUT[:2]), LEFT_OUT[-1]],
    ids=lambda found: "_".join(sorted(found)),
)
def test_proofs_are_about_the_default_of_a_layer_without_rules(layers):
    """Every witness is replayed by the reference, so a proof over another default would fail."""
    pytest.importorskip("grader.engines.symbolic", reason="z3-solver is not installed")
    from grader.proofs.check import check_rulebook

    report = check_rulebook(without(BOOK, layers), FRAMEWORK.framework)
    assert {"proved", "refuted"} >= {p.result for p in report.promises}


def telling_falls_short():
    """The shipped rule book, where an item that falls short, and nothing else, makes a status exceeded."""
    fact = Fact(
        "low", Layer.STATUS, Level.CHARACTERISTIC, Kind.COUNT, Better.MORE, "items that fall short",
        Count("evidence", (Test("assessment", Op.EQUALS, (Const(1),)),)),
    )  # fmt: skip
    condition = Compare("low", Op.AT_LEAST, (Const(1),))
    rule = Rule("low.1", Layer.STATUS, Level.CHARACTERISTIC, Effect.REACHES, "exceeded", condition, "b", "s")
    kept = tuple(r for r in BOOK.rules if r.layer is not Layer.STATUS)
    return replace(BOOK, rules=(*kept, rule), facts={**BOOK.facts, "low": fact})


@pytest.mark.parametrize("layers", [(), (Layer.MEASURE,)], ids=["one unread", "all unread"])
def test_a_figure_no_rule_reads_falls_short(layers, rows):
    """The layer's default: a figure supplies an assessment, and no rule reaches a better one."""
    unread = Measure("unread", "recording.1b", "percent", "a rate no rule reads")
    book = replace(without(telling_falls_short(), layers), measures={**BOOK.measures, "unread": unread})
    found = [inspection("2022-03", [item("E1", "recording.1b", measure=figure("unread", 99.0))])]
    bound = bind(book)
    passed = run(found[0], FRAMEWORK.framework, LayerEvaluator(bound, ReferenceEngine(bound)))
    assert {"E1": "falls_short"} == passed.assessments
    expected, actual = rows(FRAMEWORK.framework, book, found)
    assert expected == actual
    assert 1 == next(r["profile.exceeded"] for r in actual if r["area"] == "recording")


def test_a_reason_may_rest_on_what_earlier_findings_do_not_hold():
    """What is missing was looked for among the items of evidence, which have no kind: a crash."""
    status, grade = Layer.STATUS, Layer.GRADE
    had = Count("earlier", (Test("kind", Op.EQUALS, (Const(1),)),))
    again = Count("characteristics", (Test("had", Op.AT_LEAST, (Const(1),)),))
    facts = [
        Fact("had", status, Level.CHARACTERISTIC, Kind.COUNT, Better.MORE, "earlier findings", had),
        Fact("again", grade, Level.AREA, Kind.COUNT, Better.MORE, "characteristics with one", again),
    ]
    condition = Compare("again", Op.AT_LEAST, (Const(1),))
    rule = Rule("again.1", grade, Level.AREA, Effect.REACHES, "outstanding", condition, "b", "s")
    never_thin = without(BOOK, (Layer.SUFFICIENCY,))
    more = {f.name: f for f in facts}
    book = replace(never_thin, rules=(*never_thin.rules, rule), facts={**never_thin.facts, **more})
    given = Session(FRAMEWORK, book, None, "reference").load(inspection("2021-04", some_evidence()))
    held = {r.held for area in given.proposal.areas for r in area.reasons if r.rule == "again.1"}
    assert {False} == held


def measured(op, value):
    """The shipped rule book with one measure in minutes and one rule on it."""
    condition = Compare("figure", op, (Const(value),))
    scope = frozenset({"minutes"})
    rule = Rule(
        "minutes.1", Layer.MEASURE, Level.FIGURE, Effect.REACHES, "exceeds", condition, "b", "s", scope
    )
    minutes = Measure("minutes", "responding.1a", "minutes", "minutes to answer")
    return replace(BOOK, rules=(*BOOK.rules, rule), measures={**BOOK.measures, "minutes": minutes})


FIGURES = (-LARGEST_FIGURE, -1e-9, 0.0, 1e-300, 99.999, 100.0, 1e8, LARGEST_FIGURE - 0.1, LARGEST_FIGURE)


@pytest.mark.parametrize(("op", "value"), [(Op.AT_LEAST, 1000), (Op.FEWER_THAN, 0), (Op.EQUALS, 0)])
def test_figures_of_the_whole_range_read_the_same_on_every_engine(op, value, make):
    bound = bind(measured(op, value))
    expected, actual = (
        [LayerEvaluator(bound, engine).assessment("minutes", per_mille(float(f))) for f in FIGURES]
        for engine in (ReferenceEngine(bound), make(bound))
    )
    assert expected == actual


@pytest.mark.parametrize(("op", "value"), [(Op.AT_LEAST, 1000), (Op.FEWER_THAN, 0), (Op.EQUALS, 0)])
def test_figures_of_the_whole_range_read_the_same_in_columns(op, value, rows):
    found = [
        inspection("2022-03", [item("E1", "responding.1a", measure=figure("minutes", float(f), "minutes"))])
        for f in FIGURES
    ]
    expected, actual = rows(FRAMEWORK.framework, measured(op, value), found)
    assert expected == actual


@pytest.mark.parametrize(
    ("op", "value"), [(Op.MORE_THAN, 1000), pytest.param(Op.FEWER_THAN, 0, marks=pytest.mark.slow)]
)
def test_proofs_know_the_whole_range_of_figures_that_are_no_per_cent(op, value):
    pytest.importorskip("grader.engines.symbolic", reason="z3-solver is not installed")
    from grader.proofs.check import check_rulebook

    report = check_rulebook(measured(op, value), FRAMEWORK.framework)
    assert [] == [f for f in report.findings if "minutes.1" in f.rules]


@settings(suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_columns_agree_on_whatever_a_rule_book_leaves_out(data, rows):
    framework = data.draw(frameworks())
    book = without(data.draw(rulebooks(framework)), data.draw(st.sets(st.sampled_from(Layer), min_size=1)))
    edition = data.draw(st.sampled_from(sorted(framework.editions)))
    drawn = inspections(framework, edition, measures=book.measures)
    expected, actual = rows(framework, book, data.draw(st.lists(drawn, min_size=1, max_size=3)))
    assert expected == actual
