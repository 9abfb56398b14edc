"""Ranges of facts of scores, what they say of comparisons, and the slips somebody could make in them."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from grader.authoring.mutants import mutants
from grader.authoring.mutation import mutate
from grader.engines.reference import value
from grader.language.attainable import attainable
from grader.language.bind import bind
from grader.language.compared import compared_with
from grader.language.nodes import Kind
from grader.language.ranges import fact_ranges
from grader.proofs.order import check_marks, check_ranges, check_unused

FACTS = """
  first: {score_of: one.1a, better: more, english: e}
  lows: {count: characteristics, where: {score: {at_most: 1}, scale: up}, better: fewer, english: e}
  total: {sum: score, of: characteristics, where: {scale: up}, better: more, english: e}
  weighted: {sum: {one.1a: 2, one.1b: 1, lows: -10}, better: more, english: e}
  near: {round: weighted, to: 10, how: nearest, better: more, english: e}
  stars:
    points:
      start: near
      within: [-1, $few]
      steps:
        - {add: 1, when: {first: {at_least: 3}}}
        - {take: lows}
    better: more
    english: e
"""


def test_ranges_are_of_what_an_area_holds(book, framework):
    found = book(FACTS)
    ranges = fact_ranges(found.facts.values(), framework, found.parameters)
    expected = {
        "first": (-2, 7), "lows": (0, 3), "total": (-6, 21), "weighted": (-36, 21), "near": (-4, 2),
        "stars": (-1, 3),
    }  # fmt: skip
    assert expected == {name: ranges[name] for name in expected}
    two = fact_ranges(found.facts.values(), framework, found.parameters, area="two")
    assert ((0, 0), (-2, 7)) == (two["first"], two["total"])


def test_every_value_lies_in_the_range_and_among_the_attainable(book, framework):
    """Every combination of the three scores, and none, by the reference's own definitions."""
    found = bind(book(FACTS))
    ranges = fact_ranges(found.facts.values(), framework, found.parameters, area="one")
    could = attainable(found.facts.values(), framework, [framework.area("one")])
    words = framework.vocabulary
    ranks = (0, *words.scale_of("up").ranks)
    seen = {name: set() for name in ranges}
    for three in product(ranks, repeat=3):
        scores = [words.scores[rank] for rank in three]
        known = {f"one.1{c}\nscore": s for c, s in zip("abc", scores, strict=True)}
        known |= {"first": scores[0], "lows": sum(s <= 1 for s in scores), "total": sum(scores)}
        for name in ("weighted", "near", "stars"):
            known[name] = value(found.facts[name].definition, (), known)
        for name in seen:
            seen[name].add(known[name])
    for name, values in seen.items():
        low, high = ranges[name]
        assert (name, True) == (name, low <= min(values) and max(values) <= high)
        assert (name, set()) == (name, values - could[name])
    assert {21, 17, 14} <= could["total"]
    assert 20 not in could["total"]
    assert {0, 1, 2, 3} == could["lows"]


def test_numbers_out_of_reach_are_found(book, framework):
    rules = """
  - {id: r1, reaches: a, when: {total: {at_most: 200}}, not_monotone: x, because: x, source: none}
  - {id: r2, reaches: a, when: {any: [{stars: {at_least: 4}}, {first: {at_least: 3}}]}, because: x, source: y}
  - {id: r3, reaches: a, when: {any: [{first: {more_than: 7}}, {lows: {at_most: 1}}]}, because: x, source: z}
"""
    facts = (
        FACTS
        + "  more: {points: {start: 1, steps: [{add: 1, when: {total: {at_least: 50}}}]}, "
        + ("better: more, english: e}")
    )
    said = {f.message: f.rules for f in check_ranges(book(facts, rules), framework)}
    assert {
        "in rule r1, 'total at most 200' always holds: total lies in -6 to 21": ("r1",),
        "in rule r2, 'stars at least 4' never holds: stars lies in -1 to 3": ("r2",),
        "in rule r3, 'first more than 7' never holds: first lies in -2 to 7": ("r3",),
        "in a step of fact more, 'total at least 50' never holds: total lies in -6 to 21": (),
    } == said


