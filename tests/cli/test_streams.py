"""Streams that break, encodings that are poor, and faults of grader's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.cli import app

Run = Callable[..., Any]
Shell = Callable[..., "subprocess.CompletedProcess[bytes]"]
ROOT = Path(__file__).resolve().parents[2]


def broken() -> None:
    """A command with a fault of ours in it."""
    raise RuntimeError("it broke\nbadly")


def interrupted() -> None:
    """A command a person interrupts."""
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "arguments", [["nope"], ["grade"], ["grade", "x.yaml", "--nope"], ["grade", "--set"], []]
)
def test_a_usage_error_exits_with_2_and_prints_no_result(run: Run, arguments: list[str]) -> None:
    ran = run(*arguments)

    assert (2, "") == (ran.code, ran.out)
    assert "Error: " in ran.err
    assert "Traceback" not in ran.err


def test_version_and_help_exit_with_0(run: Run) -> None:
    version, help = run("--version"), run("--help")

    assert (0, 0) == (version.code, help.code)
    assert version.out.startswith("grader ")
    assert all(name in help.out for name in ("grade", "validate", "schema"))


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from grader.cli import main; main(['--help']);"
        " heavy = {'pydantic.main', 'yaml', 'rich.table', 'grader.api', 'durable'};"
        " print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "[]" == ran.stdout.splitlines()[-1]


def test_a_fault_of_ours_is_one_line_and_exit_3(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.COMMANDS, "broken", "grade")
    monkeypatch.setattr("grader.cli.grade.broken", broken, raising=False)
    ran = run("broken")

    assert (3, "") == (ran.code, ran.out)
    assert "internal error: RuntimeError: it broke badly (run again with --debug)\n" == ran.err


def test_an_interrupt_exits_with_130_and_no_trace(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.COMMANDS, "interrupted", "grade")
    monkeypatch.setattr("grader.cli.grade.interrupted", interrupted, raising=False)
    ran = run("interrupted")

    assert 130 == ran.code
    assert "Traceback" not in ran.err


def test_debug_shows_where_an_error_rose(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "absent.yaml"

    assert "Traceback" not in run("grade", path).err
    assert "Traceback" in run("grade", path, "--debug").err


def test_a_reader_that_leaves_ends_the_command_quietly(leicestershire: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as stream:
        ran = subprocess.run(
            [sys.executable, "-m", "grader", "grade", leicestershire, "--json"],
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            stdout=stream,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert 141 == ran.returncode
    assert [] == [line for line in ran.stderr.splitlines() if not line.startswith(b"warning: ")]


@pytest.mark.parametrize("arguments", [["nope"], ["grade", "--nope"]])
def test_a_reader_that_leaves_before_a_usage_error_is_no_fault_of_grader(
    arguments: list[str],
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as stream:
        ran = subprocess.run(
            [sys.executable, "-m", "grader", *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            stdout=stream,
            stderr=stream,
            check=False,
        )

    assert 141 == ran.returncode


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full here")
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_full_disk_is_said_in_one_line(shell: Shell, small: Callable[..., Path], more: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        ran = shell("grade", small(), *more, stdout=full)

    assert 2 == ran.returncode
    assert (
        b"error: the output cannot be written: no space left on device\n" == ran.stderr.splitlines(True)[-1]
    )


@pytest.mark.parametrize(
    "env", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_a_poor_encoding_loses_letters_and_not_the_answer(
    shell: Shell, small: Callable[..., Path], env: dict[str, str]
) -> None:
    path = small(body="Heddlu Gŵyr – “De”")
    summary, answer = shell("grade", path, env=env), shell("grade", path, "--json", env=env)

    assert (0, 0) == (summary.returncode, answer.returncode)
    assert b'Heddlu G?yr - "De" (small)' == summary.stdout.splitlines()[0]
    assert "Heddlu Gŵyr – “De”" == json.loads(answer.stdout.decode("utf-8"))["body"]


def test_a_name_that_is_not_utf_8_does_not_break_the_message(shell: Shell) -> None:
    ran = shell("grade", os.fsdecode(b"caf\xe9\x1b[31m.yaml"))

    assert 2 == ran.returncode
    assert b"there is no such file" in ran.stderr
    assert b"\x1b" not in ran.stderr
