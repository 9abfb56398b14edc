"""What changed between two states of an inspection, what it moved, and by which evidence."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import grader
from grader.errors import InputError
from grader.model.changes import Changes
from grader.session import Session
from grader.testing.strategies import inspections

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "moderation"
RESP = ("1a", "1b", "2a", "2b", "2d", "2e")
Make = Callable[..., dict[str, Any]]


@pytest.fixture
def whole(tagging: Make, item: Make) -> dict[str, Any]:
    return tagging(*(item(f"E{n}", f"responding.{n}", "meets") for n in RESP))


def told(found: Changes) -> list[tuple[str, str, str]]:
    return [(c.kind, c.what, c.id) for c in found.changes]


def test_nothing_changed(whole: dict[str, Any]) -> None:
    backwards = {**whole, "evidence": whole["evidence"][::-1]}
    assert (False, []) == ((found := grader.changes(whole, backwards)).differs, found.areas)


def test_what_is_added_withdrawn_changed_and_renamed(whole: dict[str, Any], item: Make) -> None:
    new = copy.deepcopy(whole)
    new["evidence"][0]["assessment"] = "falls_short"
    new["evidence"][1]["statement"] = "in other words"
    new["evidence"][2]["id"] = "X"
    del new["evidence"][3]
    new["evidence"].append(item("N", "responding.3a", "meets"))
    new["findings"] = [{"id": "F", "kind": "area_for_improvement", "area": "responding", "statement": "s"}]
    new["sources"]["more"] = {"title": "Minutes"}
    new["inspection"]["as_of"] = "2022-06-01"
    found = grader.changes(whole, new)
    assert [
        ("evidence", "changed", "E1a"),
        ("evidence", "changed", "E1b"),
        ("evidence", "renamed", "X"),
        ("evidence", "added", "N"),
        ("evidence", "withdrawn", "E2b"),
        ("finding", "added", "F"),
        ("source", "added", "more"),
        ("inspection", "changed", "as_of"),
    ] == told(found)
    assert ["statement"] == [f.field for c in found.changes if c.id == "E1b" for f in c.fields]


def test_each_move_names_the_evidence_that_moves_it(whole: dict[str, Any], item: Make) -> None:
    new = copy.deepcopy(whole)
    new["evidence"][1]["statement"] = "in other words"
    new["evidence"].append(item("BAD", "responding.2c responding.3a", "falls_short", harm="moderate"))
    found = grader.changes(whole, new)
    (area,) = found.areas
    assert {("BAD",)} == {tuple(m.by) for m in area.moved}
    assert {"grade", "range", "status", "finding"} >= {m.what for m in area.moved}
    assert ("good", "adequate") in [(m.old, m.new) for m in area.moved if m.what == "grade"]


def test_what_moves_a_grade_together_is_told_as_such(tagging: Make, item: Make) -> None:
    tags = (*RESP, "3a", "3b", "3c", "4a")
    old = tagging(*(item(f"E{n}", f"responding.{n}", "meets") for n in tags))
    new = copy.deepcopy(old)
    for entry in new["evidence"][:3]:
        entry["assessment"] = "partly_meets"
    found = grader.changes(old, new)
    (grade,) = (m for a in found.areas for m in a.moved if m.what == "grade")
    assert grade.together
    # All of them are needed, and enough.
    assert 3 == len(grade.by)


def test_an_area_that_is_inspected_no_more(whole: dict[str, Any], item: Make) -> None:
    old = copy.deepcopy(whole)
    old["evidence"].append(item("S", "organised_crime.1a", "meets"))
    new = {**old, "inspection": {**old["inspection"], "not_inspected": ["organised_crime"]}}
    found = grader.changes(old, new)
    (area,) = found.areas
    assert ("organised_crime", ["not_inspected"]) == (area.area, area.moved[0].by)


@pytest.mark.parametrize("key", ["body", "edition"])
def test_other_bodies_and_cycles_are_not_compared(whole: dict[str, Any], key: str) -> None:
    other = {"body": "Another", "edition": "2021-04"}[key]
    new = {**whole, "inspection": {**whole["inspection"], key: other}}
    with pytest.raises(InputError, match=f"{key} is '{other}'"):
        grader.changes(whole, new)


def test_exit_codes(run: Callable[..., Any]) -> None:
    agreed, changed = FOLDER / "agreed.yaml", FOLDER / "changed.yaml"
    assert 0 == run("changes", agreed, agreed).code
    ran = run("changes", agreed, changed, "--json")
    assert 1 == ran.code
    assert "grader.changes/1" in ran.out
    assert 2 == run("changes", agreed, FOLDER / "missing.yaml").code


SESSION = Session.open()


@given(st.data())
def test_what_moved_is_what_two_proposals_differ_in(data: Any) -> None:
    framework, measures = SESSION.framework.framework, SESSION.book.measures
    drawn = inspections(framework, "2022-03", max_items=6, measures=measures)
    old, new = data.draw(drawn), data.draw(drawn)
    new = new.model_copy(
        update={"inspection": new.inspection.model_copy(update={"body": old.inspection.body})}
    )
    found = grader.changes(old, new)
    before, after = (grader.grade(each) for each in (old, new))
    for one, other in zip(before.areas, after.areas, strict=True):
        moved = next((a.moved for a in found.areas if a.area == one.area), [])
        expected = {
            *({"grade"} if one.grade != other.grade else ()),
            *({"outcome"} if one.outcome != other.outcome else ()),
            *({"range"} if one.possible != other.possible else ()),
        }
        assert expected == {m.what for m in moved if m.what in ("grade", "outcome", "range")}
        statuses = [{c.id: c.status for c in area.characteristics if c.evidence} for area in (one, other)]
        assert {n for n in {*statuses[0], *statuses[1]} if statuses[0].get(n) != statuses[1].get(n)} == {
            m.id for m in moved if m.what == "status"
        }


def test_an_item_called_not_inspected_is_an_item(whole: dict[str, Any], item: Make) -> None:
    new = copy.deepcopy(whole)
    new["evidence"].append(item("not_inspected", "responding.3a", "meets"))
    new["inspection"]["not_inspected"] = ["responding"]
    (area,) = grader.changes(whole, new).areas
    assert {"not_inspected"} == {by for moved in area.moved if moved.what == "outcome" for by in moved.by}
    assert "not_inspected" == next(m.new for m in area.moved if m.what == "outcome")


def test_what_was_left_out_and_what_it_is_called_are_changes(whole: dict[str, Any]) -> None:
    new = copy.deepcopy(whole)
    settled = {"by": "C", "on": "2022-06-01", "why": "not ours", "said": {"A": {"left_out": True}}}
    new["left_out"] = [{"id": "X", "statement": "s", "settled": settled}]
    new["inspection"]["id"] = "other"
    found = grader.changes(whole, new)
    assert [("inspection", "changed", "id"), ("inspection", "changed", "left_out")] == told(found)
    assert found.differs


def test_inspections_that_are_loaded_keep_their_settings(whole: dict[str, Any]) -> None:
    at = {"minimum_coverage": "10%"}
    old, new = grader.load(whole, settings=at), grader.load(whole, settings=at)
    assert {"minimum_coverage": 100} == grader.changes(old, new).overrides
    assert {"minimum_coverage": 100} == grader.changes(old, whole).overrides
    with pytest.raises(InputError, match="under other rules or settings"):
        grader.changes(old, grader.load(whole))
    with pytest.raises(InputError, match="has its rules already"):
        grader.changes(old, new, rules="PEEL_2021_22")
