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
    """Read a framework and a rule book once, for any number of inspections.

    Parameters
    ----------
    rules, framework : path or str, optional
        Each by id or path, and found from the other; PEEL 2021/22 without either.
    settings, engine
        As for `grade`.

    Returns
    -------
    Session
        It may be used by many threads.

    Raises
    ------
    InputError
        Faults of a file or a setting.
    UnknownNameError
        No such framework or rule book.

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
        A YAML file, its text, plain data, a model, or a loaded inspection.
    rules : path or str, optional
        A folder or id; the framework's own by default.
    settings, engine
        As for `grade`.

    Returns
    -------
    LoadedInspection
        Graded once, when first asked.

    Raises
    ------
    InputError
        Every fault, with its place.
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
        Other values: `"35%"` for a share, a whole number for a count.
    engine : {"rete", "reference"}, optional
        By default `rete`, checked by `reference`, where durable-rules is installed.

    Returns
    -------
    Proposal
        A block for each area.

    Raises
    ------
    InputError
        Faults of the inspection, the rules or a setting.
    EngineDisagreementError
        The engines differ; nothing is proposed.

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
    """Why an area is graded so: reasons, statuses, findings, evidence.

    Parameters
    ----------
    inspection, rules, settings, engine
        As for `grade`.
    area : str
        Its id or printed name.

    Raises
    ------
    InputError
        As for `grade`.
    UnknownNameError
        No such area.

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
    """What stood in the way of a grade or a better one.

    Parameters
    ----------
    inspection, area, rules, settings, engine
        As for `explain`.
    grade : str
        Its id or printed name.

    Raises
    ------
    InputError
        As for `grade`.
    UnknownNameError
        No such area or grade.

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
    """The least that would have had to be found for a grade or a better one.

    Parameters
    ----------
    inspection, area, grade, rules, settings, engine
        As for `why_not`.
    exactly : bool
        Whether a better grade is refused.

    Raises
    ------
    InputError
        As for `grade`.
    UnknownNameError
        No such area or grade.

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
    """At which values of each parameter alone each grade stands.

    Parameters
    ----------
    inspection, rules, settings, engine
        As for `grade`.
    area : str, optional
        Every graded area by default.

    Raises
    ------
    InputError
        As for `grade`.
    UnknownNameError
        No such area.

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
    """How firm each grade is: the share of slightly changed versions that get it.

    Parameters
    ----------
    inspection, rules, settings, engine
        As for `grade`.
    draws, seed : int
        How many versions, and the random seed.
    step : float
        Probability that an assessment moves one step.
    characteristics : float
        Probability that an item's second characteristic changes within its topic.

    Raises
    ------
    InputError
        As for `grade`, or an argument out of range.

    Examples
    --------
    >>> grader.simulate(example, draws=100)
    <Simulation leicestershire-2021-22: 100 draws, 11 areas>
    """
    from grader.bulk.simulate import simulate as draw

    loaded = load(inspection, rules=rules, settings=settings, engine=engine)
    return draw(loaded, draws=draws, seed=seed, step=step, characteristics=characteristics)
