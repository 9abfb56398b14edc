"""Proposed beside final: decisions recorded and verified, parameters fitted to them, outlier lines."""

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
    from grader.review.recording import Recorded
    from grader.review.verify import Verdict
    from grader.statistics import Choices, OutlierLines

from grader.api.given import SettingValues


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
    rules, engine
        As for `grade`, for inspections graded here.

    Raises
    ------
    InputError
        Faults of any file, decisions that match no inspection, or grades of another framework, edition or
        cycle, which are not compared.

    Examples
    --------
    >>> grader.diff(example).differs
    True
    """
    from grader.review.diff import diff as compare

    return compare(given, decisions, rules=rules, engine=engine)


def decide(
    inspection: PathLike,
    area: str,
    grade: str,
    *,
    by: str,
    on: str,
    rationale: str | None = None,
    decisions: PathLike | None = None,
    allow_overrides: bool = False,
    force: bool = False,
    present: Sequence[str] = (),
    considered: Sequence[str] = (),
    at: str | None = None,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> Recorded:
    """Record what a person decides on an area, why, and the proposal it was decided on.

    Parameters
    ----------
    inspection : path
        The inspection's file, or a proposal of it written as JSON.
    area, grade : str
        The area decided and the grade given.
    by, on : str
        Who decides, and the day, as YYYY-MM-DD.
    rationale : str, optional
        Why; needed where the grade is not the one proposed.
    decisions : path, optional
        The file it is recorded in; `decisions.yaml` beside the inspection by default.
    allow_overrides : bool
        Whether the proposal may rest on parameters at other values than the rule book's.
    force : bool
        Whether an area already decided is decided again, and comments in the file may be lost.
    present, considered : sequence of str
        Who was there, and what else was considered.
    at : str, optional
        The time, as the log is to say it.
    rules, settings, engine
        As for `grade`.

    Raises
    ------
    InputError
        The decision cannot be recorded: every reason.
    UnknownNameError
        No such area or grade.

    Examples
    --------
    >>> where = folder / "decisions.yaml"
    >>> why = "two further visits"
    >>> grader.decide(example, "workforce", "good", by="A", on="2022-10-01", rationale=why, decisions=where)
    <Recorded workforce: good decided, adequate proposed>
    """
    from grader.review.decisions import Decision
    from grader.review.grading import Grading
    from grader.review.pairing import DECISIONS
    from grader.review.recording import record

    path = Path(inspection)
    return record(
        path,
        Decision(area, grade, by, on, rationale, tuple(present), tuple(considered), at),
        Path(decisions) if decisions is not None else path.parent / DECISIONS,
        Grading(rules, engine),
        settings=settings,
        allow_overrides=allow_overrides,
        force=force,
    )


def verify(
    decisions: PathLike,
    inspection: PathLike | None = None,
    *,
    allow_overrides: bool = False,
    rules: PathLike | None = None,
    engine: str | None = None,
) -> Verdict:
    """Whether the proposal that decisions were made on still comes out the same.

    Parameters
    ----------
    decisions : path
        A decisions file with a proposal recorded in it.
    inspection : path, optional
        The inspection, or a proposal of it; `inspection.yaml` beside the decisions by default.
    allow_overrides : bool
        Whether a proposal that rested on settings is made again, with the same ones.
    rules, engine
        As for `grade`.

    Raises
    ------
    InputError
        Faults of a file, no proposal recorded, or decisions on another inspection.

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
    """Which values of parameters agree best with past decisions, and whether the data can tell.

    Parameters
    ----------
    folder : path
        Past inspections with the decisions on them, one framework's.
    parameters : sequence of str
        From one to four parameters of the rule book.
    rules : path or str, optional
        As for `grade`.
    effort : int
        Units of work the solver may spend on each proof at the values that agree best.

    Raises
    ------
    InputError
        Faults of the files, or of the names.
    MissingExtraError
        The columns or the solver are not installed.

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
    """Lines one standard deviation about the mean of bodies, and who lies beyond them.

    Parameters
    ----------
    data : path or mapping of str to float or None
        A CSV file with a row a body, or the score of each body.
    value, name : str, optional
        Of a file, the headings of the scores and of the names.
    leave_out, keep : sequence of str
        Of a file, bodies that are not compared, and bodies that look like a total and are none.
    choices : Choices, optional
        What the published method leaves open.

    Raises
    ------
    InputError
        Every fault of the data.
    MissingExtraError
        scipy is not installed.

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
