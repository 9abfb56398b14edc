"""One area over everything it may hold.

Proofs leave earlier findings free; witnesses can be written down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import z3

from grader.engines import symbolic
from grader.engines.symbolic import Allowance, CountedRow, CountedThings, Solver, Terms, number, total
from grader.grading.conclude import LayerEvaluator, finding_row, named_facts, proposed_counts
from grader.language.pipeline import (
    FINDINGS_ON_AREAS,
    GRADES,
    SUFFICIENCY,
    WITHHELD,
    Circumstance,
    Stage,
    any_open,
)
from grader.language.relevance import Relevance, relevance
from grader.language.row import Row
from grader.language.rulebook import Fact, Layer, Rule, RuleBook
from grader.model.framework import Area
from grader.proofs.characteristics import Example, Observation, Space
from grader.proofs.tag_combinations import DECLARED_TAGS, EARLIER_TAGS
from grader.vocabulary.words import Vocabulary


@dataclass(frozen=True, slots=True)
class AreaGroup:
    """Areas the rules treat alike but for how many characteristics they have."""

    areas: tuple[Area, ...]
    named: tuple[str, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(sorted({len(a.counted) for a in self.areas}))

    def of_size(self, size: int) -> Area:
        """An area with so many characteristics that count."""
        return next(a for a in self.areas if len(a.counted) == size)


def group_areas(book: RuleBook, areas: Iterable[Area]) -> list[AreaGroup]:
    """Areas that the same rules speak of in the same way."""
    named = {f.definition.named for f in book.facts.values()}
    found: dict[tuple[frozenset[str], tuple[str, ...]], list[Area]] = {}
    for area in areas:
        rules = frozenset(r.id for r in book.rules if r.layer is not Layer.MEASURE and r.applies_to(area.id))
        here = tuple(c.id for c in area.characteristics if c.id in named)
        found.setdefault((rules, here), []).append(area)
    return [AreaGroup(tuple(alike), here) for (_, here), alike in found.items()]


@dataclass(frozen=True, slots=True)
class Members:
    """How many characteristics of each example; `name` of a single one."""

    name: str | None
    counted: bool
    examples: Sequence[Example]
    counts: Sequence[z3.ArithRef]


@dataclass(frozen=True, slots=True)
class Recorded:
    """Numbers of issued and earlier findings of each kind."""

    declared: Sequence[z3.ArithRef]
    earlier: Sequence[z3.ArithRef]

    def with_those_of(self, members: Sequence[Members]) -> Recorded:
        """These, and the earlier findings the examples need."""
        needed: dict[Row, list[z3.ArithRef]] = {tags: [] for tags in EARLIER_TAGS}
        for m in members:
            for example, count in zip(m.examples, m.counts, strict=True):
                for row in example.earlier:
                    needed[row].append(count)
        pairs = zip(EARLIER_TAGS, self.earlier, strict=True)
        return Recorded(self.declared, [n + total(needed[tags]) for tags, n in pairs])


@dataclass(frozen=True, slots=True)
class AreaTerms:
    """An area as terms."""

    facts: Terms
    raises: tuple[tuple[Rule, z3.BoolRef], ...]
    open_concerns: z3.ArithRef
    withholds: tuple[tuple[Rule, z3.BoolRef], ...]
    evidence: z3.ArithRef
    held: tuple[tuple[Rule, z3.BoolRef], ...]
    grade: symbolic.Conclusion

    def withheld(self, without: Rule | None = None) -> z3.BoolRef:
        """Whether the grade is withheld, without one rule if named."""
        # In this order: the solver's models, and so the witnesses, depend on which formula is made first.
        denied = {None: [], Circumstance.OPEN_CONCERN: [self.open_concerns == 0]}
        so = {
            Circumstance.NO_EVIDENCE: [self.evidence == 0],
            Circumstance.THIN: [h for r, h in self.withholds if r is not without],
        }
        return z3.And(*denied[WITHHELD.unless], z3.Or([f for c in WITHHELD.where for f in so[c]]))


@dataclass(slots=True)
class State:
    """Any state of a group's areas: variables, constraints, conclusions."""

    members: list[Members]
    recorded: Recorded
    size: z3.ArithRef
    known: list[z3.BoolRef]
    terms: AreaTerms
    weight: z3.ArithRef


