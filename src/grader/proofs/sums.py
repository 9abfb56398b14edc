"""What the characteristics of an area add up to, learnt no further than a question needs.

A question about an area is asked of sums: how many of its characteristics show each thing that rules look
for. At first the sums may be anything. Where the solver takes some that no known examples add up to, either an
example is found that goes further, or it is proved that no characteristic does: that inequality, added up, is
met by every area, and not by these sums. So a question that no sums answer is answered by no area, and sums
that examples add up to are a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations
from math import lcm
from typing import Final

import z3

from grader.engines.symbolic import Allowance, Solver, total
from grader.proofs.characteristics import INDIRECT, Example, Observation, Space, observe, seen_in

#: How finely the shortest inequality that tells sums apart is sought.
HALVINGS: Final = 6

Point = tuple[int, ...]
#: Weights other than nought, each with the place it stands at.
Short = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Inequality:
    """What every characteristic shows, each times its weight, is at most a bound; so many, as many times it."""

    weights: Point
    bound: int

    def of(self, point: Sequence[int]) -> int:
        """How far one characteristic lies beyond it; nought or less where it does not."""
        return sum(w * p for w, p in zip(self.weights, point, strict=True) if w) - self.bound

    def holds(self, sums: Sequence[z3.ArithRef], many: z3.ArithRef) -> z3.BoolRef:
        """That so many characteristics together meet it."""
        shown = total(w * s for w, s in zip(self.weights, sums, strict=True) if w)
        return shown <= self.bound * many


@dataclass(slots=True)
class Shown:
    """What one characteristic can show of several things at once: examples of it, and what bounds them all.

    Parameters
    ----------
    space : Space
        Any evidence on the characteristic.
    seen : sequence of Observation
        What is looked at; a count where it is a fact, else 1 where it is so and 0 where not.
    """

    space: Space
    seen: tuple[Observation, ...]
    budget: Allowance
    examples: dict[Point, Example] = field(default_factory=dict)
    inequalities: list[Inequality] = field(default_factory=list)
    _most: dict[Short, int] = field(default_factory=dict)
    _taken: int = 0
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
        """An inequality that every characteristic meets and these sums of so many do not.

        None where examples add up to the sums, if they may be taken in parts.
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
        """One that all examples known meet and the sums do not, the plainest first."""
        self._take_in()
        best = max(
            ((sum(w * sums[at] for at, w in short) - most * many, short) for short, most in self._most.items()),
            key=lambda found: (found[0], -len(found[1])),
        )
        if best[0] > 0:
            weights = dict(best[1])
            return Inequality(tuple(weights.get(at, 0) for at in range(len(sums))), self._most[best[1]])
        if self._apart is None:
            self._apart = _Apart(len(sums), self.budget)
        self._apart.know(self.examples)
        return self._apart.find(sums, many)

    def _take_in(self) -> None:
        """How far examples go, of those taken since."""
        for point in list(self.examples)[self._taken :]:
            for weights in _short(len(point)):
                reached = sum(w * point[at] for at, w in weights)
                if reached > self._most.get(weights, reached - 1):
                    self._most[weights] = reached
        self._taken = len(self.examples)

    def _further(self, inequality: Inequality) -> Example | None:
        """A characteristic beyond an inequality; one a case can hold where there is one."""
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


class _Apart:
    """Inequalities that examples meet and some sums do not: those with the smallest weights."""

    def __init__(self, things: int, budget: Allowance) -> None:
        self.known = 0
        self.solver = Solver(budget, logic="QF_LRA")
        self.more = [z3.Real(f"more{i}") for i in range(things)]
        self.less = [z3.Real(f"less{i}") for i in range(things)]
        self.bound = z3.Real("bound")
        self.solver.add(*(w >= 0 for w in (*self.more, *self.less)))
        self.size = z3.Sum([*self.more, *self.less])

    def know(self, points: Iterable[Point]) -> None:
        """Ask of further examples, in the order they were met, that they meet it as well."""
        new = list(points)[self.known :]
        self.solver.add(*(self._of(point) <= self.bound for point in new))
        self.known += len(new)

    def _of(self, point: Point) -> z3.ArithRef:
        parts = zip(self.more, self.less, point, strict=True)
        return z3.Sum([z3.RealVal(0), *((m - n) * p for m, n, p in parts if p)])

    def find(self, sums: Point, many: int) -> Inequality | None:
        apart = self._of(sums) >= self.bound * many + 1
        found = self.solver.model(apart)
        if found is None:
            return None
        most, least = _value(found, self.size), z3.Q(0, 1)
        for _ in range(HALVINGS):
            middle = z3.simplify((most + least) / 2)
            less = self.solver.model(apart, self.size <= middle)
            if less is None:
                least = middle
            else:
                found, most = less, _value(less, self.size)
        return _whole(found, self.more, self.less, self.bound)


def _value(model: z3.ModelRef, term: z3.ArithRef) -> z3.RatNumRef:
    return model.eval(term, model_completion=True)


def _whole(
    model: z3.ModelRef, more: Sequence[z3.ArithRef], less: Sequence[z3.ArithRef], bound: z3.ArithRef
) -> Inequality:
    """The inequality of a model in whole numbers; its bound is rounded down, which no characteristic minds."""
    weights = [_value(model, z3.simplify(m - n)).as_fraction() for m, n in zip(more, less, strict=True)]
    limit = _value(model, bound).as_fraction()
    scale = reduce(lcm, (w.denominator for w in weights), 1)
    return Inequality(tuple(int(w * scale) for w in weights), (limit * scale).__floor__())


def _short(things: int) -> Iterator[Short]:
    """The plainest weights: one thing, or two, for or against; each as places with their weights."""
    for at in range(things):
        yield ((at, 1),)
        yield ((at, -1),)
    for one, other in combinations(range(things), 2):
        for first in (1, -1):
            for second in (1, -1):
                yield ((one, first), (other, second))
