"""What is said of wide tables, on their page and in the examples, is what is printed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from grader.cli import main

pytest.importorskip("polars", reason="wide tables need the extra: inspection-grader[columnar]")

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "docs/wide_tables.md",
    "examples/fhrs/README.md",
    "examples/cqc/README.md",
    "examples/aged_care/README.md",
)
SHOWN = [
    (page, *found)
    for page in PAGES
    for found in re.findall(
        r"<!-- output: (.*?) -->\n```\n\$ grader \1\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL
    )
]


@pytest.mark.parametrize(("page", "command", "output"), SHOWN, ids=[f"{s[0]} {s[1][:20]}" for s in SHOWN])
def test_the_output_shown_is_what_is_printed(page, command, output, tmp_path, monkeypatch, capsys):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command)) in (0, 1)
    assert output in capsys.readouterr().out


def test_every_command_shown_is_run():
    texts = [(ROOT / page).read_text("utf-8") for page in PAGES]
    assert len(SHOWN) == sum(text.count("<!-- output: ") for text in texts)


def test_the_table_shown_is_the_example():
    table = (ROOT / "examples" / "fhrs" / "shops.csv").read_text("utf-8")
    assert f"```\n{table}```" in (ROOT / "docs" / "wide_tables.md").read_text("utf-8")


def test_the_columns_are_those_written():
    from grader.bulk.wide.outcomes import HEAD

    page = (ROOT / "docs" / "wide_tables.md").read_text("utf-8")
    said = page.split("## What `batch` writes")[1].split("\n\n")[1]
    cells = re.findall(r"^\| (`.+?) \|", said, re.MULTILINE)
    assert [*HEAD] == [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
