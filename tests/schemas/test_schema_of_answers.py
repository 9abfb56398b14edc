"""What commands print with --json is what the schemas say, and people's files are too."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.cli.app import COMMANDS
from grader.cli.app import command as command_named
from grader.schemas import schema_names, schema_of
from grader.sheets.mapping import read_mapping

ROOT = Path(__file__).resolve().parents[2]
PEEL = ROOT / "examples" / "leicestershire_2021_22"
CARE = ROOT / "examples" / "example_care_homes_rowan_house"
EXAMPLES = sorted(p.parent for p in (ROOT / "examples").glob("*/inspection.yaml"))

Run = Callable[..., Any]
Faults = Callable[..., list[str]]


def answers(ran: Any) -> list[dict[str, Any]]:
    """One object, or one a line."""
    assert ran.code in (0, 1), ran.err
    try:
        return [json.loads(ran.out)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in ran.out.splitlines()]


def check_all(faults: Faults, found: list[dict[str, Any]]) -> list[str]:
    """The formats found, each held against its schema: sound, and with no key to spare."""
    names = []
    for answer in found:
        name, version = answer["schema"].removeprefix("grader.").split("/")
        assert "1" == version
        assert [] == faults(name, answer)
        if name not in names:
            for key in answer:
                assert faults(name, {k: v for k, v in answer.items() if k != key}), key
            assert faults(name, {**answer, "more": 1})
        names.append(name)
    return names


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda p: p.name)
def test_proposals(run: Run, faults: Faults, folder: Path):
    assert ["proposal"] == check_all(faults, answers(run("grade", folder / "inspection.yaml", "--json")))


def test_proposals_of_several_inspections(run: Run, faults: Faults):
    files = [folder / "inspection.yaml" for folder in EXAMPLES[:2]]
    assert ["proposal"] * len(files) == check_all(faults, answers(run("grade", *files, "--json")))


def test_explanations(run: Run, faults: Faults):
    for area in ("vulnerable", "recording", "victims"):
        found = answers(run("explain", PEEL / "inspection.yaml", area, "--json"))
        assert ["explanation"] == check_all(faults, found)


def test_what_stood_in_the_way_and_what_would_change_it(run: Run, faults: Faults):
    asked = ("explain", PEEL / "inspection.yaml", "workforce", "--why-not", "good", "--to", "good", "--json")
    assert ["why_not", "smallest_change"] == check_all(faults, answers(run(*asked)))


def test_differences_with_the_smallest_changes_to_the_final_grades(run: Run, faults: Faults):
    found = answers(run("diff", CARE / "inspection.yaml", "--json"))
    assert ["diff"] == check_all(faults, found)
    change = answers(run("explain", CARE / "inspection.yaml", found[0]["areas"][0]["area"], "--to",
                         found[0]["areas"][0]["final"], "--json"))[0]  # fmt: skip
    found[0]["areas"][0]["smallest_change"] = change
    assert [] == faults("diff", found[0])
    change["cost"] = "much"
    assert faults("diff", found[0])


def test_where_grades_stand_over_the_values_of_parameters(run: Run, faults: Faults):
    asked = ("sensitivity", CARE / "inspection.yaml", "nursing", "--json")
    assert ["sensitivity"] == check_all(faults, answers(run(*asked)))


def test_values_of_parameters_that_agree_with_past_decisions(run: Run, faults: Faults, tmp_path: Path):
    shutil.copytree(CARE, tmp_path / "past")
    asked = ("calibrate", tmp_path / "past", "--parameter", "most", "--json")
    assert ["calibration"] == check_all(faults, answers(run(*asked)))


@pytest.mark.parametrize(
    "folder", sorted(p.parent for p in (ROOT / "rules").glob("*/proved.json")), ids=lambda p: p.name
)
def test_what_is_proved_of_the_rule_books(faults: Faults, folder: Path):
    assert ["proved"] == check_all(faults, [json.loads((folder / "proved.json").read_text("utf-8"))])


def test_rule_tests(run: Run, faults: Faults):
    assert ["test"] == check_all(faults, answers(run("test", "EXAMPLE_CARE_HOMES", "--json")))


def test_rule_tests_that_fail_and_leave_gaps(run: Run, faults: Faults, tmp_path: Path):
    book = tmp_path / "book"
    shutil.copytree(ROOT / "rules" / "EXAMPLE_CARE_HOMES", book)
    (book / "tests" / "statuses.yaml").unlink()
    case = "{name: n, area: nursing, evidence: {1a: exceeds}, expect: {grade: good}}"
    (book / "tests" / "one.yaml").write_text(f"cases: [{case}]\n", "utf-8")
    found = answers(run("test", book, "--json", "--suggest"))
    assert ["n"] == [c["name"] for c in found[0]["cases"] if c["misses"]]
    assert found[0]["coverage"]["undecided"]
    assert ["test"] == check_all(faults, found)


def test_simulations(run: Run, faults: Faults):
    pytest.importorskip("numpy")
    asked = ("simulate", PEEL / "inspection.yaml", "--draws", "50", "--json")
    assert ["simulation"] == check_all(faults, answers(run(*asked)))


def test_outlier_lines(run: Run, faults: Faults, tmp_path: Path):
    pytest.importorskip("scipy")
    data = tmp_path / "scores.csv"
    data.write_text("name,score\n" + "".join(f"Force {i},{50 + i * i % 37}\n" for i in range(43)), "utf-8")
    assert ["outliers"] == check_all(faults, answers(run("outliers", data, "--json")))


def test_what_is_found_and_what_is_known(run: Run, faults: Faults):
    assert ["found"] == check_all(faults, answers(run("find", "calls", "--json")))
    asked = (
        ("rule", "good.substantially-all"),
        ("parameters",),
        ("characteristic", "RESP-2c"),
        ("area", "CDI"),
    )
    for command in asked:
        assert ["about"] == check_all(faults, answers(run(*command, "--json")))


def test_checks_that_find_nothing_and_something(run: Run, faults: Faults):
    pytest.importorskip("z3")
    for book in ("sound", "vacuous"):
        found = answers(run("check", ROOT / "examples" / "rule_books" / book, "--json"))
        assert ("vacuous" == book) == bool(found[0]["findings"])
        assert ["check"] == check_all(faults, found)


def test_impact_by_proof_and_by_replay(run: Run, faults: Faults, tmp_path: Path):
    pytest.importorskip("z3")
    new = tmp_path / "EXAMPLE_CARE_HOMES"
    shutil.copytree(ROOT / "rules" / "EXAMPLE_CARE_HOMES", new)
    head = new / "rulebook.yaml"
    text = head.read_text("utf-8")
    default = re.search(r"default: (\d+)", text)
    assert default
    head.write_text(text.replace(default[0], f"default: {int(default[1]) + 1}", 1), "utf-8")
    found = answers(run("impact", "EXAMPLE_CARE_HOMES", new, CARE / "inspection.yaml", "--json"))
    assert ["impact"] == check_all(faults, found)
    assert found[0]["replay"]


def test_every_answer_has_a_schema_by_the_name_it_bears():
    named = {
        name
        for path in (ROOT / "src").rglob("*.py")
        for name in re.findall(r'"grader\.([a-z_]+)/1"', path.read_text("utf-8"))
    }
    assert named - {"workbook"} <= set(schema_names())  # a workbook is no JSON


def test_every_command_that_prints_json_is_tried_here():
    text = Path(__file__).read_text("utf-8")
    speaking = [name for name in COMMANDS if "json" in command_named(name).__annotations__]
    assert {"grade", "explain", "diff"} <= set(speaking)
    assert [] == [name for name in speaking if f'"{name}"' not in text]


def test_an_answers_name_may_carry_its_version(run: Run):
    assert schema_of("proposal") == schema_of("proposal/1") == schema_of("grader.proposal/1")
    assert (2, "") == (run("schema", "proposal/2").code, "")


def test_without_a_name_the_formats_are_listed(run: Run):
    ran = run("schema")
    assert (0, list(schema_names())) == (ran.code, [line.split()[0] for line in ran.out.splitlines()])


def test_a_rule_books_names_are_for_its_layers(run: Run):
    ran = run("schema", "inspection", "--rules", "PEEL_2021_22")
    assert (2, "error: --rules: a rule book has no names for this format\n  help: ask for layer\n") == (
        ran.code,
        ran.err,
    )


# Files that people write ------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda p: p.name)
def test_examples_are_what_the_schemas_say(faults: Faults, folder: Path):
    named = re.search(r"framework: (\w+)", (folder / "inspection.yaml").read_text("utf-8"))
    assert named is not None
    assert [] == faults("inspection", folder / "inspection.yaml", framework=named[1])
    assert [] == faults("decisions", folder / "decisions.yaml")


@pytest.mark.parametrize("file", sorted((ROOT / "frameworks").glob("*.yaml")), ids=lambda p: p.stem)
def test_frameworks_are_what_the_schema_says(faults: Faults, file: Path):
    assert [] == faults("framework", file)


def test_rule_tests_of_the_rule_books_are_what_the_schema_says(faults: Faults):
    files = [
        p
        for p in sorted((ROOT / "rules").rglob("*.yaml"))
        if re.search(r"^cases:", p.read_text("utf-8"), re.M)
    ]
    assert files
    assert [] == [fault for file in files for fault in faults("cases", file, framework=file.parts[-3])]


MAPPING = """\
evidence:
  sheet: Findings
  columns: {statement: What we found, id: Ref}
  values: {assessment: {good practice: exceeds}}
  defaults: {basis: interview}
  ignore: [Initials]
