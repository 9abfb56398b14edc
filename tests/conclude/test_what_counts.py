"""Which evidence counts where: informing, surveys, areas not inspected, other programmes."""

from __future__ import annotations

from grader.grading.tally import placements
from grader.model.framework import Framework
from grader.model.inspection import Inspection


def test_victims_evidence_informs_where_victims_is_not_graded(grade, item, statuses):
    proposal = grade(item("E1", "victims.1a", "meets"), edition="2022-03")
    assert "ungraded" == proposal.area("victims").outcome
    assert {"victims.1a": "demonstrated"} == statuses(proposal, "victims")
    assert {"responding.2a": "demonstrated"} == statuses(proposal, "responding")


def test_victims_evidence_informs_nothing_where_victims_is_graded(grade, item, statuses):
    proposal = grade(item("E1", "victims.1a", "meets"), edition="2021-04")
    assert {"victims.1a": "demonstrated"} == statuses(proposal, "victims")
    assert {} == statuses(proposal, "responding")


def test_evidence_tagged_to_what_it_also_informs_counts_once(grade, item):
    proposal = grade(item("E1", "victims.1a responding.2a", "meets"))
    responding = {c.id: c.evidence for c in proposal.area("responding").characteristics}
    assert ["E1"] == responding["responding.2a"]


def test_two_ways_to_inform_one_characteristic_count_once(grade, item):
    proposal = grade(item("E1", "victims.4b victims.5c", "meets"))
    investigating = {c.id: c.evidence for c in proposal.area("investigating").characteristics}
    assert ["E1"] == investigating["investigating.3a"]


def test_evidence_on_a_graded_area_informs_nothing(grade, item, statuses):
    proposal = grade(item("E1", "responding.2a", "meets"))
    assessed = {a.area for a in proposal.areas if statuses(proposal, a.area)}
    assert {"responding"} == assessed


def test_informing_an_area_not_inspected_is_listed(grade, item, statuses, reasons_left_out):
    proposal = grade(item("E1", "victims.3a", "meets"), not_inspected=("recording",))
    assert {"victims.3a": "demonstrated"} == statuses(proposal, "victims")
    assert "not_inspected" == proposal.area("recording").outcome
    assert [("E1", "recording.1a", "area_not_inspected")] == reasons_left_out(proposal)


def test_survey_evidence_is_left_out_and_listed(grade, item, statuses, reasons_left_out):
    proposal = grade(item("E1", "workforce.1a", "falls_short", basis="survey", harm="serious"))
    assert {} == statuses(proposal, "workforce")
    assert [("E1", "workforce.1a", "survey")] == reasons_left_out(proposal)


def test_evidence_on_an_area_not_inspected_is_kept_with_a_warning(grade, item, reasons_left_out):
    proposal = grade(item("E1", "organised_crime.1a", "meets"), not_inspected=("organised_crime",))
    assert [("E1", "organised_crime.1a", "area_not_inspected")] == reasons_left_out(proposal)
    assert ["not_inspected"] == [w.code for w in proposal.warnings]
    assert proposal.warnings[0].message.startswith("E1 is kept and not counted")


def test_what_is_not_counted_stands_in_the_order_of_items_then_characteristics(grade, item, reasons_left_out):
    both = "organised_crime.2a organised_crime.1a"
    proposal = grade(item("E2", both, "meets"), item("E1", both, "meets"), not_inspected=("organised_crime",))
    assert [
        (evidence, f"organised_crime.{on}", "area_not_inspected")
        for evidence in ("E1", "E2")
        for on in ("1a", "2a")
    ] == reasons_left_out(proposal)


def test_a_finding_on_an_area_not_inspected_is_kept_with_a_warning(grade, reasons_left_out):
    finding = {"id": "F1", "kind": "cause_of_concern", "area": "organised_crime", "statement": "it is bad"}
    proposal = grade(not_inspected=("organised_crime",), findings=(finding,))
    area = proposal.area("organised_crime")
    assert ("not_inspected", None) == (area.outcome, area.grade)
    assert ["F1"] == [f.id for f in area.findings]
    assert [("F1", None, "area_not_inspected")] == reasons_left_out(proposal)
    assert ["not_inspected"] == [w.code for w in proposal.warnings]


def test_what_another_programme_grades_is_shown_without_weight(grade, item, statuses, reasons_left_out):
    proposal = grade(item("E1", "workforce.4a", "falls_short", harm="serious"))
    workforce = proposal.area("workforce")
    assert {"workforce.4a": "not_demonstrated"} == statuses(proposal, "workforce")
    assert ("withheld", 0) == (workforce.outcome, workforce.profile["assessed"])
    assert [] == workforce.findings
    assert [("E1", "workforce.4a", "graded_elsewhere")] == reasons_left_out(proposal)


def test_the_reason_names_the_characteristic_that_does_not_count(grade, item):
    proposal = grade(item("E1", "workforce.4a", "meets"))
    assert ["another programme grades workforce.4a: shown with its status, without weight in workforce"] == [
        n.message for n in proposal.not_counted
    ]


def test_evidence_informs_no_area_the_edition_does_not_hold(framework):
    """An area that one edition lacks, informed from an area which that edition does not grade."""
    (evidence,) = Inspection.model_validate(
        {
            "inspection": {"id": "i", "body": "b", "framework": framework.id, "edition": "2022-03"},
            "sources": {"r": {"title": "R"}},
            "evidence": [
                {"id": "E1", "characteristics": ["victims.1a"], "assessment": "meets", "statement": "found",
                 "basis": "data", "source": "r"}
            ],
        }
    ).evidence  # fmt: skip
    both = [("victims.1a", "victims.1a"), ("victims.1a", "responding.2a")]
    assert both == list(placements(evidence, framework, "2022-03"))
    written = framework.model_dump()
    responding = next(a for a in written["areas"] if a["id"] == "responding")
    del responding["editions"]["2022-03"]
    without = Framework.model_validate(written)
    assert both[:1] == list(placements(evidence, without, "2022-03"))
