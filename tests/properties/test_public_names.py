"""Every public name is the same object, whatever has been imported and called before."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import grader

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml"

#: In a process of its own: what is imported once in a process cannot be imported for the first time again.
MIXED = """
import importlib, pkgutil, random, sys
import grader

seed, example = int(sys.argv[1]), sys.argv[2]
chance = random.Random(seed)
first = {name: getattr(grader, name) for name in sorted(grader.__all__, key=lambda n: chance.random())}
modules = [m.name for m in pkgutil.walk_packages(grader.__path__, "grader.")]
modules.remove("grader.__main__")
# What Alembic runs, in a context of its own.
modules = [m for m in modules if not m.startswith("grader.server.migrations.")]
chance.shuffle(modules)
calls = [
    lambda: grader.grade(example, engine="reference"),
    lambda: grader.explain(example, "responding", engine="reference"),
    lambda: grader.diff(example, engine="reference"),
    lambda: grader.load(example),
]
steps = [lambda m=m: importlib.import_module(m) for m in modules] + calls + calls[1:2]
chance.shuffle(steps)
for step in steps:
    try:
        step()
    except (ImportError, grader.GraderError):  # an extra that is not installed here
        pass
    for name, object_ in first.items():
        assert getattr(grader, name) is object_, f"grader.{name} became {getattr(grader, name)!r}"
for name in ("grade", "explain", "diff", "load"):
    assert callable(getattr(grader, name)), name
"""


def test_no_module_stands_where_a_public_name_is():
    modules = {module.name for module in pkgutil.iter_modules(grader.__path__)}
    assert set() == modules & set(grader.__all__)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_public_names_stay_what_they_were(seed: int):
    done = subprocess.run(
        [sys.executable, "-c", MIXED, str(seed), str(EXAMPLE)],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
    )
    assert (0, "") == (done.returncode, done.stderr)
