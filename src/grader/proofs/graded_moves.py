"""Whether a change moves a grade the wrong way in an area graded before and after, all rules together.

A rule that goes the wrong way may do so only where the grade is withheld, or where another decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import z3

from grader.engines import symbolic
from grader.engines.reference import satisfies
from grader.engines.symbolic import Solver, Terms
from grader.grading.conclude import finding_row
from grader.language.nodes import Count
from grader.language.pipeline import GRADES, STATUSES, any_open
from grader.language.rulebook import Fact, Layer, Rule
from grader.language.typecheck import facts_named
from grader.proofs.directions import Directions, bounds, moving
from grader.proofs.tag_combinations import DECLARED_TAGS, EARLIER_TAGS, Part


@dataclass(frozen=True, slots=True)
class _Side:
    """An area before or after a change: facts, an open concern, nothing found."""

    facts: Terms
    open: z3.BoolRef
    empty: z3.BoolRef

    def withheld(self, rules: list[Rule]) -> z3.BoolRef:
        thin = [symbolic.holds(r.condition, self.facts) for r in rules]
        return z3.And(z3.Not(self.open), z3.Or(self.empty, *thin))


def may_go_wrong(directions: Directions) -> bool:
    """Whether a part's change may go the wrong way in the group; False is a proof."""
    part, book = directions.part, directions.book
    if part is Part.CONCERNS_STAY:
        return True
    grading = directions.table(Layer.GRADE)
    withholding = directions.table(Layer.SUFFICIENCY)
    before, after = (_Side({}, z3.Bool(f"open {at}"), z3.Bool(f"empty {at}")) for at in ("before", "after"))
    # A change adds or retags: where there was something, there is.
    known = [*directions.ranges, z3.Implies(after.empty, before.empty)]
    terms: list[dict[str, z3.ArithRef]] = [{}, {}]
    for name in sorted({n for r in (*grading, *withholding) for n in facts_named(r.condition)}):
        fact = book.every_fact[name]
        one, two = (z3.Int(f"{name} {at}") for at in ("before", "after"))
        known += [*bounds(fact, one), *bounds(fact, two), *moving(directions.fact(name), one, two)]
        terms[0][name], terms[1][name] = one, two
        if _counts_open(directions, fact):
            known += [before.open == (one >= 1), after.open == (two >= 1)]
        if _counts_assessed(directions, fact):
            known += [before.empty == (one == 0), after.empty == (two == 0)]
    first, second = (
        _Side({**directions.parameters, **t}, s.open, s.empty)
        for t, s in zip(terms, (before, after), strict=True)
    )
    withheld = [side.withheld(withholding) for side in (first, second)]
    solver = Solver(directions.subject.budget, *known)
    if part is Part.STAYS_GRADED:
        return solver.model(z3.Not(withheld[0]), withheld[1]) is not None
    ranks = [
        symbolic.decide(
            [(r, symbolic.holds(r.condition, side.facts)) for r in grading], *GRADES.concludes(book)
        ).rank
        for side in (first, second)
    ]
    wrong = ranks[1] < ranks[0] if part.better else ranks[1] > ranks[0]
    return solver.model(*map(z3.Not, withheld), wrong) is not None


def _counts_open(directions: Directions, fact: Fact) -> bool:
    """Whether a fact counts exactly the findings with which nothing is withheld."""
    definition, words = fact.definition, directions.book.vocabulary
    if not isinstance(definition, Count) or definition.entity != "findings":
        return False
    proposed = [finding_row(words, kind, "proposed") for kind in words.proposed]
    rows = (*DECLARED_TAGS, *EARLIER_TAGS, *proposed)
    return all(satisfies(row, definition.where) == any_open(words, [row]) for row in rows)


def _counts_assessed(directions: Directions, fact: Fact) -> bool:
    """Whether a fact counts the characteristics that have evidence: those whose status is not nothing."""
    definition, statuses = fact.definition, directions.book.vocabulary.statuses
    if not isinstance(definition, Count) or definition.entity != "characteristics" or not definition.where:
        return False
    if any(test.attribute != STATUSES.gives for test in definition.where):
        return False
    nothing, ranks = statuses.rank(statuses.nothing), range(len(statuses.names))
    return all(satisfies({"status": rank}, definition.where) == (rank != nothing) for rank in ranks)
