"""Calibration finds the values past decisions were made with, and declines where the data cannot tell."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

import grader
from grader.model.calibration import Calibration
from grader.model.inspection import Inspection
from grader.review.calibrate import calibrate, parameter_file
from grader.review.past_inspections import read_folder
from grader.session import Session

GRADES = ("outstanding", "good", "adequate", "requires_improvement", "inadequate")
Decide = Callable[[str, str | None], str]


@pytest.fixture(scope="module")
def session() -> Session:
    return grader.open_session(engine="reference")


def made(random: Random, session: Session, name: str) -> dict[str, Any]:
    """An inspection with a tested item on most characteristics."""
    evidence = []
    for area in session.framework.framework.areas_in("2022-03"):
        mood = random.random()
        for characteristic in area.counted:
            if random.random() < 0.75:
                good = random.random() < mood
                said = random.choice(
                    ("meets", "meets", "meets", "exceeds") if good else ("partly_meets", "falls_short")
                )
                evidence.append(
                    {
                        "id": f"E{len(evidence)}",
                        "characteristics": [characteristic.id],
                        "assessment": said,
                        "statement": "found",
                        "basis": "data",
                        "source": "r",
                    }
                )
    head = {"id": name, "body": name, "framework": "PEEL_2021_22", "edition": "2022-03"}
    return {"inspection": head, "sources": {"r": {"title": "R"}}, "evidence": evidence}


def write(folder: Path, session: Session, decide: Decide, many: int = 10) -> None:
    for number in range(many):
        data = made(Random(number), session, f"body-{number}")
        trace = session.run(Inspection.model_validate(data))
        grades = {}
        for area, case in trace.areas.items():
            if case.outcome != "ungraded":
                scale = session.bound.grade_scale
                grade = scale.name_of(case.decision.rank) if case.decision else None
                grades[area] = {"grade": decide(area, grade)}
        head = {"inspection": f"body-{number}", "decided_by": "B", "framework": "PEEL_2021_22"}
        (folder / f"{number}.yaml").write_text(json.dumps(data), encoding="utf-8")
        said = json.dumps({"decisions": head, "grades": grades})
        (folder / f"{number}-decisions.yaml").write_text(said, encoding="utf-8")


def fitted(folder: Path, *names: str) -> Calibration:
    return calibrate(read_folder(folder, None), names, lambda values: True)


def holds(found: Calibration, values: Mapping[str, int]) -> bool:
    return any(
        all(low <= values[name] <= high for name, (low, high) in box.ranges.items()) for box in found.boxes
    )


def test_parameters_that_decisions_were_made_with_are_in_the_set_it_names(
    tmp_path: Path, session: Session
) -> None:
    known = {"substantially_all": 610, "some": 250}
    there = session.at({"substantially_all": "61%", "some": "25%"})
    write(tmp_path, there, lambda area, grade: grade or "good")
    found = fitted(tmp_path, *known)
    assert (True, None) == (holds(found, known), found.why_not)
    assert found.recommended is not None
    assert holds(found, found.recommended)
    assert 1.0 == pytest.approx(found.best.exact)


def test_a_parameter_of_an_earlier_layer_is_walked(tmp_path: Path, session: Session) -> None:
    there = session.at({"systemic_characteristics": 3, "minimum_coverage": "30%"})
    write(tmp_path, there, lambda area, grade: grade or "good", many=4)
    found = fitted(tmp_path, "systemic_characteristics", "minimum_coverage")
    assert holds(found, {"systemic_characteristics": 3, "minimum_coverage": 300})


def test_ten_inspections_of_pure_chance_are_declined(tmp_path: Path, session: Session) -> None:
    random = Random(7)
    write(tmp_path, session, lambda area, grade: random.choice(GRADES))
    found = fitted(tmp_path, "substantially_all", "some")
    assert found.recommended is None
    assert found.why_not is not None
    assert "cannot be told from" in found.why_not


def test_few_areas_are_declined(tmp_path: Path, session: Session) -> None:
    write(tmp_path, session, lambda area, grade: grade or "good", many=2)
    found = fitted(tmp_path, "some")
    assert "20 areas have a final grade; fewer than 30 cannot tell" == found.why_not


def test_the_boxes_agree_with_grading_one_by_one(tmp_path: Path, session: Session) -> None:
    write(tmp_path, session.at({"some": "55%"}), lambda area, grade: grade or "good", many=3)
    past = read_folder(tmp_path, None)
    found = calibrate(past, ["some"], lambda values: True)

    def exact(value: int) -> int:
        return sum(
            case.decision is not None and case.decision.rank == past.finals[n].get(area)
            for n, loaded in enumerate(past.loaded)
            for area, case in loaded.at({"some": f"{value / 10}%"}, "reference").trace.areas.items()
        )

    tried = {value: exact(value) for value in range(500, 600, 7)}
    best = max(tried.values())
    assert {v for v, hits in tried.items() if hits == best} == {v for v in tried if holds(found, {"some": v})}


def test_what_is_written_is_read_by_the_rule_book_and_changes_its_hash(
    tmp_path: Path, session: Session
) -> None:
    folder = tmp_path / "past"
    folder.mkdir()
    write(folder, session.at({"substantially_all": "61%"}), lambda area, grade: grade or "good")
    found = fitted(folder, "substantially_all")
    own = tmp_path / "rules"
    own.mkdir()
    shipped = Path(__file__).parents[2] / "rules" / "PEEL_2021_22"
    for path in shipped.glob("*.yaml"):
        (own / path.name).write_bytes(path.read_bytes())
    (own / "calibrated.yaml").write_text(parameter_file(found, session.book), encoding="utf-8")
    book = grader.open_session(rules=own).book
    parameter = book.parameters["substantially_all"]
    assert found.recommended is not None
    assert (found.recommended["substantially_all"], "calibrated") == (parameter.default, parameter.basis)
    assert found.data_sha256 in parameter.source
    assert session.book.sha256 != book.sha256
    assert not grader.open_session(rules=own).ranges_proved


def test_a_calibrated_value_out_of_range_is_a_located_error(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "rules" / "PEEL_2021_22"
    for path in shipped.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    values = {
        "some": {"value": 900, "source": "s", "why": "w"},
        "sum": {"value": 1, "source": "s", "why": "w"},
    }
    (tmp_path / "calibrated.yaml").write_text(yaml.safe_dump({"calibrated": values}), encoding="utf-8")
    with pytest.raises(grader.InputError) as caught:
        grader.open_session(rules=tmp_path)
    assert ["value 900 of 'some' is outside its range", "unknown parameter 'sum'"] == [
        problem.message for problem in caught.value.problems
    ]


def test_file_that_stands_twice_in_the_folder_is_refused(tmp_path: Path, session: Session) -> None:
    write(tmp_path, session, lambda area, grade: grade or "good", many=2)
    (tmp_path / "again.yaml").write_bytes((tmp_path / "1.yaml").read_bytes())
    (tmp_path / "decided_again.yaml").write_bytes((tmp_path / "0-decisions.yaml").read_bytes())
    with pytest.raises(grader.InputError) as caught:
        read_folder(tmp_path, None)
    assert [
        "inspection 'body-1': another file of the folder holds it too",
        "decisions on inspection 'body-0': another file of the folder holds it too",
    ] == [problem.message for problem in caught.value.problems]


def test_folder_that_holds_nothing_to_compare_is_refused(tmp_path: Path, session: Session) -> None:
    def said() -> list[str]:
        with pytest.raises(grader.InputError) as caught:
            read_folder(tmp_path, None)
        return [problem.message for problem in caught.value.problems]

    assert ["no inspections with decisions"] == said()
    write(tmp_path, session, lambda area, grade: grade or "good", many=2)
    (tmp_path / "1-decisions.yaml").unlink()
    (tmp_path / "0.yaml").unlink()
    assert [
        "no decisions on inspection 'body-1'",
        "no inspection for the decisions on 'body-0'",
    ] == said()


# The command, with the proofs it makes --------------------------------------------------------------------


def test_command_writes_what_it_recommends_with_every_promise_proved(
    tmp_path: Path, session: Session, run: Callable[..., Any]
) -> None:
    pytest.importorskip("z3", reason="the proofs need the extra")
    folder, target = tmp_path / "past", tmp_path / "calibrated.yaml"
    folder.mkdir()
    write(folder, session.at({"substantially_all": "61%"}), lambda area, grade: grade or "good", many=6)
    asked = ("calibrate", folder, "--parameter", "substantially_all")
    ran = run(*asked, "--json", "-o", target)
    found = Calibration.model_validate(json.loads(ran.out))
    assert (0, None) == (ran.code, found.why_not)
    assert found.recommended is not None
    assert holds(found, found.recommended)
    assert "substantially_all:" in target.read_text(encoding="utf-8")
    assert 2 == run(*asked, "-o", target).code  # it stands, and nobody said --force
    assert holds(found, {"substantially_all": 610})


BROKEN = [
    (("--parameter", "sum"), "unknown parameter 'sum'"),
    (("--parameter", "some", "--parameter", "Some"), "parameter 'some' is named twice"),
    (("--parameter", "some", "-o", "x.yaml"), "no file of calibrated values"),
    (("--parameter", "some", "--rules", "none"), "none"),
]


@pytest.mark.parametrize(("asked", "message"), BROKEN, ids=[" ".join(b[0]) for b in BROKEN])
def test_broken_questions_are_refused_by_the_command(
    tmp_path: Path, session: Session, run: Callable[..., Any], asked: tuple[str, ...], message: str
) -> None:
    write(tmp_path, session, lambda area, grade: grade or "good", many=1)
    ran = run("calibrate", tmp_path, *asked)
    assert (2, "") == (ran.code, ran.out)
    assert message in ran.err


def test_command_declines_on_few_areas_with_exit_1(
    tmp_path: Path, session: Session, run: Callable[..., Any]
) -> None:
    write(tmp_path, session, lambda area, grade: grade or "good", many=2)
    ran = run("calibrate", tmp_path, "--parameter", "some", "-o", tmp_path / "calibrated.yaml")
    assert 1 == ran.code
    assert "no recommendation: 20 areas have a final grade; fewer than 30 cannot tell" in ran.out
    assert not (tmp_path / "calibrated.yaml").exists()


def test_grades_of_another_edition_or_cycle_are_not_calibrated_on(tmp_path: Path, session: Session) -> None:
    write(tmp_path, session, lambda area, grade: grade or "good", many=2)
    path = tmp_path / "0-decisions.yaml"
    whole = json.loads(path.read_text())
    for more, said in (
        ({"edition": "2021-04"}, "grades of edition '2021-04'"),
        ({"published": "2019"}, "grades published in 2019"),
    ):
        path.write_text(json.dumps({**whole, "decisions": {**whole["decisions"], **more}}))
        with pytest.raises(grader.InputError, match=f"{said} are not laid beside"):
            read_folder(tmp_path, None)


def test_files_are_known_by_their_endings_in_capitals_too(tmp_path: Path, session: Session) -> None:
    write(tmp_path, session, lambda area, grade: grade or "good", many=2)
    (tmp_path / "0.yaml").rename(tmp_path / "0.YAML")
    assert 2 == len(read_folder(tmp_path, None).loaded)
