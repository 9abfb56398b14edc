"""`grader grade`: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Small = Callable[..., Path]


def row(out: str, area: str) -> list[str]:
    line = next(line for line in out.splitlines() if line.startswith(area))
    return line.split()


def test_summary_says_what_it_is_and_what_it_rests_on(run: Run, leicestershire: Path) -> None:
    ran = run("grade", leicestershire)

    head = " ".join(ran.out.split("\n\n")[0].split())
    assert 0 == ran.code
    assert "Leicestershire Police (leicestershire-2021-22)" in head
    assert "PEEL Assessment Framework 2021/22 (reconstruction), edition 2022-03" in head
    assert "a reconstruction: proposed grades, a person decides" in head
    assert "its 161 characteristics: 108 generalised from one published report" in head
    assert "rule book PEEL_2021_22 2.0.0, engine re" in head


def test_summary_holds_a_row_for_each_area_that_agrees_with_the_json(run: Run, leicestershire: Path) -> None:
    out = run("grade", leicestershire).out
    areas = json.loads(run("grade", leicestershire, "--json").out)["areas"]

    for area in areas:
        profile = area["profile"]
        grade = {"ungraded": "not graded"}.get(area["outcome"], area["grade"] or "").replace("_", " ")
        numbers = [
            f"{profile[n]}" for n in ("demonstrated", "exceeded", "open_concerns", "areas_for_improvement")
        ]
        cells = [
            area["area"],
            *grade.capitalize().split(),
            str(profile["assessed"]),
            "of",
            str(profile["listed"]),
        ]
        expected = " ".join([*cells, *numbers]).lower()
        assert expected == " ".join(row(out, area["area"])).lower()


def test_summary_fits_80_columns_when_piped(run: Run, leicestershire: Path, small: Small) -> None:
    path = small(body="'" + "Very" * 60 + "'", statement="'" + "x" * 300 + "'")
    out = run("grade", leicestershire, path).out

    assert [] == [line for line in out.splitlines() if len(line) > 80]
    assert "x" * 300 in re.sub(r"\s", "", out)


def test_summary_has_no_ansi_when_piped_even_where_colour_is_forced(
    run: Run, leicestershire: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert "\x1b" not in run("grade", leicestershire).out


def test_concerns_outcomes_and_what_is_not_counted_are_said_in_words(run: Run, small: Small) -> None:
    ran = run("grade", small())

    assert "vulnerable      Inadequate" in ran.out
    assert "concern: Fails people (F1)" in " ".join(ran.out.split())
    assert "strategy        withheld" in ran.out
    assert "organised_crime not inspected" in ran.out
    assert "victims         not graded" in ran.out
    assert "not counted, or not everywhere: 1 survey" in ran.out


def test_an_earlier_concern_that_improves_counts_as_an_area_for_improvement(run: Run, small: Small) -> None:
    assert ["0", "1"] == row(run("grade", small()).out, "offenders")[-2:]


def test_what_a_user_wrote_is_shown_as_it_stands_and_never_as_markup(run: Run, small: Small) -> None:
    path = small(
        body="'[red]Force[/red] :boom:'", statement="'[bold]No[/bold] [link=file:///etc]x[/link] [/]'"
    )
    out = " ".join(run("grade", path).out.split())

    assert "[red]Force[/red] :boom:" in out
    assert "[bold]No[/bold] [link=file:///etc]x[/link] [/]" in out


def test_characters_that_reorder_text_are_shown_as_escapes(run: Run, small: Small) -> None:
    assert r"A\u202eecroF" in run("grade", small(body='"A\\u202EecroF"')).out


def test_json_is_the_whole_answer_and_the_same_twice(run: Run, leicestershire: Path) -> None:
    first = run("grade", leicestershire, "--json")
    second = run("grade", leicestershire, "--json")

    assert 0 == first.code
    assert "grader.proposal/1" == json.loads(first.out)["schema"]
    assert first.out == second.out
    assert first.out.startswith('{\n  "schema"')


def test_several_inspections_are_one_json_object_a_line(run: Run, leicestershire: Path, small: Small) -> None:
    out = run("grade", leicestershire, small(), "--json").out

    assert ["leicestershire-2021-22", "small"] == [
        json.loads(line)["inspection"] for line in out.splitlines()
    ]


def test_warnings_go_to_standard_error_sorted_and_placed(run: Run, small: Small) -> None:
    add = "  - {id: P2, kind: cause_of_concern, area: strategy, statement: Drifts, progress: closed}\n"
    path = small(add=add)
    ran = run("grade", path, "--json")

    lines = ran.err.splitlines()
    assert "small" == json.loads(ran.out)["inspection"]
    assert sorted(lines) == lines
    assert all(line.startswith(f"warning: {path}") for line in lines)
    assert any(re.match(rf"warning: {path}:\d+:\d+: P2: ", line) for line in lines)


def test_faults_of_all_files_are_reported_together_and_nothing_is_proposed(
    run: Run, small: Small, tmp_path: Path
) -> None:
    bad = small(
        "bad.yaml",
        add="  - {id: P2, kind: cause_of_concern, area: strateggy, statement: x, progress: closed}\n",
    )
    ran = run("grade", small("good.yaml"), bad, tmp_path / "absent.yaml")

    assert (2, "") == (ran.code, ran.out)
    assert f"error: {bad}:15:" in ran.err
    assert "help: did you mean 'strategy'?" in ran.err
    assert "absent.yaml: there is no such file" in ran.err


def test_output_file_holds_the_json_and_the_summary_is_printed(
    run: Run, leicestershire: Path, tmp_path: Path
) -> None:
    path = tmp_path / "proposal.json"
    ran = run("grade", leicestershire, "-o", path)

    assert 0 == ran.code
    assert "Leicestershire Police" in ran.out
    assert run("grade", leicestershire, "--json").out == path.read_text(encoding="utf-8")
    assert [path] == list(tmp_path.iterdir())


def test_an_existing_output_file_needs_force(run: Run, leicestershire: Path, tmp_path: Path) -> None:
    path = tmp_path / "proposal.json"
    path.write_text("mine")
    refused = run("grade", leicestershire, "-o", path)
    kept = path.read_text()
    forced = run("grade", leicestershire, "-o", path, "--force")

    assert (2, "", "mine") == (refused.code, refused.out, kept)
    assert "add --force to replace it" in refused.err
    assert 0 == forced.code
    assert "grader.proposal/1" == json.loads(path.read_text())["schema"]


def test_an_output_reached_by_a_link_replaces_the_file_and_keeps_the_link(
    run: Run, small: Small, tmp_path: Path
) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)

    assert 0 == run("grade", small(), "-o", link, "--force").code
    assert link.is_symlink()
    assert "small" == json.loads(real.read_text())["inspection"]
    assert 0o640 == real.stat().st_mode & 0o777


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("proposal.txt", "an output file ends in .json or .jsonl"),
        ("proposal", "an output file ends in .json or .jsonl"),
        ("absent/proposal.json", "there is no such folder"),
    ],
)
def test_an_output_that_cannot_be_written_is_refused_before_grading(
    run: Run, leicestershire: Path, tmp_path: Path, name: str, said: str
) -> None:
    ran = run("grade", leicestershire, "-o", tmp_path / name)

    assert (2, "") == (ran.code, ran.out)
    assert said in ran.err


def test_several_inspections_go_into_a_jsonl_file_only(run: Run, small: Small, tmp_path: Path) -> None:
    paths = [small("a.yaml", id="a"), small("b.yaml", id="b")]
    refused = run("grade", *paths, "-o", tmp_path / "x.json")
    written = run("grade", *paths, "-o", tmp_path / "x.jsonl")

    assert (2, 0) == (refused.code, written.code)
    assert ".jsonl" in refused.err
    lines = (tmp_path / "x.jsonl").read_text().splitlines()
    assert ["a", "b"] == [json.loads(line)["inspection"] for line in lines]


def test_an_input_is_never_written_over(run: Run, small: Small) -> None:
    path = small("inspection.json")
    before = path.read_bytes()
    ran = run("grade", path, "-o", path, "--force")

    assert 2 == ran.code
    assert before == path.read_bytes()


@pytest.mark.parametrize("written", ["30%", "30.0 %", " 30%"])
def test_a_share_is_set_in_per_cent_and_shown(run: Run, small: Small, written: str) -> None:
    setting = f"minimum_coverage={written}"
    summary = run("grade", small(), "--set", setting)
    answer = json.loads(run("grade", small(), "--set", setting, "--json").out)

    assert "overrides: minimum_coverage 30 % (default 20 %)" in summary.out
    assert {"minimum_coverage": 300} == answer["overrides"]


@pytest.mark.parametrize(
    ("settings", "said", "help"),
    [
        (["minimum_covrage=300"], "unknown parameter 'minimum_covrage'", "did you mean 'minimum_coverage'?"),
        (["minimum_coverage"], "is not NAME=VALUE", "write --set NAME=VALUE"),
        (["minimum_coverage="], "is not NAME=VALUE", "write --set NAME=VALUE"),
        (["minimum_coverage=1001"], "cannot be '1001'", "1001% and 1001 per mille are both out of range"),
        (["minimum_coverage=-1"], "cannot be '-1'", "a share from 0.1% to 100%"),
        (["minimum_coverage=35"], "may be per cent or per mille", "write 35%, or 3.5% for 35 per mille"),
        (["minimum_coverage=300"], "may be per cent or per mille", "write 30% for 300 per mille"),
        (["minimum_coverage=30.25%"], "cannot be '30.25%'", "one decimal at most"),
        (["minimum_coverage=many"], "cannot be 'many'", "0.1% to 100%"),
        (["minimum_coverage=1e2"], "cannot be '1e2'", "as in 35% or 35.5%"),
        (["systemic_characteristics=20%"], "cannot be '20%'", "a whole number from 1 to 20"),
        (["some=300", "some=400"], "'some' is set twice", "set it once"),
    ],
)
def test_a_setting_that_cannot_be_is_an_error_with_help(
    run: Run, small: Small, settings: list[str], said: str, help: str
) -> None:
    ran = run("grade", small(), *[word for s in settings for word in ("--set", s)])

    assert (2, "") == (ran.code, ran.out)
    assert ran.err.startswith("error: --set")
    assert said in ran.err
    assert help in ran.err


def test_engines_are_chosen_by_name(run: Run, small: Small) -> None:
    chosen = run("grade", small(), "--engine", "reference", "--json")
    unknown = run("grade", small(), "--engine", "referense")

    assert "reference" == json.loads(chosen.out)["engine"]
    assert 2 == unknown.code
    assert "unknown engine 'referense'" in unknown.err


def test_an_unknown_rule_book_is_said_once_for_many_inspections(run: Run, small: Small) -> None:
    ran = run("grade", small("a.yaml"), small("b.yaml"), "--rules", "PEEL")

    assert 2 == ran.code
    assert 1 == ran.err.count("unknown rule book 'PEEL'")


def test_built_ins_are_found_from_any_folder(
    run: Run, small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small()
    monkeypatch.chdir(tmp_path)

    assert 0 == run("grade", os.path.relpath(path), "--rules", "PEEL_2021_22").code
