"""What every folder may ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from grader.cli import main


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """`run("grade", path)`: exit code and both streams, in this process."""

    def running(*arguments: object) -> Ran:
        capfd.readouterr()
        code = main([str(a) for a in arguments])
        captured = capfd.readouterr()
        return Ran(code, captured.out, captured.err)

    return running
