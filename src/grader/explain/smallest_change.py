"""What would have had to be found for another grade: the least change of the evidence that gives it.

Every answer is applied to the inspection and graded again by the reference engine before it is given, and
names the grades it would move in other areas. The search (`search.py`) is exact over its space
(`changes.py`), so that none smaller does; where it gives up, that is said. Its shape is
`grader.smallest_change/1`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from pydantic import Field

from grader.engines.reference import ReferenceEngine
from grader.errors import InternalError, UnknownNameError, quoted, suggest
from grader.explain.changes import Change, Concern, Found, Reassessed, apply, choices, concerns
from grader.explain.search import BOUNDS, GaveUp, Least, Search, Way
from grader.explain.why_not import check_grade
from grader.grading.aggregates import AreaAggregator, FactVector
from grader.grading.conclude import CharacteristicCase, LayerEvaluator
from grader.grading.run import Inputs, Pass, run, standing_of
from grader.language.bind import bind
from grader.language.nodes import Level
from grader.language.rulebook import Layer
from grader.model.proposal import Answer, Outcome

SCHEMA: Final = "grader.smallest_change/1"
#: Answers given, all of the same cost.
MOST_ANSWERS: Final = 3

_FOUND: Final = {
    "exceeds": "exceed what good looks like",
    "meets": "meet what good looks like",
    "partly_meets": "partly meet what good looks like",
    "falls_short": "fall short of what good looks like",
}


#: The least cost that gives a grade, and different changes of that cost.
Cheapest = tuple[int, list[tuple[Change, ...]]]


class OneChange(Answer):
    """One thing that would have had to be otherwise."""

    kind: Literal["assessment", "evidence_added", "finding_added", "finding_withdrawn"]
    cost: int
    evidence: str | None
    """The item assessed otherwise."""
    finding: str | None
    """The finding withdrawn."""
    characteristics: list[str]
    """Those tagged; of an added item the one it would be tagged to."""
    before: str | None
    after: str | None
    text: str


class Moved(Answer):
    """Another area whose outcome or grade the change would move too."""

    area: str
    outcome: Outcome
    grade: str | None
    outcome_after: Outcome
    grade_after: str | None


class SmallestAnswer(Answer):
    """One smallest change: applied to the inspection and graded again, it gives the grade."""

    changes: list[OneChange]
    moves: list[Moved]


class SmallestChange(Answer):
    """What would have had to be found for a grade."""

    schema_: Literal["grader.smallest_change/1"] = Field(SCHEMA, alias="schema")
    inspection: str
    body: str
    area: str
    title: str
    outcome: Outcome
    grade: str | None
    asked: str
    result: Literal["already", "found", "none", "gave_up"]
    summary: str
    cost: int | None
    """What each of the answers costs; no change that costs less gives the grade."""
    ruled_out: int | None
    """Where the search gave up: changes that cost so much or less do not give the grade."""
    answers: list[SmallestAnswer]


def smallest_change(inputs: Inputs, area: str, asked: str) -> SmallestChange:
    """The least change of the evidence, or of the findings issued, by which an area is graded so.

    Parameters
    ----------
    inputs : Inputs
        An inspection with what it is graded by.
    area : str
        An area of the edition.
    asked : str
        A grade of the scale.

    Raises
    ------
    UnknownNameError
        The edition has no such area, or the scale no such grade.
    InternalError
        An answer did not give the grade when it was applied: a fault of grader.
    """
    edition = inputs.inspection.inspection.edition
    known = [a.id for a in inputs.framework.areas_in(edition)]
    if area not in known:
        raise UnknownNameError(
            f"edition {edition} has no area {quoted(area)}", help=suggest(area, known, "areas")
        )
    check_grade(inputs.book, asked)
    bound = bind(inputs.book, inputs.overrides)
    evaluator = LayerEvaluator(bound, ReferenceEngine(bound))
    return _Question(inputs, evaluator, run(inputs, evaluator), area, asked).answer()


@dataclass(slots=True)
class _Question:
    inputs: Inputs
    evaluator: LayerEvaluator
    passed: Pass
    area: str
    asked: str
    _issuing: Mapping[int, tuple[Change, ...]] = field(init=False)
    _graded: dict[tuple[FactVector, tuple[Change, ...]], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._issuing = concerns(self.inputs.inspection, self.area)

    def answer(self) -> SmallestChange:
        outcome, grade = self._conclusion(self.passed, self.area)
        if grade == self.asked:
            return self._said("already", "nothing, it is proposed so already")
        if outcome == "not_inspected":
            return self._said("none", "not inspected, so nothing found would bring a grade")
        if outcome == "ungraded":
            edition = self.inputs.inspection.inspection.edition
            return self._said("none", f"edition {edition} gives this area no grade, whatever is found")
        if not self._can_be_given():
            return self._said("none", f"no rule gives {self._plain} in this area")
        try:
            return self._search()
        except GaveUp as gave_up:
            said = (
                f"the search gave up: there are too many possibilities; no change of cost {gave_up.cost} or"
                f" less gives {self._plain}"
            )
            return self._said("gave_up", said, ruled_out=gave_up.cost)

    # The search -------------------------------------------------------------------------------------------

    def _search(self) -> SmallestChange:
        framework = self.inputs.framework
        aggregator = AreaAggregator(self.evaluator, framework.area(self.area))
        cases = {c.id: c for c in self.passed.characteristics[self.area]}
        asking = tuple(choices(self.inputs, self.passed, aggregator))
        search = Search(aggregator, cases, asking)
        alone = self._by_findings_alone()
        before = 0
        for bound in BOUNDS:
            if alone is not None and alone[0] <= bound:
                bound = alone[0] - 1  # what is left to rule out
            try:
                states = search.states(bound)
            except GaveUp as gave_up:
                raise GaveUp(before) from gave_up
            found = self._cheapest(states, before) or (alone if alone and alone[0] == bound + 1 else None)
            if found is not None:
                return self._found(*found)
            if not states.cut:
                return self._said("none", f"nothing that could have been found gives {self._plain}")
            before = bound
        raise GaveUp(before)

    def _can_be_given(self) -> bool:
        """Whether the grade is the default, or some rule that speaks of the area names it."""
        book = self.evaluator.book
        rules = book.table(Layer.GRADE, Level.AREA).rules
        named = {r.target for r in rules if r.applies_to(self.area)}
        return self.asked in {book.grade_default, *named}

    def _by_findings_alone(self) -> Cheapest | None:
        """The fewest causes of concern, issued or withdrawn, that give the grade by themselves."""
        cases = list(self.passed.characteristics[self.area])
        for issuing in sorted(self._issuing.values(), key=len):
            if self._grades(cases, issuing):
                return _cost(issuing), [issuing]
        return None

    def _cheapest(self, states: Least[FactVector, Change], before: int) -> Cheapest | None:
        """The least cost at which the grade is given, above `before`, and the changes that do it."""
        by_cost: dict[int, list[tuple[FactVector, tuple[Change, ...], list[Way[Change]]]]] = {}
        for issuing in self._issuing.values():
            for measure, (cost, ways) in states.found.items():
                whole = cost + _cost(issuing)
                # Beyond the bound a cheaper way may be missing, unless there is nothing beyond it.
                if before < whole and (whole <= states.bound or not states.cut):
                    by_cost.setdefault(whole, []).append((measure, issuing, ways))
        for cost in sorted(by_cost):
            changes = [
                (*way.all_changes(), *issuing)
                for measure, issuing, ways in by_cost[cost]
                if self._gives(measure, issuing, ways[0])
                for way in ways
            ]
            if changes:
                return cost, changes
        return None

    def _gives(self, measure: FactVector, issuing: tuple[Change, ...], way: Way[Change]) -> bool:
        """Whether an area that comes to this, with these findings issued or not, is graded so."""
        key = (measure, issuing)
        if key not in self._graded:
            self._graded[key] = self._grades(way.cases(), issuing)
        return self._graded[key]

    def _grades(self, cases: Sequence[CharacteristicCase], issuing: Sequence[Change]) -> bool:
        area = self.inputs.framework.area(self.area)
        inspection = apply(self.inputs.inspection, issuing)
        standing = [standing_of(f) for f in inspection.all_findings if f.area == self.area]
        case = self.evaluator.area(area, inspection.inspection.edition, cases, standing)
        wanted = self.evaluator.book.grade_scale.rank(self.asked)
        return case.decision is not None and case.decision.rank == wanted

    # Answers ----------------------------------------------------------------------------------------------

    def _found(self, cost: int, ways: Iterable[tuple[Change, ...]]) -> SmallestChange:
        distinct = {tuple(sorted(changes, key=_order)) for changes in ways}
        chosen = sorted(distinct, key=lambda way: (len(way), [_order(c) for c in way]))[:MOST_ANSWERS]
        answers = [self._verified(changes, cost) for changes in chosen]
        these = "this" if len(answers) == 1 else f"one of these {len(answers)}"
        said = f"{these} would have had to be found; no smaller difference in the record gives it"
        return self._said("found", said).model_copy(update={"cost": cost, "answers": answers})

    def _verified(self, changes: Sequence[Change], cost: int) -> SmallestAnswer:
        """The changes in words, once they have been applied and graded again."""
        inspection = apply(self.inputs.inspection, changes)
        passed = run(replace(self.inputs, inspection=inspection), self.evaluator)
        given = self._conclusion(passed, self.area)
        if given != ("graded", self.asked) or _cost(changes) != cost:
            raise InternalError(
                f"a smallest change gives {given[1] or given[0]} where {self.asked} was worked out",
                help="please report it with the inspection",
            )
        moves = []
        for name in (a.id for a in self.inputs.framework.areas_in(inspection.inspection.edition)):
            before, after = self._conclusion(self.passed, name), self._conclusion(passed, name)
            if name != self.area and before != after:
                moves.append(
                    Moved(
                        area=name,
                        outcome=before[0],
                        grade=before[1],
                        outcome_after=after[0],
                        grade_after=after[1],
                    )
                )
        return SmallestAnswer(changes=[self._worded(c) for c in changes], moves=moves)

    def _worded(self, change: Change) -> OneChange:
        match change:
            case Reassessed(name, before, after):
                item = next(e for e in self.inputs.inspection.evidence if e.id == name)
                steps = f"{before.replace('_', ' ')} to {after.replace('_', ' ')}"
                text = f"if {self._texts(name)} had been found to {_FOUND[after]} ({name}: {steps})"
                return _one("assessment", change, text, item.characteristics, name, before, after)
            case Found(characteristic, after):
                good = self._quoted(characteristic)
                text = (
                    f"if one more finding of fact had shown {good} to {_FOUND[after]} (tested, on"
                    f" {characteristic})"
                )
                return _one("evidence_added", change, text, [characteristic], None, None, after)
            case Concern(_, None):
                return _one("finding_added", change, "if a cause of concern had been issued on this area")
            case Concern(_, withdrawn):
                text = f"if the cause of concern {withdrawn} had not been issued"
                return _one("finding_withdrawn", change, text, finding=withdrawn)

    def _texts(self, name: str) -> str:
        """The characteristics of this area an item counts on, as the framework words them."""
        here = [c.id for c in self.passed.characteristics[self.area]]
        on = [c for c in here if any(i.id == name for i in self.passed.tally.items[c])]
        return " and ".join(self._quoted(c) for c in on)

    def _quoted(self, characteristic: str) -> str:
        text = self.inputs.framework.characteristic(characteristic).text
        return f"“{text.rstrip('.')}”"

    def _conclusion(self, passed: Pass, area: str) -> tuple[Outcome, str | None]:
        if area not in passed.areas:
            return "not_inspected", None
        case = passed.areas[area]
        scale = self.evaluator.book.grade_scale
        return case.outcome, None if case.decision is None else scale.name_of(case.decision.rank)  # type: ignore[return-value]  # one of the four names

    @property
    def _plain(self) -> str:
        return self.asked.replace("_", " ")

    def _said(
        self, result: Literal["already", "found", "none", "gave_up"], said: str, ruled_out: int | None = None
    ) -> SmallestChange:
        title = self.inputs.framework.area(self.area).title
        outcome, grade = self._conclusion(self.passed, self.area)
        got = f"proposed {grade.replace('_', ' ')}" if grade is not None else outcome.replace("_", " ")
        return SmallestChange(
            schema=SCHEMA,
            inspection=self.inputs.inspection.id,
            body=self.inputs.inspection.inspection.body,
            area=self.area,
            title=title,
            outcome=outcome,
            grade=grade,
            asked=self.asked,
            result=result,
            summary=f"{title}: {got}; for {self._plain}: {said}",
            cost=0 if result == "already" else None,
            ruled_out=ruled_out,
            answers=[],
        )


def _one(
    kind: Literal["assessment", "evidence_added", "finding_added", "finding_withdrawn"],
    change: Change,
    text: str,
    characteristics: Iterable[str] = (),
    evidence: str | None = None,
    before: str | None = None,
    after: str | None = None,
    finding: str | None = None,
) -> OneChange:
    return OneChange(
        kind=kind,
        cost=change.cost,
        evidence=evidence,
        finding=finding,
        characteristics=sorted(characteristics),
        before=before,
        after=after,
        text=text,
    )


def _cost(changes: Iterable[Change]) -> int:
    return sum(c.cost for c in changes)


def _order(change: Change) -> tuple[int, tuple[str, ...]]:
    """Assessments first, then items added, then findings; each by its names."""
    match change:
        case Reassessed(name, before, after):
            return 0, (name, before, after)
        case Found(characteristic, assessment):
            return 1, (characteristic, assessment)
        case Concern(area, withdrawn):
            return 2, (area, withdrawn or "")
