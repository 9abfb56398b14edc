"""Record decisions in their file, each act a line in its log.

The log is written first, and completes a file that is behind it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import InputError, Place, Problem, UnknownNameError
from grader.io.act_log import against, head_of, line_of, log_beside, read_log
from grader.io.decisions import decisions_of
from grader.io.folders import LOG_ENDING, is_proposal
from grader.io.frameworks import FrameworkFile
from grader.io.reading import read_bytes
from grader.io.written import update_with_log, write_whole
from grader.io.yaml_source import parse_document
from grader.language.settings import read_settings
from grader.model.acts import Act, Entry
from grader.model.decisions import Decisions, LogHead
from grader.model.proposal import AreaResult, Proposal
from grader.review.acts import apply, entries_of, proposed_on, replay, same
from grader.review.decisions import (
    Deciding,
    Decision,
    deciding,
    file_text,
    in_order,
    new_head,
    open_file,
    refuse_overrides,
    text_problems,
    with_ids,
)
from grader.review.grading import Grading
from grader.review.pairing import proposal_in
from grader.review.stale import stale_areas

Stacks = Mapping[str, Sequence[Entry | None]]


@dataclass(frozen=True, slots=True, repr=False)
class Recorded:
    """A decision as recorded in its file.

    Attributes
    ----------
    decisions : Decisions
        All in the file now.
    result : AreaResult
        As proposed.
    grade : str or None
        The grade that stands, or None.
    stale : mapping of str to list of str
        Decisions whose proposal changed: by area, what.
    act : str
        `decided`, `undone` or `confirmed`.
    notes : tuple of str
        What was put right.
    """

    decisions: Decisions
    result: AreaResult
    grade: str | None
    stale: Mapping[str, list[str]]
    act: str = "decided"
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        proposed = self.result.grade or self.result.outcome
        if self.act == "undone":
            stands = f"{self.grade} stands again" if self.grade else "not decided any more"
            return f"{self.result.area}: undone, {stands}".replace("_", " ")
        said = f"{self.result.area}: {self.grade} {self.act}, {proposed} proposed"
        return said.replace("_", " ")

    def __repr__(self) -> str:
        return f"<Recorded {self}>"


def record(
    given: Path,
    decision: Decision,
    destination: Path,
    grading: Grading,
    *,
    settings: Mapping[str, object] | None = None,
    option: str | None = None,
    allow_overrides: bool = False,
    force: bool = False,
) -> Recorded:
    """Record a decision in a file.

    Parameters
    ----------
    given : Path
        The inspection, or a proposal's JSON.
    destination : Path
        The decisions file; its log lies beside it.
    settings : mapping, optional
        Other values of parameters.

    Raises
    ------
    InputError
        Every reason it cannot be recorded.
    UnknownNameError
    """
    proposal = proposed(given, settings, option, grading)
    decisions = [decision]
    return record_on(proposal, decisions, destination, grading, allow_overrides=allow_overrides, force=force)[
        0
    ]


def record_on(
    proposal: Proposal,
    decisions: Sequence[Decision],
    destination: Path,
    grading: Grading,
    *,
    places: Sequence[Mapping[str, Place]] = (),
    allow_overrides: bool = False,
    force: bool = False,
) -> list[Recorded]:
    """Record decisions on a proposal, all or none, with their `places` in a table."""
    framework = grading.sessions.framework(proposal.framework.id)
    new: list[Deciding] = []
    problems: list[Problem] = []
    for at, decision in enumerate(decisions):
        try:
            new.append(deciding(proposal, framework, decision, allow_overrides=allow_overrides))
        except InputError as error:
            problems += [_in_table(p, places[at] if places else {}) for p in error.problems]
        except UnknownNameError as error:
            if not places:
                raise
            part = "grade" if error.message.startswith(("unknown grade", "several grades")) else "area"
            problems.append(Problem(error.message, places[at].get(part), error.help))
        else:
            area = new[-1].result.area
            if any(each.result.area == area for each in new[:-1]):
                place = places[at].get("area") if places else None
                problems.append(Problem(f"area {area} is decided twice", place, "keep one of the two"))
    if problems:
        raise InputError(problems)
    areas = [each.result.area for each in new]

    def acts(book: _Book) -> list[Deciding]:
        book.open(areas, force=force)
        return new

    return _Recording(proposal, framework, destination, force=force).done(acts)


def _in_table(problem: Problem, places: Mapping[str, Place]) -> Problem:
    """A problem of an option, at its place in the table."""
    name = problem.place.file.removeprefix("--") if problem.place is not None else ""
    place = places.get(name) or places.get("area") or problem.place
    return Problem(problem.message, place, problem.help, problem.code)


def undo(
    given: Path, area: str, by: str, on: str, destination: Path, grading: Grading, *,
    rationale: str | None = None, at: str | None = None, allow_overrides: bool = False, force: bool = False,
) -> Recorded:  # fmt: skip
    """Undo the last act on an area."""
    proposal = proposal_in(given, grading)
    framework = grading.sessions.framework(proposal.framework.id)
    decision, result = _named(proposal, framework, Decision(area, "", by, on, rationale, at=at))

    def acts(book: _Book) -> list[Deciding]:
        before = book.open([result.area], force=force, again=True)
        stack = book.stacks.get(result.area, [None])
        if before is None or len(stack) < 2:
            message = f"{result.area} is not decided: there is nothing to undo"
            help = "grader decide --log lists the acts"
            raise InputError([Problem(message, Place(str(destination)), help)])
        return [Deciding(decision, stack[-2], result, new_head(proposal, by), "undone")]

    return _Recording(proposal, framework, destination, force=force).done(acts)[0]


def confirm(
    given: Path, area: str, by: str, on: str, destination: Path, grading: Grading, *,
    rationale: str | None = None, at: str | None = None, allow_overrides: bool = False, force: bool = False,
) -> Recorded:  # fmt: skip
    """Confirm that a decision stands although what it was decided on has changed."""
    proposal = proposal_in(given, grading)
    refuse_overrides(proposal.overrides, allow_overrides, "decided on")
    framework = grading.sessions.framework(proposal.framework.id)
    decision, result = _named(proposal, framework, Decision(area, "", by, on, rationale, at=at))

    def acts(book: _Book) -> list[Deciding]:
        before = book.open([result.area], force=force, again=True)
        stands = before.grades.get(result.area) if before is not None else None
        if before is None or stands is None:
            message = f"{result.area} is not decided: there is nothing to confirm"
            raise InputError([Problem(message, Place(str(destination)), "decide it: --area, --grade")])
        recorded = before.proposal
        if recorded is not None and result.area in recorded.proposed:
            if result.area not in stale_areas(recorded, proposal):
                message = f"{result.area} stands as it is: nothing that it was decided on has changed"
                raise InputError([Problem(message, Place(str(destination)), "there is nothing to confirm")])
        why = rationale or stands.rationale
        if why is None and stands.grade != result.grade:
            now = result.grade or result.outcome
            message = f"{result.area}: {stands.grade} is confirmed where {now} is proposed, without a reason"
            help = "say why: --rationale TEXT"
            raise InputError([Problem(message.replace("_", " "), Place("--rationale"), help)])
        grade = stands.model_copy(update={"rationale": why, "confirmed_by": by, "confirmed_on": on})
        entry = Entry(grade=grade, **proposed_on(proposal, result))
        return [Deciding(decision, entry, result, new_head(proposal, by), "confirmed")]

    return _Recording(proposal, framework, destination, force=force).done(acts)[0]


def _named(proposal: Proposal, framework: FrameworkFile, decision: Decision) -> tuple[Decision, AreaResult]:
    problems = list(text_problems(decision))
    if problems:
        raise InputError(problems)
    decision = with_ids(decision, proposal, framework)
    return decision, proposal.area(decision.area)


# The file and its log ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Book:
    """A decisions file and its log, as they are found."""

    shown: Path
    log: Path
    raw: bytes | None
    lines: bytes | None
    proposal: Proposal
    framework: FrameworkFile
    force: bool
    file: Decisions | None = None
    acts: list[tuple[Act, str]] = field(default_factory=list)
    stacks: Stacks = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def open(self, areas: Sequence[str], *, force: bool, again: bool = False) -> Decisions | None:
        """The decisions so far; what was broken off is completed."""
        if self.raw is not None:
            document = parse_document(self.raw, str(self.shown))
            self.file = decisions_of(document, self.framework).decisions
        self.read()
        if self.file is not None:
            # As it is now: completed from its log, where writing had been broken off.
            text = self.raw
            if self.notes or text is None:
                text = file_text(in_order(self.file, self.proposal), str(self.shown), self.framework).encode()
            found = open_file(
                text, str(self.shown), self.proposal, self.framework, areas, force=force, again=again
            )
            self.file = found
        return self.file

    def read(self) -> None:
        """The log, held against the file."""
        head = self.file.log if self.file is not None else None
        self.acts, problems = read_log(self.lines or b"", str(self.log))
        ahead = not problems and len(self.acts) > (head.acts if head else 0)
        problems += against(self.acts, head, str(self.log)) if not problems else []
        replayed, self.stacks = replay(act for act, _ in self.acts)
        if self.file is not None and head is None:
            self.stacks = {area: [None, entry] for area, entry in entries_of(self.file).items()}
        if ahead and self._was(head):
            count, known = head_of(self.acts)
            more = count - (head.acts if head else 0)
            said = "1 act stands" if more == 1 else f"{more} acts stand"
            self.notes.append(f"{said} in the log that writing had been broken off after: put into the file")
            assert replayed is not None, "a log that is ahead holds something"
            whole: dict[str, object] = {"log": LogHead(acts=count, head=known)}
            if self.file is not None:
                whole["decisions"] = self.file.decisions  # what it says of itself
            self.file = replayed.model_copy(update=whole)
            return
        if not problems and self.file is not None and head is not None and not same(self.file, replayed):
            message = "what the file decides is not what its log says: it was changed by hand"
            help = "put it back from a copy, or add --force to take it over as it is"
            problems = [Problem(message, Place(str(self.shown)), help)]
        if problems and not self.force:
            raise InputError(problems)
        if problems:
            self._begin_again(head)

    def _was(self, head: LogHead | None) -> bool:
        """Whether the file is what the counted acts made."""
        if head is None:
            return self.file is None or not self.acts
        if self.acts[head.acts - 1][1] != head.head:
            return False
        then, _ = replay(act for act, _ in self.acts[: head.acts])
        return self.file is not None and same(self.file, then)

    def _begin_again(self, head: LogHead | None) -> None:
        """Start a new log after an unsound one, from the file."""
        self.notes.append("the log was not sound: the file is taken over as it is, which the log says")
        if self.lines:
            known = hashlib.sha256(self.lines).hexdigest()[:12]
            kept = self.log.with_name(self.log.name.removesuffix(LOG_ENDING) + f".kept-{known}{LOG_ENDING}")
            write_whole(kept, self.lines)
            self.notes.append(f"the log as it was is kept as {kept.name}")
        if self.file is not None:
            self.file = self.file.model_copy(update={"log": None})


class _Recording:
    """Acts put into a decisions file and its log, all of them or none."""

    def __init__(
        self, proposal: Proposal, framework: FrameworkFile, destination: Path, *, force: bool
    ) -> None:
        self.proposal, self.framework = proposal, framework
        self.destination, self.log = destination, log_beside(destination)
        self.force = force

    def done(self, acts: Callable[[_Book], Sequence[Deciding]]) -> list[Recorded]:
        found: list[Recorded] = []

        def change(raw: bytes | None, lines: bytes | None) -> tuple[str, str]:
            book = _Book(self.destination, self.log, raw, lines, self.proposal, self.framework, self.force)
            new = acts(book)
            file, text = self.added(book, new)
            found[:] = [self.told(each, file, book) for each in new]
            return file_text(file, str(self.destination), self.framework), text

        update_with_log(self.destination, self.log, change)
        return found

    def added(self, book: _Book, new: Sequence[Deciding]) -> tuple[Decisions, str]:
        """The file and the log with the acts in them."""
        file, acts = book.file, list(book.acts)
        text = "".join(line_of(act)[0] for act, _ in acts)
        if file is not None and file.log is None:
            # What stood before there was a log, or beside one that is not sound, is its next act.
            count, head = head_of(acts)
            first = new[0].decision
            held = file.model_dump(mode="json", exclude_defaults=True)
            over = Act(
                act="taken_over", n=count + 1, by=first.by, on=first.on, at=first.at, file=held, previous=head
            )
            text += self._noted(acts, over)
        for each in new:
            count, head = head_of(acts)
            act = each.numbered(file, count + 1, head)
            file = apply(file, act)
            text += self._noted(acts, act)
        count, head = head_of(acts)
        assert file is not None, "something was done"
        file = file.model_copy(update={"log": LogHead(acts=count, head=head)})
        return in_order(file, self.proposal), text

    @staticmethod
    def _noted(acts: list[tuple[Act, str]], act: Act) -> str:
        line, known = line_of(act)
        acts.append((act, known))
        return line

    def told(self, each: Deciding, file: Decisions, book: _Book) -> Recorded:
        stands = file.grades.get(each.result.area)
        return Recorded(
            decisions=file,
            result=each.result,
            grade=stands.grade if stands is not None else None,
            stale=stale_areas(file.proposal, self.proposal) if file.proposal is not None else {},
            act=each.act,
            notes=tuple(book.notes),
        )


def proposed(
    given: Path, settings: Mapping[str, object] | None, option: str | None, grading: Grading
) -> Proposal:
    """The proposal decided on: as recorded, or made now."""
    if not settings:
        return proposal_in(given, grading)
    if is_proposal(read_bytes(given)):
        help = f"grade the inspection with {option or 'settings'}, or leave it out"
        message = f"{option or 'a setting'} changes nothing in a recorded proposal"
        raise InputError([Problem(message, Place(str(given)), help)])
    loaded = grading.sessions.load(given)
    return loaded.at(read_settings(loaded.book, settings, option)).proposal
