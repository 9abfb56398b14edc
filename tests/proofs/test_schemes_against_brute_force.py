"""Small rating schemes drawn at random: every verdict of a check, against every combination of levels."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path

import pytest

from grader.authoring.mutants import mutants
from grader.engines.solver import Effort
from grader.io.catalogue import open_rulebook
from grader.language.nodes import Effect
from grader.language.pipeline import GRADES
from grader.language.rulebook import Rule, decide
from grader.proofs.check import check_rulebook
from grader.proofs.schemes.changes import steps
from grader.proofs.schemes.components import components
from grader.proofs.schemes.situations import Graded, Grading, Situation
from grader.proofs.schemes.states import States
from grader.proofs.schemes.tried import went_wrong
from grader.proofs.subject import Subject, any_edition
from grader.proofs.tag_combinations import Part
from grader.testing.schemes import Scheme, scheme

#: Combinations of levels that are looked at one by one.
MOST = 1500
PARTS = (Part.RAISE, Part.ADD_EXCEEDS, Part.ADD_FALLS_SHORT, Part.STAYS_GRADED)
EFFORT = 200_000_000
DEAD = ("vacuous", "shadowed", "redundant", "overridden")


class Brute:
    """Everything one area can be, graded by the reference engine at the defaults of the parameters."""

    def __init__(self, drawn: Scheme) -> None:
        self.subject = Subject(drawn.book, drawn.framework, Effort(EFFORT))
        self.words = drawn.framework.vocabulary
        self.grading = Grading(self.subject.evaluator)
        self.states = {a.id: States(self.subject.bound, a) for a in drawn.framework.areas}
        self.graded: dict[str, dict[tuple[int, ...], tuple[Situation, Graded]]] = {}
        for area in drawn.framework.areas:
            parts = components(area, self.words)
            found = self.graded[area.id] = {}
            for ranks in itertools.product(*(c.ranks for c in parts)):
                on = {c.id: r for c, r in zip(parts, ranks, strict=True) if r}
                situation = Situation(area, any_edition(area), on)
                found[ranks] = situation, self.grading.of(situation)

    @property
    def every(self) -> Iterator[tuple[Situation, Graded]]:
        for found in self.graded.values():
            yield from found.values()

    def smallest(self, part: Part) -> int | None:
        """The size of the smallest case that breaks a part; None where none does."""
        sizes = []
        for area, found in self.graded.items():
            made = list(steps(part, self.states[area]))
            for situation, before in found.values():
                for step in made:
                    for then in step.made(situation, self.words):
                        if went_wrong(part, before, self._of(then), self.words):
                            sizes.append(situation.size)
        return min(sizes, default=None)

    def _of(self, situation: Situation) -> Graded:
        ids = [c.id for c in situation.area.characteristics]
        return self.graded[situation.area.id][tuple(situation.ranks.get(name, 0) for name in ids)][1]

    def unreachable(self) -> set[str]:
        conclusions = {*self.subject.bound.grade_scale.names, "withheld"}
        found = set()
        for area in self.graded.values():
            found |= conclusions - {g.grade or g.area.outcome for _, g in area.values()}
        return found

    def dead(self) -> set[str]:
        """Rules somebody wrote that decide nothing, or hold always."""
        rules = [r for r in self.subject.bound.rules if not r.made and r.level == "area"]
        never = {r.id for r in rules if not any(self._decides(r.id, g) for _, g in self.every)}
        return never | {r.id for r in rules if all(self._held(r, s, g) for s, g in self.every)}

    def _held(self, rule: Rule, situation: Situation, graded: Graded) -> bool:
        if rule.effect is not Effect.WITHHOLDS and graded.grade is None:
            return True  # grade rules are not asked there
        engine, area = self.subject.evaluator.engine, situation.area.id
        return rule.id in engine.held(rule.layer, rule.level, area, graded.area.facts)

    def _decides(self, rule: str, graded: Graded) -> bool:
        held = graded.area.held
        if rule not in held:
            return False
        rules = [r for r in self.subject.bound.rules if r.id in held]
        if graded.grade is None:
            return [r.id for r in rules] == [rule] and any(c.items for c in graded.cases.values())
        scale, default = GRADES.concludes(self.subject.bound)
        graders = [r for r in rules if r.effect is not Effect.WITHHOLDS]
        return (
            decide(graders, held, scale, default).rank != decide(graders, held - {rule}, scale, default).rank
        )


def small_scheme(seed: int, folder: Path) -> Scheme | None:
    """The scheme of a seed; None where it has too many combinations."""
    drawn = scheme(random.Random(seed), folder)
    words = drawn.framework.vocabulary
    many = sum(prod(len(c.ranks) for c in components(a, words)) for a in drawn.framework.areas)
    return drawn if many <= MOST else None


@dataclass
class Verdicts:
    """What is said of a scheme: the size of the smallest case that breaks each part, and what is dead."""

    broken: dict[str, int | None]
    unreachable: set[str]
    dead: set[str]


def by_brute_force(drawn: Scheme) -> Verdicts:
    brute = Brute(drawn)
    return Verdicts({str(p): brute.smallest(p) for p in PARTS}, brute.unreachable(), brute.dead())


def by_check(drawn: Scheme) -> Verdicts:
    book = replace(drawn.book, promises=("monotone.f", "monotone.g"))
    settings = book.defaults()
    broken = {}
    for part in map(str, PARTS):
        report = check_rulebook(book, drawn.framework, effort=EFFORT, settings=settings, only=[part])
        (promise,) = report.promises
        found = [f for f in report.findings if f"({part})" in f.message]
        assert promise.result == ("refuted" if found else "proved")
        assert all(f.witness is not None for f in found)
        broken[part] = len(found[0].witness.cases[0]["evidence"]) if found and found[0].witness else None
    # Each by itself: of an outcome that only dead rules lead to the rules are told, and not the outcome.
    reports = [
        check_rulebook(book, drawn.framework, effort=EFFORT, settings=settings, only=[asked])
        for asked in ("reachable", "live")
    ]
    assert {"proved", "refuted"} >= {p.result for r in reports for p in r.promises}
    # What has one cause is told in one finding, one after the other.
    messages = [m for f in reports[0].findings if f.code == "unreachable" for m in f.message.split("; ")]
    unreachable = {
        grade
        for grade in drawn.framework.grades_worst_first
        if any(m.startswith(f"no inspection can be graded {grade} in") for m in messages)
    }
    messages = [m for f in reports[1].findings if f.code in DEAD for m in f.message.split("; ")]
    dead = {m.split()[1] for m in messages if m.startswith("rule ")}
    # Of parameters out of order both rules are named; the one that asks for more never decides.
    misordered = (f.message for f in reports[1].findings if f.code == "parameter-order")
    dead |= {found[1] for m in misordered if (found := re.search(r" than \S+ \((\S+)\): ", m))}
    return Verdicts(broken, unreachable, dead)


#: Seeds of schemes that break most of what can be broken, or several things for one cause.
TELLING = (3, 6, 20, 100)


@pytest.mark.parametrize("seed", TELLING)
def test_every_verdict_is_that_of_brute_force(seed: int, tmp_path: Path) -> None:
    drawn = small_scheme(seed, tmp_path)
    assert drawn is not None
    assert by_brute_force(drawn) == by_check(drawn)


def _changed(name: str, of: slice) -> list[Scheme]:
    _, framework, book = open_rulebook(name)
    return [Scheme(framework.framework, m.book) for m in list(mutants(book, framework.framework))[of]]


def test_every_verdict_on_a_changed_scheme_is_that_of_brute_force() -> None:
    (drawn,) = _changed("FHRS", slice(8, 9))
    assert by_brute_force(drawn) == by_check(drawn)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 300, 20))
def test_every_verdict_on_many_schemes_is_that_of_brute_force(start: int, tmp_path: Path) -> None:
    for seed in range(start, start + 20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        drawn = small_scheme(seed, folder)
        if drawn is not None:
            assert by_brute_force(drawn) == by_check(drawn), seed


@pytest.mark.slow
@pytest.mark.parametrize("name", ["FHRS", "AGED_CARE_STARS"])
def test_every_verdict_on_all_changed_schemes_is_that_of_brute_force(name: str) -> None:
    for at, drawn in enumerate(_changed(name, slice(None))):
        assert by_brute_force(drawn) == by_check(drawn), at
