"""The distributions, built once a run."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import distributions  # noqa: E402


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel, made from the sdist alone, and that sdist; the first worker that asks builds them."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "distributions"
    with FileLock(shared / "distributions.lock"):
        if not folder.exists():
            made = shared / "distributions-being-built"
            # The hatchling that is installed spares fetching another; a release builds with one of its own.
            distributions.build(ROOT, made, isolated=find_spec("hatchling") is None)
            made.rename(folder)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, sdist
