"""How firm a grade is: the items it hinges on, and the grades one step of one item would bring.

An item's removal, or one step of its assessment, touches the characteristics it counts on and their area, so
only those are concluded again, from the numbers already there. Items with equal tags on the same
characteristics are one class, concluded once. The reference engine does it: the definition of meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from grader.engines.reference import value
from grader.grading.conclude import AreaCase, CharacteristicCase, Concluder, Standing
from grader.grading.tally import Item
from grader.language.nodes import Best, Count, Lowest, Share, StatusOf
from grader.language.row import Row
from grader.language.rulebook import Fact
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


Signature = tuple[bool, int, tuple[int, ...], tuple[str, ...]]


class Changes:
    """What one changed item does to a characteristic, as far as its area can tell. Shared by the areas."""

    def __init__(self, concluder: Concluder) -> None:
        self.concluder = concluder
        self._reader = concluder.characteristic_facts
        self._shares = [f for f in self._reader.facts if isinstance(f.definition, Share)]
        seen = [f for f in concluder.area_facts.facts if _entity(f) == "characteristics"]
        self._seen_by_area = seen
        self._attributes = [f.definition.attribute for f in seen if isinstance(f.definition, Best | Lowest)]
        self.named = {
            f.definition.characteristic
            for f in concluder.area_facts.facts
            if isinstance(f.definition, StatusOf)
        }
        self._effects: dict[tuple[Row, Row | None], tuple[list[tuple[str, int]], list[Fact]]] = {}
        self._signatures: dict[tuple[Row, tuple[str, ...], bool], Signature] = {}

    def case(self, area: str, case: CharacteristicCase, old: Row, new: Row | None) -> CharacteristicCase:
        """The characteristic with one item of these tags given others, or taken away."""
        items = _replaced(case.items, old, new)
        return self.concluder.judge(area, case.id, case.counted, items, self._facts(case, items, old, new))

    def signature(self, case: CharacteristicCase) -> Signature:
        """All an area can see of a characteristic: its status, which facts look at it, what it raises."""
        raised = tuple([r.rule.id for r in case.raised])
        key = (case.facts, raised, bool(case.items))
        known = self._signatures.get(key)
        if known is None:
            looks = [int(self.concluder.area_facts.satisfied(f, case.facts)) for f in self._seen_by_area]
            ranks = [case.facts[attribute] for attribute in self._attributes]
            known = (bool(case.items), case.status.rank, (*looks, *ranks), raised)
            self._signatures[key] = known
        return known

    def _facts(self, case: CharacteristicCase, items: Sequence[Item], old: Row, new: Row | None) -> Row:
        """Facts after the change: counts by what left and what came, the rest from what is there now."""
        if (old, new) not in self._effects:
            self._effects[old, new] = self._effect(old, new)
        counts, others = self._effects[old, new]
        facts = {f.name: case.facts[f.name] for f in self._reader.facts}
        for name, change in counts:
            facts[name] += change
        for fact in others:
            chosen = [item.row for item in items if self._reader.satisfied(fact, item.row)]
            facts[fact.name] = value(fact.definition, chosen, facts)
        for fact in self._shares:
            facts[fact.name] = value(fact.definition, (), facts)
        return Row(facts)

    def _effect(self, old: Row, new: Row | None) -> tuple[list[tuple[str, int]], list[Fact]]:
        """Counts that go up or down by one, and other facts to read again."""
        counts, others = [], []
        for fact in (f for f in self._reader.facts if _entity(f) == "evidence"):
            left = self._reader.satisfied(fact, old)
            came = new is not None and self._reader.satisfied(fact, new)
            if isinstance(fact.definition, Count):
                if came != left:
                    counts.append((fact.name, came - left))
            elif left or came:
                others.append(fact)
        return counts, others


def _entity(fact: Fact) -> str | None:
    return getattr(fact.definition, "entity", None)


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


def _replaced(items: Sequence[Item], old: Row, new: Row | None) -> tuple[Item, ...]:
    """The items with the first of these tags changed, or taken away."""
    at = next(i for i, item in enumerate(items) if item.row is old or item.row == old)
    put = () if new is None else (Item(items[at].id, new),)
    return (*items[:at], *put, *items[at + 1 :])


@cache
def with_assessment(row: Row, rank: int) -> Row:
    """The same tags with another assessment."""
    return Row({**row, "assessment": rank})
