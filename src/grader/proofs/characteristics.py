"""Every observation of one characteristic, each with a small example.

The solver proves a listing complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import z3

from grader.engines import symbolic
from grader.engines.reference import satisfies
from grader.engines.symbolic import Allowance, CountedRow, Solver, Terms, Undecided, number, total, truth
from grader.errors import InternalError
from grader.grading.conclude import CharacteristicCase, FindingRecord, LayerEvaluator
from grader.grading.tally import Item
from grader.language.nodes import Kind, Test
from grader.language.pipeline import (
    CHARACTERISTIC_STAGES,
    FINDINGS_ON_CHARACTERISTICS,
    STATUSES,
    Circumstance,
    Stage,
)
from grader.language.row import Row
from grader.language.rulebook import Fact, Rule, RuleBook
from grader.language.typecheck import facts_named
from grader.proofs.tag_combinations import (
    EARLIER_TAGS,
    EVIDENCE_TAGS,
    WRITTEN_TAGS,
    Change,
    Groups,
    group_tags,
)

#: Sizes of evidence tried in turn, so that examples come out smallest; None is any size.
SIZES: Final = (0, 1, 2, 3, 4, 6, None)
NAME: Final = "any"

#: What an item weighs that counts through `informs` alone: few can be written down, so examples do without.
INDIRECT: Final = 100

#: Examples larger than this are not built: nobody reads them, and the question counts as undecided.
LARGEST: Final = 1000


@dataclass(frozen=True, slots=True)
class Observation:
    """What is observed: a clause list, a raising rule, a rank, items.

    With `rank`: the clauses hold and the attribute has that rank.
    """

    where: tuple[Test, ...] | None = None
    rule: Rule | None = None
    attribute: str | None = None
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class CharacteristicTerms:
    """A characteristic as terms; what holds and what is raised, rule by rule."""

    facts: Terms
    items: z3.ArithRef
    held: tuple[tuple[Rule, z3.BoolRef], ...]
    status: symbolic.Conclusion
    raises: tuple[tuple[Rule, z3.BoolRef], ...]
    size: z3.ArithRef


@dataclass(frozen=True, slots=True)
class Example:
    """Evidence and earlier findings, and the reference's conclusions."""

    evidence: tuple[Row, ...]
    earlier: tuple[Row, ...]
    case: CharacteristicCase

    @property
    def size(self) -> int:
        return len(self.evidence) + len(self.earlier)

    @property
    def written(self) -> bool:
        """Whether all its items are tagged to it."""
        return all(row["direct"] for row in self.evidence)


@dataclass(frozen=True, slots=True)
class Move:
    """A single change that moves a characteristic from one observation to another."""

    before: Example
    after: Example
    change: Change


@dataclass(frozen=True, slots=True)
class Stepping:
    """Any characteristic before and after one of several changes, as terms."""

    solver: Solver
    items: Sequence[z3.ArithRef]
    earlier: Sequence[z3.ArithRef]
    before: CharacteristicTerms
    after: CharacteristicTerms
    changes: Sequence[tuple[z3.BoolRef, Change]]

    def made(self, model: z3.ModelRef) -> Change:
        """The change made in a model."""
        return next(change for pick, change in self.changes if truth(model, pick))


