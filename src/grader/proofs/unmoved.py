"""Whether the proposals on some areas can differ at all under two rule books, part by part.

First one characteristic over all evidence: does its status, what is raised on it, what it adds to a fact of
its area differ? What does not is the same for both, and whatever rests on nothing else is settled by
looking. Only what is left is asked of whole areas.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Final

from grader.engines import symbolic
from grader.engines.reference import satisfies
from grader.engines.symbolic import Effort, Ratio, Solver, Undecided, number, total, z3
from grader.grading.conclude import finding_row, proposed_counts
from grader.language.nodes import Aggregate, AnyOf, Count, Share, StatusOf
from grader.language.pipeline import FINDINGS_ON_AREAS, GRADES, SUFFICIENCY, Stage, any_open
from grader.language.row import Row
from grader.language.rulebook import Fact, Rule
from grader.language.typecheck import facts_named
from grader.language.vocabulary import FINDING_KIND
from grader.model.framework import Area, Framework
from grader.proofs.joint import (
    AreaTerms,
    Example,
    FigureItem,
    JointArea,
    JointCharacteristic,
    Member,
    Slice,
    slice_of,
    tables,
)
from grader.proofs.proposals import (
    FINDINGS,
    HELD,
    HIGHER,
    LET,
    LOWER,
    PROFILE,
    STATUSES,
    WHY,
    Proposer,
    Way,
)
from grader.proofs.same_rules import Bare
from grader.proofs.situations import AreaFigure, AreaSituation
from grader.proofs.tag_combinations import DECLARED_TAGS, EARLIER_TAGS

#: What the solver may spend on one question, in units of its own work.
UNITS: Final = 20_000_000
#: Sizes of a case tried in turn, so that what is found can be read.
WEIGHTS: Final = (30, 300)

OF_GRADED: Final = (LET, HELD, WHY, HIGHER, LOWER)


@dataclass(frozen=True, slots=True)
class Alike:
    """Areas that both rule books treat alike but for how many characteristics they have.

    Attributes
    ----------
    named : tuple of str
        Characteristics that a fact names.
    figures : mapping
        Items that the rule books read differently, by the characteristic they count on.
    """

    areas: tuple[Area, ...]
    named: tuple[str, ...]
    figures: Mapping[str, tuple[FigureItem, ...]]


#: What was found out: a situation that shows the difference, None where there is none, or why it is open.
Answer = AreaSituation | None | str


@dataclass
class Unmoved:
    """The questions about one group of areas.

    Parameters
    ----------
    open : mapping
        The ways in which each area is not yet known to move.
    """

    both: tuple[Proposer, Proposer]
    framework: Framework
    group: Alike
    open: Mapping[str, frozenset[Way]]
    units: int = UNITS
    answers: dict[tuple[str, Way], Answer] = field(default_factory=dict)
    spent: int = 0
    _on: dict[tuple[str | None, bool], JointCharacteristic] = field(default_factory=dict)
    _same: dict[str, bool] = field(default_factory=dict)
    _listed: dict[tuple[object, ...], list[Example]] = field(default_factory=dict)
    _listed_rules: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    _kept: list[list[z3.ExprRef]] = field(default_factory=list)

    def answered(self) -> dict[tuple[str, Way], Answer]:
        """Every open question with its answer."""
        for ask in (self._statuses, self._findings, self._profile, self._grades):
            ask()
        for area in self.group.areas:
            for way in self.open[area.id]:
                self.answers.setdefault((area.id, way), None)
        return self.answers

    # Characteristics ----------------------------------------------------------------------------------------

    def _variants(self) -> Iterator[tuple[str | None, bool]]:
        """The kinds of characteristic: any that counts, any that does not, and those with figures."""
        counts = {c.counted for a in self.group.areas for c in a.characteristics}
        yield from ((None, counted) for counted in sorted(counts, reverse=True))
        for c in self.group.areas[0].characteristics:
            if c.id in self.group.figures:
                yield c.id, c.counted

    def _characteristic(self, name: str | None, counted: bool) -> JointCharacteristic:
        key = (name if name in self.group.figures else None, counted)
        if key not in self._on:
            figures = self.group.figures[key[0]] if key[0] is not None else ()
            self._on[key] = JointCharacteristic(self.both, self._area, counted, figures)
        return self._on[key]

    @property
    def _area(self) -> str:
        return self.group.areas[0].id

    def _effort(self, what: Callable[[Effort], Example | None]) -> Example | None:
        effort = Effort(self.units)
        try:
            return what(effort)
        finally:
            self.spent += effort.spent

    def _differ(self, one: JointCharacteristic, differences: Sequence[z3.BoolRef]) -> Example | None:
        """A case in which any of these holds; terms that are one and the same are no difference."""
        if not differences:
            return None
        return self._effort(lambda effort: one.find(effort, z3.Or(list(differences))))

    def _statuses(self) -> None:
        for name, counted in self._variants():
            one = self._characteristic(name, counted)
            try:
                found = self._differ(one, list(_unlike([tuple(t.facts["status"] for t in one.terms)])))
            except Undecided as undecided:
                self._same[f"status {name} {counted}"] = False
                self._note(STATUSES, str(undecided))
                continue
            self._same[f"status {name} {counted}"] = found is None
            if found is not None:
                self._place(STATUSES, name, counted, found)

    def _place(self, way: Way, name: str | None, counted: bool, example: Example) -> None:
        """Put an example on a characteristic of each area that has such a one."""
        for area in self.group.areas:
            free = [
                c.id for c in area.characteristics if c.counted is counted and c.id not in self.group.figures
            ]
            on = name if name is not None else next(iter(free), None)
            if on is not None:
                self._answer(
                    area.id, way, lambda a=area, o=on: self._situation(a, way, [(o, example)], (), ())
                )

    def _answer(self, area: str, way: Way, situation: Callable[[], AreaSituation]) -> None:
        if way in self.open[area] and not isinstance(self.answers.get((area, way)), AreaSituation):
            try:
                self.answers[area, way] = situation()
            except Undecided as undecided:
                self.answers[area, way] = str(undecided)

    def _note(self, way: Way, why: str, areas: Iterable[Area] | None = None) -> None:
        """Leave a question open."""
        for area in self.group.areas if areas is None else areas:
            if way in self.open[area.id]:
                self.answers.setdefault((area.id, way), why)

    # What is the same ---------------------------------------------------------------------------------------

    def _raises_alike(self, kinds: Iterable[str]) -> bool:
        """Whether both raise the same findings of these kinds, on characteristics and on the area."""
        wanted = frozenset(kinds)
        below = [self._raised_below(name) for name, counted in self._variants() if counted]
        if any(kind in wanted for found in below for _, kind in found):
            return False
        return all(
            self._asks_alike(FINDINGS_ON_AREAS, lambda rule, kind=kind: rule.target == kind)
            for kind in wanted
        )

    def _raised_below(self, name: str | None) -> frozenset[tuple[str, str]]:
        """Rules that do not raise the same on a characteristic that counts, as far as can be told."""
        key = f"raised {name}"
        if key not in self._listed_rules:
            one, found = self._characteristic(name, True), set()
            for rule, pair in _paired(one.raised(0), one.raised(1)).items():
                try:
                    if self._differ(one, list(_unlike([pair]))) is not None:
                        found.add(rule)
                except Undecided:
                    found.add(rule)
            self._listed_rules[key] = frozenset(found)
        return self._listed_rules[key]

    def _fact_alike(self, name: str) -> bool:
        """Whether an area's fact, by its old name, is the same under both whatever was found."""
        if name not in self._same:
            self._same[name] = False  # for what would ask for itself
            facts = [self._fact(at, name) for at in (0, 1)]
            self._same[name] = None not in facts and self._definitions_alike(*facts)  # type: ignore[arg-type]
        return self._same[name]

    def _fact(self, at: int, name: str) -> Fact | None:
        """A fact of one rule book, by its old name."""
        own = next((mine for mine, old in self.both[at].fact_names.items() if old == name), name)
        return self.both[at].bound.facts.get(own)

    def _definitions_alike(self, old: Fact, new: Fact) -> bool:
        one, other = old.definition, new.definition
        if type(one) is not type(other) or one.entity != other.entity or (one.ranked and not other.ranked):
            return False
        if isinstance(one, Share):
            names = self.both[1].fact_names
            parts = zip(one.depends_on, other.depends_on, strict=True)
            return all(mine == names.get(new, new) and self._fact_alike(mine) for mine, new in parts)
        if isinstance(one, StatusOf):
            return one.named == other.named and self._status_alike(one.named)
        if one.entity == "characteristics":
            return all(self._counts_alike(n, old, new) for n, counted in self._variants() if counted)
        rows = [*EARLIER_TAGS] if one.entity == "earlier" else [*EARLIER_TAGS, *DECLARED_TAGS]
        proposed = [finding_row(kind, "proposed") for kind in FINDING_KIND.names]
        rows += proposed if one.entity == "findings" else []
        if any(_adds(one, row) != _adds(other, row) for row in rows):
            return False
        kinds = [k for k in FINDING_KIND.names if one.entity == "findings" and proposed_counts(k, one.where)]
        return not kinds or self._raises_alike(kinds)

    def _status_alike(self, name: str) -> bool:
        here = next((c for c in self.group.areas[0].characteristics if c.id == name), None)
        if here is None:
            return True
        own = name if name in self.group.figures else None
        return self._same[f"status {own} {here.counted}"]

    def _counts_alike(self, name: str | None, old: Fact, new: Fact) -> bool:
        one = self._characteristic(name, True)
        try:
            return self._differ(one, list(_unlike([(one.counts(0, old), one.counts(1, new))]))) is None
        except Undecided:
            return False

    def _said(self, at: int) -> Bare:
        """Conditions of one rule book, whose facts stand for themselves where both have the same."""
        names = self.both[at].fact_names

        def known(name: str) -> Hashable:
            mine = names.get(name, name)
            return ("same", mine) if self._fact_alike(mine) else ("of", at, name)

        return Bare(self.both[at].bound, known)

    def _asked(
        self, at: int, stage: Stage, which: Callable[[Rule], bool] = lambda rule: True
    ) -> dict[str, Hashable]:
        """What each rule of a stage does in these areas, by its old name."""
        bare, names = self._said(at), self.both[at].rule_names
        rules = filter(which, tables(self.both[at].bound, stage, self._area))
        return {names[r.id]: (r.effect, r.target, bare.condition(r.condition)) for r in rules}

    def _asks_alike(
        self, stage: Stage, which: Callable[[Rule], bool] = lambda rule: True, *, named: bool = True
    ) -> bool:
        """Whether the rules of a stage are the same in these areas, and with `named` by the same names."""
        old, new = (self._asked(at, stage, which) for at in (0, 1))
        return old == new if named else set(old.values()) == set(new.values())

    # Areas --------------------------------------------------------------------------------------------------

    def _findings(self) -> None:
        for name, counted in self._variants():
            if not counted:
                continue
            one = self._characteristic(name, True)
            try:
                found = self._differ(one, list(_unlike(_paired(one.raised(0), one.raised(1)).values())))
            except Undecided as undecided:
                self._note(FINDINGS, str(undecided))
                continue
            if found is not None:
                self._place(FINDINGS, name, True, found)
        if not self._asks_alike(FINDINGS_ON_AREAS):
            self._raised_on_area()

    def _raised_on_area(self) -> None:
        names = [
            {n for r in tables(p.bound, FINDINGS_ON_AREAS, self._area) for n in facts_named(r.condition)}
            for p in self.both
        ]

        def differ(joint: JointArea, old: AreaTerms, new: AreaTerms) -> z3.BoolRef:
            raised = list(_unlike(_paired(old.raised, new.raised).values()))
            return z3.Or([*raised, *self._named_otherwise(joint, old)])

        slices = tuple(
            _with_area_rules(slice_of(p.bound, self._area, own, concerns=False), p, self._area)
            for p, own in zip(self.both, names, strict=True)
        )
        self._ask({FINDINGS: differ}, (slices[0], slices[1]), evidence=False)

    def _named_otherwise(self, joint: JointArea, old: AreaTerms) -> Iterator[z3.BoolRef]:
        """Where a finding both raise on an area names other characteristics."""
        rules = [
            {p.rule_names[r.id]: r for r in part.of_area}
            for p, part in zip(self.both, joint.slices, strict=True)
        ]
        for name in sorted(rules[0].keys() & rules[1].keys()):
            one, other = rules[0][name], rules[1][name]
            seen = [self._looked_at(at, rule) for at, rule in enumerate((one, other))]
            if one.target != other.target or seen[0] == seen[1]:
                continue
            if any(not isinstance(f.definition, Count | AnyOf) for facts in seen for f in facts.values()):
                raise Undecided(f"which characteristics findings of {name} name is not compared")
            named = [
                n
                for m in joint.members
                if m.counted
                for e, n in zip(m.examples, m.counts, strict=True)
                if _supports(e, 0, seen[0].values()) != _supports(e, 1, seen[1].values())
            ]
            yield z3.And(old.raised[name, one.target], total(named) > 0)

    def _looked_at(self, at: int, rule: Rule) -> dict[str, Fact]:
        """The facts whose characteristics a finding of a rule names, by what stands for each."""
        book, names, found = self.both[at].bound, self.both[at].fact_names, {}
        for name in facts_named(rule.condition):
            definition = book.facts[name].definition
            counted = definition.part if isinstance(definition, Share) else name
            if book.facts[counted].entity == "characteristics" or isinstance(definition, StatusOf):
                mine = names.get(counted, counted)
                found[mine if self._fact_alike(mine) else f"{at} {mine}"] = book.facts[counted]
        return found

    def _profile(self) -> None:
        if not any(PROFILE in self.open[a.id] for a in self.group.areas):
            return
        for name in sorted({*self.both[0].fact_names.values(), *self.both[1].fact_names.values()}):
            old, new = self._fact(0, name), self._fact(1, name)
            shown = [f for f in (old, new) if f is not None and f.level == "area"]
            if not shown or (len(shown) == 2 and self._fact_alike(name)):
                continue
            if len(shown) == 1:
                for area in self.group.areas:
                    self._answer(area.id, PROFILE, lambda a=area: self._situation(a, PROFILE, (), (), ()))
                return
            self._ask_fact(shown[0], shown[1])

    def _ask_fact(self, old: Fact, new: Fact) -> None:
        """Whether a fact that both profiles show can differ."""
        most = max(len(a.counted) for a in self.group.areas)

        def differ(joint: JointArea, one: AreaTerms, other: AreaTerms) -> z3.BoolRef:
            before, after = joint.slices
            return _value(one.facts, old.name, before, most) != _value(other.facts, new.name, after, most)

        slices = [
            slice_of(p.bound, self._area, [f.name], concerns=False)
            for p, f in zip(self.both, (old, new), strict=True)
        ]
        self._ask({PROFILE: differ}, (slices[0], slices[1]), evidence=False)

    def _grades(self) -> None:
        concern = [k for k in FINDING_KIND.names if any_open([finding_row(k, "proposed")])]
        opens = self._raises_alike(concern)
        wanted: dict[Way, Callable[[JointArea, AreaTerms, AreaTerms], z3.BoolRef]] = {}
        if not (opens and self._asks_alike(SUFFICIENCY, named=False)):
            wanted[LET] = lambda j, old, new: z3.And(old.withheld, z3.Not(new.withheld))
            wanted[HELD] = lambda j, old, new: z3.And(new.withheld, z3.Not(old.withheld))
        if not self._asks_alike(SUFFICIENCY):
            wanted[WHY] = lambda j, old, new: z3.And(
                old.withheld,
                new.withheld,
                z3.Or(list(_unlike(_paired(old.withholds, new.withholds).values()))),
            )
        if not self._grades_alike():
            given = lambda old, new: z3.And(z3.Not(old.withheld), z3.Not(new.withheld))  # noqa: E731
            wanted[HIGHER] = lambda j, old, new: z3.And(given(old, new), new.rank > old.rank)
            wanted[LOWER] = lambda j, old, new: z3.And(given(old, new), new.rank < old.rank)
        asked = {w: f for w, f in wanted.items() if any(w in self.open[a.id] for a in self.group.areas)}
        if not asked:
            return
        stages = (SUFFICIENCY, GRADES) if {HIGHER, LOWER} & asked.keys() else (SUFFICIENCY,)
        slices = [
            slice_of(
                p.bound,
                self._area,
                {n for s in stages for r in tables(p.bound, s, self._area) for n in facts_named(r.condition)},
                concerns=True,
            )
            for p in self.both
        ]
        self._ask(asked, (slices[0], slices[1]), evidence=True)

    def _grades_alike(self) -> bool:
        books = [p.bound for p in self.both]
        scales = [(b.grade_scale.names, b.grade_default) for b in books]
        return scales[0] == scales[1] and self._asks_alike(GRADES, named=False)

    def _ask(
        self,
        differ: Mapping[Way, Callable[[JointArea, AreaTerms, AreaTerms], z3.BoolRef]],
        slices: tuple[Slice, Slice],
        *,
        evidence: bool,
    ) -> None:
        """Ask of whole areas, until a situation is found in each or none can be."""
        open_ = {
            way: [
                a
                for a in self.group.areas
                if way in self.open[a.id] and not isinstance(self.answers.get((a.id, way)), AreaSituation)
            ]
            for way in differ
        }
        if not any(open_.values()):
            return
        effort = Effort(self.units)
        try:
            joint = JointArea(self.both, self._area, slices, list(self._members(slices, evidence, effort)))
        except Undecided as undecided:
            for way, areas in open_.items():
                self._note(way, str(undecided), areas)
            return
        finally:
            self.spent += effort.spent
        old, new = joint.terms(0), joint.terms(1)
        for way, formula in differ.items():
            effort = Effort(self.units)
            try:
                solver = Solver(effort, *joint.known())
                self._ask_sizes(way, joint, solver, formula(joint, old, new), open_[way])
            except Undecided as undecided:
                self._note(way, str(undecided), open_[way])
            self.spent += effort.spent

    def _ask_sizes(
        self, way: Way, joint: JointArea, solver: Solver, formula: z3.BoolRef, areas: list[Area]
    ) -> None:
        left = list(areas)
        while left:
            here = z3.And(formula, z3.Or([joint.size == len(a.counted) for a in left]))
            model = solver.model(here)
            if model is None:
                return
            for weight in WEIGHTS:
                lighter = solver.model(here, joint.weight <= weight)
                if lighter is not None:
                    model = lighter
                    break
            size = number(model, joint.size)
            for area in [a for a in left if len(a.counted) == size]:
                self._answer(area.id, way, lambda a=area, m=model: self._drawn(a, way, joint, m))
                left.remove(area)

    def _members(self, slices: tuple[Slice, Slice], evidence: bool, effort: Effort) -> Iterator[Member]:
        yield self._member(None, True, slices, evidence, effort, "c")
        seen = {f.definition.named for part in slices for f in part.facts}
        for n, c in enumerate(self.group.areas[0].characteristics):
            named = c.id in self.group.named and c.id in seen
            if named or (c.id in self.group.figures and c.counted):
                yield self._member(c.id, c.counted, slices, evidence, effort, f"n{n}_")

    def _member(
        self,
        name: str | None,
        counted: bool,
        slices: tuple[Slice, Slice],
        evidence: bool,
        effort: Effort,
        prefix: str,
    ) -> Member:
        one = self._characteristic(name, counted)
        observed: list[z3.ExprRef] = []
        for at, part in enumerate(slices):
            if counted:
                observed += [one.counts(at, f) for f in part.facts if f.entity == "characteristics"]
                raised = one.raised(at)
                names = self.both[at].rule_names
                observed += [raised[names[r.id], r.target] for r in part.on_characteristics]
            if name is not None:
                observed.append(one.terms[at].facts["status"])
        if counted and evidence:
            observed.append(one.terms[0].items > 0)
        self._kept.append(observed)  # the id of a term that is let go of may be given to another
        key = (name, counted, *sorted({term.get_id() for term in observed}))
        if key not in self._listed:
            self._listed[key] = one.examples(effort, observed)
        examples = self._listed[key]
        return Member(name, counted, examples, [z3.Int(f"{prefix}{i}") for i in range(len(examples))])

    # Situations ---------------------------------------------------------------------------------------------

    def _drawn(self, area: Area, way: Way, joint: JointArea, model: z3.ModelRef) -> AreaSituation:
        """The situation a model describes."""
        own = {m.name for m in joint.members}
        free = iter(c.id for c in area.counted if c.id not in own)
        on = [
            (m.name if m.name is not None else next(free), example)
            for m in joint.members
            for example, count in zip(m.examples, m.counts, strict=True)
            for _ in range(number(model, count))
        ]
        declared, earlier = (
            tuple(row for row, n in zip(rows, counts, strict=True) for _ in range(_few(number(model, n))))
            for rows, counts in ((DECLARED_TAGS, joint.declared), (EARLIER_TAGS, joint.earlier))
        )
        return self._situation(area, way, on, declared, earlier)

    def _situation(
        self,
        area: Area,
        way: Way,
        on: Sequence[tuple[str, Example]],
        declared: tuple[Row, ...],
        earlier: tuple[Row, ...],
    ) -> AreaSituation:
        """Examples on characteristics of an area; as many earlier findings as are needed, or given."""
        items = tuple((name, row) for name, e in on for row in e.items)
        figures = tuple(
            AreaFigure(name, self._home(f), f.old, f.reads.measure, f.reads.lowest)
            for name, e in on
            for f in e.figures
        )
        given = Counter(earlier)
        for _, example in on:
            for row, many in Counter(example.earlier).items():
                given[row] = max(given[row], many)
        named = tuple(
            (row, tuple(name for name, e in on if e.earlier.count(row) > n))
            for row, many in given.items()
            for n in range(many)
        )
        return AreaSituation(area, self._edition(area, way, figures), items, declared, named, figures)

    def _home(self, figure: FigureItem) -> str:
        return next(
            p.bound.measures[figure.reads.measure].characteristic
            for p in self.both
            if figure.reads.measure in p.bound.measures
        )

    def _edition(self, area: Area, way: Way, figures: Sequence[AreaFigure]) -> str:
        """An edition that grades the area where that is needed, and in which the figures count on it."""
        for edition, how in area.editions.items():
            homes = [self.framework.area_of(f.tagged) for f in figures if f.tagged != f.on]
            there = all(edition in h.editions and not h.editions[edition].graded for h in homes)
            if there and (how.graded or way not in OF_GRADED):
                return edition
        raise Undecided("no edition in which it could be written down")


