"""Intervals about proportions and change between samples, against published figures and statsmodels."""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

from grader.errors import InputError, MissingExtraError
from grader.statistics import change, change_of_estimates, proportion_interval

RUNS = settings(max_examples=50, deadline=None)
#: Stop and search records of 2020 that were reviewed, and those with reasonable grounds: 91.7 %.
REASONABLE, REVIEWED = 200, 218


@st.composite
def samples(draw: st.DrawFn, least: int = 1) -> tuple[int, int]:
    n = draw(st.integers(least, 2_000))
    return draw(st.integers(0, n)), n


def printed(share: float) -> str:
    return f"{100 * share:.1f}"


# Published figures ----------------------------------------------------------------------------------------


def test_no_other_count_of_218_prints_as_91_7() -> None:
    assert [REASONABLE] == [k for k in range(REVIEWED + 1) if printed(k / REVIEWED) == "91.7"]


@pytest.mark.parametrize(
    ("method", "population", "half_width"),
    [
        ("wald", None, "3.7"),
        ("wald", 3_884, "3.5"),
        ("wald", 3_885, "3.6"),
        ("wald", 111_840, "3.6"),
        ("wald", 111_841, "3.7"),
        ("wilson", None, "3.7"),
        ("wilson", 2_908, "3.5"),
        ("wilson", 2_909, "3.6"),
        ("wilson", 9_516, "3.6"),
        ("wilson", 9_517, "3.7"),
    ],
)
def test_the_published_interval_of_stop_and_search_fits_these_populations(
    method: Any, population: int | None, half_width: str
) -> None:
    found = proportion_interval(REASONABLE, REVIEWED, population=population, method=method)
    assert ("91.7", half_width) == (printed(found.estimate), printed(found.half_width))


def test_the_published_change_of_stop_and_search_is_not_significant() -> None:
    found = change_of_estimates(93.6, 3.6, 91.7, 3.6)
    assert ("-1.9", "-0.73", "0.46") == (f"{found.difference:.1f}", f"{found.z:.2f}", f"{found.p:.2f}")
    assert not found.significant


def test_no_earlier_sample_that_could_have_been_printed_makes_the_change_significant() -> None:
    earlier = [
        (k, n)
        for n in range(20, 400)
        for k in range(n + 1)
        # A finite population only narrows an interval: any that is wide enough without one may have been it.
        if printed(k / n) == "93.6" and proportion_interval(k, n).half_width >= 0.0355
    ]
    found = [change(k, n, REASONABLE, REVIEWED) for k, n in earlier]
    assert (13, (44, 47), (162, 173)) == (len(earlier), earlier[0], earlier[-1])
    assert not any(c.significant for c in found)
    assert ("-0.71", "-0.43") == (
        f"{min(c.z for c in found if c.z is not None):.2f}",
        f"{max(c.z for c in found if c.z is not None):.2f}",
    )


def test_an_interval_may_pass_100_per_cent_as_the_published_one_of_sexual_offences_does() -> None:
    found = proportion_interval(118, 120)
    assert ("98.3", "2.3") == (printed(found.estimate), printed(found.half_width))
    assert found.high > 1


# On any sample --------------------------------------------------------------------------------------------


@given(samples(), st.sampled_from([0.8, 0.95, 0.99]))
@RUNS
def test_intervals_are_those_of_statsmodels(sample: tuple[int, int], level: float) -> None:
    for method, theirs in (("wald", "normal"), ("wilson", "wilson")):
        found = proportion_interval(*sample, level=level, method=method)  # type: ignore[arg-type]
        low, high = proportion_confint(*sample, alpha=1 - level, method=theirs)
        # statsmodels cuts Wald's at 0 and 1; the printed ones are not.
        assert pytest.approx((low, high)) == (max(found.low, 0.0), min(found.high, 1.0))


@given(samples(), samples())
@RUNS
def test_the_test_of_change_is_that_of_statsmodels(then: tuple[int, int], now: tuple[int, int]) -> None:
    found = change(*then, *now)
    if then[0] + now[0] in (0, then[1] + now[1]):
        assert (0.0, None, None, False) == (found.difference, found.z, found.p, found.significant)
        return
    z, p = proportions_ztest([now[0], then[0]], [now[1], then[1]])
    assert (pytest.approx(z), pytest.approx(p)) == (found.z, found.p)
    back = change(*now, *then)
    assert (pytest.approx(-z), found.significant) == (back.z, back.significant)


@given(samples(2), st.integers(0, 10_000), st.sampled_from(["wald", "wilson"]))
@RUNS
def test_a_smaller_population_is_never_less_certain(sample: tuple[int, int], more: int, method: Any) -> None:
    widths = [
        proportion_interval(*sample, population=p, method=method).half_width
        for p in (sample[1], sample[1] + more, sample[1] + more + 1, None)
    ]
    assert 0.0 == widths[0]
    assert all(a <= b + 1e-12 for a, b in pairwise(widths))


@given(samples(2), st.integers(1, 10_000))
@RUNS
def test_the_correction_multiplies_the_variance_by_what_is_left(sample: tuple[int, int], more: int) -> None:
    n = sample[1]
    population = n + more
    wide, narrow = proportion_interval(*sample), proportion_interval(*sample, population=population)
    assert pytest.approx(wide.half_width**2 * more / (population - 1)) == narrow.half_width**2


@given(samples())
@RUNS
def test_an_estimate_lies_in_its_interval(sample: tuple[int, int]) -> None:
    for method in ("wald", "wilson"):
        found = proportion_interval(*sample, method=method)  # type: ignore[arg-type]
        assert found.low - 1e-12 <= found.estimate <= found.high + 1e-12


# What is refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ((5, 3), {}),
        ((-1, 3), {}),
        ((0, 0), {}),
        ((1.5, 3), {}),
        ((True, 3), {}),
        ((1, 3), {"population": 2}),
        ((1, 3), {"population": 10.5}),
        ((1, 3), {"level": 95}),
        ((1, 3), {"level": float("nan")}),
        ((1, 3), {"method": "exact"}),
    ],
)
def test_what_cannot_be_is_refused(arguments: tuple[Any, Any], options: dict[str, Any]) -> None:
    with pytest.raises(InputError) as raised:
        proportion_interval(*arguments, **options)
    assert 1 == len(raised.value.problems)


def test_all_faults_of_a_change_are_raised_at_once() -> None:
    with pytest.raises(InputError) as raised:
        change(5, 3, 1, 0, significance=2)
    assert 3 == len(raised.value.problems)
    with pytest.raises(InputError) as raised:
        change_of_estimates(float("nan"), 0, 91.7, -3.6, level=95)
    assert 4 == len(raised.value.problems)


def test_without_statsmodels_it_says_which_extra_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels.stats.proportion", None)
    with pytest.raises(MissingExtraError, match="intervals need statsmodels"):
        proportion_interval(1, 3)
