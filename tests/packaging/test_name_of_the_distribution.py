"""Pip knows grader as inspection-grader: on the index the name `grader` is a stranger's."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import distribution
from grader.cli.app import run as run_grader
from grader.errors import MissingExtraError

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
READ = ("src", "docs", "examples", "rules", "frameworks", "benchmarks", "fuzz", "tests")
ENDINGS = {".py", ".md", ".toml", ".yaml", ".html", ".j2", ".txt", ".cfg", ""}
HINT = re.compile(r"""(?:pip|uv tool|pipx|uv pip) install ([^\n`"')]*['"]?[^\n`'")]*)""")
EXTRA = re.compile(r"([A-Za-z][\w.-]*)\[([a-z{][^\]\n]*)\]")


def files() -> Iterator[Path]:
    for top in READ:
        for path in sorted((ROOT / top).rglob("*")):
            if path.is_file() and path.suffix in ENDINGS and path != Path(__file__).resolve():
                yield path
    yield from (ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile"))
    yield ROOT / "pyproject.toml"


def test_the_project_has_the_name_that_the_code_has():
    assert distribution.NAME == PROJECT["name"]


def test_extras_that_hold_extras_are_of_this_distribution():
    held = [r for extra in PROJECT["optional-dependencies"].values() for r in extra if "[" in r]
    ours = [r for r in held if "grader" in r]
    assert ours
    assert [] == [r for r in ours if not r.startswith(f"{distribution.NAME}[")]


def test_install_hints_name_this_distribution_or_a_library():
    wrong = [
        f"{path.relative_to(ROOT)}: {hint}"
        for path in files()
        for hint in HINT.findall(path.read_text("utf-8", "replace"))
        for word in re.findall(
            r"[A-Za-z][\w.-]*", re.sub(r"\[[^\]]*\]|(?<!\S)-\S+", " ", hint.partition(";")[0])
        )
        if word == "grader"
    ]
    assert [] == wrong


def test_no_file_asks_for_an_extra_of_the_strangers_distribution():
    found = [
        f"{path.relative_to(ROOT)}: {name}[{extra}]"
        for path in files()
        for name, extra in EXTRA.findall(path.read_text("utf-8", "replace"))
        if name == "grader"
    ]
    assert [] == found


def test_every_extra_asked_for_exists():
    known = set(PROJECT["optional-dependencies"])
    asked = [
        (path.relative_to(ROOT).as_posix(), extra)
        for path in files()
        for name, extras in EXTRA.findall(path.read_text("utf-8", "replace"))
        if name == distribution.NAME
        for extra in extras.split(",")
    ]
    code = [
        (path.relative_to(ROOT).as_posix(), extra)
        for path in sorted((ROOT / "src").rglob("*.py"))
        for extra in re.findall(r"""\binstall\(["'](\w+)["']\)""", path.read_text("utf-8"))
    ]
    assert {"prove", "report", "sheets", "columnar", "spark", "rete"} <= {extra for _, extra in code}
    assert len(asked) > 10
    assert [] == [(where, extra) for where, extra in (*asked, *code) if extra not in known]


def test_a_hint_can_be_pasted():
    assert "pip install 'inspection-grader[sheets]'" == distribution.install("sheets")


# A stranger's distribution beside ours ----------------------------------------------------------------------


def installed(folder: Path, name: str, *files: str) -> None:
    """What pip leaves of a distribution."""
    info = folder / f"{name.replace('-', '_')}-9.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 9.0\n", "utf-8")
    (info / "RECORD").write_text(
        "".join(f"{file},,\n" for file in (*files, f"{info.name}/METADATA")), "utf-8"
    )
    for file in files:  # from 3.12 on a file that is not there is none of a distribution's
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).touch()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "path", [str(tmp_path), *(p for p in sys.path if "site-packages" not in p)])
    return tmp_path


def test_nothing_is_said_where_ours_is_alone(site: Path):
    installed(site, "inspection-grader", "grader/__init__.py", "grader/cli/app.py")
    installed(site, "other", "other/__init__.py", "other/grader/__init__.py")
    assert None is distribution.overlap()


def test_nothing_is_said_where_ours_is_not_installed(site: Path):
    installed(site, "grader", "grader/__init__.py")
    assert None is distribution.overlap()


@pytest.mark.parametrize("name", ["grader", "Grader", "some-autograder"])
def test_another_distribution_with_a_package_of_this_name_is_named(site: Path, name: str):
    installed(site, "inspection-grader", "grader/__init__.py")
    installed(site, name, "grader/__init__.py", "grader/assignment.py")
    message, help = distribution.overlap() or ("", "")
    assert message == (
        f"the distribution '{name}' is installed beside inspection-grader; both write to the folder"
        " 'grader' of site-packages, and files of one may have replaced the other's"
    )
    assert help == f"pip uninstall {name} inspection-grader, then pip install inspection-grader"


def test_the_version_warns_of_a_stranger_and_is_no_failure(site: Path, capsys: pytest.CaptureFixture[str]):
    installed(site, "inspection-grader", "grader/__init__.py")
    installed(site, "grader", "grader/__init__.py")
    code = run_grader(["--version"])
    ran = capsys.readouterr()
    assert (0, 1) == (code, ran.out.count("\n"))
    assert ran.err.startswith("warning: the distribution 'grader' is installed beside inspection-grader;")
    assert 2 == ran.err.count("\n")


def test_a_missing_extra_says_so_too(site: Path):
    installed(site, "inspection-grader", "grader/__init__.py")
    installed(site, "grader", "grader/__init__.py")
    error = MissingExtraError("workbooks need the extra 'sheets'", help=distribution.install("sheets"))
    assert (error.help or "").startswith(
        "pip install 'inspection-grader[sheets]'; first mend this: the distribution 'grader' is installed"
    )


def test_a_run_that_goes_well_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.syspath_prepend(tmp_path)
    installed(tmp_path, "inspection-grader", "grader/__init__.py")
    installed(tmp_path, "grader", "grader/__init__.py")
    example = ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml"
    assert 0 == run_grader(["validate", str(example)])
    assert "" == capsys.readouterr().err
