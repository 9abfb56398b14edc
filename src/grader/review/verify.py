"""Whether a recorded proposal comes out the same again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.errors import InputError, Place, Problem, quoted
from grader.io.act_log import against, log_beside, read_log
from grader.io.decisions import read_decisions
from grader.io.folders import is_proposal
from grader.io.given import PathLike
from grader.io.reading import read_bytes
from grader.language.settings import Settings
from grader.model.decisions import Decisions, ProposalRecorded
from grader.model.proposal import Proposal
from grader.review.acts import replay, same
from grader.review.decisions import refuse_overrides
from grader.review.grading import proposal_of
from grader.review.stale import stale_areas
from grader.session import Sessions

INSPECTION = "inspection.yaml"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a recorded proposal reproduces.

    Attributes
    ----------
    changed : tuple of str
        Empty where it reproduces.
    noted : tuple of str
        Differences that change nothing: version, engine, irrelevant evidence.
    stale : tuple of str
        Areas whose proposal changed since the decision.
    """

    inspection: str
    areas: int
    changed: tuple[str, ...]
    noted: tuple[str, ...]
    stale: tuple[str, ...] = ()
    log: tuple[Problem, ...] = ()
    """What is wrong with the log of the acts, or with the file beside it."""

    def __repr__(self) -> str:
        said = "reproduces" if self.reproduces else "does not reproduce"
        return f"<Verdict {self.inspection}: {said}>"

    @property
    def reproduces(self) -> bool:
        return not self.changed and not self.log


def verify(
    decisions: PathLike,
    inspection: PathLike | None = None,
    *,
    rules: PathLike | None = None,
    engine: str | None = None,
    allow_overrides: bool = False,
) -> Verdict:
    """As `grader.verify`.

    Raises
    ------
    InputError
    """
    path = Path(decisions)
    file = read_decisions(path).decisions
    recorded = file.proposal
    log = tuple(log_problems(path, file))
    if recorded is None and (file.log is not None or log):
        return Verdict(file.decisions.inspection, 0, (), (), (), log)
    if recorded is None:
        help = "grader decide records the proposal with each decision"
        raise InputError([Problem("no proposal is recorded in these decisions", Place(str(path)), help)])
    refuse_overrides(recorded.overrides, allow_overrides, "made again")
    proposal = _again(_inspection(path, inspection), recorded, rules, engine)
    if proposal.inspection != file.decisions.inspection:
        message = (
            f"the decisions are on {quoted(file.decisions.inspection)}, not {quoted(proposal.inspection)}"
        )
        raise InputError([Problem(message, Place(str(path)), "name the inspection they are on")])
    stale = stale_areas(recorded, proposal)
    rests_on, noted = list(_rests_on(recorded, proposal)), list(_noted(recorded, proposal))
    inspection_changed = list(_inspection_changed(recorded, proposal))
    if stale or not recorded.proposed.keys() <= recorded.areas.keys():
        rests_on += inspection_changed
    else:  # another text, from which the same follows for every area decided
        noted = [*inspection_changed, *noted]
    return Verdict(
        inspection=proposal.inspection,
        areas=len(recorded.proposed),
        changed=(*rests_on, *(f"{area}: {said}" for area in stale for said in stale[area])),
        noted=tuple(noted),
        stale=tuple(stale),
        log=log,
    )


def log_problems(path: Path, file: Decisions) -> list[Problem]:
    """Faults of a decisions file's log, or between them."""
    beside = log_beside(path)
    raw = beside.read_bytes() if beside.exists() else b""
    acts, problems = read_log(raw, str(beside))
    if problems:
        return problems
    problems = list(against(acts, file.log, str(beside)))
    if file.log is not None and not problems:
        replayed, _ = replay(act for act, _ in acts)
        if not same(file, replayed):
            message = "what the file decides is not what its log says: it was changed by hand"
            problems.append(Problem(message, Place(str(path)), "put it back from a copy"))
    return problems


def _inspection(decisions: Path, given: PathLike | None) -> Path:
    if given is not None:
        return Path(given)
    beside = decisions.parent / INSPECTION
    if not os.path.exists(beside):
        message = f"no inspection: there is no {INSPECTION} beside the decisions"
        raise InputError([Problem(message, Place(str(decisions)), "name the inspection")])
    return beside


def _again(path: Path, recorded: ProposalRecorded, rules: PathLike | None, engine: str | None) -> Proposal:
    raw = read_bytes(path)
    if is_proposal(raw):
        return proposal_of(raw, str(path))
    loaded = Sessions(rules, engine).load(path)
    known = Settings((n, v) for n, v in recorded.overrides.items() if n in loaded.book.parameters)
    return loaded.at(known).proposal


def _rests_on(recorded: ProposalRecorded, now: Proposal) -> Iterator[str]:
    """What the proposal rests on that is not as it was."""
    then = recorded.framework
    if then.id != now.framework.id:
        yield f"framework: {then.id}, now {now.framework.id}"
    elif then.sha256 != now.framework.sha256:
        yield f"framework: {_hashes(then.sha256, now.framework.sha256)}"
    if then.edition != now.framework.edition:
        yield f"edition: {then.edition}, now {now.framework.edition}"
    book = recorded.rulebook
    before, after = f"{book.id} {book.version}", f"{now.rulebook.id} {now.rulebook.version}"
    if book.sha256 != now.rulebook.sha256:
        versions = f"{before}, now {after}, " if before != after else ""
        yield f"rule book: {versions}{_hashes(book.sha256, now.rulebook.sha256)}"
    elif before != after:
        yield f"rule book: {before}, now {after}"
    if recorded.overrides != now.overrides:
        yield f"overrides: {recorded.overrides or 'none'}, now {now.overrides or 'none'}"


def _inspection_changed(recorded: ProposalRecorded, now: Proposal) -> Iterator[str]:
    if recorded.inspection_sha256 != now.inspection_sha256:
        yield f"inspection: {_hashes(recorded.inspection_sha256, now.inspection_sha256)}"


def _hashes(then: str | None, now: str | None) -> str:
    return f"SHA-256 {(then or 'none')[:12]}, now {(now or 'none')[:12]}"


def _noted(recorded: ProposalRecorded, now: Proposal) -> Iterator[str]:
    if recorded.grader_version != now.grader_version:
        yield f"version: grader {recorded.grader_version}, now {now.grader_version}"
    if recorded.engine != now.engine:
        yield f"engine: {recorded.engine}, now {now.engine}"
