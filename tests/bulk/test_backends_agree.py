"""Columns against the reference on many random area gradings, on every backend there is.

Everything a batch writes is compared: outcome, grade, deciding rules, findings and every fact.
"""

from __future__ import annotations

from functools import cache
from math import nextafter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.bulk.backends import NAMES, backend, nw, pl
from grader.bulk.coding import rows_of
from grader.bulk.layout import figure_in_per_mille
from grader.bulk.plan import Plan
from grader.bulk.rows import in_columns
from grader.errors import MissingExtraError
from grader.language.bind import bind
from grader.language.figures import per_mille
from grader.testing.strategies import frameworks, inspections, rulebooks

#: Spark takes a minute to start and to grade any number: it is asked in the long run.
IN_TURN = [pytest.param(name, marks=pytest.mark.slow) if name == "pyspark" else name for name in NAMES]


@pytest.fixture(scope="module", params=IN_TURN)
def run(request):
    """A backend; Spark is a real local session."""
    try:
        found = backend(request.param)
    except MissingExtraError as error:
        pytest.skip(error.message)
    yield found
    found.close()


@pytest.fixture(scope="session")
def agree(shipped, random_inspections, passes, rows_by_reference):
    """Grades so many inspections both ways, and returns how many area gradings that was."""

    @cache  # the reference answers once for all backends
    def laid(edition, many, seed, items):
        plan = Plan(shipped.framework, edition, bind(shipped.book))
        found = random_inspections(many, edition, seed, items)
        return found, rows_by_reference(plan, found, passes(shipped.framework, shipped.book, found))

    def check(run, edition, many, seed, items):
        # Of a million nothing is kept.
        found, expected = (laid if many < 1_000 else laid.__wrapped__)(edition, many, seed, items)
        plan = Plan(shipped.framework, edition, bind(shipped.book))
        rows = rows_of(plan, found)
        ids = pl.DataFrame({"number": range(many), "inspection": rows.ids})
        actual = in_columns(plan, run, rows.coded(run), ids).drop("number").to_dicts()
        differ = [(e, a) for e, a in zip(expected, actual, strict=True) if e != a]
        assert [] == differ[:3]
        return len(expected), {row["grade"] or row["outcome"] for row in expected}

    return check


def check_all(agree, run, wanted, many, items):
    """Piece after piece, editions in turn, until so many area gradings have been compared."""
    compared, seen, seed = 0, set(), 0
    while compared < wanted:
        edition = ("2022-03", "2021-04")[seed % 2]
        more, names = agree(run, edition, many, seed, items)
        compared, seen, seed = compared + more, seen | names, seed + 1
    assert {
        "outstanding", "good", "adequate", "requires_improvement", "inadequate",
        "withheld", "ungraded", "not_inspected",
    } == seen  # fmt: skip
    assert compared >= wanted


def test_columns_equal_the_reference_on_some_thousand_area_gradings(agree, run):
    check_all(agree, run, 4_000, many=200, items=20)


@pytest.mark.slow
def test_columns_equal_the_reference_on_20_000_area_gradings(agree, run):
    check_all(agree, run, 20_000, many=900, items=20)


@pytest.mark.slow
def test_columns_equal_the_reference_on_1_000_000_area_gradings(agree, run):
    check_all(agree, run, 1_000_000, many=9_000, items=12)


def test_a_figure_is_rounded_down_as_written(run):
    tenths = [n / 10 for n in range(1001)]
    values = [v for t in tenths for v in (nextafter(t, 0), t, nextafter(t, 200)) if v <= 100] + [
        95.59,
        33.333,
    ]
    frame = run.table(pl.DataFrame({"value": values}))
    found = run.collect(
        frame.select("value", figure_in_per_mille({"value": nw.Float64()}).cast(nw.Int32).alias("figure"))
    )
    assert {v: per_mille(v) for v in values} == dict(found.iter_rows())


@pytest.fixture(scope="module")
def database():
    """A backend that puts bits together by itself."""
    pytest.importorskip("duckdb")
    return backend("duckdb")


@settings(suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_a_database_puts_together_is_what_the_reference_concludes(
    data, database, passes, rows_by_reference
):
    framework = data.draw(frameworks())
    book = data.draw(rulebooks(framework))
    edition = data.draw(st.sampled_from(sorted(framework.editions)))
    found = data.draw(st.lists(inspections(framework, edition, measures=book.measures), max_size=3))
    plan = Plan(framework, edition, bind(book))
    expected = rows_by_reference(plan, found, passes(framework, book, found))
    rows = rows_of(plan, found)
    ids = pl.DataFrame(
        {"number": range(len(found)), "inspection": rows.ids}, {"number": pl.Int64, "inspection": pl.String}
    )
    assert expected == in_columns(plan, database, rows.coded(database), ids).drop("number").to_dicts()
