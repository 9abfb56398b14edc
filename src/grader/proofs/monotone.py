"""Promise 3: no single change moves a conclusion the wrong way.

Tried first, then proved layer by layer at every parameter value. What that leaves open is proved at the
defaults, of an area's very states: of the grade, withheld or not, and of one characteristic moving.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import z3

from grader.engines.symbolic import Undecided, number, total
from grader.language.rulebook import Layer
from grader.proofs.areas import (
    AreaGroup,
    AreaSpace,
    AreaTerms,
    Members,
    Recorded,
    State,
    drawn,
    weight,
)
from grader.proofs.blame import blame, went_wrong
from grader.proofs.characteristics import Move
from grader.proofs.directions import Directions, Movement, partly_bound
from grader.proofs.graded_moves import may_go_wrong
from grader.proofs.report import WHERE_GRADED, Finding
from grader.proofs.subject import (
    GRADE_AND_SUFFICIENCY,
    GRADE_ONLY,
    Subject,
    any_edition,
    recorded_in,
)
from grader.proofs.tag_combinations import (
    DECLARED_TAGS,
    EARLIER_TAGS,
    WORDS,
    Change,
    Part,
    changes,
    recorded_changes,
)
from grader.proofs.trials import Trial, Trials
from grader.proofs.witness import Situation, Witness, after, case_of, change_words, place, told
from grader.vocabulary.peel import PEEL

#: Counterexamples looked at to tell the rule that is to blame from those it drags along.
COUNTEREXAMPLES = 24

Pair = tuple[Situation, Situation]


@dataclass(frozen=True, slots=True)
class Step:
    """A change to any state of an area, as terms before and after."""

    state: State
    before: AreaTerms
    after: AreaTerms
    known: list[z3.BoolRef]
    weight: z3.ArithRef
    picks: Sequence[z3.ArithRef]


def check_part(subject: Subject, part: Part, trials: Trials | None = None) -> list[Finding] | str:
    """Findings against one part of the promise; none, or a proof's assumption, where it holds."""
    trials = trials or Trials(subject)
    refuted = _tried(trials, part, {})
    if refuted is not None:
        return [refuted]
    if not _offenders(subject, part):
        return []
    if not _wrong_where_graded(subject, part):
        return WHERE_GRADED if part.of_grades else []
    for group in subject.graded:
        pair = _exactly(subject, group, part)
        if pair is not None:
            return [_finding(trials, part, [pair], {})]
    if not subject.book.parameters:
        return []
    return _elsewhere(subject, part)


def _tried(trials: Trials, part: Part, values: Mapping[str, int]) -> Finding | None:
    """The finding a trial makes, its cases as small as they go; or None."""
    pairs = []
    for before, then in trials.broken(part, went_wrong(part)):
        pairs.append((before, then))
        if len(pairs) == COUNTEREXAMPLES:
            break
    if not pairs:
        return None
    small = trials.smaller(*pairs[0], went_wrong(part))
    return _finding(trials, part, [(b.situation, t.situation) for b, t in (small, *pairs)], values)


def _offenders(subject: Subject, part: Part) -> list[str]:
    """Rules that may go the wrong way at some parameter values; none is a proof."""
    found: set[str] = set()
    shared: dict[object, Movement] = {}
    for book in partly_bound(subject.book):
        for group in subject.graded:
            found |= {r.id for r in Directions(subject, group, part, book, shared).offenders()}
    return sorted(found)


def _wrong_where_graded(subject: Subject, part: Part) -> bool:
    """Whether areas graded before and after may go wrong at some parameter values."""
    shared: dict[object, Movement] = {}
    return any(
        may_go_wrong(Directions(subject, group, part, book, shared))
        for book in partly_bound(subject.book)
        for group in subject.graded
    )


def _elsewhere(subject: Subject, part: Part) -> list[Finding]:
    """The finding at other parameters than the defaults, where a trial makes one."""
    for values in at_ends(subject):
        at = Subject(subject.book, subject.framework, subject.budget, values, subject.confirm)
        found = _tried(Trials(at, many=80), part, values)
        if found is not None:
            return [found]
    raise Undecided("proved at the default parameters; at others neither proved nor refuted")


def at_ends(subject: Subject) -> Iterator[dict[str, int]]:
    """Each parameter by itself at the ends of its range."""
    for name, p in subject.book.parameters.items():
        for value in sorted({p.minimum, p.maximum} - {p.default}):
            yield {name: value}


# Of the very states ---------------------------------------------------------------------------------------


