"""Promise 3 of frameworks scored once: no single change moves a conclusion the wrong way.

Asked first of the grade, withheld or not, one component at a time: what then holds, holds of items tagged to
several. What breaks is asked of areas graded before and after, for the smallest case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import z3

from grader.engines.symbolic import Solver, Undecided, number
from grader.language.rulebook import RuleBook
from grader.proofs.report import WHERE_GRADED, Finding, NotApplicable
from grader.proofs.schemes.blame import blame, contrary
from grader.proofs.schemes.changes import Step, added, steps
from grader.proofs.schemes.components import components
from grader.proofs.schemes.states import Concluded, Found, States
from grader.proofs.schemes.subject import Scheme, of_solver
from grader.proofs.schemes.tried import Broken, falsified, went_wrong
from grader.proofs.tag_combinations import Part
from grader.proofs.witness import Witness, agree
from grader.vocabulary.words import Vocabulary

_WORDS: Final[Mapping[Part, str]] = {
    Part.RAISE: "raising one characteristic to a better level of its scale",
    Part.ADD_EXCEEDS: "adding an item at the best level of its scale",
    Part.ADD_MEETS: "adding an item that meets",
    Part.ADD_FALLS_SHORT: "adding an item at the worst level of its scale",
    Part.CONCERN: "adding a finding that caps the grade, or worsening the progress of one,",
    Part.STAYS_GRADED: "adding an item at the best level of its scale",
    Part.CONCERNS_STAY: "lowering one characteristic, or worsening an earlier finding,",
}

#: What each part says of frameworks whose statuses are as assessed.
MEANS: Final[Mapping[Part, str]] = {
    Part.RAISE: "a status is what was assessed: one characteristic is raised by any number of steps",
    Part.ADD_EXCEEDS: "the best level of its scale stands for what exceeds",
    Part.ADD_FALLS_SHORT: "the worst level of its scale stands for what falls short",
    Part.STAYS_GRADED: "the best level of its scale stands for what exceeds",
}

_SEVERAL: Final = {
    "lowest": "an item added to others counts where it is the lowest",
    "best": "an item added to others counts where it is the best",
    "latest": "an item added to others counts where it is the latest, and of one day where it is the lowest",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One change to any state of an area, as terms before and after."""

    states: States
    step: Step
    before: Found
    then: Found
    able: z3.BoolRef
    first: Concluded
    second: Concluded


def check_part(scheme: Scheme, part: Part) -> list[Finding] | str:
    """Findings against one part of the promise; none, or a proof's assumption, where it holds.

    Raises
    ------
    NotApplicable
        The framework has nothing of the part.
    Undecided
        Neither proved nor refuted.
    """
    _applies(scheme, part)
    tried = falsified(scheme, part)
    try:
        suspects = list(_suspects(scheme, part))
        if not suspects:
            agree(None, tried, f"a case tried in which {_WORDS[part]} goes wrong")
            return []
        broken = _smallest(scheme, part, suspects)
    except Undecided:
        if tried is None:
            raise
        broken = tried
    if broken is not None:
        return [_finding(scheme, part, broken)]
    if part.of_grades and _together(scheme, part):
        raise Undecided("broken only where the grade is withheld, or by a change to several characteristics")
    return WHERE_GRADED if part.of_grades else []


def meaning(words: Vocabulary, part: Part) -> tuple[str, ...]:
    """What a part says of the framework, where that is not plain."""
    means = [MEANS[part]] if part in MEANS else []
    if part in (Part.ADD_EXCEEDS, Part.ADD_FALLS_SHORT, Part.ADD_MEETS, Part.STAYS_GRADED):
        means.append(_SEVERAL[words.several or "lowest"])
    return tuple(means)


def _applies(scheme: Scheme, part: Part) -> None:
    """Raise NotApplicable where the framework has nothing a part is about."""
    words = scheme.words
    if part is Part.WORSEN:
        raise NotApplicable("a status is what was assessed, whatever the extent, the harm or the remedy")
    if part in (Part.CONCERN, Part.CONCERNS_STAY) and not words.capping:
        raise NotApplicable(no_cap(words))
    if part is Part.CONCERNS_STAY and not set(words.capping) & set(words.proposed):
        raise NotApplicable("rules propose no finding that caps the grade")
    parts = [c for area in scheme.graded for c in components(area, words)]
    if part is Part.ADD_MEETS and not any(added(part, c, words) for c in parts):
        raise NotApplicable("no scale of the framework says which of its levels is one that meets")


def no_cap(words: Vocabulary) -> str:
    """Why promises about what caps the grade say nothing."""
    return "no kind of finding caps the grade" if words.findings else "the framework has no kinds of finding"


# Questions ------------------------------------------------------------------------------------------------


def _suspects(scheme: Scheme, part: Part) -> Iterator[_Asked]:
    """Changes that go the wrong way at some parameter values, the area withheld or not."""
    for area in scheme.graded:
        states = scheme.states(area, free=True)
        before = states.found()
        first = states.conclude(before)
        solver = scheme.solver(states, *states.known(before))
        for step in steps(part, states):
            asked = _asked(states, step, before, first)
            if solver.model(asked.able, _wrong(part, asked.first, asked.second)) is not None:
                yield asked


def _asked(states: States, step: Step, before: Found, first: Concluded) -> _Asked:
    then, able = step.after(states, before)
    return _Asked(states, step, before, then, able, first, states.conclude(then))


