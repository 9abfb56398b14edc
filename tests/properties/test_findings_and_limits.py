"""Promise 5 and the law on withholding: what an open cause of concern does, and what no evidence does."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from grader.testing.strategies import steps


def open_concerns(case, area, proposal):
    """Open causes of concern on an area, read off the proposal by the definition of open."""
    progress = {p.id: p.progress for p in case.inspection.previous}
    return [
        f.id
        for f in proposal.area(area).findings
        if f.kind == "cause_of_concern" and progress.get(f.id, "not_improving") == "not_improving"
    ]


def check_outcomes(case, proposal):
    inspected = [a for a in proposal.areas if a.outcome in ("graded", "withheld")]
    for area in inspected:
        counted = {c.id for c in case.framework.area(area.area).counted}
        evidence = [e for c in area.characteristics if c.id in counted for e in c.evidence]
        if open_concerns(case, area.area, proposal):
            assert area.outcome == "graded"
        elif not evidence:
            assert area.outcome == "withheld"


@given(data=st.data())
def test_random_open_concerns_are_graded_and_no_evidence_is_withheld(data, random_cases, proposed):
    case = data.draw(random_cases())
    check_outcomes(case, proposed(case))


@given(data=st.data())
def test_shipped_an_area_with_an_open_concern_is_never_above_requires_improvement(
    data, shipped_cases, proposed
):
    case = data.draw(shipped_cases())
    if data.draw(st.booleans()):
        concern = data.draw(steps(case.inspection, case.framework, "add_concern"))
        case = replace(case, inspection=concern.apply())
    proposal = proposed(case)
    check_outcomes(case, proposal)
    for area in proposal.areas:
        if area.outcome == "graded" and open_concerns(case, area.area, proposal):
            assert area.grade in ("inadequate", "requires_improvement")


@given(data=st.data())
def test_findings_of_the_three_origins_stay_apart(data, random_cases, proposed):
    case = data.draw(random_cases())
    proposal = proposed(case)
    for area in proposal.areas:
        for block, origin in ((case.inspection.findings, "declared"), (case.inspection.previous, "previous")):
            expected = sorted(f.id for f in block if f.area == area.area)
            assert expected == [f.id for f in area.findings if f.origin == origin]
        assert len(area.findings) == len({(f.origin, f.id) for f in area.findings})
        assert all((f.rule is not None) == (f.origin == "proposed") for f in area.findings)
