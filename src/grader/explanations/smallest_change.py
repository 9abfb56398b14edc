"""The least change of the record that gives a grade or a better one.

Each answer is graded again by the reference, with the grades it moves elsewhere. The search is exact; where
it gives up, that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from grader.errors import InternalError
from grader.explanations.asked import area_asked, grade_asked
from grader.explanations.change_answer import (
    SCHEMA,
    Moved,
    OneChange,
    SmallestAnswer,
    SmallestChange,
    one_change,
)
from grader.explanations.changes import Change, Found, Issued, Reassessed, apply, choices, issuing
from grader.explanations.search import BOUNDS, GaveUp, Least, Route, Search
from grader.grading.aggregates import AreaAggregator, FactVector
from grader.grading.conclude import CharacteristicCase, LayerEvaluator
from grader.grading.run import GradingTrace, run, standing_of
from grader.language.nodes import Level
from grader.language.rulebook import Layer
from grader.model.framework import Framework
from grader.model.inspection import Inspection
from grader.model.proposal import Outcome
from grader.session import LoadedInspection
from grader.vocabulary.scales import Levels, Word

#: Answers given, all of the same cost.
MOST_ANSWERS: Final = 3

NO_GRADE: Final = {
    "withheld": "no grade is proposed (too little to go on)",
    "ungraded": "not graded",
    "not_inspected": "not inspected",
}

#: The least cost that gives a grade, and different changes of that cost.
Cheapest = tuple[int, list[tuple[Change, ...]]]


def smallest_change(
    loaded: LoadedInspection, area: str, asked: str, *, exactly: bool = False
) -> SmallestChange:
    """The least change by which an area gets a grade or a better one.

    Parameters
    ----------
    exactly : bool
        Whether a better grade is refused.

    Raises
    ------
    UnknownNameError
        No such area or grade.
    InternalError
        An answer did not give the grade.
    """
    framework = loaded.framework.framework
    area = area_asked(framework, loaded.inspection.inspection.edition, area)
    return _Question(loaded, area, grade_asked(framework, asked), exactly).answer()


@dataclass(slots=True)
class _Question:
    loaded: LoadedInspection
    area: str
    asked: str
    exactly: bool
    inspection: Inspection = field(init=False)
    framework: Framework = field(init=False)
    evaluator: LayerEvaluator = field(init=False)
    trace: GradingTrace = field(init=False)
    _aggregator: AreaAggregator = field(init=False)
    _issuing: list[tuple[Change, ...]] = field(init=False)
    _graded: dict[tuple[FactVector, tuple[Change, ...]], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.inspection, self.framework = self.loaded.inspection, self.loaded.framework.framework
        self.evaluator, self.trace = self.loaded.session.what_if, self.loaded.trace
        self._aggregator = self.loaded.session.aggregator(self.framework.area(self.area))
        self._issuing = issuing(self.inspection, self.area, self._aggregator)

    def answer(self) -> SmallestChange:
        outcome, grade = self._conclusion(self.trace, self.area)
        if grade == self.asked:
            return self._said("already", "nothing, it is proposed so already")
        if grade is not None and self._is_asked(grade):
            said = f"nothing, {_plain(grade)} is better (for {_plain(self.asked)} itself add --exactly)"
            return self._said("already", said)
        if outcome == "not_inspected":
            return self._said(
                "none", "nothing found would bring it: the inspection says it was not inspected"
            )
        if outcome == "ungraded":
            edition = self.inspection.inspection.edition
            said = f"edition {edition} of the framework gives this area no grade, whatever is found"
            return self._said("none", said)
        if not self._can_be_given():
            return self._said("none", f"no rule gives {self._wanted} in this area")
        try:
            return self._search()
        except GaveUp as gave_up:
            said = (
                f"the search gave up: there are too many possibilities; no change of cost {gave_up.cost} or"
                f" less gives {self._wanted}"
            )
            return self._said("gave_up", said, ruled_out=gave_up.cost)

    # The search -------------------------------------------------------------------------------------------

    def _search(self) -> SmallestChange:
        cases = {c.id: c for c in self.trace.characteristics[self.area]}
        asking = tuple(choices(self.inspection, self.framework, self.trace, self._aggregator))
        search = Search(self._aggregator, cases, asking)
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
                return self._said("none", f"nothing that could have been found gives {self._wanted}")
            before = bound
        raise GaveUp(before)

    def _can_be_given(self) -> bool:
        """Whether the default or some rule gives a grade asked for."""
        book = self.evaluator.book
        rules = book.table(Layer.GRADE, Level.AREA).rules
        named = {r.target for r in rules if r.applies_to(self.area)}
        return any(self._is_asked(grade) for grade in {book.grade_default, *named})

    def _by_findings_alone(self) -> Cheapest | None:
        """The fewest findings, declared or withdrawn, that give the grade by themselves."""
        cases = list(self.trace.characteristics[self.area])
        for issued in sorted(self._issuing, key=len):
            if self._grades(cases, issued):
                return _cost(issued), [issued]
        return None

    def _cheapest(self, states: Least[FactVector, Change], before: int) -> Cheapest | None:
        """The least cost above `before` that gives the grade, and its changes."""
        by_cost: dict[int, list[tuple[FactVector, tuple[Change, ...], list[Route[Change]]]]] = {}
        for issued in self._issuing:
            extra = _cost(issued)
            if extra > states.bound and states.cut:
                continue
            for measure, (cost, ways) in states.found.items():
                # Beyond the bound a cheaper way may be missing, unless there is nothing beyond it.
                if before < cost + extra and (cost + extra <= states.bound or not states.cut):
                    by_cost.setdefault(cost + extra, []).append((measure, issued, ways))
        for cost in sorted(by_cost):
            changes = [
                (*way.all_changes(), *issued)
                for measure, issued, ways in by_cost[cost]
                if self._gives(measure, issued, ways[0])
                for way in ways
            ]
            if changes:
                return cost, changes
        return None

    def _gives(self, measure: FactVector, issued: tuple[Change, ...], way: Route[Change]) -> bool:
        """Whether this vector with these findings gives the grade."""
        key = (measure, issued)
        if key not in self._graded:
            self._graded[key] = self._grades(way.cases(), issued)
        return self._graded[key]

    def _grades(self, cases: Sequence[CharacteristicCase], issued: Sequence[Change]) -> bool:
        area = self.framework.area(self.area)
        inspection = apply(self.framework.vocabulary, self.inspection, issued)
        standing = [
            standing_of(self.framework.vocabulary, f) for f in inspection.all_findings if f.area == self.area
        ]
        case = self.evaluator.area(area, inspection.inspection.edition, cases, standing)
        named = self.evaluator.book.grade_scale.name_of
        return case.decision is not None and self._is_asked(named(case.decision.rank))

    def _is_asked(self, grade: str) -> bool:
        """Whether a grade is the one asked for or, unless exact, better."""
        ranks = self.evaluator.book.grade_scale.ranks
        return grade == self.asked or (not self.exactly and ranks[grade] > ranks[self.asked])

    # Answers ----------------------------------------------------------------------------------------------

    def _found(self, cost: int, ways: Iterable[tuple[Change, ...]]) -> SmallestChange:
        distinct = {tuple(sorted(changes, key=self._order)) for changes in ways}
        chosen: dict[tuple[Change, ...], GradingTrace] = {}
        for changes in sorted(distinct, key=lambda way: (len(way), [self._order(c) for c in way])):
            if len(chosen) == MOST_ANSWERS:
                break
            weakest, passed = self._weakened(changes)
            chosen.setdefault(weakest, passed)
        answers = [self._answer(changes, passed, cost) for changes, passed in chosen.items()]
        these = "this" if len(answers) == 1 else f"one of these {len(answers)}"
        said = f"{these} would have had to be found; no smaller difference in the record gives it"
        return self._said("found", said).model_copy(update={"cost": cost, "answers": answers})

    def _weakened(self, changes: tuple[Change, ...]) -> tuple[tuple[Change, ...], GradingTrace]:
        """The changes with each added item described where that is enough, and their fact vector."""
        passed = self._applied(changes)
        for at, change in enumerate(changes):
            if isinstance(change, Found):
                weaker = (*changes[:at], replace(change, tested=False), *changes[at + 1 :])
                after = self._applied(weaker)
                if self._is_given(after):
                    changes, passed = weaker, after
        return tuple(sorted(changes, key=self._order)), passed

    def _applied(self, changes: Sequence[Change]) -> GradingTrace:
        inspection = apply(self.framework.vocabulary, self.inspection, changes)
        return run(inspection, self.framework, self.evaluator)

    def _is_given(self, passed: GradingTrace) -> bool:
        grade = self._conclusion(passed, self.area)[1]
        return grade is not None and self._is_asked(grade)

    def _answer(self, changes: Sequence[Change], passed: GradingTrace, cost: int) -> SmallestAnswer:
        """The changes in words, now that they have been applied and graded again."""
        given = self._conclusion(passed, self.area)
        if given[1] is None or not self._is_asked(given[1]) or _cost(changes) != cost:
            raise InternalError(
                f"a smallest change gives {given[1] or given[0]} where {self.asked} was worked out",
                help="please report it with the inspection",
            )
        moves = []
        for name in (a.id for a in self.framework.areas_in(self.inspection.inspection.edition)):
            before, after = self._conclusion(self.trace, name), self._conclusion(passed, name)
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
        return SmallestAnswer(grade=given[1], changes=[self._worded(c) for c in changes], moves=moves)

    def _worded(self, change: Change) -> OneChange:
        words = self.framework.vocabulary
        match change:
            case Reassessed(name, before, after, _):
                item = next(e for e in self.inspection.evidence if e.id == name)
                steps = f"{before.replace('_', ' ')} to {after.replace('_', ' ')}"
                met = self._met(self._scale(item.characteristics[0]).word(after))
                text = f"if {self._texts(name)} had been {met} ({name}: {steps})"
                return one_change("assessment", change, text, item.characteristics, name, before, after)
            case Found(characteristic, after, tested):
                good = self._quoted(characteristic)
                strength = "tested" if tested else "described is enough"
                level = self._scale(characteristic).word(after)
                shown = f"shown {good} to {level.phrase}"
                if not level.phrase:
                    shown, strength = f"assessed {good} as {level.title}", "one more item"
                text = f"if one more finding of fact had {shown} ({strength}, on {characteristic})"
                one = one_change("evidence_added", change, text, [characteristic], None, None, after)
                return one.model_copy(update={"basis": change.basis(words)})
            case Issued(_, kind, withdrawn):
                named = kind.replace("_", " ")
                if withdrawn is None:
                    a = "an" if named[0] in "aeiou" else "a"
                    one = one_change("finding_added", change, f"if {a} {named} had been issued on this area")
                else:
                    text = f"if the {named} {withdrawn} had not been issued"
                    one = one_change("finding_withdrawn", change, text, finding=withdrawn)
                return one.model_copy(update={"finding_kind": kind})

    def _scale(self, characteristic: str) -> Levels:
        return self.framework.vocabulary.scale_of(self.framework.scale_of(characteristic))

    @staticmethod
    def _met(level: Word) -> str:
        """What is found where a level is chosen."""
        return f"found to {level.phrase}" if level.phrase else f"assessed as {level.title}"

    def _texts(self, name: str) -> str:
        """The characteristics of this area an item counts on, as the framework words them."""
        here = [c.id for c in self.trace.characteristics[self.area]]
        on = [c for c in here if any(i.id == name for i in self.trace.tally.items[c])]
        return " and ".join(self._quoted(c) for c in on)

    def _quoted(self, characteristic: str) -> str:
        text = self.framework.characteristic(characteristic).text
        return f"“{text.rstrip('.')}”"

    def _conclusion(self, passed: GradingTrace, area: str) -> tuple[Outcome, str | None]:
        if area not in passed.areas:
            return "not_inspected", None
        case = passed.areas[area]
        scale = self.evaluator.book.grade_scale
        return case.outcome, None if case.decision is None else scale.name_of(case.decision.rank)  # type: ignore[return-value]  # one of the four names

    def _order(self, change: Change) -> tuple[int, tuple[str | int, ...]]:
        """Assessments first, then items added (those preferred first), then findings; each by its names."""
        match change:
            case Reassessed(name, before, after, _):
                return 0, (name, before, after)
            case Found(characteristic, assessment, tested):
                preferred = self._scale(characteristic).from_middle()
                return 1, (preferred.index(assessment), tested, characteristic)
            case Issued(area, kind, withdrawn):
                return 2, (area, kind, withdrawn or "")

    @property
    def _wanted(self) -> str:
        """The grade asked for, with how it is meant where a better one is there."""
        best = self.evaluator.book.grade_scale.best
        if self.exactly:
            return f"exactly {_plain(self.asked)}"
        return _plain(self.asked) + ("" if self.asked == best else " or better")

    def _said(
        self, result: Literal["already", "found", "none", "gave_up"], said: str, ruled_out: int | None = None
    ) -> SmallestChange:
        title = self.framework.area(self.area).title
        outcome, grade = self._conclusion(self.trace, self.area)
        got = f"proposed {_plain(grade)}" if grade is not None else NO_GRADE[outcome]
        return SmallestChange(
            schema=SCHEMA,
            inspection=self.inspection.id,
            body=self.inspection.inspection.body,
            area=self.area,
            title=title,
            outcome=outcome,
            grade=grade,
            asked=self.asked,
            exactly=self.exactly,
            overrides=dict(sorted(self.loaded.session.settings.items())),
            result=result,
            summary=f"{title}: {got}; for {self._wanted}: {said}",
            cost=0 if result == "already" else None,
            ruled_out=ruled_out,
            answers=[],
        )


def _cost(changes: Iterable[Change]) -> int:
    return sum(c.cost for c in changes)


def _plain(name: str) -> str:
    return name.replace("_", " ")
