"""Record a person's decision on an area, with the proposal it was made on.

The file is written anew from what was read of it, so comments in it would be lost: where there are any, that
takes a yes. The text returned has been read back before anybody writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import yaml

from grader.errors import GraderError, InputError, Place, Problem, UnknownNameError, quoted, suggest
from grader.io.decisions import decisions_of
from grader.io.frameworks import FrameworkFile
from grader.io.printed_names import PrintedNames, match_printed
from grader.io.yaml_source import parse_document
from grader.model.decisions import (
    AreaRecorded,
    DecidedGrade,
    Decisions,
    DecisionsHeader,
    FrameworkRecorded,
    OutcomeRecorded,
    ProposalRecorded,
    RuleBookRecorded,
)
from grader.model.proposal import AreaResult, Proposal
from grader.review.record import foreign, incomparable
from grader.review.stale import area_recorded

_CHANGED = "the {} changed"
_INSPECTION_CHANGED = _CHANGED.format("inspection")
#: Lines longer than this are folded; nothing depends on it.
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decides on one area, when, and why."""

    area: str
    grade: str
    by: str
    on: str
    rationale: str | None = None


def decide(
    proposal: Proposal,
    framework: FrameworkFile,
    decision: Decision,
    existing: bytes | None = None,
    *,
    shown: str = "decisions.yaml",
    force: bool = False,
    allow_overrides: bool = False,
) -> str:
    """The text of a decisions file with one more decision in it.

    Parameters
    ----------
    proposal : Proposal
        What the person decides on.
    framework : FrameworkFile
        Its framework.
    decision : Decision
        What they decide.
    existing : bytes, optional
        The decisions file as it is.
    shown : str
        The file's name in messages.
    force : bool
        Whether an area already decided may be decided again, and comments may be lost.
    allow_overrides : bool
        Whether the proposal may rest on parameters at other values than the rule book's.

    Raises
    ------
    InputError
        The decision cannot be recorded: every reason.
    UnknownNameError
        No such area or grade.
    """
    refuse_overrides(proposal.overrides, allow_overrides, "decided on")
    names = PrintedNames(framework.framework, proposal.framework.edition)
    decision = replace(
        decision,
        area=match_printed(decision.area, names.areas) or decision.area,
        grade=match_printed(decision.grade, names.grades) or decision.grade,
    )
    result = _area(proposal, decision.area)
    _check(proposal, framework, result, decision)
    decided = DecidedGrade(
        grade=decision.grade, rationale=decision.rationale, decided_by=decision.by, decided_on=decision.on
    )
    if existing is None:
        head = DecisionsHeader(
            inspection=proposal.inspection,
            decided_by=decision.by,
            framework=proposal.framework.id,
            edition=proposal.framework.edition,
        )
        grades, before = {decision.area: decided}, None
    else:
        file = _open(existing, shown, proposal, framework, decision.area, force=force)
        head, before = file.decisions, file.proposal
        # An area decided again takes its place in the proposal's order with the rest.
        grades = {**file.grades, decision.area: decided}
    order = {area.area: i for i, area in enumerate(proposal.areas)}
    found = Decisions(
        decisions=head,
        grades=dict(sorted(grades.items(), key=lambda each: order[each[0]])),
        proposal=_recorded(proposal, before, result, order),
    )
    return _written(found, shown, framework)


def refuse_overrides(overrides: dict[str, int], allowed: bool, what: str) -> None:
    """Raise InputError for a proposal that rests on overrides, unless these are allowed."""
    if overrides and not allowed:
        named = ", ".join(f"{name}={value}" for name, value in overrides.items())
        message = f"a proposal with overrides is not {what}: {named}"
        help = "propose at the rule book's own values, or add --allow-overrides"
        raise InputError([Problem(message, None, help)])


def _area(proposal: Proposal, area: str) -> AreaResult:
    known = [a.area for a in proposal.areas if a.outcome != "ungraded"]
    if area not in known:
        raise UnknownNameError(
            f"edition {proposal.framework.edition} grades no area {quoted(area)}",
            help=suggest(area, known, "areas"),
        )
    return proposal.area(area)


def _check(proposal: Proposal, framework: FrameworkFile, result: AreaResult, decision: Decision) -> None:
    grades = [grade.id for grade in framework.framework.grade_scale.grades]
    if decision.grade not in grades:
        raise UnknownNameError(
            f"unknown grade {quoted(decision.grade)}", help=suggest(decision.grade, grades, "grades")
        )
    problems = list(_missing(result, decision))
    if problems:
        raise InputError(problems)


def _missing(result: AreaResult, decision: Decision) -> Iterator[Problem]:
    if not decision.by.strip():
        yield Problem("nobody is named", Place("--by"), "say who decides: --by NAME")
    if decision.rationale is not None and not decision.rationale.strip():
        yield Problem("the rationale is blank", Place("--rationale"), "say why, or leave it out")
    elif decision.rationale is None and decision.grade != result.grade:
        beside = f"where {result.grade} is proposed" if result.grade else f"and the area is {result.outcome}"
        yield Problem(
            f"{decision.area}: {decision.grade} is decided {beside}, without a reason".replace("_", " "),
            Place("--rationale"),
            "say why: --rationale TEXT",
        )
    try:
        good = date.fromisoformat(decision.on).isoformat() == decision.on
    except ValueError:
        good = False
    if not good:
        yield Problem(f"{quoted(decision.on)} is not a date", Place("--on"), "a date is written YYYY-MM-DD")


# What is there already -----------------------------------------------------------------------------------


