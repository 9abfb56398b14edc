"""The status layer, exhaustively: every tally of up to four items, over the tags a status can turn on."""

from __future__ import annotations

from itertools import combinations_with_replacement, product

import pytest

from grader.engines.reference import ReferenceEngine
from grader.grading.conclude import LayerEvaluator
from grader.grading.tally import Item
from grader.language.bind import bind
from grader.language.row import Row
from grader.vocabulary.peel import ASSESSMENTS, STATUSES

FALLS_SHORT, PARTLY, MEETS, EXCEEDS = range(1, 5)
DESCRIBED, TESTED = 0, 1
#: Light: isolated, or remedied. Full: neither. Which of the two makes an item light is tested on its own.
LIGHT, FULL = 0, 1
CLASSES = tuple(product((FALLS_SHORT, PARTLY, MEETS, EXCEEDS), (DESCRIBED, TESTED), (LIGHT, FULL)))
MOST = 4


def stated(tally):
    """The rule of the status layer, stated once more in plain words."""
    if not tally:
        return "not_assessed"
    tested = [(a, weight) for a, strength, weight in tally if strength == TESTED]
    described = [(a, weight) for a, strength, weight in tally if strength == DESCRIBED]
    best = max(a for a, _ in tested or described)
    reached = ("not_demonstrated", "partly_demonstrated", "demonstrated", "exceeded")[best - FALLS_SHORT]
    if not tested:  # going beyond good is shown, not said
        reached = min(reached, "demonstrated", key=STATUSES.rank)
    outweighed = any(a >= MEETS for a, _ in tested)
    limits = [w for a, w in tested + ([] if outweighed else described) if a <= PARTLY]
    if FULL in limits:
        return min(reached, "partly_demonstrated", key=STATUSES.rank)
    if LIGHT in limits:
        return min(reached, "demonstrated", key=STATUSES.rank)
    return reached


@pytest.fixture(scope="module")
def statuses(shipped):
    """The rank of the status of every tally, as the shipped rules conclude it."""
    bound = bind(shipped.book)
    evaluator = LayerEvaluator(bound, ReferenceEngine(bound))

    def row(assessment, strength, weight):
        return Row(
            {
                "assessment": assessment,
                "strength": strength,
                "extent": 2 if weight == FULL else 0,
                "harm": 0,
                "remedied": 0,
                "innovative": 0,
                "direct": 1,
            }
        )

    def status(tally):
        items = tuple(Item(f"E{n}", row(*tags)) for n, tags in enumerate(tally))
        return evaluator.characteristic("responding", "responding.1a", True, items, ()).status.rank

    tallies = (t for n in range(MOST + 1) for t in combinations_with_replacement(CLASSES, n))
    return {tally: status(tally) for tally in tallies}


def test_the_rules_say_what_the_design_says(statuses):
    assert len(statuses) > 4000
    expected = {tally: stated(tally) for tally in statuses}
    assert expected == {tally: STATUSES.name_of(rank) for tally, rank in statuses.items()}


def test_raising_one_assessment_never_lowers_the_status(statuses):
    for tally, rank in statuses.items():
        for at, (assessment, *rest) in enumerate(tally):
            if assessment < EXCEEDS:
                raised = tuple(sorted((*tally[:at], (assessment + 1, *rest), *tally[at + 1 :])))
                assert rank <= statuses[raised], f"{tally} to {raised}"


def test_adding_an_item_that_exceeds_never_lowers_the_status(statuses):
    for tally, rank in statuses.items():
        if len(tally) < MOST:
            for strength in (DESCRIBED, TESTED):
                assert rank <= statuses[tuple(sorted((*tally, (EXCEEDS, strength, FULL))))], tally


def test_adding_an_item_that_falls_short_never_raises_the_status(statuses):
    for tally, rank in statuses.items():
        if 0 < len(tally) < MOST:
            for strength, weight in product((DESCRIBED, TESTED), (LIGHT, FULL)):
                assert rank >= statuses[tuple(sorted((*tally, (FALLS_SHORT, strength, weight))))], tally


def test_a_heavier_shortfall_never_raises_the_status(statuses):
    for tally, rank in statuses.items():
        for at, (assessment, strength, weight) in enumerate(tally):
            if assessment <= PARTLY and weight == LIGHT:
                heavier = tuple(sorted((*tally[:at], (assessment, strength, FULL), *tally[at + 1 :])))
                assert rank >= statuses[heavier], f"{tally} to {heavier}"


@pytest.mark.parametrize("strength", [DESCRIBED, TESTED])
@pytest.mark.parametrize(("extent", "remedied", "expected"), [
    ("isolated", 0, "demonstrated"),
    ("isolated", 1, "demonstrated"),
    ("some", 1, "demonstrated"),
    ("widespread", 1, "demonstrated"),
    ("some", 0, "partly_demonstrated"),
    ("widespread", 0, "partly_demonstrated"),
])  # fmt: skip
def test_a_shortfall_is_light_when_isolated_or_remedied(shipped, strength, extent, remedied, expected):
    bound = bind(shipped.book)
    evaluator = LayerEvaluator(bound, ReferenceEngine(bound))
    rest = {"harm": 0, "innovative": 0, "remedied": remedied, "direct": 1}
    ranks = {"isolated": 0, "some": 1, "widespread": 2}
    short = Row({"assessment": PARTLY, "strength": strength, "extent": ranks[extent], **rest})
    good = Row({"assessment": ASSESSMENTS.rank("exceeds"), "strength": strength, "extent": 2, **rest})
    items = (Item("E1", short), Item("E2", good))
    case = evaluator.characteristic("responding", "responding.1a", True, items, ())
    # A described shortfall limits where nothing tested outweighs it: here nothing is tested.
    assert expected == STATUSES.name_of(case.status.rank)
