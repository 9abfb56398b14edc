"""The tutorial, followed: every command in it is run in its order, and prints what the page shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from grader.cli.app import run

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
STEP = re.compile(r"<!-- (file|run|output): (.*?) -->\n```\w*\n(.*?)```", re.DOTALL)


def test_the_tutorial_can_be_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    pytest.importorskip("durable", reason="the output shown names the engine")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    assert 0 == run(["new", "north-2022"])
    monkeypatch.chdir(tmp_path / "north-2022")
    steps = STEP.findall(PAGE)
    assert 8 == len(steps)
    for kind, what, block in steps:
        if kind == "file":
            Path(what).write_text(block, "utf-8")
            continue
        first, _, rest = block.replace(" \\\n    ", " ").partition("\n")
        assert f"grader {what}" == first.removeprefix("$ ")
        capsys.readouterr()
        assert 0 == run(shlex.split(what))
        printed = capsys.readouterr().out
        parts = [part.strip("\n") for part in f"\n{rest}".split("\n...\n")] if kind == "output" else []
        assert [] == [part for part in parts if part and part not in printed]


def test_the_tutorial_shows_no_command_that_is_not_followed():
    shown = re.findall(r"^(?:\$ )?grader (.+)$", PAGE.replace(" \\\n    ", " "), re.MULTILINE)
    followed = [what for kind, what, _ in STEP.findall(PAGE) if kind != "file"]
    assert ["new north-2022", *followed] == shown
