"""What a check of a framework scored once is about."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import z3

from grader.engines.symbolic import Solver, Undecided, number
from grader.errors import InternalError
from grader.grading.run import run
from grader.language.row import Row
from grader.model.framework import Area
from grader.proofs.schemes.components import components
from grader.proofs.schemes.situations import Graded, Grading, Situation
from grader.proofs.schemes.states import Found, States, declared_rows, earlier_rows
from grader.proofs.subject import Subject, any_edition, edition_of
from grader.proofs.witness import agree
from grader.vocabulary.words import Vocabulary

#: Situations drawn of all areas together, and the seed of the drawing.
DRAWN: Final = 300

#: More of anything is not written down: nobody reads it.
LARGEST: Final = 1000


@dataclass(slots=True)
class Tried:
    """Situations drawn and concluded, shared between the questions of one check."""

    cases: list[tuple[Situation, Graded]] | None = None


@dataclass(slots=True)
class Scheme:
    """A rule book for a framework scored once.

    Parameters
    ----------
    subject : Subject
        The rule book at its defaults, framework and effort.
    """

    subject: Subject
    tried: Tried = field(default_factory=Tried)
    grading: Grading = field(init=False)
    _states: dict[tuple[str, bool], States] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.grading = Grading(self.subject.evaluator)

    @property
    def words(self) -> Vocabulary:
        """The framework's words."""
        return self.subject.framework.vocabulary

    @property
    def graded(self) -> list[Area]:
        """Areas that some edition grades."""
        return [a for a in self.subject.framework.areas if edition_of(a, graded=True)]

    def states(self, area: Area, *, free: bool = False) -> States:
        """Every state of an area, at defaults or over the ranges."""
        key = (area.id, free)
        if key not in self._states:
            self._states[key] = States(self.subject.book if free else self.subject.bound, area)
        return self._states[key]

    def solver(self, states: States, *formulas: z3.BoolRef) -> Solver:
        """A solver of questions about an area, within what may be spent."""
        return Solver(self.subject.budget, *formulas, linear=states.linear)

    # Situations -------------------------------------------------------------------------------------------

    @property
    def trials(self) -> list[tuple[Situation, Graded]]:
        """Fixed random situations of every graded area, with conclusions."""
        if self.tried.cases is None:
            areas = self.graded
            each = DRAWN // max(1, len(areas))
            drawn = [s for area in areas for s in self._drawn(area, each)]
            self.tried.cases = [(s, self.grading.of(s)) for s in drawn]
        return self.tried.cases

    def _drawn(self, area: Area, many: int) -> Iterator[Situation]:
        draw = random.Random(f"scheme {area.id}")
        words = self.words
        parts, issued, before = components(area, words), declared_rows(words), earlier_rows(words)
        for at in range(many):
            ranks = {}
            missing = draw.random() if at % 4 == 0 else 0.0
            low, high = sorted((draw.random(), draw.random()))
            for c in parts:
                rank = c.levels[int((low + (high - low) * draw.random()) * len(c.levels))]
                if c.withholding and at % 8 == 0 and draw.random() < 0.1:
                    rank = draw.choice(c.withholding)
                if draw.random() >= missing:
                    ranks[c.id] = rank
            beside = at % 5 == 0
            declared = (draw.choice(issued),) if beside and issued else ()
            earlier = (draw.choice(before),) if beside and before else ()
            yield Situation(area, any_edition(area), ranks, declared, earlier)

    @staticmethod
    def situation_in(states: States, model: z3.ModelRef, found: Found) -> Situation:
        """The situation a model describes."""

        def spread(rows: Sequence[Row], counts: Sequence[z3.ArithRef]) -> tuple[Row, ...]:
            many = [number(model, n) for n in counts]
            if sum(many) > LARGEST:
                raise Undecided(f"a case would need {sum(many):,} findings")
            return tuple(row for row, n in zip(rows, many, strict=True) for _ in range(n))

        ranks = {c.id: number(model, found.ranks[c.id]) for c in states.components}
        return Situation(
            states.area,
            any_edition(states.area),
            {name: rank for name, rank in ranks.items() if rank},
            spread(states.declared, found.declared),
            spread(states.earlier, found.earlier),
        )

    def at(self, values: Mapping[str, int]) -> Scheme:
        """The same with parameters at these values."""
        if not values:
            return self
        of = self.subject
        return Scheme(Subject(of.book, of.framework, of.budget, values, of.confirm))

    def replayed(self, situation: Situation, *, told: bool = True) -> Graded:
        """The pass's conclusions, on every engine where asked."""
        graded, of = self.grading.of(situation), self.subject
        inspection = situation.inspection(of.framework)
        trace = run(inspection, of.framework, of.evaluator)
        passed = trace.areas[situation.area.id]
        agree(graded.area.outcome, passed.outcome, f"replay of a situation of {situation.area.id}")
        agree(graded.area.facts, passed.facts, f"replay of a situation of {situation.area.id}")
        agree(graded.area.decision, passed.decision, f"replay of a situation of {situation.area.id}")
        if told and of.confirm is not None:
            of.confirm(inspection, of.bound)
        return graded


def of_solver(expected: bool, what: str, situation: Situation, words: Vocabulary) -> None:
    """Raise InternalError where the reference engine does not find what the solver says."""
    if not expected:
        raise InternalError(
            f"{what}: the solver says so, the reference engine does not",
            help=f"where {situation.words(words)}: a fault of grader, please report it with the rule book",
        )