def _wrong(part: Part, first: Concluded, second: Concluded) -> z3.BoolRef:
    """That a change goes the wrong way."""
    if part is Part.STAYS_GRADED:
        return z3.And(first.graded, second.withheld())
    if part is Part.CONCERNS_STAY:
        capping = _capping_rules(first), _capping_rules(second)
        return z3.Or([z3.And(capping[0][at], z3.Not(capping[1][at])) for at in capping[0]])
    one, two = first.grade.rank, second.grade.rank
    return two < one if part.better else two > one


def _capping_rules(concluded: Concluded) -> dict[str, z3.BoolRef]:
    """Of each component and the area, whether a capping finding is proposed on it."""
    places = {**concluded.on, "": concluded.raises}
    return {
        name: z3.Or([h for r, h in held if r.target in concluded.capping]) for name, held in places.items()
    }


def _smallest(scheme: Scheme, part: Part, suspects: Sequence[_Asked]) -> Broken | None:
    """The smallest case, at the parameters' defaults if there is one there."""
    for values in _settings(scheme.subject.book):
        best: Broken | None = None
        try:
            for asked in suspects:
                best = _case(scheme, part, asked, values, best) or best
        except Undecided:
            if best is None:
                raise
        if best is not None:
            return best
    return None


def _settings(book: RuleBook) -> Iterator[frozenset[str]]:
    """Parameters that may leave their defaults: none, then each by itself, then all."""
    names = sorted(book.parameters)
    yield frozenset()
    yield from (frozenset({name}) for name in names if len(names) > 1)
    if names:
        yield frozenset(names)


def _case(
    scheme: Scheme, part: Part, asked: _Asked, moved: frozenset[str], best: Broken | None
) -> Broken | None:
    """A smallest case of one change; None if none is smaller than the best known."""
    states, book = asked.states, scheme.subject.book
    fixed = [states.parameters[f"${n}"] == p.default for n, p in book.parameters.items() if n not in moved]
    both = [asked.first.graded, asked.second.graded] if part.of_grades else []
    solver = scheme.solver(states, *states.known(asked.before), *fixed, *both, asked.able)
    solver.add(_wrong(part, asked.first, asked.second))
    size = states.size(asked.before)
    if best is not None:
        solver.add(size < best.before.size)
    model = solver.smallest(size)
    if model is None:
        return None
    model = _plainer(solver, model, asked, size)
    before = scheme.situation_in(states, model, asked.before)
    values = {n: number(model, states.parameters[f"${n}"]) for n in moved}
    changed = {n: v for n, v in sorted(values.items()) if v != book.parameters[n].default}
    return Broken(before, asked.step.applied(before, model, asked.then), asked.step, changed)


def _plainer(solver: Solver, model: z3.ModelRef, asked: _Asked, size: z3.ArithRef) -> z3.ModelRef:
    """Of the smallest cases one with the smallest change."""
    try:
        width = asked.step.width(asked.before, asked.then)
        return solver.smallest(width, size == number(model, size)) or model
    except Undecided:
        return model


def _together(scheme: Scheme, part: Part) -> bool:
    """Whether several such changes go the wrong way in an area graded before and after."""
    for area in scheme.graded:
        states = scheme.states(area, free=True)
        before = states.found()
        first = states.conclude(before)
        ranks = dict(before.ranks)
        known = states.known(before)
        for step in steps(part, states):
            then, able = step.after(states, before)
            for name in ranks:
                if then.ranks[name] is not before.ranks[name]:
                    ranks[name] = then.ranks[name]
                    known.append(z3.Or(able, ranks[name] == before.ranks[name]))
        second = states.conclude(Found(ranks, before.declared, before.earlier))
        solver = scheme.solver(states, *known, first.graded, second.graded)
        if solver.model(_wrong(part, first, second)) is not None:
            return True
    return False


# What is told ---------------------------------------------------------------------------------------------


def _finding(scheme: Scheme, part: Part, broken: Broken) -> Finding:
    """Replay both sides, say what happened, and which rules are to blame."""
    at, words = scheme.at(broken.values), scheme.words
    first, second = at.replayed(broken.before), at.replayed(broken.then)
    of_solver(went_wrong(part, first, second, words), _WORDS[part], broken.before, words)

    def wrong(other: Scheme) -> bool:
        return went_wrong(part, other.grading.of(broken.before), other.grading.of(broken.then), words)

    blamed = blame(at, part, (first, second), wrong)
    area = broken.before.area.id
    said = (first.said, second.said)
    if part is Part.CONCERNS_STAY:
        said = (first.said_concerns(words), second.said_concerns(words))
    where = "".join(f", with {n} at {v}" for n, v in broken.values.items())
    change = broken.step.words(broken.before, broken.then, words)
    is_ = "is graded" if part.of_grades or part is Part.STAYS_GRADED else "is"
    told = f"where {broken.before.words(words)}, {area} {is_} {said[0]}; {change} makes it {said[1]}{where}"
    through = contrary(at.subject.bound, blamed, (first, second))
    rules = {r.id: r for r in at.subject.book.rules}
    cases = (
        broken.before.case("before", first, words, broken.values),
        broken.then.case("after", second, words, broken.values),
    )
    return Finding(
        "non-monotone",
        blamed,
        rules[blamed[0]].place if blamed else None,
        f"{_WORDS[part].rstrip(',')} {_verb(part)} ({part.value}){where}",
        "compare the two cases of the witness; docs/findings/non-monotone.md says how to mend it",
        Witness("; ".join([told, *through]), cases),
    )


def _verb(part: Part) -> str:
    if part is Part.STAYS_GRADED:
        return "turns graded into withheld"
    if part is Part.CONCERNS_STAY:
        return "removes a proposed finding that caps the grade"
    return "lowers a grade" if part.better else "raises a grade"