@dataclass(slots=True)
class AreaSpace:
    """Every state of a group's areas, as some layers' rules see it."""

    book: RuleBook
    evaluator: LayerEvaluator
    group: AreaGroup
    layers: frozenset[Layer]
    budget: Allowance
    informed: bool = True
    facts: tuple[Fact, ...] = field(init=False)
    spaces: dict[bool, Space] = field(init=False)
    relevant: Relevance = field(init=False)
    _classes: dict[tuple[bool, bool], list[Example]] = field(default_factory=dict)
    _states: dict[tuple[str | None, bool], State] = field(default_factory=dict)

    def __post_init__(self) -> None:
        area = self.group.areas[0].id
        layers = self.layers | {Layer.FINDING}
        self.relevant = relevance(self.book, [area], proposed_counts, layers=layers)
        self.facts = self.relevant.area_facts
        below = self.relevant.characteristic_facts
        self.spaces = {
            counted: Space(
                self.book, self.evaluator, area, below, counted, self.budget, informed=self.informed
            )
            for counted in (True, False)
        }

    # What the rules look at -------------------------------------------------------------------------------

    def rules(self, stage: Stage) -> tuple[Rule, ...]:
        """A stage's rules on these areas; none of layers left out."""
        return self.relevant.rules[stage.layer, stage.level]

    def seen(self, named: bool, counted: bool = True) -> tuple[Observation, ...]:
        """What these rules see of a characteristic."""
        found: dict[Observation, None] = {}
        if counted:
            for definition in (f.definition for f in self.relevant.counting("characteristics")):
                found[Observation(where=definition.where)] = None
                if definition.ranked is not None:
                    found[Observation(attribute=definition.ranked)] = None
            found |= dict.fromkeys(Observation(rule=r) for r in self.relevant.raising)
            if Layer.SUFFICIENCY in self.layers:
                found[Observation()] = None
        if named:
            found |= {Observation(attribute=d.fact): None for d in named_facts(self.facts)}
        return tuple(found)

    # States -----------------------------------------------------------------------------------------------

    def classes(self, named: bool, counted: bool = True) -> list[Example]:
        """Every observation a characteristic can make, each with a smallest example."""
        key = (named, counted)
        if key not in self._classes:
            self._classes[key] = self.spaces[counted].classes(self.seen(named, counted))
        return self._classes[key]

    def know(self, named: bool, counted: bool, examples: list[Example]) -> None:
        """Take examples met elsewhere for all there are."""
        self._classes[named, counted] = examples

    def counted(self, name: str) -> bool:
        """Whether a named characteristic bears on the grade."""
        return any(c.id == name for c in self.group.areas[0].counted)

    def state(self, *, moving: str | None = "", written: bool = False) -> State:
        """Any state, but for one characteristic that moves.

        Parameters
        ----------
        moving : str or None
            Its name, None for an unnamed one, "" for none.
        written : bool
            Only states that can be written as an inspection.
        """
        key = (moving, written)
        if key not in self._states:
            self._states[key] = self._state(moving, written)
        return self._states[key]

    def _state(self, moving: str | None, written: bool) -> State:
        size = z3.Int("size")
        slots = [n for n in self.group.named if n != moving]
        own = sum(self.counted(n) for n in self.group.named)
        bulk = self._members(None, True, "c")
        rest = size - own - (1 if moving is None else 0)
        known = [z3.Or([size == s for s in self.group.sizes]), total(bulk.counts) == rest, rest >= 0]
        members = [bulk, *(self._members(n, self.counted(n), f"n{i}_") for i, n in enumerate(slots))]
        known += [total(m.counts) == 1 for m in members[1:]]
        free = Recorded(
            [z3.Int(f"d{i}") for i in range(len(DECLARED_TAGS))],
            [z3.Int(f"x{i}") for i in range(len(EARLIER_TAGS))],
        )
        known += [n >= 0 for m in members for n in m.counts]
        if written:
            known += [
                n == 0 for m in members for e, n in zip(m.examples, m.counts, strict=True) if not e.written
            ]
        known += [n >= 0 for n in (*free.declared, *free.earlier)]
        recorded = free.with_those_of(members) if written else free
        return State(
            members, free, size, known, self.read(members, recorded),
            weight(members) + total((*free.declared, *free.earlier)),
        )  # fmt: skip

    def _members(self, name: str | None, counted: bool, prefix: str) -> Members:
        examples = self.classes(name is not None, counted)
        return Members(name, counted, examples, [z3.Int(f"{prefix}{i}") for i in range(len(examples))])

    def read(self, members: Sequence[Members], recorded: Recorded) -> AreaTerms:
        """An area with these characteristics and findings, as terms."""
        here = [(e, n) for m in members if m.counted for e, n in zip(m.examples, m.counts, strict=True)]
        given: dict[str, z3.ArithRef] = {
            d.key: total(e.case.facts[d.fact] * n for e, n in zip(m.examples, m.counts, strict=True))
            for d in named_facts(self.facts)
            for m in members
            if m.name == d.characteristic
        }
        rows = {"characteristics": [CountedRow(e.case.facts, n) for e, n in here]}
        own = {
            kind: [n * sum(r.rule.target == kind for r in e.case.raised) for e, n in here]
            for kind in self.book.vocabulary.proposed
        }
        evidence = total(n for e, n in here if e.case.items)
        return self.conclude(rows, given, own, evidence, recorded)

    def conclude(
        self,
        counted: CountedThings,
        given: Terms,
        own: Mapping[str, Sequence[z3.ArithRef]],
        evidence: z3.ArithRef,
        recorded: Recorded,
    ) -> AreaTerms:
        """An area, as terms.

        Parameters
        ----------
        counted : mapping
            Things that count.
        given : mapping
            Facts known, also of named characteristics.
        own : mapping
            Findings that rules propose on characteristics.
        evidence : ArithRef
            How many have any.
        recorded : Recorded
            By inspectors.
        """
        earlier = [CountedRow(r, n) for r, n in zip(EARLIER_TAGS, recorded.earlier, strict=True)]
        things: dict[str, Sequence[CountedRow]] = {**counted, "earlier": earlier}
        known = {f.name: given[f.name] for f in self.facts if f.name in given}
        facts = [f for f in self.facts if f.name not in given]
        first = [f for f in facts if f.layer in FINDINGS_ON_AREAS.sees]
        raises = self._held(FINDINGS_ON_AREAS, {**known, **symbolic.evaluate_facts(first, things, given)})
        declared = [CountedRow(r, n) for r, n in zip(DECLARED_TAGS, recorded.declared, strict=True)]
        words = self.book.vocabulary
        things["findings"] = [*declared, *earlier, *_proposed(words, own, raises)]
        terms = {**known, **symbolic.evaluate_facts(facts, things, given)}
        held = self._held(GRADES, terms)
        return AreaTerms(
            terms,
            raises,
            total(b.count for b in things["findings"] if any_open(words, [b.row])),
            self._held(SUFFICIENCY, terms),
            evidence,
            held,
            symbolic.decide(held, *GRADES.concludes(self.book)),
        )

    def _held(self, stage: Stage, facts: Terms) -> tuple[tuple[Rule, z3.BoolRef], ...]:
        return tuple((r, symbolic.holds(r.condition, facts)) for r in self.rules(stage))

    def solver(self, state: State) -> Solver:
        """A solver that knows what is known of a state."""
        return Solver(self.budget, *state.known)


def _proposed(
    words: Vocabulary,
    own: Mapping[str, Sequence[z3.ArithRef]],
    raises: Sequence[tuple[Rule, z3.BoolRef]],
) -> list[CountedRow]:
    """Findings the rules propose, of each kind."""
    found = []
    for kind in words.proposed:
        of_area = [z3.If(formula, 1, 0) for rule, formula in raises if rule.target == kind]
        found.append(CountedRow(finding_row(words, kind, "proposed"), total([*own[kind], *of_area])))
    return found


def weight(members: Sequence[Members]) -> z3.ArithRef:
    """How much a person has to read: things on characteristics."""
    return total(e.size * n for m in members for e, n in zip(m.examples, m.counts, strict=True))


def drawn(model: z3.ModelRef, members: Sequence[Members]) -> list[tuple[str | None, bool, Example]]:
    """A model's characteristics, one by one, with examples."""
    return [
        (m.name, m.counted, example)
        for m in members
        for example, count in zip(m.examples, m.counts, strict=True)
        for _ in range(number(model, count))
    ]
