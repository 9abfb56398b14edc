"""One characteristic under two rule books at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from grader.engines import symbolic
from grader.engines.symbolic import Allowance, Ratio, Solver, Undecided, number, total, z3
from grader.errors import InternalError
from grader.grading.conclude import (
    CharacteristicCase,
    FindingRecord,
    named_facts,
)
from grader.grading.tally import Item
from grader.language.nodes import Level
from grader.language.pipeline import (
    CHARACTERISTIC_LAYERS,
    Stage,
)
from grader.language.relevance import with_parts
from grader.language.row import Row
from grader.language.rulebook import Fact, Rule, RuleBook
from grader.language.typecheck import facts_named
from grader.proofs.characteristics import INDIRECT, NAME, CharacteristicTerms, Space, every
from grader.proofs.proposals import Proposer
from grader.proofs.tag_combinations import EARLIER_TAGS, EVIDENCE_TAGS, group_tags

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
