"""Promise 10: the same inputs give the same bytes, in any process and from any folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import grader

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml"
GRADE = "import sys, grader; sys.stdout.buffer.write(grader.grade(sys.argv[1]).to_json().encode())"


def graded_afresh(path, folder, seed, **environment):
    """The proposal's bytes from a fresh interpreter in another folder."""
    source = Path(grader.__file__).resolve().parents[1]
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(source), **environment}
    made = subprocess.run(
        [sys.executable, "-c", GRADE, str(path)], cwd=folder, env=env, capture_output=True, check=True
    )
    return made.stdout


@pytest.fixture(scope="module")
def example_bytes():
    return grader.grade(EXAMPLE).to_json().encode()


def test_grading_twice_gives_the_same_bytes(example_bytes):
    assert example_bytes == grader.grade(EXAMPLE).to_json().encode()


@pytest.mark.parametrize(
    ("seed", "environment"),
    [("0", {"TZ": "Pacific/Auckland"}), ("4242", {"LC_ALL": "C", "COLUMNS": "40", "USER": "someone"})],
)
def test_another_process_seed_folder_and_path_give_the_same_bytes(seed, environment, tmp_path, example_bytes):
    copy = tmp_path / "renamed.yaml"
    shutil.copy(EXAMPLE, copy)
    assert example_bytes == graded_afresh(copy, tmp_path, seed, **environment)


@given(data=st.data())
def test_a_random_pass_twice_gives_the_same_bytes(data, random_cases, proposed):
    case = data.draw(random_cases())
    assert proposed(case).to_json() == proposed(case).to_json()
