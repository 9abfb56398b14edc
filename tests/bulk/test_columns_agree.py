"""Promise 7 in columns: what the reference concludes of one inspection, columns conclude of many."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.bulk.backends import OnPolars
from grader.bulk.coding import rows_of
from grader.bulk.conclude import characteristics, raises
from grader.bulk.conclude_areas import areas
from grader.bulk.plan import Plan
from grader.bulk.rows import conclude, in_columns
from grader.io import catalogue
from grader.language.bind import bind
from grader.language.nodes import Level
from grader.testing.strategies import frameworks, inspections, rulebooks
from grader.vocabulary.peel import STATUSES

FRAMEWORK = catalogue.framework("PEEL_2021_22")
BOOK = catalogue.rulebook("PEEL_2021_22", FRAMEWORK)


@pytest.fixture(scope="session")
def agree(passes, areas_by_reference, areas_by_columns, statuses_by_reference):
    """Grades inspections of one edition both ways, and returns how many area gradings that was."""

    backend = OnPolars()

    def check(framework, book, found, edition):
        plan = Plan(framework, edition, bind(book))
        coded = rows_of(plan, found).coded(backend)
        below = characteristics(plan, coded)
        passed = passes(framework, book, found)
        expected = areas_by_reference(plan, passed)
        assert expected == areas_by_columns(plan, areas(plan, coded, below).collect().to_native())
        assert expected == areas_by_columns(plan, conclude(plan, backend, coded)[0])
        known = statuses_by_reference(plan, passed)
        names = {place: name for name, place in plan.characteristic_index.items()}
        for row in below.collect().to_native().iter_rows(named=True):
            key = row["number"], names[row["place"]]
            if key not in known:
                continue  # of an area not inspected
            raised = tuple(r.id for c, r in raises(plan, Level.CHARACTERISTIC).items() if row[c])
            assert known.pop(key) == (STATUSES.name_of(row["status"]), raised), key
        assert {"not_assessed"} >= {status for status, _ in known.values()}
        return len(expected)

    return check


@settings(suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_columns_agree_on_any_rule_book(data, agree):
    framework = data.draw(frameworks())
    book = data.draw(rulebooks(framework))
    edition = data.draw(st.sampled_from(sorted(framework.editions)))
    drawn = inspections(framework, edition, measures=book.measures)
    agree(framework, book, data.draw(st.lists(drawn, max_size=4)), edition)


@settings(suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_columns_agree_on_the_shipped_rule_book(data, agree):
    edition = data.draw(st.sampled_from(sorted(FRAMEWORK.framework.editions)))
    drawn = inspections(FRAMEWORK.framework, edition, measures=BOOK.measures)
    agree(FRAMEWORK.framework, BOOK, data.draw(st.lists(drawn, max_size=4)), edition)


def test_ids_of_rules_may_hold_what_stands_between_others(random_inspections, passes, rows_by_reference):
    odd = tuple(replace(r, id=f"{r.id}, {n}; x") for n, r in enumerate(BOOK.rules))
    book = replace(BOOK, rules=odd)
    plan = Plan(FRAMEWORK.framework, "2022-03", bind(book))
    found = random_inspections(30, "2022-03", 5)
    backend = OnPolars()
    rows = rows_of(plan, found)
    ids = pl.DataFrame({"number": range(30), "inspection": rows.ids})
    actual = in_columns(plan, backend, rows.coded(backend), ids).drop("number").to_dicts()
    assert rows_by_reference(plan, found, passes(FRAMEWORK.framework, book, found)) == actual
