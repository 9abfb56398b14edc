"""The rete engine and the reference engine say the same, whatever the rules and the facts."""

import json
import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from grader.engines.reference import ReferenceEngine
from grader.engines.rete import ReteEngine, compile_table
from grader.errors import InputError
from grader.language.nodes import All, Any_, Compare, Const, Not, Op

FACTS = ("a", "b", "c", "liquid", "costarring")  # the last two share a hash inside durable-rules
NUMBERS = st.integers(-3, 6) | st.sampled_from([-(2**31) + 1, 2**31 - 1, 999, 1000, 1001])
VALUES = NUMBERS | st.sampled_from([-(2**63), 2**63 - 1, 2**31, 2**32])


def comparisons():
    plain = st.builds(
        lambda fact, op, n: Compare(fact, op, (Const(n),)),
        st.sampled_from(FACTS),
        st.sampled_from([op for op in Op if op is not Op.ONE_OF]),
        NUMBERS,
    )
    several = st.builds(
        lambda fact, numbers: Compare(fact, Op.ONE_OF, tuple(map(Const, numbers))),
        st.sampled_from(FACTS),
        st.lists(NUMBERS, min_size=1, max_size=4),
    )
    return plain | several


CONDITIONS = st.recursive(
    comparisons(),
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(All, st.lists(inner, max_size=3).map(tuple))
        | st.builds(Any_, st.lists(inner, max_size=3).map(tuple))
    ),
    max_leaves=10,
)
SCOPES = st.none() | st.frozensets(st.sampled_from(["here", "there", "elsewhere"]), max_size=3)
ROWS = st.fixed_dictionaries(dict.fromkeys(FACTS, VALUES))

#: An example takes milliseconds: 48, and 400 in the long run.
MANY = settings.default.max_examples * 4
SETTINGS = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def engine_over(book):
    try:
        return ReteEngine(book)
    except InputError:  # past a limit: refused, which is its own test
        assume(False)


@settings(SETTINGS, max_examples=MANY)
@given(
    rules=st.lists(st.tuples(CONDITIONS, SCOPES), min_size=1, max_size=6),
    rows=st.lists(ROWS, min_size=1, max_size=6),
)
def test_random_tables_hold_the_same_rules_on_both(make_book, held_by, rules, rows):
    book = make_book([c for c, _ in rules], [s for _, s in rules])
    reference = ReferenceEngine(book)
    with engine_over(book) as engine:
        for scope in ("here", "there", "nowhere"):
            for row in rows:
                assert held_by(reference, row, scope) == held_by(engine, row, scope)


@settings(SETTINGS, max_examples=MANY)
@given(data=st.data())
def test_the_built_in_rules_hold_the_same_on_both(built_in_book, data):
    from grader.language.bind import bind
    from grader.language.typecheck import facts_named

    book = bind(built_in_book)
    reference, engine = ReferenceEngine(book), ReteEngine(book)
    for table in book.tables():
        names = {name for rule in table.rules for name in facts_named(rule.condition)}
        row = data.draw(st.fixed_dictionaries(dict.fromkeys(sorted(names), st.integers(0, 1001))))
        scope = data.draw(st.sampled_from(["crimes_recorded", "responding", "recording", "workforce"]))
        where = (table.layer, table.level, scope, row)
        assert reference.held(*where) == engine.held(*where)


@settings(SETTINGS, max_examples=MANY)
@given(rules=st.lists(st.tuples(CONDITIONS, SCOPES), min_size=1, max_size=6), row=ROWS)
def test_every_ruleset_has_the_narrow_form(make_book, rules, row):
    book = make_book([c for c, _ in rules], [s for _, s in rules])
    engine_over(book)
    program = compile_table(book.tables()[-1])
    for name, rule in json.loads(program.definition).items():
        assert re.fullmatch(r"p\d+", name)
        ((key, (pattern,)),) = rule.items()
        assert ("all", {"m"}) == (key, set(pattern))
        ((connective, (first, *tests)),) = pattern["m"].items()
        assert ("$and", {"g": 1}) == (connective, first)
        for test in tests:
            ((field, value),) = test.items()
            if field in {"$neq", "$gte", "$lte", "$gt", "$lt"}:
                ((field, value),) = value.items()
            assert re.fullmatch(r"[fz]\d+", field)
            assert type(value) is int
    message = json.loads(program.message("here", row))
    assert {"sid": "s", "id": "e", "g": 1}.items() <= message.items()
    assert {int} == {type(v) for k, v in message.items() if k not in ("sid", "id")}


def test_parameters_must_be_bound(make_book):
    from grader.language.nodes import Param

    with pytest.raises(TypeError, match=r"\$some is not bound"):
        ReteEngine(make_book([Compare("a", Op.AT_LEAST, (Param("some"),))]))
