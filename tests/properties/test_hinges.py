"""Promise 8: a hinge is an item whose removal changes grade or outcome, and a step leads where it says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

UP = {"falls_short": "partly_meets", "partly_meets": "meets", "meets": "exceeds"}
DOWN = {better: worse for worse, better in UP.items()}


def outcomes(passed, book):
    return {
        name: (area.outcome, area.decision and book.grade_scale.name_of(area.decision.rank))
        for name, area in passed.areas.items()
    }


def without(case, at):
    """The case without one item; a finding that named it no longer does."""
    inspection = case.inspection
    gone = inspection.evidence[at].id

    def trimmed(findings):
        return [f.model_copy(update={"evidence": [e for e in f.evidence if e != gone]}) for f in findings]

    return replace(
        case,
        inspection=inspection.model_copy(
            update={
                "evidence": [e for e in inspection.evidence if e.id != gone],
                "findings": trimmed(inspection.findings),
                "previous": trimmed(inspection.previous),
            }
        ),
    )


def assessed(case, at, assessment):
    items = list(case.inspection.evidence)
    items[at] = items[at].model_copy(update={"assessment": assessment})
    return replace(case, inspection=case.inspection.model_copy(update={"evidence": items}))


def check_firmness(case, proposal, concluded):
    """Every hinge and every grade within a step, against grading again from the start."""
    before = concluded(case)
    was = outcomes(before, case.book)
    hinges = {name: set() for name, (outcome, _) in was.items() if outcome != "ungraded"}
    near = {name: set() for name in hinges}
    for at, item in enumerate(case.inspection.evidence):
        now = outcomes(concluded(without(case, at)), case.book)
        for name in hinges:
            if was[name] != now[name]:
                hinges[name].add((item.id, now[name][1], now[name][0]))
        said = before.assessments[item.id]
        for to in (UP.get(said), DOWN.get(said)):
            if to is None:
                continue
            now = outcomes(concluded(assessed(case, at, to)), case.book)
            for name in near:
                if now[name][1] not in (None, was[name][1]):
                    near[name].add((now[name][1], f"{item.id}: {said} to {to}"))
    for name in hinges:
        area = proposal.area(name)
        assert hinges[name] == {(h.evidence, h.grade, h.outcome) for h in area.hinges}, f"{name}: {case}"
        assert near[name] == {(r.grade, r.change) for r in area.reachable}, f"{name}: {case}"


@given(data=st.data())
def test_shipped_hinges_and_steps_are_what_grading_again_gives(data, shipped_cases, concluded, proposed):
    case = data.draw(shipped_cases())
    check_firmness(case, proposed(case), concluded)


@given(data=st.data())
def test_random_hinges_and_steps_are_what_grading_again_gives(data, random_cases, concluded, proposed):
    case = data.draw(random_cases())
    check_firmness(case, proposed(case), concluded)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(data=st.data())
def test_random_hinges_and_steps_are_what_grading_again_gives_at_length(
    data, random_cases, concluded, proposed
):
    case = data.draw(random_cases())
    check_firmness(case, proposed(case), concluded)
