"""Proportions from a sample: intervals with finite population correction, and change.

The report's half-widths fit the normal approximation (Wald) at 95 %; both are our assumption.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from grader.errors import InputError, Problem, quoted
from grader.statistics.extra import library

METHODS = ("wald", "wilson")


@dataclass(frozen=True, slots=True)
class Interval:
    """A proportion with its confidence interval, from 0 to 1.

    Attributes
    ----------
    estimate : float
    low, high : float
        Wald's may pass 0 or 1, Wilson's does not.
    half_width : float
        As printed after ±.
    """

    estimate: float
    low: float
    high: float
    half_width: float


@dataclass(frozen=True, slots=True)
class Change:
    """The change between two independent estimates of a proportion.

    Attributes
    ----------
    difference : float
    z : float or None
        In standard errors; None where samples do not vary.
    p : float or None
        Two-sided.
    significant : bool
        Whether p is below the level; if not, it is no change.
    """

    difference: float
    z: float | None
    p: float | None
    significant: bool


def proportion_interval(
    count: int,
    n: int,
    *,
    population: int | None = None,
    level: float = 0.95,
    method: Literal["wald", "wilson"] = "wald",
) -> Interval:
    """A confidence interval about a proportion in a simple random sample.

    Parameters
    ----------
    count : int
        With the property.
    n : int
        In the sample.
    population : int, optional
        Drawn from without replacement; infinite by default.
    level : float
        Confidence; 0.95 is inferred.
    method : {"wald", "wilson"}

    Returns
    -------
    Interval

    Raises
    ------
    InputError
        Impossible counts or level, or an unknown method.
    MissingExtraError

    Notes
    -----
    Wald's half-width is z · sqrt(p(1 - p)/n · (N - n)/(N - 1)), Cochran (1977), Sampling Techniques, chapter
    3. The correction stands as an effective sample size n · (N - 1)/(N - n), which is how Wilson's (1927,
    JASA 22; `statsmodels.stats.proportion.proportion_confint`) takes it too.
    """
    problems = [*_count_faults(count, n), *_level_faults(level, "level")]
    if population is not None and (not _whole(population) or (_whole(n) and population < n)):
        problems.append(
            Problem(f"a sample of {quoted(n)} cannot come from a population of {quoted(population)}")
        )
    if method not in METHODS:
        problems.append(
            Problem(f"unknown method {quoted(method)}", help=f"known methods: {', '.join(METHODS)}")
        )
    if problems:
        raise InputError(problems)
    proportion = library("statsmodels.stats.proportion", "intervals need")
    share = count / n
    if population == n:  # everything was looked at: nothing is estimated
        return Interval(share, share, share, 0.0)
    factor = 1.0 if population is None else (population - 1) / (population - n)
    if method == "wilson":
        low, high = proportion.proportion_confint(
            count * factor, n * factor, alpha=1 - level, method="wilson"
        )
        return Interval(share, float(low), float(high), float(high - low) / 2)
    # Not by proportion_confint, which cuts the interval at 0 and 1.
    half = _z_of(level) * float(proportion.std_prop(share, n * factor))
    return Interval(share, share - half, share + half, half)


def change(count_then: int, n_then: int, count_now: int, n_now: int, *, significance: float = 0.05) -> Change:
    """Whether a proportion changed, by the two-proportion z test.

    Parameters
    ----------
    count_then, n_then : int
        With the property, and in all.
    count_now, n_now : int
    significance : float
        For the p value.

    Returns
    -------
    Change
        Later less earlier.

    Raises
    ------
    InputError
        Impossible counts or level.
    MissingExtraError

    Notes
    -----
    `statsmodels.stats.proportion.proportions_ztest`, with the pooled variance. No finite population
    correction: without it the test claims less.
    """
    problems = [
        *_count_faults(count_then, n_then, " then"),
        *_count_faults(count_now, n_now, " now"),
        *_level_faults(significance, "significance"),
    ]
    if problems:
        raise InputError(problems)
    proportion = library("statsmodels.stats.proportion", "a test of change needs")
    difference = count_now / n_now - count_then / n_then
    if count_then + count_now in (0, n_then + n_now):
        return Change(difference, None, None, significant=False)
    z, p = proportion.proportions_ztest([count_now, count_then], [n_now, n_then])
    return Change(difference, float(z), float(p), significant=bool(p < significance))


def change_of_estimates(
    then: float,
    half_width_then: float,
    now: float,
    half_width_now: float,
    *,
    level: float = 0.95,
    significance: float = 0.05,
) -> Change:
    """Whether two published estimates differ, by their half-widths.

    Parameters
    ----------
    then, now : float
        Shares or per cent.
    half_width_then, half_width_now : float
        In the same unit.
    level : float
        Of the intervals; 0.95 is an assumption.
    significance : float
        For the p value.

    Returns
    -------
    Change
        In the unit given.

    Raises
    ------
    InputError
        An impossible half-width or level.
    MissingExtraError

    Notes
    -----
    Each half-width is read back as a standard error (half-width / z of the level); the samples are taken as
    independent, and the variance is the sum of the two. Printed figures are rounded, so z is approximate.
    """
    problems = [*_level_faults(level, "level"), *_level_faults(significance, "significance")]
    for name, value in (("then", then), ("now", now)):
        if not _finite(value):
            problems.append(Problem(f"the estimate {name} is {quoted(value)}, not a number"))
    for name, value in (("then", half_width_then), ("now", half_width_now)):
        if not _finite(value) or value <= 0:
            problems.append(Problem(f"the half-width {name} is {quoted(value)}, not above zero"))
    if problems:
        raise InputError(problems)
    error = math.hypot(half_width_then, half_width_now) / _z_of(level)
    z = (now - then) / error
    p = 2 * float(_normal().sf(abs(z)))
    return Change(now - then, z, p, significant=p < significance)


def _normal() -> Any:
    return library("scipy.stats", "intervals need").norm


def _z_of(level: float) -> float:
    return float(_normal().isf((1 - level) / 2))


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _count_faults(count: object, n: object, when: str = "") -> Iterator[Problem]:
    if not isinstance(n, int) or not isinstance(count, int) or isinstance(n, bool) or isinstance(count, bool):
        yield Problem(f"{quoted(count)} of {quoted(n)}{when} are not whole numbers of records")
    elif n < 1:
        yield Problem(f"the sample{when} holds {n} records", help="a sample holds at least one")
    elif not 0 <= count <= n:
        yield Problem(f"{count} of {n} records{when} cannot be", help="the count lies between 0 and n")


def _level_faults(value: object, name: str) -> Iterator[Problem]:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        yield Problem(f"{name} is {quoted(value)}", help="it lies between 0 and 1")
