"""What a change of rules does to every inspection there can be: the smallest graded differently, or a proof.

Both rule books are read over the same evidence. What the two can see of a characteristic is listed together;
an area is then so many characteristics of each such observation, concluded by both, and the solver looks for
one that comes out differently. What it finds is graded by both rule books' passes before it is believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import z3

from grader.engines.reference import ReferenceEngine
from grader.engines.symbolic import Budget, Solver, Undecided
from grader.grading.conclude import LayerEvaluator
from grader.language.bind import bind
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework
from grader.model.inspection import Inspection
from grader.proofs.areas import AreaGroup, AreaSpace, State, group_areas
from grader.proofs.characteristics import Example, every, observe
from grader.proofs.subject import GRADE_AND_SUFFICIENCY, edition_of, situation_in
from grader.proofs.tag_combinations import EARLIER_TAGS, EVIDENCE_TAGS, group_tags
from grader.proofs.witness import Situation, agree, conclude, told

DIRECTIONS = ("higher", "lower", "withheld", "graded")


@dataclass(frozen=True, slots=True)
class Different:
    """A smallest case the two rule books conclude differently on.

    `areas` are those to which it applies alike; `old` and `new` a grade, or the outcome `withheld`.
    """

    direction: str
    areas: tuple[str, ...]
    old: str
    new: str
    words: str
    inspection: Inspection


@dataclass(frozen=True, slots=True)
class Reads:
    """A stretch of figures that say otherwise of their characteristic under the two rule books."""

    measure: str
    lowest: int
    highest: int
    old: str | None
    new: str | None


def figures(old: RuleBook, new: RuleBook) -> list[Reads]:
    """Where a figure reads otherwise, of every whole per mille; None where a book has no rules for it."""
    found: list[Reads] = []
    books = [(b, LayerEvaluator(b, ReferenceEngine(b))) for b in (bind(old), bind(new))]
    for measure in sorted({*old.measures, *new.measures}):
        homes = [b.measures[measure].characteristic if measure in b.measures else None for b, _ in books]
        for figure in range(1001):
            said = [
                b.vocabulary.assessments.name_of(c.assessment(measure, figure).rank)
                if measure in b.measures
                else None
                for b, c in books
            ]
            if said[0] == said[1] and homes[0] == homes[1]:
                continue
            last = found[-1] if found else None
            if last and (last.measure, last.highest, last.old, last.new) == (measure, figure - 1, *said):
                found[-1] = Reads(measure, last.lowest, figure, *said)
            else:
                found.append(Reads(measure, figure, figure, *said))
    return found


@dataclass(slots=True)
class Comparison:
    """Two rule books for one framework, under one budget of time."""

    old: RuleBook
    new: RuleBook
    framework: Framework
    budget: Budget

    def differences(self) -> Iterator[Different]:
        """A smallest case in each direction, for each group of areas the rules treat alike.

        Raises
        ------
        Undecided
            The solver gave up: what was found until then stands, what is left is open.
        """
        books = bind(self.old), bind(self.new)
        evaluators = [LayerEvaluator(b, ReferenceEngine(b)) for b in books]
        for group in self._groups(*books):
            spaces = [
                AreaSpace(b, c, group, GRADE_AND_SUFFICIENCY, self.budget)
                for b, c in zip(books, evaluators, strict=True)
            ]
            _see_together(spaces, group)
            for direction in DIRECTIONS:
                situation = self._find(spaces, direction)
                if situation is not None:
                    yield self._replayed(situation, direction, group, evaluators)

    def _groups(self, *books: RuleBook) -> list[AreaGroup]:
        """Areas graded in some edition, in groups that both rule books treat alike."""
        graded = [a for a in self.framework.areas if edition_of(a, graded=True) is not None]
        alike = [
            {a.id: i for i, group in enumerate(group_areas(book, graded)) for a in group.areas}
            for book in books
        ]
        named = {f.definition.named for book in books for f in book.facts.values()}
        groups: dict[tuple[object, ...], list[int]] = {}
        for at, area in enumerate(graded):
            here = tuple(c.id for c in area.characteristics if c.id in named)
            groups.setdefault((*(found[area.id] for found in alike), here), []).append(at)
        return [AreaGroup(tuple(graded[i] for i in members), key[-1]) for key, members in groups.items()]  # type: ignore[arg-type]  # the names

    def _find(self, spaces: Sequence[AreaSpace], direction: str) -> Situation | None:
        """A smallest situation the rule books conclude differently on; None where there is none."""
        written = [space.state(written=True) for space in spaces]
        model = self._solver(written).smallest(written[0].weight, _moves(written, direction))
        if model is not None:
            return situation_in(model, spaces[0], written[0])
        free = [space.state() for space in spaces]
        if self._solver(free).model(_moves(free, direction)) is not None:
            raise Undecided("no inspection that shows it could be written down")
        return None

    def _solver(self, states: Sequence[State]) -> Solver:
        return Solver(self.budget, *(known for state in states for known in state.known))

    def _replayed(
        self, situation: Situation, direction: str, group: AreaGroup, evaluators: Sequence[LayerEvaluator]
    ) -> Different:
        """The case, graded by both rule books' passes."""
        old, new = (conclude(situation, self.framework, c.book, c) for c in evaluators)
        agree(direction, _direction(old.grade, new.grade, self.old), f"replay of a case graded {direction}")
        areas = tuple(a.id for a in group.areas)
        return Different(
            direction,
            areas,
            old.grade or old.area.outcome,
            new.grade or new.area.outcome,
            told(situation),
            old.inspection,
        )


