"""`grader diff` on a folder: what is paired, what is ignored, what is refused."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.io import rulebooks

ROOT = Path(__file__).resolve().parents[2]

Run = Callable[..., Any]
Small = Callable[..., Path]
Decided = Callable[..., Path]


def test_files_are_paired_by_inspection_id_whatever_their_names(
    run: Run, small: Small, decided: Decided, tmp_path: Path
) -> None:
    small("z.yaml", id="one")
    small("below/a.yml", id="two")
    decided({"responding": "good"}, "below/y.yaml", on="one")
    decided({"responding": "adequate"}, "x.yaml", on="two")
    ran = run("diff", tmp_path, "--json")
    said = json.loads(ran.out)
    assert 1 == ran.code
    assert ["one", "two"] == said["inspections"]
    assert [] == said["ignored"]
    finals = {a["inspection"]: a["final"] for a in said["areas"] if a["area"] == "responding"}
    assert {"one": "good", "two": "adequate"} == finals


@pytest.mark.slow
def test_names_of_the_files_mean_nothing(run: Run, generated: Any, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir(), other.mkdir()
    generated(one, 4, items=30)
    for i, path in enumerate(sorted(one.iterdir(), reverse=True)):
        (other / f"{i}.yaml").write_bytes(path.read_bytes())
    assert run("diff", one, "--json").out == run("diff", other, "--json").out


def test_what_is_of_another_kind_or_has_no_counterpart_is_ignored(
    run: Run, small: Small, decided: Decided, tmp_path: Path
) -> None:
    small("a.yaml", id="one")
    decided({"responding": "good"}, "b.yaml", on="one")
    small("lonely.yaml", id="lonely")
    (tmp_path / "README.md").write_text("# inspection\n", "utf-8")
    (tmp_path / "other.yaml").write_text("*not: [ours", "utf-8")
    (tmp_path / "data.json").write_text('{"inspection": 1', "utf-8")
    (tmp_path / ".hidden.yaml").write_text("decisions: {}", "utf-8")
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    decided({"responding": "good"}, "deep/deeper/c.yaml", on="one")
    ran = run("diff", tmp_path, "--json")
    assert 0 == ran.code
    assert ["README.md", "data.json", "lonely.yaml", "other.yaml"] == json.loads(ran.out)["ignored"]
    assert "no decisions on 'lonely': it is ignored" in ran.err


def test_recorded_proposal_stands_before_its_inspection(
    run: Run, small: Small, decided: Decided, tmp_path: Path
) -> None:
    inspection = small("a.yaml", id="one")
    decided({"responding": "good"}, "b.yaml", on="one")
    run("grade", inspection, "-o", tmp_path / "p.json", "--set", "substantially_all=100%")
    ran = run("diff", tmp_path, "--json")
    assert 0 == ran.code
    assert ["a.yaml"] == json.loads(ran.out)["ignored"]


def test_decisions_that_match_no_inspection_are_exit_2(
    run: Run, small: Small, decided: Decided, tmp_path: Path
) -> None:
    small("a.yaml", id="one")
    decided({"responding": "good"}, "b.yaml", on="one")
    file = decided({"responding": "good"}, "c.yaml", on="other")
    ran = run("diff", tmp_path)
    assert (2, "") == (ran.code, ran.out)
    assert f"{file}:2:15: decisions on 'other' match no inspection in the folder" in ran.err


def test_faults_of_all_files_are_said_at_once(
    run: Run, small: Small, decided: Decided, tmp_path: Path
) -> None:
    small("a.yaml", id="one", evidence=[{"id": "E"}])
    decided({"responding": "great"}, "b.yaml", on="two")
    small("c.yaml", id="two")
    small("d.yaml", id="two")
    decided({"responding": "good"}, "e.yaml", on="one")
    ran = run("diff", tmp_path)
    assert 2 == ran.code
    assert "'E' lacks 'statement'" in ran.err
    assert "unknown grade 'great'" in ran.err
    assert "inspection 'two' stands in two files" in ran.err


def test_two_files_of_decisions_on_one_inspection_are_exit_2(
    run: Run, small: Small, decided: Decided, tmp_path: Path
) -> None:
    small("a.yaml", id="one")
    decided({"responding": "good"}, "b.yaml", on="one")
    decided({"responding": "good"}, "c.yaml", on="one")
    ran = run("diff", tmp_path)
    assert 2 == ran.code
    assert "decisions on 'one' stand in two files" in ran.err


def test_folder_without_a_pair_is_exit_2(run: Run, tmp_path: Path) -> None:
    ran = run("diff", tmp_path)
    assert 2 == ran.code
    assert "no inspection with decisions on it" in ran.err


def test_inspections_of_several_frameworks_are_not_counted_together(run: Run, tmp_path: Path) -> None:
    for name in ("sussex_2021_22", "example_care_homes_rowan_house"):
        shutil.copytree(ROOT / "examples" / name, tmp_path / name)
        assert 1 == run("diff", tmp_path / name).code
    ran = run("diff", tmp_path)
    assert (2, "") == (ran.code, ran.out)
    assert 1 == ran.err.count("inspections of several frameworks are not counted together")


def test_decisions_beside_a_folder_are_exit_2(run: Run, tmp_path: Path, decided: Decided) -> None:
    ran = run("diff", tmp_path, decided({"responding": "good"}))
    assert 2 == ran.code
    assert "decisions are named beside a folder, which holds its own" in ran.err


def test_text_of_many_shows_differences_and_the_matrix(run: Run, generated: Any, tmp_path: Path) -> None:
    generated(tmp_path, 12, items=40)
    out = run("diff", tmp_path).out
    assert out.startswith("12 inspections: ")
    assert "more: --format csv has every area" in out
    assert "proposed, by final:" in out
    assert "the interval draws inspections" in out
    assert [] == [line for line in out.splitlines() if len(line) > 80]


def test_rule_book_is_read_once(
    run: Run,
    generated: Any,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generated(tmp_path, 2, items=10)
    own = shutil.copytree(ROOT / "rules" / "PEEL_2021_22", tmp_path_factory.mktemp("own") / "PEEL_2021_22")
    read: list[object] = []
    real = rulebooks.read_rulebook

    def counted(*arguments: Any, **more: Any) -> Any:
        read.append(arguments)
        return real(*arguments, **more)

    monkeypatch.setattr("grader.io.rulebooks.read_rulebook", counted)
    run("diff", tmp_path, "--rules", own)
    assert 1 == len(read)


def test_many_warnings_are_cut(run: Run, generated: Any, tmp_path: Path) -> None:
    generated(tmp_path, 20, items=10)
    err = run("diff", tmp_path).err
    assert 21 == sum(line.startswith("warning:") for line in err.splitlines())
    assert "more about these records" in err


@pytest.mark.slow
def test_progress_is_shown_on_a_terminal_and_not_in_a_pipe(run: Run, generated: Any, tmp_path: Path) -> None:
    generated(tmp_path, 3, items=10)
    piped = run("diff", tmp_path, "--json")
    assert "grading" not in piped.err
    command = [sys.executable, "-m", "grader", "diff", str(tmp_path), "--json"]
    environment = {**os.environ, "TERM": "xterm"}
    outer, inner = pty.openpty()
    with tempfile.TemporaryFile() as shown:
        process = subprocess.Popen(command, stdout=shown, stderr=inner, env=environment)
        os.close(inner)
        said = b""
        try:
            # Read as it comes: a terminal holds little, and who writes to a full one waits. The slower the
            # machine, the more often progress is drawn.
            while chunk := os.read(outer, 65536):
                said += chunk
        except OSError:  # the other end is closed, and all is read
            pass
        os.close(outer)
        process.wait(1200)
        shown.seek(0)
        assert piped.out == shown.read().decode("utf-8")
    assert b"grading" in said
