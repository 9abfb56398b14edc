"""Sheets made at random by changing good ones: never a crash, and no row lost without a line that says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: A guard against hanging: ten times what it takes on a busy machine, and more.
GUARD_SECONDS = 600


def made(count: int, seed: int, guard: float = GUARD_SECONDS) -> dict[str, Any]:
    """What a process of its own found; it would be taken along by a crash."""
    ran = subprocess.run(
        [sys.executable, ROOT / "fuzz" / "sheets.py", "--count", str(count), "--seed", str(seed)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        timeout=guard,
        check=False,
    )
    assert ran.returncode in (0, 1), ran.stderr.decode("utf-8", "replace")[-4000:]
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize("count", [40, pytest.param(300, marks=pytest.mark.slow)])
def test_sheets_made_at_random_are_read_or_refused(count: int) -> None:
    found = made(count, seed=0)

    assert [] == found["faults"]
    # Neither all good nor all bad, or little would have been tried.
    assert count == found["outcomes"]["read"] + found["outcomes"]["refused"]
    assert min(found["outcomes"].values()) > count // 6
    assert len(found["changes"]) >= 20


@pytest.mark.slow
def test_20_000_sheets_made_at_random_are_read_or_refused() -> None:
    found = made(20_000, seed=10_000, guard=3600 * 6)

    assert [] == found["faults"]
