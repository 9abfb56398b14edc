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
    """Record a person's decision on an area, with the proposal behind it.

    Parameters
    ----------
    inspection : path
        Its file, or a proposal's JSON file.
    area, grade : str
        The area, and the grade given.
    by, on : str
        Who, and the day (YYYY-MM-DD).
    rationale : str, optional
        Needed where the grade is not the proposed one.
    decisions : path, optional
        `decisions.yaml` beside the inspection by default.
    allow_overrides : bool
        Whether the proposal may rest on settings.
    force : bool
        Whether to decide again, and lose comments in the file.
    present, considered : sequence of str
        Who was there; what else was considered.
    at : str, optional
        The time, for the log.
    rules, settings, engine
        As for `grade`.

    Raises
    ------
    InputError
        Every reason it cannot be recorded.
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
    r"""Record a table's decisions, all or none.

    Parameters
    ----------
    inspection, at, decisions, allow_overrides, force, rules, settings, engine
        As for `decide`.
    table : path
        CSV or workbook: `area`, `grade`; optional `rationale`, `by`, `on`, `present`, `considered`.
    by, on : str, optional
        Where a row does not say.

    Raises
    ------
    InputError
        Every reason, with its cell.

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
    """Undo the last act on an area; the log keeps both.

    Parameters
    ----------
    inspection, area, by, on, rationale, at, decisions, rules, engine
        As for `decide`.
    force : bool
        Whether comments in the file may be lost.

    Raises
    ------
    InputError
        Nothing is decided, or file and log differ.

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
    """Confirm a decision whose proposal has changed since.

    Parameters
    ----------
    inspection, area, by, on, rationale, at, decisions, allow_overrides, rules, engine
        As for `decide`; the rationale is kept by default.
    force : bool
        Whether comments in the file may be lost.

    Raises
    ------
    InputError
        Nothing is decided or changed, or a reason is missing.

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
    """The acts behind a decisions file, from its log.

    Parameters
    ----------
    decisions : path

    Raises
    ------
    InputError
        The log was altered.

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
