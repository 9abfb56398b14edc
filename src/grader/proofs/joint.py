"""One characteristic, and one area, under two rule books at once.

An area is a number of characteristics of each joint observation, and any named by earlier findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from grader.engines import symbolic
from grader.engines.symbolic import Allowance, CountedRow, Ratio, Solver, Undecided, number, total, z3
from grader.errors import InternalError
from grader.grading.conclude import (
    CharacteristicCase,
    FindingRecord,
    finding_row,
    named_facts,
    proposed_counts,
)
from grader.grading.tally import Item
from grader.language.nodes import Level
from grader.language.pipeline import (
    CHARACTERISTIC_LAYERS,
    FINDINGS_ON_AREAS,
    FINDINGS_ON_CHARACTERISTICS,
    GRADES,
    SUFFICIENCY,
    Stage,
    any_open,
)
from grader.language.relevance import with_parts
from grader.language.row import Row
from grader.language.rulebook import Fact, Rule, RuleBook
from grader.language.typecheck import facts_named
from grader.proofs.characteristics import INDIRECT, NAME, CharacteristicTerms, Space, every
from grader.proofs.proposals import Proposer
from grader.proofs.tag_combinations import DECLARED_TAGS, EARLIER_TAGS, EVIDENCE_TAGS, group_tags
from grader.vocabulary.peel import PEEL

#: Examples with more things than this are not written down: nobody reads them.
LARGEST = 1000


@dataclass(frozen=True, slots=True)
class Reads:
    """Figures (times ten) that say otherwise; None without rules."""

    measure: str
    unit: str
    lowest: int
    highest: int
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class FigureItem:
    """An item whose figure the two read differently, with each reading."""

    reads: Reads
    old: Row
    new: Row


def weight(item: Row) -> int:
    """How much an item is to read; much through `informs` alone."""
    return 1 if item["direct"] else INDIRECT


@dataclass(frozen=True, slots=True)
class Example:
    """Things on one characteristic, and each reference's conclusions."""

    items: tuple[Row, ...]
    figures: tuple[FigureItem, ...]
    earlier: tuple[Row, ...]
    cases: tuple[CharacteristicCase, CharacteristicCase]

    @property
    def size(self) -> int:
        return sum(map(weight, self.items)) + len(self.figures) + len(self.earlier)

    @property
    def direct(self) -> bool:
        """Whether all of its items are tagged to the characteristic itself."""
        return all(row["direct"] for row in self.items)


def tables(book: RuleBook, stage: Stage, area: str) -> list[Rule]:
    """The rules of a stage that speak of an area."""
    return [r for r in book.table(stage.layer, stage.level).rules if r.applies_to(area)]


