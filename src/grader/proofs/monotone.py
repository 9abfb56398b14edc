"""Promise 3: no single change moves a grade the wrong way.

Proved of the grade whether or not it is withheld, and of one characteristic moving, the rest standing still.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import z3

from grader.engines.symbolic import Undecided, number, total
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
from grader.proofs.characteristics import Move
from grader.proofs.report import Finding
from grader.proofs.subject import (
    GRADE_AND_SUFFICIENCY,
    GRADE_ONLY,
    Subject,
    any_edition,
    recorded_in,
)
from grader.proofs.tag_combinations import (
    CONCERNS,
    DECLARED_TAGS,
    EARLIER_TAGS,
    WORDS,
    Change,
    Part,
    changes,
    earlier_changes,
)
from grader.proofs.witness import (
    Replay,
    Situation,
    Witness,
    after,
    agree,
    case_of,
    change_words,
    place,
    told,
)


@dataclass(frozen=True, slots=True)
class Step:
    """A change to any state of an area, as terms before and after."""

    state: State
    before: AreaTerms
    after: AreaTerms
    known: list[z3.BoolRef]
    weight: z3.ArithRef
    picks: Sequence[z3.ArithRef]


def check_part(subject: Subject, part: Part) -> list[Finding]:
    """Findings against one part of the promise: none when it is proved."""
    for group in subject.graded:
        lean = subject.space(group, GRADE_ONLY)
        slots: list[str | None] = [None, *group.named]
        for slot in slots:
            moves = _moves(lean, part, slot)
            if moves and _breaks(lean, part, _moving(lean, slot, moves, written=False)) is not None:
                return [_found_on_characteristic(subject, group, part, slots)]
        if part is Part.CONCERN:
            area_changes = _area_changes()
            if _breaks(lean, part, _recording(lean, area_changes, written=False)) is not None:
                return [_found_among_findings(subject, group, part, area_changes)]
    return []


def _moves(space: AreaSpace, part: Part, slot: str | None) -> list[Move]:
    counted = slot is None or space.counted(slot)
    return space.spaces[counted].moves(space.seen(slot is not None, counted), changes(part))


def _area_changes() -> list[Change]:
    """A finding that caps the grade issued, or an earlier one on no characteristic added or worsened."""
    issued = [Change("declared", None, row) for row in DECLARED_TAGS if row["kind"] in CONCERNS]
    return [*issued, *earlier_changes()]


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
    before, then = step.before.grade.rank, step.after.grade.rank
    return then < before if part.better else then > before


def _breaks(space: AreaSpace, part: Part, step: Step) -> z3.ModelRef | None:
    return space.solver(step.state).model(*step.known, _wrong(part, step))


def _real(space: AreaSpace, part: Part, step: Step) -> z3.ModelRef | None:
    """A smallest model with the area graded before and after."""
    both = [z3.Not(step.before.withheld()), z3.Not(step.after.withheld())]
    return space.solver(step.state).smallest(step.weight, *step.known, *both, _wrong(part, step))


def _found_on_characteristic(
    subject: Subject, group: AreaGroup, part: Part, slots: Sequence[str | None]
) -> Finding:
    """The promise is broken by a characteristic's move: show it on areas graded before and after."""
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
        return _finding(subject, part, before, after(before, move.after), (model, step))
    raise Undecided("broken only where the grade is withheld, or by a change to several characteristics")


def _found_among_findings(subject: Subject, group: AreaGroup, part: Part, made: Sequence[Change]) -> Finding:
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
    return _finding(subject, part, before, after(before), (model, step))


def _finding(
    subject: Subject, part: Part, before: Situation, then: Situation, said: tuple[z3.ModelRef, Step]
) -> Finding:
    """Replay both sides, and say what happened."""
    model, step = said
    first, second = subject.conclude(before), subject.conclude(then)
    scale = subject.bound.grade_scale
    for concluded, terms in ((first, step.before), (second, step.after)):
        agree(scale.name_of(number(model, terms.grade.rank)), concluded.grade, "replay of a witness")
    assert before.change is not None
    change, area = change_words(before.change, before.moved), before.area.id
    moved = "lowers" if part.better else "raises"
    blamed = _blamed(part, before, first, second)
    places = [r.place for r in subject.book.rules if r.id in blamed and r.place is not None]
    words = f"where {told(before)}, {area} is graded {first.said}; {change} makes it {second.said}"
    return Finding(
        "non-monotone",
        blamed,
        min(places, default=None),
        f"{WORDS[part].rstrip(',')} {moved} a grade ({part.value})",
        "compare the two cases of the witness; docs/findings/non-monotone.md says how to mend it",
        Witness(words, (case_of("before", before, first), case_of("after", then, second))),
    )


def _blamed(part: Part, before: Situation, first: Replay, second: Replay) -> tuple[str, ...]:
    """Rules behind the wrong move: of the characteristic's status where that went wrong, else the grade's."""
    if before.moved is not None:
        one, two = first.characteristics[before.moved].status, second.characteristics[before.moved].status
        if first.characteristics[before.moved].items and (
            two.rank < one.rank if part.better else two.rank > one.rank
        ):
            return tuple(sorted({*one.deciding, *two.deciding}))
    decided = [c.area.decision for c in (first, second) if c.area.decision is not None]
    return tuple(sorted({rule for d in decided for rule in d.deciding}))
