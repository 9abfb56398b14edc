"""One area's outcome under any mix of several taggings.

It is concluded from few numbers (`grading/aggregates.py`), each characteristic once for each mix on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.grading.aggregates import AreaAggregator, FactVector
from grader.grading.conclude import CharacteristicCase
from grader.grading.run import assess, standing_of
from grader.grading.tally import placements, row_of
from grader.language.row import Row
from grader.model.framework import Area
from grader.model.inspection import Evidence, Inspection
from grader.session import Session

Result = tuple[str, int | None]
"""Outcome, and rank of the grade where there is one."""
Mix = tuple[int, ...]
"""For each disputed item, which of its versions stands."""
Dated = tuple[str, FactVector]
"""The fact vector of an item on a characteristic, and the day it was found."""
Rows = Mapping[str, Row]
"""An item's tags on each characteristic it counts on."""


@dataclass(frozen=True, slots=True)
class Versions:
    """An item as each person has it; None where they have not."""

    id: str
    ways: tuple[Evidence | None, ...]


@dataclass(slots=True)
class RowsOf:
    """Tags of items on their characteristics, each version once."""

    session: Session
    edition: str
    _kept: dict[int, tuple[Evidence, Rows]] = field(default_factory=dict)

    def __call__(self, item: Evidence | None) -> Rows:
        if item is None:
            return {}
        kept = self._kept.get(id(item))
        if kept is None:
            kept = self._kept[id(item)] = (item, self._rows(item))
        return kept[1]

    def _rows(self, item: Evidence) -> Rows:
        framework, said = self.session.framework.framework, assess(item, self.session.what_if)
        found: dict[str, Row] = {}
        for _, name in placements(item, framework, self.edition):
            scale, direct = framework.characteristic(name).scale, name in item.characteristics
            row = row_of(framework.vocabulary, item, said, scale, direct=direct)
            if row is not None:
                found[name] = row
        return found


class AreaMixes:
    """An inspected area under the mixes of what is disputed on it.

    Parameters
    ----------
    inspection : Inspection
        For its findings and edition.
    agreed : iterable of Evidence
        In every mix.
    disputed : sequence of Versions
        That differ.
    """

    def __init__(
        self,
        session: Session,
        inspection: Inspection,
        area: Area,
        rows: RowsOf,
        agreed: Iterable[Evidence],
        disputed: Sequence[Versions],
    ) -> None:
        words = session.framework.framework.vocabulary
        self.aggregator: AreaAggregator = session.aggregator(area)
        self.graded = area.editions[inspection.inspection.edition].graded
        earlier = [standing_of(words, p) for p in inspection.previous if p.area == area.id]
        known = [*(standing_of(words, d) for d in inspection.findings if d.area == area.id), *earlier]
        self.findings = tuple(k.row for k in known)
        own = [c for c in area.characteristics if self.aggregator.matters(c.id)]
        names = {c.id for c in own}
        self.cases: dict[str, CharacteristicCase] = {
            c.id: session.what_if.characteristic(area.id, c.id, c.counted, (), earlier) for c in own
        }
        self._latest = words.several == "latest"
        #: Those that the area's rules can tell apart in any way; the others stand in every mix.
        self.disputed = [d for d in disputed if len({self._in(w, rows(w), names) for w in d.ways}) > 1]
        told_apart = {d.id for d in self.disputed}
        same = [d.ways[0] for d in disputed if d.id not in told_apart]
        self._agreed(rows, [*agreed, *(item for item in same if item is not None)])
        self._on: dict[str, list[tuple[int, list[Dated | None]]]] = {}
        for at, each in enumerate(self.disputed):
            tags = [rows(way) for way in each.ways]
            for name in sorted({n for t in tags for n in t if n in names}):
                ways = [
                    (_day(way), self.aggregator.of_row(own[name]))
                    if way is not None and name in own
                    else None
                    for way, own in zip(each.ways, tags, strict=True)
                ]
                self._on.setdefault(name, []).append((at, ways))
        self._still = self._of_still(names)
        self._seen: dict[str, dict[Mix, FactVector]] = {name: {} for name in self._on}
        self._results: dict[Mix, Result] = {}

    def _in(self, item: Evidence | None, rows: Rows, names: set[str]) -> object:
        """What the area's rules see of an item, with its day where that counts."""
        seen = frozenset((name, row) for name, row in rows.items() if name in names)
        return (_day(item), seen) if self._latest and item is not None and seen else seen

    def _agreed(self, rows: RowsOf, agreed: Iterable[Evidence]) -> None:
        found: dict[str, list[Dated]] = {name: [] for name in self.cases}
        for item in agreed:
            for name, row in rows(item).items():
                if name in found:
                    found[name].append((_day(item), self.aggregator.of_row(row)))
        # Where all items count they are added up once; where the latest do, they are looked at in each mix.
        self._agreed_on = found
        self._base = {name: self._sum(items) for name, items in found.items()}

    def _sum(self, items: Sequence[Dated]) -> FactVector:
        """The vector of items on a characteristic, of the latest where only these count."""
        last = max((day for day, _ in items), default="") if self._latest else None
        counted = (vector for day, vector in items if last is None or day == last)
        return self.aggregator.on_characteristic.total(counted)

    def _of_still(self, names: Iterable[str]) -> FactVector:
        """What the characteristics add on which nothing is disputed."""
        still = (n for n in names if n not in self._on)
        return self.aggregator.on_area.total(
            self.aggregator.seen(self.cases[n], self._base[n]) for n in sorted(still)
        )

    def result(self, mix: Mix) -> Result:
        """Outcome and rank of the grade under a mix."""
        found = self._results.get(mix)
        if found is None:
            found = self._results[mix] = self._result(mix)
        return found

    def _result(self, mix: Mix) -> Result:
        whole, sums = self._still, self.aggregator.on_area
        for name, disputed in self._on.items():
            kept = self._seen[name]
            own = tuple([mix[at] for at, _ in disputed])
            seen = kept.get(own)
            if seen is None:
                seen = kept[own] = self._characteristic(name, disputed, own)
            whole = sums.plus(whole, seen)
        found = self.aggregator.concluded(self.graded, whole, self.findings)
        return found.outcome, found.decision.rank if found.decision else None

    def _characteristic(
        self, name: str, disputed: Sequence[tuple[int, list[Dated | None]]], own: Mix
    ) -> FactVector:
        chosen = (ways[way] for (_, ways), way in zip(disputed, own, strict=True))
        items = [each for each in chosen if each is not None]
        if self._latest:
            vector = self._sum([*self._agreed_on[name], *items])
        else:
            vector = self.aggregator.on_characteristic.plus(self._base[name], self._sum(items))
        return self.aggregator.seen(self.cases[name], vector)


def _day(item: Evidence) -> str:
    return item.found_on or ""
