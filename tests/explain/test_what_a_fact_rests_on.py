"""Which evidence a fact about one characteristic rests on, and which keeps it from being greater."""

from __future__ import annotations

import pytest

from grader.grading.conclude import CharacteristicCase
from grader.grading.support import lacking_on, of_characteristic
from grader.grading.tally import Item
from grader.language.nodes import Best, Better, Const, Count, Kind, Level, Lowest, Op, Test
from grader.language.row import Row
from grader.language.rulebook import Decision, Fact, Layer

TESTED = (Test("strength", Op.EQUALS, (Const(1),)),)
ITEMS = tuple(
    Item(id, Row({"assessment": assessment, "strength": strength}))
    for id, assessment, strength in (("E1", 0, 1), ("E2", 2, 1), ("E3", 2, 1), ("E4", 3, 0))
)


def fact(definition, kind=Kind.SCALE):
    return Fact("seen", Layer.STATUS, Level.CHARACTERISTIC, kind, Better.MORE, "seen", definition)


def case(value):
    return CharacteristicCase("a.1a", True, ITEMS, Row({"seen": value}), Decision(0, ()), ())


@pytest.mark.parametrize(
    ("definition", "value", "rests_on", "lacking"),
    [
        (Best("evidence", "assessment", TESTED), 2, {"E2", "E3"}, {"E1", "E2", "E3"}),
        (Lowest("evidence", "assessment", TESTED), 0, {"E1"}, {"E1"}),
        (Lowest("evidence", "assessment", ()), 0, {"E1"}, {"E1"}),
        (Count("evidence", TESTED), 3, {"E1", "E2", "E3"}, {"E4"}),
    ],
)
def test_a_fact_rests_on_what_gives_its_value(definition, value, rests_on, lacking):
    kind = Kind.COUNT if isinstance(definition, Count) else Kind.SCALE
    seen, here = fact(definition, kind), case(value)
    assert rests_on == of_characteristic(seen, here, {}).evidence
    assert lacking == lacking_on(seen, here, {}).evidence


def test_the_lowest_of_nothing_is_lacking_all_there_is():
    none = (Test("strength", Op.EQUALS, (Const(7),)),)
    seen = fact(Lowest("evidence", "assessment", none))
    assert set() == of_characteristic(seen, case(0), {}).evidence
    assert {"E1", "E2", "E3", "E4"} == lacking_on(seen, case(0), {}).evidence
