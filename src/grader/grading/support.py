"""The characteristics and evidence behind a fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from grader.engines.reference import compare, satisfies
from grader.grading.conclude import CharacteristicCase, FindingRecord
from grader.language.nodes import (
    All,
    Any_,
    AnyOf,
    Best,
    Compare,
    Condition,
    Const,
    Count,
    FactOf,
    Lowest,
    Not,
    Op,
    Share,
    Sum,
    Test,
)
from grader.language.reckoned import Points, Rounded, Weighted
from grader.language.rulebook import Fact
from grader.vocabulary.kinds import ORIGIN

Narrower = Callable[[Fact, CharacteristicCase, Mapping[str, Fact]], "Support"]


@dataclass(slots=True)
class Support:
    """Ids behind a conclusion."""

    characteristics: set[str] = field(default_factory=set)
    evidence: set[str] = field(default_factory=set)
    findings: set[str] = field(default_factory=set)

    def add(self, other: Support) -> None:
        self.findings |= other.findings
        self.characteristics |= other.characteristics
        self.evidence |= other.evidence


def wants_more(comparison: Compare | Test, wanted: bool, value: int) -> bool:
    """Whether a failed comparison needs a greater fact."""
    match comparison.op:
        case Op.AT_LEAST | Op.MORE_THAN:
            return wanted
        case Op.AT_MOST | Op.FEWER_THAN:
            return not wanted
        case _:
            return wanted and max(o.value for o in comparison.operands if isinstance(o, Const)) > value


def satisfied(condition: Condition, facts: Mapping[str, int]) -> Iterator[Compare]:
    """Comparisons that hold, but for those under a `not`."""
    match condition:
        case Compare(fact, op, operands):
            if compare(facts[fact], op, operands):
                yield condition
        case All(parts) | Any_(parts):
            for part in parts:
                yield from satisfied(part, facts)
        case Not():
            return


def of_characteristic(fact: Fact, case: CharacteristicCase, facts: Mapping[str, Fact]) -> Support:
    """Evidence behind a fact about one characteristic."""
    definition = fact.definition
    match definition:
        case Count(entity="evidence", where=where) | AnyOf(entity="evidence", where=where):
            return Support({case.id}, {i.id for i in case.items if satisfies(i.row, where)})
        case (
            Best(entity="evidence", attribute=attribute, where=where)
            | Lowest(entity="evidence", attribute=attribute, where=where)
        ):
            value = case.facts[fact.name]
            chosen = (i for i in case.items if satisfies(i.row, where) and i.row[attribute] == value)
            return Support({case.id}, {i.id for i in chosen})
        case Share(part=part):
            return of_characteristic(facts[part], case, facts)
        case _:
            return Support({case.id}, set())


def lacking_on(fact: Fact, case: CharacteristicCase, facts: Mapping[str, Fact]) -> Support:
    """Evidence that keeps a fact about one characteristic from being greater."""
    definition = fact.definition
    where = definition.where if fact.entity == "evidence" else ()
    counted = [i for i in case.items if satisfies(i.row, where)]
    match definition:
        case Count(entity="evidence") | AnyOf(entity="evidence"):
            return Support({case.id}, {i.id for i in case.items} - {i.id for i in counted})
        case Best(entity="evidence"):
            return Support({case.id}, {i.id for i in counted or case.items})
        case Lowest(entity="evidence", attribute=attribute):
            lowest = [i for i in counted if i.row[attribute] == case.facts[fact.name]]
            return Support({case.id}, {i.id for i in lowest or case.items})
        case Share(part=part, whole=whole):
            among = of_characteristic(facts[whole], case, facts).evidence or {i.id for i in case.items}
            return Support({case.id}, among - of_characteristic(facts[part], case, facts).evidence)
        case _:
            return Support({case.id}, {i.id for i in case.items})


def behind_rule(condition: Condition, case: CharacteristicCase, facts: Mapping[str, Fact]) -> Support:
    """Evidence behind a characteristic rule that holds; all of it where nothing is narrower."""
    found = Support({case.id}, set())
    for comparison in satisfied(condition, case.facts):
        if comparison.fact in facts:
            found.add(of_characteristic(facts[comparison.fact], case, facts))
    if not found.evidence:
        found.evidence = {i.id for i in case.items}
    return found


def of_area(
    fact: Fact,
    cases: Iterable[CharacteristicCase],
    findings: Iterable[FindingRecord],
    facts: Mapping[str, Fact],
) -> Support:
    """What a fact about an area counts, with the evidence."""
    return _Area(tuple(cases), tuple(findings), facts).behind(fact)


def lacking(
    fact: Fact,
    cases: Iterable[CharacteristicCase],
    findings: Iterable[FindingRecord],
    facts: Mapping[str, Fact],
) -> Support:
    """What keeps a fact about an area from being greater."""
    return _Area(tuple(cases), tuple(findings), facts).lacking(fact)


@dataclass(frozen=True, slots=True)
class _Area:
    """The things facts about one area look at."""

    cases: tuple[CharacteristicCase, ...]
    findings: tuple[FindingRecord, ...]
    facts: Mapping[str, Fact]

    def behind(self, fact: Fact) -> Support:
        match fact.definition:
            case FactOf():
                return self._of_named(fact.definition, of_characteristic)
            case Share(part=part):
                return self.behind(self.facts[part])
            case Weighted() | Rounded() | Points():
                return self._parts(fact, (self.behind,), (of_characteristic,))
            case Best() | Lowest():
                return self._all(fact, self._extreme(fact))
            case _:
                return self._all(fact, self._chosen(fact))

    def lacking(self, fact: Fact) -> Support:
        match fact.definition:
            case FactOf():
                return self._of_named(fact.definition, lacking_on)
            case Share(part=part, whole=whole):
                counted = self._chosen(self.facts[part])
                among = self._chosen(self.facts[whole]) or self._looked_at(self.facts[whole])
                return self._missing(self.facts[part], [t for t in among if t not in counted])
            case Weighted() | Rounded() | Points():
                # A part taken away, or looked at by a step, may keep a number down by being great.
                return self._parts(fact, (self.behind, self.lacking), (of_characteristic, lacking_on))
            case Best() | Sum():
                return self._missing(fact, self._chosen(fact) or self._looked_at(fact))
            case Lowest():
                return self._missing(fact, self._extreme(fact) or self._looked_at(fact))
            case _:
                counted = self._chosen(fact)
                return self._missing(fact, [t for t in self._looked_at(fact) if t not in counted])

    def _parts(
        self, fact: Fact, ways: Iterable[Callable[[Fact], Support]], narrower: Iterable[Narrower]
    ) -> Support:
        """What is behind the facts and scores a fact is reckoned from."""
        found = Support()
        for part in fact.definition.depends_on:
            for way in ways:
                found.add(way(self.facts[part]))
        for taken in fact.definition.takes:
            for narrow in narrower:
                found.add(self._of_named(taken, narrow))
        return found

    def _of_named(self, definition: FactOf, narrower: Narrower) -> Support:
        """What is behind a fact about one characteristic."""
        found, own = Support({definition.characteristic}), self.facts.get(definition.fact)
        for case in (c for c in self.cases if c.id == definition.characteristic):
            known = narrower(own, case, self.facts) if own is not None else Support()
            found.evidence |= known.evidence or {i.id for i in case.items}
        return found

    def _looked_at(self, fact: Fact) -> list[CharacteristicCase | FindingRecord]:
        """Every thing of the kind a fact counts."""
        match fact.entity:
            case "characteristics":
                return [case for case in self.cases if case.counted and _may_count(fact, case)]
            case "findings":
                return list(self.findings)
            case "earlier":
                return [f for f in self.findings if f.row["origin"] == ORIGIN.rank("previous")]
            case _:
                return []

    def _chosen(self, fact: Fact) -> list[CharacteristicCase | FindingRecord]:
        return [thing for thing in self._looked_at(fact) if satisfies(_row(thing), fact.definition.where)]

    def _extreme(self, fact: Fact) -> list[CharacteristicCase | FindingRecord]:
        """The things a best or a lowest has its value from."""
        assert isinstance(fact.definition, Best | Lowest)
        attribute, chosen = fact.definition.attribute, self._chosen(fact)
        pick = max if isinstance(fact.definition, Best) else min
        value = pick((_row(thing)[attribute] for thing in chosen), default=None)
        return [thing for thing in chosen if _row(thing)[attribute] == value]

    def _all(self, fact: Fact, things: Iterable[CharacteristicCase | FindingRecord]) -> Support:
        """The things a fact counts, with the evidence."""
        found = Support()
        ranked = fact.definition.ranked
        names = [test.attribute for test in fact.definition.where]
        names += [ranked] if ranked is not None else []
        for thing in things:
            if isinstance(thing, FindingRecord):
                found.add(Support(set(thing.characteristics), set(thing.evidence), {thing.id}))
                continue
            narrower = Support({thing.id})
            for name in names:
                if name not in self.facts:  # its status, which all of its evidence makes
                    narrower.evidence |= {i.id for i in thing.items}
                else:
                    narrower.add(of_characteristic(self.facts[name], thing, self.facts))
            found.add(narrower if narrower.evidence else Support({thing.id}, {i.id for i in thing.items}))
        return found

    def _missing(self, fact: Fact, things: Iterable[CharacteristicCase | FindingRecord]) -> Support:
        """The things a fact does not count, with the evidence.

        An uncounted finding blocks nothing.
        """
        found = Support()
        for thing in things:
            if isinstance(thing, CharacteristicCase):
                found.add(self._short(fact, thing))
            elif fact.definition.ranked is not None:
                found.add(Support(set(thing.characteristics), set(thing.evidence), {thing.id}))
        return found

    def _short(self, fact: Fact, case: CharacteristicCase) -> Support:
        """Evidence by which a characteristic falls short of the fact."""
        found = Support({case.id})
        ranked = fact.definition.ranked
        failing = [
            (test.attribute, wants_more(test, True, case.facts[test.attribute]))
            for test in fact.definition.where
            if not satisfies(case.facts, (test,))
        ]
        for name, more in failing or ([(ranked, True)] if ranked is not None else []):
            if name not in self.facts:  # its status, which all of its evidence makes
                found.evidence |= {i.id for i in case.items}
            else:
                found.add((lacking_on if more else of_characteristic)(self.facts[name], case, self.facts))
        return found


def _may_count(fact: Fact, case: CharacteristicCase) -> bool:
    """Whether a characteristic is on a scale whose levels a fact looks at."""
    ids = {levels.id for levels in fact.among}
    return not ids or case.scale is None or case.scale in ids


def _row(thing: CharacteristicCase | FindingRecord) -> Mapping[str, int]:
    return thing.facts if isinstance(thing, CharacteristicCase) else thing.row
