"""Agreement: against published worked examples, and what holds of any grades."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model.diff import AreaDiff
from grader.review import agreement as module
from grader.review.agreement import MISSING, agreement, ordinal_alpha, quadratic_kappa

pytestmark = pytest.mark.usefixtures("few_draws")

GRADES = ("inadequate", "requires_improvement", "adequate", "good", "outstanding")
AREAS = ("treatment", "prevention", "responding", "strategy")


def row(
    proposed: str | None, final: str | None, *, area: str = "treatment", on: str = "i", concern: bool = False
) -> AreaDiff:
    known = proposed is not None and final is not None
    return AreaDiff(
        inspection=on,
        area=area,
        outcome="graded" if proposed else "withheld",
        proposed=proposed,
        final=final,
        steps=GRADES.index(str(proposed)) - GRADES.index(str(final)) if known else None,
        rationale=None,
        smallest_change=None,
        hinges=[],
        declared_concern=concern,
    )


def rows(pairs: list[tuple[str, str]], concern: bool = False) -> list[AreaDiff]:
    return [row(p, f, on=f"i{i:03}", concern=concern) for i, (p, f) in enumerate(pairs)]


# Published worked examples -------------------------------------------------------------------------------


def test_alpha_is_that_of_krippendorffs_ordinal_example() -> None:
    # Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, example C: four observers, twelve
    # units, missing data, ordinal metric: 0.815.
    nan = math.nan
    ratings = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
        [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
    ]
    assert 0.815 == round(ordinal_alpha([[v - 1 for v in r] for r in ratings], 5), 3)


def test_alpha_is_that_of_krippendorffs_binary_example() -> None:
    # The same paper, example A: two observers, ten units, two values, on which every metric agrees: 0.095.
    first, second = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert 0.095 == round(ordinal_alpha([first, second], 5), 3)


#: Raters 2 and 3 of the data set `anxiety` of the R package irr 0.84, whose kappa2 with squared weights gives
#: 0.2520325 for them. irr drops the value 5, which neither gives.
ANXIETY = (
    """3 2, 6 1, 4 4, 6 4, 2 3, 4 2, 2 1, 4 6, 3 1, 3 1, 2 1, 3 2, 3 3, 3 3, 2 1, 2 1, 1 3, 3 3, 3 2, 4 2"""
)


def test_kappa_is_that_of_the_r_package_irr() -> None:
    table = [[0] * 5 for _ in range(5)]
    for second, third in (pair.split() for pair in ANXIETY.split(",")):
        place = {"1": 0, "2": 1, "3": 2, "4": 3, "6": 4}
        table[place[second]][place[third]] += 1
    assert 0.2520325 == round(quadratic_kappa(table), 7)


def test_kappa_of_a_table_worked_by_hand() -> None:
    # One disagreement of one step, of weight 1/4: observed 1/4 of 4 pairs. By chance, from the margins
    # (2, 1, 1) and (1, 2, 1): 1 + 2 + 1/4 + 1/4 + 1 + 1/2 = 5, over 4, of 4 pairs. 1 - (1/4) / (5/4) = 0.8.
    assert 0.8 == round(quadratic_kappa([[1, 1, 0], [0, 1, 0], [0, 0, 1]]), 10)


# What holds of any grades --------------------------------------------------------------------------------

pairs = st.lists(st.tuples(st.sampled_from(GRADES), st.sampled_from(GRADES)), min_size=1, max_size=40)


def test_numbers_of_a_small_case() -> None:
    found = agreement(
        [
            row("good", "good", on="a"),
            row("good", "adequate", on="b"),
            row("adequate", "outstanding", on="c", area="strategy"),
            row(None, "good", on="d"),
            row("good", None, on="e"),
        ],
        GRADES,
    )
    assert 3 == found.n
    assert pytest.approx(1 / 3) == found.exact
    assert pytest.approx(2 / 3) == found.within_one
    assert pytest.approx(1 / 3) == found.majority_baseline
    assert pytest.approx(-1 / 3) == found.bias.overall
    assert {"strategy": -2.0, "treatment": 0.5} == found.bias.areas
    assert {"outstanding": 0, "good": 1, "adequate": 1, "requires_improvement": 0, "inadequate": 0} == (
        found.confusion["good"]
    )
    assert list(reversed(GRADES)) == list(found.confusion)


@settings(max_examples=15, deadline=None)
@given(pairs)
def test_agreement_of_identical_grades_is_complete(drawn: list[tuple[str, str]]) -> None:
    found = agreement(rows([(p, p) for p, _ in drawn]), GRADES)
    assert (1.0, 1.0) == (found.exact, found.within_one)
    assert 0.0 == found.bias.overall
    alike = len({p for p, _ in drawn}) == 1
    assert (None if alike else 1.0) == found.weighted_kappa
    assert (None if alike else 1.0) == found.alpha


@settings(max_examples=15, deadline=None)
@given(pairs, st.randoms(use_true_random=False))
def test_order_of_the_areas_means_nothing(drawn: list[tuple[str, str]], chance: Any) -> None:
    before = rows(drawn)
    after = before.copy()
    chance.shuffle(after)
    assert agreement(before, GRADES) == agreement(after, GRADES)


@settings(max_examples=15, deadline=None)
@given(pairs)
def test_proposed_and_final_exchanged_turn_the_bias_and_leave_the_rest(drawn: list[tuple[str, str]]) -> None:
    one = agreement(rows(drawn), GRADES)
    other = agreement(rows([(f, p) for p, f in drawn]), GRADES)
    assert one.bias.overall is not None
    assert -one.bias.overall == other.bias.overall
    assert (one.exact, one.within_one) == (other.exact, other.within_one)
    assert one.weighted_kappa == pytest.approx(other.weighted_kappa, abs=2e-6)
    assert one.alpha == pytest.approx(other.alpha, abs=2e-6)
    assert {(p, f): n for p, r in one.confusion.items() for f, n in r.items()} == {
        (f, p): n for p, r in other.confusion.items() for f, n in r.items()
    }


@settings(max_examples=25, deadline=None)
@given(pairs)
def test_numbers_lie_in_their_ranges(drawn: list[tuple[str, str]]) -> None:
    found = agreement(rows(drawn), GRADES)
    assert len(drawn) == found.n == sum(n for r in found.confusion.values() for n in r.values())
    for value in (found.weighted_kappa, found.alpha):
        assert value is None or -1 <= value <= 1
    if found.interval is not None:
        assert -1 <= found.interval[0] <= found.interval[1] <= 1


# What is said of them ------------------------------------------------------------------------------------


def test_few_pairs_are_said_to_mean_nothing() -> None:
    few = agreement(rows([("good", "good"), ("good", "adequate")] * 14 + [("good", "good")]), GRADES)
    enough = agreement(rows([("good", "good"), ("good", "adequate")] * 15), GRADES)
    assert "29 pairs of grades: too few to mean anything (fewer than 30)" in few.notes
    assert [] == [n for n in enough.notes if "too few" in n]


def test_kappa_of_one_grade_is_null_and_said_why() -> None:
    found = agreement(rows([("good", "good")] * 40), GRADES)
    assert (None, None, None) == (found.weighted_kappa, found.interval, found.alpha)
    assert any(n.startswith("weighted kappa and alpha are undefined") for n in found.notes)


def test_no_pair_leaves_every_number_null_and_the_matrix_empty() -> None:
    found = agreement([row("good", None), row(None, "good", area="strategy")], GRADES)
    assert 0 == found.n
    assert found.exact is found.within_one is found.majority_baseline is found.bias.overall is None
    assert 0 == sum(n for r in found.confusion.values() for n in r.values())
    assert "1 final grade stands where nothing was proposed, and in none of these numbers" in found.notes


def test_interval_is_the_same_each_time_and_draws_inspections_where_there_are_enough() -> None:
    drawn = rows(
        [("good", "good"), ("adequate", "good"), ("good", "outstanding"), ("adequate", "adequate")] * 5
    )
    first, second = agreement(drawn, GRADES), agreement(drawn, GRADES)
    assert first.interval is not None
    assert first == second
    assert any("draws inspections" in n for n in first.notes)
    one = [r.model_copy(update={"inspection": "i", "area": f"a{i}"}) for i, r in enumerate(drawn)]
    assert any("draws single areas" in n for n in agreement(one, GRADES).notes)


def test_areas_of_a_declared_concern_are_left_out_of_the_second_block() -> None:
    found = agreement(
        [*rows([("good", "adequate")]), *rows([("inadequate", "inadequate")] * 3, concern=True)], GRADES
    )
    assert (4, 0.75) == (found.n, found.exact)
    assert (1, 0.0) == (found.without_declared_concerns.n, found.without_declared_concerns.exact)


def test_without_the_extra_counts_stand_and_coefficients_are_null(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = rows([("good", "good"), ("adequate", "good")])
    real: Callable[..., Any] = builtins.__import__

    def absent(name: str, *rest: Any, **more: Any) -> Any:
        if name.split(".")[0] in ("scipy", "statsmodels"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    found = agreement(drawn, GRADES)
    assert (2, 0.5, 1.0) == (found.n, found.exact, found.within_one)
    assert (None, None, None) == (found.weighted_kappa, found.interval, found.alpha)
    assert MISSING in found.notes
