"""Items a grade hinges on, and grades one step of one item away.

Equal items are concluded once, on the reference engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from grader.grading.aggregates import AggregateOps, AreaAggregator, FactVector
from grader.grading.conclude import AreaCase, CharacteristicCase, FindingRecord
from grader.grading.tally import Item
from grader.language.row import Row
from grader.model.proposal import Hinge, Reachable


@dataclass(frozen=True, slots=True)
class ItemClass:
    """Items with the same tags on the same characteristics of an area."""

    rows: Mapping[str, Row]
    """Its tags on each characteristic it counts on, which differ in whether it is tagged to it itself."""
    items: tuple[str, ...]

    @property
    def assessment(self) -> int:
        """The rank of its assessment."""
        return next(iter(self.rows.values()))["assessment"]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What an area's result hinges on, and what lies one step away."""

    hinges: tuple[Hinge, ...]
    reachable: tuple[Reachable, ...]


def sensitivity(
    aggregator: AreaAggregator,
    graded: bool,
    cases: Sequence[CharacteristicCase],
    known: Sequence[FindingRecord],
    result: AreaCase,
    next_latest: Mapping[str, tuple[Item, ...]] | None = None,
) -> Sensitivity:
    """What an area's result hinges on; nothing for an ungraded area.

    Parameters
    ----------
    graded : bool
        By the edition.
    cases, known, result
        What was concluded.
    next_latest : mapping, optional
        What would count in the place of a characteristic's one item.
    """
    if result.outcome == "ungraded":
        return Sensitivity((), ())
    seen = [case for case in cases if aggregator.matters(case.id)]
    findings = tuple([k.row for k in known])
    return _OneItemChanged(aggregator, graded, seen, findings, result, next_latest or {}).sensitivity()


class _OneItemChanged:
    """Concludes one area again with one item changed."""

    def __init__(
        self,
        aggregator: AreaAggregator,
        graded: bool,
        cases: Sequence[CharacteristicCase],
        findings: tuple[Row, ...],
        result: AreaCase,
        next_latest: Mapping[str, tuple[Item, ...]],
    ) -> None:
        self._aggregator = aggregator
        sums = aggregator.on_characteristic
        self._in_its_place = {
            name: sums.total(aggregator.of_row(item.row) for item in items)
            for name, items in next_latest.items()
        }
        self._graded = graded
        self._cases = {case.id: case for case in cases}
        self._findings = findings
        self._result = (result.outcome, result.decision.rank if result.decision else None)
        self._without = {case.id: self._rests(case) for case in cases}
        measures = [aggregator.of_case(case) for case in cases]
        self._measures = dict(zip(self._cases, measures, strict=True))
        self._others = dict(zip(self._cases, _rests(aggregator.on_area, measures), strict=True))

    def sensitivity(self) -> Sensitivity:
        """Hinges in code point order of their items; reachable grades best first."""
        hinges: list[Hinge] = []
        steps: dict[int, list[str]] = {}
        scale, said = self._aggregator.evaluator.book.grade_scale, self._aggregator.vocabulary.assessments
        for group in classes(self._cases.values()):
            outcome, rank = self._conclude(group, None)
            if (outcome, rank) != self._result:
                grade = None if rank is None else scale.name_of(rank)
                hinges += [Hinge(evidence=i, grade=grade, outcome=outcome) for i in group.items]  # type: ignore[arg-type]  # one of the four names
            before = group.assessment
            for after in (before + 1, before - 1):
                if not self._aggregator.vocabulary.is_step(before, after):
                    continue
                _, rank = self._conclude(group, after)
                if rank is not None and rank != self._result[1]:
                    change = f"{said.said_of(before)} to {said.said_of(after)}"
                    steps.setdefault(rank, []).extend(f"{i}: {change}" for i in group.items)
        return Sensitivity(
            tuple(sorted(hinges, key=lambda h: h.evidence)),
            tuple(
                Reachable(grade=scale.name_of(rank), change=change)
                for rank in sorted(steps, reverse=True)
                for change in sorted(steps[rank])
            ),
        )

    def _conclude(self, group: ItemClass, rank: int | None) -> tuple[str, int | None]:
        """Outcome and rank with one item of the class at `rank`, or taken away."""
        aggregator = self._aggregator
        changed = {}
        for name in group.rows:
            own = group.rows[name]
            rest = self._without[name][own]
            whole = self._in_its_place.get(name, rest)
            if rank is not None:
                whole = aggregator.on_characteristic.plus(rest, aggregator.of_row(with_assessment(own, rank)))
            seen = aggregator.seen(self._cases[name], whole)
            if seen != self._measures[name]:
                changed[name] = seen
        if not changed:
            return self._result
        if len(changed) == 1:
            ((name, seen),) = changed.items()
            whole = aggregator.on_area.plus(self._others[name], seen)
        else:
            whole = aggregator.on_area.total((self._measures | changed).values())
        found = aggregator.concluded(self._graded, whole, self._findings)
        return found.outcome, found.decision.rank if found.decision else None

    def _rests(self, case: CharacteristicCase) -> dict[Row, FactVector]:
        """For each row on a characteristic, the vector without one such item."""
        sums = self._aggregator.on_characteristic
        many = Counter(item.row for item in case.items)
        ones = [self._aggregator.of_row(row) for row in many]
        others = _rests(sums, [sums.times(one, n) for one, n in zip(ones, many.values(), strict=True)])
        return {
            row: sums.plus(other, sums.times(one, n - 1))
            for (row, n), one, other in zip(many.items(), ones, others, strict=True)
        }


def _rests(sums: AggregateOps, measures: Sequence[FactVector]) -> list[FactVector]:
    """For each vector, the sum of all the others."""
    before = accumulate(measures, sums.plus, initial=sums.empty)
    after = list(accumulate(reversed(measures), sums.plus, initial=sums.empty))
    return [sums.plus(b, a) for b, a in zip(before, reversed(after[:-1]), strict=False)]


def classes(cases: Iterable[CharacteristicCase]) -> Iterator[ItemClass]:
    """The area's items by what the rules can tell apart."""
    rows: dict[str, dict[str, Row]] = {}
    for case in cases:
        for item in case.items:
            rows.setdefault(item.id, {})[case.id] = item.row
    groups: dict[frozenset[tuple[str, Row]], list[str]] = {}
    for name, own in rows.items():
        groups.setdefault(frozenset(own.items()), []).append(name)
    for names in groups.values():
        yield ItemClass(rows[names[0]], tuple(sorted(names)))


@cache
def with_assessment(row: Row, rank: int) -> Row:
    """The same tags with another assessment."""
    return Row({**row, "assessment": rank})
