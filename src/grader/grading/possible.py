"""The grades an area could take however its unassessed characteristics turn out.

Sound where better evidence never lowers a grade and worse never raises it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.cached import cached_property
from grader.grading.conclude import (
    AreaCase,
    CharacteristicCase,
    FindingRecord,
    LayerEvaluator,
    Raised,
    proposed_row,
)
from grader.grading.tally import Item, tested_row
from grader.language.pipeline import any_open, is_earlier
from grader.language.row import Row
from grader.model.framework import Area
from grader.vocabulary.words import Vocabulary


@dataclass(frozen=True, slots=True)
class Fillings:
    """The tested items that fill an unassessed characteristic.

    Shortfalls with harm stop where they would raise a concern; those without may be the worst.
    """

    best: Row
    widest: Row
    harmful: Row
    harmless: Row


def fillings(words: Vocabulary, scale: str | None = None) -> Fillings:
    """The fillings on one of a framework's scales."""
    levels, widest, worst = words.scale_of(scale), len(words.extents.names) - 1, len(words.harms.names) - 1
    best, failing = levels.last, levels.first
    narrower = max(widest - 1, 0)
    return Fillings(
        best=tested_row(best, extent=widest, harm=0),
        widest=tested_row(failing, extent=widest, harm=0),
        harmful=tested_row(failing, extent=narrower, harm=worst),
        harmless=tested_row(failing, extent=narrower, harm=0),
    )


Range = tuple[int, int]
"""Ranks of the lowest and of the highest grade, both among those the area could take."""


@dataclass
class Unassessed:
    """One area, each unassessed characteristic filled by one item.

    Parameters
    ----------
    area : Area
        A graded one.
    cases : sequence of CharacteristicCase
        As concluded.
    known : sequence of FindingRecord
        On record.
    """

    evaluator: LayerEvaluator
    area: Area
    edition: str
    cases: Sequence[CharacteristicCase]
    known: Sequence[FindingRecord]

    def fillings(self, id: str) -> Fillings:
        """The fillings of a characteristic."""
        book = self.evaluator.book
        return fillings(book.vocabulary, book.scale_of.get(id))

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
        return self._concerns(self.conclude({}).raised)

    def conclude(self, filled: Mapping[str, Row]) -> AreaCase:
        """What is concluded with an item on each of these characteristics."""
        cases = [self._filled(c.id, filled[c.id]) if c.id in filled else c for c in self.cases]
        return self.evaluator.area(self.area, self.edition, cases, self.known)

    def grade(self, filled: Mapping[str, Row]) -> int:
        """Rank of the grade the grade rules give then, sufficiency left aside."""
        return self.evaluator.grade(self.area.id, self.conclude(filled).facts).rank

    def worst(self, id: str) -> tuple[Row, Row]:
        """The two worst items that raise no concern on a characteristic."""
        if self.evaluator.book.vocabulary.several is not None:
            return (self._lowest_level(id),) * 2
        ways = self.fillings(id)
        harmful = self._filled(id, ways.harmful)
        return ways.widest, ways.harmless if self._concerns(harmful.raised) else ways.harmful

    def _lowest_level(self, id: str) -> Row:
        """The worst level without a concern, or the worst of all."""
        words = self.evaluator.book.vocabulary
        levels = words.scale_of(self.evaluator.book.scale_of.get(id)).ranks
        rows = [tested_row(rank, extent=len(words.extents.names) - 1, harm=0) for rank in levels]
        sound = (row for row in rows if not self._concerns(self._filled(id, row).raised))
        return next(sound, rows[0])

    def possible(self, given: Mapping[str, Row] | None = None) -> Range | None:
        """The lowest and highest grade, some characteristics filled as given.

        None where every worst filling raises a new concern.
        """
        given = given if given is not None else {}
        rest = [id for id in self.ids if id not in given]
        lowest = []
        for way in self._ways(rest):
            concluded = self.conclude({**given, **way})
            if self._concerns(concluded.raised) <= self._opened:
                lowest.append(self.evaluator.grade(self.area.id, concluded.facts).rank)
        if not lowest:
            return None
        return min(lowest), self.grade({**given, **{id: self.fillings(id).best for id in rest}})

    def _ways(self, ids: Iterable[str]) -> Iterator[dict[str, Row]]:
        pairs = {id: self.worst(id) for id in ids}
        yield {id: widespread for id, (widespread, _) in pairs.items()}
        if pairs:
            yield {id: harmful for id, (_, harmful) in pairs.items()}

    @cached_property
    def _concluded(self) -> dict[tuple[str, Row], CharacteristicCase]:
        return {}

    def _filled(self, id: str, row: Row) -> CharacteristicCase:
        """The characteristic with one item on it, which is asked for again and again beside others."""
        found = self._concluded.get((id, row))
        if found is None:
            items = (Item("any", row),)
            found = self.evaluator.characteristic(self.area.id, id, True, items, self._earlier)
            self._concluded[id, row] = found
        return found

    def _concerns(self, raised: Iterable[Raised]) -> frozenset[str]:
        """The rules among them that raise a concern."""
        words = self.evaluator.book.vocabulary
        return frozenset(r.rule.id for r in raised if any_open(words, [proposed_row(words, r)]))
