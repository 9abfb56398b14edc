"""Promises 1, 4 and 6: total and local, true by construction and tried; and reachable."""

from __future__ import annotations

from collections.abc import Mapping

import z3

from grader.engines import symbolic
from grader.language.figures import whole_range
from grader.language.nodes import Definition, Level
from grader.language.pipeline import FIGURES, OUTCOMES
from grader.language.rulebook import Layer, Rule, RuleBook
from grader.language.typecheck import facts_named
from grader.language.vocabulary import entities
from grader.model.framework import Area
from grader.proofs.areas import AreaTerms
from grader.proofs.report import Finding
from grader.proofs.subject import Subject
from grader.proofs.trials import Trials
from grader.proofs.witness import Situation, agree

# 1 Total --------------------------------------------------------------------------------------------------


def check_total(subject: Subject, trials: Trials) -> int:
    """How many cases had exactly one outcome, and a grade on the scale where graded, as all must."""
    known = set(subject.bound.areas)
    for area in subject.framework.areas:
        agree(True, area.id in known, f"area {area.id} is known to the rule book")
    outcomes = {o.name for o in OUTCOMES}
    for trial in trials.states:
        decided = trial.area.decision
        agree(
            True, trial.area.outcome in outcomes, f"the outcome of {trial.situation.area.id} is one there is"
        )
        agree(trial.area.outcome == "graded", decided is not None, "whether a graded area has a grade")
        if decided is not None:
            agree(True, 0 <= decided.rank < len(subject.bound.grade_scale.names), "the grade is on the scale")
    return len(trials.states)


def measured(
    book: RuleBook, measure: str, figure: z3.ArithRef, without: Rule | None = None
) -> symbolic.Conclusion:
    """What a figure says, leaving one rule out of account where one is named."""
    rules = [r for r in book.table(Layer.MEASURE, Level.FIGURE).rules if r.applies_to(measure)]
    held = [(r, symbolic.holds(r.condition, {"figure": figure})) for r in rules if r is not without]
    scale, _ = FIGURES.concludes(book)
    return symbolic.decide(held, scale, book.falls_to(measure))


def figures(book: RuleBook, measure: str, figure: z3.ArithRef) -> list[tuple[z3.BoolRef, z3.BoolRef]]:
    """The ranges a figure, as rules read it, may lie in; the last is the whole."""
    low, high = whole_range(book.measures[measure])
    whole = (figure >= low, figure <= high)
    within = low <= 0 and high >= 1000
    return [(figure >= 0, figure <= 1000), whole] if within and (low, high) != (0, 1000) else [whole]


# 4 Local --------------------------------------------------------------------------------------------------


#: Whole inspections graded to see that evidence on one area moves no other.
LOCAL_CASES = 26


