"""A framework that is not PEEL loads, grades, is proved and is compared by the same code."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import grader
from grader.authoring.case_report import run_suite
from grader.authoring.suites import Suite
from grader.errors import InputError
from grader.io import catalogue
from grader.io.decisions import read_decisions
from grader.session import LoadedInspection, Session
from grader.testing.strategies import inspections

if TYPE_CHECKING:
    from grader.proofs.report import CheckReport

Grader = Callable[..., tuple[int, str, str]]
ID = "EXAMPLE_CARE_HOMES"
#: Words of the first framework that nothing said of the second may hold.
FOREIGN = ("PEEL", "HMICFRS", "police", "Police", "force", "adequate", "crime")


def own_words(text: str) -> str:
    """Without this scale's own `inadequate`, which holds `adequate`."""
    return text.replace("inadequate", "").replace("Inadequate", "")


# What it is -----------------------------------------------------------------------------------------------


def test_both_frameworks_ship_with_their_rules():
    assert {ID, "PEEL_2021_22"} <= set(catalogue.framework_ids())
    assert {ID, "PEEL_2021_22"} <= set(catalogue.rulebook_ids())


def test_it_is_another_framework_than_the_first(suite: Suite):
    first, second = catalogue.framework("PEEL_2021_22").framework, suite.framework.framework
    assert set() == {a.id for a in first.areas} & {a.id for a in second.areas}
    assert set() == set(first.editions) & set(second.editions)
    assert (5, 4) == (len(first.grade_scale.grades), len(second.grade_scale.grades))


def test_it_says_that_it_is_an_example_and_that_its_numbers_are_assumed(suite: Suite):
    about = suite.framework.framework.framework
    assert ("example", "the grader project") == (about.status, about.publisher)
    assert {"assumed"} == {p.basis for p in suite.book.parameters.values()}
    assert {"made_up": 18} == suite.framework.framework.provenance_counts


def test_area_is_graded_in_one_edition_and_informs_in_the_next(suite: Suite):
    voice = suite.framework.framework.area("voice")
    assert [True, False] == [voice.editions[e].graded for e in sorted(voice.editions)]
    assert all(c.informs for c in voice.characteristics)


# Its rules ------------------------------------------------------------------------------------------------


def test_cases_pass_and_decide_every_rule_and_condition(suite: Suite):
    report = run_suite(suite)
    assert [] == [(r.case.name, m.subject, m.actual) for r in report.results for m in r.misses]
    assert [] == [gap.message for gap in report.coverage.gaps]
    assert 100 == report.coverage.percent


def test_every_promise_it_makes_is_proved_and_nothing_is_found(report: CheckReport):
    assert {"proved"} == {p.result for p in report.promises if p.made}
    others = {p.id: p.result for p in report.promises if not p.made}
    assert {"monotone.f": "proved", "monotone.g": "refuted"} == others
    assert () == report.findings


@given(data=st.data())
def test_every_area_has_one_outcome_and_a_grade_of_the_scale(data: st.DataObject, suite: Suite):
    framework, book = suite.framework.framework, suite.book
    inspection = data.draw(inspections(framework, measures=book.measures, max_items=12))
    # By default the pass runs on durable-rules, where installed, and is held against plain Python.
    proposal = Session(suite.framework, book).load(inspection).proposal
    edition = inspection.inspection.edition
    assert [a.id for a in framework.areas_in(edition)] == [a.area for a in proposal.areas]
    for area in proposal.areas:
        graded = area.outcome == "graded"
        assert graded == (area.grade is not None)
        assert area.grade is None or area.grade in framework.grades_worst_first
        assert framework.area(area.area).editions[edition].graded or not graded


# Commands -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["grade", "explain", "validate", "diff", "new"])
def test_commands_work_from_any_folder_and_say_nothing_of_the_first_framework(
    command: str, home: Path, tmp_path: Path, grader_in: Grader
):
    file = str(home / "inspection.yaml")
    arguments = {"explain": [file, "care"], "new": ["trial", "--framework", ID]}.get(command, [file])
    code, out, err = grader_in(tmp_path, command, *arguments)
    assert (1 if command == "diff" else 0) == code
    assert [] == [line for line in err.splitlines() if "tested both as done" not in line]
    said = out.replace(str(home), "")
    if command == "new":
        said += (tmp_path / "trial" / "inspection.yaml").read_text(encoding="utf-8")
        assert 0 == grader_in(tmp_path, "grade", "trial/inspection.yaml")[0]
    assert [] == [word for word in FOREIGN if word in own_words(said)]


def test_proposal_as_json_holds_nothing_of_the_first_framework(home: Path):
    written = grader.grade(home / "inspection.yaml").to_json()
    assert ID == json.loads(written)["rulebook"]["id"]
    assert [] == [word for word in FOREIGN if word in own_words(written)]


