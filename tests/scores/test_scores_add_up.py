"""What each fact made of scores is, by hand."""

from __future__ import annotations

import pytest
import yaml

from grader.engines.reference import ReferenceEngine
from grader.errors import InputError
from grader.grading.conclude import LayerEvaluator
from grader.grading.run import run
from grader.io.frameworks import read_framework
from grader.io.rulebooks import read_rulebook
from grader.language.bind import bind

ALL = """
  total: {sum: score, of: characteristics, where: {scale: up}, better: more, english: total of the scores}
  good_total:
    {sum: score, of: characteristics, where: {status: {at_least: high}}, better: more, english: e}
  worst:
    {lowest: score, of: characteristics, where: {status: {at_least: low}}, better: more, english: x}
  best:
    {highest: score, of: characteristics, where: {score: {one_of: [-2, 1, 3, 7]}}, better: more, english: e}
  first: {score_of: one.1a, better: more, english: score of the first}
  poor: {count: characteristics, where: {score: {equals: -2}}, better: fewer, english: lows}
  any_top: {any: characteristics, where: {score: {at_least: 7}}, better: more, english: a 7}
  weighted: {sum: {one.1a: 33, one.1b: 22, poor: -10}, unit: hundredths, better: more, english: weighted}
  near: {round: weighted, to: 100, how: nearest, better: more, english: e}
  down: {round: weighted, to: 100, how: down, better: more, english: e}
  up: {round: weighted, to: 100, how: up, better: more, english: e}
  stars:
    points:
      start: first
      within: [1, 5]
      steps:
        - {add: 2, when: {total: {at_least: 6}}, why: a high total}
        - {take: $stars, when: {poor: {at_least: 1}}}
        - {at_most: 4, when: {any_top: {equals: false}}}
    unit: stars
    better: more
    english: stars
    not_monotone: an example
"""


def facts(book, framework, given, area="one"):
    bound = bind(book)
    trace = run(given, framework, LayerEvaluator(bound, ReferenceEngine(bound)))
    return trace.areas[area].facts


@pytest.mark.parametrize(
    ("assessed", "expected"),
    [
        (
            {},
            {"total": 0, "worst": 0, "best": 0, "first": 0, "weighted": 0, "near": 0, "down": 0, "up": 0,
             "stars": 1},
        ),
        (
            {"one.1a": "top", "one.1b": "high", "one.1c": "low"},
            {"total": 8, "good_total": 10, "worst": -2, "best": 7, "first": 7, "poor": 1, "any_top": 1,
             "weighted": 7 * 33 + 3 * 22 - 10, "near": 3, "down": 2, "up": 3, "stars": 3},
        ),
        (
            {"one.1a": "low", "one.1b": "low"},
            {"total": -4, "good_total": 0, "worst": -2, "best": -2, "first": -2, "poor": 2, "any_top": 0,
             "weighted": -66 - 44 - 20, "near": -1, "down": -2, "up": -1, "stars": 1},
        ),
        (
            {"one.1a": "high", "one.1b": "high", "one.1c": "mid"},
            {"total": 7, "weighted": 165, "near": 2, "down": 1, "up": 2, "stars": 4},
        ),
    ],
)  # fmt: skip
def test_facts_are_what_their_definition_says(book, framework, inspection, assessed, expected):
    found = facts(book(ALL), framework, inspection(assessed))
    assert expected == {name: found[name] for name in expected}


def test_an_area_that_does_not_hold_a_characteristic_takes_0_from_it(book, framework, inspection):
    found = facts(book(ALL), framework, inspection({"one.1a": "top", "two.1a": "high"}), "two")
    assert {"first": 0, "weighted": 0, "total": 3} == {n: found[n] for n in ("first", "weighted", "total")}


@pytest.mark.parametrize("furthest", [999_999, -999_999])
def test_scores_may_lie_far_from_0_and_no_further(
    every_engine, framework_file, tmp_path, inspection, furthest
):
    """Past these, a part of no thing could not be told from a score."""
    drawn = read_framework(framework_file("score: 7", f"score: {furthest}")).framework
    (tmp_path / "rules").mkdir()
    head = {"id": "SCORED", "version": "1", "framework": "SCORED", "title": "Rules"}
    said = {"better": "neither", "english": "e"}
    facts = {
        "total": {"sum": "score", "of": "characteristics", **said},
        "most": {
            "highest": "score",
            "of": "characteristics",
            "where": {"score": {"equals": furthest}},
            **said,
        },
        "least": {
            "lowest": "score",
            "of": "characteristics",
            "where": {"score": {"equals": furthest}},
            **said,
        },
    }
    rule = {
        "id": "r",
        "reaches": "a",
        "when": {"most": {"equals": furthest}},
        "because": "x",
        "source": "none",
    }
    (tmp_path / "rules" / "rulebook.yaml").write_text(yaml.safe_dump({"rulebook": head}))
    (tmp_path / "rules" / "grades.yaml").write_text(
        yaml.safe_dump({"layer": "grade", "facts": facts, "rules": [rule]})
    )
    made = read_rulebook(tmp_path / "rules", drawn, "rules")
    given = [inspection({"one.1a": "top", "one.1b": "top", "one.1c": "top"}), inspection({"one.1a": "low"})]
    found = every_engine(drawn, made, given, ("polars",))
    assert [("one", "graded", "a"), ("one", "graded", "b")] == [each[0] for each in found]
    with pytest.raises(InputError, match="it is at"):
        read_framework(framework_file("score: 7", f"score: {furthest * 2}"))
