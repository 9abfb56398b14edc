"""`grader upgrade`: the newer form of a file says what the older one did, with its remarks and its order."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import grader
from grader.cli.app import run
from grader.file_schemas import FILES
from grader.io.decisions import read_decisions
from grader.io.yaml_source import parse_document
from grader.upgrading.edits import Removal, Rename, edited
from grader.upgrading.files import files_of, upgraded
from grader.upgrading.forms import NUMBERS

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "leicestershire_2021_22"

DECISIONS = """\
# Minutes of the meeting
decisions: {inspection: small-1, decided_by: An inspector}  # the chair
grades:
  # said at once
  responding: {grade: good, decided_by: A. Person, decided_on: 2022-10-20}   # all agreed
  strategy:
    grade: adequate
    'decided_on': "2022-10-21"   # a day later
    rationale: Too little on record.
"""
NEWER = """\
# Minutes of the meeting
decisions: {inspection: small-1, decided_by: An inspector}  # the chair
grades:
  # said at once
  responding: {grade: good, by: A. Person, on: 2022-10-20}   # all agreed
  strategy:
    grade: adequate
    on: "2022-10-21"   # a day later
    rationale: Too little on record.
"""
LAYER = """\
layer: measure
facts:
  # how many
  count: {count: evidence, of: characteristics, better: more, english: items}
  best:
    best: assessment
    of: evidence
    better: more
    english: the best
  # of two counts
  share:
    share: [count, count]
    where: {status: {at_least: demonstrated}}   # read by nobody
    better: more
    english: a share
rules:
  - areas: [responding]   # read by nobody
    # what it is called
    id: a
    reaches: meets
    when: {figure: {at_least: 950}}
    because: "{figure}"
    source: a page
"""
NEWER_LAYER = """\
layer: measure
facts:
  # how many
  count: {count: evidence, better: more, english: items}
  best:
    best: assessment
    of: evidence
    better: more
    english: the best
  # of two counts
  share:
    share: [count, count]
    better: more
    english: a share
rules:
    # what it is called
  - id: a
    reaches: meets
    when: {figure: {at_least: 950}}
    because: "{figure}"
    source: a page
