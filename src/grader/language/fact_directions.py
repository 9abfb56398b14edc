"""Whether a reckoned fact can move as it is declared to.

Where every part moves that way, so does the fact. `not_monotone` allows anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grader.errors import Place, Problem
from grader.language.dnf import MAX_VALUE
from grader.language.nodes import Aggregate, Better, FactOf, HighestScore, Kind, LowestScore, Sum
from grader.language.ranges import Range, Walked, chosen_scores, fact_ranges, levels, walked
from grader.language.reckoned import Does, Named, Points, Rounded, Term, Weighted
from grader.language.rulebook import Fact, Parameter, RuleBook
from grader.language.typecheck import ASSESSED, against, asks_whether_assessed, comparisons
from grader.model.framework import Framework

_OPPOSITE = {Better.MORE: Better.FEWER, Better.FEWER: Better.MORE, Better.NEITHER: Better.NEITHER}


class FactChecks:
    """Checks of the facts of one rule book that are reckoned from numbers."""

    def __init__(
        self,
        facts: Mapping[str, Fact],
        framework: Framework,
        parameters: Mapping[str, Parameter],
        ranges: Mapping[str, Range],
    ) -> None:
        self.facts = facts
        self.framework = framework
        self.parameters = parameters
        self.ranges = ranges

    @classmethod
    def of(cls, book: RuleBook, framework: Framework) -> FactChecks:
        """The checks of a rule book's facts."""
        ranges = fact_ranges(book.facts.values(), framework, book.parameters)
        return cls(book.facts, framework, book.parameters, ranges)

    def problems(self, fact: Fact) -> Iterator[Problem]:
        """Numbers beyond what engines reckon with, and what goes against the declared direction."""
        if fact.kind is not Kind.SCORE:
            return
        reached = [self.ranges[fact.name]]
        if isinstance(fact.definition, Points):
            steps = list(walked(fact.definition, self.ranges, self.parameters))
            reached += [w.after for w in steps]
        furthest = max((abs(end) for each in reached for end in each), default=0)
        if furthest > MAX_VALUE:
            message = f"fact {fact.name!r} can reach {furthest:,}, beyond {MAX_VALUE:,}"
            yield Problem(message, fact.place, "use smaller weights or amounts", "limit")
            return
        if fact.not_monotone is None and fact.better is not Better.NEITHER:
            yield from self._directions(fact)

    def _directions(self, fact: Fact) -> Iterator[Problem]:
        match fact.definition:
            case Sum() | HighestScore() | LowestScore() as definition:
                yield from self._scores(fact, definition)
            case FactOf(characteristic, "score"):
                yield from self._score_of(fact, characteristic, 1, fact.place, f"fact {fact.name!r}")
            case Weighted(terms):
                for term in terms:
                    yield from self._term(fact, term)
            case Rounded(of):
                yield from self._part(fact, self.facts[of], 1, fact.place, f"fact {fact.name!r}")
            case Points() as points:
                if isinstance(points.start, Named):
                    start = self.facts[points.start.name]
                    yield from self._part(fact, start, 1, fact.place, f"fact {fact.name!r}")
                for n, step in enumerate(walked(points, self.ranges, self.parameters)):
                    if n:
                        yield from self._step(fact, step, n)

    def _part(self, fact: Fact, part: Fact, sign: int, place: Place | None, who: str) -> Iterator[Problem]:
        """A part that moves the other way than the fact, counted with a sign."""
        moves = part.better if sign >= 0 else _OPPOSITE[part.better]
        if moves in (fact.better, Better.NEITHER):
            return
        rests = "rests on" if sign >= 0 else "takes away"
        yield self._against(fact, f"{who} {rests} {part.name!r} (better: {part.better})", place)

    def _against(self, fact: Fact, what: str, place: Place | None) -> Problem:
        help = f"write better: {_OPPOSITE[fact.better]}, better: neither, or say not_monotone: why"
        return Problem(f"{what}, against its direction (better: {fact.better})", place, help, "non-monotone")

    # Scores -----------------------------------------------------------------------------------------------

    def _scores(self, fact: Fact, definition: Aggregate) -> Iterator[Problem]:
        """Scores: a better status may not move the fact the wrong way."""
        asides: dict[type[Aggregate], int] = {Sum: 0, HighestScore: -MAX_VALUE, LowestScore: MAX_VALUE}
        aside = asides[type(definition)]
        for _, characteristic in self.framework.characteristics():
            before: int | None = None
            for rank in levels(self.framework, characteristic.id):
                values, out = chosen_scores(self.framework, characteristic.id, definition, (rank,))
                if values and out:
                    return  # whether it is looked at turns on more than its status
                value = values[0] if values else aside
                if before is not None and _worse(fact.better, before, value):
                    moves = f"goes from {before} to {value}"
                    if aside in (before, value):
                        moves = "looks at one more" if before == aside else "looks at one less"
                    what = f"fact {fact.name!r} {moves} as {characteristic.id} goes from {self._names(rank)}"
                    yield self._against(fact, what, fact.place)
                    return
                before = value

    def _score_of(
        self, fact: Fact, characteristic: str, sign: int, place: Place | None, who: str
    ) -> Iterator[Problem]:
        scores = self.framework.vocabulary.scores
        before: int | None = None
        for rank in levels(self.framework, characteristic):
            value = sign * scores[rank]
            if before is not None and _worse(fact.better, before, value):
                moves = f"goes from {before} to {value} as {characteristic} goes from {self._names(rank)}"
                yield self._against(fact, f"{who} {moves}", place)
                return
            before = value

    def _names(self, rank: int) -> str:
        """A step to this rank from the one below it."""
        statuses = self.framework.vocabulary.statuses
        return f"{statuses.said_of(rank - 1)} to {statuses.said_of(rank)}"

    # Reckoned ---------------------------------------------------------------------------------------------

    def _term(self, fact: Fact, term: Term) -> Iterator[Problem]:
        if isinstance(term.of, FactOf):
            who = f"the weight {term.weight} of {term.of.characteristic}: fact {fact.name!r}"
            yield from self._score_of(fact, term.of.characteristic, term.weight, term.place, who)
        elif term.weight:
            yield from self._part(fact, self.facts[term.key], term.weight, term.place, f"fact {fact.name!r}")

    def _step(self, fact: Fact, walked: Walked, n: int) -> Iterator[Problem]:
        step = walked.step
        assert step is not None, "the start is no step"
        who = f"step {n} of fact {fact.name!r}"
        if isinstance(step.amount, Named):
            sign = -1 if step.does is Does.TAKE else 1
            yield from self._part(fact, self.facts[step.amount.name], sign, step.place, who)
        if step.when is None:
            return
        rises, falls = walked.most_gain > 0, walked.least_gain < 0
        if not rises and not falls:
            return
        more = fact.better is Better.MORE
        for comparison, negated in comparisons(step.when):
            part = self.facts[comparison.fact]
            if part.better is Better.NEITHER or comparison.within:
                continue
            moved = "raises or lowers" if rises and falls else "raises" if rises else "lowers"
            if rises and falls:
                what = f"{who} {moved} the number where {comparison.fact!r} says so"
                yield self._against(fact, what, comparison.place or step.place)
                return
            wrong = against(comparison, negated, rises is more, part.better)
            if wrong and asks_whether_assessed(comparison, part):
                wrong = ASSESSED
            if wrong:
                message = (
                    f"{who} {moved} the number and uses {comparison.fact!r} against its direction"
                    f" (better: {part.better})"
                )
                help = f"{wrong}, or say not_monotone: why"
                yield Problem(message, comparison.place or step.place, help, "non-monotone")


def _worse(better: Better, before: int, after: int) -> bool:
    return after < before if better is Better.MORE else after > before
