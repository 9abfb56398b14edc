"""Which way facts and rules can move, as proved, against every change of every small area there is."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest

from grader.engines.reference import holds
from grader.engines.solver import Effort, afresh
from grader.language.bind import bind
from grader.language.nodes import Level
from grader.language.rulebook import Layer
from grader.language.typecheck import facts_named
from grader.proofs.characteristics import Example
from grader.proofs.directions import Directions, partly_bound
from grader.proofs.subject import Subject, any_edition
from grader.proofs.tag_combinations import EARLIER_TAGS, EVIDENCE_TAGS, Part, changes, group_tags
from grader.proofs.trials import Trials
from grader.proofs.witness import Situation

AREA_LAYERS = (Layer.FINDING, Layer.SUFFICIENCY, Layer.GRADE)


def _steps(trials, area, most, part):
    """Every change of every area with items on two characteristics, as the rules tell taggings apart."""
    book = trials.subject.bound
    below = [f.definition for f in book.facts.values() if f.level is Level.CHARACTERISTIC]
    evidence = group_tags(EVIDENCE_TAGS, "evidence", below)
    earlier = group_tags(EARLIER_TAGS, "earlier", below)
    made = {}
    for change in changes(part):
        groups = evidence if change.entity == "evidence" else earlier
        out = None if change.before is None else groups.of[change.before]
        made.setdefault((change.entity, out, groups.of[change.after]), change)
    examples = [
        trials.example(area.id, rows, ())
        for size in range(most + 1)
        for rows in combinations_with_replacement(evidence.rows, size)
    ]
    first, second = [c.id for c in area.counted][:2]
    for other in examples[: 1 + len(evidence.rows)]:
        for here in examples:
            for change in made.values():
                gone = (change.before,) if change.before is not None else ()
                rows = (here.evidence, gone) if change.entity == "earlier" else ((*here.evidence, *gone), ())
                started: Example = trials.example(area.id, *rows)
                situation = Situation(area, any_edition(area), ((second, other),))
                yield trials.moving(situation, first, started, change)


def _against(opened, part, most):
    """Facts and rules that moved a way they were proved not to."""
    subject = Subject(opened.book, opened.framework, Effort(10**9))
    trials = Trials(subject)
    wrong = set()
    with afresh():
        subject = Subject(opened.book, opened.framework, Effort(10**9))
        (book,) = partly_bound(opened.book)
        bound = bind(opened.book)
        for group in subject.graded:
            moves = Directions(subject, group, part, book)
            area = max(group.areas, key=lambda a: len(a.counted))
            facts = [n for r in _rules(book, area) for n in facts_named(r.condition)]
            claimed = {n: moves.fact(n) for n in facts} | {r.id: moves.rule(r) for r in _rules(book, area)}
            by_id = {r.id: r for r in bound.rules}
            for before, then in _steps(trials, area, most, part):
                one, two = trials.conclude(before).area.facts, trials.conclude(then).area.facts
                for name, movement in claimed.items():
                    rule = by_id.get(name)
                    first, second = ((int(holds(rule.condition, f)) if rule else f[name]) for f in (one, two))
                    if (second < first and not movement.falls) or (second > first and not movement.rises):
                        wrong.add((group.areas[0].id, name))
    return wrong


def _rules(book, area):
    return [r for layer in AREA_LAYERS for r in book.table(layer, Level.AREA).rules if r.applies_to(area.id)]


@pytest.mark.parametrize("part", [Part.RAISE, Part.ADD_FALLS_SHORT])
def test_nothing_moves_a_way_it_was_proved_not_to(opened, part):
    assert set() == _against(opened("sound"), part, 1)


@pytest.mark.slow
@pytest.mark.parametrize("part", Part)
@pytest.mark.parametrize("name", ["sound", "pooling", "EXAMPLE_CARE_HOMES", "PEEL_2021_22"])
def test_nothing_moves_a_way_it_was_proved_not_to_in_any_rule_book(opened, name, part):
    assert set() == _against(opened(name), part, 2 if name in ("sound", "pooling") else 1)
