"""What sums say of areas is what listing every characteristic says, and no state lies beyond them."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement

import pytest
import z3

from grader.language.nodes import Better, Compare, Const, Effect, Kind, Level, Lowest, Op
from grader.language.rulebook import Fact, Layer
from grader.proofs import area_sums
from grader.proofs.area_sums import AreaSums, OnlyInParts
from grader.proofs.characteristics import seen_in
from grader.proofs.subject import GRADE_AND_SUFFICIENCY
from grader.proofs.tag_combinations import EARLIER_TAGS
from grader.vocabulary.peel import STATUSES

BOOKS = ["pooling", "discounting_isolated", "PEEL_2021_22"]


def _questions(book):
    """Every grade, withheld, and each rule about an area holding or not while a grade is given."""
    for rank in range(len(book.grade_scale.names)):
        yield lambda t, rank=rank: z3.And(z3.Not(t.withheld()), t.grade.rank == rank)
    yield lambda t: t.withheld()
    yield lambda t: z3.And(t.open_concerns >= 1, t.evidence == 0)
    for at in range(len([r for r in book.rules if r.layer == "grade"])):
        for so in (True, False):
            yield lambda t, at=at, so=so: z3.And([f == (so if i == at else True) for i, (_, f) in
                                                   enumerate(t.held[: at + 1])])  # fmt: skip


def _listed(space, ask, size):
    state = space.state()
    return space.solver(state).model(ask(state.terms), state.size == size) is not None


def _settled(sums, ask, size):
    try:
        return sums.settle(ask, size=size) is not None
    except OnlyInParts:
        return _listed(sums.space, ask, size)


@pytest.mark.parametrize("name", [*BOOKS[:2], pytest.param(BOOKS[2], marks=pytest.mark.slow)])
def test_sums_answer_as_listing_every_characteristic_does(opened, name):
    subject = opened(name).subject()
    for group in subject.graded:
        space = subject.space(group, GRADE_AND_SUFFICIENCY)
        sums = AreaSums(space, ())
        for ask in _questions(subject.bound):
            for size in (group.sizes[0], group.sizes[-1]):
                assert _listed(space, ask, size) == _settled(sums, ask, size)


def test_sums_answer_on_the_lowest_status_of_an_area_as_listing_does(opened):
    found = opened("pooling")
    lowest = Fact(
        "lowest", Layer.GRADE, Level.AREA, Kind.SCALE, Better.MORE, "it",
        Lowest("characteristics", "status"), STATUSES,
    )  # fmt: skip
    rules = tuple(
        replace(r, condition=Compare("lowest", Op.AT_LEAST, (Const(STATUSES.rank("demonstrated")),)))
        if r.effect is Effect.REACHES and r.layer is Layer.GRADE
        else r
        for r in found.book.rules
    )
    book = replace(found.book, facts={**found.book.facts, "lowest": lowest}, rules=rules)
    subject = replace(found, book=book).subject()
    group = subject.graded[0]
    space = subject.space(group, GRADE_AND_SUFFICIENCY)
    sums = AreaSums(space, ())
    for ask in _questions(subject.bound):
        assert _listed(space, ask, group.sizes[0]) == _settled(sums, ask, group.sizes[0])


def test_where_sums_settle_nothing_every_characteristic_is_listed(opened, monkeypatch):
    subject = opened("pooling").subject()
    group = subject.graded[0]
    asks = list(_questions(subject.bound))
    expected = [subject.find_area(group, ask) is not None for ask in asks]
    monkeypatch.setattr(area_sums, "ONLY_IN_PARTS", 0)
    again = opened("pooling").subject()
    assert expected == [again.find_area(again.graded[0], ask) is not None for ask in asks]


@pytest.mark.parametrize("name", BOOKS)
def test_no_characteristic_lies_beyond_an_inequality_learnt(opened, name):
    subject = opened(name).subject()
    learnt = 0
    for group in subject.graded[:1]:
        sums = AreaSums(subject.space(group, GRADE_AND_SUFFICIENCY), ())
        for ask in list(_questions(subject.bound))[:8]:
            sums.settle(ask)
        shown = sums.shown(False, True)
        learnt += len(shown.inequalities)
        rows = shown.space.evidence.rows
        for many in (0, 1, 2) if len(rows) < 40 else (0, 1):
            for items in combinations_with_replacement(rows, many):
                for earlier in ((), EARLIER_TAGS[:1]):
                    example = shown.space.example(items, earlier)
                    point = [seen_in(s, example) for s in shown.seen]
                    for each in shown.inequalities:
                        reached = sum(w * p for w, p in zip(each.weights, point, strict=True))
                        assert (each, True) == (each, reached <= each.bound)
    assert learnt > 0