def _layers(part: Part) -> frozenset[Layer]:
    """The layers whose conclusions a part is about."""
    if part is Part.STAYS_GRADED:
        return GRADE_AND_SUFFICIENCY
    return GRADE_ONLY if part.of_grades else frozenset()


def _exactly(subject: Subject, group: AreaGroup, part: Part) -> Pair | None:
    """Situations before and after a change that breaks the promise, or None."""
    lean = subject.space(group, _layers(part))
    if part is Part.CONCERNS_STAY:
        pair = _concern_lost(subject, group)
        if pair is not None:
            return pair
    slots: list[str | None] = [None, *group.named]
    for slot in slots:
        moves = _moves(lean, part, slot)
        if moves and _breaks(lean, part, _moving(lean, slot, moves, written=False)) is not None:
            return _on_characteristic(subject, group, part, slots)
    if part in (Part.CONCERN, Part.CONCERNS_STAY):
        made = recorded_changes()
        if _breaks(lean, part, _recording(lean, made, written=False)) is not None:
            return _among_findings(subject, group, part, made)
    return None


def _concern_lost(subject: Subject, group: AreaGroup) -> Pair | None:
    """A characteristic on which a worse tag leaves no concern proposed where one was."""
    space = subject.characteristic(group)
    step = space.stepping(changes(Part.CONCERNS_STAY))
    if step is None:
        return None
    before, then = (
        z3.Or([f for r, f in side.raises if r.target in PEEL.capping]) for side in (step.before, step.after)
    )
    model = step.solver.smallest(step.before.size, before, z3.Not(then))
    if model is None:
        return None
    change = step.made(model)
    move = space.made_concrete(space.example_in(model, step.items, step.earlier), change)
    alone = subject.alone(group, move.before)
    started = Situation(alone.area, alone.edition, alone.on, (), (), alone.on[0][0], change)
    return started, after(started, move.after)


def _moves(space: AreaSpace, part: Part, slot: str | None) -> list[Move]:
    counted = slot is None or space.counted(slot)
    return space.spaces[counted].moves(space.seen(slot is not None, counted), changes(part))


def _one_of(count: int) -> tuple[list[z3.ArithRef], list[z3.BoolRef]]:
    picks = [z3.Int(f"s{i}") for i in range(count)]
    return picks, [*(p >= 0 for p in picks), total(picks) == 1]


def _moving(space: AreaSpace, slot: str | None, moves: Sequence[Move], *, written: bool) -> Step:
    """One characteristic making one of these moves, all else at anything."""
    state = space.state(moving=slot, written=written)
    picks, known = _one_of(len(moves))
    if written:
        pairs = zip(moves, picks, strict=True)
        known += [p == 0 for m, p in pairs if not (m.before.written and m.after.written)]
    counted = slot is None or space.counted(slot)
    # A slot's name is what tells a named characteristic from the rest; one of the rest has none.
    first = [*state.members, Members(slot, counted, [m.before for m in moves], picks)]
    second = [*state.members, Members(slot, counted, [m.after for m in moves], picks)]
    findings = state.recorded
    before = space.read(first, findings.with_those_of(first) if written else findings)
    then = space.read(second, findings.with_those_of(second) if written else findings)
    beside = total((*findings.declared, *findings.earlier))
    return Step(state, before, then, [*state.known, *known], weight(first) + beside, picks)


def _recording(space: AreaSpace, made: Sequence[Change], *, written: bool) -> Step:
    """One of these changes to the findings of an area, its characteristics at anything."""
    state = space.state(written=written)
    picks, known = _one_of(len(made))
    declared, earlier = list(state.recorded.declared), list(state.recorded.earlier)
    for pick, change in zip(picks, made, strict=True):
        combinations, counts = (
            (DECLARED_TAGS, declared) if change.entity == "declared" else (EARLIER_TAGS, earlier)
        )
        into = combinations.index(change.after)
        counts[into] = counts[into] + pick
        if change.before is not None:
            out = combinations.index(change.before)
            counts[out] = counts[out] - pick
            known.append(state.recorded.earlier[out] >= pick)
    changed = Recorded(declared, earlier)
    then = space.read(state.members, changed.with_those_of(state.members) if written else changed)
    return Step(state, state.terms, then, [*state.known, *known], state.weight, picks)


