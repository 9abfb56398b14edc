"""Promises 1 and 9: every area of the edition has one outcome, and no item of evidence is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st


def check_total(case, proposal):
    edition = case.inspection.inspection.edition
    areas = case.framework.areas_in(edition)
    assert [a.id for a in areas] == [a.area for a in proposal.areas]
    absent = case.inspection.inspection.not_inspected
    for area, result in zip(areas, proposal.areas, strict=True):
        assert result.outcome in ("graded", "withheld", "ungraded", "not_inspected")
        assert (area.id in absent) == (result.outcome == "not_inspected")
        if area.id not in absent:
            assert (not area.editions[edition].graded) == (result.outcome == "ungraded")
        assert (result.grade is not None) == (result.outcome == "graded")
        assert result.grade is None or result.grade in case.framework.grades_worst_first


def check_nothing_lost(case, proposal):
    cited = {e for area in proposal.areas for c in area.characteristics for e in c.evidence}
    left_out = {entry.evidence for entry in proposal.not_counted}
    assert {e.id for e in case.inspection.evidence} <= cited | left_out
    findings = {f.id for f in case.inspection.all_findings}
    assert findings <= {f.id for area in proposal.areas for f in area.findings}


@given(data=st.data())
def test_shipped_every_area_has_one_outcome_and_no_evidence_is_lost(data, shipped_cases, proposed):
    case = data.draw(shipped_cases())
    proposal = proposed(case)
    check_total(case, proposal)
    check_nothing_lost(case, proposal)


@given(data=st.data())
def test_random_every_area_has_one_outcome_and_no_evidence_is_lost(data, random_cases, proposed):
    case = data.draw(random_cases())
    proposal = proposed(case)
    check_total(case, proposal)
    check_nothing_lost(case, proposal)


def test_an_inspection_without_evidence_withholds_every_graded_area(shipped, proposed, empty_case):
    for edition in shipped.framework.editions:
        case = empty_case(edition)
        proposal = proposed(case)
        check_total(case, proposal)
        assert {"withheld", "ungraded"} >= {area.outcome for area in proposal.areas}
