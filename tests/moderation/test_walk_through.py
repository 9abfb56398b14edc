"""The walk-through of the example does what its page says, and writes what lies in its folder."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.engines import rete

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "moderation"
RUN = re.compile(r"<!-- run(?:, exit (\d))?: (.*?) -->\n(?:```\n(.*?)```)?", re.DOTALL)
MADE = ("agreed.yaml", "decisions.yaml", "decisions.log.jsonl")


def test_each_step_prints_what_the_page_shows(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "moderation"
    shutil.copytree(FOLDER, folder)
    for name in MADE:
        (folder / name).unlink()
    monkeypatch.chdir(folder)
    steps = RUN.findall((FOLDER / "README.md").read_text(encoding="utf-8"))
    assert 8 == len(steps)
    for code, command, shown in steps:
        if "confirmed.yaml" in command:
            for name in ("yaml", "log.jsonl"):
                shutil.copy(f"decisions.{name}", f"confirmed.{name}")
        done = run(*shlex.split(command))
        assert int(code or 0) == done.code, (command, done.err)
        first, _, shown = shown.partition("\n")
        assert f"$ grader {command}" == first
        parts = [part.strip("\n") for part in shown.split("...\n")]
        at = [done.out.find(part) for part in parts if part]
        assert -1 not in at, (command, done.out)
        assert sorted(at) == at, command
    # Decisions and their log name the engine, and those in the folder were taken on rete.
    for name in MADE if rete.available() else MADE[:1]:
        assert (FOLDER / name).read_text() == (folder / name).read_text(), name


def test_the_file_that_is_settled_is_the_one_that_is_written() -> None:
    import grader

    written = grader.settling_file(grader.reconcile([FOLDER / "ann.yaml", FOLDER / "bob.yaml"]))
    settled = (FOLDER / "settled.yaml").read_text()
    blank = re.sub(r"^  (by|on|agreed): .*\n", "", settled, flags=re.M)
    assert written == re.sub(r"^(  (?:choice|reason):) .*$", r"\1", blank, flags=re.M)
