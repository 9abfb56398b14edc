"""The fuzzer of the loader, for a minute, where it is installed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import InputError
from grader.io.yaml_source import parse_document

FUZZ = Path(__file__).resolve().parents[2] / "fuzz"


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None,
    reason="needs atheris: see fuzz/README.md",
)
def test_a_minute_of_fuzzing_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    options = ["-max_total_time=60", "-timeout=250", "-rss_limit_mb=2000", "-max_len=6000"]
    names = [
        f"-dict={FUZZ / 'loader.dict'}",
        f"-artifact_prefix={tmp_path}/",
        tmp_path / "corpus",
        FUZZ / "corpus",
    ]
    ran = subprocess.run(
        [sys.executable, FUZZ / "fuzz_loader.py", *options, *names],
        capture_output=True,
        text=True,
        timeout=2400,
        check=False,
    )
    assert 0 == ran.returncode, ran.stderr[-4000:]


def test_what_the_fuzzer_starts_from_is_sound_or_refused() -> None:
    refused = set()
    for path in sorted((FUZZ / "corpus").iterdir()):
        try:
            parse_document(path.read_bytes(), path.name)
        except InputError:
            refused.add(path.stem)
    assert {"empty", "text_markup"} == {name for name in refused if not name.startswith("yaml_")}
