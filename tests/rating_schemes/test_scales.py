"""Scales that a framework declares: levels, levels outside the order, several items, steps."""

from __future__ import annotations

import pytest

from grader.errors import InputError
from grader.explanations.smallest_change import smallest_change
from grader.explanations.why_not import why_not
from grader.vocabulary.peel import PEEL

BEST = {"hygiene": 0, "structure": 10, "staff": "good", "care": 10}


def statuses(loaded):
    return {c.id: c.status for c in loaded.proposal.areas[0].characteristics}


def area(loaded):
    return loaded.proposal.areas[0]


# Levels -----------------------------------------------------------------------------------------------------


def test_levels_are_said_by_their_ids_whichever_scales_have_them(two_scales, said):
    loaded = two_scales().load(said(**BEST))
    assert {"hygiene": "0", "structure": "10", "staff": "good", "care": "10"} == statuses(loaded)


def test_a_whole_number_is_a_level_quoted_or_not_and_by_its_title(two_scales, said):
    session = two_scales()
    ways = [
        statuses(session.load(said(hygiene=level, care=top)))
        for level, top in ((10, 10), ("10", "10"), ("Ten", "top marks"), ("ten", "TOP MARKS"))
    ]
    assert [ways[0]] * 4 == ways


def test_the_vocabulary_is_peels_own_where_a_framework_declares_nothing(peel_framework):
    assert peel_framework.vocabulary is PEEL


def test_one_whole_number_says_scale_level_and_score(two_scales):
    words = two_scales().framework.framework.vocabulary
    assert ("not_assessed", "insufficient", "20", "score/10", "0", "poor", "fair", "good", "rating/10") == (
        words.statuses.names
    )
    assert (0, 0, 20, 10, 0, 0, 0, 0, 0) == words.scores
    assert (("20", "score/10", "0"), ("poor", "fair", "good", "rating/10")) == (
        words.levels_of("score"),
        words.levels_of("rating"),
    )


def test_a_characteristic_without_a_scale_has_the_four_levels(two_scales, said, only_head):
    session = two_scales((", scale: rating, text: Has staff", ", text: Has staff"), rules=only_head)
    loaded = session.load(said(staff="Partly meets"))
    assert "partly_meets" == statuses(loaded)["staff"]


@pytest.fixture(scope="module")
def peel_framework():
    from grader.io import catalogue

    return catalogue.framework("PEEL_2021_22").framework


# Levels outside the order -----------------------------------------------------------------------------------


def test_not_rated_is_as_if_there_were_no_evidence_and_is_listed(two_scales, said):
    loaded = two_scales().load(said(staff="not_rated", care="good"))
    assert ("not_assessed", [("E1", "outside_the_order")]) == (
        statuses(loaded)["staff"],
        [(n.evidence, n.reason) for n in loaded.proposal.not_counted],
    )


def test_insufficient_evidence_withholds_the_area_and_says_why(two_scales, said):
    found = area(two_scales().load(said(**{**BEST, "staff": "insufficient"})))
    said_why = [r.because for r in found.reasons if r.held]
    assert (
        "withheld",
        ["characteristics at Insufficient evidence: 1; the area is withheld while there is any"],
    ) == (found.outcome, said_why)


def test_a_level_in_the_order_counts_beside_one_outside_it(two_scales, said):
    levels = {**BEST, "staff": [("insufficient", "2024-02-01"), ("good", "2024-02-01")]}
    loaded = two_scales().load(said(**levels))
    assert ("good", "graded") == (statuses(loaded)["staff"], area(loaded).outcome)


def test_a_level_may_count_as_another(two_scales, said):
    assert "poor" == statuses(two_scales().load(said(staff="Closed")))["staff"]


# Several items ----------------------------------------------------------------------------------------------


OLD_AND_NEW = {"staff": [("good", "2023-01-01"), ("poor", "2024-01-01"), ("fair", "2024-01-01")]}


@pytest.mark.parametrize(("several", "status"), [("lowest", "poor"), ("best", "good"), ("latest", "poor")])
def test_of_several_items_the_framework_says_which_counts(two_scales, said, several, status):
    session = two_scales(("several: latest", f"several: {several}"))
    assert status == statuses(session.load(said(**OLD_AND_NEW)))["staff"]


def test_what_is_superseded_is_listed_with_the_reason(two_scales, said):
    found = two_scales().load(said(**OLD_AND_NEW)).proposal.not_counted
    assert [
        ("E1", "superseded", "found on 2023-01-01, and what was found on 2024-01-01 takes its place")
    ] == [(n.evidence, n.reason, n.message) for n in found]


def test_the_latest_needs_the_day_each_item_was_found(two_scales, said):
    with pytest.raises(InputError, match=r"'E1' lacks 'found_on'\n  help: add found_on"):
        two_scales().load(said(staff=[("good", None)]))


