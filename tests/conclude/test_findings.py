"""Findings: what makes one open, what an open one does, what shortfalls raise, how drafts are worded."""

from __future__ import annotations

import pytest

from grader.io.frameworks import FrameworkFile
from grader.io.inspections import InspectionFile
from grader.model.inspection import Inspection
from grader.session import LoadedInspection, Session

SOUND = "responding.1a responding.2a responding.2b"


def concern(name="F1", area="responding", **fields):
    return {
        "id": name,
        "kind": "cause_of_concern",
        "area": area,
        "statement": "people are at risk",
        "recommendations": ["mend it"],
        **fields,
    }


def test_a_declared_concern_caps_a_good_area(grade, item):
    good = item("E1", SOUND, "meets")
    assert "good" == grade(good).area("responding").grade
    capped = grade(good, findings=(concern(),)).area("responding")
    assert ("graded", "inadequate") == (capped.outcome, capped.grade)
    assert "inadequate.open-concern" == capped.reasons[0].rule


def test_an_area_with_an_open_concern_is_graded_without_evidence(grade):
    area = grade(findings=(concern(),)).area("responding")
    assert ("graded", "inadequate") == (area.outcome, area.grade)


def test_a_rule_that_would_withhold_holds_where_a_concern_keeps_the_area_graded(framework, book):
    head = {"id": "i", "body": "b", "framework": framework.id, "edition": "2022-03"}
    found = Inspection.model_validate({"inspection": head, "evidence": [], "findings": [concern()]})
    session = Session(FrameworkFile(framework), book, None, "reference")
    area = LoadedInspection(session, InspectionFile(found)).trace.areas["responding"]
    assert ("graded", {"thin", "inadequate.open-concern"}) == (area.outcome, set(area.held))


@pytest.mark.parametrize(
    ("progress", "outcome", "expected", "open_concerns", "improvements"),
    [
        ("not_improving", "graded", "inadequate", 1, 0),
        ("improving", "graded", "good", 0, 1),
        ("closed", "graded", "good", 0, 0),
    ],
)
def test_an_earlier_concern_counts_by_its_progress(
    progress, outcome, expected, open_concerns, improvements, grade, item
):
    earlier = concern("P1", progress=progress)
    area = grade(item("E1", SOUND, "meets"), previous=(earlier,)).area("responding")
    assert (outcome, expected) == (area.outcome, area.grade)
    assert (open_concerns, improvements) == (
        area.profile["open_concerns"],
        area.profile["areas_for_improvement"],
    )
    assert [("P1", "previous")] == [(f.id, f.origin) for f in area.findings]


def test_a_finding_on_an_ungraded_area_moves_no_grade(grade, item):
    good = item("E1", SOUND, "meets")
    before, after = grade(good), grade(good, findings=(concern(area="victims"),))
    assert [(a.area, a.outcome, a.grade) for a in before.areas] == [
        (a.area, a.outcome, a.grade) for a in after.areas
    ]
    assert ("ungraded", None) == (after.area("victims").outcome, after.area("victims").grade)


def test_areas_for_improvement_alone_separate_no_grades(grade, item):
    many = tuple({**concern(f"F{n}"), "kind": "area_for_improvement"} for n in range(9))
    assert "good" == grade(item("E1", SOUND, "meets"), findings=many).area("responding").grade


def raised(area):
    return [(f.rule, f.kind, f.characteristics) for f in area.findings if f.origin == "proposed"]


def test_a_shortfall_raises_an_area_for_improvement(grade, item):
    area = grade(item("E1", "responding.1a", "partly_meets")).area("responding")
    assert [("improvement.shortfall", "area_for_improvement", ["responding.1a"])] == raised(area)


def test_a_remedied_shortfall_raises_nothing(grade, item):
    assert [] == raised(grade(item("E1", "responding.1a", "falls_short", remedied=True)).area("responding"))


GRAVE = {"harm": "serious", "extent": "widespread"}


def test_one_grave_characteristic_is_no_concern_and_two_are(grade, item):
    one = grade(item("E1", "responding.1a", "falls_short", **GRAVE)).area("responding")
    assert "concern.systemic" not in [rule for rule, *_ in raised(one)]
    two = grade(item("E1", "responding.1a responding.2a", "falls_short", **GRAVE)).area("responding")
    assert ("concern.systemic", "cause_of_concern", ["responding.1a", "responding.2a"]) in raised(two)
    assert "inadequate" == two.grade


