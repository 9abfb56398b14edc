"""The check of benchmarks against the last release: what counts as lost, and what it exits with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "ratios.py"
RECORDED = {"columns / by hand": 0.4, "one / other": 2.0}


@pytest.fixture
def compare(tmp_path):
    """Holds ratios measured against those recorded, as the command does."""

    def run(measured, recorded=RECORDED):
        files = []
        for name, ratios in (("measured", measured), ("recorded", recorded)):
            files.append(tmp_path / f"{name}.json")
            if ratios is not None:
                files[-1].write_text(json.dumps({"version": "0", "ratios": ratios}), encoding="utf-8")
        arguments = ["--measured", str(files[0]), "--against", str(files[1])]
        return subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True)

    return run


@pytest.mark.parametrize("now", [0.1, 0.4, 0.5])
def test_a_ratio_up_to_a_quarter_above_its_record_is_kept(compare, now):
    done = compare(RECORDED | {"columns / by hand": now})
    assert (0, "") == (done.returncode, done.stderr)


def test_a_ratio_more_than_a_quarter_above_its_record_is_lost(compare):
    done = compare(RECORDED | {"columns / by hand": 0.52})
    lost = "lost: columns / by hand: 0.40 was recorded, 0.52 is measured (+30%)\n"
    assert (1, lost) == (done.returncode, done.stderr)


def test_what_is_no_longer_measured_is_lost(compare):
    done = compare({"one / other": 2.0})
    lost = "lost: columns / by hand: 0.40 was recorded, and nothing is measured\n"
    assert (1, lost) == (done.returncode, done.stderr)


def test_what_is_measured_for_the_first_time_is_no_loss(compare):
    assert 0 == compare(RECORDED | {"new": 9.0}).returncode


def test_without_a_record_it_says_how_to_make_one(compare):
    done = compare(RECORDED, recorded=None)
    assert 2 == done.returncode
    assert "help: record it with --record" in done.stderr


@pytest.fixture
def page(monkeypatch):
    """The module that writes the page on how fast it is."""
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    import page

    return page


def test_the_page_shows_what_was_kept_of_each_part(page, tmp_path):
    kept = tmp_path / "results.json"
    page.keep("cold", [("a command", "5 ms", "at most 9 ms")], kept)
    page.keep("scale", [("1,000 inspections, 11,000 areas: columns", "1.0 s", "x0.50", "90 MB")], kept)
    page.keep("cold", [("a command", "7 ms", "at most 9 ms")], kept)
    found = json.loads(kept.read_text("utf-8"))
    assert {"1,000 inspections": {"columns": 0.5}} == page.bars(found)
    text = page.page(found)
    assert "| a command | 7 ms | at most 9 ms |" in text
    assert "5 ms" not in text
    assert "| 1,000 inspections, 11,000 areas: columns | 1.0 s | x0.50 | 90 MB |" in text
    assert text.index("## A command from start to end") < text.index("## The same work by every engine")