def test_without_the_latest_what_it_took_the_place_of_counts_again(two_scales, said):
    levels = {**BEST, "staff": [("poor", "2023-01-01"), ("good", "2024-01-01")]}
    hinges = {h.evidence: h.grade for h in area(two_scales().load(said(**levels))).hinges}
    assert "2" == hinges["E4"]
    assert "2" == two_scales().load(said(**{**BEST, "staff": "poor"})).proposal.areas[0].grade


def test_beside_another_item_of_the_latest_day_none_turns_on_what_they_took_the_place_of(two_scales, said):
    levels = {**BEST, "staff": [("poor", "2023-01-01"), ("good", "2024-01-01"), ("good", "2024-01-01")]}
    hinges = {h.evidence for h in area(two_scales().load(said(**levels))).hinges}
    assert {"E1", "E2", "E6"} == hinges


# Steps ------------------------------------------------------------------------------------------------------


def test_a_step_stays_inside_its_scale(two_scales, said):
    found = area(two_scales().load(said(hygiene=0, structure=20, staff="poor", care=10)))
    assert {"E2: 20 to 10"} == {r.change for r in found.reachable}


@pytest.mark.parametrize(
    ("levels", "asked", "cost", "changes"),
    [
        ({**BEST, "structure": 20}, "3", 1, ["E2: 20 to 10"]),
        ({**BEST, "staff": "poor"}, "3", 2, ["E3: poor to good"]),
        ({**BEST, "staff": "insufficient"}, "3", 3, ["E3: insufficient to good"]),
        ({n: BEST[n] for n in ("hygiene", "structure", "care")}, "3", 3, ["on staff"]),
    ],
)
def test_the_least_change_counts_one_step_of_a_scale_as_one(two_scales, said, levels, asked, cost, changes):
    found = smallest_change(two_scales().load(said(**levels)), "body", asked)
    texts = [change.text for change in found.answers[0].changes]
    assert (cost, [True]) == (found.cost, [all(c in t for c, t in zip(changes, texts, strict=True))])


def test_why_not_turns_on_characteristics_of_the_scale_alone(two_scales, said):
    found = why_not(two_scales().load(said(hygiene=20, structure=0, staff="good", care="good")), "body", "3")
    (barrier,) = found.barriers
    assert [["hygiene"]] == [missed.characteristics for missed in barrier.conditions]


# Names in rules ---------------------------------------------------------------------------------------------


RULES = """\
layer: grade
facts:
  {name}: {{{fact}, better: more, english: a fact}}
"""

WRONG = {
    "a level of several scales": (
        "count: characteristics, where: {status: {at_least: 10}}",
        "'10' is a level of several scales: score and rating",
        "say which: add scale: score beside it, in 'where'",
    ),
    "a level of another scale": (
        "count: characteristics, where: {scale: score, status: good}",
        "'good' is no value of 'status'",
        "known levels of scale score: 0, 10, 20",
    ),
    "a misspelt level": (
        "count: characteristics, where: {status: goood}",
        "'goood' is no value of 'status'",
        "did you mean 'good'?",
    ),
    "no level of any scale": (
        "count: characteristics, where: {status: zzz}",
        "'zzz' is no value of 'status'",
        "known levels: 0, 10, 20, fair, good, insufficient, poor",
    ),
    "a lowest over several scales": (
        "lowest: status, of: characteristics",
        "fact 'odd' takes the lowest of levels of several scales: score and rating",
        "say of which: where: {scale: score}",
    ),
    "an unknown scale": (
        "count: characteristics, where: {scale: scores}",
        "'scores' is no value of 'scale'",
        "did you mean 'score'?",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_word_in_a_rule_book_is_located_with_the_nearest(two_scales, tmp_path, what):
    fact, message, help = WRONG[what]
    (tmp_path / "rulebook.yaml").write_text(
        'rulebook: {id: TWO, version: "1", framework: TWO, title: Rules}\n'
    )
    (tmp_path / "grades.yaml").write_text(RULES.format(name="odd", fact=fact))
    with pytest.raises(InputError) as caught:
        two_scales(rules=tmp_path)
    (problem,) = caught.value.problems
    assert ("rules/grades.yaml", 3, message, help) == (
        problem.place.file,
        problem.place.line,
        problem.message,
        problem.help,
    )


def test_a_rule_for_a_status_has_no_place_where_statuses_are_as_assessed(two_scales, tmp_path):
    (tmp_path / "rulebook.yaml").write_text(
        'rulebook: {id: TWO, version: "1", framework: TWO, title: Rules}\n'
    )
    (tmp_path / "statuses.yaml").write_text(
        "layer: status\nfacts:\n  many: {count: evidence, better: more, english: items}\n"
        "rules:\n  - {id: a, reaches: good, when: {many: {at_least: 1}}, because: x, source: x}\n"
    )
    with pytest.raises(InputError, match=r"statuses.yaml:5:10: framework TWO says 'as_assessed'"):
        two_scales(rules=tmp_path)


def test_an_item_is_on_characteristics_of_one_scale(two_scales, said):
    given = said(hygiene=10)
    given["evidence"][0]["characteristics"] = ["hygiene", "care"]
    with pytest.raises(InputError, match="assessed on 2 scales: score and rating"):
        two_scales().load(given)