@dataclass(slots=True)
class Space:
    """Every state of a characteristic, as bound rules see it.

    `informed`: evidence elsewhere may count on it.
    """

    book: RuleBook
    evaluator: LayerEvaluator
    area: str
    facts: tuple[Fact, ...]
    counted: bool
    budget: Allowance
    parameters: Terms = field(default_factory=dict)
    informed: bool = True
    evidence: Groups = field(init=False)
    earlier: Groups = field(init=False)
    rules: dict[Stage, tuple[Rule, ...]] = field(init=False)

    def __post_init__(self) -> None:
        definitions = [f.definition for f in self.facts]
        tags = EVIDENCE_TAGS if self.informed else WRITTEN_TAGS
        self.evidence = group_tags(tags, "evidence", definitions)
        self.earlier = group_tags(EARLIER_TAGS, "earlier", definitions)
        known = {f.name for f in self.facts} | {s.gives for s in CHARACTERISTIC_STAGES}
        self.rules = {
            stage: tuple(r for r in self._rules(stage) if known.issuperset(facts_of(r)))
            for stage in CHARACTERISTIC_STAGES
        }

    def _rules(self, stage: Stage) -> tuple[Rule, ...]:
        if stage.unless is Circumstance.NOT_COUNTED and not self.counted:
            return ()
        table = self.book.table(stage.layer, stage.level)
        return tuple(r for r in table.rules if r.applies_to(self.area))

    def variables(self, prefix: str = "") -> tuple[list[z3.ArithRef], list[z3.ArithRef]]:
        """How many items, and how many earlier findings, there are of each group."""
        items = [z3.Int(f"{prefix}e{i}") for i in range(len(self.evidence.rows))]
        earlier = [z3.Int(f"{prefix}p{i}") for i in range(len(self.earlier.rows))]
        return items, earlier

    def read(self, items: Sequence[z3.ArithRef], earlier: Sequence[z3.ArithRef]) -> CharacteristicTerms:
        """The characteristic with these numbers of things, as terms."""
        things = {
            "evidence": [CountedRow(r, n) for r, n in zip(self.evidence.rows, items, strict=True)],
            "earlier": [CountedRow(r, n) for r, n in zip(self.earlier.rows, earlier, strict=True)],
        }
        facts: dict[str, z3.ArithRef | symbolic.Ratio] = dict(self.parameters)
        held: dict[Stage, tuple[tuple[Rule, z3.BoolRef], ...]] = {}
        concluded: dict[Stage, symbolic.Conclusion] = {}
        for stage in CHARACTERISTIC_STAGES:
            facts |= symbolic.evaluate_facts([f for f in self.facts if f.layer is stage.layer], things, facts)
            held[stage] = tuple((r, symbolic.holds(r.condition, facts)) for r in self.rules[stage])
            if stage.gives is not None:
                scale, default = stage.concludes(self.book)
                found = concluded[stage] = symbolic.decide(held[stage], scale, default)
                # In this order: the solver's models, and so the examples, depend on which term is made first.
                asked, unasked = self._asked(stage, items), z3.IntVal(scale.rank(scale.nothing))
                facts[stage.gives] = z3.If(asked, found.rank, unasked)
        there = total(items)
        heavy = total(n for r, n in zip(self.evidence.rows, items, strict=True) if not r["direct"])
        return CharacteristicTerms(
            facts, there, held[STATUSES], concluded[STATUSES], held[FINDINGS_ON_CHARACTERISTICS],
            there + total(earlier) + (INDIRECT - 1) * heavy,
        )  # fmt: skip

    def _asked(self, stage: Stage, items: Sequence[z3.ArithRef]) -> z3.BoolRef:
        """Whether the rules of a stage are asked of the characteristic."""
        if stage.unless is Circumstance.NO_ITEMS:
            return total(items) > 0
        return z3.BoolVal(stage.unless is None or self.counted)

    def example(self, evidence: Iterable[Row], earlier: Iterable[Row]) -> Example:
        """An example, concluded by the reference engine."""
        rows, before = tuple(evidence), tuple(earlier)
        items = tuple(Item(f"E{i:03}", row) for i, row in enumerate(rows))
        standing = [FindingRecord(f"P{i:03}", row, (NAME,)) for i, row in enumerate(before)]
        case = self.evaluator.characteristic(self.area, NAME, self.counted, items, standing)
        return Example(rows, before, case)

    def example_in(
        self, model: z3.ModelRef, items: Sequence[z3.ArithRef], earlier: Sequence[z3.ArithRef]
    ) -> Example:
        """The example a model describes."""
        return self.example(
            _spread(model, self.evidence.rows, items), _spread(model, self.earlier.rows, earlier)
        )

    def solver(self, items: Sequence[z3.ArithRef], earlier: Sequence[z3.ArithRef]) -> Solver:
        """A solver that knows that there is no less than nothing of anything."""
        # A share against a parameter is a product of two unknowns.
        linear = not (self.parameters and any(f.kind is Kind.SHARE for f in self.facts))
        return Solver(self.budget, *(n >= 0 for n in (*items, *earlier)), linear=linear)

    def classes(self, seen: Sequence[Observation]) -> list[Example]:
        """One smallest example of each observation that some evidence makes."""
        items, earlier = self.variables()
        terms = self.read(items, earlier)
        observed = [observe(s, terms) for s in seen]
        found = []
        for model in every(self.solver(items, earlier), observed, terms.size):
            example = self.example_in(model, items, earlier)
            _same_as_reference(seen, observed, model, example)
            found.append(example)
        return found

    def moves(self, seen: Sequence[Observation], changes: Iterable[Change]) -> list[Move]:
        """A small example of each pair of observations that a change makes."""
        step = self.stepping(changes)
        if step is None:
            return []
        before_seen = [observe(s, step.before) for s in seen]
        after_seen = [observe(s, step.after) for s in seen]
        step.solver.add(z3.Or([a != b for a, b in zip(before_seen, after_seen, strict=True)]))
        found = []
        for model in every(step.solver, [*before_seen, *after_seen], step.before.size):
            found.append(
                self.made_concrete(self.example_in(model, step.items, step.earlier), step.made(model))
            )
        return found

    def stepping(self, changes: Iterable[Change]) -> Stepping | None:
        """Any characteristic before and after a change, or None."""
        items, earlier = self.variables()
        steps = self.distinct(changes)
        if not steps:
            return None
        picks = [z3.Bool(f"pick{i}") for i in range(len(steps))]
        solver = self.solver(items, earlier)
        solver.add(total(z3.If(p, 1, 0) for p in picks) == 1)
        after = {"evidence": list(items), "earlier": list(earlier)}
        for pick, (change, out, into) in zip(picks, steps, strict=True):
            one = z3.If(pick, 1, 0)
            if out is not None:
                solver.add(z3.Implies(pick, {"evidence": items, "earlier": earlier}[change.entity][out] >= 1))
                after[change.entity][out] = after[change.entity][out] - one
            after[change.entity][into] = after[change.entity][into] + one
        first, second = self.read(items, earlier), self.read(after["evidence"], after["earlier"])
        made = [(pick, change) for pick, (change, _, _) in zip(picks, steps, strict=True)]
        return Stepping(solver, items, earlier, first, second, made)

    def distinct(self, changes: Iterable[Change]) -> list[tuple[Change, int | None, int]]:
        """Changes that facts can tell apart."""
        found: dict[tuple[str, int | None, int], Change] = {}
        for change in changes:
            groups = self.evidence if change.entity == "evidence" else self.earlier
            if change.after not in groups.of:
                continue
            out = groups.of[change.before] if change.before is not None else None
            into = groups.of[change.after]
            if out != into:
                found.setdefault((change.entity, out, into), change)
        return [(change, out, into) for (_, out, into), change in found.items()]

    def made_concrete(self, before: Example, change: Change) -> Move:
        """The move with its item last, tagged as before the change."""
        kept = {"evidence": list(before.evidence), "earlier": list(before.earlier)}
        rows = kept[change.entity]
        if change.before is not None:
            groups = self.evidence if change.entity == "evidence" else self.earlier
            same = groups.of[change.before]
            rows.remove(next(r for r in rows if groups.of[r] == same))
        started = {**kept, change.entity: [*rows, *([change.before] if change.before is not None else [])]}
        ended = {**kept, change.entity: [*rows, change.after]}
        return Move(
            self.example(started["evidence"], started["earlier"]),
            self.example(ended["evidence"], ended["earlier"]),
            change,
        )


