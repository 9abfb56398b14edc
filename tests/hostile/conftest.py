"""The command line in a process of its own, with little memory and little time, on files that mean harm."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main
from grader.engines import rete

ROOT = Path(__file__).resolve().parents[2]
#: Of the processor, ten times the five every input is to be answered in: a guard against hanging, which a
#: busy machine does not set off.
GUARD_SECONDS = 50
MEMORY = 500 * 2**20
ADDRESS_SPACE = 1536 * 2**20

#: What a terminal acts on: all control characters but line ends.
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
#: The same, and what makes it show text in another order.
STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
INSPECTION = """\
inspection: {id: hostile, body: A Force, framework: PEEL_2021_22, edition: "2022-03"}
sources: {s: {title: Notes of a visit}}
evidence:
"""


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def messages(self) -> list[str]:
        """The errors said, without their help lines."""
        return [line for line in self.err.splitlines() if line.startswith(("error: ", "warning: "))]


Grader = Callable[..., Ran]


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (GUARD_SECONDS, GUARD_SECONDS))


@pytest.fixture
def grader(tmp_path: Path, measured_grader: Any, forking: Callable[..., int]) -> Grader:
    """`grader("validate", path)`: what it comes to, having kept its limits and its manners.

    Whatever the input, the process ends by itself, in time, with exit code 0 or 2, within its memory, without
    a trace, and says nothing a terminal would act on. `env` adds to the environment; `stdout` is a descriptor
    in place of the file output is read from, which is in `encoding`; other arguments are those of
    `subprocess.Popen`. Where none is given but `cwd`, it is a fork of one that has read commands before.
    """

    def running(
        *arguments: object,
        env: Mapping[str, str] | None = None,
        stdout: int | None = None,
        encoding: str = "utf-8",
        **options: Any,
    ) -> Ran:
        out, err = tmp_path / ".out", tmp_path / ".err"
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **(env or {})}
        environment.pop("COVERAGE_PROCESS_START", None)
        words = [os.fspath(a) for a in map(_text, arguments)]
        out.write_bytes(b"")
        err.write_bytes(b"")
        measured_grader.file.unlink(missing_ok=True)
        if env is None and stdout is None and encoding == "utf-8" and set(options) <= {"cwd"}:
            code = forking(
                arguments=words,
                cwd=os.fspath(options.get("cwd", Path.cwd())),
                env=environment,
                out=str(out),
                err=str(err),
                peak=str(measured_grader.file),
                address_space=ADDRESS_SPACE,
                seconds=GUARD_SECONDS,
            )
        else:
            code = started([*measured_grader.command, *words], out, err, environment, stdout, options)
        ran = Ran(code, _read(out, encoding), _read(err, encoding))
        check_manners(ran, arguments)
        assert measured_grader.peak < MEMORY, f"{measured_grader.peak / 2**20:.0f} MB"
        return ran

    return running


def started(
    command: list[str],
    out: Path,
    err: Path,
    environment: Mapping[str, str],
    stdout: int | None,
    options: dict[str, Any],
) -> int:
    """The exit code of a process started for the command."""
    with open(out, "wb") as to_out, open(err, "wb") as to_err:
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=to_out if stdout is None else stdout,
            stderr=to_err,
            preexec_fn=options.pop("preexec_fn", _limited),
            **{"stdin": subprocess.DEVNULL, **options},
        )
        late = threading.Timer(10 * GUARD_SECONDS, process.kill)
        late.start()
        process.wait()
        late.cancel()
    return process.returncode


def check_manners(ran: Ran, arguments: tuple[object, ...]) -> None:
    said = ran.err[:2000]
    assert ran.code in (0, 2, 141), f"exit code {ran.code}: {said}"
    assert "Traceback" not in ran.err, said
    assert "internal error" not in ran.err, said
    assert not STEERS.search(ran.err), said
    # Other programs read JSON, where a text is what it was; controls do not get this far.
    assert not (CONTROLS if "--json" in arguments else STEERS).search(ran.out), ran.out[:2000]
    if ran.code == 2:
        assert ran.err.startswith(("error: ", "Usage: ", "warning: ")), said


@pytest.fixture
def here(capfd: pytest.CaptureFixture[str]) -> Grader:
    """`here("grade", path)`: the same in this process, its limits not looked at: for many small tries."""

    def running(*arguments: object) -> Ran:
        capfd.readouterr()
        code = main([*map(_text, arguments)])
        ran = Ran(code, *capfd.readouterr())
        check_manners(ran, arguments)
        return ran

    return running


def _text(argument: object) -> str:
    return argument if isinstance(argument, str) else str(argument)


def _read(path: Path, encoding: str) -> str:
    return path.read_bytes().decode(encoding)


@pytest.fixture
def refused(grader: Grader, tmp_path: Path) -> Callable[..., str]:
    """`refused(raw)`: what is first said of a file of these bytes, after its place; it has to be refused."""

    def running(raw: bytes | str, name: str = "f.yaml") -> str:
        path = tmp_path / name
        path.write_bytes(raw if isinstance(raw, bytes) else raw.encode("utf-8"))
        ran = grader("validate", name, cwd=tmp_path)
        assert 2 == ran.code
        assert "" == ran.out
        return ran.messages[0].removeprefix(f"error: {name}:")

    return running


@pytest.fixture
def said_of(grader: Grader, tmp_path: Path) -> Callable[[Iterable[bytes]], list[str]]:
    """`said_of(raws)`: what is first said of each of several files, read by one command."""

    def running(raws: Iterable[bytes]) -> list[str]:
        names = []
        for number, raw in enumerate(raws):
            names.append(f"f{number:03d}.yaml")
            (tmp_path / names[-1]).write_bytes(raw)
        messages = grader("validate", *names, cwd=tmp_path).messages
        starts = [f"error: {name}:" for name in names]
        return [next((m.removeprefix(s) for m in messages if m.startswith(s)), "") for s in starts]

    return running


@pytest.fixture
def inspection(tmp_path: Path) -> Callable[..., Path]:
    """Writes an inspection of these items, each a YAML flow mapping's inside, and whatever follows them."""

    def write(*items: str, add: str = "", name: str = "inspection.yaml") -> Path:
        path = tmp_path / name
        head = INSPECTION if items else INSPECTION.replace("evidence:", "evidence: []")
        path.write_text(head + "".join(f"  - {{{item}}}\n" for item in items) + add, encoding="utf-8")
        return path

    return write


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def engines() -> list[str]:
    """The engines a pass can run on here."""
    return ["rete", "reference"] if rete.available() else ["reference"]
