"""What would have had to be found: it gives the grade, and by brute force nothing smaller does."""

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
from grader.explain import search
from grader.explain.smallest_change import smallest_change
from grader.explain.why_not import why_not
from grader.grading.conclude import LayerEvaluator
from grader.grading.run import propose, run
from grader.language.bind import bind
from grader.model.inspection import Declared, Evidence

SCALE = ("falls_short", "partly_meets", "meets", "exceeds")


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
        yield ("issue", a.id), 5, {"issue": [a.id]}
    for f in case.inspection.findings:
        if f.kind == "cause_of_concern":
            yield ("withdraw", f.id), 5, {"withdraw": [f.id]}


def _changed(inspection, *changes):
    evidence = list(inspection.evidence)
    findings = list(inspection.findings)
    for change in changes:
        for name, assessment in change.get("assess", {}).items():
            at = next(i for i, e in enumerate(evidence) if e.id == name)
            evidence[at] = evidence[at].model_copy(update={"assessment": assessment})
        for characteristic, assessment in change.get("add", ()):
            evidence.append(
                Evidence(
                    id=f"new{len(evidence)}",
                    characteristics=[characteristic],
                    assessment=assessment,
                    statement="new",
                    basis="observation",
                    source="report",
                )
            )
        for area in change.get("issue", ()):
            name = f"new-finding{len(findings)}"
            findings.append(Declared(id=name, kind="cause_of_concern", area=area, statement="new"))
        findings = [f for f in findings if f.id not in change.get("withdraw", ())]
    return inspection.model_copy(update={"evidence": evidence, "findings": findings})


def _made(answer):
    """The changes of an answer, in the form above."""
    for change in answer.changes:
        match change.kind:
            case "assessment":
                yield {"assess": {change.evidence: change.after}}
            case "evidence_added":
                yield {"add": [(change.characteristics[0], change.after)]}
            case "finding_withdrawn":
                yield {"withdraw": [change.finding]}


def _grades(passed, book):
    named = book.grade_scale.name_of
    return {a: named(c.decision.rank) for a, c in passed.areas.items() if c.decision is not None}


def _issued(answer, area):
    return [{"issue": [area]} for c in answer.changes if c.kind == "finding_added"]


def _least_by_hand(case, most):
    """For each area and grade, the least cost of so many changes at most that give it."""
    evaluator = LayerEvaluator(bind(case.book), ReferenceEngine(bind(case.book)))
    passed = run(case.inputs, evaluator)
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
        after = run(replace(case.inputs, inspection=inspection), evaluator)
        for area, grade in _grades(after, case.book).items():
            if about <= {area}:  # findings on other areas are outside the space
                least[area, grade] = min(cost, least.get((area, grade), cost))
    return least


def _check(case, most=2):
    least = _least_by_hand(case, most)
    for area in case.framework.areas_in(case.inspection.inspection.edition):
        for grade in case.book.grade_scale.names:
            answer = smallest_change(case.inputs, area.id, grade)
            brute = least.get((area.id, grade))
            if brute is not None:
                assert answer.result in ("found", "already")
                assert answer.cost <= brute
            for each in answer.answers:
                assert answer.cost == sum(c.cost for c in each.changes)
                if len(each.changes) <= most:
                    assert brute == answer.cost


@settings(max_examples=15, deadline=None)
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


@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_no_single_change_is_smaller_under_the_shipped_rules(data, shipped_cases):
    _check(data.draw(shipped_cases(max_items=6)), most=1)


@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_an_answer_applied_gives_the_grade_and_moves_what_it_says(data, shipped_cases):
    case = data.draw(shipped_cases(max_items=8))
    before = {a.area: (a.outcome, a.grade) for a in case.proposal.areas}
    for area in before:
        for grade in case.book.grade_scale.names:
            for each in smallest_change(case.inputs, area, grade).answers:
                changes = [*_made(each), *_issued(each, area)]
                inputs = replace(case.inputs, inspection=_changed(case.inspection, *changes))
                proposal = propose(inputs, ReferenceEngine(bind(case.book)))
                assert ("graded", grade) == (proposal.area(area).outcome, proposal.area(area).grade)
                after = {a.area: (a.outcome, a.grade) for a in proposal.areas}
                moved = {m.area: (m.outcome_after, m.grade_after) for m in each.moves}
                assert moved == {a: after[a] for a in after if a != area and after[a] != before[a]}
                # What stood in the way of the grade stands there no longer.
                assert [] == why_not(inputs, proposal, area, grade).barriers


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
        ("victims", "good", "none", "edition 2022-03 gives this area no grade, whatever is found"),
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
    answer = api.smallest_change(replace(example, book=book), "responding", "inadequate")
    assert "none" == answer.result


def test_giving_up_is_said_with_what_was_ruled_out(example, monkeypatch):
    monkeypatch.setattr(search, "MOST_STATES", 3_000)
    answer = api.smallest_change(example, "offenders", "outstanding")
    assert ("gave_up", None, []) == (answer.result, answer.cost, answer.answers)
    assert "the search gave up: there are too many possibilities" in answer.summary
    assert 1 <= answer.ruled_out < 9


def test_an_unknown_grade_is_answered_with_the_nearest(example):
    with pytest.raises(UnknownNameError) as caught:
        api.smallest_change(example, "responding", "outstandin")
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