def _open(
    existing: bytes, shown: str, proposal: Proposal, framework: FrameworkFile, area: str, *, force: bool
) -> Decisions:
    """The decisions there are; raises InputError where this one may not be added to them."""
    document = parse_document(existing, shown)
    refusal = incomparable(document, proposal, framework.framework)
    if refusal is not None:
        raise InputError([refusal])
    file = decisions_of(document, framework)
    document, found = file.document, file.decisions
    problems = list(foreign(found, document, proposal))
    if found.decisions.inspection != proposal.inspection:
        message = (
            f"the decisions are on {quoted(found.decisions.inspection)}, not {quoted(proposal.inspection)}"
        )
        place = document.place(("decisions", "inspection"))
        problems.append(Problem(message, place, "name another file: -o FILE"))
    others = {name for name in found.proposal.proposed if name != area} if found.proposal else set()
    if found.proposal is not None and others:
        changed = _other_bases(found.proposal, proposal, others)
        if changed:
            message = f"{', '.join(sorted(others))} decided on another proposal: {'; '.join(changed)}"
            help = "start another decisions file, and decide again what is to stand: -o FILE"
            problems.append(Problem(message, document.place(("proposal",)), help))
    if not force:
        if area in found.grades:
            by = found.grades[area].decided_by or found.decisions.decided_by
            message = f"{area} is decided already: {found.grades[area].grade}, by {quoted(by)}"
            place = document.place(("grades", area))
            problems.append(Problem(message, place, "add --force to decide it again"))
        if has_comments(document_text(existing)):
            message = "the file holds comments, which are lost when it is written"
            problems.append(
                Problem(message, Place(shown), "add --force, or write the decision in the file by hand")
            )
    if problems:
        raise InputError(problems)
    return found


def document_text(raw: bytes) -> str:
    """The text of a file that has been read once already."""
    return raw.decode("utf-8-sig")


def has_comments(text: str) -> bool:
    """Whether a YAML text that has been read holds a comment: a `#` in none of its scalars."""
    scalars = [
        (token.start_mark.index, token.end_mark.index)
        for token in yaml.scan(text, Loader=yaml.SafeLoader)
        if isinstance(token, yaml.ScalarToken)
    ]
    at = 0
    for start, end in scalars:
        if "#" in text[at:start]:
            return True
        at = end
    return "#" in text[at:]


# The proposal decided on ---------------------------------------------------------------------------------


def _recorded(
    proposal: Proposal, before: ProposalRecorded | None, result: AreaResult, order: dict[str, int]
) -> ProposalRecorded:
    proposed, areas = _kept(before, proposal)
    proposed[result.area] = OutcomeRecorded(outcome=result.outcome, grade=result.grade)
    areas[result.area] = area_recorded(result)
    return ProposalRecorded(
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
        proposed=dict(sorted(proposed.items(), key=lambda each: order.get(each[0], len(order)))),
        areas=dict(sorted(areas.items(), key=lambda each: order.get(each[0], len(order)))),
    )


def _kept(
    before: ProposalRecorded | None, proposal: Proposal
) -> tuple[dict[str, OutcomeRecorded], dict[str, AreaRecorded]]:
    """What stays recorded of the areas decided before: on which proposal each of them was."""
    if before is None or not set(changes(before, proposal)) <= {_INSPECTION_CHANGED}:
        return {}, {}
    areas = {}
    for area, basis in before.areas.items():
        of = basis.inspection_sha256 or before.inspection_sha256
        other = of if of != proposal.inspection_sha256 else None
        areas[area] = basis.model_copy(update={"inspection_sha256": other})
    return dict(before.proposed), areas


def _other_bases(recorded: ProposalRecorded, proposal: Proposal, others: set[str]) -> list[str]:
    """What keeps a decision on this proposal out of a file with decisions on the recorded one.

    A changed inspection does not, where the file says what each proposal rested on: which of them are stale
    can then be told.
    """
    changed = changes(recorded, proposal)
    if others <= recorded.areas.keys():
        changed = [said for said in changed if said != _INSPECTION_CHANGED]
    return changed


def changes(recorded: ProposalRecorded, proposal: Proposal) -> list[str]:
    """What a proposal rests on that the recorded one did not, in words; the engine and version apart."""
    now = {
        "framework": (proposal.framework.id, proposal.framework.sha256),
        "edition": proposal.framework.edition,
        "rule book": (proposal.rulebook.id, proposal.rulebook.sha256),
        "inspection": proposal.inspection_sha256,
        "overrides": proposal.overrides,
    }
    then = {
        "framework": (recorded.framework.id, recorded.framework.sha256),
        "edition": recorded.framework.edition,
        "rule book": (recorded.rulebook.id, recorded.rulebook.sha256),
        "inspection": recorded.inspection_sha256,
        "overrides": recorded.overrides,
    }
    return [_CHANGED.format(name) for name in now if now[name] != then[name]]


def _written(decisions: Decisions, shown: str, framework: FrameworkFile) -> str:
    """The file's text, which reads back as these decisions."""
    data: Any = decisions.model_dump(mode="json", exclude_defaults=True)
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=_WIDTH)
    try:
        again = decisions_of(parse_document(text.encode("utf-8", "surrogatepass"), shown), framework)
    except GraderError as error:
        # Only what was just given can be unreadable: the rest has been read before.
        help = "take away what is no plain text, such as control characters"
        problem = Problem(
            f"the decision cannot be written: {error.message}", Place("--rationale or --by"), help
        )
        raise InputError([problem]) from error
    if again.decisions != decisions:
        raise AssertionError("a decisions file did not read back as it was written")
    return text
