"""`grader outliers`: exit codes, streams, formats and the chart."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from grader import statistics
from grader.errors import InputError

Run = Callable[..., Any]
Write = Callable[[str | bytes], Path]

ROWS = [
    ("Avon", "10"),
    ("Borsetshire", "12.5"),
    ("Camford", "14"),
    ("Dorset", "16"),
    ("Essex", "18"),
    ("Gwent", ""),
]
TABLE = "force,rate\n" + "".join(f"{name},{score}\n" for name, score in ROWS)
SKEWED = "force,rate\n" + "".join(f"F{i:02},{2**i}\n" for i in range(12))
SVG = "{http://www.w3.org/2000/svg}"


def test_a_person_reads_lines_bodies_choices_and_what_they_do_not_say(run: Run, table: Write) -> None:
    ran = run("outliers", table(TABLE))
    assert (0, "") == (ran.code, ran.err)
    assert "rate: 2 of 5 bodies outside the lines (40 %): 1 above, 1 below" in ran.out
    assert "by itself a finding" in ran.out
    assert "no direction of good is attached" in ran.out
    assert "no score, not filled in: Gwent" in ran.out
    assert "their defaults are ours" in ran.out
    rows = [line.split() for line in ran.out.splitlines()]
    assert ["Essex", "18.0", "+1.26", "---|--------:---------|-o", "well", "above"] in rows
    assert ["Avon", "10.0", "-1.33", "o--|--------:---------|--", "well", "below"] in rows
    assert all(len(line) <= 80 for line in ran.out.splitlines())


def test_choices_other_than_the_default_are_shown_as_such(run: Run, table: Write) -> None:
    ran = run("outliers", table(TABLE), "--spread", "population", "--significance", "0.1")
    assert "population (by default sample)" in ran.out
    assert "0.1 (by default 0.05)" in ran.out


@pytest.mark.parametrize(
    "options",
    [
        ("--appears-normal", "no"),
        ("--closer", "passes"),
        ("--zeros", "half_smallest"),
        ("--logged-centre", "log_of_mean"),
        ("--leave-out", "F00"),
    ],
)
def test_each_choice_is_an_option(run: Run, table: Write, options: tuple[str, str]) -> None:
    ran = run("outliers", table(SKEWED), "--json", *options)
    written = json.loads(ran.out)
    name = options[0].removeprefix("--").replace("-", "_")
    said = {choice["name"]: choice["value"] for choice in written["choices"]}
    assert (0, options[1]) == (ran.code, said.get(name, *written["left_out"]))


def test_missing_scores_may_be_refused_from_the_command_line(run: Run, table: Write) -> None:
    ran = run("outliers", table(TABLE), "--missing", "refuse")
    assert (2, "") == (ran.code, ran.out)
    assert ran.err.startswith("error: no score for 'Gwent'\n  help: ")


def test_json_alone_is_printed_and_is_the_same_as_from_python(run: Run, table: Write) -> None:
    path = table(TABLE)
    ran = run("outliers", path, "--json")
    read = statistics.read_scores(path)
    found = statistics.lines(read.scores, measure=read.measure, data_sha256=read.sha256)
    assert (0, found.to_json() + "\n") == (ran.code, ran.out)


def test_the_order_of_rows_changes_only_the_hash(run: Run, table: Write) -> None:
    head, *rows = TABLE.splitlines(keepends=True)
    one, other = (
        json.loads(run("outliers", table(head + "".join(r)), "--json").out) for r in (rows, rows[::-1])
    )
    assert one.pop("data_sha256") != other.pop("data_sha256")
    assert one == other


def test_a_csv_file_has_a_row_for_each_body(run: Run, table: Write, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    ran = run("outliers", table(TABLE), "-o", out)
    assert (0, f"written: {out}\n") == (ran.code, ran.err)
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert ["Essex", "Dorset", "Camford", "Borsetshire", "Avon", "Gwent"] == [row["name"] for row in rows]
    assert ("", "", "missing") == tuple(rows[-1][key] for key in ("score", "z", "position"))


def test_faults_of_the_file_are_said_with_row_and_column(run: Run, table: Write) -> None:
    path = table("force,rate\nAvon,91%\nKent,NaN\nAvon,3\n")
    ran = run("outliers", path)
    assert (2, "") == (ran.code, ran.out)
    assert [
        f"error: {path}:2:2: '91%' in column 'rate' carries a percent sign",
        f"error: {path}:3:2: 'NaN' in column 'rate' is not a finite number",
        f"error: {path}:4:1: the name 'Avon' stands a second time",
    ] == [line for line in ran.err.splitlines() if line.startswith("error")]


def test_a_total_is_a_warning_on_standard_error(run: Run, table: Write) -> None:
    ran = run("outliers", table(TABLE + "England and Wales,14\n"))
    assert 1 == ran.code
    assert "warning: " in ran.err
    assert '--leave-out "England and Wales"' in ran.err


@pytest.mark.parametrize("name", ["out.html", "out.png", "out"])
def test_another_ending_is_refused(run: Run, table: Write, tmp_path: Path, name: str) -> None:
    ran = run("outliers", table(TABLE), "-o", tmp_path / name)
    assert 2 == ran.code
    assert "an output file ends in .csv or .json or .svg" in ran.err


def test_a_file_that_exists_needs_force_and_the_data_are_never_written_over(
    run: Run, table: Write, tmp_path: Path
) -> None:
    data, out = table(TABLE), tmp_path / "out.json"
    out.write_text("mine")
    assert 2 == run("outliers", data, "-o", out).code
    assert "mine" == out.read_text()
    assert 0 == run("outliers", data, "-o", out, "--force").code
    assert 2 == run("outliers", data, "-o", data, "--force").code
    assert TABLE == data.read_text()


# The chart ------------------------------------------------------------------------------------------------


def chart(run: Run, data: Path, out: Path) -> ElementTree.Element:
    ran = run("outliers", data, "-o", out, "--force")
    assert 0 == ran.code, ran.err
    return ElementTree.fromstring(out.read_text(encoding="utf-8"))


def texts(root: ElementTree.Element) -> list[str]:
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def test_the_chart_says_in_words_who_is_outside_and_what_that_is_not(
    run: Run, table: Write, tmp_path: Path
) -> None:
    root = chart(run, table(TABLE), tmp_path / "out.svg")
    shown = texts(root)
    assert {"Avon", "Essex", "rate", "well above", "well below"} <= set(shown)
    assert any("by itself no finding" in text for text in shown)
    assert "1 body has no score." in shown
    assert ("img", "rate") == (root.get("role"), root.findtext(f"{SVG}title"))
    assert "5 bodies" in (root.findtext(f"{SVG}desc") or "")


def test_names_are_text_in_the_chart_whatever_they_look_like(run: Run, table: Write, tmp_path: Path) -> None:
    names = ["<script>alert(1)</script>", "a & b", "$\\frac{x}{0}$", "日本", "javascript:alert(1)", "x_1^2"]
    rows = "".join(f'"{name}",{i}\n' for i, name in enumerate(names))
    root = chart(run, table(f"force,<b>$rate$</b>\n{rows}"), tmp_path / "out.svg")
    assert {*names, "<b>$rate$</b>"} <= set(texts(root))
    assert not {f"{SVG}script", f"{SVG}a", f"{SVG}foreignObject", f"{SVG}image"} & {
        e.tag for e in root.iter()
    }


def test_the_chart_is_the_same_bytes_each_time(run: Run, table: Write, tmp_path: Path) -> None:
    one, other = tmp_path / "one.svg", tmp_path / "other.svg"
    chart(run, table(TABLE), one)
    head, *rows = TABLE.splitlines(keepends=True)
    chart(run, table(head + "".join(reversed(rows))), other)
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(
    "scores", [(0, 0, 0), (5, 5, 5), (-3, -2, -1), (-1, 0, 1), (1e-9, 2e-9, 3e-9), (1, 2, 1e15)]
)
def test_any_scores_make_a_chart_and_a_table(
    run: Run, table: Write, tmp_path: Path, scores: tuple[float, ...]
) -> None:
    data = table("force,rate\n" + "".join(f"F{i},{score}\n" for i, score in enumerate(scores)))
    assert {"F0", "F1", "F2"} <= set(texts(chart(run, data, tmp_path / "out.svg")))


def test_a_chart_of_too_many_bars_is_refused() -> None:
    found = statistics.lines({f"F{i:03}": float(i) for i in range(201)})
    with pytest.raises(InputError, match="more than 200 bars"):
        statistics.svg(found)


def test_without_matplotlib_a_chart_says_which_extra_brings_it(
    run: Run, table: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    ran = run("outliers", table(TABLE), "-o", tmp_path / "out.svg")
    assert (2, False) == (ran.code, (tmp_path / "out.svg").exists())
    assert ran.err.startswith(
        "error: charts need matplotlib\n  help: pip install 'inspection-grader[report]'"
    )


def test_importing_the_package_brings_no_statistics_library() -> None:
    libraries = "{'scipy', 'numpy', 'statsmodels', 'matplotlib'}"
    code = f"import sys, grader.statistics; print({libraries} & set(sys.modules))"
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    assert "set()\n" == ran.stdout


@pytest.mark.slow
def test_chart_is_drawn_whatever_window_the_environment_names(table: Write, tmp_path: Path) -> None:
    """Found in use: a bogus MPLBACKEND ended in exit 3."""
    pytest.importorskip("matplotlib")
    path, out = table(TABLE), tmp_path / "out.svg"
    command = [sys.executable, "-m", "grader", "outliers", str(path), "-o", str(out)]
    environment = {
        **os.environ,
        "MPLBACKEND": "bogus",
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
    }
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=600)
    assert (0, True) == (ran.returncode, out.read_text("utf-8").endswith("</svg>\n")), ran.stderr
