"""Record a person's decision with the proposal behind it.

Writing the file loses its comments, so that needs `force`. The text returned has been read back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import yaml

from grader.errors import GraderError, InputError, Place, Problem, UnknownNameError, quoted, suggest
from grader.io.decisions import decisions_of
from grader.io.frameworks import FrameworkFile
from grader.io.printed_names import PrintedNames, candidates, required
from grader.io.yaml_source import Document, parse_document
from grader.model.acts import NOTHING, Act, ActName, Entry
from grader.model.decisions import DecidedGrade, Decisions, DecisionsHeader, ProposalRecorded
from grader.model.proposal import AreaResult, Proposal
from grader.review.acts import apply, proposed_on
from grader.review.record import foreign, incomparable

_CHANGED = "the {} changed"
_INSPECTION_CHANGED = _CHANGED.format("inspection")
#: Lines longer than this are folded; nothing depends on it.
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on one area, with reason, day and people."""

    area: str
    grade: str
    by: str
    on: str
    rationale: str | None = None
    present: tuple[str, ...] = ()
    considered: tuple[str, ...] = ()
    at: str | None = None


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
    """The decisions file's text with one more decision.

    Parameters
    ----------
    existing : bytes, optional
        The file so far.
    shown : str
        Its name in messages.
    force : bool
        Whether to decide again, and lose comments.
    allow_overrides : bool
        Whether the proposal may rest on settings.

    Raises
    ------
    InputError
        Every reason it cannot be recorded.
    UnknownNameError
    """
    new = deciding(proposal, framework, decision, allow_overrides=allow_overrides)
    before = None
    if existing is not None:
        before = open_file(existing, shown, proposal, framework, [new.result.area], force=force)
    found = apply(before, new.numbered(before, 1, NOTHING))
    found = found.model_copy(update={"log": before.log if before is not None else None})
    return file_text(in_order(found, proposal), shown, framework)


@dataclass(frozen=True, slots=True)
class Deciding:
    """A decision that may be recorded, with what was proposed."""

    decision: Decision
    entry: Entry | None
    result: AreaResult
    head: DecisionsHeader
    act: ActName = "decided"

    def numbered(self, before: Decisions | None, n: int, previous: str) -> Act:
        """It as the next act of a log."""
        own = self.decision
        return Act(
            act=self.act,
            n=n,
            by=own.by,
            on=own.on,
            at=own.at,
            area=self.result.area,
            rationale=own.rationale,
            entry=self.entry,
            head=self.head.model_dump(mode="json", exclude_defaults=True) if before is None else None,
            previous=previous,
        )


def deciding(
    proposal: Proposal, framework: FrameworkFile, decision: Decision, *, allow_overrides: bool = False
) -> Deciding:
    """A decision, checked against what was proposed; raises as `decide`."""
    refuse_overrides(proposal.overrides, allow_overrides, "decided on")
    decision = with_ids(decision, proposal, framework)
    result = _area(proposal, decision.area)
    _check(framework, result, decision)
    grade = DecidedGrade(
        grade=decision.grade,
        rationale=decision.rationale,
        by=decision.by,
        on=decision.on,
        present=list(decision.present),
        considered=list(decision.considered),
    )
    entry = Entry(grade=grade, **proposed_on(proposal, result))
    return Deciding(decision, entry, result, new_head(proposal, decision.by))


def with_ids(decision: Decision, proposal: Proposal, framework: FrameworkFile) -> Decision:
    """The decision with its area and grade as ids, however they were printed."""
    names = PrintedNames(framework.framework, proposal.framework.edition)
    return replace(
        decision,
        area=_meant(decision.area, names.areas, "area"),
        grade=_meant(decision.grade, names.grades, "grade"),
    )


def _meant(word: str, choices: Mapping[str, list[str]], what: str) -> str:
    """The id a word stands for; the word itself where it stands for none, which is told later."""
    return required(word, choices, what) if candidates(word, choices) else word


def new_head(proposal: Proposal, by: str) -> DecisionsHeader:
    """What a new file says of itself."""
    return DecisionsHeader(
        inspection=proposal.inspection,
        decided_by=by,
        framework=proposal.framework.id,
        edition=proposal.framework.edition,
    )


def in_order(file: Decisions, proposal: Proposal) -> Decisions:
    """The file with its areas in the proposal's order."""
    order = {area.area: i for i, area in enumerate(proposal.areas)}

    def ordered(found: dict[str, Any]) -> dict[str, Any]:
        return dict(sorted(found.items(), key=lambda each: order.get(each[0], len(order))))

    recorded = file.proposal
    if recorded is not None:
        parts = {"proposed": ordered(recorded.proposed), "areas": ordered(recorded.areas)}
        recorded = recorded.model_copy(update=parts)
    return file.model_copy(update={"grades": ordered(file.grades), "proposal": recorded})


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


