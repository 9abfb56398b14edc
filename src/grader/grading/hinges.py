"""How firm a grade is: the items it hinges on, and the grades one step of one item would bring.

An item's removal, or one step of its assessment, touches the characteristics it counts on and their area, so
only those are concluded again, from the numbers already there. Items with equal tags on the same
characteristics are one class, concluded once. The reference engine does it: the definition of meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from grader.grading.changes import Changes
from grader.grading.conclude import AreaCase, CharacteristicCase, Standing
from grader.language.row import Row
from grader.language.vocabulary import ASSESSMENT
from grader.model.framework import Area
from grader.model.proposal import Hinge, Reachable


@dataclass(frozen=True, slots=True)
class ItemClass:
    """Items that no rule can tell apart in this area: the same tags on the same characteristics."""

    characteristics: frozenset[str]
    row: Row
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Firmness:
    """What an area's result hinges on, and what lies one step away."""

    hinges: tuple[Hinge, ...]
    reachable: tuple[Reachable, ...]


def firmness(
    changes: Changes,
    area: Area,
    edition: str,
    cases: Sequence[CharacteristicCase],
    known: Sequence[Standing],
    result: AreaCase,
) -> Firmness:
    """What an area's result hinges on; nothing where the edition gives the area no grade.

    Parameters
    ----------
    changes : Changes
        The rule book on the engine to conclude again with.
    area, edition
        The area, and the edition graded in.
    cases, known, result
        Its characteristics, its recorded findings and what was concluded.

    Returns
    -------
    Firmness
        Items whose removal changes grade or outcome, and grades one step of one item would bring.
    """
    if result.outcome == "ungraded":
        return Firmness((), ())
    return Sensitivity(changes, area, edition, cases, known, result).firmness()


class Sensitivity:
    """Concludes one area again with one item changed."""

    def __init__(
        self,
        changes: Changes,
        area: Area,
        edition: str,
        cases: Sequence[CharacteristicCase],
        known: Sequence[Standing],
        result: AreaCase,
    ) -> None:
        self._changes = changes
        self._concluder = changes.concluder
        self._area = area
        self._edition = edition
        self._cases = {case.id: case for case in cases}
        self._known = known
        self._result = result
        self._signatures = {case.id: changes.signature(case) for case in cases}
        self._changed: dict[tuple[str, Row, Row | None], CharacteristicCase | None] = {}
        self._areas: dict[tuple[object, ...], AreaCase] = {}

    def firmness(self) -> Firmness:
        """Hinges in code point order of their items; reachable grades best first."""
        hinges: list[Hinge] = []
        steps: dict[str, list[str]] = {}
        for group in classes(self._cases.values()):
            without = self._conclude(group, None)
            if self._differs(without):
                hinges.extend(
                    Hinge(evidence=i, grade=self._grade(without), outcome=without.outcome)  # type: ignore[arg-type]  # one of the four names
                    for i in group.items
                )
            for step in (1, -1):
                rank = group.row["assessment"] + step
                if not 1 <= rank < len(ASSESSMENT.names):
                    continue
                stepped = with_assessment(group.row, rank)
                grade = self._grade(self._conclude(group, stepped))
                if grade is not None and grade != self._grade(self._result):
                    change = f"{ASSESSMENT.name_of(rank - step)} to {ASSESSMENT.name_of(rank)}"
                    steps.setdefault(grade, []).extend(f"{i}: {change}" for i in group.items)
        scale = self._concluder.book.grade_scale
        best_first = sorted(steps, key=scale.rank, reverse=True)
        return Firmness(
            tuple(sorted(hinges, key=lambda h: h.evidence)),
            tuple(Reachable(grade=g, change=change) for g in best_first for change in sorted(steps[g])),
        )

    def _differs(self, other: AreaCase) -> bool:
        return other.outcome != self._result.outcome or self._grade(other) != self._grade(self._result)

    def _grade(self, case: AreaCase) -> str | None:
        return None if case.decision is None else self._concluder.book.grade_scale.name_of(case.decision.rank)

    def _conclude(self, group: ItemClass, row: Row | None) -> AreaCase:
        """The area with one item of the class given another row, or taken away."""
        changed = {}
        for name in sorted(group.characteristics):
            case = self._change(self._cases[name], group.row, row)
            if case is not None:
                changed[name] = case
        if not changed:
            return self._result
        key = self._key(changed)
        if key not in self._areas:
            cases = [changed.get(name, case) for name, case in self._cases.items()]
            self._areas[key] = self._concluder.area(self._area, self._edition, cases, self._known)
        return self._areas[key]

    def _key(self, changed: Mapping[str, CharacteristicCase]) -> tuple[object, ...]:
        """What the area can tell of a change: signatures before and after; names where a fact has them."""
        return tuple(
            sorted(
                (
                    name if name in self._changes.named else "",
                    case.counted,
                    self._signatures[name],
                    self._changes.signature(case),
                )
                for name, case in changed.items()
            )
        )

    def _change(self, case: CharacteristicCase, old: Row, new: Row | None) -> CharacteristicCase | None:
        """The characteristic with one item changed; None where the area cannot tell the difference."""
        key = (case.id, old, new)
        if key not in self._changed:
            if not self._changes.seen(case, old, new):
                self._changed[key] = None
                return None
            changed = self._changes.case(self._area.id, case, old, new)
            same = self._changes.signature(changed) == self._signatures[case.id]
            self._changed[key] = None if same else changed
        return self._changed[key]


def classes(cases: Iterable[CharacteristicCase]) -> Iterator[ItemClass]:
    """The area's items by what the rules can tell apart."""
    where: dict[str, set[str]] = {}
    rows: dict[str, Row] = {}
    for case in cases:
        for item in case.items:
            where.setdefault(item.id, set()).add(case.id)
            rows[item.id] = item.row
    groups: dict[tuple[frozenset[str], Row], list[str]] = {}
    for name, characteristics in where.items():
        groups.setdefault((frozenset(characteristics), rows[name]), []).append(name)
    for (characteristics_, row), names in groups.items():
        yield ItemClass(characteristics_, row, tuple(sorted(names)))


@cache
def with_assessment(row: Row, rank: int) -> Row:
    """The same tags with another assessment."""
    return Row({**row, "assessment": rank})
