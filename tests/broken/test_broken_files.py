"""One broken file for each way to fail, and beside it the exact message.

`inspection/`, `framework/` and `decisions/` hold `NAME.yaml` and `NAME.expected`. `rulebook/NAME/` holds one
file laid over `base/rulebook/` (or `removed.txt`, the names of files taken away) and `expected.txt`.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.api import load
from grader.errors import GraderError
from grader.io.decisions import read_decisions
from grader.io.frameworks import read_framework
from grader.io.rulebooks import read_rulebook

HERE = Path(__file__).parent
READERS: dict[str, Callable[[Path], object]] = {
    "inspection": load,
    "framework": read_framework,
    "decisions": read_decisions,
}
FILES = sorted(p.relative_to(HERE) for kind in READERS for p in (HERE / kind).glob("*.yaml"))
BOOKS = sorted(p.relative_to(HERE) for p in (HERE / "rulebook").iterdir() if p.is_dir())
SEVERAL = {"five_faults": 5, "names_beside_another_fault": 8, "everything_wrong_with_a_scheme": 7}

HEAD = """\
inspection: {id: anytown-2022, body: Anytown Police, framework: PEEL_2021_22, edition: "2022-03"}
sources:
  report: {title: A report}
evidence:
"""


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    # So that messages name files as they stand in the fixtures.
    monkeypatch.chdir(HERE)


def message_of(read: Callable[[Path], object], path: Path) -> str:
    with pytest.raises(GraderError) as caught:
        read(path)
    return f"{caught.value}\n"


def laid_over(book: Path, folder: Path) -> Path:
    """The base rule book with the case's own files over it."""
    shutil.copytree(HERE / "base" / "rulebook", folder)
    shutil.copytree(HERE / book, folder, dirs_exist_ok=True)
    removed = folder / "removed.txt"
    for name in removed.read_text().split() if removed.exists() else []:
        (folder / name).unlink()
    return folder


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_broken_file_is_refused_in_these_words(file: Path) -> None:
    expected = file.with_suffix(".expected").read_text()
    assert expected == message_of(READERS[file.parts[0]], file)


@pytest.mark.parametrize("book", BOOKS, ids=str)
def test_a_broken_rule_book_is_refused_in_these_words(book: Path, tmp_path: Path) -> None:
    framework = read_framework(HERE / "base" / "framework.yaml").framework
    folder = laid_over(book, tmp_path / "book")
    expected = (book / "expected.txt").read_text()
    assert expected == message_of(lambda path: read_rulebook(path, framework, str(book)), folder)


def test_the_base_rule_book_and_the_base_framework_are_sound() -> None:
    framework = read_framework(HERE / "base" / "framework.yaml").framework
    assert "TINY" == read_rulebook(HERE / "base" / "rulebook", framework).id


def expected_messages() -> list[Path]:
    return [*HERE.glob("*/*.expected"), *HERE.glob("rulebook/*/expected.txt")]


@pytest.mark.parametrize("file", expected_messages(), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_each_message_says_one_thing_where_it_stands_and_what_to_do(file: Path) -> None:
    lines = file.read_text().splitlines()
    heads, helps = lines[::2], lines[1::2]
    assert len(heads) == len(helps)
    assert SEVERAL.get(file.stem, 1) == len(heads)
    for head, help in zip(heads, helps, strict=True):
        # A folder without a rule book's head has no line to point at.
        assert re.match(r"[\w/]+\.yaml:\d+:\d+: ", head) or head.startswith("rulebook/no_rulebook: ")
        assert re.match(r"  help: \S", help)
        assert not re.search(r"pydantic|input should|validation|[{<]class|NoneType|<\w+\.", head + help, re.I)
        assert not head.endswith(".")
        assert not help.endswith(".") or help.endswith("...")


def test_no_fixture_is_left_unused_and_there_are_many() -> None:
    used = {HERE / f for f in FILES} | {(HERE / f).with_suffix(".expected") for f in FILES}
    used |= {p for book in BOOKS for p in (HERE / book).iterdir()}
    used |= {HERE / Path(__file__).name, *(HERE / "base").rglob("*.yaml")}
    there = {p for p in HERE.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    assert set() == there - used
    assert len(FILES) + len(BOOKS) >= 60


def item(name: str, **changed: str) -> str:
    keys = {
        "characteristics": "[recording.1a]",
        "assessment": "meets",
        "statement": "Records most reported crime",
        "basis": "data",
        "source": "report",
        **changed,
    }
    return f"  - id: {name}\n" + "".join(f"    {key}: {value}\n" for key, value in keys.items())


def test_a_statement_of_more_than_20000_characters_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "long.yaml"
    file.write_text(HEAD + item("E001", statement="x" * 20_001))
    expected = f"{file}:8:16: a text is longer than 20,000 characters\n  help: shorten it\n"
    assert expected == message_of(load, file)


def test_faults_of_single_items_do_not_hide_unknown_names_in_the_others(tmp_path: Path) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(HEAD + item("E001", basis="dta") + item("E002", source="minutes"))
    message = message_of(load, file)
    assert "'basis' of 'E001' cannot be 'dta'" in message
    assert "unknown source 'minutes'" in message


def test_an_item_at_fault_still_stands_for_the_names_others_use(tmp_path: Path) -> None:
    file = tmp_path / "used.yaml"
    finding = "{id: F001, kind: innovative_practice, area: recording, statement: New, evidence: [E001]}"
    file.write_text(HEAD + item("E001", basis="dta") + f"findings: [{finding}]\n")
    assert 1 == message_of(load, file).count("help:")


@pytest.mark.parametrize(
    "wrong", [{}, {"source": "minutes"}, {"basis": "dta"}], ids=["sound", "names", "words"]
)
def test_five_thousand_items_are_checked_in_good_time(wrong: dict[str, str], tmp_path: Path) -> None:
    # A guard against work that grows with the square of the file: seconds, where that takes minutes.
    file = tmp_path / "large.yaml"
    findings = "findings:\n" + "".join(
        f"  - {{id: F{i}, kind: innovative_practice, area: recording, statement: New, evidence: [E{i}]}}\n"
        for i in range(1000)
    )
    file.write_text(HEAD + "".join(item(f"E{i}", **wrong) for i in range(5000)) + findings)
    started = time.process_time()
    if wrong:
        assert 101 == message_of(load, file).count("help:")  # the list is cut, and says so
    else:
        load(file)
    assert time.process_time() - started < 60
