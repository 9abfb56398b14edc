"""What would have had to be found: it gives the grade or better, and by brute force nothing smaller does."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import api
from grader.engines.reference import ReferenceEngine
from grader.errors import UnknownNameError
from grader.explanations import search
from grader.explanations.smallest_change import smallest_change
from grader.explanations.why_not import why_not
from grader.grading.conclude import LayerEvaluator
from grader.grading.run import run
from grader.language.bind import bind
from grader.language.nodes import All, Better, Compare, Const, Count, Effect, Kind, Level, Op, Test
from grader.language.rulebook import Fact, Layer, Rule
from grader.model.inspection import Declared, Evidence
from grader.session import LoadedInspection, Session
from grader.vocabulary.kinds import ORIGIN
from grader.vocabulary.peel import PEEL

#: Of what takes seconds an example: 3, and 25 in the long run.
FEW = settings.default.max_examples // 4

NEVER = Compare("assessed", Op.AT_LEAST, (Const(999),))

SCALE = ("falls_short", "partly_meets", "meets", "exceeds")
KINDS = ("area_for_improvement", "cause_of_concern", "innovative_practice")


# Single changes, made here once more and plainly ----------------------------------------------------------


def _singles(case, assessments):
    """Every single change of promise 8: what it is about, its cost, and how to make it."""
    for e in case.inspection.evidence:
        at = SCALE.index(assessments[e.id])
        for n, name in enumerate(SCALE):
            if n != at:
                yield ("item", e.id), abs(n - at), {"assess": {e.id: name}}
    edition = case.inspection.inspection.edition
    areas = case.framework.areas_in(edition)
    for c in (c for a in areas for c in a.characteristics):
        for name in SCALE:
            yield ("add", c.id, name), 3, {"add": [(c.id, name)]}
    for a in areas:
        for kind in KINDS:
            yield ("issue", a.id, kind), 5, {"issue": [(a.id, kind)]}
    for f in case.inspection.findings:
        yield ("withdraw", f.id), 5, {"withdraw": [f.id]}


def _changed(inspection, *changes):
    evidence = list(inspection.evidence)
    findings = list(inspection.findings)
    for change in changes:
        for name, assessment in change.get("assess", {}).items():
            at = next(i for i, e in enumerate(evidence) if e.id == name)
            evidence[at] = evidence[at].model_copy(update={"assessment": assessment})
        for characteristic, assessment, *basis in change.get("add", ()):
            evidence.append(
                Evidence(
                    id=f"new{len(evidence)}",
                    characteristics=[characteristic],
                    assessment=assessment,
                    statement="new",
                    basis=basis[0] if basis else "observation",
                    source="report",
                )
            )
        for area, kind in change.get("issue", ()):
            name = f"new-finding{len(findings)}"
            findings.append(Declared(id=name, kind=kind, area=area, statement="new"))
        findings = [f for f in findings if f.id not in change.get("withdraw", ())]
    return inspection.model_copy(update={"evidence": evidence, "findings": findings})


def _made(answer):
    """The changes of an answer, in the form above."""
    for change in answer.changes:
        match change.kind:
            case "assessment":
                yield {"assess": {change.evidence: change.after}}
            case "evidence_added":
                yield {"add": [(change.characteristics[0], change.after, change.basis)]}
            case "finding_withdrawn":
                yield {"withdraw": [change.finding]}


def _grades(passed, book):
    named = book.grade_scale.name_of
    return {a: named(c.decision.rank) for a, c in passed.areas.items() if c.decision is not None}


def _issued(answer, area):
    return [{"issue": [(area, c.finding_kind)]} for c in answer.changes if c.kind == "finding_added"]


def _least_by_hand(case, most):
    """For each area and grade, the least cost of so many changes at most that give exactly it."""
    evaluator = LayerEvaluator(bind(case.book), ReferenceEngine(bind(case.book)))
    passed = run(case.inspection, case.framework, evaluator)
    singles = list(_singles(case, passed.assessments))
    least = dict.fromkeys(_grades(passed, case.book).items(), 0)
    pairs = [*combinations(singles, 2), *((s, s) for s in singles if s[0][0] in ("add", "issue"))]
    for changes in [*((s,) for s in singles), *(pairs if most > 1 else ())]:
        if len({c[0] for c in changes}) < len(changes) and changes[0][0][0] == "item":
            continue  # one item is assessed once
        cost = sum(c[1] for c in changes)
        inspection = _changed(case.inspection, *(c[2] for c in changes))
        about = {c[0][1] for c in changes if c[0][0] == "issue"}
        about |= {f.area for f in case.inspection.findings for c in changes if c[0] == ("withdraw", f.id)}
        after = run(inspection, case.framework, evaluator)
        for area, grade in _grades(after, case.book).items():
            if about <= {area}:  # findings on other areas are outside the space
                least[area, grade] = min(cost, least.get((area, grade), cost))
    return least


def _check(case, most=2, readings=(False, True)):
    least = _least_by_hand(case, most)
    grades = case.book.grade_scale.names
    for area in case.framework.areas_in(case.inspection.inspection.edition):
        for rank, grade in enumerate(grades):
            for exactly in readings:
                enough = (grade,) if exactly else grades[rank:]
                answer = smallest_change(case.loaded, area.id, grade, exactly=exactly)
                brute = min((least[area.id, g] for g in enough if (area.id, g) in least), default=None)
                if brute is not None:
                    assert answer.result in ("found", "already")
                    assert answer.cost <= brute
                for each in answer.answers:
                    assert each.grade in enough
                    assert answer.cost == sum(c.cost for c in each.changes)
                    if len(each.changes) <= most:
                        assert brute == answer.cost


@pytest.mark.slow
@given(data=st.data())
def test_no_one_or_two_changes_are_smaller_under_any_rules(data, random_cases):
    _check(data.draw(random_cases(max_items=4)))


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_no_one_or_two_changes_are_smaller_under_the_shipped_rules(data, shipped_cases):
    _check(data.draw(shipped_cases(max_items=4)))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_one_or_two_changes_are_smaller_in_many_cases(data, random_cases):
    _check(data.draw(random_cases(max_items=5)))


@settings(max_examples=FEW)
@given(data=st.data())
def test_no_single_change_is_smaller_under_the_shipped_rules(data, shipped_cases):
    _check(data.draw(shipped_cases(max_items=5)), most=1, readings=(data.draw(st.booleans()),))


@settings(max_examples=FEW)
@given(data=st.data())
def test_an_answer_applied_gives_the_grade_and_moves_what_it_says(data, shipped_cases):
    case = data.draw(shipped_cases(max_items=8))
    before = {a.area: (a.outcome, a.grade) for a in case.proposal.areas}
    for area in before:
        for grade in case.book.grade_scale.names:
            exactly = data.draw(st.booleans())
            for each in smallest_change(case.loaded, area, grade, exactly=exactly).answers:
                changes = [*_made(each), *_issued(each, area)]
                loaded = replace(case, inspection=_changed(case.inspection, *changes)).loaded
                proposal = loaded.proposal
                assert ("graded", each.grade) == (proposal.area(area).outcome, proposal.area(area).grade)
                ranks = case.book.grade_scale.ranks
                assert each.grade == grade if exactly else ranks[each.grade] >= ranks[grade]
                after = {a.area: (a.outcome, a.grade) for a in proposal.areas}
                moved = {m.area: (m.outcome_after, m.grade_after) for m in each.moves}
                assert moved == {a: after[a] for a in after if a != area and after[a] != before[a]}
                # What stood in the way of the grade stands there no longer.
                assert [] == why_not(loaded, area, grade).barriers


# No more than is needed -----------------------------------------------------------------------------------


def _weaker(change):
    """The same changes with one added item weaker: nearer the middle of the scale, or described."""
    order = ("partly_meets", "meets", "exceeds")
    for at, one in enumerate(change):
        if "add" not in one:
            continue
        ((characteristic, assessment, basis),) = one["add"]
        lower = order[: order.index(assessment)] if assessment in order else ()
        for weaker in [(characteristic, name, basis) for name in lower] + (
            [(characteristic, assessment, "interview")] if basis == "observation" else []
        ):
            yield [*change[:at], {"add": [weaker]}, *change[at + 1 :]]


@settings(max_examples=FEW)
@given(data=st.data())
def test_the_first_answer_asks_for_no_stronger_item_than_is_needed(data, shipped_cases):
    case = data.draw(shipped_cases(max_items=6))
    ranks = case.book.grade_scale.ranks
    for area in case.framework.areas_in(case.inspection.inspection.edition):
        for grade in case.book.grade_scale.names:
            for each in smallest_change(case.loaded, area.id, grade).answers[:1]:
                for weaker in _weaker(list(_made(each))):
                    passed = replace(case, inspection=_changed(case.inspection, *weaker)).loaded.trace
                    given = _grades(passed, case.book).get(area.id)
                    assert given is None or ranks[given] < ranks[grade]


def _items(*found):
    """Items on characteristics of responding: (characteristic, assessment, basis)."""
    return [
        {
            "id": f"E{n}",
            "characteristics": [c],
            "assessment": a,
            "statement": "s",
            "basis": b,
            "source": "report",
        }
        for n, (c, a, b) in enumerate(found)
    ]


def test_an_item_that_meets_is_asked_for_where_that_is_enough(example):
    ids = [c.id for c in example.framework.framework.area("responding").characteristics]
    evidence = _items(*((c, "meets", "data") for c in ids[:3]), (ids[3], "falls_short", "data"))
    answer = api.smallest_change(_with(example, evidence=evidence), "responding", "good")
    assert {("evidence_added", "meets", "interview")} == {
        (c.kind, c.after, c.basis) for a in answer.answers for c in a.changes
    } or answer.cost < 3


def test_a_better_grade_is_an_answer_unless_exactly_one_is_asked_for(example):
    better = api.smallest_change(example, "responding", "adequate")
    assert ("already", 0, []) == (better.result, better.cost, better.answers)
    assert better.summary.endswith("nothing, good is better (for adequate itself add --exactly)")
    exact = api.smallest_change(example, "responding", "adequate", exactly=True)
    assert ("found", True, {"adequate"}) == (exact.result, exact.exactly, {a.grade for a in exact.answers})


def test_a_nearer_better_grade_is_given_in_place_of_the_one_asked_for(example):
    """A rule book in which one step leaps over a grade."""
    rules = [r for r in example.book.rules if r.id not in ("good.substantially-all", "adequate.some")]
    good = next(r for r in example.book.rules if r.id == "good.substantially-all")
    adequate = replace(good, id="adequate.never", target="adequate", condition=All((good.condition, NEVER)))
    book = replace(example.book, rules=(*rules, good, adequate))
    loaded = LoadedInspection(Session(example.framework, book), example.file)
    answer = api.smallest_change(loaded, "offenders", "adequate")
    assert ("found", {"good"}, False) == (answer.result, {a.grade for a in answer.answers}, answer.exactly)
    assert answer.cost < (api.smallest_change(loaded, "offenders", "adequate", exactly=True).cost or 99)


def test_a_finding_of_any_kind_that_a_rule_counts_may_be_withdrawn(example):
    where = (Test("kind", Op.EQUALS, (Const(PEEL.kinds.rank("area_for_improvement")),)),
             Test("origin", Op.EQUALS, (Const(ORIGIN.rank("declared")),)))  # fmt: skip
    fact = Fact("afis", Layer.GRADE, Level.AREA, Kind.COUNT, Better.FEWER, "afis", Count("findings", where))
    test = Compare("afis", Op.AT_LEAST, (Const(1),))
    limit = Rule("held", Layer.GRADE, Level.AREA, Effect.LIMITS, "adequate", test, "held", "made")
    book = replace(
        example.book, facts={**example.book.facts, "afis": fact}, rules=(*example.book.rules, limit)
    )
    finding = {"id": "F1", "kind": "area_for_improvement", "area": "responding", "statement": "calls wait"}
    loaded = replace(_with(example, findings=[finding]), session=Session(example.framework, book))
    (answer,) = api.smallest_change(loaded, "responding", "good").answers
    (change,) = answer.changes
    assert ("finding_withdrawn", "F1", "area_for_improvement", 5) == (
        change.kind, change.finding, change.finding_kind, change.cost,
    )  # fmt: skip
    assert "if the area for improvement F1 had not been issued" == change.text


def test_what_was_set_otherwise_is_said(example):
    answer = api.smallest_change(example, "responding", "good", settings={"some": "35%"})
    assert {"some": 350} == answer.overrides


# The published inspection ---------------------------------------------------------------------------------


def test_one_assessment_short_is_said_in_an_inspectors_words(example):
    answer = api.smallest_change(example, "offenders", "good")
    (change,) = answer.answers[0].changes
    assert ("found", 1) == (answer.result, answer.cost)
    text = example.framework.framework.characteristic(change.characteristics[0]).text
    assert (
        f"if “{text}” had been found to meet what good looks like ({change.evidence}: partly meets to meets)"
        == change.text
    )


def test_up_to_three_different_answers_of_one_cost_are_given(example):
    answer = api.smallest_change(example, "responding", "outstanding")
    assert 3 == len({tuple(c.text for c in a.changes) for a in answer.answers})
    assert {answer.cost} == {sum(c.cost for c in a.changes) for a in answer.answers}


@pytest.mark.parametrize(
    ("area", "asked", "result", "said"),
    [
        (
            "victims",
            "good",
            "none",
            "edition 2022-03 of the framework gives this area no grade, whatever is found",
        ),
        ("responding", "good", "already", "nothing, it is proposed so already"),
    ],
)
def test_where_no_change_is_needed_or_possible_it_says_so(example, area, asked, result, said):
    answer = api.smallest_change(example, area, asked)
    assert (result, []) == (answer.result, answer.answers)
    assert answer.summary.endswith(said)


def _with(example, **changed):
    data = example.inspection.model_dump(mode="json")
    data["inspection"] |= changed.pop("head", {})
    inspection = type(example.inspection).model_validate(data | changed)
    return replace(example, file=replace(example.file, inspection=inspection))


def test_an_area_not_inspected_has_no_answer(example):
    answer = api.smallest_change(_with(example, head={"not_inspected": ["strategy"]}), "strategy", "good")
    assert ("none", "not_inspected") == (answer.result, answer.outcome)


def test_an_area_without_evidence_is_graded_once_enough_is_found(example):
    answer = api.smallest_change(_with(example, evidence=[]), "responding", "good")
    assert ("withheld", "found", {"evidence_added"}) == (
        answer.outcome,
        answer.result,
        {c.kind for a in answer.answers for c in a.changes},
    )


def test_a_declared_concern_is_withdrawn_where_that_is_least(example):
    concern = {"id": "F1", "kind": "cause_of_concern", "area": "responding", "statement": "calls are lost"}
    answer = api.smallest_change(_with(example, findings=[concern]), "responding", "good")
    (only,) = answer.answers
    assert ["if the cause of concern F1 had not been issued"] == [c.text for c in only.changes]


def test_a_grade_no_rule_gives_is_proved_out_of_reach(example):
    book = replace(
        example.book, rules=tuple(r for r in example.book.rules if r.id != "inadequate.open-concern")
    )
    answer = api.smallest_change(
        replace(example, session=Session(example.framework, book)), "responding", "inadequate", exactly=True
    )
    assert "none" == answer.result


def test_giving_up_is_said_with_what_was_ruled_out(example, monkeypatch):
    monkeypatch.setattr(search, "MOST_STATES", 3_000)
    answer = api.smallest_change(example, "offenders", "outstanding")
    assert ("gave_up", None, []) == (answer.result, answer.cost, answer.answers)
    assert "the search gave up: there are too many possibilities" in answer.summary
    assert 1 <= answer.ruled_out < 9


def test_an_unknown_grade_is_answered_with_the_nearest(example):
    with pytest.raises(UnknownNameError) as caught:
        api.smallest_change(example, "responding", "oustanding")
    assert "did you mean 'outstanding'?" == caught.value.help


# The command ----------------------------------------------------------------------------------------------


def test_the_command_says_what_would_have_had_to_be_found(example_path, capfd):
    from grader.cli.app import run as grader

    assert 0 == grader(["explain", str(example_path), "offenders", "--to", "good"])
    assert "What would have had to be found for good" in capfd.readouterr().out
    assert 0 == grader(["explain", str(example_path), "offenders", "--to", "good", "--json"])
    answer = json.loads(capfd.readouterr().out)
    assert ("grader.smallest_change/1", "found", 1) == (answer["schema"], answer["result"], answer["cost"])


def test_both_questions_at_once_are_answered_one_object_a_line(example_path, capfd):
    from grader.cli.app import run as grader

    asked = ["explain", str(example_path), "offenders", "--why-not", "good", "--to", "good", "--json"]
    assert 0 == grader(asked)
    lines = capfd.readouterr().out.splitlines()
    assert ["grader.why_not/1", "grader.smallest_change/1"] == [json.loads(x)["schema"] for x in lines]
