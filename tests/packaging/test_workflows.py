"""Workflows of continuous integration: they run what the Makefile has, on every Python that is claimed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

if not FILES:  # a source distribution holds none
    pytest.skip("this is no checkout", allow_module_level=True)


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_a_workflow_runs_is_there(path: Path):
    runs = [step["run"] for step in steps(read(path)) if "run" in step]
    assert set() == {t for run in runs for t in re.findall(r"\bmake ([a-z-]+)", run)} - TARGETS
    sessions = re.findall(r"^def (\w+)\(session", (ROOT / "noxfile.py").read_text("utf-8"), re.MULTILINE)
    assert set() == {s for run in runs for s in re.findall(r"nox -s (\w+)", run)} - set(sessions)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_workflow_has_no_right_that_it_does_not_ask_for_and_names_versions(path: Path):
    workflow = read(path)
    assert workflow["permissions"] in ({}, {"contents": "read"})
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert used
    assert [] == [name for name in used if not re.fullmatch(r"[\w./-]+@(v\d+|release/v\d+)", name)]
    checkouts = [s for s in steps(workflow) if s.get("uses", "").startswith("actions/checkout")]
    assert all(s["with"]["persist-credentials"] is False for s in checkouts)


def test_the_suite_runs_on_every_python_that_is_claimed():
    (ci,) = (read(path) for path in FILES if path.name == "ci.yml")
    claimed = [c.split(" :: ")[-1] for c in PROJECT["classifiers"] if re.search(r"Python :: 3\.\d+$", c)]
    assert claimed == ci["jobs"]["test"]["strategy"]["matrix"]["python"]
    ran = " ".join(step.get("run", "") for step in steps(ci))
    assert {"lint", "test", "bench-check"} <= set(re.findall(r"make ([a-z-]+)", ran))
