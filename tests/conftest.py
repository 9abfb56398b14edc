"""What every folder may ask for."""

from __future__ import annotations

import gc
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from grader.cli import main

# On how many examples a property is tried whose test does not say: the same few in the default run, others
# each time in the long run, which asks for `whole`. None fails for taking long on a busy machine.
settings.register_profile("sample", max_examples=12, deadline=None, derandomize=True)
settings.register_profile("whole", max_examples=100, deadline=None)
settings.load_profile("sample")


ROOT = Path(__file__).resolve().parents[1]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays until the end: nothing in it is to be freed, then or between tests."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
    return collected


@pytest.fixture(scope="session", autouse=True)
def read_once() -> Iterator[None]:
    """What is built in is read once a run, as long as its files hold what they held.

    Some thousand tests read the same rule books, and each reading costs what ten of them do. How they are
    read is asked of rule books of the tests' own, each of which is read anew.
    """
    from grader.io import catalogue, frameworks, rulebooks

    read_framework, read_rulebook = frameworks.read_framework, rulebooks.read_rulebook
    kept: dict[Any, Any] = {}

    def framework(path: Path, shown: str | None = None) -> Any:
        if not (path.is_relative_to(catalogue.home()) and path.is_file()):
            return read_framework(path, shown)
        key = (shown, path.read_bytes())
        if key not in kept:
            kept[key] = read_framework(path, shown)
        return kept[key]

    def rulebook(folder: Path, against: Any, shown: str | None = None) -> Any:
        if not folder.is_relative_to(catalogue.home() / "rules"):
            return read_rulebook(folder, against, shown)
        files = (file for file in sorted(folder.rglob("*")) if file.is_file())
        key = (shown, id(against), *((file.name, file.read_bytes()) for file in files))
        if key not in kept:
            kept[key] = (against, read_rulebook(folder, against, shown))  # which keeps its id its own
        return kept[key][1]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(frameworks, "read_framework", framework)
        patched.setattr(rulebooks, "read_rulebook", rulebook)
        yield


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


#: Has run a few commands, so loaded what commands load, and runs each other one in a child, which takes what
#: a process started for the command would take, without a second of loading each time.
_FORKING = """
import atexit, contextlib, gc, io, json, os, resource, sys
from grader.cli import main

with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    for arguments in json.loads(sys.argv[1]):
        main(arguments)
answers = os.dup(1)
gc.collect()
gc.freeze()
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        break
    os.write(answers, b"%d\\n" % child)
    os.write(answers, b"%d\\n" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
else:
    sys.exit()
os.close(answers)
for number, name in enumerate((os.devnull, asked["out"], asked["err"])):
    opened = os.open(name, os.O_WRONLY if number else os.O_RDONLY)
    os.dup2(opened, number)
    os.close(opened)
os.chdir(asked["cwd"])
os.environ.clear()
os.environ.update(asked["env"])
resource.setrlimit(resource.RLIMIT_AS, (asked["address_space"],) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"],) * 2)
atexit.register(lambda: open(asked["peak"], "w").write(open("/proc/self/status").read()))
sys.argv = ["grader", *asked["arguments"]]
sys.exit(main())
"""


@pytest.fixture(scope="session")
def forking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., int]]:
    """Runs a command in a child of a process that has run others, and gives back its exit code.

    `forking(arguments=, cwd=, env=, out=, err=, peak=, address_space=, seconds=)`: what it prints, and the
    most memory it took, are written into files.
    """
    example = str(ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml")
    reading = [["validate", example], ["explain", example, "responding", "--engine", "reference"]]
    reading.append(["grade", example, "--engine", "reference"])
    book = str(tmp_path_factory.mktemp("forking") / "findings.xlsx")
    sheets = [["export", example, "--xlsx", book], ["import", book, "-o", f"{book}.yaml"]]
    process = subprocess.Popen(
        [sys.executable, "-c", _FORKING, json.dumps([*reading, *sheets])],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    asking, answers = process.stdin, process.stdout
    assert asking is not None
    assert answers is not None

    def running(*, seconds: int, **asked: Any) -> int:
        print(json.dumps({**asked, "seconds": seconds}), file=asking, flush=True)
        late = threading.Timer(10 * seconds, os.kill, (int(answers.readline()), signal.SIGKILL))
        late.start()
        code = int(answers.readline())
        late.cancel()
        return code

    yield running
    process.communicate()


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