def facts_of(rule: Rule) -> tuple[str, ...]:
    """Facts a rule looks at."""
    return facts_named(rule.condition)


def observe(seen: Observation, terms: CharacteristicTerms) -> z3.ExprRef:
    """What is seen of a characteristic, as a formula or a term."""
    if seen.where is not None:
        tests = [
            symbolic.compare(terms.facts[t.attribute], t.op, t.operands, terms.facts) for t in seen.where
        ]
        if seen.rank is not None:
            tests.append(terms.facts[seen.attribute or ""] == seen.rank)
        return z3.And(tests)
    if seen.rule is not None:
        return next(formula for rule, formula in terms.raises if rule.id == seen.rule.id)
    if seen.attribute is not None:
        return terms.facts[seen.attribute]
    return terms.items > 0


def seen_in(seen: Observation, example: Example) -> int:
    """The same observation, made on an example by the reference engine."""
    if seen.where is not None:
        ranked = seen.rank is None or example.case.facts[seen.attribute or ""] == seen.rank
        return int(ranked and satisfies(example.case.facts, seen.where))
    if seen.rule is not None:
        return int(any(r.rule.id == seen.rule.id for r in example.case.raised))
    if seen.attribute is not None:
        return example.case.facts[seen.attribute]
    return int(bool(example.case.items))


def every(solver: Solver, observed: Sequence[z3.ExprRef], size: z3.ArithRef) -> Iterator[z3.ModelRef]:
    """A model of each combination observed, smallest first."""
    for bound in SIZES:
        smaller = [size <= bound] if bound is not None else []
        while (model := solver.model(*smaller)) is not None:
            yield model
            solver.add(z3.Or([_differs(o, model) for o in observed]))


def _differs(observed: z3.ExprRef, model: z3.ModelRef) -> z3.BoolRef:
    if z3.is_bool(observed):
        return z3.Not(observed) if truth(model, observed) else observed
    return observed != number(model, observed)


def _spread(model: z3.ModelRef, rows: Sequence[Row], counts: Sequence[z3.ArithRef]) -> Iterator[Row]:
    for row, count in zip(rows, counts, strict=True):
        many = number(model, count)
        if many > LARGEST:
            raise Undecided(f"an example would need {many} things on one characteristic")
        yield from [row] * many


def _same_as_reference(
    seen: Sequence[Observation], observed: Sequence[z3.ExprRef], model: z3.ModelRef, example: Example
) -> None:
    """Every example is concluded twice; a difference is a fault of grader."""
    for what, term in zip(seen, observed, strict=True):
        symbol = int(truth(model, term)) if z3.is_bool(term) else number(model, term)
        if symbol != seen_in(what, example):
            raise InternalError(
                "the symbolic and the reference engine differ on one characteristic",
                help=f"evidence {[dict(r) for r in example.evidence]}: please report it",
            )
