"""Every engine concludes what the reference concludes, whatever the rule book and the inspection."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.engines.reference import ReferenceEngine
from grader.grading.conclude import LayerEvaluator
from grader.grading.run import run
from grader.language.bind import bind
from grader.testing.changes import changes
from grader.testing.strategies import frameworks, inspections, rulebooks


def agree(data, others, drawn, of_each):
    """One random rule book, inspections drawn for it and single changes of each, on every engine."""
    framework = data.draw(frameworks())
    book = data.draw(rulebooks(framework))
    bound = bind(book)
    found = [data.draw(inspections(framework, measures=book.measures)) for _ in range(drawn)]
    cases = []
    for inspection in found:
        cases.append(inspection)
        single = list(changes(inspection, framework))
        cases += [c.apply() for c in islice(single, 0, None, 1 + len(single) // of_each)]
    engines = {name: make(bound) for name, make in others.items()}
    try:
        reference = LayerEvaluator(bound, ReferenceEngine(bound))
        for case in cases:
            expected = run(case, framework, reference)
            for name, engine in engines.items():
                assert (name, expected) == (name, run(case, framework, LayerEvaluator(bound, engine)))
    finally:
        for engine in engines.values():
            getattr(engine, "close", lambda: None)()
    return len(cases)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_engines_agree(data, others):
    agree(data, others, drawn=1, of_each=3)


@pytest.mark.slow
def test_engines_agree_on_twenty_thousand_cases(others):
    seen = 0

    @settings(max_examples=450, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(data=st.data())
    def some(data):
        nonlocal seen
        seen += agree(data, others, drawn=5, of_each=9)

    while seen < 20_000:
        some()
    assert seen >= 20_000
