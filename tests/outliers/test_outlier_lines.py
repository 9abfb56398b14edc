"""Outlier lines on small tables that can be worked out by hand."""

from __future__ import annotations

import json
import math
import sys

import pytest

from grader import statistics
from grader.errors import InputError, MissingExtraError
from grader.statistics import Choices

FIVE = {"A": 10.0, "B": 12.0, "C": 14.0, "D": 16.0, "E": 18.0}
#: The powers of two: their logs are evenly spread, they are not.
DOUBLING = {f"F{i:02}": float(2**i) for i in range(12)}


def positions(found: statistics.OutlierLines) -> dict[str, str]:
    return {body.name: body.position for body in found.bodies}


def test_scores_that_look_normal_have_lines_at_the_plain_sd() -> None:
    found = statistics.lines(FIVE)
    sd = math.sqrt((16 + 4 + 0 + 4 + 16) / 4)
    assert ("plain", 14.0, 14.0) == (found.method, found.mean, found.centre)
    assert (pytest.approx(14 - sd), pytest.approx(14 + sd)) == (found.lower, found.upper)
    assert {
        "A": "well_below",
        "B": "between",
        "C": "between",
        "D": "between",
        "E": "well_above",
    } == positions(found)
    assert [pytest.approx(x / sd) for x in (4, 2, 0, -2, -4)] == [body.z for body in found.bodies]


def test_the_mean_counts_each_body_once() -> None:
    assert 14.0 == statistics.lines({**FIVE, "none": None}).mean


def test_the_population_sd_divides_by_n() -> None:
    found = statistics.lines(FIVE, Choices(spread="population"))
    assert pytest.approx(math.sqrt(40 / 5)) == found.sd


def test_a_score_exactly_one_sd_away_is_not_outside() -> None:
    found = statistics.lines({"A": 0.1, "B": 0.2, "C": 0.3})
    assert [1.0, 0.0, -1.0] == [body.z for body in found.bodies]
    assert (0, 0) == (found.well_above, found.well_below)


def test_skewed_scores_whose_logs_are_closer_to_normal_have_logged_lines() -> None:
    found = statistics.lines(DOUBLING)
    sd = math.sqrt(sum((i - 5.5) ** 2 for i in range(12)) / 11)
    assert "logged" == found.method
    assert pytest.approx(2**5.5) == found.centre
    assert (pytest.approx(2 ** (5.5 - sd)), pytest.approx(2 ** (5.5 + sd))) == (found.lower, found.upper)
    assert pytest.approx(4095 / 12) == found.mean
    assert found.scores_normality is not None
    assert found.logs_normality is not None
    assert found.logs_normality.w > found.scores_normality.w


def test_skewed_scores_whose_logs_are_no_closer_fall_back_to_the_plain_sd() -> None:
    left = {f"F{i:02}": 4100.0 - 2**i for i in range(12)}  # skewed to the left: logs make it worse
    found = statistics.lines(left)
    assert "plain" == found.method
    assert found.because.startswith("the scores do not look normal")
    assert "no closer" in found.because


def test_logs_that_are_closer_but_do_not_pass_depend_on_the_choice() -> None:
    scores = {f"F{i:02}": math.exp(math.exp(i / 6)) for i in range(18)}
    assert "logged" == statistics.lines(scores).method
    assert "plain" == statistics.lines(scores, Choices(closer="passes")).method


def test_the_significance_level_decides_what_looks_normal() -> None:
    scores = {f"F{i}": float(x) for i, x in enumerate([1, 2, 2, 3, 3, 4, 5, 9])}
    p = statistics.lines(scores).scores_normality
    assert p is not None
    assert 0.05 < p.p < 0.2
    assert "plain" == statistics.lines(scores).method
    assert "logged" == statistics.lines(scores, Choices(significance=0.2)).method


def test_a_person_may_say_whether_scores_look_normal() -> None:
    assert "plain" == statistics.lines(DOUBLING, Choices(appears_normal="yes")).method
    assert "logged" == statistics.lines(DOUBLING, Choices(appears_normal="no")).method


def test_logged_lines_may_be_centred_on_the_unweighted_mean() -> None:
    found = statistics.lines(DOUBLING, Choices(logged_centre="log_of_mean"))
    assert pytest.approx(found.mean) == found.centre
    assert pytest.approx(found.mean / math.exp(found.sd)) == found.lower


def test_zeros_mean_the_plain_sd_unless_they_are_half_the_smallest() -> None:
    scores = {**DOUBLING, "zero": 0.0}
    plain = statistics.lines(scores)
    assert "plain" == plain.method
    assert plain.because.endswith("zeros have no logs")
    halved = statistics.lines(scores, Choices(zeros="half_smallest"))
    assert statistics.lines({**DOUBLING, "zero": 0.5}).lower == halved.lower
    assert 0.0 == halved.bodies[-1].score


