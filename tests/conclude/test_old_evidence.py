"""Old evidence: marked wherever it is cited, with what would stand without it, and weighed like any other."""

from __future__ import annotations

import pytest

from grader import grade, load
from grader.api import explain
from grader.model.dates import is_older, later

HEAD = {"id": "small", "body": "Somewhere", "framework": "PEEL_2021_22", "edition": "2022-03"}
MANY = [f"workforce.{n}" for n in ("1a", "1b", "1c", "1d", "2a", "2b")]


def inspection(*evidence, findings=(), **head):
    return {
        "inspection": {**HEAD, **head},
        "sources": {"report": {"title": "A report"}},
        "evidence": list(evidence),
        "findings": list(findings),
    }


def item(name, tagged, found_on, assessment="meets", **more):
    fields = {"statement": name, "basis": "data", "source": "report", "found_on": found_on, **more}
    return {"id": name, "characteristics": tagged, "assessment": assessment, **fields}


@pytest.mark.parametrize(
    ("day", "span", "expected"),
    [
        ("2021-01-31", "1 month", "2021-02-28"),
        ("2020-02-29", "12 months", "2021-02-28"),
        ("2020-02-29", "1 year", "2021-02-28"),
        ("2020-12-15", "1 month", "2021-01-15"),
        ("2021-10-01", "90 days", "2021-12-30"),
        ("2021-10-01", "18 months", "2023-04-01"),
    ],
)
def test_a_span_ends_on_the_same_day_of_a_later_month_or_its_last(day, span, expected):
    assert expected == str(later(day, span))


def test_exactly_as_old_as_the_span_is_not_older():
    assert [False, True] == [is_older("2021-10-01", "12 months", day) for day in ("2022-10-01", "2022-10-02")]


def test_beyond_the_calendar_nothing_is_old():
    assert not is_older("2021-10-01", "9999 years", "2022-10-01")


def test_old_evidence_is_marked_wherever_it_is_cited():
    given = inspection(
        item("E1", MANY, "2021-09-30"), item("E2", ["workforce.1a"], "2022-09-01"), as_of="2022-10-01"
    )
    result = grade(given).area("workforce")
    for cited in (*result.characteristics, *result.findings, *result.reasons):
        assert [i for i in cited.evidence if i == "E1"] == cited.old
    assert any(r.old for r in result.reasons)
    assert {"E1": True} == {h.evidence: h.old for h in result.hinges}
    told = {c.id: c.old for why in explain(given, "workforce").characteristics for c in why.evidence_for}
    assert {"E1": True, "E2": False} == told


def test_what_would_stand_without_the_old_evidence_is_what_grading_without_it_gives():
    items = [item("E1", MANY, "2021-01-01"), item("E2", ["workforce.1a"], "2022-09-01")]
    result = grade(inspection(*items, as_of="2022-10-01")).area("workforce")
    rest = grade(inspection(items[1], as_of="2022-10-01")).area("workforce")
    assert (["E1"], rest.outcome, rest.grade) == (
        result.without_old.evidence,
        result.without_old.outcome,
        result.without_old.grade,
    )
    assert "good" == result.grade


@pytest.mark.parametrize("head", [{}, {"as_of": "2022-10-01", "stale_after": "24 months"}])
def test_nothing_is_old_without_a_day_or_within_the_span(head):
    proposal = grade(inspection(item("E1", MANY, "2021-01-01"), **head))
    assert not any(r.without_old for r in proposal.areas)
    assert not any(c.old for r in proposal.areas for c in (*r.characteristics, *r.reasons))


def test_evidence_is_never_weighed_down_for_its_age():
    items = [item("E1", MANY, "2011-01-01"), item("E2", ["responding.1a"], "2011-01-01", "falls_short")]
    then, now = (grade(inspection(*items, **h)) for h in ({}, {"as_of": "2022-10-01"}))
    keep = {"outcome", "grade", "profile"}
    assert [a.model_dump(include=keep) for a in then.areas] == [a.model_dump(include=keep) for a in now.areas]


def test_an_area_without_old_evidence_says_nothing_of_it():
    given = inspection(item("E1", MANY, "2011-01-01"), as_of="2022-10-01")
    assert ["workforce"] == [a.area for a in grade(given).areas if a.without_old]


def test_evidence_that_counts_through_another_area_is_old_there_too():
    given = inspection(item("E1", ["victims.1a", "victims.3a"], "2011-01-01"), as_of="2022-10-01")
    proposal = grade(given)
    informed = {a.area for a in proposal.areas if any("E1" in c.evidence for c in a.characteristics)}
    assert {"victims"} < informed
    assert informed == {a.area for a in proposal.areas if a.without_old}


def test_a_span_without_a_day_is_a_warning():
    loaded = load(inspection(item("E1", MANY, "2011-01-01"), stale_after="2 years"))
    assert ["no_as_of"] == [w.code for w in loaded.warnings]


def test_a_finding_that_cites_old_evidence_is_marked():
    finding = {"id": "F1", "kind": "area_for_improvement", "area": "workforce", "statement": "s"}
    given = inspection(
        item("E1", MANY, "2011-01-01"), findings=[{**finding, "evidence": ["E1"]}], as_of="2022-10-01"
    )
    (found,) = grade(given).area("workforce").findings
    assert ["E1"] == found.old
