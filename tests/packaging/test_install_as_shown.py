"""The README's lines for installing, run in a copy of the checkout, give a command that grades."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
LEFT = shutil.ignore_patterns(".venv*", ".git", "__pycache__", ".*_cache", ".hypothesis", "build", "dist")


def shown() -> list[str]:
    """The lines of the first block under "Install", without their comments."""
    found = re.search(r"## Install\n.*?```\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return [line.partition("#")[0].strip() for line in found[1].splitlines()]


def test_the_lines_end_in_the_command_the_page_shows():
    command = re.search(r"<!-- output: (.*) -->", README)
    assert command is not None
    assert f".venv/bin/grader {command[1]}" == shown()[-1]


@pytest.mark.slow
@pytest.mark.packaging
def test_the_lines_do_what_they_say(tmp_path: Path):
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT, checkout, ignore=LEFT)
    for line in shown():
        done = subprocess.run(line, shell=True, cwd=checkout, capture_output=True, text=True, check=False)
        assert 0 == done.returncode, line + done.stdout + done.stderr
    assert "Leicestershire Police" in done.stdout
    said = subprocess.run(
        [checkout / ".venv/bin/python", "-m", "pip", "show", "inspection-grader"],
        capture_output=True,
        text=True,
    )
    assert "Name: inspection-grader" in said.stdout
