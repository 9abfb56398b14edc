"""The symbolic engine means what the reference engine means, node by node, on any numbers."""

from __future__ import annotations

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.engines import reference, symbolic
from grader.engines.symbolic import CountedRow, Ratio
from grader.language.nodes import (
    All,
    Any_,
    AnyOf,
    Best,
    Better,
    Compare,
    Const,
    Count,
    Effect,
    FactOf,
    Kind,
    Level,
    Lowest,
    Not,
    Op,
    Share,
    Test,
)
from grader.language.rulebook import Fact, Layer, Rule, decide
from grader.language.vocabulary import entities
from grader.proofs.tag_combinations import EVIDENCE_TAGS, group_tags
from grader.vocabulary.peel import PEEL, STATUSES

ATTRIBUTES = {name: len(scale.names) for name, scale in entities(PEEL)["evidence"].attributes.items()}


@st.composite
def clauses(draw: st.DrawFn) -> tuple[Test, ...]:
    names = draw(st.lists(st.sampled_from(sorted(ATTRIBUTES)), unique=True, max_size=3))
    return tuple(
        Test(name, op, tuple(Const(draw(st.integers(0, ATTRIBUTES[name]))) for _ in range(_arity(draw, op))))
        for name in names
        for op in [draw(st.sampled_from(Op))]
    )


def _arity(draw: st.DrawFn, op: Op) -> int:
    return draw(st.integers(1, 3)) if op is Op.ONE_OF else 1


@st.composite
def fact_sets(draw: st.DrawFn) -> list[Fact]:
    """Two counts, a share of them, a best, a lowest and a flag, over random clauses."""
    ranked = draw(st.sampled_from(["assessment", "extent", "harm"]))
    definitions = {
        "part": Count("evidence", draw(clauses())),
        "whole": Count("evidence", draw(clauses())),
        "share": Share("part", "whole"),
        "best": Best("evidence", ranked, draw(clauses())),
        "lowest": Lowest("evidence", ranked, draw(clauses())),
        "some": AnyOf("evidence", draw(clauses())),
    }
    kinds = {"part": Kind.COUNT, "whole": Kind.COUNT, "share": Kind.SHARE, "some": Kind.FLAG}
    return [
        Fact(n, Layer.STATUS, Level.CHARACTERISTIC, kinds.get(n, Kind.SCALE), Better.NEITHER, n, d)
        for n, d in definitions.items()
    ]


comparisons = st.one_of(
    st.builds(
        lambda fact, op, value: Compare(fact, op, (Const(value),)),
        st.sampled_from(["part", "whole", "best", "lowest", "some"]),
        st.sampled_from(Op),
        st.integers(0, 5),
    ),
    st.builds(
        lambda op, values: Compare("share", op, tuple(map(Const, values[: 3 if op is Op.ONE_OF else 1]))),
        st.sampled_from(Op),
        st.lists(st.one_of(st.integers(0, 1001), st.sampled_from([0, 333, 334, 500, 1000])), min_size=3),
    ),
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda p: All(tuple(p))),
        st.lists(inner, max_size=3).map(lambda p: Any_(tuple(p))),
        inner.map(Not),
    ),
    max_leaves=6,
)
evidence = st.lists(st.sampled_from(EVIDENCE_TAGS), max_size=7)


def _number(term: object) -> int:
    if isinstance(term, Ratio):
        part, whole = _number(term.part), _number(term.whole)
        return 1000 * part // whole if whole else 0
    return int(z3.simplify(term).as_long())


@settings(max_examples=150, deadline=None)
@given(fact_sets(), evidence, st.lists(conditions, min_size=1, max_size=4))
def test_facts_and_conditions_equal_the_reference_on_grouped_evidence(facts, rows, asked):
    expected = reference.FactReader(facts).values({"evidence": rows}, {})

    groups = group_tags(EVIDENCE_TAGS, "evidence", [f.definition for f in facts])
    counts = [0] * len(groups.rows)
    for row in rows:
        counts[groups.of[row]] += 1
    bulk = [CountedRow(row, z3.IntVal(n)) for row, n in zip(groups.rows, counts, strict=True)]
    terms = symbolic.evaluate_facts(facts, {"evidence": bulk}, {})

    assert expected == {name: _number(term) for name, term in terms.items()}
    for condition in asked:
        actual = z3.is_true(z3.simplify(symbolic.holds(condition, terms)))
        assert reference.holds(condition, expected) == actual


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30), st.sampled_from(Op), st.integers(0, 1100))
def test_shares_are_compared_as_if_rounded_down(part, whole, op, threshold):
    rounded = 1000 * part // whole if whole else 0
    ratio = Ratio(z3.IntVal(part), z3.IntVal(whole))
    formula = symbolic.compare(ratio, op, (Const(threshold),), {})
    assert reference.compare(rounded, op, (Const(threshold),)) == z3.is_true(z3.simplify(formula))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([Effect.REACHES, Effect.LIMITS]),
            st.sampled_from(STATUSES.names[1:]),
            st.booleans(),
        ),
        max_size=7,
    )
)
def test_layers_conclude_as_the_language_says(drawn):
    rules = [
        (Rule(f"r{i}", Layer.STATUS, Level.CHARACTERISTIC, effect, target, All(()), "", ""), held)
        for i, (effect, target, held) in enumerate(drawn)
    ]
    expected = decide(
        (r for r, _ in rules), frozenset(r.id for r, held in rules if held), STATUSES, "not_demonstrated"
    )
    actual = symbolic.decide([(r, z3.BoolVal(held)) for r, held in rules], STATUSES, "not_demonstrated")
    assert expected.rank == _number(actual.rank)


def test_a_status_of_no_characteristic_of_the_area_is_not_assessed():
    assert _number(symbolic.value(FactOf("elsewhere.1a"), {}, {})) == 0


@pytest.mark.parametrize("read", [symbolic.holds, symbolic.value])
def test_an_unknown_node_is_refused_loudly(read):
    arguments = (object(), {}) if read is symbolic.holds else (object(), {}, {})
    with pytest.raises(TypeError, match="cannot read object"):
        read(*arguments)
