"""Every command on odd names, words and paths: an answer or an error of the input, and never a trace."""

from __future__ import annotations

import os
import random
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.cli.app import run

EXAMPLE = Path(__file__).parents[2] / "examples" / "leicestershire_2021_22"
GOOD = "inspection.yaml"

#: What stands where a file, a folder, an id, a number or a word belongs.
ODD = (
    "", " ", ".", "..", "/", "a\0b", "\ud800.yaml", "x" * 300, "x" * 5000 + ".yaml", "folder", "fifo.yaml",
    "socket.yaml", "loop.yaml", "dangling.yaml", "empty.yaml", "/dev/zero", "/dev/null", "sheet.xlsx",
    "areas.json", "nowhere.yaml", "no/such/x.yaml", "inspection.yaml/x", "-", "~", "inspection.yaml\n",
    "é.yaml", "\udcff.json", "../..", "unreadable.yaml",
)  # fmt: skip
#: Commands; ODD stands in for each `?` in turn.
COMMANDS = (
    "grade ?", "explain ? responding", "explain {good} ?", "explain {good} responding --why-not ?",
    "explain {good} responding --to ?", "diff ?", "diff {good} ?", "check ?", "test ?",
    "impact ? PEEL_2021_22",
    "impact PEEL_2021_22 ?", "decide ? --area responding --grade good --by A",
    "decide {good} --area ? --grade good --by A", "decide {good} --area responding --grade ? --by A",
    "verify ?", "verify decisions.yaml ?", "batch ? -o out.csv", "batch {good} -o ?",
    "batch {good} -o b.csv --on ?", "simulate ?", "simulate {good} --step ?", "outliers ?",
    "export ? --xlsx e.xlsx",
    "export {good} --xlsx ?", "import ? -o new.yaml", "import sheet.xlsx -o ?",
    "import sheet.xlsx --dry-run --mapping ?",
    "validate ?", "schema ?", "new made --framework ?", "new made --edition ?", "grade {good} --rules ?",
    "grade {good} --engine ?", "grade {good} --set ?", "grade {good} --set some=?", "grade {good} -o ?",
    "grade {good} -o ?.json", "grade {good} --report ?", "grade {good} --report r.html --decisions ?",
    "validate {good} --rules ?", "diff {good} decisions.yaml -o ?", "diff {good} decisions.yaml --format ?",
    "test --junit ?", "check --effort ?",
    "blind ?", "blind {good} --share ?", "blind {good} -o ?", "reconcile {good} ?",
    "reconcile {two} --pairs ?", "reconcile {two} --settle ? -o agreed.yaml", "reconcile {two} --draws ?",
    "reconcile {two} --settle settled.yaml --rest ann -o agreed.yaml --by ?",
    "reconcile {two} --settle settled.yaml --rest ann -o agreed.yaml --on ?",
    "changes ? {good}", "changes {good} ?", "changes {two} -o ?", "decide {good} --from ? --by A",
    "decide {good} --undo --area responding --by ?", "decide {good} --confirm ? --by A", "decide ? --log",
    "decide {good} --area responding --grade good --by A --at ?", "sensitivity ?", "sensitivity {good} ?",
    "calibrate ? --parameter some", "calibrate folder --parameter some -o ?", "merge ? {good} -o m.yaml",
    "merge {two} -o ?", "merge {two} -o m.yaml --inspection-id ?", "find ?", "find calls --learn ?",
    "find calls --edition ?", "find calls --limit ?", "rule ?", "parameters ?", "characteristic ?", "area ?",
    "area responding --edition ?", "upgrade ?", "upgrade ? --in-place", "upgrade {good} -o ?",
    "import ? --start-mapping m.yaml", "import sheet.xlsx -o n.yaml --mark ?", "simulate {good} --draws ?",
)  # fmt: skip
CASES = [
    [word.replace("?", odd) for word in command.format(good=GOOD, two="ann.yaml bob.yaml").split()]
    for command in COMMANDS
    for odd in ODD
]


@pytest.fixture
def odd_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in (GOOD, "decisions.yaml"):
        shutil.copy(EXAMPLE / name, tmp_path)
    for name in ("ann.yaml", "bob.yaml", "settled.yaml"):
        shutil.copy(EXAMPLE.parent / "moderation" / name, tmp_path)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo.yaml")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "dangling.yaml").symlink_to("nowhere")
    (tmp_path / "empty.yaml").touch()
    (tmp_path / "unreadable.yaml").touch(mode=0)
    (tmp_path / "sheet.xlsx").write_bytes(b"PK\x03\x04" + b"\xa9\0" * 500)
    (tmp_path / "areas.json").write_text('{"schema": "grader.proposal/1", "areas": [{}, {}]}')
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket.yaml")
        yield


def checked(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = run(arguments)
    said = capsys.readouterr().err
    assert code in (0, 1, 2), (arguments, code, said[:500])
    assert "Traceback" not in said
    assert code != 2 or "error" in said.lower(), (arguments, said[:500])


@pytest.mark.parametrize("part", range(4))
def test_a_sample_of_odd_arguments(part: int, odd_folder: None, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in random.Random(part).sample(CASES, 10):
        checked(arguments, capsys)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(60))
def test_all_odd_arguments(part: int, odd_folder: None, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in CASES[part::60]:
        checked(arguments, capsys)


@pytest.mark.parametrize(
    "arguments",
    [
        ["grade", "x" * 5000],
        ["diff", "x" * 300],
        ["new", "a\0b"],
        ["batch", GOOD, "-o", "\udcff.csv"],
        ["grade", GOOD, "-o", "\udcff.json", "--rules", "./x"],
        ["grade", GOOD, "--rules", "\udcff"],
        ["validate", "\udcff.yaml", "a\0b", "loop.yaml", "fifo.yaml"],
        ["verify", "x" * 300 + "/d.yaml"],
        ["decide", "x" * 300 + "/i.yaml", "--area", "a", "--grade", "g", "--by", "b"],
        ["impact", "\0", "PEEL_2021_22"],
        ["test", "x" * 5000],
        ["check", "a/" * 3000],
    ],
    ids=lambda words: words[0],
)
def test_odd_paths(arguments: list[str], odd_folder: None, capsys: pytest.CaptureFixture[str]) -> None:
    checked(arguments, capsys)


def test_a_folder_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    for words in (["grade", GOOD], ["grade", str(EXAMPLE / GOOD), "-o", "p.json"], ["validate", GOOD]):
        checked(words, capsys)


def test_a_long_key_of_a_case_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(EXAMPLE.parents[1] / "rules" / "PEEL_2021_22", tmp_path / "book")
    case = "{name: n, area: responding, evidence: {%s: [meets]}, expect: {grade: good}}"
    for key in ("x" * 300, "1a, " * 3000 + "1b", "'" + " " * 200 + "'", "'1a,,2a'", "','"):
        (tmp_path / "book" / "tests" / "long.yaml").write_text(f"cases: [{case % f'? {key} '}]\n")
        checked(["test", str(tmp_path / "book")], capsys)
