"""What is built in is read once a process, as long as its files hold what they held."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader.errors import InputError
from grader.io import catalogue

ROOT = Path(__file__).resolve().parents[2]
NAME = "EXAMPLE_CARE_HOMES"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for built-ins, with one framework and its rules, that can be changed."""
    (tmp_path / "frameworks").mkdir()
    shutil.copyfile(ROOT / "frameworks" / f"{NAME}.yaml", tmp_path / "frameworks" / f"{NAME}.yaml")
    shutil.copytree(ROOT / "rules" / NAME, tmp_path / "rules" / NAME)
    monkeypatch.setattr(catalogue, "HOMES", (tmp_path,))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_built_in_framework_and_its_rules_are_read_once(home: Path) -> None:
    framework = catalogue.framework(NAME)
    book = catalogue.rulebook(None, framework)

    assert framework is catalogue.framework(NAME)
    assert book is catalogue.rulebook(NAME, framework)


def test_what_was_changed_is_read_anew(home: Path) -> None:
    framework = catalogue.framework(NAME)
    book = catalogue.rulebook(None, framework)
    changed(home / "frameworks" / f"{NAME}.yaml", f"id: {NAME}", f"id: {NAME}  # as ever")
    changed(home / "rules" / NAME / "rulebook.yaml", f"title: {book.title}", f"title: New {book.title}")

    again = catalogue.framework(NAME)

    assert framework.framework == again.framework
    assert framework.sha256 != again.sha256
    assert f"New {book.title}" == catalogue.rulebook(None, framework).title
    assert f"New {book.title}" == catalogue.rulebook(None, again).title


def test_rules_are_read_against_each_framework_they_are_asked_for_with(home: Path) -> None:
    framework = catalogue.framework(NAME)
    catalogue.rulebook(None, framework)
    changed(home / "frameworks" / f"{NAME}.yaml", f"id: {NAME}", "id: ANOTHER")
    (home / "frameworks" / f"{NAME}.yaml").rename(home / "frameworks" / "ANOTHER.yaml")

    with pytest.raises(InputError, match=NAME):
        catalogue.rulebook(NAME, catalogue.framework("ANOTHER"))


def test_faults_are_said_every_time(home: Path) -> None:
    changed(home / "frameworks" / f"{NAME}.yaml", "areas:", "aras:")

    said = []
    for _ in range(2):
        with pytest.raises(InputError) as caught:
            catalogue.framework(NAME)
        said.append([str(problem) for problem in caught.value.problems])

    assert said[0] == said[1]