@pytest.mark.parametrize("zeros", ["plain", "half_smallest"])
def test_scores_below_zero_mean_the_plain_sd(zeros: str) -> None:
    found = statistics.lines({**DOUBLING, "minus": -1.0}, Choices(zeros=zeros))  # type: ignore[arg-type]
    assert "plain" == found.method
    assert found.because.endswith("scores below zero have no logs")


def test_scores_too_near_each_other_for_logs_mean_the_plain_sd() -> None:
    scores = {"A": 1e14, "B": 1e14, "C": 1e14 + 0.125}
    found = statistics.lines(scores, Choices(appears_normal="no"))
    assert ("plain", True) == (found.method, found.because.endswith("their logs are all the same"))


def test_a_missing_score_is_named_and_never_filled_in() -> None:
    found = statistics.lines({**FIVE, "Z": None})
    without = statistics.lines(FIVE)
    assert ["Z"] == found.missing
    assert (5, without.lower, without.upper) == (found.n, found.lower, found.upper)
    assert ("Z", None, None, "missing") == tuple(
        getattr(found.bodies[-1], key) for key in ("name", "score", "z", "position")
    )


def test_missing_scores_may_be_refused() -> None:
    with pytest.raises(InputError, match="no score for 'Y', 'Z'"):
        statistics.lines({**FIVE, "Z": None, "Y": None}, Choices(missing="refuse"))


def test_scores_that_are_all_the_same_have_no_z() -> None:
    found = statistics.lines({"A": 3.0, "B": 3.0, "C": 3.0})
    assert (3.0, 3.0, 0.0, [None] * 3) == (found.lower, found.upper, found.sd, [b.z for b in found.bodies])
    assert {"A": "between", "B": "between", "C": "between"} == positions(found)


def test_every_answer_says_what_an_outlier_is_not() -> None:
    said = " ".join(statistics.lines(FIVE).notes)
    assert "32 %" in said
    assert "never by itself a finding" in said
    assert "no direction of good" in said


def test_every_choice_stands_in_the_answer_as_ours() -> None:
    found = statistics.lines(FIVE, Choices(spread="population"))
    assert {"assumed"} == {choice.basis for choice in found.choices}
    assert ("population", "sample") == next((c.value, c.default) for c in found.choices if c.name == "spread")
    assert set(Choices.__dataclass_fields__) == {choice.name for choice in found.choices}
    assert all(choice.why for choice in found.choices)


def test_the_json_has_its_schema_and_every_key() -> None:
    written = json.loads(statistics.lines({**FIVE, "Z": None}).to_json())
    assert "grader.outliers/1" == written["schema"]
    assert set(statistics.OutlierLines.model_fields) == {"schema_", *written} - {"schema"}


def test_all_faults_of_scores_are_raised_at_once() -> None:
    bad = {"A": float("nan"), "B": math.inf, " ": 1.0, "C\n": 2.0, "D": 1e20, "E": "7", "F": True}
    with pytest.raises(InputError) as raised:
        statistics.lines(bad)  # type: ignore[arg-type]
    assert 7 == len(raised.value.problems)


@pytest.mark.parametrize("scores", [{}, {"A": 1.0, "B": 2.0}, {"A": 1.0, "B": 2.0, "C": None}])
def test_fewer_than_three_scores_are_refused(scores: dict[str, float | None]) -> None:
    with pytest.raises(InputError, match="lines need at least 3"):
        statistics.lines(scores)


def test_more_bodies_than_the_test_is_made_for_are_refused() -> None:
    with pytest.raises(InputError, match="more than 5,000 bodies"):
        statistics.lines({f"F{i}": float(i) for i in range(5001)})


def test_all_faults_of_choices_are_raised_at_once() -> None:
    with pytest.raises(InputError) as raised:
        Choices(spread="sampel", zeros="drop", significance=5)  # type: ignore[arg-type]
    assert [
        "'5' is not a significance level",
        "'drop' is not a value of zeros",
        "'sampel' is not a value of spread",
    ] == [problem.message for problem in raised.value.problems]
    assert "did you mean 'sample'?" == raised.value.problems[2].help


def test_without_scipy_the_test_says_which_extra_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    with pytest.raises(MissingExtraError, match=r"the Shapiro-Wilk test needs scipy"):
        statistics.lines(FIVE)
    assert "plain" == statistics.lines(FIVE, Choices(appears_normal="yes")).method
