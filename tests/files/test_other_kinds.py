"""Files that are something else than was asked for, JSON within limits, and figures of any size."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

import grader
from grader.errors import InputError
from grader.io import catalogue
from grader.io.json_text import PIECE_LIMIT, read_json
from grader.io.yaml_source import parse_document
from grader.model.proposal import Proposal
from grader.review.grading import proposal_of

HEAD = 'inspection: {id: a, body: A, framework: PEEL_2021_22, edition: "2022-03"}\nsources: {r: {title: R}}\n'


def zipped(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return held.getvalue()


KINDS = {
    "Excel workbook": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "Word or OpenDocument text": zipped("[Content_Types].xml", "word/document.xml"),
    "PDF document": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "web page": b"<!DOCTYPE html>\n<html><body><table></table></body></html>",
    "old or a locked Office file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "table, such as CSV": b"id,characteristics,assessment\nE1,recording.1a,meets: yes\n",
    "table, such as": b"id;characteristics;assessment\n",
    "zip file": zipped("a.txt"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_no_yaml_is_named_for_what_it_is(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "inspection.yaml"
    file.write_bytes(KINDS[kind])
    with pytest.raises(InputError) as caught:
        grader.load(file)
    said = str(caught.value)
    assert f"{kind}" in said
    assert ("grader import" in said) is (kind != "zip file")
    assert 2 == len(said.splitlines())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "decisions: {inspection: a, decided_by: B}\ngrades: {}\n",
            "this is a file of decisions, not an insp",
        ),
        ("rulebook: {id: x}\n", "this is the head of a rule book, not an inspection"),
        ("layer: grade\n", "this is a layer of a rule book, not an inspection"),
        (
            '{"schema": "grader.proposal/1", "areas": []}',
            "this is grader's own answer (proposal), not an insp",
        ),
        ('{"schema": "grader.proposal/1", "inspection": "a"}', "this is grader's own answer (proposal), not"),
        ('{"schema": "grader.why_not/1"}', "this is grader's own answer (why not), not an inspection"),
    ],
)
def test_a_file_of_another_kind_of_ours_is_one_fault(tmp_path: Path, text: str, expected: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        grader.load(file)
    assert expected in str(caught.value)
    assert 2 == len(str(caught.value).splitlines())


# JSON ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1, "a": 2}', "key 'a' stands twice in one block"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": -Infinity}', "-Infinity is no number"),
        ('{"a": 9' + "0" * 400 + "}", "does not fit in 64 bits"),
        ('{"a": 9' + "0" * 30 + "}", "does not fit in 64 bits"),
        ("[" * 65 + "]" * 65, "this is nested deeper than 64 levels"),
        ("[" + "{}," * (PIECE_LIMIT // 2) + "{}]", "the file holds more than 1,000,000 pieces"),
        ('{"a": }', "not valid JSON: expecting value"),
        ("", "not valid JSON"),
        ('{"a": "\\ud800"', "not valid JSON"),
    ],
    ids=range(10),
)
def test_json_is_read_within_limits(text: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        read_json(text.encode(), "a.json")


def test_sound_json_is_read() -> None:
    data = {"a": [1, -2.5, None, True, "{[\"'\\ü"], "b": {}}
    assert data == read_json(json.dumps(data).encode(), "a.json")


@pytest.fixture
def proposal(tmp_path: Path) -> Proposal:
    file = tmp_path / "inspection.yaml"
    file.write_text(HEAD + "evidence: []\n")
    return grader.grade(file)


@pytest.mark.parametrize(
    ("areas", "expected"),
    [
        ([{}] * 200_000, "entry 1 of 'areas' names no area"),
        ([{"area": f"a{i}"} for i in range(50_000)], "it holds 50,000 areas, more than any framework"),
        ([1, "x"], "entry 1 of 'areas' names no area"),
        ("x", "not a proposal"),
    ],
    ids=["empty", "many", "no blocks", "no list"],
)
def test_a_proposal_whose_areas_are_none_is_refused_before_they_are_built(
    proposal: Proposal, areas: object, expected: str
) -> None:
    data = {**json.loads(proposal.to_json()), "areas": areas}
    with pytest.raises(InputError, match=expected):
        proposal_of(json.dumps(data).encode(), "p.json")


def test_an_area_told_twice_is_refused(proposal: Proposal) -> None:
    data = json.loads(proposal.to_json())
    data["areas"].append(data["areas"][0])
    with pytest.raises(InputError, match="area 'victims' stands twice"):
        proposal_of(json.dumps(data).encode(), "p.json")


# Hashes --------------------------------------------------------------------------------------------------


def test_line_ends_and_a_byte_order_mark_change_no_hash(tmp_path: Path) -> None:
    built_in = catalogue.rulebook_folder("PEEL_2021_22")
    book = tmp_path / "book"
    shutil.copytree(built_in, book)
    for file in [*book.glob("*.yaml")]:
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    (book / "tests" / "more.yaml").write_text("cases: []\n")
    file = tmp_path / "inspection.yaml"
    file.write_text(HEAD + "evidence: []\n")
    before = grader.grade(file)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    after = grader.grade(file, rules=book)
    assert before.inspection_sha256 == after.inspection_sha256
    assert before.rulebook.sha256 == after.rulebook.sha256 == catalogue.built_in_sha256("PEEL_2021_22")


# Figures -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["1.0e+18", "-1000000001", "1000000000.5", "9223372036854775807"])
def test_a_figure_beyond_the_range_of_figures_is_an_error_where_it_stands(tmp_path: Path, value: str) -> None:
    file = tmp_path / "i.yaml"
    item = "characteristics: [recording.1a], assessment: meets, statement: S, basis: data, source: r"
    file.write_text(
        f"{HEAD}evidence:\n  - {{id: E1, {item},\n"
        f"     measure: {{name: calls, unit: a year, value: {value}}}}}\n"
    )
    expected = (
        r"i.yaml:5:\d+: 'value' of 'measure' of 'E1' is .*\n  help: a figure lies between -1,000,000,000 and"
    )
    with pytest.raises(InputError, match=expected):
        grader.load(file)


# Texts of rules ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "because",
    [
        "{",
        "}",
        "{{demonstrated}}",
        "{demonstrated:02}",
        "{ demonstrated }",
        "{}",
        "{0}",
        "needs $some",
        "{$}",
    ],
)
def test_braces_that_name_nothing_are_errors_at_load(tmp_path: Path, because: str) -> None:
    book = tmp_path / "book"
    shutil.copytree(catalogue.rulebook_folder("PEEL_2021_22"), book)
    file = book / "grades.yaml"
    lines = file.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.lstrip().startswith("because:"))
    end = at + 1
    while lines[end].startswith("      "):
        end += 1
    lines[at:end] = [f'    because: "{because}"']
    file.write_text("\n".join(lines))
    with pytest.raises(InputError, match=r"grades.yaml:\d+:\d+: 'because' of rule .* which names nothing"):
        catalogue.open_rulebook(book)


def test_of_very_many_faults_the_rest_is_counted_by_kind(tmp_path: Path) -> None:
    file = tmp_path / "i.yaml"
    item = "characteristics: [recording.1a], assessment: {}, statement: S, basis: data, source: {}"
    items = [item.format("mets", "r") if i % 3 else item.format("meets", "q") for i in range(600)]
    file.write_text(
        HEAD + "evidence:\n" + "".join(f"  - {{id: E{i}, {text}}}\n" for i, text in enumerate(items))
    )
    with pytest.raises(InputError) as caught:
        grader.load(file)
    assert 600 == len(caught.value.problems)
    last = str(caught.value).splitlines()[-2]
    assert "and 500 more faults: 334 like \"'assessment' of 'E" in last
    assert "166 like \"unknown source 'q'\"" in last


def test_yaml_is_still_read_as_it_was() -> None:
    assert {"a": "b, c, d"} == parse_document(b"a: b, c, d\n", "a.yaml").data