@pytest.mark.parametrize("lighter", [{"extent": "some"}, {"remedied": True}, {"basis": "interview"}])
def test_a_lighter_shortfall_makes_no_systemic_concern(lighter, grade, item):
    tags = {**GRAVE, **lighter}
    area = grade(item("E1", "responding.1a responding.2a", "falls_short", **tags)).area("responding")
    assert "concern.systemic" not in [rule for rule, *_ in raised(area)]


def test_an_earlier_finding_not_improving_with_people_still_at_risk_is_a_concern(grade, item):
    short = item("E1", "responding.1a", "partly_meets", harm="serious", extent="some")
    earlier = {
        "id": "P1",
        "kind": "area_for_improvement",
        "area": "responding",
        "statement": "mend it",
        "characteristics": ["responding.1a"],
    }
    for progress, expected in (("not_improving", True), ("improving", False), ("closed", False)):
        area = grade(short, previous=({**earlier, "progress": progress},)).area("responding")
        assert expected == ("concern.repeated" in [rule for rule, *_ in raised(area)])


def test_an_earlier_finding_bears_on_the_characteristics_it_names_alone(grade, item):
    short = item("E1", "responding.1a responding.2a", "partly_meets", harm="serious", extent="some")
    earlier = {**concern("P1"), "kind": "area_for_improvement", "characteristics": ["responding.2a"]}
    area = grade(short, previous=({**earlier, "progress": "not_improving"},)).area("responding")
    assert ["responding.2a"] == [on for rule, _, (on,) in raised(area) if rule == "concern.repeated"]


@pytest.mark.parametrize("declared", [(), (concern(),)])
def test_a_grade_hinges_on_the_evidence_a_concern_rests_on(declared, grade, item):
    """Raised on a characteristic or on the area, or issued: against grading again without each item."""
    sound = [item(f"E{n}", f"responding.{c}", "meets") for n, c in enumerate(("1b", "2a", "2b", "2c"), 1)]
    repeated = item("E5", "responding.1a", "partly_meets", harm="serious", extent="some")
    earlier = {**concern("P1"), "kind": "area_for_improvement", "characteristics": ["responding.1a"]}
    previous = ({**earlier, "progress": "not_improving"},)
    systemic = [item(f"E{n}", f"responding.{c}", "falls_short", **GRAVE) for n, c in ((6, "2d"), (7, "2e"))]
    for items in ([*sound, repeated], [*sound, *systemic], [*sound, repeated, *systemic]):
        area = grade(*items, previous=previous, findings=declared).area("responding")
        expected = []
        for at, one in enumerate(items):
            rest = (*items[:at], *items[at + 1 :])
            then = grade(*rest, previous=previous, findings=declared).area("responding")
            if (then.grade, then.outcome) != (area.grade, area.outcome):
                expected.append((one["id"], then.grade, then.outcome))
        assert "inadequate" == area.grade
        assert expected == [(h.evidence, h.grade, h.outcome) for h in area.hinges]


def test_innovation_is_raised_and_moves_no_grade(grade, item):
    plain = grade(item("E1", SOUND, "meets")).area("responding")
    area = grade(item("E1", SOUND, "meets", innovative=True)).area("responding")
    assert {"innovative_practice"} == {kind for _, kind, _ in raised(area)}
    assert plain.grade == area.grade


def test_a_draft_says_it_is_one_and_quotes_what_was_found(grade, item, framework):
    area = grade(item("E1", "responding.1a responding.2a", "falls_short", **GRAVE)).area("responding")
    draft = next(f for f in area.findings if f.rule == "concern.systemic")
    assert draft.statement.startswith("Draft cause of concern, for an inspector to word.")
    assert framework.characteristic("responding.1a").text.rstrip(".") in draft.statement
    assert "Found: what E1 found." in draft.statement
    assert 2 == len(draft.recommendations)
    assert all(r.startswith("Draft, for an inspector to word and date:") for r in draft.recommendations)
    improvement = next(f for f in area.findings if f.kind == "area_for_improvement")
    assert improvement.statement.startswith("Draft area for improvement, for an inspector to word.")
    assert [] == improvement.recommendations


def test_a_draft_that_quotes_every_finding_counts_no_rest(grade, item):
    items = [item(f"E{n}", "responding.1a", "falls_short") for n in range(3)]
    draft = grade(*items).area("responding").findings[0]
    assert draft.statement.endswith("Found: what E0 found; what E1 found; what E2 found.")


def test_a_draft_quotes_three_findings_and_counts_the_rest(grade, item):
    items = [item(f"E{n}", "responding.1a", "falls_short") for n in range(5)]
    draft = grade(*items).area("responding").findings[0]
    assert draft.statement.endswith("Found: what E0 found; what E1 found; what E2 found; and 2 more.")
    assert ["E0", "E1", "E2", "E3", "E4"] == draft.evidence
