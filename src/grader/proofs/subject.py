"""What a check is about: rules, parameters, areas, questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import z3

from grader.engines.reference import ReferenceEngine
from grader.engines.symbolic import Effort, Undecided, number
from grader.grading.conclude import LayerEvaluator
from grader.language.bind import bind
from grader.language.nodes import Effect, Level
from grader.language.pipeline import STATUSES
from grader.language.relevance import with_parts
from grader.language.row import Row
from grader.language.rulebook import Layer, Rule, RuleBook
from grader.language.typecheck import facts_named
from grader.model.framework import Area, Framework
from grader.model.inspection import Inspection
from grader.proofs.area_sums import AreaSums, Ask, OnlyInParts
from grader.proofs.areas import AreaGroup, AreaSpace, State, drawn, group_areas
from grader.proofs.characteristics import CharacteristicTerms, Example, Space
from grader.proofs.tag_combinations import DECLARED_TAGS, EARLIER_TAGS
from grader.proofs.witness import Replay, Situation, conclude, conclude_together, place

GRADE_ONLY = frozenset({Layer.GRADE})
GRADE_AND_SUFFICIENCY = frozenset({Layer.SUFFICIENCY, Layer.GRADE})


Confirm = Callable[[Inspection, RuleBook], None]
"""Grades an inspection by a bound rule book on every other engine; raises InternalError where one differs."""


@dataclass(slots=True)
class Subject:
    """A rule book under check, bound."""

    book: RuleBook
    framework: Framework
    budget: Effort
    values: Mapping[str, int] = field(default_factory=dict)
    confirm: Confirm | None = None
    bound: RuleBook = field(init=False)
    evaluator: LayerEvaluator = field(init=False)
    graded: list[AreaGroup] = field(init=False)
    every: list[AreaGroup] = field(init=False)
    _areas: dict[tuple[str, frozenset[Layer]], AreaSpace] = field(default_factory=dict)
    _spaces: dict[tuple[str, tuple[str, ...]], Space] = field(default_factory=dict)
    _sums: dict[str, AreaSums] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bound = bind(self.book, self.values)
        self.evaluator = LayerEvaluator(self.bound, ReferenceEngine(self.bound))
        self.graded = group_areas(self.bound, (a for a in self.framework.areas if edition_of(a, graded=True)))
        self.every = group_areas(self.bound, self.framework.areas)

    def anew(self) -> Subject:
        """The same, with nothing asked or learnt yet."""
        return Subject(self.book, self.framework, self.budget, self.values, self.confirm)

    def space(self, group: AreaGroup, layers: frozenset[Layer]) -> AreaSpace:
        """A group's states as these layers' rules see them."""
        key = (group.areas[0].id, layers)
        if key not in self._areas:
            self._areas[key] = AreaSpace(
                self.bound, self.evaluator, group, layers, self.budget, self._is_informed(group)
            )
        return self._areas[key]

    def characteristic(self, group: AreaGroup, rule: Rule | None = None) -> Space:
        """A counted characteristic's states, by every fact; with a rule, by what it is compared with."""
        area = group.areas[0].id
        facts = self.bound.facts_at(Level.CHARACTERISTIC, (Layer.STATUS, Layer.FINDING))
        if rule is not None:
            weighed = self._weighed(rule, area)
            facts = tuple(f for f in facts if f.name in weighed)
        key = (area, tuple(f.name for f in facts))
        if key not in self._spaces:
            self._spaces[key] = Space(
                self.bound, self.evaluator, area, facts, True, self.budget, informed=self._is_informed(group)
            )
        return self._spaces[key]

    def _weighed(self, rule: Rule, area: str) -> set[str]:
        """Facts a rule looks at, and rules that may make it superfluous."""
        rules = [r for r in self.bound.table(rule.layer, rule.level).rules if r.applies_to(area)]
        if rule.effect is Effect.RAISES:
            rules = [r for r in rules if r.target == rule.target]
        names = {name for r in rules for name in facts_named(r.condition)}
        if STATUSES.gives in names:
            statuses = self.bound.table(STATUSES.layer, STATUSES.level).rules
            names |= {name for r in statuses if r.applies_to(area) for name in facts_named(r.condition)}
        return {f.name for f in with_parts(self.bound, names)}

    def of_examples(self, group: AreaGroup, examples: Sequence[Example]) -> AreaSums:
        """A group's areas by sums, from these examples."""
        key = group.areas[0].id
        if key not in self._sums:
            self._sums[key] = AreaSums(self.space(group, GRADE_AND_SUFFICIENCY), examples)
        return self._sums[key]

    def conclude(self, situation: Situation) -> Replay:
        """Grade a situation on the reference engine, by the grading pass."""
        return conclude(situation, self.framework, self.bound, self.evaluator)

    def shown(self, situation: Situation) -> Replay:
        """As `conclude`, on every engine where asked."""
        replay = self.conclude(situation)
        if self.confirm is not None:
            self.confirm(replay.inspection, self.bound)
        return replay

    def _is_informed(self, group: AreaGroup) -> bool:
        """Whether evidence on other areas counts on a characteristic of one of these, in some edition."""
        here = {c.id for area in group.areas for c in area.characteristics}
        return any(
            link.id in here
            for area in self.framework.areas
            if edition_of(area, graded=False) is not None
            for c in area.characteristics
            for link in c.informs
        )

    def informed(self, area: Area, edition: str) -> set[str]:
        """Other areas that evidence on an area counts in as well."""
        if area.editions[edition].graded:
            return set()
        return {self.framework.area_of(link.id).id for c in area.characteristics for link in c.informs}

    def conclude_together(self, situations: Sequence[Situation], edition: str) -> dict[str, str | None]:
        """The grade of each area, one situation each, in one pass."""
        return conclude_together(situations, edition, self.framework, self.bound, self.evaluator)

    def find_area(
        self,
        group: AreaGroup,
        ask: Ask,
        examples: Sequence[Example] = (),
        *,
        area: Area | None = None,
        smallest: bool = True,
    ) -> Situation | None:
        """A situation in which something holds; None if in no inspection.

        Parameters
        ----------
        ask : callable
            The formula.
        examples : sequence of Example
            Known already.
        area : Area, optional
            This area only, in any situation.
        smallest : bool
            It must be small.

        Raises
        ------
        Undecided
            No effort left, or it cannot be written down.
        """
        size = None if area is None else len(area.counted)
        try:
            made = self.of_examples(group, examples).settle(ask, size=size)
            if made is None:
                return None
        except OnlyInParts:
            made = self.space(group, GRADE_AND_SUFFICIENCY)
        found = self._find(made, ask, area, smallest=smallest)
        if found is not None:
            return found
        free = made.state()
        where = z3.BoolVal(True) if size is None else free.size == size
        if made.solver(free).model(ask(free.terms), where) is not None:
            raise Undecided("no inspection that shows it could be written down")
        return None

    def find_among(
        self,
        group: AreaGroup,
        ask: Ask,
        examples: Sequence[Example],
        area: Area | None = None,
        *,
        smallest: bool = True,
    ) -> Situation | None:
        """A small situation of these examples; None says nothing of others."""
        return self._find(self.of_examples(group, examples).made(), ask, area, smallest=smallest)

    def _find(self, space: AreaSpace, ask: Ask, area: Area | None, *, smallest: bool) -> Situation | None:
        state = space.state(written=True)
        solver, wanted = space.solver(state), ask(state.terms)
        if area is not None:
            solver.add(state.size == len(area.counted))
        small = smallest and area is None
        model = solver.smallest(state.weight, wanted) if small else solver.model(wanted)
        return situation_in(model, space, state, area) if model is not None else None

    def find_characteristic(
        self,
        group: AreaGroup,
        rule: Rule,
        ask: Callable[[CharacteristicTerms], z3.BoolRef],
        *,
        smallest: bool = True,
    ) -> Example | None:
        """An example in which something holds of a rule, or None."""
        space = self.characteristic(group, rule)
        items, earlier = space.variables()
        terms = space.read(items, earlier)
        solver, wanted = space.solver(items, earlier), ask(terms)
        model = solver.smallest(terms.size, wanted) if smallest else solver.model(wanted)
        return space.example_in(model, items, earlier) if model is not None else None

    def alone(self, group: AreaGroup, example: Example) -> Situation:
        """An example on the first counted characteristic of the group."""
        having = [a for a in group.areas if a.counted]
        area = next((a for a in having if edition_of(a, graded=True)), having[0])
        return Situation(area, any_edition(area), ((area.counted[0].id, example),))


def situation_in(model: z3.ModelRef, space: AreaSpace, state: State, area: Area | None = None) -> Situation:
    """A model's situation, in an area of the right size."""
    area = area or space.group.of_size(number(model, state.size))
    declared, extra = recorded_in(model, state)
    return Situation(area, any_edition(area), place(area, drawn(model, state.members)), declared, extra)


def recorded_in(model: z3.ModelRef, state: State) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """A model's findings, issued and earlier, on no characteristic."""

    def spread(combinations: tuple[Row, ...], counts: list[z3.ArithRef]) -> tuple[Row, ...]:
        return tuple(c for c, n in zip(combinations, counts, strict=True) for _ in range(number(model, n)))

    return (
        spread(tuple(DECLARED_TAGS), list(state.recorded.declared)),
        spread(tuple(EARLIER_TAGS), list(state.recorded.earlier)),
    )


def edition_of(area: Area, *, graded: bool) -> str | None:
    """The first edition that grades an area (or does not), or None."""
    return next((e for e, how in area.editions.items() if how.graded is graded), None)


def any_edition(area: Area) -> str:
    """The first edition that grades an area, else the first that holds it."""
    return edition_of(area, graded=True) or next(iter(area.editions))