"""


def upgrade_text(text: str, name: str = "file.yaml") -> str:
    return upgraded(text.encode(), name).content.decode()


def said(text: str) -> list[str]:
    return [str(change) for change in upgraded(text.encode(), "file.yaml").changes]


# What changes ----------------------------------------------------------------------------------------------


def test_decisions_get_the_newer_keys_and_keep_remarks_and_order():
    assert NEWER == upgrade_text(DECISIONS)


def test_what_changed_is_said_with_its_place():
    assert [
        "file.yaml:5:29: 'decided_by' is now 'by'",
        "file.yaml:5:52: 'decided_on' is now 'on'",
        "file.yaml:8:5: 'decided_on' is now 'on'",
    ] == said(DECISIONS)


def test_keys_of_a_layer_that_meant_nothing_go_and_remarks_about_others_stay():
    assert NEWER_LAYER == upgrade_text(LAYER)
    assert [
        "file.yaml:4:28: 'of' meant nothing beside 'count', and is gone",
        "file.yaml:13:5: 'where' meant nothing beside 'share', and is gone",
        "file.yaml:17:5: 'areas' meant nothing to a measure rule, and is gone",
    ] == said(LAYER)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{id: a, withholds: grade, not_monotone: why, when: x}", "{id: a, withholds: grade, when: x}"),
        ("{id: a, raises: innovative_practice, not_monotone: why}", "{id: a, raises: innovative_practice}"),
        ("{id: a, raises: cause_of_concern, not_monotone: why}", None),
        ("{id: a, reaches: good, not_monotone: why}", None),
        ("{id: a, reaches: good, areas: [strategy]}", None),
        ("{id: a, reaches: good, areas: , when: x}", "{id: a, reaches: good, when: x}"),
    ],
)
def test_keys_of_a_rule_go_where_they_meant_nothing(rule: str, expected: str | None):
    text = f"layer: grade\nrules: [{rule}]\n"
    assert f"layer: grade\nrules: [{expected or rule}]\n" == upgrade_text(text)


def test_facts_of_scores_are_left_to_a_person():
    fact = "{highest: score, of: characteristics, per: area, better: more, english: x}"
    assert [] == said(f"layer: grade\nfacts: {{a: {fact}}}\n")


def test_both_forms_of_one_key_are_for_a_person(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "both.yaml"
    file.write_text(
        "decisions: {inspection: a, decided_by: B}\ngrades: {strategy: {grade: good, by: A, decided_by: B}}\n"
    )
    assert 2 == run(["upgrade", str(file)])
    assert f"error: {file}:2:41: 'decided_by' and 'by' both stand here\n" in capsys.readouterr().err


# What stays ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_mark_stay(ends: str, mark: bytes):
    raw = mark + DECISIONS.replace("\n", ends).encode()
    assert mark + NEWER.replace("\n", ends).encode() == upgraded(raw, "file.yaml").content


def test_what_is_upgraded_has_nothing_more_to_change():
    for text in (DECISIONS, LAYER):
        newer = upgraded(text.encode(), "file.yaml")
        again = upgraded(newer.content, "file.yaml")
        assert (newer.content, ()) == (again.content, again.changes)


def test_shipped_files_are_in_the_newest_form_and_keep_their_bytes():
    seen = set()
    tops = [ROOT / top for top in ("examples", "rules", "frameworks")]
    for path in (path for top in tops for path in sorted(top.rglob("*.yaml"))):
        if path.stat().st_size < 20_000:
            raw = path.read_bytes()
            found = upgraded(raw, str(path))
            assert (raw, ()) == (found.content, found.changes)
            seen.add(found.kind)
    assert {"inspection", "decisions", "framework", "rulebook", "layer", "cases"} <= seen


def test_the_proposal_is_the_same_but_for_the_hash_of_the_inspection(tmp_path: Path):
    inspection = shutil.copy(EXAMPLE / "inspection.yaml", tmp_path / "inspection.yaml")
    text = (
        Path(inspection).read_text("utf-8").replace("assessment: partly_meets", "assessment: Partly meets", 1)
    )
    Path(inspection).write_text(f"# by hand\n{text}", "utf-8")
    older = grader.grade(inspection)
    Path(inspection).write_bytes(grader.upgrade(inspection).content)
    assert json.loads(older.to_json()) | {"inspection_sha256": ""} == json.loads(
        grader.grade(inspection).to_json()
    ) | {"inspection_sha256": ""}


def test_decisions_of_early_copies_say_the_same_after_upgrading(tmp_path: Path):
    text = (EXAMPLE / "decisions.yaml").read_text("utf-8")
    data = yaml.safe_load(text)
    first = next(iter(data["grades"]))
    data["grades"][first] |= {"decided_by": "A. Person", "decided_on": "2022-10-20"}
    older, newer = tmp_path / "older.yaml", tmp_path / "newer.yaml"
    older.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    newer.write_bytes(grader.upgrade(older).content)
    assert "decided_on" not in newer.read_text("utf-8").split("grades:")[1]
    assert read_decisions(older).decisions == read_decisions(newer).decisions


def test_a_rule_book_that_was_refused_grades_once_upgraded(tmp_path: Path):
    book = tmp_path / "CARE"
    shutil.copytree(ROOT / "rules" / "EXAMPLE_CARE_HOMES", book)
    inspection = ROOT / "examples" / "example_care_homes_rowan_house" / "inspection.yaml"
    expected = grader.grade(inspection, rules=book)
    layer = next(p for p in sorted(book.glob("*.yaml")) if "share:" in p.read_text("utf-8"))
    text = layer.read_text("utf-8")
    start = text.index("share: [")
    between = ", " if text[start - 1] == "{" else "\n" + " " * (start - text.rindex("\n", 0, start) - 1)
    layer.write_text(f"{text[:start]}per: area{between}{text[start:]}", "utf-8")
    with pytest.raises(grader.InputError, match="'per' means nothing beside 'share'"):
        grader.grade(inspection, rules=book)
    assert 0 == run(["upgrade", str(book), "--in-place"])
    assert expected.to_json() == grader.grade(inspection, rules=book).to_json()


names = st.sampled_from(["a", "b", "'c d'", '"e"'])
values = st.sampled_from(
    ["1", "[1, 2]", "{x: 1}", "'#'", "text", "|\n      two\n      lines", "\n      deep: 1"]
)


@given(st.lists(st.tuples(names, values), min_size=1, max_size=4, unique_by=lambda p: p[0]), st.data())
def test_a_key_taken_out_or_renamed_changes_nothing_else(pairs: list[tuple[str, str]], data: st.DataObject):
    lines = [f"  {k}: {v}\n" if "\n" in v else f"  {k}: {v}  # a remark\n" for k, v in pairs]
    text = "".join(["top:\n", *lines, "# end\nlast: 1\n"])
    before: Any = parse_document(text.encode(), "x").data
    chosen = data.draw(st.sampled_from(sorted(before["top"])))
    renamed = {"new" if key == chosen else key: value for key, value in before["top"].items()}
    left = {key: value for key, value in before["top"].items() if key != chosen}
    for edit, expected in ((Rename(("top", chosen), "new"), renamed), (Removal(("top", chosen)), left)):
        after = edited(text, [edit])
        assert {"top": expected, "last": 1} == parse_document(after.encode(), "x").data
        assert "# end\n" in after


# Proposals kept as JSON ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def proposal() -> grader.Proposal:
    return grader.grade(EXAMPLE / "inspection.yaml")


def test_a_proposal_of_an_early_copy_is_read_again_once_upgraded(proposal: grader.Proposal, tmp_path: Path):
    data = json.loads(proposal.to_json())
    for area in data["areas"]:
        for key in ("possible", "meaning", "earlier_grade", "without_old"):
            del area[key]
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(data), "utf-8")
    assert 2 == run(["diff", str(old), str(EXAMPLE / "decisions.yaml")])
    assert 0 == run(["upgrade", str(old), "-o", str(new)])
    assert 1 == run(["diff", str(new), str(EXAMPLE / "decisions.yaml")])
    nothing = {"possible": None, "meaning": None, "earlier_grade": None, "without_old": None}
    expected = {**data, "areas": [{**area, **nothing} for area in data["areas"]]}
    assert expected == json.loads(new.read_text("utf-8"))


def test_a_whole_proposal_keeps_its_bytes(proposal: grader.Proposal):
    raw = proposal.to_json(indent=None).encode()
    assert (raw, ()) == (upgraded(raw, "p.json").content, upgraded(raw, "p.json").changes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"schema": "grader.diff/1"}', "this JSON is 'grader.diff/1'"),
        ('{"a": 1}', "this JSON has no schema"),
        ('{"schema": "grader.proposal/1"}', "not a whole proposal"),
        ("a: 1\n", "no key says what this file is"),
        ("- 1\n", "no key says what this file is"),
    ],
)
def test_what_is_no_file_of_ours_is_refused(text: str, message: str):
    with pytest.raises(grader.InputError, match=message):
        upgraded(text.encode(), "x")


# The command -----------------------------------------------------------------------------------------------


@pytest.fixture
def older(tmp_path: Path) -> Path:
    file = tmp_path / "decisions.yaml"
    file.write_text(DECISIONS)
    return file


def test_without_an_output_the_newer_form_is_printed(older: Path, capsys: pytest.CaptureFixture[str]):
    assert 0 == run(["upgrade", str(older)])
    ran = capsys.readouterr()
    assert NEWER == ran.out
    assert ran.err.endswith(f"{older}: now decisions in form 2\n")
    assert DECISIONS == older.read_text()


def test_an_output_that_exists_needs_force(older: Path, capsys: pytest.CaptureFixture[str]):
    there = older.with_name("there.yaml")
    there.write_text("mine")
    assert 2 == run(["upgrade", str(older), "-o", str(there)])
    assert "mine" == there.read_text()
    assert "add --force to replace it" in capsys.readouterr().err
    assert 0 == run(["upgrade", str(older), "-o", str(there), "--force"])
    assert NEWER == there.read_text()


def test_in_place_leaves_every_file_where_one_has_faults(older: Path, capsys: pytest.CaptureFixture[str]):
    broken = older.with_name("broken.yaml")
    broken.write_text("a: [")
    assert 2 == run(["upgrade", str(older), str(broken), "--in-place"])
    assert DECISIONS == older.read_text()
    capsys.readouterr()
    assert 0 == run(["upgrade", str(older), "--in-place"])
    assert NEWER == older.read_text()
    assert 0 == run(["upgrade", str(older), "--in-place"])
    assert f"{older}: nothing to change, decisions in form 2\n" in capsys.readouterr().out


@pytest.mark.parametrize("more", [["-o", "x.yaml", "--in-place"], ["."], []])
def test_where_to_write_has_to_be_plain(more: list[str], older: Path):
    assert 2 == run(["upgrade", str(older), *(more or [str(older)])])


def test_a_folder_without_a_rule_book_is_refused(tmp_path: Path):
    with pytest.raises(grader.InputError, match=r"no rulebook\.yaml in the folder"):
        files_of(str(tmp_path))


def test_every_file_that_people_keep_has_a_number():
    assert {*FILES, "proposal"} - {"act"} == set(NUMBERS)
