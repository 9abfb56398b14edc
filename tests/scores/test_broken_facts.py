"""What is said of facts of scores that are at fault: located, in the author's words, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from grader.errors import InputError
from grader.io.rulebooks import read_rulebook

CASES = yaml.safe_load(Path(__file__).with_name("broken_facts.yaml").read_text(encoding="utf-8"))
NEITHER = "better: neither, english: e"


def said(book, facts, rules="[]", layer="grade"):
    with pytest.raises(InputError) as caught:
        book(facts, rules, layer)
    return str(caught.value)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_fact_at_fault_is_refused_in_these_words(book, case):
    facts = "\n".join(f"  {line}" for line in case["facts"].splitlines())
    assert case["says"].rstrip() == said(book, facts)


def test_every_fault_of_a_fact_is_said_at_once(book):
    facts = f"  f: {{points: {{start: x, within: [3, 1], steps: [{{ad: 1}}, {{add: y}}]}}, {NEITHER}}}"
    assert 4 == said(book, facts).count("book/rules.yaml:3:")


@pytest.mark.parametrize("layer", ["status", "finding"])
def test_scores_are_facts_of_the_layers_that_grade(book, layer):
    facts = f"  a: {{sum: {{one.1a: 1}}, {NEITHER}}}\n  b: {{points: {{start: 1}}, {NEITHER}}}"
    assert 2 == said(book, facts, layer=layer).count("declare it in the grade or the sufficiency layer")


def test_not_monotone_lets_a_fact_move_against_its_direction(book):
    assert book("  f: {score_of: two.1b, not_monotone: an example, better: more, english: e}")


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        ("{at_least: high}", "'f' is held against a whole number, not 'high'"),
        ("{at_least: 2.5}", "'f' is held against a whole number, not '2.5'"),
        ("{at_least: $few}", "parameter '$few' is a count, and 'f' a number of points"),
        ("{at_least: $stars}", "parameter '$stars' is in stars, and 'f' in points of ours"),
        ("{at_least: 2147483648}", "2147483648 is outside -2147483647 to 2147483647, the range of 'f'"),
    ],
)
def test_what_a_score_cannot_be_held_against(book, comparison, expected):
    facts = f"  f: {{score_of: one.1a, unit: points of ours, {NEITHER}}}"
    rule = f"[{{id: r, reaches: a, when: {{f: {comparison}}}, because: x, source: none}}]"
    assert expected in said(book, facts, rule)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("type: count, default: -1, range: [-2, 2]", "count 'low' cannot be -2"),
        ("type: share, default: 1, range: [-2, 2]", "share 'low' cannot be -2"),
        ("type: count, default: 1, range: [0, 2], unit: stars", "'unit' means nothing beside type: count"),
        ("type: points, default: 10%, range: [0, 200]", "points 'low' is written as a share"),
        ("type: points, default: 3, range: [2, -2]", "range of 'low' runs from 2 down to -2"),
        ("type: points, default: 3, range: [-2, 2]", "default 3 of 'low' is outside its range, -2 to 2"),
    ],
)
def test_parameters_that_do_not_fit_their_type(book, framework, tmp_path, block, expected):
    book(f"  f: {{score_of: one.1a, {NEITHER}}}")
    text = (tmp_path / "rulebook.yaml").read_text(encoding="utf-8")
    (tmp_path / "rulebook.yaml").write_text(
        text.replace("type: points, default: -1, range: [-3, 12]", block), encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        read_rulebook(tmp_path, framework, "book")
    assert expected in str(caught.value)
