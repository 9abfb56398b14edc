"""What a change of rules does to a framework scored once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import z3

from grader.engines.choice import engine_for
from grader.engines.solver import Effort, afresh
from grader.engines.symbolic import Ratio, Solver, Undecided
from grader.errors import InternalError
from grader.grading.conclude import LayerEvaluator
from grader.grading.run import run
from grader.language.effort import IMPACT_EFFORT
from grader.language.nodes import Level
from grader.language.pipeline import FINDINGS_ON_AREAS
from grader.language.relevance import with_parts
from grader.language.rulebook import RuleBook
from grader.language.typecheck import facts_named
from grader.model.framework import Area, Framework
from grader.model.inspection import Inspection
from grader.proofs.proposals import (
    FINDINGS,
    HELD,
    HIGHER,
    LET,
    LOWER,
    PROFILE,
    STATUSES,
    WAYS,
    WHY,
    Proposed,
    Proposer,
    Way,
    difference,
    proposers,
    ways,
)
from grader.proofs.rule_change import Change, Different, figures
from grader.proofs.same_rules import Bare
from grader.proofs.schemes.situations import Grading, Situation
from grader.proofs.schemes.states import Concluded, Found, States
from grader.proofs.schemes.subject import Scheme
from grader.proofs.unchanged_areas import OF_GRADED

READ_OTHERWISE = "figures read otherwise, and what follows for an area is not worked out"
NAMED_OTHERWISE = "which characteristics a finding of the area names may differ"


@dataclass(frozen=True, slots=True)
class Shown:
    """A situation that shows a difference, as impact tells it."""

    of: Situation
    framework: Framework

    def words(self) -> str:
        """In words, to follow "where"."""
        return self.of.words(self.framework.vocabulary)

    def inspection(self, framework: Framework, units: Mapping[str, str] | None = None) -> Inspection:
        """The inspection that holds exactly this."""
        return self.of.inspection(framework)


@dataclass(slots=True)
class Comparison:
    """Two rule books for one framework scored once.

    Attributes
    ----------
    units : int
        Solver units for each question.
    """

    old: RuleBook
    new: RuleBook
    framework: Framework
    units: int = IMPACT_EFFORT
    both: tuple[Proposer, Proposer] = field(init=False)
    change: Change = field(init=False)
    _checked: dict[int, LayerEvaluator] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.both = proposers(self.old, self.new)
        words = self.framework.vocabulary.assessments

        def said(name: str | None) -> str | None:
            return None if name is None else words.said_of(words.rank(name))

        reads = figures(self.old, self.new)
        self.change = Change([replace(r, old=said(r.old), new=said(r.new)) for r in reads])

    def compared(self) -> Change:
        """Every way an area's proposal moves, with a case, or never."""
        with afresh():
            for area in self.framework.areas:
                self._area(area)
        return self.change

    def _area(self, area: Area) -> None:
        graded = any(how.graded for how in area.editions.values())
        try:
            asked = _Asked(self.both, area)
        except Undecided as why:
            for way in WAYS:
                self._open(area, way, str(why))
            return
        for way in WAYS:
            if way in OF_GRADED and not graded:
                self.change.moves[area.id, way] = "never"
                continue
            try:
                self._way(asked, way)
            except Undecided as why:
                self._open(area, way, str(why))

    def _open(self, area: Area, way: Way, why: str) -> None:
        self.change.moves[area.id, way] = "unknown"
        self.change.unknown[area.id, way] = why

    def _way(self, asked: _Asked, way: Way) -> None:
        effort, area = Effort(self.units), asked.area
        try:
            model = asked.solver(effort).smallest(asked.size, asked.differs(way))
        finally:
            self.change.cost += effort.spent
        if model is not None:
            self._moves(way, asked.situation(model))
        elif self.change.reads:
            self._open(area, way, READ_OTHERWISE)
        elif way is FINDINGS and asked.may_name_others():
            self._open(area, way, NAMED_OTHERWISE)
        else:
            self.change.moves[area.id, way] = "never"

    # What is told -----------------------------------------------------------------------------------------

    def _moves(self, way: Way, situation: Situation) -> None:
        """Note a situation where proposals differ, graded by every engine."""
        old, new = (self._proposed(at, situation) for at in range(2))
        if way not in ways(old, new):
            raise InternalError(
                f"the solver finds that the {way.part} of {situation.area.id} moves, the reference engine"
                " does not",
                help=f"where {situation.words(self.framework.vocabulary)}: please report it",
            )
        said = difference(way, old, new, self.old.grade_scale.names)
        shown = Shown(situation, self.framework)
        self.change.cases.append(Different(situation.area.id, way, *said, shown))
        self.change.moves[situation.area.id, way] = "moves"

    def _proposed(self, at: int, situation: Situation) -> Proposed:
        of = self.both[at]
        graded = Grading(of.evaluator).of(situation)
        found = of.proposed(graded.area, tuple(graded.cases.values()))
        if at not in self._checked:
            self._checked[at] = LayerEvaluator(of.bound, engine_for(of.bound))
        trace = run(situation.inspection(self.framework), self.framework, self._checked[at])
        name = situation.area.id
        if found != of.proposed(trace.areas[name], trace.characteristics[name]):
            raise InternalError(
                f"the grading pass differs from what was worked out of {name}",
                help=f"where {situation.words(self.framework.vocabulary)}: please report it",
            )
        return found


