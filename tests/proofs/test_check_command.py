"""`grader check` as a person or a program runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
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
    assert all(set(p) == {"id", "result", "seconds", "assumes"} for p in report["promises"])
    (finding,) = report["findings"]
    assert {"code", "rules", "file", "line", "witness", "message", "help"} == set(finding)
    assert ["shortfall.any", "shortfall.full"] == finding["rules"]


def test_no_time_ends_with_1_and_says_unknown(capfd):
    assert 1 == main(["check", str(SANDBOXES / "sound"), "--timeout", "0"])
    assert "9 promises unknown" in capfd.readouterr().out


@pytest.mark.parametrize("seconds", ["-1", "nan", "inf"])
def test_a_time_that_is_none_is_bad_input(capfd, seconds):
    assert 2 == main(["check", str(SANDBOXES / "sound"), "--timeout", seconds])
    assert "error: --timeout" in capfd.readouterr().err


def test_an_unknown_rule_book_is_bad_input(capfd):
    assert 2 == main(["check", "PEEL_2021_2"])
    captured = capfd.readouterr()
    assert "" == captured.out
    assert "did you mean 'PEEL_2021_22'?" in captured.err


def test_the_same_findings_come_out_of_every_process():
    command = [sys.executable, "-m", "grader", "check", str(SANDBOXES / "pooling"), "--json"]
    ran = [
        subprocess.run(command, capture_output=True, check=False, env=_environment(seed)).stdout
        for seed in ("0", "1")
    ]
    here, there = map(json.loads, ran)
    assert here["findings"] == there["findings"]


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
