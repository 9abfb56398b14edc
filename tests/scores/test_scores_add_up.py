"""What each fact made of scores is, by hand."""

from __future__ import annotations

import pytest

from grader.engines.reference import ReferenceEngine
from grader.grading.conclude import LayerEvaluator
from grader.grading.run import run
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
        ({}, {"total": 0, "worst": 0, "best": 0, "first": 0, "weighted": 0, "near": 0, "stars": 1}),
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