class JointCharacteristic:
    """Any evidence on one characteristic, read by both.

    Parameters
    ----------
    area : str
        One of the group.
    figures : sequence of FigureItem
        Items that the two read differently.
    """

    def __init__(
        self, both: tuple[Proposer, Proposer], area: str, counted: bool, figures: Sequence[FigureItem]
    ) -> None:
        self.both, self.area, self.counted = both, area, counted
        self.spaces = [
            Space(p.bound, p.evaluator, area, looked_at(p.bound, area), counted, _NOTHING) for p in both
        ]
        definitions = [f.definition for space in self.spaces for f in space.facts]
        self.evidence = group_tags(EVIDENCE_TAGS, "evidence", definitions)
        self.earlier = group_tags(EARLIER_TAGS, "earlier", definitions)
        for space in self.spaces:
            space.evidence, space.earlier = self.evidence, self.earlier
        of = self.evidence.of
        self.figures = list({(of[f.old], of[f.new]): f for f in reversed(figures)}.values())
        self.items, self.before = self.spaces[0].variables()
        self.read_otherwise = [z3.Int(f"f{i}") for i in range(len(self.figures))]
        self.terms: list[CharacteristicTerms] = [
            space.read(self._items(at), self.before) for at, space in enumerate(self.spaces)
        ]

    def _items(self, at: int) -> list[z3.ArithRef]:
        """Numbers of items in each group, as one rule book reads them."""
        found: list[z3.ArithRef] = list(self.items)
        for many, item in zip(self.read_otherwise, self.figures, strict=True):
            group = self.evidence.of[item.new if at else item.old]
            found[group] = found[group] + many
        return found

    @property
    def variables(self) -> list[z3.ArithRef]:
        return [*self.items, *self.read_otherwise, *self.before]

    @property
    def size(self) -> z3.ArithRef:
        """What a person has to read of it."""
        items = [weight(row) * n for row, n in zip(self.evidence.rows, self.items, strict=True)]
        return total([*items, *self.read_otherwise, *self.before])

    def solver(self, allowance: Allowance) -> Solver:
        """A solver that knows that there is no less than nothing of anything."""
        return Solver(allowance, *(n >= 0 for n in self.variables))

    def find(self, allowance: Allowance, formula: z3.BoolRef) -> Example | None:
        """A small example in which something holds, or None.

        Preferably without items through `informs` alone.
        """
        if z3.is_false(z3.simplify(formula)):
            return None
        solver = self.solver(allowance)
        rows = zip(self.evidence.rows, self.items, strict=True)
        direct = z3.And([n == 0 for row, n in rows if not row["direct"]])
        model = solver.model(formula, direct) or solver.model(formula)
        if model is None:
            return None
        for bound in (1, 2, 4, 8):
            less = solver.model(formula, self.size <= bound)
            if less is not None:
                return self.example(less)
        return self.example(model)

    def example(self, model: z3.ModelRef) -> Example:
        """The example a model describes."""
        items = _spread(model, self.evidence.rows, self.items)
        figures = _spread(model, self.figures, self.read_otherwise)
        earlier = _spread(model, self.earlier.rows, self.before)
        cases = tuple(
            self._case(p, [*items, *((f.new if at else f.old) for f in figures)], earlier)
            for at, p in enumerate(self.both)
        )
        for case, terms in zip(cases, self.terms, strict=True):
            if case.status.rank != number(model, terms.facts["status"]):
                raise InternalError(
                    "the symbolic and the reference engine differ on one characteristic",
                    help=f"evidence {[dict(r) for r in items]}: please report it",
                )
        return Example(tuple(items), tuple(figures), tuple(earlier), (cases[0], cases[1]))

    def _case(self, of: Proposer, rows: Sequence[Row], earlier: Sequence[Row]) -> CharacteristicCase:
        items = tuple(Item(f"E{i:03}", row) for i, row in enumerate(rows))
        standing = [FindingRecord(f"P{i:03}", row, (NAME,)) for i, row in enumerate(earlier)]
        return of.evaluator.characteristic(self.area, NAME, self.counted, items, standing)

    def taken(self, at: int, fact: str) -> z3.ArithRef:
        """A fact about it that facts about the area take."""
        term = self.terms[at].facts[fact]
        if isinstance(term, Ratio):
            raise Undecided(f"the share {fact} is taken from one characteristic")
        return term

    def status(self, at: int) -> z3.ArithRef:
        """The rank of its status."""
        return self.terms[at].facts["status"]

    def raised(self, at: int) -> dict[tuple[str, str], z3.BoolRef]:
        """Where each rule raises a finding, by old name and kind."""
        names = self.both[at].rule_names
        return {(names[r.id], r.target): formula for r, formula in self.terms[at].raises}

    def counts(self, at: int, fact: Fact) -> z3.ArithRef:
        """What the characteristic adds to an area's fact: a rank, 1 or -1."""
        known, definition = self.terms[at].facts, fact.definition
        chosen = z3.And(
            [symbolic.compare(known[t.attribute], t.op, t.operands, known) for t in definition.where]
        )
        value = z3.IntVal(1) if definition.ranked is None else known[definition.ranked]
        return z3.If(chosen, value, z3.IntVal(-1))

    def examples(self, allowance: Allowance, observed: Iterable[z3.ExprRef]) -> list[Example]:
        """An example of each combination of things observed that some evidence makes."""
        distinct = list({term.get_id(): term for term in observed}.values())
        if not distinct:
            model = self.solver(allowance).model(*(n == 0 for n in self.variables))
            return [self.example(model)] if model is not None else []
        size = self.size
        return [self.example(m) for m in every(self.solver(allowance), distinct, size)]


class _Never:
    """An allowance for spaces that are never asked themselves."""

    def grant(self, solver: z3.Solver) -> None:
        raise AssertionError("the spaces of a pair are read, not asked")

    def charge(self, solver: z3.Solver) -> None:
        raise AssertionError("the spaces of a pair are read, not asked")


_NOTHING = _Never()


def looked_at(book: RuleBook, area: str) -> tuple[Fact, ...]:
    """Facts about a characteristic that rules or profile look at."""
    names = {
        name
        for rule in book.rules
        if rule.level is Level.CHARACTERISTIC and rule.applies_to(area)
        for name in facts_named(rule.condition)
    }
    names |= {d.fact for d in named_facts(book.facts.values())}
    for fact in book.facts.values():
        if fact.entity == "characteristics":
            names |= {t.attribute for t in fact.definition.where}
            names |= {fact.definition.ranked} - {None}  # type: ignore[arg-type]  # None is taken away
    kept = book.facts_at(Level.CHARACTERISTIC, CHARACTERISTIC_LAYERS)
    wanted = {f.name for f in with_parts(book, names)}
    return tuple(f for f in kept if f.name in wanted)


T = TypeVar("T")


def _spread(model: z3.ModelRef, things: Sequence[T], counts: Sequence[z3.ArithRef]) -> list[T]:
    many = [number(model, count) for count in counts]
    if sum(many) > LARGEST:
        raise Undecided(f"a case would need {sum(many):,} things on one characteristic")
    return [thing for thing, n in zip(things, many, strict=True) for _ in range(n)]


# Areas ----------------------------------------------------------------------------------------------------


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