def check_local(subject: Subject, trials: Trials) -> int:
    """How many cases moved no other area; facts range over their own area's things, so none can."""
    for rule in subject.bound.rules:
        for name in facts_named(rule.condition):
            if name in subject.bound.facts:
                for entity in reach(subject.bound.facts[name].definition, subject.bound):
                    known = entity in entities(subject.bound.vocabulary) or entity == "own"
                    agree(True, known, f"fact {name} ranges over {entity}")
    empty: dict[str, Mapping[str, str]] = {}
    chosen = trials.states[:: max(1, len(trials.states) // LOCAL_CASES)]
    for trial in chosen:
        area, edition = trial.situation.area, trial.situation.edition
        if edition not in empty:
            empty[edition] = subject.conclude(Situation(area, edition, ())).outcomes
        informed = subject.informed(area, edition)
        for name, outcome in subject.conclude(trial.situation).outcomes.items():
            if name != area.id and name not in informed:
                agree(empty[edition][name], outcome, f"{name}, where evidence stands on {area.id} alone")
    return len(chosen)


def reach(definition: Definition, book: RuleBook) -> tuple[str, ...]:
    """What a definition ranges over; the pass gives each area its own of these alone.

    A status is 0 where the characteristic is not the area's own.
    """
    if definition.depends_on:
        return tuple(r for name in definition.depends_on for r in reach(book.facts[name].definition, book))
    return (definition.entity or "own",)


# 6 Reachable ----------------------------------------------------------------------------------------------

WITHHELD = "withheld"


def check_reachable(subject: Subject, trials: Trials) -> list[Finding]:
    """A replayed witness of every grade in each graded area and edition, and of every outcome."""
    replay_ungraded(subject)
    found: dict[str, list[str]] = {}
    situations: dict[tuple[str, str], Situation | None] = {}
    for edition in subject.framework.editions:
        areas = [a for a in subject.framework.areas_in(edition) if a.editions[edition].graded]
        for conclusion in (*subject.bound.grade_scale.names, WITHHELD):
            shown = []
            for area in areas:
                if (area.id, conclusion) not in situations:
                    situations[area.id, conclusion] = trials.concluding(area).get(conclusion) or _concluding(
                        subject, trials, area, conclusion
                    )
                situation = situations[area.id, conclusion]
                if situation is None:
                    found.setdefault(conclusion, []).append(f"{area.id} in edition {edition}")
                else:
                    shown.append(situation)
            grades = subject.conclude_together(shown, edition)
            expected = None if conclusion == WITHHELD else conclusion
            for situation in shown:
                what = f"replay of a witness for {conclusion} in {situation.area.id}"
                agree(expected, grades[situation.area.id], what)
    return [unreachable(subject, conclusion, areas) for conclusion, areas in found.items()]


def _concluding(subject: Subject, trials: Trials, area: Area, conclusion: str) -> Situation | None:
    """A situation in an area that is graded so, or withheld."""
    group = next(k for k in subject.graded if any(a.id == area.id for a in k.areas))

    def concluded(terms: AreaTerms) -> z3.BoolRef:
        if conclusion == WITHHELD:
            return terms.withheld()
        rank = subject.bound.grade_scale.rank(conclusion)
        return z3.And(z3.Not(terms.withheld()), terms.grade.rank == rank)

    known = trials.pool(group)
    found = subject.find_among(group, concluded, known, area)
    found = found or subject.find_area(group, concluded, known, area=area)
    if found is not None:
        trials.found.append(found)
    return found


def replay_ungraded(subject: Subject) -> None:
    """Areas an edition does not grade are ungraded."""
    for edition in subject.framework.editions:
        areas = subject.framework.areas_in(edition)
        outcomes = subject.conclude(Situation(areas[0], edition, ())).outcomes if areas else {}
        for area in areas:
            graded = area.editions[edition].graded
            agree(not graded, outcomes[area.id] == "ungraded", f"whether {area.id} is ungraded")


def unreachable(subject: Subject, conclusion: str, areas: list[str]) -> Finding:
    """The finding on a conclusion that no inspection comes to in some areas."""
    rules = [r for r in subject.book.rules if r.layer is Layer.GRADE and r.target == conclusion]
    shown = ", ".join(areas[:4]) + (f" and {len(areas) - 4} more" if len(areas) > 4 else "")
    places = [r.place for r in subject.book.rules if r.layer is Layer.GRADE and r.place is not None]
    own = [r.place for r in rules if r.place is not None]
    if conclusion == WITHHELD:
        text = f"no inspection can leave the grade withheld in {shown}"
        help = "look for a rule that raises a cause of concern whatever was found"
    else:
        scale, name = subject.bound.grade_scale, conclusion.replace("_", " ")
        effect = "reaches" if scale.rank(conclusion) > scale.rank(subject.book.grade_default) else "limits to"
        text = f"no inspection can be graded {name} in {shown}"
        help = f"add a rule that {effect} {name}, or look at what keeps it out"
    return Finding(
        "unreachable", tuple(sorted(r.id for r in rules)), min(own or places, default=None), text, help,
        areas=tuple(dict.fromkeys(a.partition(" in edition ")[0] for a in areas)), conclusion=conclusion,
    )  # fmt: skip
