"""The page on very many inspections: its tables are the layout's, and its output is what is printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("polars", reason="grading at scale needs the extra: inspection-grader[columnar]")

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "scale.md").read_text("utf-8")


def test_the_tables_are_those_of_the_layout():
    from grader.bulk.layout import TABLES

    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| `([^`]+)` \| `([^`]+)` \|$", PAGE, re.MULTILINE)
    assert [(t.name, t.required, t.optional) for t in TABLES] == [
        (name, tuple(needed.split()), tuple(others.split())) for name, needed, others in rows
    ]


def test_the_columns_are_those_written():
    from grader.bulk.rows import HEAD

    said = PAGE.split("| column | holds |")[1].split("\n\n")[0]
    named = [
        name
        for cell in re.findall(r"^\| (.+?) \|", said, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", cell)
    ]
    assert sorted(HEAD) == sorted(named)


def test_the_output_shown_is_what_is_printed():
    command = re.search(r"<!-- output: (.*) -->\n```\n\$ grader \1\n(.*?)```", PAGE, re.DOTALL)
    assert command is not None
    done = subprocess.run(
        [sys.executable, "-m", "grader", *command[1].split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert command[2] in done.stdout
