"""Shares as they are printed: to the nearest tenth, on the same side of every threshold beside them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.engines.reference import compare
from grader.language.english import English, per_cent
from grader.language.nodes import Const, Op


@pytest.mark.parametrize(
    ("part", "whole", "beside", "expected"),
    [
        (7, 9, [], "77.8 %"),
        (2, 3, [], "66.7 %"),
        (1, 3, [], "33.3 %"),
        (4, 5, [], "80 %"),
        (1, 16, [], "6.3 %"),
        (0, 0, [], "0 %"),
        (0, 7, [], "0 %"),
        (7, 7, [], "100 %"),
        (1999, 2500, [], "80 %"),
        (1999, 2500, [(Op.AT_LEAST, (800,))], "79.9 %"),
        (1999, 2500, [(Op.FEWER_THAN, (800,))], "79.9 %"),
        (1999, 2500, [(Op.AT_LEAST, (900,))], "80 %"),
        (2001, 2500, [(Op.AT_LEAST, (800,))], "80 %"),
        (10007, 12500, [(Op.AT_MOST, (800,))], "80 %"),
        (10007, 12500, [(Op.AT_LEAST, (800,))], "80.1 %"),
        (10007, 12500, [(Op.MORE_THAN, (800,))], "80 %"),
        (2, 3, [(Op.EQUALS, (666,))], "66.6 %"),
        (2, 3, [(Op.EQUALS, (667,))], "66.6 %"),
        (2, 3, [(Op.ONE_OF, (666, 667))], "66.7 %"),
        (2999, 3000, [], "99.9 %"),
        (1, 3000, [], "less than 0.1 %"),
    ],
)
def test_a_share_is_printed_to_the_nearest_tenth(part, whole, beside, expected):
    assert expected == per_cent(part, whole, beside)


_counts = st.integers(1, 30_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
_tests = st.tuples(st.sampled_from(Op), st.tuples(st.integers(0, 1000)))


@given(counts=_counts, tests=st.lists(_tests, max_size=3), near=st.booleans(), op=st.sampled_from(Op))
def test_what_is_printed_compares_as_the_share_does(counts, tests, near, op):
    part, whole = counts
    if near:
        tests = [*tests, (op, (1000 * part // whole + 1,))]
    said = per_cent(part, whole, tests)
    if said.startswith("less"):
        assert 0 < 2000 * part < whole
        return
    printed, exact = int(Decimal(said[:-2]) * 10), 1000 * part // whole
    rounded = int((Decimal(1000 * part) / whole).to_integral_value(ROUND_HALF_UP))
    assert printed in (rounded, exact)
    for op_, values in tests:
        operands = tuple(map(Const, values))
        assert compare(printed, op_, operands) == compare(exact, op_, operands)
    assert (printed == 1000) == (part == whole)


def test_a_share_in_a_because_stays_on_its_side_of_the_rule(book):
    rule = next(r for r in book.rules if r.id == "good.substantially-all")
    seen = {"demonstrated": 1999, "assessed": 2500, "demonstrated_share": 799}
    assert (
        "1999 of 2500 assessed characteristics are demonstrated or better (79.9 %); good needs 80 % (assumed)"
    ) == English(book).because(rule.because, seen, rule.condition)
    assert (
        "share of assessed characteristics demonstrated or better: 79.9 %, where at least 80 %"
        " (substantially_all, assumed) is needed"
    ) == English(book).condition(rule.condition, seen)
