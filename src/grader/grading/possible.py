"""The grades an area could take however its unassessed characteristics turned out.

Sound for rule books in which better evidence never lowers a grade and worse never raises it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from grader.cached import cached_property
from grader.grading.conclude import AreaCase, CharacteristicCase, FindingRecord, LayerEvaluator, proposed_row
from grader.grading.tally import Item, tagged
from grader.language.pipeline import any_open, is_earlier
from grader.language.row import Row
from grader.model.framework import Area

#: What one unassessed characteristic is filled with. No new concern is raised, so a shortfall with serious
#: harm is not so wide that it would be one; a shortfall without harm may be as wide as can be.
BEST: Final = tagged("exceeds")
WORST_WIDESPREAD: Final = tagged("falls_short")
WORST_HARMFUL: Final = tagged("falls_short", extent="some", harm="serious")
WORST_HARMLESS: Final = tagged("falls_short", extent="some")

Range = tuple[int, int]
"""Ranks of the lowest and of the highest grade, both among those the area could take."""


@dataclass
class Unassessed:
    """One area with its unassessed characteristics filled in, each by one item on it alone.

    Parameters
    ----------
    evaluator : LayerEvaluator
        What concludes again.
    area : Area
        The area, which the edition grades.
    edition : str
        The edition of the framework.
    cases : sequence of CharacteristicCase
        What was concluded on its characteristics.
    known : sequence of FindingRecord
        Its recorded findings.
    """

    evaluator: LayerEvaluator
    area: Area
    edition: str
    cases: Sequence[CharacteristicCase]
    known: Sequence[FindingRecord]

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The area's own counted characteristics on which nothing was found."""
        return tuple(case.id for case in self.cases if case.counted and not case.items)

    @cached_property
    def _earlier(self) -> list[FindingRecord]:
        return [k for k in self.known if is_earlier(k.row)]

    @cached_property
    def _opened(self) -> frozenset[str]:
        """Rules of the area that raise a concern as things stand."""
        return _concerns(self.conclude({}))

    def conclude(self, filled: Mapping[str, Row]) -> AreaCase:
        """What is concluded with an item on each of these characteristics."""
        cases = [self._filled(c.id, filled[c.id]) if c.id in filled else c for c in self.cases]
        return self.evaluator.area(self.area, self.edition, cases, self.known)

    def grade(self, filled: Mapping[str, Row]) -> int:
        """Rank of the grade the grade rules give then, sufficiency left aside."""
        return self.evaluator.grade(self.area.id, self.conclude(filled).facts).rank

    def worst(self, id: str) -> tuple[Row, Row]:
        """The two worst ways for a characteristic to turn out that raise no new concern on it."""
        harmful = self._filled(id, WORST_HARMFUL)
        raises = any(any_open([proposed_row(r)]) for r in harmful.raised)
        return WORST_WIDESPREAD, WORST_HARMLESS if raises else WORST_HARMFUL

    def possible(self, given: Mapping[str, Row] | None = None) -> Range | None:
        """The lowest and the highest grade, some characteristics having turned out as given.

        None where no way of turning out for the worst leaves the area without a new concern of its own.
        """
        given = given if given is not None else {}
        rest = [id for id in self.ids if id not in given]
        lowest = []
        for way in self._ways(rest):
            concluded = self.conclude({**given, **way})
            if _concerns(concluded) <= self._opened:
                lowest.append(self.evaluator.grade(self.area.id, concluded.facts).rank)
        if not lowest:
            return None
        return min(lowest), self.grade({**given, **dict.fromkeys(rest, BEST)})

    def _ways(self, ids: Iterable[str]) -> Iterator[dict[str, Row]]:
        pairs = {id: self.worst(id) for id in ids}
        yield {id: widespread for id, (widespread, _) in pairs.items()}
        if pairs:
            yield {id: harmful for id, (_, harmful) in pairs.items()}

    def _filled(self, id: str, row: Row) -> CharacteristicCase:
        return self.evaluator.characteristic(self.area.id, id, True, (Item("any", row),), self._earlier)


def _concerns(concluded: AreaCase) -> frozenset[str]:
    return frozenset(r.rule.id for r in concluded.raised if any_open([proposed_row(r)]))
