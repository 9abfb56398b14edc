"""Taggings laid together, and changes, under several scales, where the latest evidence counts."""

from __future__ import annotations

import itertools
import random

import pytest

from grader.review.changes import changes
from grader.review.reconcile import reconcile

LEVELS = {
    "hygiene": ["0", "10", "20"],
    "structure": ["0", "10", "20"],
    "staff": ["poor", "fair", "good", "10", "not_rated", "closed"],
    "care": ["poor", "fair", "good", "10", "not_rated", "insufficient"],
}
DAYS = ("2024-01-01", "2024-02-01", "2024-03-01")


def two_ways(said, seed):
    """An inspection, and the same tagged otherwise in up to six items."""
    chance = random.Random(seed)
    assessed = {
        name: [(chance.choice(levels), chance.choice(DAYS)) for _ in range(chance.choice((0, 1, 2, 3)))]
        for name, levels in LEVELS.items()
    }
    one, other = said(**assessed), said(**assessed)
    for item in chance.sample(other["evidence"], min(len(other["evidence"]), 6)):
        (name,) = item["characteristics"]
        if chance.random() < 0.7:
            item["assessment"] = chance.choice(LEVELS[name])
        else:
            item["found_on"] = chance.choice(DAYS)
    return one, other


def standing(session, inspection):
    case = session.run(inspection).areas["body"]
    rank = case.decision.rank if case.decision else None
    return case.outcome, None if rank is None else session.bound.grade_scale.name_of(rank)


@pytest.mark.parametrize("seed", range(25))
def test_every_mix_is_as_grading_it_says(two_scales, said, seed):
    session = two_scales()
    loaded = [session.load(each) for each in two_ways(said, seed)]
    found = reconcile(loaded, ["", ""]).answer
    (area,) = found.areas
    sides = [{e.id: e for e in each.inspection.evidence} for each in loaded]
    open_ = [d.item for d in found.disagreements]
    expected = set()
    for mix in itertools.product((0, 1), repeat=len(open_)):
        chosen = dict(zip(open_, mix, strict=True))
        evidence = [sides[chosen.get(name, 0)][name] for name in sides[0]]
        result = standing(session, loaded[0].inspection.model_copy(update={"evidence": evidence}))
        expected.add(result)
        for name, start in (("A", 0), ("B", 1)):
            if set(mix) <= {start}:
                assert result == (area.under[name].outcome, area.under[name].grade)
    assert expected == {(r.outcome, r.grade) for r in area.reachable}
    assert (len(expected) > 1) == bool(found.mattering)


@pytest.mark.parametrize("seed", range(25))
def test_what_moved_is_what_two_gradings_differ_in(two_scales, said, seed):
    session = two_scales()
    old, new = (session.load(each) for each in two_ways(said, seed))
    found = changes(old, new)
    moved = {(m.what, m.id): (m.old, m.new) for area in found.areas for m in area.moved}
    before, after = (each.proposal.areas[0] for each in (old, new))
    assert (before.grade != after.grade) == (("grade", "body") in moved)
    assert (before.outcome != after.outcome) == (("outcome", "body") in moved)
    statuses = [{c.id: c.status for c in area.characteristics if c.evidence} for area in (before, after)]
    differ = {n for n in {*statuses[0], *statuses[1]} if statuses[0].get(n) != statuses[1].get(n)}
    assert differ == {name for what, name in moved if what == "status"}
