"""A number is the one it looks like: forms that YAML 1.1 reads as another are refused wherever they stand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import grader
from grader.errors import InputError
from grader.io.scalars import is_plain_number, read_plain
from grader.render.content.words import measure_words
from grader.review.settling import read_settling

ROOT = Path(__file__).resolve().parents[2]
#: As written, and what YAML 1.1 makes of it.
OTHERWISE = {
    "010": 8,
    "1:30": 90,
    "-1:30": -90,
    "1_0": 10,
    "0x1F": 31,
    "0b11": 3,
    "9_5.5": 95.5,
    "1:30.5": 90.5,
}
PLAIN = ("0", "95", "-95", "+95", "95.5", "0.5", ".5", "95.", "1.0e+1")
HEAD = 'inspection: {id: i, body: B, framework: PEEL_2021_22, edition: "2022-03"}\n'


def inspection(figure: str) -> str:
    measure = f"measure: {{name: calls, value: {figure}, unit: calls}}"
    item = (
        f"id: E1, characteristics: [responding.1a], assessment: meets, statement: s, basis: data, {measure}"
    )
    return f"{HEAD}sources: {{s: {{title: T}}}}\nevidence:\n- {{{item}, source: s}}\n"


@pytest.mark.parametrize("written", OTHERWISE)
def test_a_figure_in_another_form_is_told_with_what_yaml_makes_of_it(written: str) -> None:
    assert OTHERWISE[written] == read_plain(written)
    with pytest.raises(InputError) as caught:
        grader.load(inspection(written))
    (problem,) = caught.value.problems
    said = f"is written '{written}', which YAML reads as the number {OTHERWISE[written]}"
    assert f"'value' of 'measure' of 'E1' {said}" == problem.message


@pytest.mark.parametrize("written", PLAIN)
def test_a_figure_in_plain_digits_is_read(written: str) -> None:
    assert is_plain_number(written)
    figure = grader.load(inspection(written)).inspection.evidence[0].measure
    assert figure is not None
    assert float(written) == figure.value


def test_it_is_told_beside_other_faults_and_once() -> None:
    with pytest.raises(InputError) as caught:
        grader.load(inspection("010").replace("basis: data", "basis: 1_0"))
    assert [
        "'basis' of 'E1' cannot be '1_0', which YAML reads as the number 10",
        "'value' of 'measure' of 'E1' is written '010', which YAML reads as the number 8",
    ] == [p.message for p in caught.value.problems]


def test_numbers_of_rules_and_of_settling_files_are_held_to_it_too(tmp_path: Path) -> None:
    book = tmp_path / "book"
    shutil.copytree(ROOT / "rules" / "EXAMPLE_CARE_HOMES", book)
    layer = next(p for p in sorted(book.glob("*.yaml")) if "at_least: 1}" in p.read_text())
    layer.write_text(layer.read_text().replace("at_least: 1}", "at_least: 0x1}", 1))
    with pytest.raises(InputError, match="is written '0x1', which YAML reads as the number 1"):
        grader.open_session(rules=book)
    path = tmp_path / "settling.yaml"
    pair = "{items: {A: E1, B: E2}, score: 01_0}"
    path.write_text(f"settling: {{inspection: i, taggers: [A, B]}}\npairs: [{pair}]\ndisagreements: []\n")
    with pytest.raises(InputError, match="'score' of entry 1 of 'pairs' is written '01_0'"):
        read_settling(path)


def test_a_key_that_is_a_level_is_plain_too(tmp_path: Path) -> None:
    path = tmp_path / "decisions.yaml"
    head = "decisions: {inspection: i, decided_by: B, framework: FHRS, stated_counts: {05: 1}}"
    path.write_text(f"{head}\ngrades: {{rating: {{grade: '5'}}}}\n")
    with pytest.raises(InputError, match="key '05' is read by YAML as the number 5"):
        grader.validate(path)


def test_large_figures_are_shown_in_their_digits() -> None:
    with pytest.raises(InputError, match=r"is 1000000000.5"):
        grader.load(inspection("1000000000.5"))
    with pytest.raises(InputError, match=r"is 100.0000000001 percent"):
        grader.load(inspection("100.0000000001").replace("unit: calls", "unit: percent"))
    measure = grader.load(inspection("1234567.5")).inspection.evidence[0].measure
    assert measure is not None
    assert "calls: 1234567.5 calls" == measure_words(measure)
