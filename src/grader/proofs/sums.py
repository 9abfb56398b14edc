"""Sums over an area's characteristics, learnt as far as a question needs.

Sums start free. Where the solver takes some that no examples give, an example goes further or an inequality
is proved of every area. So sums that examples give are a case, and no sums, no area.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from math import lcm
from typing import Any, Final

import z3

from grader.engines.symbolic import Allowance, Solver, total
from grader.proofs.characteristics import INDIRECT, Example, Observation, Space, observe, seen_in

Point = tuple[int, ...]
#: For and against, of two things at a time.
SIGNS: Final = ((1, 1), (1, -1), (-1, 1), (-1, -1))


@dataclass(frozen=True, slots=True)
class Inequality:
    """Weighted things that stay within a bound on each characteristic."""

    weights: Point
    bound: int

    def holds(self, sums: Sequence[z3.ArithRef], many: z3.ArithRef) -> z3.BoolRef:
        """That so many characteristics together meet it."""
        shown = total(w * s for w, s in zip(self.weights, sums, strict=True) if w)
        return shown <= self.bound * many


@dataclass(slots=True)
class Shown:
    """What a characteristic can show at once: examples and bounds.

    Parameters
    ----------
    space : Space
        Any evidence.
    seen : sequence of Observation
        Counts of facts, else 1 or 0.
    """

    space: Space
    seen: tuple[Observation, ...]
    budget: Allowance
    examples: dict[Point, Example] = field(default_factory=dict)
    inequalities: list[Inequality] = field(default_factory=list)
    _pairs: _Pairs | None = None
    _asked: _Asked | None = None
    _apart: _Apart | None = None

    def know(self, examples: Iterable[Example]) -> None:
        """Take examples met elsewhere; of those that show the same the first."""
        for example in examples:
            self._add(example)

    def _add(self, example: Example) -> None:
        point = tuple(seen_in(s, example) for s in self.seen)
        if point not in self.examples:
            self.examples[point] = example

    def beyond(self, sums: Point, many: int) -> Inequality | None:
        """An inequality every characteristic meets and these sums do not.

        None where examples give the sums, in parts.
        """
        if not self.examples:
            self._add(self.space.example((), ()))
        while (found := self._not_met(sums, many)) is not None:
            example = self._further(found)
            if example is None:
                self.inequalities.append(found)
                return found
            self._add(example)
        return None

    def _not_met(self, sums: Point, many: int) -> Inequality | None:
        """The plainest one that known examples meet and the sums do not."""
        if self._pairs is None:
            self._pairs = _Pairs(len(sums))
            self._apart = _Apart(len(sums), self.budget)
        assert self._apart is not None
        known = list(self.examples)
        self._pairs.know(known)
        found = self._pairs.find(sums, many)
        if found is not None:
            return found
        self._apart.know(known)
        return self._apart.find(sums, many)

    def _further(self, inequality: Inequality) -> Example | None:
        """A characteristic beyond an inequality."""
        if self._asked is None:
            self._asked = _Asked(self.space, self.seen)
        return self._asked.beyond(inequality)


class _Asked:
    """The questions about one characteristic."""

    def __init__(self, space: Space, seen: Sequence[Observation]) -> None:
        self.space = space
        self.items, self.earlier = space.variables()
        self.terms = space.read(self.items, self.earlier)
        self.shown = [_number(observe(s, self.terms)) for s in seen]
        self.solver = space.solver(self.items, self.earlier)

    def beyond(self, inequality: Inequality) -> Example | None:
        weighed = total(w * s for w, s in zip(inequality.weights, self.shown, strict=True) if w)
        so = weighed > inequality.bound
        model = self.solver.model(so, self.terms.size < INDIRECT) or self.solver.model(so)
        return self.space.example_in(model, self.items, self.earlier) if model is not None else None


def _number(term: z3.ExprRef) -> z3.ArithRef:
    return z3.If(term, z3.IntVal(1), z3.IntVal(0)) if z3.is_bool(term) else term


class _Pairs:
    """Inequalities of at most two things that examples meet."""

    def __init__(self, things: int) -> None:
        import numpy as np  # here, since few checks come so far and it takes long to load

        self.np: Any = np
        self.known = 0
        self.most = np.full((len(SIGNS), things, things), np.iinfo(np.int64).min)

    def know(self, points: Sequence[Point]) -> None:
        """Take further examples into account, in order."""
        for point in points[self.known :]:
            for most, reached in zip(self.most, self._paired(point), strict=True):
                self.np.maximum(most, reached, out=most)
        self.known = len(points)

    def find(self, sums: Point, many: int) -> Inequality | None:
        """The one that the sums miss by most."""
        missed = self.np.stack(self._paired(sums)) - self.most * many
        sign, one, other = self.np.unravel_index(int(missed.argmax()), missed.shape)
        if missed[sign, one, other] <= 0:
            return None
        weights = [0] * len(sums)
        weights[one] += SIGNS[sign][0]
        weights[other] += SIGNS[sign][1]
        return Inequality(tuple(weights), int(self.most[sign, one, other]))

    def _paired(self, point: Point) -> list[Any]:
        """What two things come to together, for each way of weighing them."""
        row = self.np.array(point, self.np.int64)
        return [first * row[:, None] + second * row[None, :] for first, second in SIGNS]


class _Apart:
    """Inequalities of the fewest things that examples meet."""

    def __init__(self, things: int, budget: Allowance) -> None:
        self.known = 0
        self.solver = Solver(budget, logic="QF_LRA")
        self.weights = [z3.Real(f"w{i}") for i in range(things)]
        self.bound = z3.Real("bound")

    def know(self, points: Sequence[Point]) -> None:
        """Require further examples to meet it, in order."""
        new = points[self.known :]
        self.solver.add(*(self._of(point) <= self.bound for point in new))
        self.known += len(new)

    def _of(self, point: Point) -> z3.ArithRef:
        return z3.Sum([z3.RealVal(0), *(w * p for w, p in zip(self.weights, point, strict=True) if p)])

    def find(self, sums: Point, many: int) -> Inequality | None:
        """One that weighs nothing it could do without."""
        apart = self._of(sums) >= self.bound * many + 1
        model = self.solver.model(apart)
        if model is None:
            return None
        found = _whole(model, self.weights, self.bound)
        for at in range(len(sums)):
            if found.weights[at]:
                idle = [w == 0 for i, w in enumerate(self.weights) if i == at or not found.weights[i]]
                less = self.solver.model(apart, *idle)
                found = found if less is None else _whole(less, self.weights, self.bound)
        return found


def _whole(model: z3.ModelRef, weights: Sequence[z3.ArithRef], bound: z3.ArithRef) -> Inequality:
    """A model's inequality in whole numbers."""
    found = [model.eval(w, model_completion=True).as_fraction() for w in (*weights, bound)]
    scale = reduce(lcm, (f.denominator for f in found[:-1]), 1)
    return Inequality(tuple(int(f * scale) for f in found[:-1]), (found[-1] * scale).__floor__())
