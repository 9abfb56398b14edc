"""Moderation: taggings laid together and settled, and what changed since."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.api.given import Gradable, SettingValues
from grader.api.inspections import load
from grader.errors import InputError, Problem
from grader.io.given import PathLike
from grader.review.what_moves import DRAWS
from grader.session import LoadedInspection, Session, Sessions

if TYPE_CHECKING:
    from grader.model.changes import Changes
    from grader.model.reconciliation import Reconciliation
    from grader.review.blind import Blind
    from grader.review.moderating import AgreedInspection


def blind(
    inspection: Gradable, *, share: str | None = None, seed: int = 1, rules: PathLike | None = None
) -> Blind:
    """A copy for a second person, without tags and assessments.

    Parameters
    ----------
    inspection, rules
        As for `load`.
    share : str, optional
        Of each area's evidence, as `20%`; all by default.
    seed : int
        The random seed.

    Raises
    ------
    InputError
        Faults of the inspection or the share.

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
    """Compare several taggings of one inspection, and say which differences matter.

    Parameters
    ----------
    inspections : sequence
        Two or more, as for `load`; the first one's ids stand.
    names : sequence of str, optional
        Who tagged them; as their items or files say by default.
    pairs : path, optional
        A settling file or workbook: which pairs in doubt are one finding.
    draws, seed : int
        Mixes drawn where there are too many to grade, and the random seed.
    rules, settings, engine
        As for `grade`.

    Raises
    ------
    InputError
        Faults of a file, or not one inspection.
    MissingExtraError
        rapidfuzz is needed and missing.

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
    """The agreed inspection, with its YAML as `text`.

    Parameters
    ----------
    inspections, names, draws, seed, rules, settings, engine
        As for `reconcile`.
    settling : path
        Filled in.
    by, on : str, optional
        Who settled, and the day, where the file does not say.
    rest : str, optional
        Whose tagging stands where a difference matters to no grade.

    Raises
    ------
    InputError
        Something that matters is open, or a choice is not possible.

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
    """A file in which to settle the disagreements.

    Parameters
    ----------
    reconciliation : Reconciliation

    Examples
    --------
    >>> second = "benchmarks/two_taggings/second_tagging.yaml"
    >>> "choice:" in grader.settling_file(grader.reconcile([example, second]))
    True
    """
    from grader.review.settling import settling_text

    return settling_text(reconciliation)


def settling_workbook(reconciliation: Reconciliation) -> bytes:
    """A workbook in which to settle the disagreements.

    Parameters
    ----------
    reconciliation : Reconciliation

    Raises
    ------
    MissingExtraError
        openpyxl is missing.

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
    """What changed between two states of an inspection, and what it moved.

    Parameters
    ----------
    old, new
        As for `load`.
    rules, settings, engine
        As for `grade`.

    Raises
    ------
    InputError
        Faults of a file, or different bodies, frameworks or editions.

    Examples
    --------
    >>> grader.changes(example, example)
    <Changes leicestershire-2021-22: 0 changes, 0 conclusions moved>
    """
    from grader.review.changes import changes as compare

    loaded, _ = _loaded([old, new], rules, settings, engine)
    return compare(*loaded)


def _loaded(
    inspections: Sequence[Gradable],
    rules: PathLike | None,
    settings: SettingValues | None,
    engine: str | None,
) -> tuple[list[LoadedInspection], list[str]]:
    """The inspections under the same rules and settings, and what their files are called."""
    known = [each for each in inspections if isinstance(each, LoadedInspection)]
    session: Session | Sessions = known[0].session if known else Sessions(rules, engine)
    found = [
        load(each, rules=rules, settings=settings, engine=engine)
        if isinstance(each, LoadedInspection)
        else session.load(each).at(settings, engine)
        for each in inspections
    ]
    if (
        known
        and len({(e.book.sha256, e.framework.sha256, *sorted(e.session.settings.items())) for e in found}) > 1
    ):
        message = "the inspections were loaded under other rules or settings than each other"
        raise InputError([Problem(message, None, "load them under the same ones")])
    return found, [_name(each) for each in inspections]


def _name(given: Gradable) -> str:
    name = os.fspath(given) if isinstance(given, str | os.PathLike) else ""
    return "" if "\n" in name else name
