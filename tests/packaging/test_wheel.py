"""The wheel, installed where there is no checkout, grades as the checkout does."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import grader

pytestmark = pytest.mark.packaging

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml"


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", out, ROOT, cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def console_script(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("elsewhere") / "venv"
    run(sys.executable, "-m", "venv", home, cwd=home.parent)
    run(home / "bin" / "python", "-m", "pip", "install", "--quiet", wheel, cwd=home.parent)
    return home / "bin" / "grader"


def test_wheel_holds_every_framework_and_every_rule_file(wheel: Path):
    held = set(zipfile.ZipFile(wheel).namelist())
    files = [p for folder in ("frameworks", "rules") for p in (ROOT / folder).rglob("*.*") if p.is_file()]
    assert {".yaml", ".json"} <= {p.suffix for p in files}
    expected = {f"grader/builtin/{p.relative_to(ROOT).as_posix()}" for p in files}
    assert files
    assert set() == expected - held


def test_wheel_holds_every_file_of_the_package(wheel: Path):
    held = set(zipfile.ZipFile(wheel).namelist())
    source = ROOT / "src"
    files = [p for p in (source / "grader").rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    named = {p.relative_to(source).as_posix() for p in files}
    assert {"grader/search/words.txt", "grader/sheets/guesses.yaml"} <= named
    assert set() == named - held


def test_wheel_holds_the_licence_and_the_types_marker(wheel: Path):
    held = zipfile.ZipFile(wheel).namelist()
    assert "grader/py.typed" in held
    assert any(name.endswith("/LICENSE") for name in held)


def test_wheel_holds_no_tests_and_no_examples(wheel: Path):
    held = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in held}
    assert {"grader", f"inspection_grader-{grader.__version__}.dist-info"} == tops


def test_installed_wheel_grades_a_copied_inspection_as_the_checkout_does(console_script: Path):
    copied = shutil.copy(EXAMPLE, console_script.parent.parent.parent / "copied.yaml")
    actual = run(console_script, "grade", "copied.yaml", "--json", cwd=Path(copied).parent)
    # The two environments need not have the same engine.
    expected, actual = json.loads(grader.grade(EXAMPLE).to_json()), json.loads(actual)
    assert {**expected, "engine": actual["engine"]} == actual
