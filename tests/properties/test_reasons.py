"""Promise 8, first half: the facts quoted in `reasons` force the grade."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.engines.reference import ReferenceEngine
from grader.language.bind import bind
from grader.language.nodes import Kind, Level
from grader.language.rulebook import Layer, decide


def free_facts(book, quoted, random):
    """The facts the grade layer may look at: those quoted as seen, every other at any value of its kind.

    That is more than the arithmetic between facts allows, so what is forced here is forced there.
    """
    values = {}
    for fact in book.facts_at(Level.AREA, (Layer.FINDING, Layer.GRADE)):
        top = {Kind.COUNT: 8, Kind.SHARE: 1000, Kind.FLAG: 1}.get(fact.kind)
        top = len(fact.scale.names) - 1 if top is None else top
        values[fact.name] = random.choice((0, top, random.randint(0, top)))
    return values | quoted


def check_reasons(case, proposal, random, samples):
    book = bind(case.book, case.values)
    engine = ReferenceEngine(book)
    rules = book.table(Layer.GRADE, Level.AREA).rules
    for area in proposal.areas:
        if area.outcome != "graded":
            continue
        quoted = {name: value for reason in area.reasons for name, value in reason.facts.items()}
        assert quoted.items() <= area.profile.items()
        for _ in range(samples):
            facts = free_facts(book, quoted, random)
            held = engine.held(Layer.GRADE, Level.AREA, area.area, facts)
            rank = decide([r for r in rules if r.id in held], held, book.grade_scale, book.grade_default).rank
            assert area.grade == book.grade_scale.name_of(rank), f"{area.area} on {facts}: {case}"


@given(data=st.data(), random=st.randoms(use_true_random=False))
def test_shipped_reasons_force_the_grade(data, random, shipped_cases, proposed):
    case = data.draw(shipped_cases())
    check_reasons(case, proposed(case), random, 30)


@given(data=st.data(), random=st.randoms(use_true_random=False))
def test_random_reasons_force_the_grade(data, random, random_cases, proposed):
    case = data.draw(random_cases())
    check_reasons(case, proposed(case), random, 30)


@pytest.mark.slow
@settings(max_examples=2000, deadline=None)
@given(data=st.data(), random=st.randoms(use_true_random=False))
def test_random_reasons_force_the_grade_at_length(data, random, random_cases, proposed):
    case = data.draw(random_cases())
    check_reasons(case, proposed(case), random, 50)
