"""Final grades for the report, read and checked as `grader diff` does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import InputError, Problem, quoted
from grader.io.decisions import decisions_of
from grader.io.reading import read_bytes
from grader.io.yaml_source import parse_document
from grader.model.decisions import Decisions
from grader.model.diff import AreaDiff
from grader.review.compare import compare
from grader.review.record import foreign, incomparable, oddities
from grader.review.stale import stale_areas
from grader.session import LoadedInspection


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions beside proposals, with warnings."""

    decisions: Decisions
    areas: Mapping[str, AreaDiff]
    stale: Mapping[str, Sequence[str]]
    """Areas decided on a proposal that has changed since, and what changed."""
    warnings: tuple[Problem, ...]


def read_decided(path: Path, loaded: LoadedInspection) -> Decided:
    """The decisions in a file, beside what is proposed.

    Raises
    ------
    InputError
        Faults of the file, or nothing comparable.
    """
    proposal = loaded.proposal
    document = parse_document(read_bytes(path), str(path))
    refusal = incomparable(document, proposal, loaded.framework.framework)
    if refusal is not None:
        raise InputError([refusal])
    file = decisions_of(document, loaded.framework)
    document = file.document
    problems = list(foreign(file.decisions, document, proposal))
    named = file.decisions.decisions.inspection
    if named != proposal.inspection:
        message = f"the decisions are on {quoted(named)}, not on {quoted(proposal.inspection)}"
        place = document.place(("decisions", "inspection"))
        problems.append(Problem(message, place, "name the decisions on this inspection"))
    if problems:
        raise InputError(problems)
    framework = loaded.framework.framework
    laid = compare(proposal, file.decisions, framework.grades_worst_first, framework.vocabulary)
    return Decided(
        decisions=file.decisions,
        areas={row.area: row for row in laid},
        stale=stale_areas(file.decisions.proposal, proposal) if file.decisions.proposal else {},
        warnings=(*file.warnings, *oddities(file.decisions, document, proposal, framework)),
    )
