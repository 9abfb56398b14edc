"""Moderation: taggings laid together and settled, what changed since, decisions undone and confirmed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.api.given import Gradable, SettingValues
from grader.api.inspections import load
from grader.io.given import PathLike
from grader.review.what_moves import DRAWS
from grader.session import LoadedInspection, Sessions

if TYPE_CHECKING:
    from grader.model.changes import Changes
    from grader.model.reconciliation import Reconciliation
    from grader.review.blind import Blind
    from grader.review.log_lines import DecisionLog
    from grader.review.moderating import AgreedInspection
    from grader.review.recording import Recorded


def blind(
    inspection: Gradable, *, share: str | None = None, seed: int = 1, rules: PathLike | None = None
) -> Blind:
    """A copy of an inspection for a second person, tags and assessments taken out.

    Parameters
    ----------
    inspection, rules
        As for `load`.
    share : str, optional
        How much of each area's evidence to give, as in `20%`; all of it by default.
    seed : int
        Where the drawing of the sample starts.

    Raises
    ------
    InputError
        Faults of the inspection, or a share that cannot be.

    Examples
    --------
    >>> grader.blind(example, share="20%")
    <Blind leicestershire-2021-22: 65 of 306 items of evidence>
    """
    from grader.review.blind import blind as copy

    loaded = load(inspection, rules=rules)
    framework = loaded.framework.framework
    return copy(loaded.inspection, framework, share=share, seed=seed, origin=_name(inspection))


def reconcile(
    inspections: Sequence[Gradable],
    *,
    names: Sequence[str] | None = None,
    pairs: PathLike | None = None,
    draws: int = DRAWS,
    seed: int = 1,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> Reconciliation:
    """Lay several people's taggings of one inspection together, and say which differences matter.

    Parameters
    ----------
    inspections : sequence
        As for `load`, two or more; the first one's ids stand.
    names : sequence of str, optional
        Who tagged them; by default as their items say, else after the files.
    pairs : path, optional
        A settling file or workbook that says of pairs in doubt whether they are one finding.
    draws, seed : int
        Mixes drawn of an area that has too many to grade them all, and where the drawing starts.
    rules, settings, engine
        As for `grade`.

    Raises
    ------
    InputError
        Faults of a file, or taggings that are not of one inspection.
    MissingExtraError
        Statements have to be compared, and rapidfuzz is not installed.

    Examples
    --------
    >>> second = "benchmarks/two_taggings/second_tagging.yaml"
    >>> grader.reconcile([example, second])
    <Reconciliation leicestershire-2021-22: 174 disagreements, 59 of them matter to a grade>
    """
    from grader.review.moderating import lay_together

    loaded, files = _loaded(inspections, rules, settings, engine)
    return lay_together(loaded, files, names=names, pairs=pairs, draws=draws, seed=seed).answer


def settle(
    inspections: Sequence[Gradable],
    settling: PathLike,
    *,
    by: str | None = None,
    on: str | None = None,
    rest: str | None = None,
    names: Sequence[str] | None = None,
    draws: int = DRAWS,
    seed: int = 1,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> AgreedInspection:
    """The agreed inspection, each disagreement as it was settled; its `text` is the YAML to keep.

    Parameters
    ----------
    inspections, names, draws, seed, rules, settings, engine
        As for `reconcile`.
    settling : path
        The settling file or workbook, filled in.
    by, on : str, optional
        Who settled the disagreements, and the day, where the file does not say.
    rest : str, optional
        By whose tagging disagreements stand that are not settled and matter to no grade.

    Raises
    ------
    InputError
        Something that matters is not settled, or a choice says what it cannot.

    Examples
    --------
    >>> taggings = ["examples/moderation/ann.yaml", "examples/moderation/bob.yaml"]
    >>> grader.settle(taggings, "examples/moderation/settled.yaml", rest="ann")
    <AgreedInspection harbour-2022: 3 settled, 2 left as tagged>
    """
    from grader.review.moderating import settle_by

    loaded, files = _loaded(inspections, rules, settings, engine)
    return settle_by(
        loaded, files, Path(settling), by=by, on=on, rest=rest, names=names, draws=draws, seed=seed
    )


def settling_file(reconciliation: Reconciliation) -> str:
    """The text of a file in which a meeting settles the disagreements.

    Parameters
    ----------
    reconciliation : Reconciliation
        What `reconcile` returned.

    Examples
    --------
    >>> second = "benchmarks/two_taggings/second_tagging.yaml"
    >>> "choice:" in grader.settling_file(grader.reconcile([example, second]))
    True
    """
    from grader.review.settling import settling_text

    return settling_text(reconciliation)


def settling_workbook(reconciliation: Reconciliation) -> bytes:
    """The workbook in which a meeting settles the disagreements.

    Parameters
    ----------
    reconciliation : Reconciliation
        What `reconcile` returned.

    Raises
    ------
    MissingExtraError
        openpyxl is not installed.

    Examples
    --------
    >>> second = "benchmarks/two_taggings/second_tagging.yaml"
    >>> grader.settling_workbook(grader.reconcile([example, second]))[:2]
    b'PK'
    """
    from grader.review.settling_book import settling_workbook as write

    return write(reconciliation)


def changes(
    old: Gradable,
    new: Gradable,
    *,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> Changes:
    """What changed between two states of one inspection, and what it moved, with the evidence behind it.

    Parameters
    ----------
    old, new
        As for `load`.
    rules, settings, engine
        As for `grade`.

    Raises
    ------
    InputError
        Faults of an inspection, or inspections of different bodies, frameworks or editions.

    Examples
    --------
    >>> grader.changes(example, example)
    <Changes leicestershire-2021-22: 0 changes, 0 conclusions moved>
    """
    from grader.review.changes import changes as compare

    loaded, _ = _loaded([old, new], rules, settings, engine)
    return compare(*loaded)


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


def _loaded(
    inspections: Sequence[Gradable],
    rules: PathLike | None,
    settings: SettingValues | None,
    engine: str | None,
) -> tuple[list[LoadedInspection], list[str]]:
    """The inspections in one session, and what their files are called."""
    sessions = Sessions(rules, engine)
    given = [each.inspection if isinstance(each, LoadedInspection) else each for each in inspections]
    return [sessions.load(each).at(settings) for each in given], [_name(each) for each in inspections]


def _name(given: Gradable) -> str:
    name = os.fspath(given) if isinstance(given, str | os.PathLike) else ""
    return "" if "\n" in name else name