def _wrong(part: Part, step: Step) -> z3.BoolRef:
    if part is Part.STAYS_GRADED:
        return z3.And(z3.Not(step.before.withheld()), step.after.withheld())
    if part is Part.CONCERNS_STAY:
        first, second = (
            z3.Or([f for r, f in side.raises if r.target in PEEL.capping])
            for side in (step.before, step.after)
        )
        return z3.And(first, z3.Not(second))
    before, then = step.before.grade.rank, step.after.grade.rank
    return then < before if part.better else then > before


def _breaks(space: AreaSpace, part: Part, step: Step) -> z3.ModelRef | None:
    return space.solver(step.state).model(*step.known, _wrong(part, step))


def _real(space: AreaSpace, part: Part, step: Step) -> z3.ModelRef | None:
    """A smallest model; of grades, with the area graded before and after."""
    both = [z3.Not(step.before.withheld()), z3.Not(step.after.withheld())] if part.of_grades else []
    return space.solver(step.state).smallest(step.weight, *step.known, *both, _wrong(part, step))


def _on_characteristic(subject: Subject, group: AreaGroup, part: Part, slots: Sequence[str | None]) -> Pair:
    """A breaking move of a characteristic, shown on areas graded before and after."""
    space = subject.space(group, GRADE_AND_SUFFICIENCY)
    for slot in slots:
        moves = _moves(space, part, slot)
        if not moves:
            continue
        step = _moving(space, slot, moves, written=True)
        model = _real(space, part, step)
        if model is None:
            continue
        move = next(m for m, p in zip(moves, step.picks, strict=True) if number(model, p))
        area = group.of_size(number(model, step.state.size))
        declared, extra = recorded_in(model, step.state)
        members = drawn(model, step.state.members)
        moved = slot or next(c.id for c in area.counted if c.id not in group.named)
        on = (*place(area, members, last=moved), (moved, move.before))
        before = Situation(area, any_edition(area), on, declared, extra, moved, move.change)
        return before, after(before, move.after)
    raise Undecided("broken only where the grade is withheld, or by a change to several characteristics")


def _among_findings(subject: Subject, group: AreaGroup, part: Part, made: Sequence[Change]) -> Pair:
    """The promise is broken by a finding of the area."""
    space = subject.space(group, GRADE_AND_SUFFICIENCY)
    step = _recording(space, made, written=True)
    model = _real(space, part, step)
    if model is None:
        raise Undecided("broken only where the grade is withheld")
    change = next(c for c, p in zip(made, step.picks, strict=True) if number(model, p))
    area = group.of_size(number(model, step.state.size))
    declared, extra = recorded_in(model, step.state)
    on = place(area, drawn(model, step.state.members))
    before = Situation(area, any_edition(area), on, declared, extra, None, change)
    return before, after(before)


# What is told ---------------------------------------------------------------------------------------------


def _finding(trials: Trials, part: Part, pairs: Sequence[Pair], values: Mapping[str, int]) -> Finding:
    """Replay the first pair; say what happened, and which rules are to blame."""
    subject, (before, then) = trials.subject, pairs[0]
    concluded = [trials.conclude(s) for s in (before, then)]
    first, second = subject.shown(before), subject.shown(then)
    blamed = blame(trials, part, pairs)
    by_id = {r.id: r for r in subject.book.rules}
    assert before.change is not None
    change, area = change_words(before.change, before.moved), before.area.id
    said = (first.said, second.said)
    if part is Part.CONCERNS_STAY:
        said = (_concerns(concluded[0]), _concerns(concluded[1]))
    where = "".join(f", with {n} at {v}" for n, v in values.items())
    words = f"where {told(before)}, {area} is graded {said[0]}; {change} makes it {said[1]}{where}"
    if not part.of_grades:
        words = f"where {told(before)}, {area} is {said[0]}; {change} makes it {said[1]}{where}"
    return Finding(
        "non-monotone",
        blamed,
        by_id[blamed[0]].place if blamed else None,
        f"{WORDS[part].rstrip(',')} {_verb(part)} ({part.value}){where}",
        "compare the two cases of the witness; docs/findings/non-monotone.md says how to mend it",
        Witness(words, (case_of("before", before, first, values), case_of("after", then, second, values))),
    )


def _concerns(trial: Trial) -> str:
    many = sum(r.rule.target in PEEL.capping for r in trial.raised)
    return f"with {many} proposed cause{'' if many == 1 else 's'} of concern"


def _verb(part: Part) -> str:
    if part is Part.STAYS_GRADED:
        return "turns graded into withheld"
    if part is Part.CONCERNS_STAY:
        return "removes a proposed cause of concern"
    return "lowers a grade" if part.better else "raises a grade"
