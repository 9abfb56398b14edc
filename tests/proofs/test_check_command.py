"""`grader check` as a person or a program runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from grader.cli import main

ROOT = Path(__file__).resolve().parents[2]
SANDBOXES = ROOT / "examples" / "rule_books"
PROMISES = [
    "total",
    "monotone.a",
    "monotone.b",
    "monotone.c",
    "monotone.d",
    "monotone.e",
    "monotone.f",
    "monotone.g",
    "monotone.findings",
    "local",
    "capped",
    "reachable",
    "live",
]


def test_a_sound_rule_book_ends_with_0(capfd):
    assert 0 == main(["check", str(SANDBOXES / "sound")])
    assert capfd.readouterr().out.rstrip().endswith("no findings")


def test_a_finding_ends_with_1_and_shows_a_rule_test(capfd):
    assert 1 == main(["check", str(SANDBOXES / "two_exceeds")])
    out = capfd.readouterr().out
    assert "refuted  an item that exceeds never lowers a grade" in out
    assert "  - name: before" in out
    assert out.rstrip().endswith("1 finding")


@pytest.mark.parametrize("name", ["parameter_order", "uncapped_concern"])
def test_no_line_is_wider_than_80(capfd, name):
    main(["check", str(SANDBOXES / name)])
    assert [] == [line for line in capfd.readouterr().out.splitlines() if len(line) > 80]


def test_json_has_the_shape_of_check_1(capfd):
    assert 1 == main(["check", str(SANDBOXES / "shadowed"), "--json"])
    captured = capfd.readouterr()
    report = json.loads(captured.out)
    assert "" == captured.err
    assert "grader.check/1" == report["schema"]
    assert PROMISES == [p["id"] for p in report["promises"]]
    assert all(set(p) == {"id", "result", "cost", "assumes"} for p in report["promises"])
    (finding,) = report["findings"]
    assert {"code", "rules", "file", "line", "witness", "message", "help"} == set(finding)
    assert ["shortfall.any", "shortfall.full"] == finding["rules"]


def test_no_effort_ends_with_1_and_says_unknown(capfd):
    assert 1 == main(["check", str(SANDBOXES / "sound"), "--effort", "0", "--no-cache"])
    assert "unknown  an item that exceeds never lowers a grade" in capfd.readouterr().out


def test_less_than_no_effort_is_bad_input(capfd):
    assert 2 == main(["check", str(SANDBOXES / "sound"), "--effort", "-1"])
    assert "error: --effort" in capfd.readouterr().err


def test_an_unknown_rule_book_is_bad_input(capfd):
    assert 2 == main(["check", "PEEL_2021_2"])
    captured = capfd.readouterr()
    assert "" == captured.out
    assert "did you mean 'PEEL_2021_22'?" in captured.err


@pytest.mark.slow
def test_the_same_bytes_come_out_of_every_process_on_a_quiet_machine_and_a_busy_one():
    command = [sys.executable, "-m", "grader", "check", str(SANDBOXES / "pooling"), "--json", "--no-cache"]

    def ran(seed):
        return subprocess.run(command, capture_output=True, check=False, env=_environment(seed)).stdout

    quiet = ran("0")
    with ExitStack() as stack:
        for _ in range(2):
            busy = stack.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
            stack.callback(busy.kill)
        loaded = ran("1")
    assert quiet == loaded
    assert b"grader.check/1" in quiet


def test_without_the_solver_it_says_what_to_install():
    code = (
        "import sys; sys.modules['z3'] = None\n"
        "from grader.cli import main; sys.exit(main(['check', 'PEEL_2021_22']))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, text=True, env=_environment("0")
    )
    assert 2 == ran.returncode
    assert "inspection-grader[prove]" in ran.stderr
    assert "" == ran.stdout


def _environment(seed: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": seed}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A folder in which what these tests prove is kept."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(autouse=True)
def kept_here(kept, monkeypatch):
    """Proofs are kept in a folder of the tests' own."""
    monkeypatch.setenv("GRADER_CACHE", str(kept))


@pytest.fixture
def kept_apart(tmp_path, monkeypatch):
    """A folder of one test."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "kept"))


def test_what_is_proved_is_kept_and_said_again_in_the_same_bytes(capfd, kept_apart, tmp_path):
    said = []
    for _ in range(2):
        main(["check", str(SANDBOXES / "sound"), "--json"])
        said.append(capfd.readouterr().out)
    assert said[0] == said[1]
    assert any((tmp_path / "kept").iterdir())


def test_what_is_kept_can_be_spoiled_without_harm(capfd, kept):
    main(["check", str(SANDBOXES / "sound"), "--json"])
    expected = capfd.readouterr().out
    for file in kept.iterdir():
        file.write_text("{}")
    main(["check", str(SANDBOXES / "sound"), "--json"])
    assert expected == capfd.readouterr().out


def test_nothing_is_kept_where_that_is_not_wanted(kept_apart, tmp_path):
    # `local` and `total` are proved without effort.
    main(["check", str(SANDBOXES / "sound"), "--no-cache", "--effort", "0"])
    assert not (tmp_path / "kept").exists()


def test_a_parameter_is_checked_at_the_value_set(capfd, tmp_path):
    """Where good and adequate ask for the same share, adequate may not ask for more of it than good."""
    shutil.copytree(SANDBOXES, tmp_path / "books")
    grades = tmp_path / "books" / "sound" / "grades.yaml"
    asked = "{partly_share: {at_least: $some}}"
    changed = grades.read_text(encoding="utf-8").replace(asked, asked.replace("partly", "demonstrated"))
    grades.write_text(changed, encoding="utf-8")
    main(["check", str(grades.parent)])
    assert "parameter-order" not in capfd.readouterr().out
    assert 1 == main(["check", str(grades.parent), "--set", "some=100%"])
    assert "parameter-order" in capfd.readouterr().out


def test_questions_are_written_for_another_solver(capfd, tmp_path):
    main(["check", str(SANDBOXES / "sound"), "--smt", str(tmp_path / "smt")])
    files = sorted((tmp_path / "smt").iterdir())
    assert all("(check-sat)" in f.read_text() and "; grader: " in f.read_text() for f in files)
    assert files
    capfd.readouterr()
    assert 2 == main(["check", str(SANDBOXES / "sound"), "--smt", str(tmp_path / "smt")])
    assert "holds something already" in capfd.readouterr().err
