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


def diff(
    given: PathLike | Proposal,
    decisions: PathLike | None = None,
    *,
    rules: PathLike | None = None,
    engine: str | None = None,
) -> Diff:
    """Lay proposed beside final grades.

    Parameters
    ----------
    given : path or Proposal
        An inspection's file, a proposal or its JSON file, or a folder of these with their decisions. What
        grades hinge on is not worked out for a folder's inspections.
    decisions : path, optional
        The decisions on one inspection; `decisions.yaml` beside it by default.
    rules : path or str, optional
        A rule book's folder or id, for inspections graded here.
    engine : {"rete", "reference"}, optional
        As for `grade`.

    Returns
    -------
    Diff
        Each area proposed beside final, and how far they agree.

    Raises
    ------
    InputError
        Faults of any file, decisions that match no inspection, or grades of another framework, edition or
        cycle, which are not compared.
    """
    return review(given, decisions, rules=rules, engine=engine).diff


def review(
    given: PathLike | Proposal,
    decisions: PathLike | None = None,
    *,
    rules: PathLike | None = None,
    engine: str | None = None,
    each: Progress[Path] | None = None,
    smallest_change: SmallestChange | None = None,
) -> Reviewed:
    """As `diff`, with warnings about the records.

    Parameters
    ----------
    each : callable, optional
        Goes through the inspections of a folder, to show how far it is.
    smallest_change : callable, optional
        Works out, for an area that differs, what would have brought the final grade; by default the least
        that would have had to be found, where the inspections are few enough to be read one by one.
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
