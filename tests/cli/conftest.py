"""Run the command line as a person does, in this process or in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.cli import main

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """`run("grade", path)`: exit code and both streams, in this process."""

    def running(*arguments: object) -> Ran:
        capfd.readouterr()
        code = main([str(a) for a in arguments])
        captured = capfd.readouterr()
        return Ran(code, captured.out, captured.err)

    return running


@pytest.fixture
def shell() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """`shell("grade", path, env={...})`: the same in a process of its own."""

    def running(
        *arguments: object, env: dict[str, str] | None = None, stdout: object = subprocess.PIPE
    ) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "grader", *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **(env or {})}
        return subprocess.run(
            command,
            env=environment,
            stdout=stdout,  # type: ignore[arg-type]
            stderr=subprocess.PIPE,
            timeout=1200,
            check=False,
        )

    return running


@pytest.fixture
def leicestershire() -> Path:
    return ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml"


@pytest.fixture
def example_decisions() -> Path:
    return ROOT / "examples" / "leicestershire_2021_22" / "decisions.yaml"


@pytest.fixture
def rulebook_folder() -> Path:
    return ROOT / "rules" / "PEEL_2021_22"


@pytest.fixture
def framework_file() -> Path:
    return ROOT / "frameworks" / "PEEL_2021_22.yaml"


SMALL = """\
inspection:
  {{id: {id}, body: {body}, framework: PEEL_2021_22, edition: "2022-03", not_inspected: [organised_crime]}}
sources:
  s: {{title: Notes of a visit}}
evidence:
  - {{id: A, characteristics: [responding.1a], assessment: meets, statement: Answers, basis: data, source: s}}
  - {{id: B, characteristics: [responding.1b], assessment: meets, statement: Plans, basis: data, source: s}}
  - {{id: C, characteristics: [responding.2a], assessment: exceeds, statement: Leads, basis: data, source: s}}
  - {{id: D, characteristics: [strategy.1a], assessment: meets, statement: Likes, basis: survey, source: s}}
findings:
  - {{id: F1, kind: cause_of_concern, area: vulnerable, statement: {statement}, recommendations: [Act now]}}
previous:
  - {{id: P1, kind: cause_of_concern, area: offenders, statement: Old, progress: improving,
     recommendations: [Act]}}
"""


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Path]:
    """Writes a small valid inspection; `small(body=..., statement=...)` with words of one's own."""

    def write(
        name: str = "small.yaml",
        *,
        id: str = "small",
        body: str = "A Force",
        statement: str = "Fails people",
        add: str = "",
    ) -> Path:
        path = tmp_path / name
        path.write_text(SMALL.format(id=id, body=body, statement=statement) + add, encoding="utf-8")
        return path

    return write
