"""Columns and formulas say what the reference says: facts of small groups, and whichever rules hold."""

from __future__ import annotations

import random
from itertools import product

import pytest

pytest.importorskip("polars", reason="columns need a data frame library, an extra")
pytest.importorskip("z3", reason="the solver is an extra")

import polars as pl
import z3

from grader.engines import columnar, reference, symbolic
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
    Kind,
    Level,
    Lowest,
    Not,
    Op,
    Param,
    Share,
    Test,
)
from grader.language.row import Row
from grader.language.rulebook import Fact, Layer, Rule, decide
from grader.vocabulary.peel import STATUSES

nw = columnar.nw
COLUMNS = {"assessment": "a", "extent": "e"}
WIDE = (Test("extent", Op.AT_LEAST, (Const(2),)),)
NARROW = (Test("extent", Op.ONE_OF, (Const(0), Const(2))), Test("assessment", Op.MORE_THAN, (Const(1),)))
DEFINITIONS = [
    definition
    for where in ((), WIDE, NARROW)
    for definition in (
        Count("evidence", where),
        AnyOf("evidence", where),
        Best("evidence", "assessment", where),
        Lowest("evidence", "assessment", where),
    )
]


@pytest.fixture(scope="module")
def groups():
    """Groups of none to five things each, some of which are left out of account."""
    draw = random.Random(3)
    rows = [{"assessment": a, "extent": e} for a in range(5) for e in range(3)]
    return [[Row(r) for r in draw.choices(rows, k=n % 6)] for n in range(18)]


def fact(definition, name="f", kind=Kind.COUNT):
    return Fact(name, Layer.STATUS, Level.CHARACTERISTIC, kind, Better.NEITHER, name, definition)


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_a_fact_of_a_group_is_what_the_reference_reads(definition, groups):
    own = fact(definition)
    reader = reference.FactReader([own])
    for rows in groups:
        expected = reader.values({"evidence": rows}, {})["f"]
        columns = {"a": [r["assessment"] for r in rows], "e": [r["extent"] for r in rows]}
        frame = nw.from_native(pl.DataFrame(columns, schema={"a": pl.Int64, "e": pl.Int64}))
        read = columnar.reading(definition, COLUMNS)
        found = frame.select(f=read.of_group())["f"].to_list()[0]
        assert expected == (found or 0)
        bulk = [symbolic.CountedRow(row, z3.IntVal(1)) for row in rows]
        term = symbolic.evaluate_facts([own], {"evidence": bulk}, {})["f"]
        assert expected == z3.simplify(term).as_long()


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_only_the_things_among_which_a_fact_looks_are_read(definition, groups):
    reader = reference.FactReader([fact(definition)])
    for rows in groups:
        among = [row for n, row in enumerate(rows) if n % 2]
        expected = reader.values({"evidence": among}, {})["f"]
        data = [{"a": r["assessment"], "e": r["extent"], "n": n % 2} for n, r in enumerate(rows)]
        frame = nw.from_native(pl.DataFrame(data, schema={"a": pl.Int64, "e": pl.Int64, "n": pl.Int64}))
        read = columnar.reading(definition, COLUMNS, nw.col("n") == 1)
        assert expected == (frame.select(f=read.of_group())["f"].to_list()[0] or 0)


@pytest.mark.parametrize(
    "definition",
    [Count("evidence"), AnyOf("evidence"), Best("evidence", "assessment"), Lowest("evidence", "assessment")],
)
@pytest.mark.parametrize("many", [0, 1, 3])
def test_things_of_the_least_value_are_added_by_their_number(definition, many, groups):
    """A thing of the least value: it is counted, and all its ranks are 0."""
    reader = reference.FactReader([fact(definition)])
    nothing = Row({"assessment": 0, "extent": 0})
    for rows in groups[1:]:
        if not rows:
            continue
        before = reader.values({"evidence": rows}, {})["f"]
        frame = nw.from_native(pl.DataFrame({"value": [before], "many": [many], "a": [0], "e": [0]}))
        read = columnar.reading(definition, COLUMNS)
        found = frame.select(f=read.with_least(nw.col("value"), nw.col("many")))["f"].to_list()
        assert [reader.values({"evidence": [*rows, *[nothing] * many]}, {})["f"]] == found


@pytest.mark.parametrize(("part", "whole"), [(2, 3), (1999, 2000), (3, 3), (0, 3), (0, 0)])
def test_a_share_is_the_same_in_columns(part, whole):
    share = Share("part", "whole")
    frame = nw.from_native(pl.DataFrame({"p": [part], "w": [whole]}))
    found = frame.select(f=columnar.reckoned(share, {"part": "p", "whole": "w"}))["f"].to_list()
    assert [reference.value(share, (), {"part": part, "whole": whole})] == found


