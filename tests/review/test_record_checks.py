"""What is odd in a record is a warning; grades of another framework, edition or cycle are refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.io import catalogue

ROOT = Path(__file__).resolve().parents[2]

Run = Callable[..., Any]
Small = Callable[..., Path]
Decided = Callable[..., Path]


def finding(kind: str, area: str, **more: Any) -> dict[str, Any]:
    return {"id": "F1", "kind": kind, "area": area, "statement": "Found", **more}


def test_adequate_without_an_area_for_improvement_is_a_warning(
    run: Run, small: Small, decided: Decided
) -> None:
    file = decided({"responding": "adequate"})
    message = "responding: adequate, and the record holds no area for improvement on it"
    assert f"warning: {file}:6:5: {message}" in run("diff", small(), file).err
    issued = small(findings=[finding("area_for_improvement", "responding")])
    assert message not in run("diff", issued, file).err


def test_inadequate_without_a_concern_is_a_warning(run: Run, small: Small, decided: Decided) -> None:
    file = decided({"responding": "inadequate"})
    message = "responding: inadequate, and the record holds no cause of concern on it"
    assert message in run("diff", small(), file).err
    issued = small(findings=[finding("cause_of_concern", "responding", recommendations=["Act"])])
    assert message not in run("diff", issued, file).err


def test_concern_without_recommendations_is_a_warning(run: Run, small: Small, decided: Decided) -> None:
    file = decided({"responding": "inadequate"})
    ran = run("diff", small(findings=[finding("cause_of_concern", "responding")]), file)
    assert "small: F1: a cause of concern always carries at least one recommendation" in ran.err


def test_stated_counts_that_do_not_add_up_are_a_warning(run: Run, leicestershire: Path) -> None:
    ran = run("diff", leicestershire / "inspection.yaml")
    assert "the record states 3 outstanding, and 4 of its grades are" in ran.err
    assert 1 == ran.code


def test_warnings_move_no_grade_and_no_exit_code(run: Run, small: Small, decided: Decided) -> None:
    ran = run("diff", small(), decided({"responding": "good"}, stated_counts={"good": 7}))
    assert 0 == ran.code
    assert "the record states 7 good, and 1 of its grades are" in ran.err


def test_scale_with_other_definitions_is_not_held_to_these(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "home"
    shutil.copytree(ROOT / "examples" / "example_care_homes_rowan_house", folder)
    file = folder / "decisions.yaml"
    text = file.read_text("utf-8").replace("grade: requires_improvement", "grade: inadequate")
    file.write_text(text, "utf-8")
    assert "holds no" not in run("diff", folder).err


OTHERS = [
    (known.id, known.why)
    for known in catalogue.framework("PEEL_2021_22").framework.framework.not_comparable_with
]


@pytest.mark.parametrize(("other", "why"), OTHERS)
def test_grades_of_another_cycle_are_refused_with_the_frameworks_reason(
    run: Run, small: Small, decided: Decided, other: str, why: str
) -> None:
    ran = run("diff", small(), decided({"legitimacy": "good"}, framework=other))
    assert (2, "") == (ran.code, ran.out)
    assert f"grades under {other!r} are not laid beside a proposal under PEEL_2021_22" in ran.err
    assert why in ran.err


def test_grades_of_an_unlisted_framework_are_refused(run: Run, small: Small, decided: Decided) -> None:
    ran = run("diff", small(), decided({"responding": "good"}, framework="OURS"))
    assert 2 == ran.code
    assert "another framework has criteria and grades of its own" in ran.err


def test_grades_of_another_edition_are_refused(run: Run, small: Small, decided: Decided) -> None:
    ran = run("diff", small(), decided({"responding": "good"}, edition="2021-04"))
    assert 2 == ran.code
    assert (
        "grades of edition '2021-04' are not laid beside a proposal under PEEL_2021_22, edition 2022-03"
        in ran.err
    )


@pytest.mark.parametrize("area", ["strategic_policing", "victims"])
def test_grade_of_an_area_the_edition_does_not_grade_is_refused(
    run: Run, small: Small, decided: Decided, area: str
) -> None:
    ran = run("diff", small(), decided({"responding": "good", area: "good"}))
    assert 2 == ran.code
    assert f"area {area} is not graded in edition 2022-03" in ran.err


@pytest.mark.parametrize(
    ("published", "refused"), [("2019", True), ("2022-02-28", True), ("2022", False), ("2022-10", False)]
)
def test_grades_published_before_the_edition_are_of_another_cycle(
    run: Run, small: Small, decided: Decided, published: str, refused: bool
) -> None:
    ran = run("diff", small(), decided({"responding": "good"}, published=published))
    assert (2 if refused else 0) == ran.code
    assert refused == ("the edition came out in 2022-03" in ran.err)