def _check(framework: FrameworkFile, result: AreaResult, decision: Decision) -> None:
    grades = [grade.id for grade in framework.framework.grade_scale.grades]
    if decision.grade not in grades:
        raise UnknownNameError(
            f"unknown grade {quoted(decision.grade)}", help=suggest(decision.grade, grades, "grades")
        )
    problems = list(_missing(result, decision))
    if problems:
        raise InputError(problems)


def _missing(result: AreaResult, decision: Decision) -> Iterator[Problem]:
    yield from text_problems(decision)
    if decision.rationale is None and decision.grade != result.grade:
        beside = f"where {result.grade} is proposed" if result.grade else f"and the area is {result.outcome}"
        yield Problem(
            f"{decision.area}: {decision.grade} is decided {beside}, without a reason".replace("_", " "),
            Place("--rationale"),
            "say why: --rationale TEXT",
        )


def text_problems(decision: Decision) -> Iterator[Problem]:
    """What is blank in an act, and a day that is none."""
    yield from who_and_when_problems(decision.by, decision.on)
    if decision.rationale is not None and not decision.rationale.strip():
        yield Problem("the rationale is blank", Place("--rationale"), "say why, or leave it out")
    at = () if decision.at is None else (decision.at,)
    for name, texts in (
        ("--at", at), ("--present", decision.present), ("--considered", decision.considered),
    ):  # fmt: skip
        if any(not text.strip() for text in texts):
            yield Problem("it is blank", Place(name), "say it, or leave it out")


def who_and_when_problems(by: str | None, on: str | None) -> Iterator[Problem]:
    """That a name is blank, or a day none, where they are said."""
    if by is not None and not by.strip():
        yield Problem("nobody is named", Place("--by"), "say who: --by NAME")
    try:
        good = on is None or date.fromisoformat(on).isoformat() == on
    except ValueError:
        good = False
    if not good:
        yield Problem(f"{quoted(on)} is not a date", Place("--on"), "a date is written YYYY-MM-DD")


# What is there already -----------------------------------------------------------------------------------


def open_file(
    existing: bytes,
    shown: str,
    proposal: Proposal,
    framework: FrameworkFile,
    areas: Sequence[str],
    *,
    force: bool,
    again: bool = False,
) -> Decisions:
    """The decisions so far; raises InputError where these areas cannot be added.

    `again`: the areas are decided already.
    """
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
    others = {name for name in found.proposal.proposed if name not in areas} if found.proposal else set()
    if found.proposal is not None and others:
        changed = _other_bases(found.proposal, proposal, others)
        if changed:
            message = f"{', '.join(sorted(others))} decided on another proposal: {'; '.join(changed)}"
            help = "start another decisions file, and decide again what is to stand: -o FILE"
            problems.append(Problem(message, document.place(("proposal",)), help))
    if not force:
        problems += _would_be_lost(found, document, () if again else areas)
        if has_comments(document_text(existing)):
            message = "the file holds comments, which are lost when it is written"
            help = "add --force, or write the decision in the file by hand"
            problems.append(Problem(message, Place(shown), help))
    if problems:
        raise InputError(problems)
    return found


def _would_be_lost(found: Decisions, document: Document, areas: Sequence[str]) -> Iterator[Problem]:
    """Decisions that new ones on these areas would replace."""
    for area in areas:
        if area in found.grades:
            by = found.grades[area].decided_by or found.decisions.decided_by
            message = f"{area} is decided already: {found.grades[area].grade}, by {quoted(by)}"
            yield Problem(message, document.place(("grades", area)), "add --force to decide it again")


def document_text(raw: bytes) -> str:
    """The text of a file that has been read once already."""
    return raw.decode("utf-8-sig")


def has_comments(text: str) -> bool:
    """Whether a YAML text has a `#` outside its scalars."""
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


def _other_bases(recorded: ProposalRecorded, proposal: Proposal, others: set[str]) -> list[str]:
    """Why a decision cannot join those on the recorded proposal.

    A changed inspection is no reason where each proposal's basis is recorded.
    """
    changed = changes(recorded, proposal)
    if others <= recorded.areas.keys():
        changed = [said for said in changed if said != _INSPECTION_CHANGED]
    return changed


def changes(recorded: ProposalRecorded, proposal: Proposal) -> list[str]:
    """What a proposal rests on that the recorded one did not; not engine or version."""
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


def file_text(decisions: Decisions, shown: str, framework: FrameworkFile) -> str:
    """The file's text, which reads back as these decisions."""
    data: Any = decisions.model_dump(mode="json", exclude_defaults=True)
    data = {key: data.get(key, {}) for key in ("decisions", "grades", "proposal", "log") if key in data}
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
