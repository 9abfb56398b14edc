"""What is kept from one pass to the next changes nothing but the time the next one takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.io.frameworks import FrameworkFile
from grader.io.inspections import InspectionFile
from grader.language import memo
from grader.language.settings import Settings
from grader.model.inspection import Inspection
from grader.session import LoadedInspection, Session


@dataclass(frozen=True)
class Case:
    framework: Any
    book: Any
    inspection: Inspection
    values: dict[str, int]


def session_of(case):
    return Session(FrameworkFile(case.framework), case.book, Settings(case.values), "reference")


def bytes_in(session, case):
    return LoadedInspection(session, InspectionFile(case.inspection)).proposal.to_json()


@given(data=st.data())
def test_a_pass_after_others_gives_the_bytes_of_a_first_pass(data, shipped_cases):
    cases = data.draw(st.lists(shipped_cases(), min_size=2, max_size=4))
    sessions = [session_of(case) for case in cases]
    first = [bytes_in(session_of(case), case) for case in cases]
    for _ in range(2):
        assert first == [bytes_in(session, case) for case, session in zip(cases, sessions, strict=True)]


def test_a_session_of_one_inspection_serves_the_next(shipped_cases):
    sessions = {}  # one for each cut of the framework, which stand as long as the test
    found = []

    @settings(max_examples=20, deadline=None, database=None)
    @given(case=shipped_cases())
    def one_after_another(case):
        found.append(case)
        fresh = Session(FrameworkFile(case.framework), case.book, None, "reference")
        kept = sessions.setdefault(id(case.framework), fresh)
        assert bytes_in(session_of(case), case) == bytes_in(kept.at(Settings(case.values)), case)

    one_after_another()
    assert found


FINDING = {"id": "F1", "kind": "area_for_improvement", "area": "responding", "statement": "mend it"}


@pytest.mark.parametrize(
    "recorded",
    [
        {"previous": [{**FINDING, "characteristics": ["responding.1a"], "progress": "not_improving"}]},
        {"findings": [{**FINDING, "kind": "cause_of_concern", "recommendations": ["mend it"]}]},
    ],
)
def test_findings_on_record_are_not_forgotten_between_inspections_alike_otherwise(recorded, shipped):
    tags = {"assessment": "partly_meets", "harm": "serious", "extent": "some", "basis": "data"}
    item = {"id": "E1", "characteristics": ["responding.1a"], "statement": "found", "source": "r", **tags}
    others = [
        {**item, "id": f"E{n}", "characteristics": [f"responding.{c}"], "assessment": "meets", "harm": "none"}
        for n, c in enumerate(("1b", "2a", "2b", "2c", "2d"), 2)
    ]
    head = {"id": "i", "body": "b", "framework": shipped.framework.id, "edition": "2022-03"}
    plain = {"inspection": head, "sources": {"r": {"title": "R"}}, "evidence": [item, *others]}
    first, second = (
        Case(shipped.framework, shipped.book, Inspection.model_validate(found), {})
        for found in (plain, plain | recorded)
    )
    kept = session_of(first)
    assert bytes_in(session_of(first), first) == bytes_in(kept, first)
    assert bytes_in(session_of(second), second) == bytes_in(kept, second)
    assert bytes_in(session_of(first), first) == bytes_in(kept, first)


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_what_is_forgotten_is_worked_out_again(data, random_cases):
    case = data.draw(random_cases())
    expected = bytes_in(session_of(case), case)
    most = memo.MOST
    try:
        memo.MOST = 2
        assert expected == bytes_in(session_of(case), case)
    finally:
        memo.MOST = most


def test_a_memo_never_holds_more_than_its_bound(monkeypatch):
    monkeypatch.setattr(memo, "MOST", 3)
    kept = memo.Memo()
    for n in range(10):
        kept[n] = n
        assert len(kept) <= 3
    assert {9: 9} == dict(kept)


def test_the_values_asked_for_last_are_kept_and_no_more():
    recent = memo.Recent(2)
    assert "first" == recent.of("one", lambda: "first")
    assert "first" == recent.of("one", lambda: "again")
    assert "other" == recent.of("two", lambda: "other")
    assert "first" == recent.of("one", lambda: "again")
    assert "third" == recent.of("three", lambda: "third")
    assert "made again" == recent.of("two", lambda: "made again")  # two newer ones took its place
