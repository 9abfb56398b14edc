"""Outlier lines on any scores: what must not change them, and the same figures as other software."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import zscore

from grader import statistics
from grader.statistics import Choices

pytestmark = pytest.mark.filterwarnings("error")

#: Scores as a table prints them, with two decimals.
Cents = st.lists(st.integers(-100_000, 100_000), min_size=3, max_size=45)
Positive = st.lists(st.integers(1, 1_000_000), min_size=3, max_size=45)
AnyChoices = st.builds(
    Choices,
    appears_normal=st.sampled_from(["shapiro_wilk", "yes", "no"]),
    significance=st.sampled_from([0.01, 0.05, 0.2]),
    closer=st.sampled_from(["higher_w", "passes"]),
    spread=st.sampled_from(["sample", "population"]),
    zeros=st.sampled_from(["plain", "half_smallest"]),
    logged_centre=st.sampled_from(["mean_of_logs", "log_of_mean"]),
)
RUNS = settings(max_examples=50, deadline=None)


def named(cents: list[int], *, times: float = 1.0, plus: int = 0) -> dict[str, float]:
    return {f"F{i:03}": (c * times + plus) / 100 for i, c in enumerate(cents)}


def close(values: list[float | None]) -> list[object]:
    return [None if v is None else pytest.approx(v, abs=1e-6, rel=1e-9) for v in values]


def seen(found: statistics.OutlierLines) -> dict[str, tuple[float | None, str]]:
    return {body.name: (body.z, body.position) for body in found.bodies}


def far_from_a_line(found: statistics.OutlierLines) -> bool:
    return all(body.z is None or abs(abs(body.z) - 1) > 1e-6 for body in found.bodies)


@given(Cents, AnyChoices, st.randoms(use_true_random=False))
@RUNS
def test_the_order_of_bodies_changes_no_byte(cents: list[int], choices: Choices, chance: object) -> None:
    scores = named(cents)
    items = list(scores.items())
    chance.shuffle(items)  # type: ignore[attr-defined]
    assert statistics.lines(scores, choices).to_json() == statistics.lines(dict(items), choices).to_json()


@given(Cents, st.integers(-1_000_000, 1_000_000))
@RUNS
def test_moving_all_scores_moves_the_plain_lines_and_no_z(cents: list[int], plus: int) -> None:
    choices = Choices(appears_normal="yes")
    before, after = (statistics.lines(named(cents, plus=p), choices) for p in (0, plus))
    assume(far_from_a_line(before))
    assert close([before.lower + plus / 100, before.upper + plus / 100]) == [after.lower, after.upper]
    assert {name: position for name, (_, position) in seen(before).items()} == {
        name: position for name, (_, position) in seen(after).items()
    }
    assert close([z for z, _ in seen(before).values()]) == [z for z, _ in seen(after).values()]


@given(Positive, AnyChoices, st.sampled_from([0.01, 0.5, 3, 1000]))
@RUNS
def test_another_unit_scales_the_lines_and_changes_no_z(
    cents: list[int], choices: Choices, times: float
) -> None:
    before, after = (statistics.lines(named(cents, times=t), choices) for t in (1, times))
    assume(far_from_a_line(before) and before.method == after.method)
    assert close([before.lower * times, before.upper * times]) == [after.lower, after.upper]
    assert [position for _, position in seen(before).values()] == [p for _, p in seen(after).values()]


@given(Positive, st.sampled_from([0.01, 0.5, 3, 1000]))
@RUNS
def test_the_unit_decides_nothing_about_the_method(cents: list[int], times: float) -> None:
    before, after = (statistics.lines(named(cents, times=t)) for t in (1, times))
    tests = [(t.w, t.p) if t else None for t in (before.scores_normality, before.logs_normality)]
    again = [(t.w, t.p) if t else None for t in (after.scores_normality, after.logs_normality)]
    for one, other in zip(tests, again, strict=True):
        assert one == (other if other is None else pytest.approx(other, abs=2e-6))


@given(Cents)
@RUNS
def test_scores_turned_round_swap_the_lines(cents: list[int]) -> None:
    choices = Choices(appears_normal="yes")
    found, turned = (statistics.lines(named(cents, times=t), choices) for t in (1, -1))
    assert (found.lower, found.upper) == (-turned.upper, -turned.lower)
    assert (found.well_above, found.well_below) == (turned.well_below, turned.well_above)


@given(Cents, st.sampled_from(["sample", "population"]))
@RUNS
def test_plain_z_scores_are_those_of_scipy(cents: list[int], spread: str) -> None:
    assume(len(set(cents)) > 1)
    scores = named(cents)
    found = statistics.lines(scores, Choices(appears_normal="yes", spread=spread))  # type: ignore[arg-type]
    theirs = zscore(list(scores.values()), ddof=1 if spread == "sample" else 0)
    z = seen(found)
    assert [pytest.approx(t, abs=1e-8) for t in theirs] == [z[name][0] for name in scores]


@given(Positive)
@RUNS
def test_logged_z_scores_are_those_of_scipy(cents: list[int]) -> None:
    scores = named(cents)
    found = statistics.lines(scores)
    assume(found.method == "logged")
    theirs = stats.gzscore(list(scores.values()), ddof=1)
    z = seen(found)
    assert [pytest.approx(t, abs=1e-8) for t in theirs] == [z[name][0] for name in scores]
    assert pytest.approx(stats.gmean(list(scores.values()))) == found.centre
    assert pytest.approx(stats.gstd(list(scores.values()))) == math.exp(found.sd)


@given(Positive)
@RUNS
def test_the_published_decision_is_followed(cents: list[int]) -> None:
    assume(len(set(cents)) > 2)
    values = np.array(list(named(cents).values()))
    plain, logs = stats.shapiro(values), stats.shapiro(np.log(values))
    assume(abs(plain.pvalue - 0.05) > 1e-4 and abs(plain.statistic - logs.statistic) > 1e-4)
    expected = "logged" if plain.pvalue < 0.05 and logs.statistic > plain.statistic else "plain"
    assert expected == statistics.lines(named(cents)).method


@given(Cents, AnyChoices)
@RUNS
def test_a_body_is_outside_just_where_its_score_is(cents: list[int], choices: Choices) -> None:
    found = statistics.lines(named(cents), choices)
    assume(far_from_a_line(found))
    for body in found.bodies:
        assert body.score is not None
        outside = (
            "well_above"
            if body.score > found.upper
            else "well_below"
            if body.score < found.lower
            else "between"
        )
        if body.score or found.method == "plain":  # a zero stands for half the smallest score in logs
            assert outside == body.position


@given(Cents, st.integers(1, 5))
@RUNS
def test_missing_scores_move_no_line(cents: list[int], missing: int) -> None:
    scores = named(cents)
    more = {**scores, **{f"M{i}": None for i in range(missing)}}
    left, right = statistics.lines(scores), statistics.lines(more)
    assert (left.lower, left.upper, left.n) == (right.lower, right.upper, right.n)
    assert [f"M{i}" for i in range(missing)] == right.missing


def test_about_a_third_of_normal_scores_lie_outside() -> None:
    chance = np.random.default_rng(1)
    found = statistics.lines({f"F{i}": float(x) for i, x in enumerate(chance.normal(size=5000))})
    assert pytest.approx(0.317, abs=0.02) == (found.well_above + found.well_below) / found.n
