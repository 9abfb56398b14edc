"""Which items of two taggings are one finding, and which pairs are left to a person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import grader
from grader.model.inspection import Evidence
from grader.review.same_finding import THRESHOLD, beside, pair, place

Make = Callable[..., dict[str, Any]]


def evidence(*items: dict[str, Any]) -> list[Evidence]:
    return [Evidence.model_validate(each) for each in items]


def paired(one: list[Evidence], other: list[Evidence], told: Any = None) -> Any:
    return pair(one, other, ({"report": "A report"}, {"report": "A report"}), told)


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 8))])
def test_made_pairs_are_found_with_few_that_are_wrong(made_pair: Callable[..., Any], seed: int) -> None:
    one, two, true = made_pair(500, seed=seed)
    found = paired(evidence(*one["evidence"]), evidence(*two["evidence"]))
    by_text = set(found.by_text.items())
    precision = len(by_text & set(true.items())) / len(by_text)
    recall = len(by_text & set(true.items())) / len(true)
    assert all(a == b for a, b in found.by_id.items())
    assert precision >= 0.98
    assert recall >= 0.9


def test_one_id_on_two_findings_is_in_doubt_and_not_taken_for_a_pair(item: Make) -> None:
    one = evidence(item("E1", "responding.1a", "meets", statement="Calls are answered within ten seconds"))
    two = evidence(item("E1", "workforce.1a", "meets", statement="Nobody checks bail dates"))
    found = paired(one, two)
    assert ({}, [("E1", "E1")]) == (found.all, [(d.one, d.other) for d in found.doubts])


def test_two_that_are_nearly_as_like_are_left_to_a_person(item: Make) -> None:
    said = "Calls are answered within ten seconds in the {} district"
    one = evidence(item("E1", "responding.1a", "meets", statement=said.format("northern")))
    two = evidence(
        item("T1", "responding.1a", "meets", statement=said.format("north")),
        item("T2", "responding.1a", "meets", statement=said.format("southern")),
    )
    found = paired(one, two)
    assert {} == found.all
    assert found.doubts
    assert all(d.score >= THRESHOLD for d in found.doubts)


def test_a_person_says_of_pairs_what_they_are(item: Make) -> None:
    one = evidence(item("E1", "responding.1a", "meets", statement="Calls are answered"))
    two = evidence(item("T1", "responding.1a", "meets", statement="calls are  ANSWERED."))
    assert {"E1": "T1"} == paired(one, two).by_text
    assert {} == paired(one, two, {("E1", "T1"): False}).all
    assert {"E1": "T1"} == paired(one, two, {("E1", "T1"): True}).by_hand


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("lines 13-14, 232", "line 14", 22),
        ("p. 12", "page 12", 30),
        ("p. 12", "p. 13", -15),
        ("line 12", "page 12", 0),
        ("12:30", "12:30", 30),
        ("para 4.2", "para 4.3", -15),
        (None, "p. 3", 0),
        ("the annex", "p. 3", 0),
    ],
)
def test_locators_that_overlap_speak_for_one_finding(
    item: Make, one: str | None, other: str | None, expected: int
) -> None:
    items = evidence(*(item("E", "responding.1a", "meets", locator=at) for at in (one, other)))
    places = [place(each, "A report") for each in items]
    assert pytest.approx(expected, abs=1) == beside(*places)


def test_locators_in_other_sources_say_nothing(item: Make) -> None:
    (found,) = evidence(item("E", "responding.1a", "meets", locator="p. 3"))
    assert 0 == beside(place(found, "A report"), place(found, "Minutes"))


def test_pairs_do_not_turn_on_the_order_of_items(made_pair: Callable[..., Any]) -> None:
    one, two, _ = made_pair(120)
    forward = paired(evidence(*one["evidence"]), evidence(*two["evidence"])).all
    assert forward == paired(evidence(*one["evidence"][::-1]), evidence(*two["evidence"][::-1])).all


def test_doubts_are_settled_in_the_file_and_the_pair_is_then_compared(
    tagging: Make, item: Make, tmp_path: Path
) -> None:
    said = "Calls are answered within ten seconds in the {} district"
    one = tagging(item("E1", "responding.1a", "meets", statement=said.format("northern")))
    two = tagging(
        item("T1", "responding.1a", "falls_short", statement=said.format("north")),
        item("T2", "responding.1a", "meets", statement=said.format("southern")),
    )
    found = grader.reconcile([one, two])
    assert 1 <= len(found.pairs.doubtful)
    file = tmp_path / "settling.yaml"
    text = grader.settling_file(found)
    file.write_text(text.replace("same:", "same: no"))
    first = found.pairs.doubtful[0].items["B"]
    at = text.index(f"B: {first}")
    file.write_text(text[:at] + text[at:].replace("same:", "same: yes", 1).replace("same:\n", "same: no\n"))
    again = grader.reconcile([one, two], pairs=file)
    assert (1, []) == (again.pairs.by_hand, again.pairs.doubtful)
    assert {"A": "E1", "B": first} in [d.ids for d in again.disagreements] or first == "T2"
