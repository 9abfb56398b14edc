"""The status layer of the shipped rule book, whole: every tally of up to so many items a kind.

What a status rests on are the facts of a tally, so engines are asked about every set of facts those tallies
have, and need not be asked twice about the same.
"""

from __future__ import annotations

from itertools import combinations_with_replacement, product

import pytest

from grader.engines.reference import FactReader, ReferenceEngine
from grader.io import catalogue
from grader.language.bind import bind
from grader.language.nodes import Level
from grader.language.row import Row
from grader.language.rulebook import Layer

NAME = "PEEL_2021_22"


def rows(strength):
    """Every kind of item of one strength that the status layer can tell apart."""
    return [
        Row(
            {
                "assessment": a,
                "strength": strength,
                "extent": e,
                "harm": 0,
                "remedied": 0,
                "innovative": 0,
                "direct": 1,
            }
        )
        for a in (1, 2, 3, 4)
        for e in (0, 2)
    ]


def tallies(strength, most):
    return [t for n in range(most + 1) for t in combinations_with_replacement(rows(strength), n)]


@pytest.mark.parametrize("most", [3, pytest.param(4, marks=pytest.mark.slow)])
def test_every_tally_of_up_to_so_many_items_a_kind(most, others):
    book = bind(catalogue.rulebook(NAME, catalogue.framework(NAME)))
    reader = FactReader(book.facts_at(Level.CHARACTERISTIC, (Layer.STATUS,)))
    # Every fact of the layer looks at one strength, so the facts of a tally are those of its two halves.
    halves = [
        {tuple(reader.values({"evidence": t}, {}).items()) for t in tallies(strength, most)}
        for strength in (0, 1)
    ]
    facts = [
        {name: max(a, b) for (name, a), (_, b) in zip(described, tested, strict=True)}
        for described, tested in product(*halves)
    ]
    reference = ReferenceEngine(book)
    asked = (Layer.STATUS, Level.CHARACTERISTIC, "responding")
    assert len(facts) > (1_000 if most == 4 else 100)
    for name, make in others.items():
        engine = make(book)
        differ = [f for f in facts if engine.held(*asked, f) != reference.held(*asked, f)]
        assert (name, []) == (name, differ)
        getattr(engine, "close", lambda: None)()
