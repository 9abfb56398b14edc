"""Figures: whole per mille, rounded down on the number as written; and whose word stands."""

from __future__ import annotations

import pytest

from grader.language.figures import per_mille, range_of
from grader.language.rulebook import Measure
from grader.model.base import LARGEST_FIGURE


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (95.59, 955), (92.79, 927), (93.7, 937), (8.2, 82), (1.1, 11), (0.29, 2), (57.9, 579), (99.99, 999),
        (100, 1000), (100.0, 1000), (0.0, 0), (0.099, 0), (1e-05, 0), (33.3, 333), (64.1, 641),
        (93.69999, 936),
    ],
)  # fmt: skip
def test_a_per_cent_is_rounded_down_as_written(written, expected):
    assert expected == per_mille(written)


def rate(value):
    return {"name": "crimes_recorded", "value": value, "unit": "percent"}


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (93.7, "exceeded"), (93.69, "demonstrated"), (88.1, "demonstrated"), (88.09, "partly_demonstrated"),
        (86.5, "partly_demonstrated"), (86.49, "not_demonstrated"), (0.0, "not_demonstrated"),
    ],
)  # fmt: skip
def test_a_figure_assesses_its_characteristic_in_bands(value, status, grade, item, statuses):
    proposal = grade(item("E1", "recording.1a", None, measure=rate(value)))
    assert {"recording.1a": status} == statuses(proposal, "recording")


def test_the_inspectors_assessment_stands_and_a_disagreement_is_a_warning(grade, item, statuses):
    proposal = grade(item("E1", "recording.1a", "meets", measure=rate(95.5)))
    assert {"recording.1a": "demonstrated"} == statuses(proposal, "recording")
    assert [("measure_disagrees", "E1")] == [(w.code, w.message.split(":")[0]) for w in proposal.warnings]
    assert "reads as exceeds, the inspector says meets" in proposal.warnings[0].message


def test_an_agreement_is_no_warning(grade, item):
    assert [] == grade(item("E1", "recording.1a", "exceeds", measure=rate(95.5))).warnings


def test_a_figure_without_rules_is_kept_and_says_nothing(grade, item, statuses):
    measure = {"name": "calls_answered", "value": 1.0, "unit": "percent"}
    proposal = grade(item("E1", "recording.1a", "exceeds", measure=measure))
    assert {"recording.1a": "exceeded"} == statuses(proposal, "recording")
    assert [] == proposal.warnings


@pytest.mark.parametrize(
    ("value", "expected"),
    [(95.5, "outstanding"), (91.3, "good"), (87.0, "adequate"), (86.4, "inadequate"), (85.0, "inadequate")],
)
def test_recording_has_bands_of_its_own(value, expected, grade, item):
    proposal = grade(
        item("E1", "recording.1a", None, measure=rate(value)),
        item("E2", "recording.1d recording.1e recording.1f recording.1g recording.1h", "meets"),
    )
    assert ("graded", expected) == (proposal.area("recording").outcome, proposal.area("recording").grade)


def test_the_recording_grade_is_not_its_worst_part(grade, item):
    proposal = grade(
        item("E1", "recording.1a", None, measure=rate(95.5)),
        item("E2", "recording.1d recording.1e recording.1g recording.1h recording.1i", "meets"),
        item("E3", "recording.1f", "falls_short"),
    )
    assert "outstanding" == proposal.area("recording").grade


def test_a_good_rate_alone_is_adequate_where_most_of_the_rest_is_missing(grade, item):
    proposal = grade(
        item("E1", "recording.1a", None, measure=rate(95.5)),
        item("E2", "recording.1d recording.1e recording.1f", "falls_short"),
    )
    assert "adequate" == proposal.area("recording").grade


def test_recording_without_a_rate_is_withheld(grade, item):
    proposal = grade(item("E1", "recording.1d recording.1e recording.1f", "meets"))
    assert "withheld" == proposal.area("recording").outcome
    assert ["recording.no-rate"] == [r.rule for r in proposal.area("recording").reasons]


@pytest.mark.parametrize(
    ("value", "interval", "expected"),
    [
        (95.5, 1.9, ["93.6 reads as meets, 97.4 as exceeds"]),
        (95.5, 1.8, []),
        (98.0, 2.5, []),
        (85.0, 2.0, ["83.0 reads as falls_short, 87.0 as partly_meets"]),
        (99.0, 30.0, ["69.0 reads as falls_short, 100.0 as exceeds"]),
    ],
)
def test_a_figure_that_cannot_be_told_from_a_line_says_so(value, interval, expected, grade, item):
    figure = {**rate(value), "interval": interval}
    proposal = grade(item("E1", "recording.1a", None, measure=figure))
    said = [w.message.split("a line: ")[1] for w in proposal.warnings if w.code == "figure_near_a_line"]
    assert expected == said


def test_praise_beside_a_failing_rate_leaves_recording_inadequate(grade, item):
    proposal = grade(
        item("E1", "recording.1a", None, measure=rate(80.1)),
        item("E2", "recording.1a recording.1d recording.1e", "exceeds"),
    )
    area = proposal.area("recording")
    assert ("inadequate", ["recording.inadequate"]) == (
        area.grade,
        [r.rule for r in area.reasons if r.held and r.target == "inadequate"],
    )


@pytest.mark.parametrize(
    ("unit", "expected"), [("percent", (0, 100)), ("days", (-LARGEST_FIGURE, LARGEST_FIGURE))]
)
def test_figures_that_are_no_per_cent_may_be_below_0(unit, expected):
    assert expected == range_of(Measure("m", "responding.1a", unit, "a measure"))
