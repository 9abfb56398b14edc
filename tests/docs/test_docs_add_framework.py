"""The page on adding a framework: its files are made, and its commands print what it shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

import grader
from grader.cli.app import run

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how_to_add_a_framework.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"<!-- file: (.*?) -->\n```yaml\n(.*?)```", PAGE, re.DOTALL))
SHOWN = re.findall(r"<!-- (output|errors|proof): (.*?) -->\n```\n\$ grader \2\n(.*?)```", PAGE, re.DOTALL)
SECONDS = re.compile(r" +\d+\.\d s$", re.MULTILINE)
START = [entry for entry in SHOWN if entry[1].startswith("new ") or entry[0] == "errors"]
REST = [entry for entry in SHOWN if entry not in START]


def test_every_command_shown_is_run():
    assert len(re.findall(r"^\$ grader ", PAGE, re.MULTILINE)) == PAGE.count("<!-- homes: ") + len(SHOWN)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder called `hygiene`, in which commands are run."""
    made = tmp_path / "hygiene"
    made.mkdir()
    monkeypatch.chdir(made)
    monkeypatch.setenv("COLUMNS", "80")
    return made


@pytest.fixture
def filled(folder: Path) -> Path:
    """The folder with every file of the page in it."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def parts(shown: str) -> list[str]:
    return [part.strip("\n") for part in f"\n{shown}".split("\n...\n") if part.strip("\n")]


@pytest.mark.parametrize(("stream", "command", "shown"), START, ids=[command for _, command, _ in START])
def test_a_start_is_made_and_says_what_is_missing(
    stream: str, command: str, shown: str, folder: Path, capsys: pytest.CaptureFixture[str]
):
    if stream == "errors":
        run(["new", ".", "--framework"])
        capsys.readouterr()
    code = run(shlex.split(command))
    said = capsys.readouterr()
    found = said.out if stream == "output" else said.err
    assert (0 if stream == "output" else 2) == code
    assert [] == [part for part in parts(shown) if part not in found]


def test_every_three_dots_of_the_start_are_told_each_with_its_remark(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    run(["new", ".", "--framework"])
    dots = sum(
        len(re.findall(r"(?<=: )\.\.\.(?=[,}\s]|$)", line.partition("# ")[0]))
        for path in folder.rglob("*.yaml")
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.lstrip().startswith("#")
    )
    capsys.readouterr()
    assert 2 == run(["check", "rules/HYGIENE"])
    said = capsys.readouterr().err
    assert dots == said.count("is still to be filled in")
    assert dots == said.count("help: ") - said.count("write it in place of the three dots")


@pytest.mark.parametrize(("stream", "command", "shown"), REST, ids=[command for _, command, _ in REST])
def test_output_shown_is_what_the_command_prints(
    stream: str, command: str, shown: str, filled: Path, capsys: pytest.CaptureFixture[str]
):
    assert 0 == run(shlex.split(command))
    found = capsys.readouterr().out
    if stream == "proof":
        found, shown = SECONDS.sub("", found), SECONDS.sub("", shown)
    assert [] == [part for part in parts(shown) if part not in found]
    if "\n...\n" not in shown:
        assert shown == found


def test_the_rules_are_those_that_ship():
    """The page's table and ours grade the same: the shipped rule book tells more in its reasons."""
    ours = yaml.safe_load((ROOT / "rules/FHRS/grades.yaml").read_text(encoding="utf-8"))
    theirs = yaml.safe_load(FILES["rules/HYGIENE/grades.yaml"])
    assert [(r["reaches"], r["when"]) for r in ours["rules"]] == [
        (r["reaches"], r["when"]) for r in theirs["rules"]
    ]


def test_facts_of_other_schemes_are_what_they_say(filled: Path):
    """The facts of the page's second scheme, of one body whose stars they can be worked out from by hand."""
    framework = yaml.safe_load(FILES["frameworks/HYGIENE.yaml"])
    framework["framework"]["id"] = "STARS"
    levels = [{"id": n, "title": str(n), "meaning": f"{n} of 5 stars", "score": n} for n in range(1, 6)]
    framework["scales"] = {"stars": {"title": "Stars", "levels": levels}}
    framework["grade_scale"]["grades"] = [{"id": n, "title": str(n), "meaning": "-"} for n in range(5, 0, -1)]
    framework["grade_scale"]["default"] = 1
    names = ("inspection", "staffing", "quality", "experience")
    components = [{"id": name, "scale": "stars", "text": name} for name in names]
    framework["areas"][0]["topics"][0]["characteristics"] = components
    (facts,) = re.findall(r"<!-- facts -->\n```yaml\n(.*?)```", PAGE, re.DOTALL)
    because = "; ".join(name + "={" + name + "}" for name in yaml.safe_load(facts)["facts"])
    rules = {
        "id": "all",
        "reaches": 5,
        "when": {"lowest": {"at_least": 1}},
        "because": because,
        "source": "page",
    }
    head = yaml.safe_load(FILES["rules/HYGIENE/rulebook.yaml"])
    head["rulebook"] |= {"id": "STARS", "framework": "STARS"}
    shown = {
        kind: yaml.safe_load(re.findall(rf"<!-- {kind} -->\n```yaml\n(.*?)```", PAGE, re.DOTALL)[0])
        for kind in ("sufficiency", "measures", "measure rules")
    }
    framework |= shown["measures"]
    (filled / "rules/STARS").mkdir()
    for name, data in {
        "frameworks/STARS.yaml": framework,
        "rules/STARS/rulebook.yaml": head,
        "rules/STARS/sufficiency.yaml": {"layer": "sufficiency", **shown["sufficiency"]},
        "rules/STARS/measures.yaml": shown["measure rules"],
        "rules/STARS/grades.yaml": {"layer": "grade", **yaml.safe_load(facts), "rules": [rules]},
    }.items():
        (filled / name).write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    given = dict(zip(names, (1, 5, 3, 4), strict=True))

    inspection = {
        "inspection": {"id": "one", "body": "One", "framework": "STARS", "edition": "2022"},
        "sources": {"s": {"title": "S"}},
        "evidence": [
            {"id": c, "characteristics": [c], "assessment": n, "statement": c, "basis": "data", "source": "s"}
            for c, n in given.items()
        ],
    }
    (area,) = grader.grade(inspection).areas

    # 33 * 4 + 30 * 1 + 22 * 5 + 15 * 3 = 317; the star that staffing adds is allowed, a third would not be.
    said = dict(part.split("=") for part in area.reasons[0].because.split("; "))
    expected = {
        "best_rated": "1",
        "lowest": "1",
        "inspection": "1",
        "staffing": "5",
        "weighted": "317 hundredths of a star",
        "whole": "3",
        "ahead": "4",
        "stars": "2",
        "staffing_given": "5",
    }
    assert expected == said

    # Quality from a figure: 20 days to an answer are 3 stars, by the band of the page.
    waited = [
        {**item, "measure": {"name": "waiting", "value": 20, "unit": "days"}, "assessment": None}
        if item["id"] == "quality"
        else item
        for item in inspection["evidence"]
    ]
    assert area == grader.grade({**inspection, "evidence": waited}).areas[0]
    # Without inspection there is no rating.
    (missing,) = grader.grade({**inspection, "evidence": inspection["evidence"][1:]}).areas
    assert ("withheld", ["withheld.no-inspection"]) == (
        missing.outcome,
        [r.rule for r in missing.reasons if r.held],
    )
