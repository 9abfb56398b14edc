"""Single changes tried before proving, and made small."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from grader.engines.symbolic import Undecided
from grader.proofs.schemes.changes import Step, steps
from grader.proofs.schemes.situations import Graded, Situation
from grader.proofs.schemes.subject import Scheme
from grader.proofs.tag_combinations import Part
from grader.vocabulary.words import Vocabulary

#: Changes tried of each situation drawn.
CHANGES: Final = 3


@dataclass(frozen=True, slots=True)
class Broken:
    """A change that goes wrong, with parameters not at defaults."""

    before: Situation
    then: Situation
    step: Step
    values: Mapping[str, int] = field(default_factory=dict)


def went_wrong(part: Part, before: Graded, then: Graded, words: Vocabulary) -> bool:
    """Whether a change went wrong, by the reference."""
    if part is Part.STAYS_GRADED:
        return before.area.outcome == "graded" and then.area.outcome == "withheld"
    if part is Part.CONCERNS_STAY:
        return bool(before.concerned(words) - then.concerned(words))
    one, two = before.rank, then.rank
    if one is None or two is None:
        return False
    return two < one if part.better else two > one


def falsified(scheme: Scheme, part: Part) -> Broken | None:
    """A change tried that goes wrong at the defaults, or None."""
    draw = random.Random(f"scheme {part}")
    found: dict[str, list[Step]] = {}
    for situation, before in scheme.trials:
        area = situation.area
        if area.id not in found:
            found[area.id] = _steps(scheme, part, situation)
        for step in draw.sample(found[area.id], min(CHANGES, len(found[area.id]))):
            for then in step.made(situation, scheme.words):
                if went_wrong(part, before, scheme.grading.of(then), scheme.words):
                    return _smaller(scheme, part, Broken(situation, then, step))
    return None


def _steps(scheme: Scheme, part: Part, situation: Situation) -> list[Step]:
    try:
        return list(steps(part, scheme.states(situation.area)))
    except Undecided:  # what rules look at is no matter here
        return []


def _smaller(scheme: Scheme, part: Part, broken: Broken) -> Broken:
    """The same without what it does not need."""
    for less in _less(broken.before):
        first = scheme.grading.of(less)
        for then in broken.step.made(less, scheme.words):
            if went_wrong(part, first, scheme.grading.of(then), scheme.words):
                return _smaller(scheme, part, replace(broken, before=less, then=then))
    return broken


def _less(situation: Situation) -> Iterator[Situation]:
    """The situation with one thing less."""
    yield from (situation.at(name, 0) for name in situation.ranks)
    for at in range(len(situation.declared)):
        yield replace(situation, declared=situation.declared[:at] + situation.declared[at + 1 :])
    for at in range(len(situation.earlier)):
        yield replace(situation, earlier=situation.earlier[:at] + situation.earlier[at + 1 :])
