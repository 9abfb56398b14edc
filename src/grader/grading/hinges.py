"""How firm a grade is: the items it hinges on, and the grades one step of one item would bring.

An item's removal, or one step of its assessment, touches the characteristics it counts on and their area, so
only those are concluded again, from the numbers already there. Items with equal tags on the same
characteristics are one class, concluded once. The reference engine does it: the definition of meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.engines.reference import ReferenceEngine, satisfies, value
from grader.grading.conclude import AreaCase, CharacteristicCase, Concluder, Standing
from grader.grading.tally import Item
from grader.language.nodes import AnyOf, Count, Level, Test
from grader.language.rulebook import Layer, RuleBook
from grader.language.vocabulary import ASSESSMENT
from grader.model.framework import Area
from grader.model.proposal import Hinge, Reachable

Row = Mapping[str, int]
Key = tuple[tuple[str, int], ...]


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
    bound: RuleBook,
    area: Area,
    edition: str,
    cases: Sequence[CharacteristicCase],
    known: Sequence[Standing],
    result: AreaCase,
) -> Firmness:
    """What an area's result hinges on; nothing where the edition gives the area no grade.

    Parameters
    ----------
    bound : RuleBook
        The rule book with constants for parameters.
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
    return Sensitivity(bound, area, edition, cases, known, result).firmness()


class Sensitivity:
    """Concludes one area again with one item changed."""

    def __init__(
        self,
        bound: RuleBook,
        area: Area,
        edition: str,
        cases: Sequence[CharacteristicCase],
        known: Sequence[Standing],
        result: AreaCase,
    ) -> None:
        self._concluder = Concluder(bound, ReferenceEngine(bound))
        self._area = area
        self._edition = edition
        self._cases = {case.id: case for case in cases}
        self._known = known
        self._result = result
        self._tests = tuple(_tests_on_characteristics(bound))
        self._signatures = {case.id: self._signature(case) for case in cases}
        self._changed: dict[tuple[str, Key, Key | None], CharacteristicCase | None] = {}
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
                grade = self._grade(self._conclude(group, {**group.row, "assessment": rank}))
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
        key = tuple((name, self._signature(case)) for name, case in changed.items())
        if key not in self._areas:
            cases = [changed.get(name, case) for name, case in self._cases.items()]
            self._areas[key] = self._concluder.area(self._area, self._edition, cases, self._known)
        return self._areas[key]

    def _change(self, case: CharacteristicCase, old: Row, new: Row | None) -> CharacteristicCase | None:
        """The characteristic with one item changed; None where the area cannot tell the difference."""
        key = (case.id, _key(old), _key(new) if new is not None else None)
        if key not in self._changed:
            items = _replaced(case.items, old, new)
            facts = self._facts(case, items, old, new)
            changed = self._concluder.judge(self._area.id, case.id, case.counted, items, facts)
            same = self._signature(changed) == self._signatures[case.id]
            self._changed[key] = None if same else changed
        return self._changed[key]

    def _facts(
        self, case: CharacteristicCase, items: Sequence[Item], old: Row, new: Row | None
    ) -> dict[str, int]:
        """Facts after the change: counts by what left and what came, the rest from what is there now."""
        facts = {f.name: case.facts[f.name] for f in self._concluder.characteristic_facts}
        rest = []
        for fact in self._concluder.characteristic_facts:
            match fact.definition:
                case Count(entity="evidence", where=where):
                    came = new is not None and satisfies(new, where)
                    facts[fact.name] += came - satisfies(old, where)
                case Count() | AnyOf(entity="earlier"):
                    continue
                case _:
                    rest.append(fact)
        things = {"evidence": [item.row for item in items], "earlier": ()}
        for fact in rest:
            if getattr(fact.definition, "entity", "evidence") == "evidence":
                facts[fact.name] = value(fact.definition, things, facts)
        return facts

    def _signature(self, case: CharacteristicCase) -> tuple[object, ...]:
        """All an area can see of a characteristic: its status, its clauses' truth and what it raises."""
        return (
            bool(case.items),
            case.status.rank,
            tuple(satisfies(case.facts, (test,)) for test in self._tests),
            tuple(r.rule.id for r in case.raised),
        )


def classes(cases: Iterable[CharacteristicCase]) -> Iterator[ItemClass]:
    """The area's items by what the rules can tell apart."""
    where: dict[str, set[str]] = {}
    rows: dict[str, Row] = {}
    for case in cases:
        for item in case.items:
            where.setdefault(item.id, set()).add(case.id)
            rows[item.id] = item.row
    groups: dict[tuple[frozenset[str], Key], list[str]] = {}
    for name, characteristics in where.items():
        groups.setdefault((frozenset(characteristics), _key(rows[name])), []).append(name)
    for (characteristics_, key), names in groups.items():
        yield ItemClass(characteristics_, dict(key), tuple(sorted(names)))


def _key(row: Row) -> Key:
    return tuple(sorted(row.items()))


def _replaced(items: Sequence[Item], old: Row, new: Row | None) -> tuple[Item, ...]:
    """The items with the first of these tags changed, or taken away."""
    at = next(i for i, item in enumerate(items) if item.row == old)
    put = () if new is None else (Item(items[at].id, new),)
    return (*items[:at], *put, *items[at + 1 :])


def _tests_on_characteristics(bound: RuleBook) -> Iterator[Test]:
    layers = (Layer.FINDING, Layer.SUFFICIENCY, Layer.GRADE)
    for fact in bound.facts_at(Level.AREA, layers):
        if getattr(fact.definition, "entity", None) == "characteristics":
            yield from fact.definition.where  # type: ignore[union-attr]  # every entity fact has a where
