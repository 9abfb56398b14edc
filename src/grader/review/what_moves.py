"""What an area's outcome turns on among disputed items: every mix, or a sample."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice, product
from math import prod
from typing import Final

from grader.review.area_mixes import AreaMixes, Mix, Result

#: So many mixes of an area are all graded: twelve items that two people tagged differently.
EVERY_MIX: Final = 2**12
#: Of an area that has more so many are drawn.
DRAWS: Final = 2_048
#: Drawn mixes in which each item is settled otherwise, to see whether it moves anything.
_TRIED = 100
#: Pairs of items tried from each person's tagging, where not every mix is.
_PAIRS = 2_000
#: Smallest sets that are listed for each grade.
LISTED: Final = 12


@dataclass(frozen=True, slots=True)
class Sets:
    """The fewest items that bring another result, from one person's tagging."""

    start: int
    to: Result
    sets: tuple[Mix, ...]
    """Mixes that differ from the start in those items alone."""
    many: int


@dataclass(slots=True)
class Moves:
    """What the disputed items of an area do to its result.

    Attributes
    ----------
    exact : bool
        Whether every mix was graded.
    under : list of Result
        By person.
    reached : Counter of Result
        How many mixes come to each.
    matter : list of int
        Items on which the result can turn.
    """

    exact: bool
    mixes: int
    under: list[Result]
    reached: Counter[Result]
    matter: list[int]
    smallest: list[Sets] = field(default_factory=list)


def moves(
    area: AreaMixes, starts: Sequence[Mix], *, draws: int = DRAWS, seed: int = 1, name: str = ""
) -> Moves:
    """What an area's result turns on.

    Parameters
    ----------
    starts : sequence of Mix
        Each person's.
    draws, seed : int
        Where there are too many to grade, and the random seed.
    name : str
        Seeds its draws.
    """
    ways = [len(each.ways) for each in area.disputed]
    exact = prod(ways) <= EVERY_MIX
    found = _Every(area, ways, starts) if exact else _Drawn(area, ways, starts, draws, f"{seed} {name}")
    return found.moves()


class _Every:
    """Every mix of an area."""

    exact = True

    def __init__(self, area: AreaMixes, ways: Sequence[int], starts: Sequence[Mix]) -> None:
        self.area, self.ways, self.starts = area, ways, starts

    def moves(self) -> Moves:
        drawn = list(self.mixes())
        reached = Counter(map(self.area.result, drawn))
        under = [self.area.result(start) for start in self.starts]
        reached.update(dict.fromkeys(under, 0))  # drawn or not, it is reached
        smallest = [each for at, start in enumerate(self.starts) for each in self.smallest(at, start, drawn)]
        for each in smallest:
            reached[each.to] += 0
        return Moves(self.exact, len(drawn), under, reached, self.matter(drawn, smallest), smallest)

    def mixes(self) -> Iterator[Mix]:
        yield from product(*(range(n) for n in self.ways))

    def matter(self, drawn: Sequence[Mix], smallest: Sequence[Sets]) -> list[int]:
        """Items of which settling one alone moves the result of some mix."""
        if len({self.area.result(mix) for mix in drawn}) < 2:
            return []
        return [at for at in range(len(self.ways)) if any(self.turns(mix, at) for mix in drawn)]

    def turns(self, mix: Mix, at: int) -> bool:
        own = self.area.result(mix)
        return any(self.area.result(other) != own for other in self.others(mix, at))

    def others(self, mix: Mix, at: int) -> Iterator[Mix]:
        """The mix with one item settled otherwise."""
        for way in range(self.ways[at]):
            if way != mix[at]:
                yield (*mix[:at], way, *mix[at + 1 :])

    def smallest(self, at: int, start: Mix, drawn: Sequence[Mix]) -> Iterator[Sets]:
        """For each other result its mixes that differ in fewest items."""
        yield from _fewest(at, start, self.area.result(start), ((m, self.area.result(m)) for m in drawn))


class _Drawn(_Every):
    """A sample of the mixes of an area that has too many."""

    exact = False

    def __init__(
        self, area: AreaMixes, ways: Sequence[int], starts: Sequence[Mix], draws: int, seed: str
    ) -> None:
        super().__init__(area, ways, starts)
        self.draws = draws
        self.random = random.Random(seed)

    def mixes(self) -> Iterator[Mix]:
        many, two = len(self.ways), max(self.ways) == 2
        for _ in range(self.draws):
            if two:  # one number holds them all
                yield tuple(map(int, f"{self.random.getrandbits(many):0{many}b}"))
            else:
                yield tuple([self.random.randrange(n) for n in self.ways])

    def smallest(self, at: int, start: Mix, drawn: Sequence[Mix]) -> Iterator[Sets]:
        """All ones and twos, else the fewest found by undoing the rest."""
        own = self.area.result(start)
        near = [mix for i in range(len(start)) for mix in self.others(start, i)]
        for one, two in islice(combinations(range(len(start)), 2), _PAIRS):
            near += [m for half in self.others(start, one) for m in self.others(half, two)]
        seen = {self.area.result(mix) for mix in near} | {own}
        far = {result: mix for mix in reversed(drawn) if (result := self.area.result(mix)) not in seen}
        near += [self.undone(start, mix, result) for result, mix in far.items()]
        yield from _fewest(at, start, own, ((mix, self.area.result(mix)) for mix in dict.fromkeys(near)))

    def undone(self, start: Mix, mix: Mix, result: Result) -> Mix:
        """The mix with every unneeded item as at the start."""
        for at in range(len(mix)):
            back = (*mix[:at], start[at], *mix[at + 1 :])
            if self.area.result(back) == result:
                mix = back
        return mix

    def matter(self, drawn: Sequence[Mix], smallest: Sequence[Sets]) -> list[int]:
        named = {
            at
            for each in smallest
            for mix in each.sets
            for at, way in enumerate(mix)
            if way != self.starts[each.start][at]
        }
        tried = [*self.starts, *drawn[:_TRIED]]
        rest = (at for at in range(len(self.ways)) if at not in named)
        return sorted({*named, *(at for at in rest if any(self.turns(mix, at) for mix in tried))})


def _fewest(at: int, start: Mix, own: Result, mixes: Iterable[tuple[Mix, Result]]) -> Iterator[Sets]:
    by_result: dict[Result, tuple[int, list[Mix]]] = {}
    for mix, result in mixes:
        if result == own:
            continue
        size = sum(a != b for a, b in zip(mix, start, strict=True))
        least, found = by_result.get(result, (size, []))
        if size < least:
            least, found = size, []
        if size == least:
            found.append(mix)
        by_result[result] = least, found
    for result in sorted(by_result, key=_best_first):
        _, found = by_result[result]
        yield Sets(at, result, tuple(sorted(found, key=_named(start))[:LISTED]), len(found))


def _best_first(result: Result) -> tuple[int, str]:
    outcome, rank = result
    return (-1 if rank is None else -rank - 2, outcome)


def _named(start: Mix) -> Callable[[Mix], list[int]]:
    return lambda mix: [at for at, way in enumerate(mix) if way != start[at]]


def shares(reached: Mapping[Result, int], mixes: int) -> list[tuple[Result, float]]:
    """Results with the share of the mixes that come to them, best first."""
    return [(result, reached[result] / mixes) for result in sorted(reached, key=_best_first)]
