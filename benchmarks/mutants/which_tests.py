"""A pytest plugin that notes which lines each test runs, and how long the test takes.

Writes `coverage.db` (one context a test) and `seconds.txt` into the folder named by WHICH_TESTS.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

ROOMS = ("language", "engines", "grading", "proofs")
_FOLDER = Path(os.environ["WHICH_TESTS"])
_COVERAGE = coverage.Coverage(
    data_file=str(_FOLDER / "coverage.db"),
    include=[f"*/src/grader/{room}/*" for room in ROOMS],
    config_file=False,
)
_COVERAGE.start()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    _COVERAGE.switch_context(item.nodeid)
    started = time.process_time()
    yield
    with (_FOLDER / "seconds.txt").open("a", encoding="utf-8") as file:
        file.write(f"{time.process_time() - started:.3f} {item.nodeid}\n")
    _COVERAGE.switch_context("")


def pytest_unconfigure() -> None:
    _COVERAGE.stop()
    _COVERAGE.save()
