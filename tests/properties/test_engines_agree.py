"""Promise 7: the engine on durable-rules and the reference conclude the same, on every pass."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.engines.reference import ReferenceEngine
from grader.grading.conclude import LayerEvaluator
from grader.grading.run import run
from grader.language.bind import bind
from grader.testing.changes import changes
from grader.testing.strategies import frameworks, inspections, rulebooks

pytest.importorskip("durable", reason="durable-rules is not installed")
rete = pytest.importorskip("grader.engines.rete")


def compared(framework, book, inspected, values=None):
    """Each inspection concluded on both engines over one bound rule book; the rulesets are freed."""
    bound = bind(book, values or {})
    reference = LayerEvaluator(bound, ReferenceEngine(bound))
    with rete.ReteEngine(bound) as engine:
        chained = LayerEvaluator(bound, engine)
        for inspection in inspected:
            expected, actual = (run(inspection, framework, e) for e in (reference, chained))
            assert expected.assessments == actual.assessments
            assert expected.characteristics == actual.characteristics
            assert expected.areas == actual.areas


def with_changes(drawn, framework, of_each):
    """The inspections drawn, and single changes of each."""
    for inspection in drawn:
        yield inspection
        found = list(changes(inspection, framework))
        step = 1 + len(found) // of_each
        yield from (change.apply() for change in islice(found, 0, None, step))


@given(data=st.data())
def test_the_shipped_rule_book_concludes_the_same_on_both(data, shipped_cases):
    case = data.draw(shipped_cases())
    compared(case.framework, case.book, [case.inspection], case.values)


@given(data=st.data())
def test_a_random_rule_book_concludes_the_same_on_both(data):
    framework = data.draw(frameworks())
    book = data.draw(rulebooks(framework))
    drawn = [data.draw(inspections(framework, measures=book.measures))]
    compared(framework, book, with_changes(drawn, framework, of_each=3))


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_two_hundred_random_rule_books_conclude_the_same_on_both(data):
    """200 rule books on about 100 inspections each: ten drawn, and some nine single changes of each."""
    framework = data.draw(frameworks())
    book = data.draw(rulebooks(framework))
    drawn = [data.draw(inspections(framework, measures=book.measures)) for _ in range(10)]
    compared(framework, book, with_changes(drawn, framework, of_each=9))
