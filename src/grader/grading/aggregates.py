"""Facts of one area that combine incrementally.

Evidence with equal vectors is the same to every rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

from grader.cached import cached_property
from grader.engines.reference import satisfies, value
from grader.grading.conclude import (
    AreaOutcome,
    CharacteristicCase,
    LayerEvaluator,
    finding_row,
    named_facts,
    proposed_counts,
    proposed_row,
)
from grader.grading.tally import Item
from grader.language.memo import Memo
from grader.language.nodes import NOTHING, Aggregate, AnyOf, Const, Count, FactOf, Kind, Level, Op, Part, Sum
from grader.language.pipeline import AREA_LAYERS, is_earlier
from grader.language.relevance import Relevance, relevance
from grader.language.row import Row
from grader.language.rulebook import Fact, Layer, Rule
from grader.language.typecheck import comparisons
from grader.language.vocabulary import SCALE
from grader.model.framework import Area
from grader.vocabulary.words import Vocabulary

FactVector = tuple[Part, ...]
"""A fact vector: the value of each fact over some items, as far as some rule compares it."""


@dataclass(frozen=True)
class AggregateOps:
    """How vectors are combined, fact by fact; sums are kept up to `caps`."""

    kinds: tuple[Aggregate, ...]
    caps: tuple[int, ...]
    _known: Memo[tuple[FactVector, FactVector], FactVector] = field(default_factory=Memo)

    @cached_property
    def empty(self) -> FactVector:
        """The vector of nothing."""
        return tuple([kind.identity for kind in self.kinds])

    @cached_property
    def _combining(self) -> tuple[Callable[[Part, Part], Part], ...]:
        return tuple([_combining(k, cap) for k, cap in zip(self.kinds, self.caps, strict=True)])

    def plus(self, one: FactVector, other: FactVector) -> FactVector:
        """The vector of both together."""
        known = self._known.get((one, other))
        if known is None:
            both = zip(self._combining, one, other, strict=True)
            known = self._known[one, other] = tuple([combine(a, b) for combine, a, b in both])
        return known

    def times(self, one: FactVector, many: int) -> FactVector:
        """The vector of so many alike."""
        if many == 1:
            return one
        found = self.empty
        while many:
            if many % 2:
                found = self.plus(found, one)
            one, many = self.plus(one, one), many // 2
        return found

    def total(self, vectors: Iterable[FactVector]) -> FactVector:
        """The vector of all of them together."""
        return reduce(self.plus, vectors, self.empty)


def _combining(kind: Aggregate, cap: int) -> Callable[[Part, Part], Part]:
    if not _is_capped(kind):
        return kind.combine
    return lambda a, b: kind.capped(kind.combine(a, b), cap)


def _is_capped(kind: Aggregate) -> bool:
    return type(kind).capped is not Aggregate.capped


#: A count of no kind of thing in particular, and whether there is any.
_MANY, _ANY = Count(""), AnyOf("")


@dataclass(slots=True)
class AreaAggregator:
    """One area as its bound rules see it.

    Attributes
    ----------
    relevant : Relevance
        What moves the outcome.
    on_characteristic, on_area : AggregateOps
        How parts add up.
    """

    evaluator: LayerEvaluator
    area: Area
    relevant: Relevance = field(init=False)
    on_characteristic: AggregateOps = field(init=False)
    on_area: AggregateOps = field(init=False)
    _evidence: tuple[Fact, ...] = field(init=False)
    _seen: tuple[Fact, ...] = field(init=False)
    _named: tuple[FactOf, ...] = field(init=False)
    _names: frozenset[str] = field(init=False)
    _outcome_relevant: frozenset[str] = field(init=False)
    _rows: dict[Row, FactVector] = field(default_factory=dict)
    _of_earlier: tuple[str, ...] = field(init=False)
    _cases: Memo[tuple[str, bool, FactVector, FactVector], CharacteristicCase] = field(default_factory=Memo)
    _of_cases: Memo[tuple[str, bool, bool, Row, tuple[str, ...]], FactVector] = field(default_factory=Memo)
    _seen_as: Memo[tuple[str, bool, FactVector, FactVector], FactVector] = field(default_factory=Memo)
    _concluded: Memo[tuple[bool, FactVector, tuple[Row, ...]], AreaOutcome] = field(default_factory=Memo)

    def __post_init__(self) -> None:
        matters = self.relevant = relevance(self.evaluator.book, [self.area.id], proposed_counts)
        self._seen = matters.counting("characteristics")
        own = {c.id for c in self.area.characteristics}
        self._named = tuple(d for d in named_facts(matters.area_facts) if d.characteristic in own)
        self._names = frozenset(d.characteristic for d in self._named)
        self._outcome_relevant = frozenset(r.id for r in matters.raising)
        below = matters.characteristic_facts
        self._evidence = tuple(f for f in below if f.entity == "evidence")
        every = self.evaluator.characteristic_facts.facts
        self._of_earlier = tuple(f.name for f in every if f.entity == "earlier")
        whole = matters.ranked | {n for f in below for n in f.definition.depends_on}
        caps = _caps(matters.rules[Layer.STATUS, Level.CHARACTERISTIC] + matters.raising, self._seen)
        self.on_characteristic = AggregateOps(
            (*(_aggregate(f) for f in self._evidence), _ANY),
            (*(NOTHING if f.name in whole else caps.get(f.name, 0) for f in self._evidence), 0),
        )
        kinds = (*(_aggregate(f) for f in self._seen), *[_MANY] * len(self.vocabulary.proposed), _ANY)
        # One characteristic alone adds anything to such a number.
        kinds += tuple(Sum("", d.fact) for d in self._named)
        self.on_area = AggregateOps(kinds, (NOTHING,) * len(kinds))

    @property
    def vocabulary(self) -> Vocabulary:
        """The words the area is judged in."""
        return self.evaluator.book.vocabulary

    def matters(self, characteristic: str) -> bool:
        """Whether any rule of the area can tell what becomes of a characteristic."""
        return characteristic in self._names or any(c.id == characteristic for c in self.area.counted)

    @property
    def counted_to(self) -> int:
        """The number of findings of fact on a characteristic beyond which no rule counts."""
        pairs = zip(self.on_characteristic.kinds, self.on_characteristic.caps, strict=True)
        return max((cap for kind, cap in pairs if _is_capped(kind)), default=0)

    @property
    def kinds_told_apart(self) -> tuple[str, ...]:
        """Kinds of declared finding that some rule or withholding looks at."""
        counting, words = self.relevant.counting("findings"), self.vocabulary
        rows = {kind.id: finding_row(words, kind.id, "declared") for kind in words.findings}
        return tuple(
            kind
            for kind, row in rows.items()
            if words.kind[kind].never_withheld or any(satisfies(row, f.definition.where) for f in counting)
        )

    @property
    def findings_counted_to(self) -> int:
        """The number of findings on the area beyond which no rule counts."""
        rules = [r for layer in AREA_LAYERS for r in self.relevant.rules[layer, Level.AREA]]
        caps = _caps(rules, ())
        # What is reckoned from a count is not told by what rules compare the count itself with.
        weighed = {
            part for f in self.relevant.area_facts if f.kind is Kind.SCORE for part in f.definition.depends_on
        }
        caps |= dict.fromkeys(weighed, NOTHING)
        return max((caps.get(f.name, 0) for f in self.relevant.counting("findings")), default=0)

    # Measures ---------------------------------------------------------------------------------------------

    def of_row(self, row: Row) -> FactVector:
        """The fact vector of one item of evidence on a characteristic."""
        found = self._rows.get(row)
        if found is None:
            found = self._rows[row] = (*(self._of(f, row) for f in self._evidence), 1)
        return found

    def _of(self, fact: Fact, thing: Mapping[str, int]) -> Part:
        definition = _aggregate(fact)
        return definition.part(thing) if satisfies(thing, definition.where) else definition.identity

    def case(self, before: CharacteristicCase, vector: FactVector) -> CharacteristicCase:
        """What rules conclude on a characteristic with this vector.

        Facts no rule looks at stay 0.
        """
        key = (before.id, before.counted, self._earlier(before), vector)
        found = self._cases.get(key)
        if found is None:
            reader = self.evaluator.characteristic_facts
            facts = {f.name: before.facts[f.name] if f.entity == "earlier" else 0 for f in reader.facts}
            for fact, n in zip(self._evidence, vector, strict=False):
                facts[fact.name] = _aggregate(fact).result(n)
            _work_out(reader.facts, facts)
            items = (Item("any", Row({})),) if vector[-1] else ()
            found = self.evaluator.judge(self.area.id, before.id, before.counted, items, Row(facts))
            self._cases[key] = found
        return found

    def seen(self, before: CharacteristicCase, vector: FactVector) -> FactVector:
        """What a characteristic with this fact vector adds to the area's."""
        named = before.id if before.id in self._names else ""
        key = (named, before.counted, (before.facts.get(SCALE, 0), *self._earlier(before)), vector)
        found = self._seen_as.get(key)
        if found is None:
            found = self._seen_as[key] = self.of_case(self.case(before, vector))
        return found

    def _earlier(self, case: CharacteristicCase) -> tuple[int, ...]:
        """The part of the fact vector from earlier findings, which evidence does not change."""
        return tuple([case.facts[name] for name in self._of_earlier])

    def of_case(self, case: CharacteristicCase) -> FactVector:
        """The fact vector of one characteristic in the area."""
        name = case.id if case.id in self._names else ""
        raised = tuple([r.rule.id for r in case.raised])
        key = (name, case.counted, bool(case.items), case.facts, raised)
        found = self._of_cases.get(key)
        if found is None:
            found = self._of_cases[key] = self._of_case(case)
        return found

    def _of_case(self, case: CharacteristicCase) -> FactVector:
        named = [case.facts[d.fact] if d.characteristic == case.id else 0 for d in self._named]
        if not case.counted:
            without: Sequence[int] = self.on_area.empty[: len(self.on_area.kinds) - len(named)]
            return (*without, *named)
        raised = [r.rule.target for r in case.raised if r.rule.id in self._outcome_relevant]
        return (
            *(self._of(f, case.facts) for f in self._seen),
            *(raised.count(kind) for kind in self.vocabulary.proposed),
            int(bool(case.items)),
            *named,
        )

    def concluded(self, graded: bool, vector: FactVector, findings: tuple[Row, ...]) -> AreaOutcome:
        """What rules conclude on an area with this vector.

        Parameters
        ----------
        graded : bool
            By the edition.
        vector : FactVector
            Of all characteristics.
        findings : tuple of Row
            Those on record.
        """
        key = (graded, vector, findings)
        found = self._concluded.get(key)
        if found is None:
            found = self._conclude(graded, vector, findings)
            self._concluded[key] = found
        return found

    def _conclude(self, graded: bool, vector: FactVector, findings: tuple[Row, ...]) -> AreaOutcome:
        words, kinds = self.vocabulary, self.vocabulary.proposed
        seen, rest = vector[: len(self._seen)], vector[len(self._seen) :]
        counts, assessed, named = rest[: len(kinds)], rest[len(kinds)], rest[len(kinds) + 1 :]
        rows = [*findings]
        for kind, n in zip(kinds, counts, strict=True):
            rows += [finding_row(words, kind, "proposed")] * n
        facts = self._area_facts(seen, named, rows)
        rows += [proposed_row(words, r) for r in self.evaluator.raised(self.area.id, facts)]
        facts = self._area_facts(seen, named, rows)
        return self.evaluator.outcome(self.area.id, graded, facts, rows, bool(assessed))

    def _area_facts(self, seen: FactVector, named: FactVector, findings: Sequence[Row]) -> dict[str, int]:
        """Every fact about the area; those no rule looks at are 0."""
        reader = self.evaluator.area_facts
        things = {
            "characteristics": (),
            "earlier": [row for row in findings if is_earlier(row)],
            "findings": findings,
        }
        given = {d.key: n for d, n in zip(self._named, named, strict=True)}
        facts = reader.values(things, given)
        facts |= {f.name: _aggregate(f).result(n) for f, n in zip(self._seen, seen, strict=True)}
        known = {**given, **facts}
        _work_out(reader.facts, known)
        return {name: known[name] for name in facts}


def _aggregate(fact: Fact) -> Aggregate:
    assert isinstance(fact.definition, Aggregate), "a fact that counts things"
    return fact.definition


def _work_out(facts: Iterable[Fact], known: dict[str, int]) -> None:
    """Work out the facts that depend on others, in their order."""
    for fact in facts:
        if fact.definition.depends_on:
            known[fact.name] = value(fact.definition, (), known)


def _caps(rules: Iterable[Rule], seen: Iterable[Fact]) -> dict[str, int]:
    """The number of each fact beyond which no comparison changes."""
    tests = [(c.fact, c.op, c.operands) for r in rules for c, _ in comparisons(r.condition)]
    tests += [(t.attribute, t.op, t.operands) for f in seen for t in f.definition.where]
    caps: dict[str, int] = {}
    for name, op, operands in tests:
        further = 0 if op in (Op.AT_LEAST, Op.FEWER_THAN) else 1
        for operand in operands:
            assert isinstance(operand, Const)
            caps[name] = max(caps.get(name, 0), operand.value + further)
    return caps
