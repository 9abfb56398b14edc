"""The stages and outcomes are data that every engine reads; the nodes say what engines and analyses ask."""

from __future__ import annotations

import random
from functools import reduce

import pytest

from grader.engines.reference import FactReader
from grader.grading.conclude import proposed_counts
from grader.io import catalogue
from grader.language.bind import bind
from grader.language.nodes import (
    All,
    AnyOf,
    Best,
    Better,
    Compare,
    Const,
    Count,
    Kind,
    Level,
    Lowest,
    Op,
    Param,
    Share,
    Test,
)
from grader.language.pipeline import GRADED, OUTCOMES, PIPELINE, STATUSES, Circumstance
from grader.language.relevance import parts_first, relevance
from grader.language.row import Row
from grader.language.rulebook import EFFECTS, TABLES, Effect, Fact, Layer
from grader.language.typecheck import comparisons

NAME = "PEEL_2021_22"


@pytest.fixture(scope="module")
def book():
    return catalogue.rulebook(NAME, catalogue.framework(NAME))


def test_the_stages_are_the_tables_in_their_order():
    assert list(TABLES) == [(stage.layer, stage.level) for stage in PIPELINE]


def test_every_ordered_stage_has_a_scale_and_a_default_on_it(book):
    ordered = [s for s in PIPELINE if Effect.REACHES in EFFECTS[s.layer]]
    assert ["measure", "status", "grade"] == [str(s.layer) for s in ordered]
    for stage in ordered:
        scale, default = stage.concludes(book)
        assert default in scale.names


def test_where_no_item_stands_the_status_is_not_assessed(book):
    scale, _ = STATUSES.concludes(book)
    assert (Circumstance.NO_ITEMS, "not_assessed") == (STATUSES.unless, scale.nothing)


def test_the_last_outcome_is_met_by_every_area():
    assert (GRADED, (), None) == (OUTCOMES[-1], OUTCOMES[-1].where, OUTCOMES[-1].unless)


# Facts ----------------------------------------------------------------------------------------------------

ROWS = [Row({"assessment": a, "strength": s}) for a in range(1, 5) for s in (0, 1)]
TESTED = (Test("strength", Op.EQUALS, (Const(1),)),)


@pytest.mark.parametrize(
    "definition",
    [
        Count("evidence", TESTED),
        AnyOf("evidence", TESTED),
        Best("evidence", "assessment", TESTED),
        Lowest("evidence", "assessment", TESTED),
    ],
)
def test_parts_combine_to_what_the_reference_reads(definition):
    """However things are split, and in whatever order they are put together."""
    draw = random.Random(7)
    reader = FactReader(
        [Fact("f", Layer.STATUS, Level.CHARACTERISTIC, Kind.COUNT, Better.MORE, "f", definition)]
    )
    for _ in range(200):
        things = draw.choices(ROWS, k=draw.randint(0, 6))
        parts = [
            definition.part(t) if reader.satisfied(reader.facts[0], t) else definition.identity
            for t in things
        ]
        draw.shuffle(parts)
        found = definition.result(reduce(definition.combine, parts, definition.identity))
        assert reader.values({"evidence": things}, {})["f"] == found


def test_a_share_depends_on_its_counts_and_comes_after_them():
    def fact(name, definition):
        return Fact(name, Layer.GRADE, Level.AREA, Kind.COUNT, Better.MORE, name, definition)

    share, part, whole = (
        fact("s", Share("p", "w")),
        fact("p", Count("findings")),
        fact("w", Count("findings")),
    )
    assert ("p", "w") == share.definition.depends_on
    assert (part, whole, share) == parts_first([share, part, whole])
    assert (None, ()) == (share.entity, share.definition.where)


# Names and places -----------------------------------------------------------------------------------------


def test_a_parameter_keeps_its_name_when_it_is_bound(book):
    written = {(r.id, o.name) for r in book.rules for c, _ in comparisons(r.condition) for o in c.operands}
    bound = {
        (r.id, o.name) for r in bind(book).rules for c, _ in comparisons(r.condition) for o in c.operands
    }
    assert written == bound
    assert {name for _, name in bound} >= {"substantially_all"}
    assert not any(
        isinstance(o, Param)
        for r in bind(book).rules
        for c, _ in comparisons(r.condition)
        for o in c.operands
    )


def test_a_name_and_a_place_tell_no_nodes_apart(book):
    rule = next(r for r in book.rules if isinstance(r.condition, All))
    elsewhere = Compare("f", Op.AT_LEAST, (Const(1, "some"),), rule.place)
    nowhere = Compare("f", Op.AT_LEAST, (Const(1),))
    assert (elsewhere, hash(elsewhere)) == (nowhere, hash(nowhere))
    assert "place" not in repr(elsewhere)


def test_every_comparison_and_clause_of_a_rule_book_knows_its_line(book):
    for rule in bind(book).rules:
        assert rule.condition.place is not None
        for comparison, _ in comparisons(rule.condition):
            assert (comparison.place.file, True) == (rule.place.file, comparison.place.line > rule.place.line)
    clauses = [(f, t) for f in bind(book).facts.values() for t in f.definition.where]
    assert clauses
    assert [] == [t for f, t in clauses if t.place is None or t.place.line < f.place.line]


# Relevance ------------------------------------------------------------------------------------------------


def test_what_matters_to_an_area_is_what_its_rules_look_at(book):
    bound = bind(book)
    found = relevance(bound, ["recording"], proposed_counts)
    assert all(r.applies_to("recording") for rules in found.rules.values() for r in rules)
    asked = {c.fact for r in found.rules[Layer.GRADE, Level.AREA] for c, _ in comparisons(r.condition)}
    assert asked <= {f.name for f in found.area_facts}
    assert {"recording.1a"} == set(found.named)
    assert set() == set(relevance(bound, ["responding"], proposed_counts).named)


def test_a_layer_left_out_matters_not(book):
    found = relevance(bind(book), ["recording"], proposed_counts, layers=[Layer.GRADE])
    assert () == found.rules[Layer.SUFFICIENCY, Level.AREA]
    assert found.rules[Layer.GRADE, Level.AREA]
    assert "coverage" not in {f.name for f in found.area_facts}


def test_a_cause_of_concern_always_matters_and_other_findings_where_a_fact_counts_them(book):
    found = relevance(bind(book), ["responding"], lambda words, kind, where: False)
    assert {"cause_of_concern"} == {r.target for r in found.raising}
    whole = relevance(bind(book), ["responding"], lambda words, kind, where: False, everything=True)
    assert {"area_for_improvement", "cause_of_concern"} <= {r.target for r in whole.raising}
