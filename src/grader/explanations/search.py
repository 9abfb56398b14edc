"""The least change that gives a grade: an exact search without a solver.

For each state of the area that rules tell apart it keeps the least cost, up to a rising bound. All cheaper
states have been looked at, so no smaller change gives the grade.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from grader.grading.aggregates import AreaAggregator, FactVector
from grader.grading.conclude import CharacteristicCase
from grader.grading.tally import indirect
from grader.language.row import Row

#: Bounds on the cost, tried in turn.
BOUNDS: Final = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 27, 33, 40, 50, 60, 80, 100, 150, 200, 300, 500)
#: States looked at before the search gives up.
MOST_STATES: Final = 400_000
#: Different ways kept of getting to the same state at the same cost.
WAYS: Final = 3

C = TypeVar("C")
K = TypeVar("K")


class GaveUp(Exception):
    """Too many states; all changes below `cost` were looked at."""

    def __init__(self, cost: int) -> None:
        super().__init__(f"nothing of cost {cost} or less")
        self.cost = cost


@dataclass(frozen=True, slots=True)
class Option(Generic[C]):
    """One outcome of a choice: its cost, change and items."""

    cost: int
    changes: tuple[C, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Choice(Generic[C]):
    """Something that could differ, the characteristics it counts on, its options.

    `through`: those it counts on through `informs` alone.
    """

    on: frozenset[str]
    options: tuple[Option[C], ...]
    through: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Route(Generic[C]):
    """How a state is reached: the changes made so far, the last ones first."""

    changes: tuple[C, ...]
    case: CharacteristicCase | None
    before: Route[C] | None

    def all_changes(self) -> tuple[C, ...]:
        """Every change on the way."""
        return tuple(c for step in self._steps() for c in step.changes)

    def cases(self) -> list[CharacteristicCase]:
        """Every characteristic as the way leaves it."""
        return [step.case for step in self._steps() if step.case is not None]

    def _steps(self) -> Iterator[Route[C]]:
        step: Route[C] | None = self
        while step is not None:
            yield step
            step = step.before


@dataclass(slots=True)
class Least(Generic[K, C]):
    """The least cost of each state, and up to three ways to it."""

    bound: int
    found: dict[K, tuple[int, list[Route[C]]]] = field(default_factory=dict)
    cut: bool = False
    """Whether anything lay beyond the bound."""

    def reach(self, state: K, cost: int, ways: Callable[[], Iterable[Route[C]]]) -> None:
        """Take note of ways to a state at a cost."""
        if cost > self.bound:
            self.cut = True
            return
        known = self.found.get(state)
        if known is None or cost < known[0]:
            self.found[state] = (cost, list(ways())[:WAYS])
        elif cost == known[0] and len(known[1]) < WAYS:
            known[1].extend(list(ways())[: WAYS - len(known[1])])


State = tuple[FactVector, tuple[FactVector, ...]]
"""The fact vector of the closed characteristics together, and that of each open one so far."""


@dataclass(slots=True)
class Search(Generic[C]):
    """Every state an area can reach, by cost.

    Parameters
    ----------
    cases : mapping
        As they are.
    choices : sequence of Choice
        On characteristics that matter to the area's rules.
    """

    aggregator: AreaAggregator
    cases: Mapping[str, CharacteristicCase]
    choices: Sequence[Choice[C]]
    looked_at: int = 0

    def states(self, bound: int) -> Least[FactVector, C]:
        """Every vector the area can reach within a cost.

        Raises
        ------
        GaveUp
        """
        sums = self.aggregator.on_area
        opened: list[str] = []
        left = [c for c in self.choices if len(c.on) > 1]
        states: Least[State, C] = Least(bound)
        states.reach((sums.empty, ()), 0, lambda: [Route((), None, None)])
        for name in self._order(left):
            for choice in [c for c in left if name in c.on]:
                left.remove(choice)
                states = self._choose(states, choice, opened)
            states = self._close(states, name, opened)
        found: Least[FactVector, C] = Least(bound, cut=states.cut)
        for (measure, _), (cost, ways) in states.found.items():
            found.reach(measure, cost, lambda ways=ways: ways)  # type: ignore[misc]  # bound at once
        return found

    def _order(self, shared: Sequence[Choice[C]]) -> list[str]:
        """Characteristics, those that share choices next to each other."""
        left = [n for n in self.cases if self.aggregator.matters(n)]
        opened: set[str] = set()
        order = []
        while left:
            name = min(left, key=lambda n: len({o for c in shared if n in c.on for o in c.on} - opened))
            left.remove(name)
            order.append(name)
            opened |= {o for c in shared if name in c.on for o in c.on} | {name}
        return order

    def _count(self, more: int, bound: int) -> None:
        self.looked_at += more
        if self.looked_at > MOST_STATES:
            raise GaveUp(bound)

    def _choose(self, states: Least[State, C], choice: Choice[C], opened: list[str]) -> Least[State, C]:
        """The states after a choice that bears on several characteristics, which it opens."""
        sums = self.aggregator.on_characteristic
        touched = sorted(choice.on)
        fresh = [n for n in touched if n not in opened]
        opened.extend(fresh)
        at = [opened.index(n) for n in touched]
        started = (sums.empty,) * len(fresh)
        options = [(o, [self._of_rows(o.rows, n in choice.through) for n in touched]) for o in choice.options]
        after: Least[State, C] = Least(states.bound, cut=states.cut)
        self._count(len(states.found) * len(options), states.bound)
        for (closed, open_), (cost, ways) in states.found.items():
            for option, measures in options:
                if cost + option.cost > states.bound:
                    after.cut = True
                    continue
                now = list(open_ + started)
                for i, measure in zip(at, measures, strict=True):
                    now[i] = sums.plus(now[i], measure)
                after.reach(
                    (closed, tuple(now)),
                    cost + option.cost,
                    lambda option=option, ways=ways: _further(ways, option.changes, None),  # type: ignore[misc]  # bound at once
                )
        return after

    def _close(self, states: Least[State, C], name: str, opened: list[str]) -> Least[State, C]:
        """The states after everything that bears on a characteristic alone."""
        at = opened.index(name) if name in opened else None
        own = self._own(name, states.bound)
        after: Least[State, C] = Least(states.bound, cut=states.cut or own.cut)
        known: dict[FactVector | None, list[tuple[int, FactVector, CharacteristicCase, list[Route[C]]]]] = {}
        for (closed, open_), (cost, ways) in states.found.items():
            part = open_[at] if at is not None else None
            if part not in known:
                known[part] = self._outcomes(name, own, part)
            rest = open_ if at is None else open_[:at] + open_[at + 1 :]
            self._count(len(known[part]), states.bound)
            for more, measure, case, local in known[part]:
                if cost + more > states.bound:
                    after.cut = True
                    break  # the others cost more
                after.reach(
                    (self.aggregator.on_area.plus(closed, measure), rest),
                    cost + more,
                    lambda case=case, local=local, ways=ways: [  # type: ignore[misc]  # bound at once
                        w for way in local for w in _further(ways, way.all_changes(), case)
                    ],
                )
        if at is not None:
            opened.pop(at)
        return after

    def _own(self, name: str, bound: int) -> Least[FactVector, C]:
        """The fact vectors that choices on one characteristic alone can reach."""
        sums = self.aggregator.on_characteristic
        states: Least[FactVector, C] = Least(bound)
        states.reach(sums.empty, 0, lambda: [Route((), None, None)])
        for choice in (c for c in self.choices if c.on == {name}):
            options = [(o, self._of_rows(o.rows, name in choice.through)) for o in choice.options]
            after: Least[FactVector, C] = Least(bound, cut=states.cut)
            self._count(len(states.found) * len(options), bound)
            for measure, (cost, ways) in states.found.items():
                for option, more in options:
                    if cost + option.cost > bound:
                        after.cut = True
                        continue
                    after.reach(
                        sums.plus(measure, more),
                        cost + option.cost,
                        lambda option=option, ways=ways: _further(ways, option.changes, None),  # type: ignore[misc]  # bound at once
                    )
            states = after
        return states

    def _outcomes(
        self, name: str, own: Least[FactVector, C], part: FactVector | None
    ) -> list[tuple[int, FactVector, CharacteristicCase, list[Route[C]]]]:
        """What a characteristic can add to the area, each at least cost."""
        found: dict[FactVector, tuple[int, CharacteristicCase, list[Route[C]]]] = {}
        for measure, (cost, ways) in own.found.items():
            whole = measure if part is None else self.aggregator.on_characteristic.plus(measure, part)
            case = self.aggregator.case(self.cases[name], whole)
            seen = self.aggregator.of_case(case)
            known = found.get(seen)
            if known is None or cost < known[0]:
                found[seen] = (cost, case, list(ways))
            elif cost == known[0]:
                known[2].extend(ways[: WAYS - len(known[2])])
        return sorted(((c, m, case, ways) for m, (c, case, ways) in found.items()), key=lambda x: x[0])

    def _of_rows(self, rows: Iterable[Row], through: bool) -> FactVector:
        measure = self.aggregator.on_characteristic.empty
        for row in (indirect(r) if through else r for r in rows):
            measure = self.aggregator.on_characteristic.plus(measure, self.aggregator.of_row(row))
        return measure


def _further(
    ways: Iterable[Route[C]], changes: tuple[C, ...], case: CharacteristicCase | None
) -> list[Route[C]]:
    """The ways with one step more, where anything changes."""
    if not changes and case is None:
        return list(ways)
    return [Route(changes, case, way) for way in ways]
