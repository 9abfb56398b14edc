"""Why an area is not graded so: every condition in the way, and never an empty answer."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import api
from grader.engines.reference import compare
from grader.errors import UnknownNameError
from grader.explanations.why_not import missed, why_not
from grader.language.bind import bind
from grader.language.nodes import All, Any_, Compare, Const, Not, Op
from grader.language.typecheck import comparisons

GRADES = ("outstanding", "good", "adequate", "requires_improvement", "inadequate")


# The published inspection ---------------------------------------------------------------------------------


def test_a_missing_share_is_said_with_the_number_seen_and_the_number_needed(example):
    answer = api.why_not(example, "workforce", "good")
    (good, *_) = answer.barriers
    (condition,) = good.conditions
    assert ("good.substantially-all", True) == (good.rule, good.needed)
    assert (
        "share of assessed characteristics demonstrated or better: 77.7 %, where at least 80 %"
        " (substantially_all) is needed" == condition.text
    )


def test_evidence_behind_a_condition_is_that_of_characteristics_that_lack(example):
    answer = api.why_not(example, "workforce", "good")
    proposal = api.grade(example, engine="reference")
    lacking = {
        c.id
        for c in proposal.area("workforce").characteristics
        if c.status in ("not_assessed", "not_demonstrated", "partly_demonstrated")
    }
    condition = answer.barriers[0].conditions[0]
    assert set() == set(condition.characteristics) - lacking
    assert set(condition.evidence) <= {c.id for c in answer.evidence}


def test_an_open_concern_is_named_as_what_held_the_grade_down(example):
    concern = {
        "id": "F1",
        "kind": "cause_of_concern",
        "area": "responding",
        "statement": "calls are lost",
        "recommendations": ["answer them"],
    }
    data = example.inspection.model_dump(mode="json") | {"findings": [concern]}
    inspection = type(example.inspection).model_validate(data)
    loaded = replace(example, file=replace(example.file, inspection=inspection))
    answer = api.why_not(loaded, "responding", "adequate")
    (held,) = answer.barriers
    assert ("inadequate.open-concern", False) == (held.rule, held.needed)
    assert ["F1"] == held.conditions[0].findings
    assert "open causes of concern: 1, where fewer than 1 is needed" == held.conditions[0].text


@pytest.mark.parametrize(
    ("area", "asked", "said"),
    [
        ("responding", "good", "Responding to the public: proposed good already"),
        ("responding", "adequate", "Responding to the public: proposed good, which is better than adequate"),
        (
            "victims",
            "good",
            "Providing a service to the victims of crime: edition 2022-03 gives this area no grade,"
            " good or other",
        ),
    ],
)
def test_where_nothing_stands_in_the_way_it_says_why(example, area, asked, said):
    assert said == api.why_not(example, area, asked).summary


def test_a_grade_worse_than_the_proposed_one_is_answered_by_what_keeps_it_up(example):
    answer = api.why_not(example, "responding", "inadequate")
    assert ["good.substantially-all", "inadequate.open-concern"] == [r.rule for r in answer.kept_up]


def _without(example, **changed):
    data = example.inspection.model_dump(mode="json")
    data["inspection"] |= changed.pop("head", {})
    inspection = type(example.inspection).model_validate(data | changed)
    return replace(example, file=replace(example.file, inspection=inspection))


def test_an_area_not_inspected_says_so(example):
    loaded = _without(example, head={"not_inspected": ["responding"]})
    summary = api.why_not(loaded, "responding", "good").summary
    assert "Responding to the public: not inspected, so no grade is proposed, good or other" == summary


def test_a_withheld_area_says_what_withholds_it(example):
    answer = api.why_not(_without(example, evidence=[]), "responding", "good")
    assert ("withheld", ["thin"]) == (answer.outcome, [b.rule for b in answer.barriers])
    assert "share of the characteristics assessed: 0 %, where at least 20 % (minimum_coverage) is needed" == (
        answer.barriers[0].conditions[0].text
    )


def test_an_unknown_grade_is_answered_with_the_nearest(example):
    with pytest.raises(UnknownNameError) as caught:
        api.why_not(example, "responding", "outstandin")
    assert "did you mean 'outstanding'?" == caught.value.help


def test_an_unknown_area_is_answered_with_the_nearest(example):
    with pytest.raises(UnknownNameError) as caught:
        api.why_not(example, "respondin", "good")
    assert "did you mean 'responding'?" == caught.value.help


# For every inspection -------------------------------------------------------------------------------------


def _check(case):
    proposal = case.proposal
    facts = {a.area: a.profile for a in proposal.areas}
    rules = {r.id: r for r in bind(case.book).rules}
    for area in proposal.areas:
        for asked in case.book.grade_scale.names:
            answer = why_not(case.inputs, proposal, area.area, asked)
            assert answer.summary
            if area.outcome == "graded":
                scale = case.book.grade_scale
                assert answer.met == (scale.rank(area.grade) >= scale.rank(asked))
            open_ = area.outcome in ("graded", "withheld") and not answer.met
            assert open_ == bool(answer.barriers)
            assert {e for b in answer.barriers for m in b.conditions for e in m.evidence} <= {
                c.id for c in answer.evidence
            }
            for barrier in answer.barriers:
                assert barrier.conditions or barrier.rule is None or not _has_tests(rules[barrier.rule])
                assert all(facts[area.area][m.fact] == m.seen for m in barrier.conditions)


def _has_tests(rule):
    return any(True for _ in comparisons(rule.condition))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_answer_is_empty_under_the_shipped_rules(data, shipped_cases):
    _check(data.draw(shipped_cases()))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_answer_is_empty_under_any_rules(data, random_cases):
    _check(data.draw(random_cases()))


# Conditions -----------------------------------------------------------------------------------------------

FACTS = ("a", "b", "c")
_compare = st.builds(
    Compare, st.sampled_from(FACTS), st.sampled_from(Op), st.tuples(st.integers(0, 3).map(Const))
)
conditions = st.recursive(
    _compare,
    lambda parts: st.one_of(
        st.lists(parts, max_size=3).map(lambda p: All(tuple(p))),
        st.lists(parts, max_size=3).map(lambda p: Any_(tuple(p))),
        parts.map(Not),
    ),
    max_leaves=6,
)
facts = st.fixed_dictionaries({name: st.integers(0, 3) for name in FACTS})


@given(condition=conditions, before=facts, after=facts, wanted=st.booleans())
def test_a_condition_once_met_is_gone_from_the_answer(condition, before, after, wanted):
    def met(failing, seen):
        comparison = failing.comparison
        return compare(seen[comparison.fact], comparison.op, comparison.operands) is failing.wanted

    named = list(missed(condition, condition, before, wanted))
    assert not any(met(f, before) for f in named)
    gone = {f for f in named if met(f, after)}
    assert set() == gone & set(missed(condition, condition, after, wanted))


# The command ----------------------------------------------------------------------------------------------


def test_the_command_prints_the_answer_for_a_person_and_as_json(example_path, capfd):
    from grader.cli.app import run

    assert 0 == run(["explain", str(example_path), "workforce", "--why-not", "good"])
    assert "What was missing: one of these is enough" in capfd.readouterr().out
    assert 0 == run(["explain", str(example_path), "workforce", "--why-not", "good", "--json"])
    answer = json.loads(capfd.readouterr().out)
    assert ("grader.why_not/1", "workforce", "good", False) == (
        answer["schema"],
        answer["area"],
        answer["asked"],
        answer["met"],
    )


def test_the_command_refuses_an_unknown_grade(example_path, capfd):
    from grader.cli.app import run

    assert 2 == run(["explain", str(example_path), "workforce", "--why-not", "god"])
    assert "error: unknown grade 'god'\n  help: did you mean 'good'?\n" == capfd.readouterr().err
