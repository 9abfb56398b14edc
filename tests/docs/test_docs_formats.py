"""The files shown in the reference of formats load, and grade as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import grader
from grader.io.decisions import read_decisions
from grader.io.frameworks import read_framework
from grader.model.inspection import Declared, Evidence, Figure, Header, Previous

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "file_formats.md").read_text(encoding="utf-8")
SHOWN = re.compile(r"<!-- file: (\S+) -->\n```yaml\n(.*?)```", re.DOTALL)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    for name, text in SHOWN.findall(PAGE):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_page_shows_one_file_of_each_kind():
    expected = {
        "frameworks/SMALL.yaml",
        "frameworks/HYGIENE.yaml",
        "inspection.yaml",
        "decisions.yaml",
        "rules/SMALL/rulebook.yaml",
        "rules/SMALL/statuses.yaml",
        "rules/SMALL/grades.yaml",
    }
    assert expected == {name for name, _ in SHOWN.findall(PAGE)}


def test_shown_inspection_grades_as_the_page_says(written: Path):
    loaded = grader.load(written / "inspection.yaml", rules=written / "rules" / "SMALL")
    answering = grader.grade(loaded).area("answering")
    stated = re.search(r"proposes \*\*(\w+)\*\* for `answering`: (.+?\n?.+?; .+?)\.\n", PAGE)
    assert stated is not None
    assert (stated[1], " ".join(stated[2].split())) == (answering.grade, answering.reasons[0].because)
    assert () == loaded.warnings


def test_shown_decisions_resolve_in_the_shown_framework(written: Path):
    framework = read_framework(written / "frameworks" / "SMALL.yaml")
    read = read_decisions(written / "decisions.yaml", framework)
    assert "fair" == read.decisions.grades["answering"].grade


@pytest.mark.parametrize("model", [Header, Evidence, Figure, Declared, Previous])
def test_every_key_of_an_inspection_is_named(model: type):
    assert [] == [key for key in model.model_fields if f"`{key}`" not in PAGE]
