"""Promise 3: what makes the record better never lowers a grade, what makes it worse never raises one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.testing.changes import STEPS, changes
from grader.testing.strategies import inspections

PROMISED = {
    "a": ("raise_assessment",),
    "b": ("add_exceeds",),
    "c": ("add_falls_short",),
    "d": ("add_concern", "worsen_progress"),
    "e": ("widen_extent", "worsen_harm", "unset_remedied"),
}

#: What the directions of facts guarantee by themselves: the items stay the same ones. An added item may
#: enlarge the whole of a share, or be the first on a characteristic, which only a proof over a rule book
#: can answer for.
GUARANTEED = (
    "raise_assessment",
    "add_concern",
    "worsen_progress",
    "widen_extent",
    "worsen_harm",
    "unset_remedied",
)


def check(case, change, before, after):
    """No area graded before and after moves the wrong way."""
    for area, was in before.areas.items():
        now = after.areas[area]
        if was.decision is None or now.decision is None:
            continue
        moved = now.decision.rank - was.decision.rank
        wrong = moved < 0 if change.never == "lowers" else moved > 0
        assert not wrong, f"{change.step} ({change.what}) moves {area} by {moved}: {case}"


def check_every(case, steps, concluded, most=40):
    before = concluded(case)
    found = list(changes(case.inspection, case.framework, *steps))
    for change in found[:: 1 + len(found) // most]:
        check(case, change, before, concluded(replace(case, inspection=change.apply())))


@pytest.mark.parametrize("letter", PROMISED)
@given(data=st.data())
def test_shipped_rules_are_monotone(letter, data, shipped_cases, concluded):
    check_every(data.draw(shipped_cases()), PROMISED[letter], concluded, most=15)


def test_every_step_is_promised():
    assert sorted(STEPS) == sorted(step for steps in PROMISED.values() for step in steps)


@given(data=st.data())
def test_rules_that_use_facts_in_their_true_direction_are_monotone(data, random_cases, concluded):
    case = data.draw(random_cases(monotone=True))
    check_every(case, GUARANTEED, concluded)


@given(data=st.data())
def test_a_higher_figure_never_lowers_a_grade(data, shipped, shipped_cases, concluded):
    framework = shipped.only("victims", "recording")
    drawn = inspections(
        framework, "2022-03", measures=shipped.book.measures, areas=["recording"], max_items=10
    )
    case = replace(data.draw(shipped_cases()), framework=framework, inspection=data.draw(drawn))
    figures = [i for i, e in enumerate(case.inspection.evidence) if e.measure and e.assessment is None]
    assume(figures)
    before = concluded(case)
    for at in figures:
        items = list(case.inspection.evidence)
        figure = items[at].measure
        higher = data.draw(st.floats(figure.value, 100))
        items[at] = items[at].model_copy(update={"measure": figure.model_copy(update={"value": higher})})
        after = concluded(replace(case, inspection=case.inspection.model_copy(update={"evidence": items})))
        assert set(before.areas) == set(after.areas)
        for area, concluded_before in before.areas.items():
            was, now = concluded_before.decision, after.areas[area].decision
            assert was is None or now is None or was.rank <= now.rank


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(data=st.data())
def test_shipped_rules_are_monotone_at_length(data, shipped_cases, concluded):
    check_every(data.draw(shipped_cases()), tuple(STEPS), concluded, most=80)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(data=st.data())
def test_rules_that_use_facts_in_their_true_direction_are_monotone_at_length(data, random_cases, concluded):
    check_every(data.draw(random_cases(monotone=True)), GUARANTEED, concluded)