@pytest.mark.parametrize("op", Op)
@pytest.mark.parametrize(("part", "whole"), [(2, 3), (665, 1000), (667, 1000), (0, 3), (0, 0), (1, 1)])
def test_a_share_is_compared_by_its_counts_as_if_rounded_down(op, part, whole):
    ratio = symbolic.Ratio(z3.IntVal(part), z3.IntVal(whole))
    rounded = 1000 * part // whole if whole else 0
    for numbers in ((0,), (1,), (665,), (666,), (667,), (1000,), (1, 666, 1000)):
        operands = tuple(map(Const, numbers if op is Op.ONE_OF else numbers[:1]))
        formula = symbolic.compare(ratio, op, operands, {})
        assert reference.compare(rounded, op, operands) is z3.is_true(z3.simplify(formula)), numbers


def test_conditions_hold_alike():
    one, two = Compare("a", Op.AT_LEAST, (Const(1),)), Compare("b", Op.ONE_OF, (Const(0), Const(2)))
    conditions = [
        one,
        two,
        Not(one),
        All((one, two)),
        Any_((one, two)),
        All(()),
        Any_(()),
        Not(All((one, Not(two)))),
    ]
    values = [{"a": a, "b": b} for a in range(3) for b in range(3)]
    frame = nw.from_native(pl.DataFrame(values))
    for condition in conditions:
        expected = [reference.holds(condition, v) for v in values]
        found = columnar.holds(condition, {"a": "a", "b": "b"})
        assert expected == frame.with_columns(t=found)["t"].to_list()
        formulas = [symbolic.holds(condition, {n: z3.IntVal(x) for n, x in v.items()}) for v in values]
        assert expected == [z3.is_true(z3.simplify(f)) for f in formulas]


def test_a_parameter_left_free_is_a_column_or_a_term():
    condition = Compare("a", Op.AT_MOST, (Param("most"),))
    frame = nw.from_native(pl.DataFrame({"a": [1, 2, 3], "m": [2, 2, 2]}))
    truth = columnar.holds(condition, {"a": "a", "$most": "m"})
    assert [True, True, False] == frame.with_columns(t=truth)["t"].to_list()
    terms = {"a": z3.IntVal(3), "$most": z3.IntVal(2)}
    assert z3.is_false(z3.simplify(symbolic.holds(condition, terms)))
    with pytest.raises(TypeError, match="not bound to a number"):
        columnar.holds(condition, {"a": "a"})
    with pytest.raises(TypeError, match="not bound to a number"):
        reference.holds(condition, {"a": 1})


# Conclusions ----------------------------------------------------------------------------------------------

RULES = [
    Rule(f"r{n}", Layer.STATUS, Level.CHARACTERISTIC, Effect(effect), target, All(()), "", "")
    for n, (effect, target) in enumerate(
        [
            ("reaches", "partly_demonstrated"),
            ("reaches", "exceeded"),
            ("reaches", "exceeded"),
            ("limits", "exceeded"),
            ("limits", "demonstrated"),
            ("limits", "not_assessed"),
        ]
    )
]


def test_whichever_rules_hold_the_same_is_concluded_and_the_same_rules_decide():
    truths = list(product([False, True], repeat=len(RULES)))
    frame = nw.from_native(pl.DataFrame({r.id: [t[n] for t in truths] for n, r in enumerate(RULES)}))
    held = {r.id: nw.col(r.id) for r in RULES}
    found = columnar.decided(RULES, held, STATUSES, "not_demonstrated")
    frame = frame.with_columns(rank=found.rank, reached=found.reached, limit=found.limit)
    says = {
        r.id: columnar.decides(r, held[r.id], STATUSES, nw.col("reached"), nw.col("limit")) for r in RULES
    }
    frame = frame.with_columns(deciding=columnar.names_of(says, "; "))
    for n, truth in enumerate(truths):
        here = frozenset(r.id for r, t in zip(RULES, truth, strict=True) if t)
        expected = decide(RULES, here, STATUSES, "not_demonstrated")
        assert (expected.rank, "; ".join(expected.deciding)) == (frame["rank"][n], frame["deciding"][n]), here
        pairs = [(r, z3.BoolVal(t)) for r, t in zip(RULES, truth, strict=True)]
        concluded = symbolic.decide(pairs, STATUSES, "not_demonstrated")
        assert expected.rank == z3.simplify(concluded.rank).as_long()
