"""What a proposal says of one item changed is what grading again says, on rating schemes drawn at random."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

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
