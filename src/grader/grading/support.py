"""What stands behind a fact: the characteristics it counts and the evidence they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    Count,
    Lowest,
    Not,
    Share,
    StatusOf,
)
from grader.language.rulebook import Fact


@dataclass(slots=True)
class Support:
    """Ids behind a conclusion."""

    characteristics: set[str] = field(default_factory=set)
    evidence: set[str] = field(default_factory=set)

    def add(self, other: Support) -> None:
        self.characteristics |= other.characteristics
        self.evidence |= other.evidence


def satisfied(condition: Condition, facts: Mapping[str, int]) -> Iterator[Compare]:
    """Comparisons of a condition that hold on these facts; those under a `not` are passed over."""
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
    """Characteristics and evidence behind a fact about an area."""
    found = Support()
    match fact.definition:
        case Count(entity="characteristics", where=where) | AnyOf(entity="characteristics", where=where):
            for case in cases:
                if case.counted and satisfies(case.facts, where):
                    found.characteristics.add(case.id)
                    narrower = Support()
                    for test in where:
                        if test.attribute in facts:
                            narrower.add(of_characteristic(facts[test.attribute], case, facts))
                    found.evidence |= narrower.evidence or {i.id for i in case.items}
        case Count(entity="findings", where=where) | AnyOf(entity="findings", where=where):
            for standing in findings:
                if satisfies(standing.row, where):
                    found.add(Support(set(standing.characteristics), set(standing.evidence)))
        case Share(part=part):
            return of_area(facts[part], cases, findings, facts)
        case StatusOf(characteristic=named):
            found.characteristics.add(named)
            found.evidence |= {i.id for case in cases if case.id == named for i in case.items}
    return found
