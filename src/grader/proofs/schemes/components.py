"""One component: its ranks, and what rules see at each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import z3

from grader.language.row import Row
from grader.language.vocabulary import SCALE, SCORE
from grader.model.framework import Area
from grader.vocabulary.words import Vocabulary


@dataclass(frozen=True, slots=True)
class Component:
    """A characteristic's ranks, worst first, and those that withhold.

    Attributes
    ----------
    scale : int
        By rank among the framework's.
    """

    id: str
    counted: bool
    levels: tuple[int, ...]
    withholding: tuple[int, ...]
    scale: int

    @property
    def ranks(self) -> tuple[int, ...]:
        """Every rank its status can have; 0 where it is not assessed."""
        return (0, *self.withholding, *self.levels)

    def row(self, rank: int, words: Vocabulary) -> Row:
        """What rules see of it at a rank."""
        return Row({"status": rank, SCORE: words.scores[rank], SCALE: self.scale})


def components(area: Area, words: Vocabulary) -> tuple[Component, ...]:
    """The characteristics of an area."""
    found = []
    for c in area.characteristics:
        scale = words.scale_of(c.scale)
        outside = [words.statuses.rank(o.word.id) for o in scale.outside if o.for_the_grade == "withheld"]
        rank = words.scale_ids.rank(scale.id)
        found.append(Component(c.id, c.counted, tuple(scale.ranks), tuple(sorted(outside)), rank))
    return tuple(found)


# As terms ----------------------------------------------------------------------------------------------


def one(formula: z3.BoolRef) -> z3.ArithRef:
    """1 where something is so, else 0."""
    return z3.If(formula, z3.IntVal(1), z3.IntVal(0))


def among(rank: z3.ArithRef, ranks: Sequence[int], every: Sequence[int]) -> z3.BoolRef:
    """A rank is one of these, in as few bounds as possible."""
    inside, ordered = frozenset(ranks), sorted(every)
    runs: list[z3.BoolRef] = []
    at = 0
    while at < len(ordered):
        end = at
        while end < len(ordered) and ordered[end] in inside:
            end += 1
        if end > at:
            bounds = [rank >= ordered[at]] if at else []
            bounds += [rank <= ordered[end - 1]] if end < len(ordered) else []
            runs.append(z3.And(bounds) if len(bounds) != 1 else bounds[0])
        at = end + 1
    return runs[0] if len(runs) == 1 else z3.Or(runs)


def of_rank(rank: z3.ArithRef, component: Component, words: Vocabulary, name: str) -> z3.ArithRef:
    """What a component has by its rank."""
    if name == "status":
        return rank
    steps = [(r, component.row(r, words)[name]) for r in sorted(component.ranks)]
    term, before = z3.IntVal(steps[0][1]), steps[0][1]
    for r, value in steps[1:]:
        if value != before:
            term, before = z3.If(rank >= r, z3.IntVal(value), term), value
    return term
