"""Decisions made, undone and confirmed, and their log."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.api.given import SettingValues
from grader.io.given import PathLike

if TYPE_CHECKING:
    from grader.review.log_lines import DecisionLog
    from grader.review.recording import Recorded


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
    from grader.review.recording import record

    path = Path(inspection)
    return record(
        path,
        Decision(area, grade, by, on, rationale, tuple(present), tuple(considered), at),
        _beside(path, decisions),
        Grading(rules, engine),
        settings=settings,
        allow_overrides=allow_overrides,
        force=force,
    )


def decide_from(
    inspection: PathLike,
    table: PathLike,
    *,
    by: str | None = None,
    on: str | None = None,
    at: str | None = None,
    decisions: PathLike | None = None,
    allow_overrides: bool = False,
    force: bool = False,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> list[Recorded]:
    r"""Record the decisions in a table, all of them or none.

    Parameters
    ----------
    inspection, at, decisions, allow_overrides, force, rules, settings, engine
        As for `decide`.
    table : path
        A CSV file or a workbook with columns `area`, `grade`, `rationale`, `by`, `on`, `present`,
        `considered`, of which the first two are needed.
    by, on : str, optional
        Who decided, and the day, where a row does not say.

    Raises
    ------
    InputError
        A decision cannot be recorded: every reason, with its cell.

    Examples
    --------
    >>> table = folder / "table.csv"
    >>> _ = table.write_text("area,grade\nResponding,good\n")
    >>> where = folder / "from_table.yaml"
    >>> grader.decide_from(example, table, by="A", on="2022-10-01", decisions=where)
    [<Recorded responding: good decided, good proposed>]
    """
    from grader.review.decided_table import read_decided
    from grader.review.grading import Grading
    from grader.review.recording import proposed, record_on

    path, grading = Path(inspection), Grading(rules, engine)
    found, places = read_decided(Path(table), by=by, on=on, at=at)
    proposal = proposed(path, settings, None, grading)
    return record_on(
        proposal,
        found,
        _beside(path, decisions),
        grading,
        places=places,
        allow_overrides=allow_overrides,
        force=force,
    )


def undo(
    inspection: PathLike,
    area: str,
    *,
    by: str,
    on: str,
    rationale: str | None = None,
    at: str | None = None,
    decisions: PathLike | None = None,
    force: bool = False,
    rules: PathLike | None = None,
    engine: str | None = None,
) -> Recorded:
    """Undo the last act on an area: what stood before stands again, and the log keeps both.

    Parameters
    ----------
    inspection, area, by, on, rationale, at, decisions, rules, engine
        As for `decide`.
    force : bool
        Whether comments in the file may be lost.

    Raises
    ------
    InputError
        Nothing is decided on the area, or the file and its log do not agree.

    Examples
    --------
    >>> grader.undo(example, "responding", by="A", on="2022-10-02", decisions=folder / "from_table.yaml")
    <Recorded responding: undone, not decided any more>
    """
    from grader.review.grading import Grading
    from grader.review.recording import undo as take_back

    path, grading = Path(inspection), Grading(rules, engine)
    where = _beside(path, decisions)
    return take_back(path, area, by, on, where, grading, rationale=rationale, at=at, force=force)


def confirm(
    inspection: PathLike,
    area: str,
    *,
    by: str,
    on: str,
    rationale: str | None = None,
    at: str | None = None,
    decisions: PathLike | None = None,
    allow_overrides: bool = False,
    force: bool = False,
    rules: PathLike | None = None,
    engine: str | None = None,
) -> Recorded:
    """Confirm that a decision stands although what it was decided on has changed.

    Parameters
    ----------
    inspection, area, by, on, rationale, at, decisions, allow_overrides, rules, engine
        As for `decide`; the rationale there is stays where none is given.
    force : bool
        Whether comments in the file may be lost.

    Raises
    ------
    InputError
        Nothing is decided on the area, nothing has changed, or a reason is missing.

    Examples
    --------
    >>> changed = "examples/moderation/changed.yaml"
    >>> import shutil
    >>> for name in ("decisions.yaml", "decisions.log.jsonl"):
    ...     _ = shutil.copy(f"examples/moderation/{name}", folder / f"stale_{name}")
    >>> where = folder / "stale_decisions.yaml"
    >>> who = {"by": "Chair", "on": "2022-06-20", "rationale": "Read again"}
    >>> grader.confirm(changed, "responding", decisions=where, **who)
    <Recorded responding: good confirmed, adequate proposed>
    """
    from grader.review.grading import Grading
    from grader.review.recording import confirm as say_it_stands

    path, grading = Path(inspection), Grading(rules, engine)
    return say_it_stands(
        path,
        area,
        by,
        on,
        _beside(path, decisions),
        grading,
        rationale=rationale,
        at=at,
        allow_overrides=allow_overrides,
        force=force,
    )


def decision_log(decisions: PathLike) -> DecisionLog:
    """The acts behind a decisions file, from the log beside it.

    Parameters
    ----------
    decisions : path
        The decisions file.

    Raises
    ------
    InputError
        The log is not as it was written.

    Examples
    --------
    >>> grader.decision_log(folder / "from_table.yaml")
    <DecisionLog: 1 act>
    """
    from grader.review.log_lines import decision_log as read

    return read(Path(decisions))


def _beside(inspection: Path, decisions: PathLike | None) -> Path:
    from grader.review.pairing import DECISIONS

    return Path(decisions) if decisions is not None else inspection.parent / DECISIONS
