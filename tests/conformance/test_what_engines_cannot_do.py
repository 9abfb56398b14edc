"""What an engine cannot do, each with its reason: a test here fails on the day the engine can."""

from __future__ import annotations

import pytest

from grader.engines import rete
from grader.engines.reference import FactReader
from grader.io import catalogue
from grader.language.bind import bind

NAME = "PEEL_2021_22"


@pytest.fixture
def book():
    return bind(catalogue.rulebook(NAME, catalogue.framework(NAME)))


@pytest.mark.skipif(not rete.available(), reason="durable-rules cannot be imported here")
def test_rete_takes_its_facts_from_the_reference(book):
    """durable-rules can neither count facts nor take shares, so the engine offers no reader of its own."""
    assert not hasattr(rete.ReteEngine(book), "fact_reader")


def test_reference_reads_facts_itself(book):
    reader = FactReader(book.facts.values())
    assert {f.name for f in reader.facts} == set(book.facts)


def test_symbolic_reads_facts_itself(book):
    symbolic = pytest.importorskip("grader.engines.symbolic", reason="z3-solver is not installed")
    assert callable(symbolic.evaluate_facts)
