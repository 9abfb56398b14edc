"""What the rules of one area can see: of a characteristic, and of the area as a whole.

Facts are sums, bests and lowests over things, so what a part of the things comes to can be put together with
what another part comes to. A `Measure` is such a part: one whole number for each fact some rule looks at.
Two sets of evidence with equal measures are the same to every rule of the area.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

from grader.cached import cached_property
from grader.engines.reference import satisfies, value
from grader.grading.conclude import CharacteristicCase, Concluded, Concluder, finding_row, proposed_row
from grader.grading.tally import Item
from grader.language.memo import Memo
from grader.language.nodes import AnyOf, Best, Const, Count, Level, Lowest, Op, Share, StatusOf
from grader.language.row import Row
from grader.language.rulebook import Fact, Layer, Rule
from grader.language.typecheck import comparisons, facts_named
from grader.language.vocabulary import FINDING_KIND, ORIGIN
from grader.model.framework import Area

Measure = tuple[int, ...]

#: The lowest of nothing, while things are put together: above every rank.
_NOTHING = 1_000_000
_CONCERN = "cause_of_concern"
_PREVIOUS = ORIGIN.rank("previous")


@dataclass(frozen=True)
class Sums:
    """How measures are put together, number by number: a sum (up to a cap), the greatest, or the least."""

    kinds: tuple[type, ...]
    caps: tuple[int, ...]
    _known: Memo[tuple[Measure, Measure], Measure] = field(default_factory=Memo)

    @cached_property
    def empty(self) -> Measure:
        """The measure of nothing."""
        return tuple([_NOTHING if kind is Lowest else 0 for kind in self.kinds])

    def plus(self, one: Measure, other: Measure) -> Measure:
        """The measure of both together."""
        known = self._known.get((one, other))
        if known is None:
            known = self._known[one, other] = self._plus(one, other)
        return known

    def times(self, one: Measure, many: int) -> Measure:
        """The measure of so many alike."""
        if many == 1:
            return one
        if many == 0:
            return self.empty
        return tuple(
            [
                (a * many if a * many < cap else cap) if kind is Count else a
                for kind, cap, a in zip(self.kinds, self.caps, one, strict=True)
            ]
        )

    def total(self, measures: Iterable[Measure]) -> Measure:
        """The measure of all of them together."""
        return reduce(self.plus, measures, self.empty)

    def _plus(self, one: Measure, other: Measure) -> Measure:
        return tuple(
            [
                (a + b if a + b < cap else cap)
                if kind is Count
                else ((a if a < b else b) if kind is Lowest else (a if a > b else b))
                for kind, cap, a, b in zip(self.kinds, self.caps, one, other, strict=True)
            ]
        )


@dataclass(slots=True)
class Sight:
    """One area as its rules see it, under a bound rule book.

    Attributes
    ----------
    on_characteristic, on_area : Sums
        How evidence adds up on a characteristic, and characteristics in the area.
    """

    concluder: Concluder
    area: Area
    on_characteristic: Sums = field(init=False)
    on_area: Sums = field(init=False)
    _evidence: tuple[Fact, ...] = field(init=False)
    _seen: tuple[Fact, ...] = field(init=False)
    _named: tuple[str, ...] = field(init=False)
    _telling: frozenset[str] = field(init=False)
    _rows: dict[Row, Measure] = field(default_factory=dict)
    _of_earlier: tuple[str, ...] = field(init=False)
    _cases: Memo[tuple[str, bool, Measure, Measure], CharacteristicCase] = field(default_factory=Memo)
    _of_cases: Memo[tuple[str, bool, bool, Row, tuple[str, ...]], Measure] = field(default_factory=Memo)
    _seen_as: Memo[tuple[str, bool, Measure, Measure], Measure] = field(default_factory=Memo)
    _concluded: Memo[tuple[bool, Measure, tuple[Row, ...]], Concluded] = field(default_factory=Memo)

    def __post_init__(self) -> None:
        layers = (Layer.FINDING, Layer.SUFFICIENCY, Layer.GRADE)
        above = self._with_parts(n for r in self._rules(Level.AREA, layers) for n in facts_named(r.condition))
        self._seen = tuple(f for f in above if f.entity == "characteristics")
        named = {f.definition.characteristic for f in above if isinstance(f.definition, StatusOf)}
        self._named = tuple(c.id for c in self.area.characteristics if c.id in named)
        telling = self._tell(above)
        self._telling = frozenset(r.id for r in telling)
        rules = [*self._rules(Level.CHARACTERISTIC, (Layer.STATUS,)), *telling]
        names = {n for r in rules for n in facts_named(r.condition)}
        names |= {t.attribute for f in self._seen for t in getattr(f.definition, "where", ())}
        ranked = {f.definition.attribute for f in self._seen if isinstance(f.definition, Best | Lowest)}
        below = self._with_parts(names | ranked)
        self._evidence = tuple(f for f in below if f.entity == "evidence")
        every = self.concluder.characteristic_facts.facts
        self._of_earlier = tuple(f.name for f in every if f.entity == "earlier")
        whole = ranked | {
            n
            for f in below
            if isinstance(f.definition, Share)
            for n in (f.definition.part, f.definition.whole)
        }
        caps = _caps(rules, self._seen)
        self.on_characteristic = Sums(
            (*(type(f.definition) for f in self._evidence), AnyOf),
            (*(_NOTHING if f.name in whole else caps.get(f.name, 0) for f in self._evidence), 0),
        )
        self.on_area = Sums(
            (*(type(f.definition) for f in self._seen), *[Count] * len(FINDING_KIND.names), AnyOf)
            + (Best,) * len(self._named),
            (_NOTHING,) * (len(self._seen) + len(FINDING_KIND.names) + 1 + len(self._named)),
        )

    # What is looked at ------------------------------------------------------------------------------------

    def _rules(self, level: Level, layers: Iterable[Layer]) -> list[Rule]:
        found = (r for layer in layers for r in self.concluder.book.table(layer, level).rules)
        return [r for r in found if r.applies_to(self.area.id)]

    def _with_parts(self, names: Iterable[str]) -> list[Fact]:
        """The declared facts with these names, and the counts that shares among them are made of."""
        facts = self.concluder.book.facts
        wanted = {n for n in names if n in facts}
        for definition in [facts[n].definition for n in wanted]:
            if isinstance(definition, Share):
                wanted |= {definition.part, definition.whole}
        return [f for f in facts.values() if f.name in wanted]

    def _tell(self, above: Iterable[Fact]) -> list[Rule]:
        """Characteristic rules whose findings bear on something: a cause of concern always does."""
        counting = [f.definition for f in above if f.entity == "findings"]
        return [
            r
            for r in self._rules(Level.CHARACTERISTIC, (Layer.FINDING,))
            if r.target == _CONCERN
            or any(satisfies(finding_row(r.target, "proposed"), getattr(d, "where", ())) for d in counting)
        ]

    def matters(self, characteristic: str) -> bool:
        """Whether any rule of the area can tell what becomes of a characteristic."""
        return characteristic in self._named or any(c.id == characteristic for c in self.area.counted)

    @property
    def counted_to(self) -> int:
        """The number of findings of fact on a characteristic beyond which no rule counts."""
        pairs = zip(self.on_characteristic.kinds, self.on_characteristic.caps, strict=True)
        return max((cap for kind, cap in pairs if kind is Count), default=0)

    @property
    def kinds_told_apart(self) -> tuple[str, ...]:
        """Kinds of declared finding that bear on some rule of the area; a cause of concern always does."""
        return tuple(
            kind
            for kind in FINDING_KIND.names
            if kind == _CONCERN or any(self._declared(f, kind) for f in self._about_findings)
        )

    @property
    def findings_counted_to(self) -> int:
        """The number of findings on the area beyond which no rule counts."""
        rules = self._rules(Level.AREA, (Layer.FINDING, Layer.SUFFICIENCY, Layer.GRADE))
        caps = _caps(rules, ())
        return max((caps.get(f.name, 0) for f in self._about_findings), default=0)

    @property
    def _about_findings(self) -> list[Fact]:
        rules = self._rules(Level.AREA, (Layer.FINDING, Layer.SUFFICIENCY, Layer.GRADE))
        named = self._with_parts(n for r in rules for n in facts_named(r.condition))
        return [f for f in named if f.entity == "findings"]

    def _declared(self, fact: Fact, kind: str) -> bool:
        return satisfies(finding_row(kind, "declared"), getattr(fact.definition, "where", ()))

    # Measures ---------------------------------------------------------------------------------------------

    def of_row(self, row: Row) -> Measure:
        """What one item of evidence comes to on a characteristic."""
        if row not in self._rows:
            self._rows[row] = (*(self._of(f, row) for f in self._evidence), 1)
        return self._rows[row]

    def _of(self, fact: Fact, thing: Mapping[str, int]) -> int:
        definition = fact.definition
        assert isinstance(definition, Count | AnyOf | Best | Lowest)
        counts = satisfies(thing, definition.where)
        if isinstance(definition, Best | Lowest):
            nothing = _NOTHING if isinstance(definition, Lowest) else 0
            return thing[definition.attribute] if counts else nothing
        return int(counts)

    def case(self, before: CharacteristicCase, measure: Measure) -> CharacteristicCase:
        """What the rules conclude on a characteristic whose evidence comes to this.

        Facts no rule of the area looks at are left at 0.
        """
        key = (before.id, before.counted, self._earlier(before), measure)
        found = self._cases.get(key)
        if found is None:
            reader = self.concluder.characteristic_facts
            facts = {f.name: before.facts[f.name] if f.entity == "earlier" else 0 for f in reader.facts}
            for fact, n in zip(self._evidence, measure, strict=False):
                facts[fact.name] = 0 if n == _NOTHING else n
            for fact in (f for f in reader.facts if isinstance(f.definition, Share)):
                facts[fact.name] = value(fact.definition, (), facts)
            items = (Item("any", Row({})),) if measure[-1] else ()
            found = self.concluder.judge(self.area.id, before.id, before.counted, items, Row(facts))
            self._cases[key] = found
        return found

    def seen(self, before: CharacteristicCase, measure: Measure) -> Measure:
        """What a characteristic whose evidence comes to this comes to in the area."""
        named = before.id if before.id in self._named else ""
        key = (named, before.counted, self._earlier(before), measure)
        found = self._seen_as.get(key)
        if found is None:
            found = self._seen_as[key] = self.of_case(self.case(before, measure))
        return found

    def _earlier(self, case: CharacteristicCase) -> tuple[int, ...]:
        """What earlier findings on a characteristic come to, which its evidence does not change."""
        return tuple([case.facts[name] for name in self._of_earlier])

    def of_case(self, case: CharacteristicCase) -> Measure:
        """What one characteristic comes to in the area."""
        name = case.id if case.id in self._named else ""
        raised = tuple([r.rule.id for r in case.raised])
        key = (name, case.counted, bool(case.items), case.facts, raised)
        found = self._of_cases.get(key)
        if found is None:
            found = self._of_cases[key] = self._of_case(case)
        return found

    def _of_case(self, case: CharacteristicCase) -> Measure:
        named = [case.status.rank if n == case.id else 0 for n in self._named]
        if not case.counted:
            without: Sequence[int] = self.on_area.empty[: len(self.on_area.kinds) - len(named)]
            return (*without, *named)
        raised = [r.rule.target for r in case.raised if r.rule.id in self._telling]
        return (
            *(self._of(f, case.facts) for f in self._seen),
            *(raised.count(kind) for kind in FINDING_KIND.names),
            int(bool(case.items)),
            *named,
        )

    def concluded(self, graded: bool, measure: Measure, findings: tuple[Row, ...]) -> Concluded:
        """What the rules conclude on the area when its characteristics come to this.

        Parameters
        ----------
        graded : bool
            Whether the edition grades the area.
        measure : Measure
            What the area's characteristics come to together.
        findings : tuple of Row
            The findings on record on the area.
        """
        key = (graded, measure, findings)
        found = self._concluded.get(key)
        if found is None:
            found = self._conclude(graded, measure, findings)
            self._concluded[key] = found
        return found

    def _conclude(self, graded: bool, measure: Measure, findings: tuple[Row, ...]) -> Concluded:
        kinds = FINDING_KIND.names
        seen, rest = measure[: len(self._seen)], measure[len(self._seen) :]
        counts, assessed, named = rest[: len(kinds)], rest[len(kinds)], rest[len(kinds) + 1 :]
        rows = [*findings]
        for kind, n in zip(kinds, counts, strict=True):
            rows += [finding_row(kind, "proposed")] * n
        facts = self._area_facts(seen, named, rows)
        rows += [proposed_row(r) for r in self.concluder.raised(self.area.id, facts)]
        facts = self._area_facts(seen, named, rows)
        return self.concluder.outcome(self.area.id, graded, facts, rows, bool(assessed))

    def _area_facts(self, seen: Measure, named: Measure, findings: Sequence[Row]) -> dict[str, int]:
        """Every fact about the area; one about characteristics that no rule looks at is left at 0."""
        reader = self.concluder.area_facts
        things = {
            "characteristics": (),
            "earlier": [row for row in findings if row["origin"] == _PREVIOUS],
            "findings": findings,
        }
        facts = reader.values(things, dict(zip(self._named, named, strict=True)))
        facts |= {f.name: 0 if n == _NOTHING else n for f, n in zip(self._seen, seen, strict=True)}
        for fact in reader.facts:
            if isinstance(fact.definition, Share):
                facts[fact.name] = value(fact.definition, (), facts)
        return facts


def _caps(rules: Iterable[Rule], seen: Iterable[Fact]) -> dict[str, int]:
    """For each fact the number beyond which nothing that is held against it changes any more."""
    tests = [(c.fact, c.op, c.operands) for r in rules for c, _ in comparisons(r.condition)]
    tests += [(t.attribute, t.op, t.operands) for f in seen for t in getattr(f.definition, "where", ())]
    caps: dict[str, int] = {}
    for name, op, operands in tests:
        further = 0 if op in (Op.AT_LEAST, Op.FEWER_THAN) else 1
        for operand in operands:
            assert isinstance(operand, Const)
            caps[name] = max(caps.get(name, 0), operand.value + further)
    return caps
