"""One area under two rule books at once.

An area is a number of characteristics of each joint observation, and any named by earlier findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.engines import symbolic
from grader.engines.symbolic import CountedRow, total, z3
from grader.grading.conclude import CharacteristicCase, finding_row, named_facts, proposed_counts
from grader.language.pipeline import (
    FINDINGS_ON_AREAS,
    FINDINGS_ON_CHARACTERISTICS,
    GRADES,
    SUFFICIENCY,
    Stage,
    any_open,
)
from grader.language.relevance import with_parts
from grader.language.rulebook import Fact, Rule, RuleBook
from grader.language.typecheck import facts_named
from grader.proofs.joint import Example, tables
from grader.proofs.proposals import Proposer
from grader.proofs.tag_combinations import DECLARED_TAGS, EARLIER_TAGS
from grader.vocabulary.peel import PEEL


@dataclass(frozen=True, slots=True)
class Slice:
    """What some questions need to know of an area.

    Attributes
    ----------
    facts : tuple of Fact
        About the area.
    of_area, on_characteristics : tuple of Rule
        Whose findings matter.
    """

    facts: tuple[Fact, ...]
    of_area: tuple[Rule, ...]
    on_characteristics: tuple[Rule, ...]


def slice_of(book: RuleBook, area: str, names: Iterable[str], *, concerns: bool) -> Slice:
    """What these facts need, and with `concerns` whether a concern is open."""
    facts = with_parts(book, names)
    wheres = [f.definition.where for f in facts if f.entity == "findings"]
    kinds = {
        kind
        for kind in PEEL.kinds.names
        if (concerns and any_open(PEEL, [finding_row(PEEL, kind, "proposed")]))
        or any(proposed_counts(PEEL, kind, where) for where in wheres)
    }
    of_area = tuple(r for r in tables(book, FINDINGS_ON_AREAS, area) if r.target in kinds)
    below = tuple(r for r in tables(book, FINDINGS_ON_CHARACTERISTICS, area) if r.target in kinds)
    seen = {f.name for f in facts} | {n for r in of_area for n in facts_named(r.condition)}
    return Slice(with_parts(book, seen), of_area, below)


@dataclass(frozen=True, slots=True)
class Member:
    """How many characteristics of each example; `name` of a single one."""

    name: str | None
    counted: bool
    examples: Sequence[Example]
    counts: Sequence[z3.ArithRef]


@dataclass(frozen=True, slots=True)
class AreaTerms:
    """An area as one rule book sees it, as terms."""

    facts: symbolic.Terms
    raised: Mapping[tuple[str, str], z3.BoolRef]
    withheld: z3.BoolRef
    withholds: Mapping[str, z3.BoolRef]
    rank: z3.ArithRef


@dataclass(slots=True)
class JointArea:
    """Any state of a group's areas, as both see it.

    Attributes
    ----------
    sizes : tuple of int
        How many characteristics count.
    members : list of Member
        Unnamed ones first.
    """

    both: tuple[Proposer, Proposer]
    area: str
    slices: tuple[Slice, Slice]
    members: list[Member]
    size: z3.ArithRef = field(init=False)
    declared: list[z3.ArithRef] = field(init=False)
    earlier: list[z3.ArithRef] = field(init=False)

    def __post_init__(self) -> None:
        self.size = z3.Int("size")
        self.declared = [z3.Int(f"d{i}") for i in range(len(DECLARED_TAGS))]
        self.earlier = [z3.Int(f"x{i}") for i in range(len(EARLIER_TAGS))]

    def known(self) -> list[z3.BoolRef]:
        """What is so in every state."""
        own = sum(m.counted for m in self.members[1:])
        found = [n >= 0 for m in self.members for n in m.counts]
        found += [n >= 0 for n in (*self.declared, *self.earlier)]
        found += [total(m.counts) == 1 for m in self.members[1:]]
        found.append(total(self.members[0].counts) == self.size - own)
        for m in self.members:
            for example, count in zip(m.examples, m.counts, strict=True):
                for tags in dict.fromkeys(example.earlier):
                    needed = example.earlier.count(tags)
                    found.append(z3.Implies(count > 0, self.earlier[EARLIER_TAGS.index(tags)] >= needed))
        return found

    @property
    def weight(self) -> z3.ArithRef:
        """How much a person has to read."""
        return total(
            [
                *(e.size * n for m in self.members for e, n in zip(m.examples, m.counts, strict=True)),
                *self.declared,
                *self.earlier,
            ]
        )

    def terms(self, at: int) -> AreaTerms:
        """The area as one rule book sees it."""
        of, part = self.both[at], self.slices[at]
        here = [
            (e.cases[at], n) for m in self.members if m.counted
            for e, n in zip(m.examples, m.counts, strict=True)
        ]  # fmt: skip
        given: dict[str, z3.ArithRef] = {
            d.key: total(e.cases[at].facts[d.fact] * n for e, n in zip(m.examples, m.counts, strict=True))
            for d in named_facts(part.facts)
            for m in self.members
            if m.name == d.characteristic
        }
        earlier = [CountedRow(r, n) for r, n in zip(EARLIER_TAGS, self.earlier, strict=True)]
        declared = [CountedRow(r, n) for r, n in zip(DECLARED_TAGS, self.declared, strict=True)]
        things: dict[str, list[CountedRow]] = {
            "characteristics": [CountedRow(case.facts, n) for case, n in here],
            "earlier": earlier,
        }
        first = [f for f in part.facts if f.layer in FINDINGS_ON_AREAS.sees]
        seen = symbolic.evaluate_facts(first, things, given)
        raised = {r: symbolic.holds(r.condition, seen) for r in part.of_area}
        things["findings"] = [*declared, *earlier, *_proposed(here, raised)]
        facts = symbolic.evaluate_facts(part.facts, things, given)
        thin = {of.rule_names[r.id]: symbolic.holds(r.condition, facts) for r in self._asked(at, SUFFICIENCY)}
        held = [(r, symbolic.holds(r.condition, facts)) for r in self._asked(at, GRADES)]
        evidence = total(n for case, n in here if case.items)
        concerns = total(b.count for b in things["findings"] if any_open(PEEL, [b.row]))
        return AreaTerms(
            facts,
            {(of.rule_names[r.id], r.target): formula for r, formula in raised.items()},
            z3.And(concerns == 0, z3.Or(evidence == 0, *thin.values())),
            thin,
            symbolic.decide(held, *GRADES.concludes(of.bound)).rank,
        )

    def _asked(self, at: int, stage: Stage) -> list[Rule]:
        """Rules of a stage all of whose facts are known here."""
        known = {f.name for f in self.slices[at].facts}
        rules = tables(self.both[at].bound, stage, self.area)
        return [r for r in rules if known.issuperset(facts_named(r.condition))]


def _proposed(
    here: Sequence[tuple[CharacteristicCase, z3.ArithRef]], raised: Mapping[Rule, z3.BoolRef]
) -> list[CountedRow]:
    """Findings the rules propose, of each kind."""
    found = []
    for kind in PEEL.kinds.names:
        own = [n * sum(r.rule.target == kind for r in case.raised) for case, n in here]
        of_area = [z3.If(formula, 1, 0) for rule, formula in raised.items() if rule.target == kind]
        found.append(CountedRow(finding_row(PEEL, kind, "proposed"), total([*own, *of_area])))
    return found
