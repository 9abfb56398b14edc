"""Record a decision in its file, on the proposal made of the inspection now or before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import InputError, Place, Problem
from grader.io.decisions import decisions_of
from grader.io.folders import is_proposal
from grader.io.printed_names import PrintedNames
from grader.io.written import update_whole
from grader.io.yaml_source import parse_document, read_bytes
from grader.language.settings import read_settings
from grader.model.decisions import Decisions
from grader.model.proposal import AreaResult, Proposal
from grader.review.decisions import Decision, decide
from grader.review.grading import Grading
from grader.review.pairing import proposal_in
from grader.review.stale import stale_areas


@dataclass(frozen=True, slots=True, repr=False)
class Recorded:
    """A decision as recorded in its file.

    Attributes
    ----------
    decisions : Decisions
        Everything the file holds now.
    result : AreaResult
        What was proposed for the area decided.
    grade : str
        The grade given, as the framework's id.
    stale : mapping of str to list of str
        Decisions in the file that were made on another proposal than now follows: by area, what changed.
    """

    decisions: Decisions
    result: AreaResult
    grade: str
    stale: Mapping[str, list[str]]

    def __str__(self) -> str:
        proposed = self.result.grade or self.result.outcome
        return f"{self.result.area}: {self.grade} decided, {proposed} proposed".replace("_", " ")

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
    """Record a decision on the inspection, or the proposal, in a file.

    Parameters
    ----------
    given : Path
        The inspection, or a proposal of it written as JSON.
    decision : Decision
        What a person decides.
    destination : Path
        The decisions file; it is added to.
    grading : Grading
        Makes the proposal.
    settings : mapping, optional
        Parameters at other values; `option` is what messages call them.
    allow_overrides, force : bool
        As for `review.decisions.decide`.

    Raises
    ------
    InputError
        The decision cannot be recorded: every reason.
    UnknownNameError
        No such area or grade.
    """
    proposal = _proposal(given, settings, option, grading)
    framework, shown = grading.sessions.framework(proposal.framework.id), str(destination)

    def with_it(existing: bytes | None) -> str:
        return decide(
            proposal,
            framework,
            decision,
            existing,
            shown=shown,
            force=force,
            allow_overrides=allow_overrides,
        )

    text = update_whole(destination, with_it)
    decisions = decisions_of(parse_document(text.encode("utf-8"), shown), framework).decisions
    assert decisions.proposal is not None, "a decision is recorded with its proposal"
    return Recorded(
        decisions,
        proposal.area(decision.area),
        PrintedNames(framework.framework).matched("grades", decision.grade),
        stale_areas(decisions.proposal, proposal),
    )


def _proposal(
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
