"""Acts on a decisions file, applied and replayed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from grader.model.acts import Act, Basis, Entry
from grader.model.decisions import (
    Decisions,
    DecisionsHeader,
    FrameworkRecorded,
    OutcomeRecorded,
    ProposalRecorded,
    RuleBookRecorded,
)
from grader.model.proposal import AreaResult, Proposal
from grader.review.stale import area_recorded


def basis_of(proposal: Proposal) -> Basis:
    """What a proposal was made by and from."""
    return Basis(
        framework=FrameworkRecorded(
            id=proposal.framework.id,
            edition=proposal.framework.edition,
            sha256=proposal.framework.sha256,
        ),
        rulebook=RuleBookRecorded(
            id=proposal.rulebook.id, version=proposal.rulebook.version, sha256=proposal.rulebook.sha256
        ),
        inspection_sha256=proposal.inspection_sha256,
        engine=proposal.engine,
        grader_version=proposal.grader_version,
        overrides=proposal.overrides,
    )


def proposed_on(proposal: Proposal, result: AreaResult) -> dict[str, Any]:
    """The parts of an entry that say what was proposed."""
    return {
        "proposed": OutcomeRecorded(outcome=result.outcome, grade=result.grade),
        "rests_on": area_recorded(result),
        "basis": basis_of(proposal),
    }


def apply(before: Decisions | None, act: Act) -> Decisions:
    """What a decisions file holds once something is done."""
    if act.file is not None:
        return Decisions.model_validate(act.file)
    head = before.decisions if before is not None else DecisionsHeader.model_validate(act.head)
    grades = dict(before.grades) if before is not None else {}
    recorded = before.proposal if before is not None else None
    area, entry = str(act.area), act.entry
    if entry is None:
        grades.pop(area, None)
        return _file(head, grades, _without(recorded, area))
    grades[area] = entry.grade
    if entry.basis is None or entry.proposed is None:
        return _file(head, grades, _without(recorded, area))
    return _file(head, grades, _with(recorded, area, entry, entry.basis))


def _file(head: DecisionsHeader, grades: dict[str, Any], recorded: ProposalRecorded | None) -> Decisions:
    # Of a file without any grade the log says what was there; which log, is written later.
    return Decisions.model_construct(
        {"decisions", "grades", "proposal"}, decisions=head, log=None, grades=grades, proposal=recorded
    )


def _without(recorded: ProposalRecorded | None, area: str) -> ProposalRecorded | None:
    if recorded is None or area not in recorded.proposed:
        return recorded
    proposed = {name: each for name, each in recorded.proposed.items() if name != area}
    areas = {name: each for name, each in recorded.areas.items() if name != area}
    return recorded.model_copy(update={"proposed": proposed, "areas": areas}) if proposed else None


def _with(recorded: ProposalRecorded | None, area: str, entry: Entry, basis: Basis) -> ProposalRecorded:
    """The recorded proposal with one more area, under the same rules."""
    proposed: dict[str, Any] = {}
    areas: dict[str, Any] = {}
    if recorded is not None and _same_but_for_the_inspection(recorded, basis):
        proposed = dict(recorded.proposed)
        for name, rests_on in recorded.areas.items():
            of = rests_on.inspection_sha256 or recorded.inspection_sha256
            other = of if of != basis.inspection_sha256 else None
            areas[name] = rests_on.model_copy(update={"inspection_sha256": other})
    proposed[area] = entry.proposed
    if entry.rests_on is not None:
        areas[area] = entry.rests_on.model_copy(update={"inspection_sha256": None})
    else:
        areas.pop(area, None)
    return ProposalRecorded(**dict(basis), proposed=proposed, areas=areas)


def _same_but_for_the_inspection(recorded: ProposalRecorded, basis: Basis) -> bool:
    def rests(on: ProposalRecorded | Basis) -> tuple[object, ...]:
        framework, book = on.framework, on.rulebook
        return framework.id, framework.sha256, framework.edition, book.id, book.sha256, on.overrides

    return rests(recorded) == rests(basis)


def entries_of(file: Decisions) -> dict[str, Entry]:
    """What stands on each area in a file, as an act would record it."""
    found: dict[str, Entry] = {}
    recorded = file.proposal
    for area, grade in file.grades.items():
        if recorded is None or area not in recorded.proposed:
            found[area] = Entry(grade=grade)
            continue
        rests_on = recorded.areas.get(area)
        of = recorded.inspection_sha256
        if rests_on is not None:
            of = rests_on.inspection_sha256 or of
            rests_on = rests_on.model_copy(update={"inspection_sha256": None})
        basis = Basis(
            **{name: getattr(recorded, name) for name in Basis.model_fields if name != "inspection_sha256"},
            inspection_sha256=of,
        )
        found[area] = Entry(grade=grade, proposed=recorded.proposed[area], rests_on=rests_on, basis=basis)
    return found


def replay(acts: Iterable[Act]) -> tuple[Decisions | None, dict[str, list[Entry | None]]]:
    """What the acts make of a file, and what undoing each area leads back to.

    An area's last entry stands; undoing brings back the one before.
    """
    file: Decisions | None = None
    stacks: dict[str, list[Entry | None]] = {}
    for act in acts:
        file = apply(file, act)
        if act.act == "taken_over":
            stacks = {area: [None, entry] for area, entry in entries_of(file).items()}
            continue
        stack = stacks.setdefault(str(act.area), [None])
        if act.act == "undone":
            if len(stack) > 1:
                stack.pop()
        else:
            stack.append(act.entry)
    return file, stacks


def same(file: Decisions, replayed: Decisions | None) -> bool:
    """Whether a file decides what its log says.

    What it says of itself is left out.
    """
    return replayed is not None and dict(file.grades) == dict(replayed.grades)
