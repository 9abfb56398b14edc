"""Grade an inspection, and ask why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import InputError, Problem
from grader.io.given import PathLike
from grader.session import LoadedInspection, Session, Sessions

if TYPE_CHECKING:
    from grader.bulk.simulate import Simulation
    from grader.explanations.change_answer import SmallestChange
    from grader.explanations.sensitivity import ParameterSensitivity
    from grader.explanations.why import Explanation
    from grader.explanations.why_not import WhyNot
    from grader.model.proposal import Proposal

from grader.api.given import Gradable, SettingValues


def open_session(
    *,
    rules: PathLike | None = None,
    framework: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> Session:
    """Read a framework and a rule book once, to load and grade any number of inspections.

    Parameters
    ----------
    rules, framework : path or str, optional
        A rule book and a framework, each by its id or its path. Each follows from the other; without either
        they are those of PEEL 2021/22.
    settings, engine
        As for `grade`.

    Returns
    -------
    Session
        Its `load` gives inspections; many threads may use one.

    Raises
    ------
    InputError
        Faults of a file or of a setting.
    UnknownNameError
        There is no such framework or rule book.

    Examples
    --------
    >>> grader.open_session(rules="PEEL_2021_22").load(example).proposal.area("workforce").grade
    'adequate'
    """
    return Session.open(rules, framework, settings, engine)


def load(
    inspection: Gradable,
    *,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> LoadedInspection:
    """Read an inspection and check it whole.

    Parameters
    ----------
    inspection : path, str, mapping, Inspection or LoadedInspection
        Its YAML file, its text, plain data, a model, or what this function returned.
    rules : path or str, optional
        A rule book's folder or id; the one named after the framework by default.
    settings, engine
        As for `grade`.

    Returns
    -------
    LoadedInspection
        Its `proposal` and `trace` are worked out once.

    Raises
    ------
    InputError
        Every fault of the inspection, each with its place and what to do about it.
    UnknownNameError
        No such framework or rule book.

    Examples
    --------
    >>> grader.load(example)
    <LoadedInspection leicestershire-2021-22: 306 items of evidence>
    """
    if isinstance(inspection, LoadedInspection):
        if rules is not None:
            help = "load it anew from its file, or leave `rules` out"
            raise InputError([Problem("an inspection that is loaded has its rules already", None, help)])
        return inspection.at(settings, engine)
    return Sessions(rules, engine).load(inspection).at(settings)


def grade(
    inspection: Gradable,
    *,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> Proposal:
    """Propose a grade for each area of an inspection.

    Parameters
    ----------
    inspection, rules
        As for `load`.
    settings : mapping of str to str or int, optional
        Parameters at values other than their defaults: `"35%"` for a share, a whole number for a count.
    engine : {"rete", "reference"}, optional
        The engine the pass runs on: by default `rete`, checked against `reference` at every step, where
        durable-rules can be imported, else `reference`. `proposal.engine` says which it was.

    Returns
    -------
    Proposal
        One block for each area of the edition.

    Raises
    ------
    InputError
        The inspection, the rule book or a setting has faults.
    EngineDisagreementError
        The engines differ on a rule: nothing is proposed.

    Examples
    --------
    >>> grader.grade(example)
    <Proposal leicestershire-2021-22: 10 graded, 1 ungraded>
    """
    return load(inspection, rules=rules, settings=settings, engine=engine).proposal


def explain(
    inspection: Gradable,
    area: str,
    *,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> Explanation:
    """Why an area is graded as it is: reasons for and against, statuses, findings and the evidence.

    Parameters
    ----------
    inspection, rules, settings, engine
        As for `grade`.
    area : str
        An area of the edition, by its id or as it is printed.

    Raises
    ------
    InputError
        As for `grade`.
    UnknownNameError
        The edition has no such area.

    Examples
    --------
    >>> grader.explain(example, "workforce").summary
    'Building, supporting and protecting the workforce: proposed adequate'
    """
    from grader.explanations.why import explain as why

    return why(load(inspection, rules=rules, settings=settings, engine=engine), area)


def why_not(
    inspection: Gradable,
    area: str,
    grade: str,
    *,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> WhyNot:
    """What stood in the way of a grade, or of a better one.

    Parameters
    ----------
    inspection, area, rules, settings, engine
        As for `explain`.
    grade : str
        A grade of the scale, by its id or as it is printed.

    Raises
    ------
    InputError
        As for `grade`.
    UnknownNameError
        The edition has no such area, or the scale no such grade.

    Examples
    --------
    >>> grader.why_not(example, "workforce", "outstanding")
    <WhyNot leicestershire-2021-22, workforce, outstanding: 1 barrier>
    """
    from grader.explanations.why_not import why_not as answer

    return answer(load(inspection, rules=rules, settings=settings, engine=engine), area, grade)


def smallest_change(
    inspection: Gradable,
    area: str,
    grade: str,
    *,
    exactly: bool = False,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> SmallestChange:
    """What would have had to be found for a grade or a better one: the least change, graded again.

    Parameters
    ----------
    inspection, area, grade, rules, settings, engine
        As for `why_not`.
    exactly : bool
        Whether a better grade is no answer.

    Raises
    ------
    InputError
        As for `grade`.
    UnknownNameError
        The edition has no such area, or the scale no such grade.

    Examples
    --------
    >>> grader.smallest_change(example, "workforce", "outstanding")
    <SmallestChange leicestershire-2021-22, workforce, outstanding: found, cost 1>
    """
    from grader.explanations.smallest_change import smallest_change as answer

    loaded = load(inspection, rules=rules, settings=settings, engine=engine)
    return answer(loaded, area, grade, exactly=exactly)


def sensitivity(
    inspection: Gradable,
    area: str | None = None,
    *,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> ParameterSensitivity:
    """At which values of each parameter, the others as set, each outcome and grade stands.

    Parameters
    ----------
    inspection, rules, settings, engine
        As for `grade`.
    area : str, optional
        The one area asked about; every one that was inspected and is graded by default.

    Raises
    ------
    InputError
        As for `grade`.
    UnknownNameError
        The edition has no such area.

    Examples
    --------
    >>> grader.sensitivity(example, "workforce")
    <ParameterSensitivity leicestershire-2021-22: 13 parameters>
    """
    from grader.explanations.sensitivity import sensitivity as walk

    return walk(load(inspection, rules=rules, settings=settings, engine=engine), area)


def simulate(
    inspection: Gradable,
    *,
    draws: int = 10_000,
    seed: int = 1,
    step: float = 0.005,
    characteristics: float = 0.16,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> Simulation:
    """How firm each grade is: the share of slightly different versions that are given it.

    Parameters
    ----------
    inspection, rules, settings, engine
        As for `grade`.
    draws, seed : int
        How many versions are drawn, and where drawing starts.
    step : float
        Probability, from 0 to 1, that an assessment is drawn a step better or worse.
    characteristics : float
        Probability that an item gains, loses or exchanges a second characteristic within its topic. Both are
        by default those measured on one report that two people tagged.

    Raises
    ------
    InputError
        As for `grade`, or an argument is out of its range.

    Examples
    --------
    >>> grader.simulate(example, draws=100)
    <Simulation leicestershire-2021-22: 100 draws, 11 areas>
    """
    from grader.bulk.simulate import simulate as draw

    loaded = load(inspection, rules=rules, settings=settings, engine=engine)
    return draw(loaded, draws=draws, seed=seed, step=step, characteristics=characteristics)
