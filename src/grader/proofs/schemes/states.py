"""Any state of an area scored once: a number for each component.

Counts are sums over levels: a formula's size is rule book times area.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import z3

from grader.engines import symbolic
from grader.engines.symbolic import CountedRow, Ratio, Terms, Undecided, total
from grader.grading.conclude import finding_row
from grader.language.nodes import Aggregate, Condition, FactOf, Level, Param, Share
from grader.language.pipeline import (
    FINDINGS_ON_AREAS,
    FINDINGS_ON_CHARACTERISTICS,
    GRADES,
    SUFFICIENCY,
    Stage,
    any_capping,
    any_open,
)
from grader.language.relevance import parts_first, with_parts
from grader.language.row import Row
from grader.language.rulebook import Fact, Layer, Rule, RuleBook
from grader.language.typecheck import comparisons, facts_named
from grader.language.vocabulary import SCALE, SCORE
from grader.model.framework import Area
from grader.proofs.schemes.components import Component, among, components, of_rank, one
from grader.vocabulary.kinds import PROGRESS
from grader.vocabulary.words import Vocabulary

#: What a characteristic has by its status alone.
OF_STATUS = frozenset({"status", SCORE, SCALE})


def declared_rows(words: Vocabulary) -> tuple[Row, ...]:
    """Every kind of finding inspectors may have issued."""
    return tuple(finding_row(words, kind, "declared") for kind in words.kinds.names)


def earlier_rows(words: Vocabulary) -> tuple[Row, ...]:
    """Every kind of earlier finding, with how far it has been put right."""
    return tuple(
        finding_row(words, kind, "previous", progress)
        for kind in words.kinds.names
        for progress in PROGRESS.names
    )


Held = tuple[tuple[Rule, z3.BoolRef], ...]


@dataclass(frozen=True, slots=True)
class Concluded:
    """An area as terms.

    Attributes
    ----------
    on : mapping
        Of each component, its raising rules.
    raises, withholds, held
        Rules about the area, with where each holds.
    assessed, open, capped
        Any evidence; a finding that rules out withholding; one that caps.
    capping : tuple of str
        Kinds that cap.
    """

    facts: Terms
    on: Mapping[str, Held]
    raises: Held
    withholds: Held
    held: Held
    assessed: z3.BoolRef
    open: z3.BoolRef
    capped: z3.BoolRef
    grade: symbolic.Conclusion
    capping: tuple[str, ...]

    def withheld(self, without: Rule | None = None) -> z3.BoolRef:
        """Whether the grade is withheld, without one rule if named."""
        thin = [h for r, h in self.withholds if without is None or r.id != without.id]
        return z3.And(z3.Not(self.open), z3.Or(z3.Not(self.assessed), *thin))

    @property
    def graded(self) -> z3.BoolRef:
        """Whether it is given a grade."""
        return z3.Not(self.withheld())


@dataclass(frozen=True, slots=True)
class Found:
    """Ranks of components and numbers of findings, as terms."""

    ranks: Mapping[str, z3.ArithRef]
    declared: Sequence[z3.ArithRef] = ()
    earlier: Sequence[z3.ArithRef] = ()


@dataclass(slots=True)
class States:
    """Every state of one area, as a rule book reads it.

    Parameters
    ----------
    book : RuleBook
        Bound, or over its ranges.
    everything : bool
        Not only what moves the outcome.

    Raises
    ------
    Undecided
        Rules look at single items of evidence.
    """

    book: RuleBook
    area: Area
    everything: bool = False
    components: tuple[Component, ...] = field(init=False)
    facts: tuple[Fact, ...] = field(init=False)
    parameters: dict[str, z3.ArithRef] = field(init=False)
    declared: tuple[Row, ...] = field(init=False)
    earlier: tuple[Row, ...] = field(init=False)
    _known: dict[tuple[Aggregate, str, str], Sequence[CountedRow]] = field(default_factory=dict)
    _taken: dict[tuple[FactOf, str], z3.ArithRef] = field(default_factory=dict)

    def __post_init__(self) -> None:
        words = self.book.vocabulary
        self.components = components(self.area, words)
        self.declared, self.earlier = declared_rows(words), earlier_rows(words)
        self.parameters = {f"${name}": z3.Int(f"${name}") for name in self.book.parameters}
        looked_at = {n for s in (FINDINGS_ON_AREAS, SUFFICIENCY, GRADES) for r in self.rules(s)
                     for n in facts_named(r.condition)}  # fmt: skip
        every = [f.name for f in self.book.facts.values() if f.level is Level.AREA]
        self.facts = with_parts(self.book, every if self.everything else looked_at)
        self._only_statuses()

    def _only_statuses(self) -> None:
        """Raise Undecided where status does not tell all that rules see."""
        seen = {n for r in self.rules(FINDINGS_ON_CHARACTERISTICS) for n in facts_named(r.condition)}
        for definition in (f.definition for f in self.facts):
            seen |= {take.fact for take in definition.takes}
            if definition.entity == "characteristics":
                seen |= {t.attribute for t in definition.where}
                seen |= {definition.ranked} if definition.ranked is not None else set()
        others = sorted(seen - OF_STATUS)
        if others:
            raise Undecided(f"rules look at single items of evidence, through {', '.join(others)}")

    def rules(self, stage: Stage) -> tuple[Rule, ...]:
        """Rules of a stage that speak of the area."""
        table = self.book.table(stage.layer, stage.level)
        return tuple(r for r in table.rules if r.applies_to(self.area.id))

    @property
    def counted(self) -> tuple[Component, ...]:
        """Components that bear on the grade."""
        return tuple(c for c in self.components if c.counted)

    # What can be found ------------------------------------------------------------------------------------

    def found(self, prefix: str = "") -> Found:
        """Variables for anything that may be found."""
        return Found(
            {c.id: z3.Int(f"{prefix}{c.id}") for c in self.components},
            [z3.Int(f"{prefix}declared{i}") for i in range(len(self.declared))],
            [z3.Int(f"{prefix}earlier{i}") for i in range(len(self.earlier))],
        )

    def known(self, found: Found) -> list[z3.BoolRef]:
        """What always holds, and the parameters' ranges."""
        known = [self.ranked(c, found.ranks[c.id]) for c in self.components]
        return [*known, *(n >= 0 for n in (*found.declared, *found.earlier)), *self.ranges()]

    def ranked(self, component: Component, rank: z3.ArithRef) -> z3.BoolRef:
        """That a component can have a rank."""
        return z3.Or([rank == r for r in (0, *component.withholding)] + [self.in_order(component, rank)])

    @staticmethod
    def in_order(component: Component, rank: z3.ArithRef) -> z3.BoolRef:
        """That a rank is one of the component's levels."""
        return z3.And(rank >= component.levels[0], rank <= component.levels[-1])

    def ranges(self) -> list[z3.BoolRef]:
        """Every parameter anywhere in its range."""
        used = self.book.parameters.items()
        terms = [(self.parameters[f"${n}"], p) for n, p in used]
        return [z3.And(term >= p.minimum, term <= p.maximum) for term, p in terms]

    def at_defaults(self) -> list[z3.BoolRef]:
        """Every parameter at its default."""
        return [self.parameters[f"${n}"] == p.default for n, p in self.book.parameters.items()]

    def size(self, found: Found) -> z3.ArithRef:
        """How many things a person has to read."""
        assessed = [z3.If(found.ranks[c.id] >= 1, z3.IntVal(1), z3.IntVal(0)) for c in self.components]
        return total([*assessed, *found.declared, *found.earlier])

    @property
    def linear(self) -> bool:
        """Whether no two unknowns are multiplied."""
        loose = {f.name for f in self.facts if isinstance(f.definition, Share) and not self._bounded(f)}
        rules = [r for s in (FINDINGS_ON_AREAS, SUFFICIENCY, GRADES) for r in self.rules(s)]
        conditions = [r.condition for r in rules]
        conditions += [c for f in self.facts for c in f.definition.conditions]
        compared = [c for condition in conditions for c, _ in comparisons(condition)]
        return not any(c.fact in loose and any(isinstance(o, Param) for o in c.operands) for c in compared)

    # What follows -----------------------------------------------------------------------------------------

    def conclude(self, found: Found) -> Concluded:
        """What is concluded of what was found."""
        words = self.book.vocabulary
        on = {c.id: self._on(c, found.ranks[c.id]) for c in self.counted}
        earlier = [CountedRow(r, n) for r, n in zip(self.earlier, found.earlier, strict=True)]
        things: dict[str, Sequence[CountedRow]] = {"earlier": earlier}
        raises: Held = ()
        if self.rules(FINDINGS_ON_AREAS):
            first = [f for f in self.facts if f.layer is Layer.FINDING]
            raises = self._held(FINDINGS_ON_AREAS, self._values(first, things, found))
        declared = [CountedRow(r, n) for r, n in zip(self.declared, found.declared, strict=True)]
        things["findings"] = [*declared, *earlier, *_proposed(words, on, raises)]
        facts = self._values(self.facts, things, found)
        held = self._held(GRADES, facts)
        standing = things["findings"]
        return Concluded(
            facts,
            on,
            raises,
            self._held(SUFFICIENCY, facts),
            held,
            z3.Or([found.ranks[c.id] >= 1 for c in self.counted]),
            total(b.count for b in standing if any_open(words, [b.row])) > 0,
            total(b.count for b in standing if any_capping(words, [b.row])) > 0,
            symbolic.decide(held, *GRADES.concludes(self.book)),
            words.capping,
        )

    def _given(self, found: Found) -> dict[str, z3.ArithRef]:
        """What is taken of named components."""
        known: dict[str, z3.ArithRef] = {}
        for take in dict.fromkeys(t for f in self.facts for t in f.definition.takes):
            component = next((c for c in self.components if c.id == take.characteristic), None)
            if component is not None:
                rank = found.ranks[component.id]
                key = (take, rank.decl().name())
                if key not in self._taken:
                    self._taken[key] = of_rank(rank, component, self.book.vocabulary, take.fact)
                known[take.key] = self._taken[key]
        return known

    def _on(self, component: Component, rank: z3.ArithRef) -> Held:
        """Where each rule raises something on a component."""
        rules = self.rules(FINDINGS_ON_CHARACTERISTICS)
        return tuple((rule, self.holds_on(component, rank, rule.condition)) for rule in rules)

    def holds_on(self, component: Component, rank: z3.ArithRef, condition: Condition) -> z3.BoolRef:
        """Where a condition about one component holds."""
        words, at = self.book.vocabulary, []
        for r in component.ranks:
            row = {n: z3.IntVal(v) for n, v in component.row(r, words).items()}
            at.append(z3.And(rank == r, symbolic.holds(condition, {**row, **self.parameters})))
        return z3.simplify(z3.Or(at))

    def _held(self, stage: Stage, facts: Terms) -> Held:
        known = {**facts, **self.parameters}
        return tuple((r, symbolic.holds(r.condition, known)) for r in self.rules(stage))

    # Facts ------------------------------------------------------------------------------------------------

    def _values(
        self, facts: Iterable[Fact], things: Mapping[str, Sequence[CountedRow]], found: Found
    ) -> dict[str, z3.ArithRef | Ratio]:
        """Terms of facts, each worked out after those it depends on."""
        known: dict[str, z3.ArithRef | Ratio] = {**self._given(found), **self.parameters}
        ordered = parts_first(facts)
        for fact in ordered:
            known[fact.name] = self._value(fact, things, known, found)
        return {fact.name: known[fact.name] for fact in ordered}

    def _value(
        self, fact: Fact, things: Mapping[str, Sequence[CountedRow]], known: Terms, found: Found
    ) -> z3.ArithRef | Ratio:
        definition = fact.definition
        if isinstance(definition, Aggregate):
            if definition.entity == "characteristics":
                chosen = [row for c in self.counted for row in self._seen(definition, c, found.ranks[c.id])]
            else:
                chosen = [self._chosen(definition, each) for each in things[definition.entity]]
            return symbolic.value(definition.narrowed(()), {definition.entity: chosen}, known)
        value = symbolic.value(definition, things, known)
        return self._per_mille(value) if isinstance(value, Ratio) and self._bounded(fact) else value

    def _seen(self, definition: Aggregate, component: Component, rank: z3.ArithRef) -> Sequence[CountedRow]:
        """As `_counted`; before and after a change most components are the same."""
        key = (definition, component.id, rank.decl().name())
        if key not in self._known:
            self._known[key] = list(self._counted(definition, component, rank))
        return self._known[key]

    def _counted(
        self, definition: Aggregate, component: Component, rank: z3.ArithRef
    ) -> Iterator[CountedRow]:
        """A component as counted by a fact."""
        words = self.book.vocabulary
        rows = {r: component.row(r, words) for r in component.ranks}
        plain: dict[int, list[int]] = {}
        for r, row in rows.items():
            taken = 1 if definition.ranked is None else row[definition.ranked]
            wanted = self._wanted(definition, row)
            if z3.is_true(wanted):
                plain.setdefault(taken, []).append(r)
            elif not z3.is_false(wanted):
                yield CountedRow(row, one(z3.And(rank == r, wanted)))
        for ranks in plain.values():
            yield CountedRow(rows[ranks[0]], one(among(rank, ranks, component.ranks)))

    def _chosen(self, definition: Aggregate, each: CountedRow) -> CountedRow:
        """Findings as far as a fact counts them."""
        wanted = self._wanted(definition, each.row)
        return replace(each, count=z3.simplify(z3.If(wanted, each.count, z3.IntVal(0))))

    def _wanted(self, definition: Aggregate, row: Mapping[str, int]) -> z3.BoolRef:
        """Whether a fact counts a thing, which may turn on parameters."""
        tests = [
            symbolic.compare(z3.IntVal(row[t.attribute]), t.op, t.operands, self.parameters)
            for t in definition.where
        ]
        return z3.simplify(z3.And(tests))

    def _bounded(self, fact: Fact) -> bool:
        """Whether a share is one of components, of which there are few."""
        assert isinstance(fact.definition, Share)
        return self.book.facts[fact.definition.whole].entity == "characteristics"

    def _per_mille(self, share: Ratio) -> z3.ArithRef:
        """The share in per mille, for each number of the whole."""
        term = z3.IntVal(0)
        for many in range(1, len(self.counted) + 1):
            term = z3.If(share.whole == many, 1000 * share.part / z3.IntVal(many), term)
        return term


def _proposed(words: Vocabulary, on: Mapping[str, Held], raises: Held) -> list[CountedRow]:
    """Findings the rules propose, of each kind."""
    found = []
    for kind in words.proposed:
        held = [h for each in (*on.values(), raises) for r, h in each if r.target == kind]
        count = total(z3.If(h, z3.IntVal(1), z3.IntVal(0)) for h in held)
        found.append(CountedRow(finding_row(words, kind, "proposed"), count))
    return found
