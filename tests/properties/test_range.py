"""The range is sound: whatever is found on what is unassessed, the grade lies within, and ends are met."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

import grader
from grader.grading.possible import fillings
from grader.grading.run import run
from grader.model.inspection import Inspection
from grader.session import Session
from grader.vocabulary.kinds import STRENGTH
from grader.vocabulary.peel import PEEL

BASES = ("case_file_review", "data", "document", "interview", "observation")
ASSESSMENTS = ("exceeds", "meets", "partly_meets", "falls_short")
BEST = {"assessment": "exceeds", "basis": "data", "extent": "widespread", "harm": "none"}
WORST = {"assessment": "falls_short", "basis": "data", "extent": "widespread", "harm": "none"}
HARMFUL = {"assessment": "falls_short", "basis": "data", "extent": "some", "harm": "serious"}


@pytest.fixture(scope="module")
def session() -> Session:
    return grader.open_session(engine="reference")


def item(random: Random, number: int, on: str, **tags: Any) -> dict[str, Any]:
    drawn = {
        "assessment": random.choice(ASSESSMENTS),
        "basis": random.choice(BASES),
        "extent": random.choice(("isolated", "some", "widespread")),
        "harm": random.choice(("none", "none", "moderate", "serious")),
        "remedied": random.random() < 0.15,
        "innovative": random.random() < 0.1,
    }
    said = {"id": f"E{number}", "characteristics": [on], "statement": "found", "source": "r"}
    return {**said, **drawn, **tags}


def test_what_is_unassessed_turns_out_the_best_or_the_worst_there_is() -> None:
    """Each way is tested, on the characteristic itself, neither remedied nor innovative."""
    plain = {"strength": "tested", "remedied": 0, "innovative": 0, "direct": 1}
    scales = {
        "assessment": PEEL.assessments,
        "extent": PEEL.extents,
        "harm": PEEL.harms,
        "strength": STRENGTH,
    }
    found = fillings(PEEL)
    for row, assessment, extent, harm in (
        (found.best, "exceeds", "widespread", "none"),
        (found.widest, "falls_short", "widespread", "none"),
        (found.harmful, "falls_short", "some", "serious"),
        (found.harmless, "falls_short", "some", "none"),
    ):
        told = {name: scales[name].name_of(rank) if name in scales else rank for name, rank in row.items()}
        assert {**plain, "assessment": assessment, "extent": extent, "harm": harm} == told


def drawn(random: Random, session: Session) -> tuple[dict[str, Any], str, list[str]]:
    """An inspection of one area, that area, and those of its characteristics that nothing is said of."""
    framework = session.framework.framework
    graded = [a for a in framework.areas_in("2022-03") if a.editions["2022-03"].graded]
    area = random.choice(graded)
    counted = [c.id for c in area.counted]
    unassessed = random.sample(counted, random.randint(1, min(6, len(counted))))
    mood = random.random()
    evidence = []
    for id in counted:
        for _ in range(random.choice((1, 1, 2)) if id not in unassessed else 0):
            good = {"assessment": "meets"} if random.random() < mood else {}
            evidence.append(item(random, len(evidence), id, **good))
    previous = [
        {
            "id": "P1",
            "kind": random.choice(("area_for_improvement", "cause_of_concern")),
            "area": area.id,
            "statement": "earlier",
            "recommendations": ["mend it"],
            "characteristics": random.sample(unassessed, 1),
            "progress": random.choice(("not_improving", "improving", "closed")),
        }
        for _ in range(random.choice((0, 1)))
    ]
    head = {"id": "drawn", "body": "A", "framework": "PEEL_2021_22", "edition": "2022-03"}
    sources = {"r": {"title": "R"}}
    return (
        {"inspection": head, "sources": sources, "evidence": evidence, "findings": [], "previous": previous},
        area.id,
        unassessed,
    )


def graded(
    session: Session, data: dict[str, Any], area: str
) -> tuple[int, frozenset[tuple[str, str | None]]]:
    """The grade by the grade rules alone, and the concerns that rules raise."""
    whole = session.framework.framework
    alone = whole.model_copy(update={"areas": (whole.area(area),)})
    trace = run(Inspection.model_validate(data), alone, session.what_if)
    raised = [*trace.areas[area].raised, *(r for c in trace.characteristics[area] for r in c.raised)]
    concerns = {(r.rule.id, r.characteristic) for r in raised if r.rule.target == "cause_of_concern"}
    return session.what_if.grade(area, trace.areas[area].facts).rank, frozenset(concerns)


def tries(random: Random, session: Session, fillings: int) -> None:
    data, area, unassessed = drawn(random, session)
    loaded = session.load(data)
    possible = loaded.proposal.area(area).possible
    assert possible is not None
    scale = session.bound.grade_scale
    lowest, highest = (scale.rank(grade) for grade in possible)
    _, before = graded(session, data, area)
    repeated = {c for p in data["previous"] if p["progress"] == "not_improving" for c in p["characteristics"]}
    uniform = [
        [dict(BEST) for _ in unassessed],
        [dict(WORST) for _ in unassessed],
        [HARMFUL | ({"harm": "none"} if c in repeated else {}) for c in unassessed],
    ]
    seen = []
    for number in range(fillings + len(uniform)):
        found = list(data["evidence"])
        for at, id in enumerate(unassessed):
            if number < len(uniform):
                found.append(
                    item(random, len(found), id, remedied=False, innovative=False, **uniform[number][at])
                )
                continue
            for _ in range(random.choice((0, 1, 1, 2))):
                tags = random.choice(({}, {}, dict(BEST), dict(WORST), dict(HARMFUL)))
                found.append(item(random, len(found), id, **tags))
        rank, concerns = graded(session, {**data, "evidence": found}, area)
        if concerns <= before:
            assert lowest <= rank <= highest, (area, unassessed, possible, scale.name_of(rank))
            seen.append(rank)
    assert (lowest, highest) == (min(seen), max(seen))


def test_the_grade_lies_within_the_range_and_both_ends_are_met(session: Session) -> None:
    for seed in range(6):
        tries(Random(seed), session, 8)


@pytest.mark.slow
def test_the_grade_lies_within_the_range_in_many_inspections(session: Session) -> None:
    for seed in range(1000, 1600):
        tries(Random(seed), session, 12)


def test_an_area_the_edition_does_not_grade_has_no_range(session: Session) -> None:
    data, _, _ = drawn(Random(1), session)
    assert session.load(data).proposal.area("victims").possible is None


def test_a_withheld_area_has_the_range_of_the_grade_rules(session: Session) -> None:
    data, _, _ = drawn(Random(1), session)
    data["evidence"], data["previous"] = [], []
    result = session.load(data).proposal.area("workforce")
    assert ("withheld", ("requires_improvement", "outstanding")) == (result.outcome, result.possible)
