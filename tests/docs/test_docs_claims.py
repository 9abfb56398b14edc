"""Claims of the documents that a program can check are so."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
import yaml

from grader.io import catalogue
from grader.io.frameworks import read_framework
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework

ROOT = Path(__file__).resolve().parents[2]
TWO = ROOT / "benchmarks" / "two_taggings"


def page(path: str) -> str:
    return " ".join((ROOT / path).read_text(encoding="utf-8").split())


@pytest.fixture(scope="module")
def framework() -> Framework:
    return catalogue.framework("PEEL_2021_22").framework


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return catalogue.rulebook("PEEL_2021_22", catalogue.framework("PEEL_2021_22"))


def test_graded_areas_of_the_revised_edition_have_one_to_five_topics(framework: Framework):
    graded = [a for a in framework.areas_in("2022-03") if a.editions["2022-03"].graded]
    topics = [len(a.topics) for a in graded]
    assert (1, 5, 6) == (min(topics), max(topics), len(framework.area("victims").topics))
    assert "one to five topics (victims, graded in the first edition only, has six)" in page(
        "docs/rules_peel_2021_22.md"
    )


def test_one_characteristic_is_more_than_five_per_cent_where_fewer_than_twenty_are_listed(
    framework: Framework, book: RuleBook
):
    least = book.parameters["substantially_exceeded"].default
    one = {a.id: 1000 // len(a.counted) > least for a in framework.areas_in("2022-03")}
    assert {"victims"} == {area for area, enough in one.items() if not enough}
    assert len(framework.area("victims").counted) == 21


def test_number_of_calibrated_parameters_is_stated(book: RuleBook):
    calibrated = [p.name for p in book.parameters.values() if p.basis == "calibrated"]
    assert len(calibrated) == 4
    assert "Four are calibrated on what was published" in page("docs/transparency.md")


def test_no_area_is_graded_on_anothers_evidence_alone(book: RuleBook):
    (coverage,) = [f for f in book.facts.values() if f.name == "coverage"]
    assert ("covered", "listed") == coverage.definition.depends_on
    (test,) = book.facts["own_findings"].definition.where
    assert ("direct", 1) == (test.attribute, test.operands[0].value)  # type: ignore[union-attr]


def test_two_taggings_agree_as_far_as_is_stated():
    def items(name: str) -> dict[str, dict[str, object]]:
        data = yaml.safe_load((TWO / name).read_text(encoding="utf-8"))
        return {e["id"]: e for e in data["evidence"]}

    first, second = items("first_tagging_1_0_0.yaml"), items("second_tagging.yaml")
    with (TWO / "pairs.csv").open(encoding="utf-8", newline="") as file:
        pairs = [(first[r["example"]], second[r["second"]]) for r in csv.DictReader(file)]
    alike = sum(sorted(a["characteristics"]) == sorted(b["characteristics"]) for a, b in pairs)  # type: ignore[call-overload]
    assessed = sum(a.get("assessment") == b.get("assessment") for a, b in pairs)
    assert (220, 84, 99) == (len(pairs), round(100 * alike / len(pairs)), round(100 * assessed / len(pairs)))
    for path in ("docs/transparency.md", "docs/tagging_guide.md"):
        assert re.search(r"84 % (were|of)", page(path))
        assert "99 %" in page(path)


def test_guide_holds_no_line_of_the_example():
    guide = page("docs/tagging_guide.md")
    assert [] == re.findall(r"\bE\d{3}\b", guide.replace("numbers `E001`", "").replace("`E001`", ""))


def test_every_link_says_from_where_and_why(framework: Framework):
    links = [link for _, c in framework.characteristics() for link in c.informs]
    assert len(links) == 21
    assert [] == [link.id for link in links if not (link.provenance and link.source and link.why)]


def test_what_two_characteristics_are_unlike_is_said_on_both_sides(framework: Framework):
    said = {(c.id, other) for _, c in framework.characteristics() for other in c.unlike}
    assert said == {(b, a) for a, b in said}


def test_file_is_the_last_version_of_its_history_and_no_id_is_lost(framework: Framework):
    assert framework.framework.version == framework.history[0].version
    before = read_framework(TWO / "framework_1_0_0.yaml").framework
    old = {c.id: c.text for _, c in before.characteristics()}
    assert old == {c.id: c.text for _, c in framework.characteristics()}


def test_ids_touched_are_in_the_history(framework: Framework):
    before = read_framework(TWO / "framework_1_0_0.yaml").framework
    informs = {c.id: [link.id for link in c.informs] for _, c in before.characteristics()}
    touched = {
        c.id
        for _, c in framework.characteristics()
        if c.unlike or informs[c.id] != [link.id for link in c.informs]
    }
    assert touched == set(framework.history[0].became)


def test_limits_of_calibration_are_stated():
    pytest.importorskip("polars", reason="calibration needs the extra")
    from grader.review.calibrate import FEWEST_AREAS, MOST_PARAMETERS

    said = page("docs/how_sure.md")
    assert f"fits at most {MOST_PARAMETERS} parameters" in said
    assert f"fewer than {FEWEST_AREAS} areas have a final grade" in said


def test_rule_books_that_come_with_grader_are_recorded_as_proved():
    assert "The rule books that come with grader are recorded" in page("docs/how_sure.md")
    shipped = {p.parent.name for p in (ROOT / "rules").glob("*/rulebook.yaml")}
    assert shipped == {p.parent.name for p in (ROOT / "rules").glob("*/proved.json")}
