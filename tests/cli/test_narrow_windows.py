"""In a window of any width every area and every grade is there, and no line is longer than the window."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

import grader
from grader.cli import terminal
from grader.render.text.difference import difference_for_person
from grader.render.text.explanation import answer_for_person
from grader.render.text.simulation import simulation_for_person
from grader.render.text.summary import summary

ROOT = Path(__file__).resolve().parents[2]
HOMES = ROOT / "examples" / "example_care_homes_rowan_house" / "inspection.yaml"
WIDTHS = (30, 40, 53, 60, 79, 80, 100, 120)


@pytest.fixture(scope="module", params=["leicestershire_2021_22", "example_care_homes_rowan_house"])
def loaded(request):
    return grader.load(ROOT / "examples" / request.param / "inspection.yaml")


@pytest.fixture(scope="module")
def proposal(loaded):
    return grader.grade(loaded, engine="reference")


@pytest.fixture(scope="module")
def compared(loaded):
    return grader.diff(ROOT / "examples" / _folder(loaded) / "inspection.yaml", engine="reference")


@pytest.fixture(scope="module")
def simulated(loaded):
    return grader.simulate(loaded, draws=50)


@pytest.fixture(scope="module")
def explained(loaded, proposal):
    return grader.explain(loaded, proposal.areas[1].area, engine="reference")


def _laid_out(monkeypatch, width, parts):
    monkeypatch.setattr(terminal, "PIPED_WIDTH", width)
    text = terminal.laid_out(*parts)
    assert [] == [line for line in text.split("\n") if cell_len(line) > width]
    return " ".join(text.split())


def _follow(said, *parts):
    """Whether the parts stand in a text one after another."""
    at = 0
    for part in parts:
        at = said.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


def _title(loaded, area):
    named = {g.id: g.title for g in loaded.framework.framework.grade_scale.grades}
    return (
        named[area.grade] if area.grade else area.outcome.replace("_", " ").replace("ungraded", "not graded")
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_a_summary_has_every_area_with_its_grade(loaded, proposal, monkeypatch, width):
    said = _laid_out(monkeypatch, width, summary(loaded))
    table = said[: said.index("assessed: characteristics")]
    assert _follow(table, *(part for a in proposal.areas for part in (a.area, _title(loaded, a))))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_comparison_has_every_area_with_both_grades(compared, monkeypatch, width):
    said = _laid_out(monkeypatch, width, difference_for_person(compared))
    for row in compared.areas:
        final = (row.final or "-").replace("_", " ")
        proposed = (row.proposed or row.outcome).replace("_", " ").replace("ungraded", "not graded")
        assert _follow(said, row.area, proposed, final), row.area


def _folder(loaded):
    peel = loaded.framework.framework.id == "PEEL_2021_22"
    return "leicestershire_2021_22" if peel else "example_care_homes_rowan_house"


@pytest.mark.parametrize("width", WIDTHS)
def test_a_simulation_has_every_area_with_every_share(loaded, simulated, monkeypatch, width):
    parts = simulation_for_person(loaded.framework.framework, loaded.book, simulated)
    said = _laid_out(monkeypatch, width, parts)
    for area in simulated.areas:
        shares = [f"{100 * s:g}" for s in area.shares.values() if s]
        assert _follow(said, area.area, *shares), area.area


@pytest.mark.parametrize("width", WIDTHS)
def test_an_explanation_has_every_characteristic_and_item(loaded, explained, monkeypatch, width):
    why = explained
    said = _laid_out(
        monkeypatch, width, answer_for_person(loaded.framework.framework, loaded.book, why)
    ).replace(" ", "")
    ids = [c.id for c in why.characteristics]
    items = [e.id for c in why.characteristics for e in (*c.evidence_for, *c.evidence_against)]
    assert [] == [name for name in (*ids, *items, *(r.rule for r in why.reasons_for)) if name not in said]


@pytest.mark.parametrize("width", [40, 79])
def test_a_real_window_is_laid_out_to_its_width(width):
    leader, follower = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(width), "TERM": "xterm", "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(
        [sys.executable, "-m", "grader", "grade", str(HOMES)],
        stdout=follower, stderr=subprocess.DEVNULL, env=environment,
    ):  # fmt: skip
        os.close(follower)
        read = b""
        with contextlib.suppress(OSError):  # which is how the end is told
            while chunk := os.read(leader, 65_536):
                read += chunk
    os.close(leader)
    said = read.decode()
    for area in grader.grade(HOMES, engine="reference").areas:
        assert area.area in said
