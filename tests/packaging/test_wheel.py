"""What is handed out: what it holds, and that the wheel, installed without a checkout, grades as one does."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import grader

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import distributions
import extras

pytestmark = pytest.mark.packaging

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXAMPLE = ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml"


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(built: tuple[Path, Path]) -> Path:
    return built[0]


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


def test_wheel_holds_nothing_that_is_not_the_package_or_its_data(wheel: Path):
    source = {p.relative_to(ROOT / "src").as_posix() for p in (ROOT / "src" / "grader").rglob("*")}
    data = {
        f"grader/builtin/{p.relative_to(ROOT).as_posix()}"
        for folder in ("frameworks", "rules")
        for p in (ROOT / folder).rglob("*")
    }
    info = f"inspection_grader-{grader.__version__}.dist-info"
    about = {
        f"{info}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")
    }
    assert set() == set(distributions.contents(wheel)) - source - data - about
    assert about <= set(distributions.contents(wheel))


def test_sdist_holds_what_is_kept_of_its_folders_and_nothing_more(built: tuple[Path, Path]):
    kept = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if kept.returncode:
        pytest.skip("this is no checkout")
    tops = set(PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"])
    ours = {name for name in kept.stdout.splitlines() if name.split("/")[0] in tops}
    ours = {name for name in ours if (ROOT / name).exists()}
    held = set(distributions.contents(built[1])) - {"PKG-INFO", ".gitignore"}
    assert [] == sorted(ours - held)
    made = {name for name in held - ours if (ROOT / name).exists()}  # in this checkout, and not kept yet
    assert [] == sorted(held - ours - made)


@pytest.mark.slow
def test_built_again_elsewhere_the_bytes_are_the_same(built: tuple[Path, Path], tmp_path: Path):
    again = distributions.build_elsewhere(tmp_path)
    assert [distributions.sha256(p) for p in built] == [distributions.sha256(p) for p in again]


@pytest.mark.slow
@pytest.mark.parametrize("extra", extras.BRINGS)
def test_each_extra_alone_does_what_it_promises_and_the_rest_says_what_to_install(
    extra: str, wheel: Path, tmp_path: Path
):
    assert [] == list(extras.try_extra(wheel, extra, tmp_path))


@pytest.mark.slow
def test_installed_wheel_grades_a_copied_inspection_as_the_checkout_does(console_script: Path):
    copied = shutil.copy(EXAMPLE, console_script.parent.parent.parent / "copied.yaml")
    actual = run(console_script, "grade", "copied.yaml", "--json", cwd=Path(copied).parent)
    # The two environments need not have the same engine.
    expected, actual = json.loads(grader.grade(EXAMPLE).to_json()), json.loads(actual)
    assert {**expected, "engine": actual["engine"]} == actual
