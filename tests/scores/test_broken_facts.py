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


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (
            "{points: {start: 1, steps: [" + "{add: 1}, " * 51 + "]}",
            "fact 'f' has 51 steps, and 50 are the most",
        ),
        (
            "{sum: {" + ", ".join(f"n{n}: 1" for n in range(201)) + "}",
            "fact 'f' has 201 weights, and 200 are the most",
        ),
        (
            "{points: {start: 1, steps: [{add: 1, when: {any: [" + "{a: {at_least: 1}}, " * 481 + "]}}]}",
            "fact 'f' has 481 comparisons, and 480 are the most",
        ),
    ],
    ids=["steps", "weights", "comparisons"],
)
def test_a_fact_has_only_so_many_parts(book, fact, expected):
    facts = f"  a: {{score_of: one.1a, {NEITHER}}}\n  f: {fact}, {NEITHER}}}"
    assert expected in said(book, facts)


def test_facts_stand_only_so_high(book):
    facts = "\n".join(
        f"  f{n}: {{sum: {{{f'f{n - 1}' if n else 'one.1a'}: 1}}, {NEITHER}}}" for n in range(200)
    )
    assert [
        "book/rules.yaml:34:3: fact 'f31' stands upon more than 30 facts, one upon another",
        "  help: reckon it in fewer steps",
    ] == said(book, facts).splitlines()


@pytest.mark.parametrize("high", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_the_most_steps_are_reckoned_alike(book, framework, inspection, every_engine, high):
    step = "{add: 1, within: [-9, 20], when: {first: {at_least: 0}}}"
    facts = [f"  first: {{score_of: one.1a, {NEITHER}}}"]
    start = "first"
    for n in range(high):
        facts.append(f"  f{n}: {{points: {{start: {start}, steps: [{', '.join([step] * 50)}]}}, {NEITHER}}}")
        start = f"f{n}"
    rule = "[{id: r, reaches: a, when: {START: {at_least: 20}}, because: x, source: none}]"
    made = book("\n".join(facts), rule.replace("START", start))
    given = [inspection({"one.1a": level}) for level in ("low", "mid", "top")]
    found = every_engine(framework, made, given, ("polars", "duckdb")[:high])
    assert ["b", "a", "a"] == [each[0][2] for each in found]


def test_directions_are_checked_beside_other_faults(book):
    facts = f"""
  a: {{score_of: one.1z, {NEITHER}}}
  b: {{sum: {{a: 1}}, {NEITHER}}}
  c: {{score_of: two.1b, better: more, english: e}}
  d: {{round: c, to: 0, how: up, {NEITHER}}}"""
    found = said(book, facts)
    assert "4:17: unknown characteristic 'one.1z'" in found
    assert "6:6: fact 'c' goes from 25 to 10" in found
    assert "7:21: 'to' of fact 'd'" in found


@pytest.mark.parametrize(
    "definition",
    [
        "sum: score, of: characteristics, where: {scale: up}",
        "highest: score, of: characteristics, where: {scale: up}",
        "lowest: score, of: characteristics, where: {status: {at_least: low}}",
        "score_of: one.1a",
        "round: n, to: 10, how: down",
        "points: {start: n}",
    ],
)
def test_every_number_that_is_reckoned_may_have_a_unit_and_a_mark(book, definition):
    facts = f"  n: {{score_of: one.1a, better: more, english: e}}\n  f: {{{definition}, unit: stars, "
    found = book(facts + "not_monotone: an example, better: more, english: e}").facts["f"]
    assert ("stars", "an example") == (found.unit, found.not_monotone)
