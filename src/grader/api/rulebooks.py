"""For rule authors: proofs, cases, mutants, what a change of rules moves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.io.catalogue import DEFAULT
from grader.io.given import PathLike
from grader.language.effort import CHECK_EFFORT, IMPACT_EFFORT, check_effort

if TYPE_CHECKING:
    from grader.authoring.case_report import TestReport
    from grader.authoring.impact import Impact
    from grader.authoring.mutation import MutationReport
    from grader.proofs.report import CheckReport

from grader.api.given import SettingValues


def check(
    rules: PathLike = DEFAULT,
    *,
    settings: SettingValues | None = None,
    effort: int = CHECK_EFFORT,
    keep: bool = False,
    smt: PathLike | None = None,
) -> CheckReport:
    """Prove a rule book's promises for every inspection, or show one that breaks them.

    Parameters
    ----------
    rules : path or str
        A folder or id.
    settings : mapping of str to str or int, optional
        Parameters fixed at these values; the others go through their ranges.
    effort : int
        Solver units for each promise, the same on every machine; the rest is unknown.
    keep : bool
        Whether to reuse and keep proofs.
    smt : path, optional
        A folder for every question, as SMT-LIB2; nothing is reused then.

    Raises
    ------
    InputError
        Faults of the rule book.
    MissingExtraError
        The solver is missing.

    Examples
    --------
    >>> grader.check("FHRS").holds
    True
    """
    from grader.authoring.replay import every_engine
    from grader.io.catalogue import open_rulebook
    from grader.language.settings import read_settings
    from grader.proofs.check import check_rulebook

    check_effort(effort)
    _, framework, book = open_rulebook(rules)
    values = read_settings(book, settings or {})
    confirm = every_engine(framework)
    if smt is not None:
        from grader.proofs.smt import written_to

        with written_to(Path(smt)):
            return check_rulebook(book, framework.framework, effort=effort, settings=values, confirm=confirm)
    if keep:
        from grader.proofs.cache import check_kept

        return check_kept(book, framework.framework, effort=effort, settings=values, confirm=confirm)
    return check_rulebook(book, framework.framework, effort=effort, settings=values, confirm=confirm)


def record_proofs(rules: PathLike = DEFAULT, *, effort: int = CHECK_EFFORT) -> dict[str, str]:
    """Prove what grade ranges rest on, and write `proved.json` beside the rules.

    Parameters
    ----------
    rules, effort
        As for `check`.

    Returns
    -------
    dict of str to str
        Each part proved, with its parameter values; void once rules or framework change.

    Raises
    ------
    InputError
        Faults of the rule book, or a folder not written to.

    Examples
    --------
    >>> import shutil
    >>> own = shutil.copytree("rules/EXAMPLE_CARE_HOMES", folder / "own_rules")
    >>> grader.record_proofs(own)["monotone.a"]
    'every parameter anywhere in its range'
    """
    from grader.io.catalogue import open_rulebook
    from grader.proofs.record import record

    check_effort(effort)
    folder, framework, book = open_rulebook(rules)
    return record(folder, framework, book, effort=effort)


def mutate(rules: PathLike = DEFAULT, *, effort: int = CHECK_EFFORT) -> MutationReport:
    """List the small changes of the rules that no case and no proof notices.

    Parameters
    ----------
    rules, effort
        As for `check`; effort for each change that no case notices.

    Examples
    --------
    >>> grader.mutate("EXAMPLE_CARE_HOMES").counts["survived"]
    0
    """
    from grader.authoring.changed_rules import ProofsOfChanges
    from grader.authoring.mutation import mutate as change
    from grader.authoring.suites import load_suite

    check_effort(effort)
    suite = load_suite(rules)
    proofs = ProofsOfChanges(suite.book, suite.framework.framework, effort)
    return change(suite, proof_kills=proofs.notice, compared=proofs.compared)


def run_cases(rules: PathLike = DEFAULT, *, suggest: bool = False) -> TestReport:
    """Run a rule book's own cases, and see what they decide.

    Parameters
    ----------
    rules : path or str
        A folder or id.
    suggest : bool
        Whether to suggest missing cases.

    Raises
    ------
    InputError
        Faults of the rules or the cases.

    Examples
    --------
    >>> grader.run_cases("EXAMPLE_CARE_HOMES").passes(100)
    True
    """
    from grader.authoring.case_report import run_suite
    from grader.authoring.suites import load_suite

    return run_suite(load_suite(rules), suggest=suggest)


def impact(
    old: PathLike, new: PathLike, inspections: Sequence[PathLike] = (), *, effort: int = IMPACT_EFFORT
) -> Impact:
    """What a change of rules moves, by proof and by replay.

    Parameters
    ----------
    old, new : path or str
        Folders or ids.
    inspections : sequence of path
        To grade by both, with the `decisions.yaml` beside each.
    effort : int
        Solver units for each question.

    Raises
    ------
    InputError
        Faults of a file.
    MissingExtraError
        The solver is needed and missing.

    Examples
    --------
    >>> grader.impact("PEEL_2021_22", "PEEL_2021_22", [example]).moves
    False
    """
    from grader.authoring.impact import impact as compare

    return compare(old, new, [str(each) for each in inspections], effort=check_effort(effort))
