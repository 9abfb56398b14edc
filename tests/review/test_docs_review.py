"""What the page on review shows is what its commands print, one after the other."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.review.agreement import FEW_INSPECTIONS, RESAMPLES, SMALL

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "review.md").read_text(encoding="utf-8")
RUN = re.compile(r"<!-- run(?:, exit (\d))?: (.*?) -->\n(?:```\n(.*?)```)?", re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "meeting").mkdir()
    example = ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml"
    shutil.copy(example, tmp_path / "meeting")
    for name in ("leicestershire", "sussex", "wiltshire"):
        shutil.copytree(ROOT / "examples" / f"{name}_2021_22", tmp_path / "published" / f"{name}_2021_22")
    return tmp_path


def test_outputs_shown_are_what_the_commands_print(
    folder: Path, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = RUN.findall(PAGE)
    assert 7 == len(steps)
    monkeypatch.chdir(folder)
    for code, command, shown in steps:
        first, _, shown = shown.replace(" \\\n    ", " ").partition("\n")
        assert f"$ grader {command}" == first
        done = run(*shlex.split(command))
        assert int(code or 0) == done.code, command
        said = done.out or done.err
        parts = [part.strip("\n") for part in shown.split("...\n")]
        at = [said.find(part) for part in parts if part]
        assert -1 not in at, command
        assert sorted(at) == at, command
        if len(parts) == 1 and shown:
            assert shown == said


def test_numbers_stated_are_those_of_the_code() -> None:
    text = " ".join(PAGE.split())
    assert f"Fewer than {SMALL} pairs" in text
    assert f"percentiles of {RESAMPLES:,} draws" in text
    assert (10, "where there are ten or more") == (FEW_INSPECTIONS, "where there are ten or more")
    assert "where there are ten or more" in text


def test_coefficients_of_few_pairs_are_not_shown() -> None:
    rows = re.findall(r"^(?:weighted kappa|alpha) .*$", PAGE, re.M)
    assert 2 == len(rows)
    assert [] == [row for row in rows if not row.endswith("too few              too few")]


def test_transparency_record_claims_no_network_and_the_code_imports_none() -> None:
    """No module of ours imports what opens a connection, but for the workbench, which is a server."""
    openers = re.compile(
        r"^\s*(?:from|import) (?:socket|urllib\.request|urllib3|http|ssl|ftplib|smtplib|requests|httpx)\b",
        re.M,
    )
    sources = (ROOT / "src" / "grader").rglob("*.py")
    found = [p for p in sources if openers.search(p.read_text(encoding="utf-8"))]
    assert ["server/running.py"] == [p.relative_to(ROOT / "src" / "grader").as_posix() for p in found]
    page = (ROOT / "docs" / "transparency.md").read_text(encoding="utf-8")
    assert "**No network and no telemetry.**" in page
