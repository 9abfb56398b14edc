"""What a proposal says of one item changed is what grading again says, on rating schemes drawn at random."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from grader.explanations.smallest_change import smallest_change
from grader.io.frameworks import FrameworkFile
from grader.session import Session
from grader.testing.schemes import scheme


def outcomes(session, inspection):
    return {a.area: (a.outcome, a.grade) for a in session.load(inspection).propose(hinges=False).areas}


def without(inspection, name):
    return inspection.model_copy(update={"evidence": [e for e in inspection.evidence if e.id != name]})


def assessed(inspection, name, level):
    items = [e.model_copy(update={"assessment": level}) if e.id == name else e for e in inspection.evidence]
    return inspection.model_copy(update={"evidence": items})


def steps(framework, item):
    """The level an item counts as, and those next to it on its scale; none of an item that counts as none."""
    words = framework.vocabulary
    named = framework.characteristic(item.characteristics[0]).scale
    scale, counts_as = words.scale_of(named), words.counted_as(named, item.assessment)
    if counts_as not in scale.names:
        return "", []
    levels, at = [word.said for word in scale.words], scale.names.index(counts_as)
    return levels[at], [levels[n] for n in (at - 1, at + 1) if 0 <= n < len(levels)]


def graded_again(session, inspection, framework):
    """Hinges, and grades one step away, by area, each found by grading the changed inspection."""
    before = outcomes(session, inspection)
    hinges = {area: {} for area in before}
    reachable = {area: set() for area in before}
    for item in inspection.evidence:
        for area, found in outcomes(session, without(inspection, item.id)).items():
            if found != before[area]:
                hinges[area][item.id] = found
        own, others = steps(framework, item)
        for level in others:
            for area, (_, grade) in outcomes(session, assessed(inspection, item.id, level)).items():
                if grade is not None and grade != before[area][1]:
                    reachable[area].add((grade, f"{item.id}: {own} to {level}"))
    return hinges, reachable


def check(seed, folder, many):
    rng, own = random.Random(seed), folder / str(seed)
    own.mkdir()
    drawn = scheme(rng, own)
    session = Session(FrameworkFile(drawn.framework), drawn.book, None, "reference")
    for inspection in drawn.inspections(rng, many):
        proposal = session.load(inspection).proposal
        hinges, reachable = graded_again(session, inspection, drawn.framework)
        said = {a.area: {h.evidence: (h.outcome, h.grade) for h in a.hinges} for a in proposal.areas}
        near = {a.area: {(r.grade, r.change) for r in a.reachable} for a in proposal.areas}
        assert (seed, hinges) == (seed, said)
        assert (seed, reachable) == (seed, near)


@pytest.mark.parametrize("seed", range(4))
def test_hinges_and_steps_are_what_grading_again_finds(tmp_path: Path, seed: int):
    check(seed, tmp_path, 2)


@pytest.mark.slow
def test_hinges_and_steps_of_many_schemes_are_what_grading_again_finds(tmp_path: Path):
    for seed in range(100, 160):
        check(seed, tmp_path, 4)


def cheapest(session, inspection, framework, area, wanted):
    """The least number of steps of items by which an area gets a grade: two at most, else None."""
    seen = {(): inspection}
    for cost in (1, 2):
        following = {}
        for before in seen.values():
            for item in before.evidence:
                for level in steps(framework, item)[1]:
                    after = assessed(before, item.id, level)
                    following[tuple((e.id, e.assessment) for e in after.evidence)] = after
        if any(outcomes(session, after)[area][1] in wanted for after in following.values()):
            return cost
        seen = following
    return None


@pytest.mark.parametrize("seed", [1, 5, *(pytest.param(n, marks=pytest.mark.slow) for n in range(6, 30))])
def test_a_smallest_change_costs_no_more_than_steps_that_do(tmp_path: Path, seed: int):
    rng = random.Random(seed)
    drawn = scheme(rng, tmp_path)
    session = Session(FrameworkFile(drawn.framework), drawn.book, None, "reference")
    (inspection,) = drawn.inspections(rng, 1)
    if len(inspection.evidence) > 8:
        inspection = inspection.model_copy(update={"evidence": inspection.evidence[:8]})
    loaded = session.load(inspection)
    grades = drawn.framework.grades_worst_first
    for result in loaded.proposal.areas:
        above = grades[grades.index(result.grade) + 1 :] if result.grade is not None else ()
        for n, grade in enumerate(above):
            answer = smallest_change(loaded, result.area, grade)
            steps_do = cheapest(session, inspection, drawn.framework, result.area, above[n:])
            if answer.cost is not None and answer.cost <= 2:
                assert (grade, answer.cost) == (grade, steps_do)
            else:
                assert (grade, None) == (grade, steps_do)
