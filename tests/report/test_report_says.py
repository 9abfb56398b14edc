"""What the report says is what the proposal holds, and it says what it is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader import api
from grader.io import catalogue

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml"


@pytest.fixture
def tree(full_tree: Any) -> Any:
    return full_tree


def _area(tree: Any, title: str) -> Any:
    for section in tree.all("section"):
        heading = next(section.all("h2"), None)
        if heading is not None and heading.text == title and section.attributes.get("class") == "area":
            return section
    raise AssertionError(f"no area {title}")


def test_it_says_first_that_it_is_a_proposal_and_a_reconstruction(example_tree: Any) -> None:
    notice = next(n for n in example_tree.all("section"))
    assert "notice" == notice.attributes["class"]
    assert "A proposal, from a reconstruction" in notice.text
    assert "a person decides" in notice.text
    statement = catalogue.framework("PEEL_2021_22").framework.framework.statement
    assert " ".join(statement.split()) in notice.text


def test_every_area_has_its_outcome_in_the_table_at_a_glance(example_tree: Any) -> None:
    proposal = api.grade(EXAMPLE, engine="reference")
    titles = {g.id: g.title for g in catalogue.framework("PEEL_2021_22").framework.grade_scale.grades}
    table = next(example_tree.all("table"))
    shown = {next(r.all("th")).text: next(r.all("td")).text for r in table.all("tr") if list(r.all("td"))}
    expected = {a.title: titles[a.grade] if a.grade else "Not graded in this edition" for a in proposal.areas}
    assert expected == shown


def test_the_table_at_a_glance_has_the_best_grade_first(example_tree: Any) -> None:
    order = [
        "Outstanding",
        "Good",
        "Adequate",
        "Requires improvement",
        "Inadequate",
        "Not graded in this edition",
    ]
    table = next(example_tree.all("table"))
    shown = [order.index(next(r.all("td")).text) for r in table.all("tr") if list(r.all("td"))]
    assert sorted(shown) == shown


def test_no_item_of_evidence_is_lost(example_tree: Any) -> None:
    inspection = api.load(EXAMPLE).inspection
    text = example_tree.text
    assert [] == [e.id for e in inspection.evidence if " ".join(e.statement.split()) not in text]
    anchors = [n for n in example_tree.all("li", "tr") if n.attributes.get("id", "").startswith("evidence-")]
    assert len(inspection.evidence) == len(anchors)


def test_evidence_stands_behind_a_fold_with_its_source(tree: Any) -> None:
    area = _area(tree, "Responding to the public")
    item = next(n for fold in area.all("details") for n in fold.all("li") if "Statement 1" in n.text)
    assert "For E1 Statement 1 Exceeds; observation (tested) Field notes" == item.text


def test_a_measure_is_shown_with_its_interval(tree: Any) -> None:
    assert "crimes recorded: 95.5 ± 1.9 percent" in _area(tree, "Recording data about crime").text


def test_a_cause_of_concern_carries_its_recommendations_and_decides(tree: Any) -> None:
    area = _area(tree, "Preventing crime and anti-social behaviour")
    assert "Why Inadequate" in area.text
    assert "Without that limit it would have been" in area.text
    concern = next(n for n in area.all("div") if "concern" in (n.attributes.get("class") or ""))
    assert ["Appoint somebody", "Give them time"] == [n.text for n in concern.all("li")]
    assert "Issued Open Accelerated" in concern.text
    assert "issued 2022-01-31" in concern.text


def test_earlier_findings_say_how_far_they_have_come(tree: Any) -> None:
    assert "From an earlier inspection Improving" in _area(tree, "Responding to the public").text
    assert "From an earlier inspection Closed" in _area(
        tree, "Strategic planning, organisational management and value for money"
    ).text  # fmt: skip


def test_proposed_findings_are_told_from_issued_ones(tree: Any) -> None:
    area = _area(tree, "Preventing crime and anti-social behaviour")
    assert "Proposed by a rule" in area.text
    assert "for an inspector to word" in area.text


def test_an_area_withheld_says_why(tree: Any) -> None:
    area = _area(tree, "Building, supporting and protecting the workforce")
    assert "No grade proposed" in area.text
    assert "Why no grade is proposed 0 of 11 characteristics have findings of their own (0 %)" in area.text


def test_an_area_not_inspected_and_one_not_graded_say_so(tree: Any) -> None:
    assert (
        "This inspection did not look at the area." in _area(tree, "Disrupting serious organised crime").text
    )
    victims = _area(tree, "Providing a service to the victims of crime").text
    assert "Edition 2022-03 gives this area no grade." in victims


def test_what_was_not_counted_is_listed_with_the_reason(tree: Any) -> None:
    listed = tree.with_id("left")
    section = next(s for s in tree.all("section") if listed in list(s.all("h2")))
    assert "E8 Statement 8 (Field notes)" in section.text
    assert "never counted" in section.text
    assert "was not inspected" in section.text


def test_an_item_that_informs_another_area_says_why_it_counts_there(example_tree: Any) -> None:
    assert (
        "counts here because victims.1b informs this" in _area(example_tree, "Responding to the public").text
    )


def test_no_number_is_passed_off_as_official(tree: Any) -> None:
    count = len(catalogue.rulebook("PEEL_2021_22", catalogue.framework("PEEL_2021_22")).parameters)
    assert f"None of the {count} numbers in the rules is official." in tree.text


def test_overrides_stand_out_and_nothing_is_said_where_there_are_none(
    tree: Any, full: dict[str, Any], html_of: Callable[..., str], parse: Callable[[str], Any]
) -> None:
    assert "Not the rule book’s own values" not in tree.text
    changed = parse(html_of(full, some=500))
    notices = [n for n in changed.all("section") if "notice" in (n.attributes.get("class") or "")]
    assert "some is 50 %; the rule book’s own value is 40 %" in notices[1].text


def test_final_grades_stand_beside_proposed_ones(
    full: dict[str, Any], html_of: Callable[..., str], parse: Callable[[str], Any]
) -> None:
    decisions = {
        "decisions": {"inspection": "full", "decided_by": "An Inspector"},
        "grades": {
            "prevention": {"grade": "adequate", "rationale": "The concern was met in time"},
            "workforce": {"grade": "good"},
        },
    }
    tree = parse(html_of(full, decisions))
    prevention = _area(tree, "Preventing crime and anti-social behaviour").text
    assert "2 steps below. Reason given: The concern was met in time" in prevention
    assert "Decided by An Inspector" in prevention
    workforce = _area(tree, "Building, supporting and protecting the workforce").text
    assert "Final grade Good" in workforce
    assert "No reason is given" in workforce
    assert "No decision is recorded" in _area(tree, "Responding to the public").text


def test_oddities_of_the_decisions_are_shown(
    full: dict[str, Any], html_of: Callable[..., str], parse: Callable[[str], Any]
) -> None:
    decisions = {
        "decisions": {"inspection": "full", "decided_by": "An Inspector"},
        "grades": {"strategy": {"grade": "inadequate"}},
    }
    assert "strategy: inadequate, and the record holds no cause of concern on it" in parse(
        html_of(full, decisions)
    ).text  # fmt: skip


def test_a_cause_of_concern_without_recommendations_says_so(
    full: dict[str, Any], html_of: Callable[..., str], parse: Callable[[str], Any]
) -> None:
    del full["findings"][0]["recommendations"]
    assert "No recommendation is recorded" in parse(html_of(full)).text


def test_an_empty_inspection_has_a_report(
    full: dict[str, Any], html_of: Callable[..., str], parse: Callable[[str], Any]
) -> None:
    tree = parse(html_of({"inspection": {**full["inspection"], "not_inspected": []}, "evidence": []}))
    assert "Everything recorded was counted." in tree.text


def test_an_inspection_of_nothing_at_all_has_a_report(full: dict[str, Any], html_of: Any, parse: Any) -> None:
    areas = [a.id for a in catalogue.framework("PEEL_2021_22").framework.areas_in("2022-03")]
    head = {**full["inspection"], "not_inspected": areas}
    assert "Not inspected" in parse(html_of({"inspection": head, "evidence": []})).text


def test_the_same_conclusions_give_the_same_bytes(example: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.html"
    command = [sys.executable, "-m", "grader", "grade", str(EXAMPLE), "--report", str(again), "--json"]
    decisions = ["--decisions", str(EXAMPLE.parent / "decisions.yaml")]
    # Another folder, another hash seed and a user's own settings of the chart library make no difference.
    (tmp_path / "matplotlibrc").write_text("font.size: 30\naxes.facecolor: red\nsvg.fonttype: path\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": "7"}
    subprocess.run(
        [*command, *decisions], check=True, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL
    )
    assert example.read_bytes() == again.read_bytes()