def _direction(old: str | None, new: str | None, book: RuleBook) -> str:
    if old is None or new is None:
        return "same" if old == new else "graded" if old is None else "withheld"
    ranks = book.grade_scale.ranks
    return "higher" if ranks[new] > ranks[old] else "lower" if ranks[new] < ranks[old] else "same"


def _moves(states: Sequence[State], direction: str) -> z3.BoolRef:
    """The formula for a state that comes out differently: both rule books speak of the same variables."""
    old, new = (state.terms for state in states)
    before, after = old.withheld(), new.withheld()
    match direction:
        case "higher":
            return z3.And(z3.Not(before), z3.Not(after), new.grade.rank > old.grade.rank)
        case "lower":
            return z3.And(z3.Not(before), z3.Not(after), new.grade.rank < old.grade.rank)
        case "withheld":
            return z3.And(z3.Not(before), after)
        case _:
            return z3.And(before, z3.Not(after))


def _see_together(spaces: Sequence[AreaSpace], group: AreaGroup) -> None:
    """List what the two rule books can see of a characteristic together, in one order for both."""
    for counted in (True, False):
        pair = [space.spaces[counted] for space in spaces]
        definitions = [f.definition for one in pair for f in one.facts]
        evidence = group_tags(EVIDENCE_TAGS, "evidence", definitions)
        earlier = group_tags(EARLIER_TAGS, "earlier", definitions)
        for one in pair:
            one.evidence, one.earlier = evidence, earlier
    counts = {space.counted(n) for space in spaces for n in group.named}
    for named, counted in [(False, True), *((True, c) for c in sorted(counts))]:
        found = list(_together(spaces, named, counted))
        for at, space in enumerate(spaces):
            space.know(named, counted, [pair[at] for pair in found])


def _together(spaces: Sequence[AreaSpace], named: bool, counted: bool) -> Iterator[list[Example]]:
    """A smallest example of each observation the two make together, concluded by each."""
    pair = [space.spaces[counted] for space in spaces]
    items, earlier = pair[0].variables()
    read = [one.read(items, earlier) for one in pair]
    observed = [
        observe(seen, terms)
        for space, terms in zip(spaces, read, strict=True)
        for seen in space.seen(named, counted)
    ]
    if not observed:
        yield [one.example((), ()) for one in pair]
        return
    for model in every(pair[0].solver(items, earlier), observed, read[0].size):
        first = pair[0].example_in(model, items, earlier)
        yield [first, pair[1].example(first.evidence, first.earlier)]