def _few(many: int) -> int:
    if many > 1000:
        raise Undecided(f"a case would need {many:,} findings")
    return many


def _paired(
    old: Mapping[Hashable, z3.BoolRef], new: Mapping[Hashable, z3.BoolRef]
) -> dict[Hashable, tuple[z3.BoolRef, z3.BoolRef]]:  # type: ignore[misc]
    """The formulas of both under each name; what one of them lacks never holds."""
    never = z3.BoolVal(False)
    return {name: (old.get(name, never), new.get(name, never)) for name in {**old, **new}}


def _unlike(pairs: Iterable[tuple[z3.ExprRef, z3.ExprRef]]) -> Iterator[z3.BoolRef]:
    """That two terms differ, of each pair that is not one and the same term."""
    for old, new in pairs:
        if old.get_id() != new.get_id():
            yield old != new


def _adds(definition: Aggregate, row: Row) -> int:
    """What one thing adds to a fact: its rank, 1 where it is counted, or -1."""
    if not satisfies(row, definition.where):
        return -1
    return 1 if definition.ranked is None else row[definition.ranked]


def _supports(example: Example, at: int, facts: Iterable[Fact]) -> bool:
    return any(satisfies(example.cases[at].facts, f.definition.where) for f in facts)


def _with_area_rules(part: Slice, of: Proposer, area: str) -> Slice:
    """The slice with every rule about the area that raises a finding."""
    return Slice(part.facts, tuple(tables(of.bound, FINDINGS_ON_AREAS, area)), part.on_characteristics)


def _value(terms: symbolic.Terms, name: str, part: Slice, most: int) -> z3.ArithRef:
    """A fact as a whole number; a share in whole per mille, where its whole counts characteristics."""
    term = terms[name]
    if not isinstance(term, Ratio):
        return term
    share = next(f for f in part.facts if f.name == name).definition
    whole = next(f for f in part.facts if f.name in share.depends_on[1:])
    if whole.entity != "characteristics":
        raise Undecided(f"the share {name} is of what has no bound")
    cases = range(1, most + 1)
    return reduce(lambda rest, n: z3.If(term.whole == n, (1000 * term.part) / n, rest), cases, z3.IntVal(0))
