"""Conditions that take an unassessed component for a low one.

"At most one star" holds of one without a star; where the area is still graded, a person is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.engines import symbolic
from grader.engines.reference import holds
from grader.engines.symbolic import Undecided
from grader.errors import Place
from grader.language.nodes import Compare, Condition, FactOf
from grader.language.pipeline import GRADES
from grader.language.reckoned import Points
from grader.language.rulebook import Fact
from grader.language.typecheck import comparisons
from grader.language.vocabulary import SCORE
from grader.proofs.report import Finding
from grader.proofs.schemes.components import Component
from grader.proofs.schemes.states import States
from grader.proofs.schemes.subject import Scheme
from grader.proofs.witness import Witness


@dataclass(frozen=True, slots=True)
class _Asked:
    """A condition of a rule, or of a step of a fact."""

    where: str
    rules: tuple[str, ...]
    place: Place | None
    condition: Condition


def check_unassessed(scheme: Scheme) -> list[Finding]:
    """One finding for each such condition and component, with the smallest example."""
    found: dict[tuple[str, str], Finding] = {}
    try:
        for area in scheme.graded:
            states = scheme.states(area)
            for component, fact in _of_components(states):
                for asked in _conditions(states):
                    key = (asked.where, component.id)
                    if key not in found and _takes_for_low(scheme, asked, component, fact):
                        finding = _finding(scheme, states, asked, component, fact)
                        if finding is not None:
                            found[key] = finding
    except Undecided:  # nothing is promised here, and what has been found stands
        pass
    return list(found.values())


def _of_components(states: States) -> Iterator[tuple[Component, Fact]]:
    """Facts that are the score or the status of one component."""
    by_id = {c.id: c for c in states.components}
    for fact in states.facts:
        definition = fact.definition
        if isinstance(definition, FactOf) and definition.characteristic in by_id:
            yield by_id[definition.characteristic], fact


def _conditions(states: States) -> Iterator[_Asked]:
    for rule in states.rules(GRADES):
        yield _Asked(f"rule {rule.id!r}", (rule.id,), rule.place, rule.condition)
    for fact in states.facts:
        if isinstance(fact.definition, Points):
            for n, step in enumerate(fact.definition.steps, 1):
                if step.when is not None:
                    yield _Asked(f"step {n} of fact {fact.name!r}", (), step.place or fact.place, step.when)


def _takes_for_low(scheme: Scheme, asked: _Asked, component: Component, fact: Fact) -> bool:
    """Whether part of the condition holds of nothing and of a level."""
    words, definition = scheme.words, fact.definition
    assert isinstance(definition, FactOf)
    scored = definition.fact == SCORE
    levels = [words.scores[r] if scored else r for r in component.levels]
    return 0 not in levels and any(
        _so(part, negated, 0) and any(_so(part, negated, level) for level in levels)
        for part, negated in comparisons(asked.condition)
        if part.fact == fact.name
    )


def _so(part: Compare, negated: bool, value: int) -> bool:
    return holds(part, {part.fact: value}) is not negated


def _finding(
    scheme: Scheme, states: States, asked: _Asked, component: Component, fact: Fact
) -> Finding | None:
    found = states.found()
    concluded = states.conclude(found)
    wanted = [
        concluded.graded,
        found.ranks[component.id] == 0,
        symbolic.holds(asked.condition, {**concluded.facts, **states.parameters}),
    ]
    model = scheme.solver(states, *states.known(found), *wanted).smallest(states.size(found))
    if model is None:
        return None
    situation = scheme.situation_in(states, model, found)
    graded = scheme.replayed(situation)
    said = (
        f"where {situation.words(scheme.words)} and {component.id} is not assessed, {situation.area.id} is"
        f" {graded.said}"
    )
    return Finding(
        "unassessed",
        asked.rules,
        asked.place,
        f"{asked.where} takes {component.id} for assessed low where it was not assessed at all",
        f"ask too that it was assessed, by a fact {{status_of: {component.id}, better: neither, ...}} that is"
        " more_than: not_assessed; or withhold the grade where it is missing",
        Witness(said, (situation.case("not assessed", graded, scheme.words),)),
    )
