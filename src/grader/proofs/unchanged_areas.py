"""Whether proposals on areas can differ under two rule books.

Only what some characteristic can make differ is asked of whole areas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Final

from grader.engines import symbolic
from grader.engines.reference import satisfies
from grader.engines.symbolic import Effort, Ratio, Solver, Undecided, total, truth, z3
from grader.grading.conclude import finding_row
from grader.language.effort import IMPACT_EFFORT
from grader.language.nodes import AnyOf, Count, FactOf, Share
from grader.language.pipeline import FINDINGS_ON_AREAS, GRADES, SUFFICIENCY, any_open
from grader.language.rulebook import Fact, Rule
from grader.language.typecheck import facts_named
from grader.model.framework import Area, Framework
from grader.proofs.joint import Example, tables
from grader.proofs.joint_areas import AreaTerms, JointArea, Slice, slice_of
from grader.proofs.joint_cases import Cases
from grader.proofs.joint_members import Members
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
from grader.proofs.situations import AreaSituation
from grader.proofs.unchanged_parts import Alike, Likeness, paired, unlike
from grader.vocabulary.peel import PEEL

#: Sizes of a case tried in turn, so that what is found can be read.
WEIGHTS: Final = (30, 300)

OF_GRADED: Final = (LET, HELD, WHY, HIGHER, LOWER)


#: Where an area comes out differently, given what each rule book sees of it.
Differ = Callable[[JointArea, AreaTerms, AreaTerms], z3.BoolRef]

#: What was found out: a situation that shows the difference, None where there is none, or why it is open.
Answer = AreaSituation | None | str


@dataclass
class Unmoved:
    """The questions about one group of areas.

    Parameters
    ----------
    open : mapping
        The ways each area may still move.
    """

    both: tuple[Proposer, Proposer]
    framework: Framework
    group: Alike
    open: Mapping[str, frozenset[Way]]
    units: int = IMPACT_EFFORT
    answers: dict[tuple[str, Way], Answer] = field(default_factory=dict)
    spent: int = 0
    like: Likeness = field(init=False)
    cases: Cases = field(init=False)
    members: Members = field(init=False)

    def __post_init__(self) -> None:
        self.like = Likeness(self.both, self.group, self.units)
        self.cases = Cases(self.both, self.framework)
        self.members = Members(self.like)

    def answered(self) -> dict[tuple[str, Way], Answer]:
        """Every open question with its answer."""
        for ask in (self._statuses, self._findings, self._profile, self._grades):
            ask()
        self.spent += self.like.spent
        for area in self.group.areas:
            for way in self.open[area.id]:
                self.answers.setdefault((area.id, way), None)
        return self.answers

    # Characteristics ----------------------------------------------------------------------------------------

    def _statuses(self) -> None:
        for name, counted in self.like.variants():
            one = self.like.characteristic(name, counted)
            try:
                found = self.like.differ(one, list(unlike([(one.status(0), one.status(1))])))
            except Undecided as undecided:
                self.like.statuses[name, counted] = False
                self._note(STATUSES, str(undecided))
                continue
            self.like.statuses[name, counted] = found is None
            if found is not None:
                self._place(STATUSES, name, counted, found)

    def _place(self, way: Way, name: str | None, counted: bool, example: Example) -> None:
        """Put an example on such a characteristic of each area."""
        for area in self.group.areas:
            those = [c.id for c in area.characteristics if c.counted is counted]
            if not example.direct:
                # Nothing without such items shows it, so where none can count it does not move.
                informed = self.cases.informed(area, graded=way in OF_GRADED)
                those = [c for c in those if c in informed and name in (None, c)]
            if those:
                self._answer(area, way, [(name or those[0], example)])

    def _answer(self, area: Area, way: Way, on: Sequence[tuple[str, Example]]) -> None:
        """Note a first situation that shows a difference."""
        key = (area.id, way)
        if way in self.open[area.id] and not isinstance(self.answers.get(key), AreaSituation):
            try:
                self.answers[key] = self.cases.of_examples(area, on, graded=way in OF_GRADED)
            except Undecided as undecided:
                self.answers[key] = str(undecided)

    def _note(self, way: Way, why: str, areas: Iterable[Area] | None = None) -> None:
        """Leave a question open."""
        for area in self.group.areas if areas is None else areas:
            if way in self.open[area.id]:
                self.answers.setdefault((area.id, way), why)

    # Areas --------------------------------------------------------------------------------------------------

    def _findings(self) -> None:
        for name, counted in self.like.variants():
            if not counted:
                continue
            one = self.like.characteristic(name, True)
            try:
                found = self.like.differ(one, list(unlike(paired(one.raised(0), one.raised(1)).values())))
            except Undecided as undecided:
                self._note(FINDINGS, str(undecided))
                continue
            if found is not None:
                self._place(FINDINGS, name, True, found)
        if not self.like.asks_alike(FINDINGS_ON_AREAS):
            self._raised_on_area()

    def _raised_on_area(self) -> None:
        names = [
            {n for r in tables(p.bound, FINDINGS_ON_AREAS, self.like.area) for n in facts_named(r.condition)}
            for p in self.both
        ]

        def differ(joint: JointArea, old: AreaTerms, new: AreaTerms) -> z3.BoolRef:
            raised = list(unlike(paired(old.raised, new.raised).values()))
            return z3.Or([*raised, *self._named_otherwise(joint, old)])

        slices = tuple(
            _with_area_rules(slice_of(p.bound, self.like.area, own, concerns=False), p, self.like.area)
            for p, own in zip(self.both, names, strict=True)
        )
        self._ask({FINDINGS: differ}, (slices[0], slices[1]), evidence=False)

    def _named_otherwise(self, joint: JointArea, old: AreaTerms) -> Iterator[z3.BoolRef]:
        """Where a finding both raise on an area names other characteristics."""
        rules = [
            {p.rule_names[r.id]: r for r in part.of_area}
            for p, part in zip(self.both, joint.slices, strict=True)
        ]
        for name, one in rules[0].items():
            other = rules[1].get(name)
            if other is None:
                continue
            seen = [self._looked_at(at, rule) for at, rule in enumerate((one, other))]
            if one.target != other.target or seen[0].keys() == seen[1].keys():
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
        """Facts whose characteristics a rule's finding names."""
        book, names, found = self.both[at].bound, self.both[at].fact_names, {}
        for name in facts_named(rule.condition):
            definition = book.facts[name].definition
            counted = definition.part if isinstance(definition, Share) else name
            if book.facts[counted].entity == "characteristics" or isinstance(definition, FactOf):
                mine = names.get(counted, counted)
                found[mine if self.like.fact_alike(mine) else f"{at} {mine}"] = book.facts[counted]
        return found

    def _profile(self) -> None:
        if not any(PROFILE in self.open[a.id] for a in self.group.areas):
            return
        for name in sorted({*self.both[0].fact_names.values(), *self.both[1].fact_names.values()}):
            old, new = self.like.fact(0, name), self.like.fact(1, name)
            shown = [f for f in (old, new) if f is not None and f.level == "area"]
            if not shown or (len(shown) == 2 and self.like.fact_alike(name)):
                continue
            if len(shown) == 1:
                for area in self.group.areas:
                    self._answer(area, PROFILE, ())
                return
            self._ask_fact(shown[0], shown[1])

    def _ask_fact(self, old: Fact, new: Fact) -> None:
        """Whether a fact that both profiles show can differ."""
        most = max(len(a.counted) for a in self.group.areas)

        def differ(joint: JointArea, one: AreaTerms, other: AreaTerms) -> z3.BoolRef:
            before, after = joint.slices
            return _value(one.facts, old.name, before, most) != _value(other.facts, new.name, after, most)

        slices = [
            slice_of(p.bound, self.like.area, [f.name], concerns=False)
            for p, f in zip(self.both, (old, new), strict=True)
        ]
        self._ask({PROFILE: differ}, (slices[0], slices[1]), evidence=False)

    def _grades(self) -> None:
        concern = [k for k in PEEL.kinds.names if any_open(PEEL, [finding_row(PEEL, k, "proposed")])]
        opens = self.like.raises_alike(concern)
        wanted: dict[Way, Differ] = {}
        if not (opens and self.like.asks_alike(SUFFICIENCY, named=False)):
            wanted[LET] = lambda j, old, new: z3.And(old.withheld, z3.Not(new.withheld))
            wanted[HELD] = lambda j, old, new: z3.And(new.withheld, z3.Not(old.withheld))
        if not self.like.asks_alike(SUFFICIENCY):
            wanted[WHY] = lambda j, old, new: z3.And(
                old.withheld,
                new.withheld,
                z3.Or(list(unlike(paired(old.withholds, new.withholds).values()))),
            )
        if not self._grades_alike():
            wanted[HIGHER] = lambda j, old, new: _both_graded(old, new, new.rank > old.rank)
            wanted[LOWER] = lambda j, old, new: _both_graded(old, new, new.rank < old.rank)
        asked = {w: f for w, f in wanted.items() if any(w in self.open[a.id] for a in self.group.areas)}
        if not asked:
            return
        stages = (SUFFICIENCY, GRADES) if {HIGHER, LOWER} & asked.keys() else (SUFFICIENCY,)
        slices = [
            slice_of(
                p.bound,
                self.like.area,
                {
                    n
                    for s in stages
                    for r in tables(p.bound, s, self.like.area)
                    for n in facts_named(r.condition)
                },
                concerns=True,
            )
            for p in self.both
        ]
        self._ask(asked, (slices[0], slices[1]), evidence=True)

    def _grades_alike(self) -> bool:
        books = [p.bound for p in self.both]
        scales = [(b.grade_scale.names, b.grade_default) for b in books]
        return scales[0] == scales[1] and self.like.asks_alike(GRADES, named=False)

    def _ask(
        self,
        differ: Mapping[Way, Differ],
        slices: tuple[Slice, Slice],
        *,
        evidence: bool,
    ) -> None:
        """Ask of whole areas until each has a situation or none."""
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
            members = list(self.members.of(slices, effort, evidence=evidence))
            joint = JointArea(self.both, self.like.area, slices, members)
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
            fitting = {a.id: self._fits(way, joint, a) for a in left}
            here = z3.And(formula, z3.Or(list(fitting.values())))
            model = solver.model(here)
            if model is None:
                return
            for weight in WEIGHTS:
                lighter = solver.model(here, joint.weight <= weight)
                if lighter is not None:
                    model = lighter
                    break
            for area in [a for a in left if truth(model, fitting[a.id])]:
                try:
                    self.answers[area.id, way] = self.cases.of_model(
                        area, joint, model, graded=way in OF_GRADED
                    )
                except Undecided as undecided:
                    self._note(way, str(undecided), [area])
                left.remove(area)

    def _fits(self, way: Way, joint: JointArea, area: Area) -> z3.BoolRef:
        """An area of the right size, informed as it can be."""
        informed = self.cases.informed(area, graded=way in OF_GRADED)
        own = {m.name for m in joint.members}
        fits = [joint.size == len(area.counted)]
        for m in joint.members:
            most = len(informed - own) if m.name is None else int(m.name in informed)
            through = [n for e, n in zip(m.examples, m.counts, strict=True) if not e.direct]
            if through:
                fits.append(total(through) <= most)
        return z3.And(fits)


def _both_graded(old: AreaTerms, new: AreaTerms, so: z3.BoolRef) -> z3.BoolRef:
    return z3.And(z3.Not(old.withheld), z3.Not(new.withheld), so)


def _supports(example: Example, at: int, facts: Iterable[Fact]) -> bool:
    return any(satisfies(example.cases[at].facts, f.definition.where) for f in facts)


def _with_area_rules(part: Slice, of: Proposer, area: str) -> Slice:
    """The slice with every rule about the area that raises a finding."""
    return Slice(part.facts, tuple(tables(of.bound, FINDINGS_ON_AREAS, area)), part.on_characteristics)


def _value(terms: symbolic.Terms, name: str, part: Slice, most: int) -> z3.ArithRef:
    """A fact as a whole number, shares in per mille."""
    term = terms[name]
    if not isinstance(term, Ratio):
        return term
    share = next(f for f in part.facts if f.name == name).definition
    whole = next(f for f in part.facts if f.name in share.depends_on[1:])
    if whole.entity != "characteristics":
        raise Undecided(f"the share {name} is of what has no bound")
    cases = range(1, most + 1)
    return reduce(lambda rest, n: z3.If(term.whole == n, (1000 * term.part) / n, rest), cases, z3.IntVal(0))
