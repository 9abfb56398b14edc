"""A rating that departs from its rule; sheets, starters and drawn versions in the words of a scheme."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import grader
from grader.io.starter import starter
from grader.session import Session

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "cqc_oldham_2021"


def test_a_departure_a_person_made_shows_as_one():
    found = grader.diff(EXAMPLE / "inspection.yaml")
    (row,) = found.areas
    assert ("requires_improvement", "good", -1, "no reason given") == (
        row.proposed,
        row.final,
        row.steps,
        row.rationale,
    )


def test_the_example_is_one_step_from_the_published_rating():
    found = grader.smallest_change(EXAMPLE / "inspection.yaml", "overall", "good")
    assert (1, {"E2", "E4"}) == (found.cost, {a.changes[0].evidence for a in found.answers})


def test_nothing_of_concerns_is_printed_where_a_framework_has_none(run):
    for command in (
        ("grade", EXAMPLE / "inspection.yaml"),
        ("explain", EXAMPLE / "inspection.yaml", "overall"),
        ("diff", EXAMPLE / "inspection.yaml"),
    ):
        found = run(*map(str, command))
        assert "concern" not in found.out
        assert "AFI" not in found.out


def test_a_starter_holds_an_item_for_each_characteristic():
    framework = Session.open(framework="CQC_KEY_QUESTIONS").framework.framework
    text = starter(framework, "2014")
    assert [] == yaml.safe_load(text)["evidence"]
    assert 5 == text.count("characteristics: [")
    assert "findings:" not in text


def test_a_workbook_holds_the_levels_to_choose_from_and_comes_back(tmp_path):
    openpyxl = pytest.importorskip("openpyxl", reason="needs the extra: inspection-grader[sheets]")
    grader.export_workbook(EXAMPLE / "inspection.yaml", tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert ["How to use", "Inspection", "Sources", "Evidence", "Characteristics"] == book.sheetnames
    levels = '"outstanding,good,requires_improvement,inadequate,not_rated,insufficient_evidence"'
    assert levels in [rule.formula1 for rule in book["Evidence"].data_validations.dataValidation]
    again = grader.import_sheet(tmp_path / "out.xlsx").inspection
    assert grader.load(EXAMPLE / "inspection.yaml").inspection.evidence == again.evidence
