"""Which evidence is behind a fact, and which keeps it from being greater."""

from __future__ import annotations

import pytest

from grader.grading import tally
from grader.grading.conclude import CharacteristicCase
from grader.grading.support import lacking, lacking_on, of_characteristic
from grader.grading.tally import Item
from grader.language.nodes import Best, Better, Count, Kind, Level, Lowest
from grader.language.row import Row
from grader.language.rulebook import Decision, Fact, Layer
from grader.vocabulary.peel import PEEL

LEVELS = PEEL.assessments
WORST, MIDDLE, BEST = (LEVELS.rank(name) for name in ("falls_short", "partly_meets", "meets"))


def fact(name, level, definition):
    kind, scale = (Kind.SCALE, LEVELS) if definition.ranked else (Kind.COUNT, None)
    return Fact(name, Layer.STATUS, level, kind, Better.MORE, name, definition, scale)


ABOUT_ONE = {
    "best": fact("best", Level.CHARACTERISTIC, Best("evidence", "assessment")),
    "least": fact("least", Level.CHARACTERISTIC, Lowest("evidence", "assessment")),
    "items": fact("items", Level.CHARACTERISTIC, Count("evidence")),
}


def case(id, *ranks):
    """A characteristic with an item at each of these ranks: E0, E1, ... after its own name."""
    items = tuple(Item(f"{id}{n}", tally.tested_row(rank, extent=0, harm=0)) for n, rank in enumerate(ranks))
    facts = Row({"best": max(ranks), "least": min(ranks), "items": len(ranks), "status": 1})
    return CharacteristicCase(id, True, items, facts, Decision(1, ()), ())


@pytest.mark.parametrize(
    ("name", "expected"), [("best", {"E1"}), ("least", {"E0", "E3"}), ("items", {"E0", "E1", "E2", "E3"})]
)
def test_behind_a_fact_is_the_evidence_that_gives_its_value(name, expected):
    found = of_characteristic(ABOUT_ONE[name], case("E", WORST, BEST, MIDDLE, WORST), ABOUT_ONE)
    assert expected == found.evidence


@pytest.mark.parametrize(("name", "expected"), [("best", {"E0", "E1", "E2"}), ("least", {"E1"})])
def test_a_best_is_kept_down_by_all_evidence_and_a_lowest_by_the_worst(name, expected):
    found = lacking_on(ABOUT_ONE[name], case("E", MIDDLE, WORST, BEST), ABOUT_ONE)
    assert expected == found.evidence


def test_the_lowest_of_an_area_is_kept_down_by_what_keeps_that_of_its_worst_characteristic_down():
    over_area = fact("lowest", Level.AREA, Lowest("characteristics", "best"))
    cases = [case("E", MIDDLE, WORST), case("F", BEST)]
    assert {"E0", "E1"} == lacking(over_area, cases, (), ABOUT_ONE).evidence
