"""What one changed item does to its characteristic, as far as the area can tell."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Sequence
from typing import Any

from grader.engines.reference import Comparison, comparison, value
from grader.grading.conclude import CharacteristicCase, Concluder
from grader.grading.tally import Item
from grader.language.nodes import Best, Count, Level, Lowest, Share, StatusOf
from grader.language.row import Row
from grader.language.rulebook import Fact, RuleBook
from grader.language.typecheck import comparisons

Signature = tuple[bool, int, tuple[int, ...], tuple[str, ...]]

#: More ranks than any scale has.
_RANKS = 16


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
        self._watched = self._watch(concluder.book)
        #: By characteristic, the items last looked at and what facts see of them.
        self._known: dict[str, tuple[Sequence[Item], dict[str, Counter[int]]]] = {}
        self._flips: dict[tuple[str, int, int], bool] = {}
        self._effects: dict[tuple[Row, Row | None], tuple[list[tuple[str, int]], list[Fact]]] = {}
        self._signatures: dict[tuple[Row, tuple[str, ...], bool], Signature] = {}

    def seen(self, case: CharacteristicCase, old: Row, new: Row | None) -> bool:
        """Whether anything can come of a change: False where no comparison comes out otherwise.

        Quick, and never wrong: most changes move a count from three to two, and no rule asks for three.
        """
        if self._shares or (new is None and len(case.items) == 1):
            return True
        counts, others = self._effect(old, new)
        return any(self._flip(name, case.facts[name], case.facts[name] + n) for name, n in counts) or any(
            self._flip(fact.name, case.facts[fact.name], self._read(fact, case, old, new)) for fact in others
        )

    def case(self, area: str, case: CharacteristicCase, old: Row, new: Row | None) -> CharacteristicCase:
        """The characteristic with one item of these tags given others, or taken away."""
        items = _replaced(case.items, old, new)
        return self.concluder.judge(area, case.id, case.counted, items, self._facts(case, old, new))

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

    def _facts(self, case: CharacteristicCase, old: Row, new: Row | None) -> Row:
        """Facts after the change: counts by what left and what came, the rest from what is there now."""
        counts, others = self._effect(old, new)
        facts = {f.name: case.facts[f.name] for f in self._reader.facts}
        for name, change in counts:
            facts[name] += change
        for fact in others:
            facts[fact.name] = self._read(fact, case, old, new)
        for fact in self._shares:
            facts[fact.name] = value(fact.definition, (), facts)
        return Row(facts)

    def _read(self, fact: Fact, case: CharacteristicCase, old: Row, new: Row | None) -> int:
        """A fact that is no count, read again: from the ranks there are, however many items have each."""
        attribute = getattr(fact.definition, "attribute", "assessment")
        ranks = self._ranks(fact, attribute, case).copy()
        for row, change in ((old, -1), (new, 1)):
            if row is not None and self._reader.satisfied(fact, row):
                ranks[row[attribute]] += change
        return value(fact.definition, [{attribute: rank} for rank, n in ranks.items() if n], {})

    def _ranks(self, fact: Fact, attribute: str, case: CharacteristicCase) -> Counter[int]:
        """How many of the items a fact looks at have each rank of an attribute."""
        items, known = self._known.get(case.id, ((), {}))
        if items is not case.items:
            known = {}
            self._known[case.id] = case.items, known
        if fact.name not in known:
            rows = (item.row for item in case.items)
            known[fact.name] = Counter(r[attribute] for r in rows if self._reader.satisfied(fact, r))
        return known[fact.name]

    def _effect(self, old: Row, new: Row | None) -> tuple[list[tuple[str, int]], list[Fact]]:
        """Counts that go up or down by one, and other facts to read again."""
        if (old, new) not in self._effects:
            counts, others = [], []
            for fact in (f for f in self._reader.facts if _entity(f) == "evidence"):
                left = self._reader.satisfied(fact, old)
                came = new is not None and self._reader.satisfied(fact, new)
                if isinstance(fact.definition, Count):
                    if came != left:
                        counts.append((fact.name, came - left))
                elif left or came:
                    others.append(fact)
            self._effects[old, new] = counts, others
        return self._effects[old, new]

    def _flip(self, name: str, before: int, after: int) -> bool:
        """Whether a fact's move from one number to another is one that something looks at."""
        known = self._flips.get((name, before, after))
        if known is None:
            watched = self._watched[name]
            known = any(stands(before, constant) != stands(after, constant) for stands, constant in watched)
            self._flips[name, before, after] = known
        return known

    def _watch(self, book: RuleBook) -> dict[str, list[tuple[Comparison, Any]]]:
        """Everything a characteristic's facts are held against: in its own rules, and by its area's facts."""
        watched: dict[str, list[tuple[Comparison, Any]]] = {f.name: [] for f in self._reader.facts}
        watched["status"] = []
        for rule in (r for r in book.rules if r.level is Level.CHARACTERISTIC):
            for found, _ in comparisons(rule.condition):
                watched[found.fact].append(comparison(found.op, found.operands))
        for fact in self._seen_by_area:
            for test in getattr(fact.definition, "where", ()):
                watched[test.attribute].append(comparison(test.op, test.operands))
        for attribute in self._attributes:
            watched[attribute] += [(operator.eq, rank) for rank in range(_RANKS)]
        return watched


def _entity(fact: Fact) -> str | None:
    return getattr(fact.definition, "entity", None)


def _replaced(items: Sequence[Item], old: Row, new: Row | None) -> tuple[Item, ...]:
    """The items with the first of these tags changed, or taken away."""
    at = next(i for i, item in enumerate(items) if item.row is old or item.row == old)
    put = () if new is None else (Item(items[at].id, new),)
    return (*items[:at], *put, *items[at + 1 :])
