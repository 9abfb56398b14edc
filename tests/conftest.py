"""What every folder may ask for."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from grader.cli import main

# On how many examples a property is tried whose test does not say: the same few in the default run, others
# each time in the long run, which asks for `whole`. None fails for taking long on a busy machine.
settings.register_profile("sample", max_examples=12, deadline=None, derandomize=True)
settings.register_profile("whole", max_examples=100, deadline=None)
settings.load_profile("sample")


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


#: Runs grader and writes how its process stood at the end. What `wait4` tells of a child counts the memory
#: of the process that it was forked from, which holds whatever the tests before have loaded.
_MEASURED = """
import atexit, runpy, sys
peak = sys.argv.pop(1)
atexit.register(lambda: open(peak, "w").write(open("/proc/self/status").read()))
runpy.run_module("grader", run_name="__main__", alter_sys=True)
"""


@dataclass(frozen=True)
class MeasuredGrader:
    """The command `grader` in a process that tells the most memory it took."""

    file: Path

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-c", _MEASURED, str(self.file)]

    @property
    def peak(self) -> int:
        """Bytes; 0 of a process that was ended before it could tell."""
        if not self.file.exists():
            return 0
        found = re.findall(r"VmHWM:\s+([0-9]+) kB", self.file.read_text("ascii"))
        return int(found[0]) * 1024


@pytest.fixture
def measured_grader(tmp_path: Path) -> MeasuredGrader:
    """Its `command` runs grader; its `peak` is then the memory that it took."""
    return MeasuredGrader(tmp_path / ".peak")


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """`run("grade", path)`: exit code and both streams, in this process."""

    def running(*arguments: object) -> Ran:
        capfd.readouterr()
        code = main([str(a) for a in arguments])
        captured = capfd.readouterr()
        return Ran(code, captured.out, captured.err)

    return running


@pytest.fixture
def every_engine() -> Callable[..., list[list[tuple[str, str, str | None]]]]:
    """`every_engine(framework, book, inspections, backends)`: area, outcome and grade, by every engine."""
    from grader.testing.agreement import conclusions

    return conclusions
