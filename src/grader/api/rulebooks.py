"""For rule authors: proofs, cases, mutants, what a change of rules moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.io.given import PathLike
from grader.language.effort import CHECK_EFFORT, IMPACT_EFFORT, check_effort
from grader.session import DEFAULT

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
) -> CheckReport:
    """Prove that a rule book keeps its promises for every inspection, or show one that breaks them.

    Parameters
    ----------
    rules : path or str
        A rule book's folder or id.
    settings : mapping of str to str or int, optional
        Parameters to check at these values alone: `{"some": "35%"}`. The others go through their ranges.
    effort : int
        Units of work the solver may spend on each promise; what is open by then is unknown. They are the
        solver's own, so that every machine gives the same answer.
    keep : bool
        Whether to take up what an earlier check proved of the same rules, and to keep what this one proves.

    Raises
    ------
    InputError
        Faults of the rule book.
    MissingExtraError
        The solver is not installed.

    Examples
    --------
    >>> grader.check("EXAMPLE_CARE_HOMES").holds
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
    if keep:
        from grader.proofs.cache import check_kept

        return check_kept(book, framework.framework, effort=effort, settings=values, confirm=confirm)
    return check_rulebook(book, framework.framework, effort=effort, settings=values, confirm=confirm)


def record_proofs(rules: PathLike = DEFAULT, *, effort: int = CHECK_EFFORT) -> dict[str, str]:
    """Prove what the grades an area could take rest on, and write it into the rule book's folder.

    Parameters
    ----------
    rules, effort
        As for `check`.

    Returns
    -------
    dict of str to str
        Each part of the promise that is proved, with the values of the parameters it is proved at. The file,
        `proved.json`, holds for exactly these rules and this framework; a change to either makes it void.

    Raises
    ------
    InputError
        Faults of the rule book, or a folder that cannot be written to.

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
    """Change the rules in every small way, and list the changes that no case and no proof notices.

    Parameters
    ----------
    rules, effort
        As for `check`; the effort is for each change that no case notices.

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
    """Run a rule book's own cases, and see what they decide of it (`grader test`).

    Parameters
    ----------
    rules : path or str
        A rule book's folder or id.
    suggest : bool
        Whether to look for a case for each rule and condition that none decides.

    Raises
    ------
    InputError
        Faults of the rule book or of its cases.

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
    """What a change of rules moves: by proof over every inspection, and by replay of those given.

    Parameters
    ----------
    old, new : path or str
        Folders or ids of rule books.
    inspections : sequence of path
        Inspection files to grade by both; a `decisions.yaml` beside one is laid beside its grades.
    effort : int
        What the solver may spend on one question, in units of its own work: the same on every machine.

    Raises
    ------
    InputError
        Faults of a rule book, an inspection or decisions.
    MissingExtraError
        The rule books differ, and the solver that says by how much is not installed.

    Examples
    --------
    >>> grader.impact("PEEL_2021_22", "PEEL_2021_22", [example]).moves
    False
    """
    from grader.authoring.impact import impact as compare

    return compare(old, new, [str(each) for each in inspections], effort=check_effort(effort))