class _Asked:
    """One area's levels under both rule books."""

    def __init__(self, both: tuple[Proposer, Proposer], area: Area) -> None:
        self.both, self.area = both, area
        self.states = tuple(States(p.bound, area, everything=True) for p in both)
        self.found: Found = self.states[0].found()
        self.concluded: tuple[Concluded, ...] = tuple(s.conclude(self.found) for s in self.states)
        self.size = self.states[0].size(self.found)

    def solver(self, effort: Effort) -> Solver:
        """A solver that knows what is so of anything found."""
        linear = all(s.linear for s in self.states)
        return Solver(effort, *self.states[0].known(self.found), linear=linear)

    def situation(self, model: z3.ModelRef) -> Situation:
        """The situation a model describes."""
        return Scheme.situation_in(self.states[0], model, self.found)

    def differs(self, way: Way) -> z3.BoolRef:
        """Where the proposals differ in a way."""
        old, new = self.concluded
        held = [c.withheld() for c in (old, new)]
        graded = [z3.Not(h) for h in held]
        match way:
            case _ if way == LET:
                return z3.And(held[0], graded[1])
            case _ if way == HELD:
                return z3.And(graded[0], held[1])
            case _ if way == HIGHER:
                return z3.And(*graded, new.grade.rank > old.grade.rank)
            case _ if way == LOWER:
                return z3.And(*graded, new.grade.rank < old.grade.rank)
            case _ if way == WHY:
                sides = [self._named(at, c.withholds) for at, c in enumerate(self.concluded)]
                return z3.And(*held, _unlike(*sides))
            case _ if way == PROFILE:
                return self._profile()
            case _ if way == STATUSES:
                return z3.BoolVal(False)
            case _:
                return self._findings()

    def _named(self, at: int, held: Sequence[tuple[Any, z3.BoolRef]]) -> dict[object, z3.BoolRef]:
        """Where each rule holds, by its old name and what it does."""
        return {(self.both[at].rule_names[r.id], r.target): formula for r, formula in held}

    def _profile(self) -> z3.BoolRef:
        sides = [
            {p.fact_names[n]: term for n, term in c.facts.items()}
            for p, c in zip(self.both, self.concluded, strict=True)
        ]
        if sides[0].keys() != sides[1].keys():
            return z3.BoolVal(True)
        return z3.Or([_unequal(sides[0][n], sides[1][n]) for n in sides[0]])

    def _findings(self) -> z3.BoolRef:
        parts = []
        for name in self.concluded[0].on:
            parts.append(_unlike(*(self._named(at, c.on[name]) for at, c in enumerate(self.concluded))))
        parts.append(_unlike(*(self._named(at, c.raises) for at, c in enumerate(self.concluded))))
        return z3.Or(parts)

    def may_name_others(self) -> bool:
        """Whether rules that raise findings rest on other facts."""
        said = []
        for p, states in zip(self.both, self.states, strict=True):
            rules = states.rules(FINDINGS_ON_AREAS)
            bare, names = Bare(p.bound), {n for r in rules for n in facts_named(r.condition)}
            said.append({p.fact_names[f.name]: bare.fact(f.name) for f in with_parts(p.bound, names)
                         if f.level is Level.AREA})  # fmt: skip
        return said[0] != said[1]


def _unlike(old: Mapping[object, z3.BoolRef], new: Mapping[object, z3.BoolRef]) -> z3.BoolRef:
    """Where some rule holds on one side alone."""
    never = z3.BoolVal(False)
    return z3.Or([old.get(n, never) != new.get(n, never) for n in dict.fromkeys((*old, *new))])


def _unequal(one: z3.ArithRef | Ratio, other: z3.ArithRef | Ratio) -> z3.BoolRef:
    """Where two facts have another value."""
    if isinstance(one, Ratio) and isinstance(other, Ratio):
        if z3.eq(one.part, other.part) and z3.eq(one.whole, other.whole):
            return z3.BoolVal(False)
        raise Undecided("shares of findings that are counted otherwise")
    if isinstance(one, Ratio) or isinstance(other, Ratio):
        raise Undecided("a share of findings is another fact")
    return one != other
