"""Proposed beside final grades, of one inspection or of a folder of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import InputError, Place, Problem
from grader.io.given import PathLike
from grader.model.diff import Diff
from grader.model.proposal import Proposal
from grader.review.compare import SmallestChange, together
from grader.review.grading import Grading
from grader.review.pairing import Progress, folder, one


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A comparison, and what a person should look at in the records compared."""

    diff: Diff
    warnings: tuple[Problem, ...]


def review(
    given: PathLike | Proposal,
    decisions: PathLike | None = None,
    *,
    rules: PathLike | None = None,
    engine: str | None = None,
    each: Progress[Path] | None = None,
    smallest_change: SmallestChange | None = None,
) -> Reviewed:
    """Proposed beside final, with warnings about the records.

    Parameters
    ----------
    each : callable, optional
        Wraps the inspections of a folder, to show progress.
    smallest_change : callable, optional
        For areas that differ; by default worked out where inspections are few.
    """
    final = Path(decisions) if decisions is not None else None
    if not isinstance(given, Proposal) and os.path.isdir(given):
        if final is not None:
            message = "decisions are named beside a folder, which holds its own"
            raise InputError(
                [Problem(message, Place(str(final)), "name one inspection, or the folder alone")]
            )
        laid = folder(Path(given), Grading(rules, engine), each or _straight, smallest_change)
    else:
        subject = given if isinstance(given, Proposal) else Path(given)
        grading = Grading(rules, engine)
        laid = one(subject, final, grading, smallest_change or grading.smallest_change)
    found = together(laid.inspections, laid.grades, laid.ignored, laid.overrides)
    return Reviewed(found, tuple(sorted(set(laid.warnings), key=lambda p: p.sort_key)))


def _straight(files: Sequence[Path]) -> Iterable[Path]:
    return files