def test_framework_of_ones_own_is_found_beside_its_rules_from_another_folder(
    my_homes: Path, tmp_path: Path, grader_in: Grader
):
    rules = ["--rules", str(my_homes / "rules" / "MY_HOMES")]
    files = [str(my_homes / "rowan_house" / f"{name}.yaml") for name in ("inspection", "decisions")]
    assert 0 == grader_in(tmp_path, "validate", *files, *rules)[0]
    assert 0 == grader_in(tmp_path, "grade", files[0], *rules)[0]
    assert 1 == grader_in(tmp_path, "diff", *files, *rules)[0]


def test_framework_of_ones_own_proposes_what_the_shipped_one_does(
    my_homes: Path, home: Path, grader_in: Grader
):
    own = json.loads(grader_in(my_homes, "grade", "rowan_house/inspection.yaml", "--json")[1])
    shipped = json.loads(grader.grade(home / "inspection.yaml").to_json())
    assert "MY_HOMES" == own["rulebook"]["id"]
    # What was proved was proved of the shipped rule book alone, and the range of grades rests on it.
    assert any(area["possible"] for area in shipped["areas"])
    assert [{**area, "possible": None} for area in shipped["areas"]] == own["areas"]


# Decisions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("area", "framework"), [("nursing", ID), ("responding", "PEEL_2021_22")], ids=["second", "first"]
)
def test_decisions_that_name_no_framework_resolve_in_the_one_that_holds_them(
    area: str, framework: str, tmp_path: Path
):
    path = write_decisions(tmp_path, {area: {"grade": "good"}})
    assert framework == read_decisions(path).framework.framework.id


@pytest.mark.parametrize(("misspelt", "meant"), [("nursin", "nursing"), ("respondng", "responding")])
def test_misspelt_area_is_looked_for_in_the_framework_meant(misspelt: str, meant: str, tmp_path: Path):
    path = write_decisions(tmp_path, {misspelt: {"grade": "good"}})
    with pytest.raises(InputError) as caught:
        read_decisions(path)
    assert [f"did you mean '{meant}'?"] == [p.help for p in caught.value.problems]


@pytest.mark.parametrize("kind", [None, "cause_of_concern"])
def test_grade_warns_of_a_missing_finding_only_where_its_meaning_expects_one(
    kind: str | None, my_homes: Path, tmp_path: Path, grader_in: Grader
):
    folder = shutil.copytree(my_homes, tmp_path / "my_homes")
    inadequate = {area: {"grade": "inadequate"} for area in ("care", "nursing")}
    write_decisions(folder / "rowan_house", inadequate, "rowan-house-2025")
    if kind is not None:
        file = folder / "frameworks" / "MY_HOMES.yaml"
        text, title = file.read_text(encoding="utf-8"), "title: Inadequate"
        file.write_text(text.replace(title, f"{title}\n      expects: {kind}"), encoding="utf-8")

    rules = str(folder / "rules" / "MY_HOMES")
    _, _, err = grader_in(tmp_path, "diff", "my_homes/rowan_house", "--rules", rules)

    # An earlier concern of care stands on the record; nursing has none but the one proposed.
    message = "8:5: nursing: inadequate, and the record holds no cause of concern on it"
    assert ([f"warning: my_homes/rowan_house/decisions.yaml:{message}"] if kind else []) == err.splitlines()


def write_decisions(folder: Path, grades: dict[str, dict[str, str]], on: str = "x") -> Path:
    path = folder / "decisions.yaml"
    data = {"decisions": {"inspection": on, "decided_by": "Somebody"}, "grades": grades}
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path


def test_grades_of_the_first_framework_are_not_laid_beside_its_proposals(
    home: Path, tmp_path: Path, grader_in: Grader
):
    path = write_decisions(tmp_path, {"care": {"grade": "good"}}, "rowan-house-2025")
    for named, why in [
        ("PEEL_2021_22", "another framework has criteria and grades of its own"),
        ("EXAMPLE_CARE_HOMES_TRIAL", "three grades, not four, and a home was judged as a whole"),
    ]:
        text = path.read_text(encoding="utf-8").replace(
            "decided_by: Somebody", f"decided_by: Somebody\n  framework: {named}"
        )
        (tmp_path / "named.yaml").write_text(text, encoding="utf-8")
        code, _, err = grader_in(tmp_path, "diff", str(home / "inspection.yaml"), "named.yaml")
        assert 2 == code
        assert why in err


@pytest.fixture
def loaded(home: Path) -> LoadedInspection:
    return grader.load(home / "inspection.yaml")


def test_grade_moves_with_its_own_parameters(loaded: LoadedInspection):
    def care(**settings: str) -> str | None:
        return grader.grade(loaded, settings=settings).area("care").grade

    assert "good" == care()
    assert "requires_improvement" == care(most="90%")
