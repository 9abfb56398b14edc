"""The commands and the Python in docs/report.md work as they stand."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")


#: Examples that are graded in the short run, in place of all.
FEW = ("leicestershire_2021_22", "example_care_homes_rowan_house")


@pytest.fixture(params=["few", pytest.param("all", marks=pytest.mark.slow)])
def at_root(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A folder with examples in it, to work in."""
    examples = ROOT / "examples"
    if request.param == "few":
        examples = tmp_path_factory.mktemp("examples")
        for name in FEW:
            (examples / name).symlink_to(ROOT / "examples" / name)
    (tmp_path / "examples").symlink_to(examples)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_commands_write_reports(at_root: Path, run: Callable[..., Any]) -> None:
    commands = re.findall(r"^grader (grade .*)$", TEXT, re.MULTILINE)
    assert [0, 0, 0, 0] == [run(*shlex.split(command)).code for command in commands]
    index = (at_root / "all/index.html").read_text("utf-8")
    pages = re.findall(r'<a href="([^"#]+)">', index)
    all = ["index.html", "inspections.xlsx", *pages]
    single = ["brief.docx", "report.html", "report.pdf", "with_final.html"]
    assert sorted([*(f"all/{name}" for name in all), *single]) == sorted(
        p.relative_to(at_root).as_posix() for p in at_root.rglob("*.*") if not p.is_dir()
    )


def test_the_python_makes_the_page(at_root: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, "docs/report.md", "exec"), names)
    assert names["html"].startswith("<!DOCTYPE html>")
    assert names["page"].startswith(b"%PDF")
