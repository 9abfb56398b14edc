"""Proposed beside final grades, parameters fitted to decisions, outlier lines."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.io.given import PathLike
from grader.language.effort import CHECK_EFFORT, check_effort

if TYPE_CHECKING:
    from grader.model.calibration import Calibration
    from grader.model.diff import Diff
    from grader.model.proposal import Proposal
    from grader.review.verify import Verdict
    from grader.statistics import Choices, OutlierLines


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
        An inspection's file, a proposal or its JSON file, or a folder of these with their decisions (no
        hinges).
    decisions : path, optional
        `decisions.yaml` beside the inspection by default.
    rules, engine
        As for `grade`.

    Raises
    ------
    InputError
        Faults of a file, decisions without an inspection, or grades that are not compared.

    Examples
    --------
    >>> grader.diff(example).differs
    True
    """
    from grader.review.diff import review

    return review(given, decisions, rules=rules, engine=engine).diff


def verify(
    decisions: PathLike,
    inspection: PathLike | None = None,
    *,
    allow_overrides: bool = False,
    rules: PathLike | None = None,
    engine: str | None = None,
) -> Verdict:
    """Whether the proposal behind decisions comes out the same again.

    Parameters
    ----------
    decisions : path
        A file with a proposal recorded in it.
    inspection : path, optional
        `inspection.yaml` beside the decisions by default.
    allow_overrides : bool
        Whether the proposal may rest on settings; they are used again.
    rules, engine
        As for `grade`.

    Raises
    ------
    InputError
        Faults of a file, or no proposal of this inspection.

    Examples
    --------
    >>> grader.verify(folder / "decisions.yaml", example)
    <Verdict leicestershire-2021-22: reproduces>
    """
    from grader.review.verify import verify as make_again

    return make_again(decisions, inspection, rules=rules, engine=engine, allow_overrides=allow_overrides)


def calibrate(
    folder: PathLike, parameters: Sequence[str], *, rules: PathLike | None = None, effort: int = CHECK_EFFORT
) -> Calibration:
    """Which parameter values agree best with past decisions, and whether the data can tell.

    Parameters
    ----------
    folder : path
        Past inspections of one framework, with decisions.
    parameters : sequence of str
        One to four parameters.
    rules : path or str, optional
        As for `grade`.
    effort : int
        Solver units for each proof at the best values.

    Raises
    ------
    InputError
        Faults of the files, or of the names.
    MissingExtraError
        The columns or the solver are missing.

    Examples
    --------
    >>> grader.calibrate("examples/leicestershire_2021_22", ["some"]).why_not
    '9 areas have a final grade; fewer than 30 cannot tell'
    """
    from grader.proofs.record import all_kept_at
    from grader.review.calibrate import calibrate as fit
    from grader.review.past_inspections import read_folder

    check_effort(effort)
    past = read_folder(Path(folder), None if rules is None else os.fspath(rules))
    book, framework = past.session.book, past.session.framework.framework
    return fit(past, parameters, lambda values: all_kept_at(book, framework, values, effort=effort))


def outliers(
    data: PathLike | Mapping[str, float | None],
    *,
    value: str | None = None,
    name: str | None = None,
    leave_out: Sequence[str] = (),
    keep: Sequence[str] = (),
    choices: Choices | None = None,
) -> OutlierLines:
    """Lines one standard deviation about the mean, and who lies beyond them.

    Parameters
    ----------
    data : path or mapping of str to float or None
        A CSV file, or each body's score.
    value, name : str, optional
        A file's headings of scores and of names.
    leave_out, keep : sequence of str
        Bodies not compared, and bodies that look like totals and are none.
    choices : Choices, optional
        What the published method leaves open.

    Raises
    ------
    InputError
        Every fault of the data.
    MissingExtraError
        scipy is missing.

    Examples
    --------
    >>> grader.outliers({"Avon": 12.0, "Borsetshire": 14.5, "Camfordshire": 9.0})
    <OutlierLines: 3 bodies, 1 beyond the lines>
    """
    from grader import statistics

    chosen = choices or statistics.Choices()
    if isinstance(data, Mapping):
        return statistics.lines(data, chosen)
    read = statistics.read_scores(data, value=value, name=name, leave_out=leave_out, keep=keep)
    return statistics.lines_of(read, chosen)
