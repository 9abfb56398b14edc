"""Comparisons, facts, conclusions, orders and settings: each just before where it turns, and there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from grader.engines import reference
from grader.errors import InputError, Place
from grader.grading.remarks import remarks_on_settings
from grader.grading.support import wants_more
from grader.language.bind import bind
from grader.language.compared import Compared, compared_with, turns
from grader.language.dnf import MAX_CONJUNCTIONS, TooManyConjunctions, dnf
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
)
from grader.language.order import Order, asked, orders
from grader.language.parse import Reader, Typed, parse_condition, parse_operand
from grader.language.row import Row
from grader.language.rulebook import Decision, Fact, Layer, Parameter, Rule, RuleBook, decide
from grader.language.settings import read_settings
from grader.language.typecheck import comparisons, direction_problems, facts_named
from grader.vocabulary.peel import PEEL, STATUSES
from grader.vocabulary.scales import Scale

#: For each operator, its operands and those of 0 to 5 that stand so to them.
TRUTHS = [
    (Op.AT_LEAST, (3,), [3, 4, 5]),
    (Op.AT_MOST, (3,), [0, 1, 2, 3]),
    (Op.MORE_THAN, (3,), [4, 5]),
    (Op.FEWER_THAN, (3,), [0, 1, 2]),
    (Op.EQUALS, (3,), [3]),
    (Op.ONE_OF, (1, 3, 9), [1, 3]),
]


def by_reference(op: Op, operands: Sequence[Const]) -> list[int]:
    return [n for n in range(6) if reference.compare(n, op, operands)]


def by_looking_it_up(op: Op, operands: Sequence[Const]) -> list[int]:
    stands, constant = reference.comparison(op, operands)
    return [n for n in range(6) if stands(n, constant)]


def by_columns(op: Op, operands: Sequence[Const]) -> list[int]:
    pytest.importorskip("polars")
    pytest.importorskip("narwhals")
    import polars as pl

    from grader.engines import columnar

    frame = columnar.nw.from_native(pl.DataFrame({"n": range(6)}))
    kept = frame.filter(columnar.compare(columnar.nw.col("n"), op, operands))
    return kept["n"].to_list()


def by_formulas(op: Op, operands: Sequence[Const]) -> list[int]:
    z3 = pytest.importorskip("z3")
    from grader.engines import symbolic

    truths = {n: symbolic.compare(z3.IntVal(n), op, operands, {}) for n in range(6)}
    return [n for n, truth in truths.items() if z3.is_true(z3.simplify(truth))]


@pytest.mark.parametrize("read", [by_reference, by_looking_it_up, by_columns, by_formulas])
@pytest.mark.parametrize(("op", "operands", "expected"), TRUTHS)
def test_a_comparison_turns_at_its_operand(
    op: Op, operands: tuple[int, ...], expected: list[int], read: Callable[..., list[int]]
) -> None:
    assert expected == read(op, tuple(map(Const, operands)))


@pytest.mark.parametrize(("op", "operands", "expected"), TRUTHS)
def test_a_parameter_turns_a_comparison_where_it_is_said_to(
    op: Op, operands: tuple[int, ...], expected: list[int]
) -> None:
    for value in range(6):
        held = [n for n in range(8) if reference.compare(value, op, (Const(n),))]
        turned = [n for n in range(1, 8) if (n in held) is not (n - 1 in held)]
        assert set(turned) <= set(turns(op, [value]))
        if op not in (Op.EQUALS, Op.ONE_OF):
            assert turned == [n for n in turns(op, [value]) if n > 0]


# Facts ----------------------------------------------------------------------------------------------------

ROWS = [Row({"assessment": rank}) for rank in (3, 1, 4)]


@pytest.mark.parametrize(
    ("definition", "rows", "expected"),
    [
        (Count("evidence"), ROWS, 3),
        (Count("evidence"), [], 0),
        (AnyOf("evidence"), ROWS, 1),
        (AnyOf("evidence"), [], 0),
        (Best("evidence", "assessment"), ROWS, 4),
        (Best("evidence", "assessment"), [], 0),
        (Lowest("evidence", "assessment"), ROWS, 1),
        (Lowest("evidence", "assessment"), [], 0),
    ],
)
def test_a_fact_is_read_off_the_things_chosen(definition, rows, expected):
    assert expected == reference.value(definition, rows, {})
    total = definition.identity
    for row in rows:
        total = definition.combine(total, definition.part(row))
    assert expected == definition.result(total)


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(2, 3, 666), (1999, 2000, 999), (3, 3, 1000), (0, 3, 0), (0, 0, 0)]
)
def test_a_share_is_whole_per_mille_rounded_down(part, whole, expected):
    assert expected == reference.value(Share("part", "whole"), [], {"part": part, "whole": whole})


# Conditions -----------------------------------------------------------------------------------------------


def test_a_condition_may_hold_in_so_many_ways_and_no_more():
    def either(many):
        return Any_(tuple(Compare("a", Op.EQUALS, (Const(n),)) for n in range(many)))

    assert MAX_CONJUNCTIONS == len(dnf(either(MAX_CONJUNCTIONS)))
    with pytest.raises(TooManyConjunctions):
        dnf(either(MAX_CONJUNCTIONS + 1))


def test_not_turns_each_comparison_and_each_connective():
    a, b = Compare("a", Op.AT_LEAST, (Const(3),)), Compare("b", Op.ONE_OF, (Const(1), Const(2)))
    for condition in (a, b, All((a, b)), Any_((a, b)), All(()), Any_(()), Not(All((a, Not(b))))):
        for values in ({"a": a_, "b": b_} for a_ in (2, 3, 4) for b_ in range(4)):
            ways = dnf(Not(condition))
            held = any(all(_stands(atom, values[atom.fact]) for atom in way) for way in ways)
            assert (not reference.holds(condition, values)) is held, condition


def _stands(atom, value):
    number = atom.operand.value
    return {
        "==": value == number,
        "!=": value != number,
        ">=": value >= number,
        "<=": value <= number,
        ">": value > number,
        "<": value < number,
    }[atom.op]


def test_every_comparison_is_told_with_whether_it_is_negated():
    a, b, c = (Compare(name, Op.AT_LEAST, (Const(1),)) for name in "abc")
    condition = All((a, Not(Any_((b, Not(c))))))
    assert [(a, False), (b, True), (c, False)] == list(comparisons(condition))
    assert ("a", "b", "c") == facts_named(condition)
    assert [a] == list(asked(condition))


@pytest.mark.parametrize(
    ("op", "operands", "wanted", "value", "expected"),
    [
        (Op.AT_LEAST, (3,), True, 2, True),
        (Op.AT_LEAST, (3,), False, 3, False),
        (Op.MORE_THAN, (3,), True, 3, True),
        (Op.MORE_THAN, (3,), False, 4, False),
        (Op.AT_MOST, (3,), True, 4, False),
        (Op.AT_MOST, (3,), False, 3, True),
        (Op.FEWER_THAN, (3,), True, 3, False),
        (Op.FEWER_THAN, (3,), False, 2, True),
        (Op.EQUALS, (3,), True, 2, True),
        (Op.EQUALS, (3,), True, 4, False),
        (Op.EQUALS, (3,), False, 3, False),
        (Op.ONE_OF, (1, 5), True, 3, True),
        (Op.ONE_OF, (1, 5), True, 6, False),
        (Op.ONE_OF, (1, 5), False, 1, False),
    ],
)
def test_a_comparison_that_fails_wants_more_or_less_of_its_fact(op, operands, wanted, value, expected):
    comparison = Compare("f", op, tuple(map(Const, operands)))
    assert wanted is not reference.compare(value, op, comparison.operands)
    assert expected is wants_more(comparison, wanted, value)


# Conclusions ----------------------------------------------------------------------------------------------


def rule(name: str, effect: str, target: str, condition=All(()), scope=None) -> Rule:  # noqa: B008
    layer, level = Layer.STATUS, Level.CHARACTERISTIC
    return Rule(name, layer, level, Effect(effect), target, condition, "because", "source", scope)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], ("not_demonstrated", ())),
        (["reaches partly_demonstrated", "reaches demonstrated"], ("demonstrated", ("r1",))),
        (["reaches demonstrated", "reaches demonstrated"], ("demonstrated", ("r0", "r1"))),
        (["reaches exceeded", "limits partly_demonstrated"], ("partly_demonstrated", ("r1",))),
        # A limit holds nothing down that goes no further than it.
        (["reaches demonstrated", "limits demonstrated"], ("demonstrated", ("r0",))),
        (["reaches demonstrated", "limits exceeded"], ("demonstrated", ("r0",))),
        (
            ["limits demonstrated", "reaches exceeded", "limits partly_demonstrated"],
            ("partly_demonstrated", ("r2",)),
        ),
        (["limits partly_demonstrated"], ("not_demonstrated", ())),
        (["limits not_assessed"], ("not_assessed", ("r0",))),
    ],
)
def test_the_best_reached_stands_unless_a_limit_is_lower(rules, expected):
    made = [rule(f"r{n}", *said.split()) for n, said in enumerate(rules)]
    unheld = rule("unheld", "limits", "not_assessed"), rule("idle", "reaches", "exceeded")
    held = frozenset(r.id for r in made)
    rank, deciding = expected
    assert Decision(STATUSES.rank(rank), deciding) == decide(
        [*made, *unheld], held, STATUSES, "not_demonstrated"
    )


def test_a_rule_speaks_of_its_own_areas_or_of_all():
    assert rule("r", "reaches", "exceeded").applies_to("responding")
    own = rule("r", "reaches", "exceeded", scope=frozenset({"responding"}))
    assert (True, False) == (own.applies_to("responding"), own.applies_to("victims"))


# Directions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize("op", Op)
@pytest.mark.parametrize("better", Better)
@pytest.mark.parametrize(
    ("effect", "target", "wants_better"),
    [
        ("reaches", "exceeded", True),
        ("limits", "demonstrated", False),
        ("raises", "cause_of_concern", False),
        ("raises", "area_for_improvement", False),
        ("raises", "innovative_practice", None),
        ("withholds", "grade", None),
    ],
)
def test_a_fact_is_used_in_the_direction_it_declares(effect, target, wants_better, better, op, negated):
    compared = Compare("f", op, (Const(1),))
    own = rule("r", effect, target, Not(compared) if negated else compared)
    facts = {"f": Fact("f", own.layer, own.level, Kind.COUNT, better, "f", Count("evidence"))}
    rising = {Op.AT_LEAST: True, Op.MORE_THAN: True, Op.AT_MOST: False, Op.FEWER_THAN: False}.get(op)
    allowed = (
        wants_better is None
        or better is Better.NEITHER
        or (rising is not None and (rising is not negated) is ((better is Better.MORE) is wants_better))
    )
    found = list(direction_problems(own, facts, PEEL))
    assert allowed is (found == [])
    assert [] == list(direction_problems(replace(own, not_monotone="said why"), facts, PEEL))


# What may be written --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Kind.SHARE, 0, 0),
        (Kind.SHARE, 1000, 1000),
        (Kind.SHARE, "100%", 1000),
        (Kind.SHARE, 1001, "1001 is outside 0 to 1000, the range of 'f'"),
        (Kind.SHARE, -1, "-1 is outside 0 to 1000, the range of 'f'"),
        (Kind.COUNT, 1_000_000, 1_000_000),
        (Kind.COUNT, 1_000_001, "1000001 is outside 0 to 1000000, the range of 'f'"),
        (Kind.COUNT, True, "'f' is held against a whole number, not 'True'"),
        (Kind.FLAG, True, 1),
        (Kind.FLAG, False, 0),
        (Kind.FLAG, 1, "'f' is true or false, not '1'"),
        (Kind.COUNT, "$many", Param("many")),
        (Kind.SHARE, "$many", "parameter '$many' is a count, and 'f' a share"),
        (Kind.COUNT, "$mani", "unknown parameter '$mani'"),
    ],
)
def test_a_fact_is_held_against_a_value_of_its_own_range(kind, value, expected):
    reader = Reader(lambda path: Place("grades.yaml", 1))
    found = parse_operand(value, (), reader, Typed("f", kind), {"many": number("many")})
    if isinstance(expected, str):
        assert (None, [expected]) == (found, [p.message for p in reader.problems])
    else:
        assert (Const(expected) if isinstance(expected, int) else expected, []) == (found, reader.problems)


ONE = {"f": {"at_least": 1}}
COMPARED = Compare("f", Op.AT_LEAST, (Const(1),))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (ONE, COMPARED),
        ({"all": [ONE]}, All((COMPARED,))),
        ({"any": [ONE, {"not": ONE}]}, Any_((COMPARED, Not(COMPARED)))),
        ({"f": {"one_of": [1, 2]}}, Compare("f", Op.ONE_OF, (Const(1), Const(2)))),
        ({"kind": {"equals": "low"}}, Compare("kind", Op.EQUALS, (Const(0),))),
        ({}, "a condition is missing here"),
        ("f", "a condition is missing here"),
        ({"not": {}}, "a condition is missing here"),
        ({"all": []}, "'all' takes a list of one or more conditions"),
        ({"any": "f"}, "'any' takes a list of one or more conditions"),
        ({"all": ONE}, "'all' takes a list of one or more conditions"),
        ({"all": [ONE, {}]}, "a condition is missing here"),
        (
            {"f": {}, "kind": {}},
            "a condition holds one fact, 'all', 'any' or 'not', and this one 'f', 'kind'",
        ),
        ({"f": {"one_of": []}}, "'one_of' takes a list of one or more values"),
        ({"f": {"one_of": "12"}}, "'one_of' takes a list of one or more values"),
        ({"f": {"one_of": 1}}, "'one_of' takes a list of one or more values"),
        ({"f": {"one_of": [1, "x"]}}, "'f' is held against a whole number, not 'x'"),
        ({"f": {}}, "'f' takes exactly one comparison, such as {at_least: ...}"),
        ({"f": 1}, "'f' takes exactly one comparison, such as {at_least: ...}"),
        (
            {"f": {"at_least": 1, "at_most": 2}},
            "'f' takes exactly one comparison, such as {at_least: ...}",
        ),
        ({"f": {"atleast": 1}}, "unknown comparison 'atleast'"),
        ({"kind": {"at_least": "low"}}, "'kind' has no order"),
        ({"kind": {"equals": "lo"}}, "'lo' is no value of 'kind'"),
        ({"g": {"at_least": 1}}, "unknown fact 'g'"),
    ],
)
def test_a_condition_is_read_or_its_one_fault_is_said(written, expected):
    reader = Reader(lambda path: Place("grades.yaml", 1))
    facts = {
        "f": Typed("f", Kind.COUNT),
        "kind": Typed("kind", Kind.SCALE, Scale("kind", ("low", "high"), ordered=False)),
    }
    found = parse_condition(written, (), reader, facts, {})
    if isinstance(expected, str):
        assert (None, [expected]) == (found, [p.message for p in reader.problems])
    else:
        assert (expected, []) == (found, reader.problems)


# Orders and settings --------------------------------------------------------------------------------------


def book(*rules: Rule, parameters: Sequence[Parameter] = ()) -> RuleBook:
    facts = {
        name: Fact(name, Layer.STATUS, Level.CHARACTERISTIC, Kind.COUNT, better, name, Count("evidence"))
        for name, better in (("some", Better.MORE), ("few", Better.FEWER))
    }
    known = {p.name: p for p in parameters}
    return RuleBook(
        "b", "1", "f", "t", known, {}, facts, rules, STATUSES, "not_demonstrated", ("here", "there")
    )


def number(name: str, kind: Kind = Kind.COUNT, low: int = 1, high: int = 5) -> Parameter:
    return Parameter(name, kind, low + 1, low, high, "assumed", "source", "why")


def asking(name: str, target: str, fact: str, op: Op, parameter: str, scope=None) -> Rule:
    return rule(name, "reaches", target, All((Compare(fact, op, (Param(parameter),)),)), scope)


@pytest.mark.parametrize(
    ("fact", "op", "low", "high"),
    [("some", Op.AT_LEAST, "near", "far"), ("few", Op.AT_MOST, "far", "near")],
)
def test_what_goes_further_asks_no_less(fact, op, low, high):
    found = orders(
        book(
            asking("near", "demonstrated", fact, op, "near"),
            asking("far", "exceeded", fact, op, "far"),
            parameters=[number("near"), number("far")],
        )
    )
    assert (Order(Param(low), Param(high), fact, "near", "far"),) == found
    assert frozenset({"near", "far"}) == found[0].names()
    assert [False, False, True] == [found[0].broken({low: 3, high: value}) for value in (4, 3, 2)]


def test_settings_that_break_an_order_are_told_unless_the_defaults_break_it():
    rules = [
        asking("near", "demonstrated", "some", Op.AT_LEAST, "near"),
        asking("far", "exceeded", "some", Op.AT_LEAST, "far"),
    ]
    kept = book(*rules, parameters=[number("near"), number("far")])
    broken = book(*rules, parameters=[replace(number("near"), default=4), number("far")])

    def told(known, settings, proved=True):
        return list(remarks_on_settings(known, settings, proved=proved))

    message = "far 2 and near 3 are out of order: far asks less of some than near"
    assert [("settings_out_of_order", message)] == told(kept, {"near": 3})
    assert [] == told(kept, {"near": 3, "far": 3})
    assert [] == told(broken, {"near": 5})
    assert [] == told(kept, {}, proved=False)
    assert ["settings_not_proved"] == [code for code, _ in told(kept, {"near": 1}, proved=False)]


def test_only_rules_that_can_meet_and_ask_the_same_way_stand_in_an_order():
    near = asking("near", "demonstrated", "some", Op.AT_LEAST, "near", frozenset({"here"}))
    elsewhere = asking("far", "exceeded", "some", Op.AT_LEAST, "far", frozenset({"there"}))
    parameters = [number("near"), number("far")]
    assert () == orders(book(near, elsewhere, parameters=parameters))
    assert 1 == len(orders(book(near, replace(elsewhere, scope=None), parameters=parameters)))
    other_way = asking("far", "exceeded", "some", Op.AT_MOST, "far")
    other_fact = asking("far", "exceeded", "few", Op.AT_LEAST, "far")
    same_grade = asking("far", "demonstrated", "some", Op.AT_LEAST, "far")
    limiting = replace(asking("far", "exceeded", "some", Op.AT_LEAST, "far"), effect=Effect.LIMITS)
    same_number = asking("far", "exceeded", "some", Op.AT_LEAST, "near")
    for further in (other_way, other_fact, same_grade, limiting, same_number):
        assert () == orders(book(near, further, parameters=parameters)), further


def test_what_a_parameter_is_held_against_is_found_in_rules_and_in_facts():
    near = asking("near", "demonstrated", "some", Op.AT_LEAST, "near")
    far = asking("far", "exceeded", "few", Op.AT_MOST, "far")
    known = book(near, far, parameters=[number("near"), number("far")])
    expected = (Compared("some", Op.AT_LEAST, level=Level.CHARACTERISTIC),)
    assert expected == compared_with(known, "near")
    assert () == compared_with(known, "other")


def test_a_parameter_has_its_default_unless_it_is_set_or_left_free():
    parameters = [number("near"), number("far")]
    known = book(asking("near", "demonstrated", "some", Op.AT_LEAST, "near"), parameters=parameters)

    def operand(bound):
        (condition,) = bound.rules[0].condition.parts
        return condition.operands

    assert (Const(2, "near"),) == operand(bind(known))
    assert ("near", 4) == (
        operand(bind(known, {"near": 4}))[0].name,
        operand(bind(known, {"near": 4}))[0].value,
    )
    assert (Param("near"),) == operand(bind(known, free={"near"}))


@pytest.mark.parametrize(
    ("written", "expected"), [("1", 1), ("5", 5), ("0", None), ("6", None), (True, None)]
)
def test_a_count_may_be_set_to_either_end_of_its_range(written, expected):
    known = book(parameters=[number("many")])
    if expected is not None:
        assert {"many": expected} == read_settings(known, {"many": written})
        return
    with pytest.raises(InputError, match="a whole number from 1 to 5; the default is 2"):
        read_settings(known, {"many": written})


@pytest.mark.parametrize(
    ("low", "high", "written", "help"),
    [
        (100, 500, "10", "write 10%; 10 per mille is out of range"),
        (100, 500, "50", "write 50%; 50 per mille is out of range"),
        (100, 500, "100", "write 10% for 100 per mille; 100% is out of range"),
        (100, 500, "51", "51% and 51 per mille are both out of range"),
        (10, 900, "10", "write 10%, or 1% for 10 per mille"),
        (10, 900, "0.5", "write 50%"),
        (5, 900, "0.5", "write 50%, or 0.5%"),
    ],
)
def test_a_bare_share_is_answered_with_the_readings_in_range(low, high, written, help):
    known = book(parameters=[number("share", Kind.SHARE, low, high)])
    with pytest.raises(InputError) as caught:
        read_settings(known, {"share": written})
    allowed = f"a share from {low / 10:g}% to {high / 10:g}%; the default is {(low + 1) / 10:g}%"
    assert [f"{help}; {allowed}"] == [p.help for p in caught.value.problems]
