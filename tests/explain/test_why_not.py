"""Why an area is not graded so: every condition in the way, and never an empty answer."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import api
from grader.engines.reference import ReferenceEngine, compare, satisfies
from grader.errors import UnknownNameError
from grader.explanations.why_not import missed, why_not
from grader.grading.conclude import LayerEvaluator
from grader.grading.run import run
from grader.language.bind import bind
from grader.language.nodes import (
    All,
    Any_,
    AnyOf,
    Best,
    Better,
    Compare,
    Const,
    Count,
    Effect,
    FactOf,
    Kind,
    Level,
    Lowest,
    Not,
    Op,
    Share,
    Test,
)
from grader.language.rulebook import Fact, Layer, Rule
from grader.language.typecheck import comparisons
from grader.session import Session
from grader.vocabulary.peel import PEEL, STATUSES

GRADES = ("outstanding", "good", "adequate", "requires_improvement", "inadequate")


# The published inspection ---------------------------------------------------------------------------------


def test_a_missing_share_is_said_with_the_number_seen_and_the_number_needed(example):
    answer = api.why_not(example, "workforce", "good")
    (good, *_) = answer.barriers
    (condition,) = good.conditions
    assert ("good.substantially-all", True) == (good.rule, good.needed)
    assert (
        "share of assessed characteristics demonstrated or better: 77.8 %, where at least 80 %"
        " (substantially_all, assumed) is needed" == condition.text
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
            "Providing a service to the victims of crime: not good nor any other grade: edition 2022-03 of"
            " the framework gives this area no grade; what was found on it counts in the areas it informs",
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
    said = "not inspected, as the inspection says, so no grade is proposed"
    assert f"Responding to the public: not good nor any other grade: {said}" == summary


def test_a_withheld_area_says_what_withholds_it(example):
    answer = api.why_not(_without(example, evidence=[]), "responding", "good")
    assert ("withheld", ["thin"]) == (answer.outcome, [b.rule for b in answer.barriers])
    assert (
        "share of the characteristics with findings of their own: 0 %, where at least 20 % (minimum_coverage,"
        " assumed) is needed" == (answer.barriers[0].conditions[0].text)
    )


def test_an_unknown_grade_is_answered_with_the_nearest(example):
    with pytest.raises(UnknownNameError) as caught:
        api.why_not(example, "responding", "oustanding")
    assert "did you mean 'outstanding'?" == caught.value.help


def test_an_unknown_area_is_answered_with_the_nearest(example):
    with pytest.raises(UnknownNameError) as caught:
        api.why_not(example, "respondign", "good")
    assert "did you mean 'responding'?" == caught.value.help


# Evidence that bears on the condition ----------------------------------------------------------------------


def _asked(example, definition, op, value, *, better=Better.MORE, wanted=True, kind=Kind.COUNT, scale=None):
    """The one condition in the way of `good` in responding where one made rule alone speaks of it."""
    fact = Fact("made", Layer.GRADE, Level.AREA, kind, better, "made", definition, scale)
    test = Compare("made", op, (Const(value),))
    effect, target = (Effect.REACHES, "good") if wanted else (Effect.LIMITS, "adequate")
    rules = [Rule("made", Layer.GRADE, Level.AREA, effect, target, test, "made", "made")]
    if not wanted:
        everywhere = Compare("made", Op.AT_LEAST, (Const(0),))
        rules.append(Rule("up", Layer.GRADE, Level.AREA, Effect.REACHES, "good", everywhere, "made", "made"))
    kept = tuple(r for r in example.book.rules if r.layer is not Layer.GRADE)
    book = replace(example.book, facts={**example.book.facts, "made": fact}, rules=(*kept, *rules))
    loaded = replace(example, session=Session(example.framework, book, None, "reference"))
    (barrier,) = api.why_not(loaded, "responding", "good").barriers
    (condition,) = barrier.conditions
    return condition


@pytest.fixture
def on(example):
    """Ids of the evidence that counts on characteristics of responding, and their statuses."""
    why = api.explain(example, "responding", engine="reference")
    return {c.id: (c.status, sorted(e.id for e in (*c.evidence_for, *c.evidence_against)))
            for c in why.characteristics}  # fmt: skip


def _rank(status):
    return STATUSES.rank(status)


def _all(on, keep):
    return sorted({e for status, items in on.values() if keep(_rank(status)) for e in items})


def test_a_named_status_is_explained_by_that_characteristic_alone(example, on):
    named = FactOf("responding.1a")
    found = _asked(example, named, Op.AT_LEAST, _rank("exceeded"), kind=Kind.SCALE, scale=STATUSES)
    assert (["responding.1a"], on["responding.1a"][1]) == (found.characteristics, found.evidence)
    held = _asked(example, named, Op.AT_LEAST, 1, kind=Kind.SCALE, scale=STATUSES, wanted=False)
    assert (["responding.1a"], on["responding.1a"][1]) == (held.characteristics, held.evidence)


def test_a_named_status_in_another_area_has_no_evidence_here(example):
    found = _asked(example, FactOf("recording.1a"), Op.AT_LEAST, 3, kind=Kind.SCALE, scale=STATUSES)
    assert (["recording.1a"], []) == (found.characteristics, found.evidence)


DEMONSTRATED = (Test("status", Op.AT_LEAST, (Const(3),)),)
SHORT = (Test("status", Op.AT_MOST, (Const(2),)),)


@pytest.mark.parametrize("kind", [Count, AnyOf])
def test_a_count_that_is_too_low_is_explained_by_what_it_does_not_count(example, on, kind):
    found = _asked(example, kind("characteristics", DEMONSTRATED), Op.AT_LEAST, 99)
    assert _all(on, lambda rank: rank < 3) == found.evidence
    assert sorted(c for c, (status, _) in on.items() if _rank(status) < 3) == found.characteristics


@pytest.mark.parametrize("kind", [Count, AnyOf])
def test_a_count_that_is_too_high_is_explained_by_what_it_counts(example, on, kind):
    found = _asked(example, kind("characteristics", SHORT), Op.AT_MOST, 0, better=Better.FEWER)
    assert _all(on, lambda rank: rank <= 2) == found.evidence != []


def test_a_lowest_is_explained_by_what_is_lowest(example, on):
    assessed = (Test("status", Op.AT_LEAST, (Const(1),)),)
    lowest = Lowest("characteristics", "status", assessed)
    found = _asked(example, lowest, Op.AT_LEAST, 4, kind=Kind.SCALE, scale=STATUSES)
    least = min(_rank(status) for status, _ in on.values() if _rank(status))
    assert _all(on, lambda rank: rank == least) == found.evidence != []


def test_a_best_is_explained_by_everything_it_looks_at_or_by_what_is_best(example, on):
    best = Best("characteristics", "status", SHORT)
    found = _asked(example, best, Op.AT_LEAST, 4, kind=Kind.SCALE, scale=STATUSES)
    assert _all(on, lambda rank: rank <= 2) == found.evidence
    top = _asked(example, Best("characteristics", "status"), Op.AT_LEAST, 1, kind=Kind.SCALE, scale=STATUSES,
                 wanted=False)  # fmt: skip
    most = max(_rank(status) for status, _ in on.values())
    assert _all(on, lambda rank: rank == most) == top.evidence


def test_a_share_is_explained_by_what_is_in_its_whole_and_not_in_its_part(example, on):
    share = Share("exceeded", "demonstrated")
    found = _asked(example, share, Op.AT_LEAST, 1000, kind=Kind.SHARE)
    assert _all(on, lambda rank: rank == 3) == found.evidence != []


def test_findings_that_are_counted_are_named_and_no_others(example):
    kinds = {f.id: f.kind for f in api.grade(example, engine="reference").area("responding").findings}
    kind = (Test("kind", Op.EQUALS, (Const(PEEL.kinds.rank("area_for_improvement")),)),)
    too_many = _asked(example, Count("findings", kind), Op.AT_MOST, 0, better=Better.FEWER)
    assert sorted(f for f, k in kinds.items() if k == "area_for_improvement") == too_many.findings != []
    too_few = _asked(example, Count("findings", kind), Op.AT_LEAST, 99)
    assert ([], []) == (too_few.findings, too_few.evidence)


# For every inspection -------------------------------------------------------------------------------------


def _check(case):
    proposal = case.proposal
    facts = {a.area: a.profile for a in proposal.areas}
    rules = {r.id: r for r in bind(case.book).rules}
    for area in proposal.areas:
        for asked in case.book.grade_scale.names:
            answer = why_not(case.loaded, area.area, asked)
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


@given(data=st.data())
def test_no_answer_is_empty_under_the_shipped_rules(data, shipped_cases):
    _check(data.draw(shipped_cases()))


@given(data=st.data())
def test_no_answer_is_empty_under_any_rules(data, random_cases):
    _check(data.draw(random_cases()))


def _facts(case, kept=None):
    """Facts on each characteristic, with all evidence or with this alone."""
    inspection = case.inspection
    if kept is not None:
        left = [e for e in inspection.evidence if e.id in kept]
        inspection = inspection.model_copy(update={"evidence": left})
    bound = bind(case.book)
    passed = run(inspection, case.framework, LayerEvaluator(bound, ReferenceEngine(bound)))
    return {c.id: c for cases in passed.characteristics.values() for c in cases}


def _bears(case):
    """Every condition names what its fact looks at, and the evidence on that alone."""
    proposal, facts, now = case.proposal, bind(case.book).facts, _facts(case)
    for area in proposal.areas:
        own = {c.id for c in area.characteristics}
        for asked in case.book.grade_scale.names:
            for barrier in why_not(case.loaded, area.area, asked).barriers:
                for named in barrier.conditions:
                    definition = facts[named.fact].definition
                    on = {i.id for c in named.characteristics if c in now for i in now[c].items}
                    if facts[named.fact].entity not in ("findings", "earlier"):
                        assert set(named.evidence) <= on
                    if isinstance(definition, FactOf):
                        name = definition.characteristic
                        assert [name] == named.characteristics
                        after = _facts(case, set(named.evidence))
                        if name in own:
                            assert now[name].status.rank == after[name].status.rank == named.seen
                    if isinstance(definition, Count | AnyOf) and definition.entity == "characteristics":
                        counted = {satisfies(now[c].facts, definition.where) for c in named.characteristics}
                        assert len(counted) < 2
                        if counted == {True}:
                            after = _facts(case, set(named.evidence))
                            kept = [satisfies(after[c].facts, definition.where)
                                    for c in named.characteristics]  # fmt: skip
                            assert all(kept)


@given(data=st.data())
def test_what_is_named_bears_on_the_condition_under_any_rules(data, random_cases):
    _bears(data.draw(random_cases(max_items=5)))


@given(data=st.data())
def test_what_is_named_bears_on_the_condition_under_the_shipped_rules(data, shipped_cases):
    _bears(data.draw(shipped_cases()))


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

    named = list(missed(condition, before, wanted))
    assert not any(met(f, before) for f in named)
    gone = {f for f in named if met(f, after)}
    assert set() == gone & set(missed(condition, after, wanted))


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