def test_parameters_of_steps_are_used_and_marks_of_facts_are_told(book):
    facts = "  f: {score_of: two.1b, not_monotone: an example, better: more, english: e}\n" + FACTS.replace(
        "take: lows", "take: $stars, when: {total: {at_most: $low}}"
    )
    found = book(facts)
    assert [] == check_unused(found)
    assert ["fact f is marked not_monotone: an example"] == [f.message for f in check_marks(found, [])]
    assert [("stars", True, False)] == [
        (c.name, c.everywhere, c.inside) for c in compared_with(found, "stars")
    ]
    assert [("total", False, True)] == [(c.name, c.everywhere, c.inside) for c in compared_with(found, "low")]
    assert all(c.early for name in ("stars", "low", "few") for c in compared_with(found, name))


def test_slips_in_facts_are_a_weight_a_step_its_place_its_amount_a_bound_the_rounding(book, framework):
    rule = "[{id: r, reaches: a, when: {stars: {at_least: 2}}, because: x, source: none}]"
    changes = {}
    for mutant in mutants(book(FACTS, rule), framework):
        changes.setdefault(mutant.of, []).append(mutant.change)
    assert [
        "without one.1a", "weight 1 for 2 of one.1a", "weight 3 for 2 of one.1a",
        "without one.1b", "weight 0 for 1 of one.1b", "weight 2 for 1 of one.1b",
        "without lows", "weight -11 for -10 of lows", "weight -9 for -10 of lows",
    ] == changes["fact weighted"]  # fmt: skip
    assert ["rounded down, not nearest", "rounded up, not nearest"] == changes["fact near"]
    assert [
        "within -2 to 2", "within -1 to 3", "within 0 to 2", "within -1 to 1",
        "without step 1", "step 2 before step 1", "step 1: take for add",
        "step 1: add 0 for 1", "step 1: add 2 for 1", "step 1: always",
        "step 1: 'first fewer than 3' for 'first at least 3'",
        "step 1: 'first at least 1' for 'first at least 3'",
        "step 1: 'first at least 4' for 'first at least 3'",
        "without step 2", "step 2: add for take",
    ] == changes["fact stars"]  # fmt: skip
    assert ["1 for 2", "3 for 2", "20 for 2"] == changes["parameter few"][:3]
    assert ["anywhere"] == [change.split()[0] for change in changes["parameter few"][3:]]
    assert "total" not in "".join(changes)


@pytest.mark.parametrize(("rules", "unnoticed"), [("FHRS", 6), ("AGED_CARE_STARS", 0)])
def test_no_slip_in_a_shipped_table_goes_unnoticed_but_where_one_condition_follows_from_another(
    rules, unnoticed
):
    report = mutate(rules, search=False)
    # A clause that is added may follow from those there are: the proofs are asked about those, and not here.
    slips = [t.mutant for t in report.survivors if not t.mutant.change.startswith(("and ", "or ", "with "))]
    survived = [f"{slip.of}: {slip.change}" for slip in slips]
    assert unnoticed == len(survived)
    assert all("total at most" in change for change in survived)


def test_kinds_of_fact_are_told_by_their_numbers(book):
    kinds = {name: fact.kind for name, fact in book(FACTS).facts.items() if not fact.made}
    assert {"lows": Kind.COUNT, **dict.fromkeys(set(kinds) - {"lows"}, Kind.SCORE)} == kinds


@pytest.mark.parametrize("framework_id", ["FHRS", "AGED_CARE_STARS"])
def test_shipped_tables_are_short(framework_id):
    folder = Path(__file__).resolve().parents[2] / "rules" / framework_id
    assert 60 >= sum(len(p.read_text("utf-8").splitlines()) for p in folder.glob("*.yaml"))
