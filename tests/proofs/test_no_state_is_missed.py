"""What the proofs range over is everything there is: brute force finds no state and no move beside it."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement

import pytest

from grader.engines.solver import Effort
from grader.language.nodes import Compare, Const, Op
from grader.proofs.characteristics import seen_in
from grader.proofs.subject import GRADE_AND_SUFFICIENCY, Subject
from grader.proofs.tag_combinations import EARLIER_TAGS, Part, changes
from grader.vocabulary.peel import STATUSES

NOT_IMPROVING = [c for c in EARLIER_TAGS if c["progress"] == 2][:1]


def _spaces(opened, name):
    subject = opened(name).subject()
    for group in subject.graded:
        areas = subject.space(group, GRADE_AND_SUFFICIENCY)
        yield areas, areas.spaces[True], areas.seen(named=bool(group.named))


def _every_example(space, most):
    """Every multiset of so many items the facts tell apart, with and without an earlier finding."""
    for size in range(most + 1):
        for rows in combinations_with_replacement(space.evidence.rows, size):
            yield space.example(rows, ())
            yield space.example(rows, NOT_IMPROVING)


@pytest.mark.parametrize("name", ["PEEL_2021_22", "pooling", "discounting_isolated"])
def test_every_observation_brute_force_makes_is_listed_by_an_example_as_small(opened, name):
    for areas, space, seen in _spaces(opened, name):
        listed = {tuple(seen_in(s, e) for s in seen): e.size for e in space.classes(seen)}
        for example in _every_example(space, 2):
            observed = tuple(seen_in(s, example) for s in seen)
            assert observed in listed
            assert not example.written or listed[observed] <= example.size
        assert areas.group.areas


def test_what_takes_a_great_many_things_is_listed(opened):
    sound = opened("sound")
    many = Compare("tested", Op.AT_LEAST, (Const(12),))
    rules = tuple(replace(r, condition=many) if r.id == "exceeded.tested" else r for r in sound.book.rules)
    rules = tuple(r for r in rules if r.id != "exceeded.described")
    subject = Subject(replace(sound.book, rules=rules), sound.framework, Effort(10**9))
    areas = subject.space(subject.graded[0], GRADE_AND_SUFFICIENCY)
    best = [e for e in areas.classes(False) if e.case.status.rank == len(STATUSES.names) - 1]
    # Which example stands for it is the solver's choice: outside a check it is not started afresh.
    assert [True] == [len(e.evidence) >= 12 for e in best]


LONG = (Part.CONCERNS_STAY, Part.RAISE)


@pytest.mark.parametrize(
    "part", [pytest.param(p, marks=[pytest.mark.slow] if p in LONG else []) for p in Part]
)
def test_every_move_brute_force_makes_is_listed(opened, part):
    for _, space, seen in _spaces(opened, "PEEL_2021_22"):
        moves = space.moves(seen, changes(part))
        listed = {tuple(tuple(seen_in(s, e) for s in seen) for e in (m.before, m.after)) for m in moves}
        made = space.distinct(changes(part))
        for rows in [(), *((r,) for r in space.evidence.rows)]:
            for change, _, _ in made:
                kept = {"evidence": list(rows), "earlier": []}
                gone = [change.before] if change.before is not None else []
                before = {**kept, change.entity: [*kept[change.entity], *gone]}
                after = {**kept, change.entity: [*kept[change.entity], change.after]}
                pair = tuple(
                    tuple(seen_in(s, space.example(x["evidence"], x["earlier"])) for s in seen)
                    for x in (before, after)
                )
                assert pair[0] == pair[1] or pair in listed