"""


def test_mappings(faults: Faults, tmp_path: Path):
    file = tmp_path / "mapping.yaml"
    file.write_text(MAPPING, "utf-8")
    assert read_mapping(file)
    assert [] == faults("mapping", file)
    file.write_text(MAPPING.replace("statement:", "statment:"), "utf-8")
    assert faults("mapping", file)


def test_taggings_laid_together_and_what_changed(run: Run, faults: Faults):
    folder = ROOT / "examples" / "moderation"
    found = answers(run("reconcile", folder / "ann.yaml", folder / "bob.yaml", "--json"))
    assert ["reconciliation"] == check_all(faults, found)
    found = answers(run("changes", folder / "agreed.yaml", folder / "changed.yaml", "--json"))
    assert ["changes"] == check_all(faults, found)


def test_files_of_moderation(faults: Faults):
    folder = ROOT / "examples" / "moderation"
    for name in ("ann", "bob", "agreed", "changed"):
        assert [] == faults("inspection", folder / f"{name}.yaml")
    assert [] == faults("decisions", folder / "decisions.yaml")
    assert [] == faults("settling", folder / "settled.yaml")
    for line in (folder / "decisions.log.jsonl").read_text("utf-8").splitlines():
        act = {key: value for key, value in json.loads(line).items() if key not in ("schema", "hash")}
        assert [] == faults("act", act)
