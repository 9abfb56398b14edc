"""Promise 3's single changes, where statuses are as assessed.

Raising an item raises its component or leaves it; an added item competes by lowest, best or latest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import z3

from grader.engines.symbolic import number
from grader.language.row import Row
from grader.proofs.schemes.components import Component
from grader.proofs.schemes.situations import Situation, earlier_words, level
from grader.proofs.schemes.states import Found, States
from grader.proofs.tag_combinations import Part
from grader.vocabulary.scales import Role
from grader.vocabulary.words import Vocabulary


class Step(Protocol):
    """One change to whatever was found."""

    def after(self, states: States, before: Found) -> tuple[Found, z3.BoolRef]:
        """What is found after the change, and where it can be made."""

    def width(self, before: Found, then: Found) -> z3.ArithRef:
        """The size of the change; the least is told."""

    def applied(self, situation: Situation, model: z3.ModelRef, then: Found) -> Situation:
        """The situation after the change that a model makes."""

    def made(self, situation: Situation, words: Vocabulary) -> Iterator[Situation]:
        """The situation after the change, in each way possible."""

    def words(self, before: Situation, then: Situation, words: Vocabulary) -> str:
        """The change in words."""


@dataclass(frozen=True, slots=True)
class ToLevel:
    """One component goes to another rank."""

    part: Part
    component: Component

    def after(self, states: States, before: Found) -> tuple[Found, z3.BoolRef]:
        first, then = before.ranks[self.component.id], z3.Int(f"then {self.component.id}")
        return replace(before, ranks={**before.ranks, self.component.id: then}), z3.And(
            first != then, self._says(states, first, then)
        )

    def _says(self, states: States, first: z3.ArithRef, then: z3.ArithRef) -> z3.BoolRef:
        words = states.book.vocabulary
        if self.part in (Part.RAISE, Part.CONCERNS_STAY):
            within = [states.in_order(self.component, term) for term in (first, then)]
            return z3.And(*within, then > first if self.part is Part.RAISE else then < first)
        return z3.Or([_added(first, then, rank, words) for rank in added(self.part, self.component, words)])

    def width(self, before: Found, then: Found) -> z3.ArithRef:
        one, other = (f.ranks[self.component.id] for f in (before, then))
        return z3.If(one > other, one - other, other - one)

    def applied(self, situation: Situation, model: z3.ModelRef, then: Found) -> Situation:
        return situation.at(self.component.id, number(model, then.ranks[self.component.id]))

    def made(self, situation: Situation, words: Vocabulary) -> Iterator[Situation]:
        first, levels = situation.ranks.get(self.component.id, 0), self.component.levels
        if self.part in (Part.RAISE, Part.CONCERNS_STAY):
            others = [r for r in levels if (r > first if self.part is Part.RAISE else r < first)]
            ranks = others if first in levels else []
        else:
            ranks = [_joined(first, rank, words) for rank in added(self.part, self.component, words)]
        yield from (situation.at(self.component.id, rank) for rank in ranks if rank != first)

    def words(self, before: Situation, then: Situation, words: Vocabulary) -> str:
        name = self.component.id
        one, other = (level(words, s.ranks.get(name, 0)) for s in (before, then))
        return f"{name} going from {one} to {other}"


def _added(first: z3.ArithRef, then: z3.ArithRef, rank: int, words: Vocabulary) -> z3.BoolRef:
    """Where an item added at a rank leaves its component."""
    lower = z3.If(first < rank, first, z3.IntVal(rank))
    higher = z3.If(first > rank, first, z3.IntVal(rank))
    match words.several:
        case "lowest":
            joined = then == lower
        case "best":
            joined = then == higher
        case _:  # found later it takes the place of what there is; found on the same day the lower counts
            joined = z3.Or(then == rank, then == lower)
    return z3.If(first == 0, then == rank, joined)


def _joined(first: int, rank: int, words: Vocabulary) -> int:
    """A component's rank with an item added."""
    if first == 0 or words.several == "latest":
        return rank
    return min(first, rank) if words.several == "lowest" else max(first, rank)


def added(part: Part, component: Component, words: Vocabulary) -> tuple[int, ...]:
    """Ranks of an added item: best, worst, or one that meets."""
    best, worst = component.levels[-1:], component.levels[:1]
    sound = meeting(component, words)
    found = {
        Part.ADD_EXCEEDS: best,
        Part.ADD_FALLS_SHORT: worst,
        Part.ADD_MEETS: sound,
        Part.STAYS_GRADED: (*sound, *best),
    }
    return tuple(dict.fromkeys(found[part]))


def meeting(component: Component, words: Vocabulary) -> tuple[int, ...]:
    """The lowest level of a scale that is no shortfall."""
    short = [r for r in component.levels if Role.SHORTFALL in words.statuses.words[r].roles]
    return tuple(r for r in component.levels if r > short[-1])[:1] if short else ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finding added; `before`: the earlier one it worsens."""

    entity: str
    before: Row | None
    row: Row

    def after(self, states: States, before: Found) -> tuple[Found, z3.BoolRef]:
        rows = states.declared if self.entity == "declared" else states.earlier
        counts = list(before.declared if self.entity == "declared" else before.earlier)
        able = z3.BoolVal(True)
        if self.before is not None:
            at = rows.index(self.before)
            able, counts[at] = counts[at] >= 1, counts[at] - 1
        at = rows.index(self.row)
        counts[at] = counts[at] + 1
        if self.entity == "declared":
            return replace(before, declared=counts), able
        return replace(before, earlier=counts), able

    def width(self, before: Found, then: Found) -> z3.ArithRef:
        return z3.IntVal(1)

    def applied(self, situation: Situation, model: z3.ModelRef, then: Found) -> Situation:
        return next(self.made(situation, None))

    def made(self, situation: Situation, words: Vocabulary | None) -> Iterator[Situation]:
        if self.before is not None and self.before not in situation.earlier:
            return
        rows = list(situation.declared if self.entity == "declared" else situation.earlier)
        if self.before is not None:
            rows.remove(self.before)
        rows.append(self.row)
        if self.entity == "declared":
            yield replace(situation, declared=tuple(rows))
        else:
            yield replace(situation, earlier=tuple(rows))

    def words(self, before: Situation, then: Situation, words: Vocabulary) -> str:
        if self.entity == "declared":
            return f"issuing {words.kind[words.kinds.name_of(self.row['kind'])].with_article}"
        if self.before is None:
            return f"adding {earlier_words(self.row, words)}"
        return f"{earlier_words(self.before, words)} becoming {earlier_words(self.row, words)}"


def steps(part: Part, states: States) -> Iterator[Step]:
    """Every single change of a part in an area."""
    words = states.book.vocabulary
    if part is not Part.CONCERN:
        for component in states.components:
            if part in (Part.RAISE, Part.CONCERNS_STAY) or added(part, component, words):
                yield ToLevel(part, component)
    if part in (Part.CONCERN, Part.CONCERNS_STAY):
        yield from _recorded(states, words)


def _recorded(states: States, words: Vocabulary) -> Iterator[Recorded]:
    capping = [words.kinds.rank(kind) for kind in words.capping]
    yield from (Recorded("declared", None, row) for row in states.declared if row["kind"] in capping)
    earlier = [row for row in states.earlier if row["kind"] in capping]
    for after in earlier:
        yield Recorded("earlier", None, after)
        for before in earlier:
            if before["kind"] == after["kind"] and before["progress"] < after["progress"]:
                yield Recorded("earlier", before, after)
