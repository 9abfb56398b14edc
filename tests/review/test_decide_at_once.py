"""Several people decide at once, and processes are killed: nothing agreed is lost or half written."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.api import decision_log
from grader.errors import InputError
from grader.io import locked, written
from grader.io.act_log import log_beside
from grader.io.decisions import read_decisions
from grader.io.locked import part_name
from grader.io.written import update_whole, write_whole

ROOT = Path(__file__).resolve().parents[2]
#: Longer than anything here takes on a busy machine: what waits longer hangs.
HANGS = 600
AREAS = (
    "recording", "treatment", "prevention", "responding",
    "investigating", "vulnerable", "offenders", "workforce",
)  # fmt: skip

Small = Callable[..., Path]
Run = Callable[..., Any]


def decide_command(proposal: Path, area: str) -> list[str]:
    words = [
        "--area",
        area,
        "--grade",
        "good",
        "--rationale",
        f"of {area}",
        "--by",
        area,
        "--on",
        "2026-03-01",
    ]
    return [sys.executable, "-m", "grader", "decide", str(proposal), *words]


@pytest.fixture
def proposal(small: Small, run: Run) -> Path:
    """A recorded proposal, alone in its folder."""
    path = small().with_name("meeting") / "proposal.json"
    path.parent.mkdir()
    assert 0 == run("grade", small(), "-o", path).code
    return path


@pytest.mark.slow
@pytest.mark.parametrize("round_", range(50))
def test_eight_commands_at_once_are_all_recorded_or_refused_aloud(proposal: Path, round_: int) -> None:
    all_at_once(proposal, AREAS)


def test_three_commands_at_once_are_all_recorded_or_refused_aloud(proposal: Path) -> None:
    all_at_once(proposal, AREAS[:3])


def all_at_once(proposal: Path, areas: tuple[str, ...]) -> None:
    running = [
        subprocess.Popen(
            decide_command(proposal, area), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for area in areas
    ]
    ended = [(*process.communicate(timeout=HANGS), process.returncode) for process in running]
    file = proposal.with_name("decisions.yaml")
    found = read_decisions(file).decisions.grades
    for area, (said, refused, code) in zip(areas, ended, strict=True):
        if code == 0:
            assert f"of {area}" == found[area].rationale
        else:
            assert (2, "") == (code, said)
            assert "error: " in refused
            assert area not in found
    assert sorted([file, log_beside(file), proposal]) == sorted(proposal.parent.iterdir())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children of one parent, quickly")
@pytest.mark.parametrize("at_once", [8])
def test_eight_writers_at_once_lose_nothing(tmp_path: Path, at_once: int) -> None:
    """The part of the command that two must not do at once, without the slow start of each."""
    file = tmp_path / "kept.txt"
    adding = (
        "import sys; from pathlib import Path; from grader.io.written import update_whole\n"
        "for i in range(20): update_whole(Path(sys.argv[1]), lambda b: (b or b'').decode() + sys.argv[2])"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", adding, str(file), str(number)]) for number in range(at_once)
    ]
    assert [0] * at_once == [process.wait(HANGS) for process in running]
    assert {str(number): 20 for number in range(at_once)} == {
        sign: file.read_text().count(sign) for sign in sorted(set(file.read_text()))
    }
    assert [file] == list(tmp_path.iterdir())


def test_change_by_a_program_that_takes_no_locks_is_found_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "kept.yaml"
    file.write_text("before")

    def change(before: bytes | None) -> str:
        file.write_text("theirs")
        return "ours"

    with pytest.raises(InputError, match="was changed by another program"):
        update_whole(file, change)
    assert ("theirs", [file]) == (file.read_text(), list(tmp_path.iterdir()))


def test_file_made_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "new.json"
    file.write_text("theirs")
    with pytest.raises(InputError, match="the file exists"):
        write_whole(file, "ours", new=True)
    assert ("theirs", [file]) == (file.read_text(), list(tmp_path.iterdir()))


def test_who_waits_too_long_is_told_that_another_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "kept.yaml"
    message = "another process is writing this file"
    with holder(file), pytest.raises(InputError, match=message), locked.locked(file, wait=0.1):
        pass
    with locked.locked(file, wait=HANGS):  # let go of when its process was killed
        pass
    assert [] == list(tmp_path.iterdir())


class holder:
    """Another process that holds the lock of a file and has half written it, until it is killed."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __enter__(self) -> holder:
        code = (
            "import sys, time; from pathlib import Path; from grader.io import locked\n"
            "with locked.locked(Path(sys.argv[1])) as target:\n"
            "    locked.part_name(target).write_text('half')\n"
            "    print('held', flush=True); sys.stdin.read()"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(self.file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert "held\n" == self.process.stdout.readline()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate(timeout=HANGS)


def test_what_a_kill_left_is_swept_by_the_next_write_in_the_folder(tmp_path: Path) -> None:
    with holder(tmp_path / "killed.yaml"):
        # What a living process holds stays.
        write_whole(tmp_path / "other.json", "{}")
        assert 3 == len(list(tmp_path.iterdir()))
    assert 3 == len(list(tmp_path.iterdir()))
    write_whole(tmp_path / "third.json", "{}")
    assert ["other.json", "third.json"] == sorted(path.name for path in tmp_path.iterdir())


def test_files_of_others_are_never_swept(tmp_path: Path) -> None:
    strangers = [".out.json.abcd1234.part", "x.part", "openpyxl.abc", "a.pickle", ".x.lock", ".grader-1.part"]
    for name in strangers:
        (tmp_path / name).write_text("theirs")
    folder = part_name(tmp_path / "a")
    folder.mkdir()
    link = part_name(tmp_path / "b")
    link.symlink_to(tmp_path / "x.part")
    write_whole(tmp_path / "ours.json", "{}")
    expected = sorted([*strangers, folder.name, link.name, "ours.json"])
    assert expected == sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives files away")
def test_what_another_user_left_is_not_swept(tmp_path: Path) -> None:
    left = part_name(tmp_path / "a")
    left.write_text("half")
    os.chown(left, 12345, 12345)
    write_whole(tmp_path / "ours.json", "{}")
    assert left.exists()


# Kills ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step", ["open", "write", "fsync", "chmod", "replace", "fsync of the folder", "unlink"]
)
def test_kill_at_any_step_leaves_the_old_file_or_the_new_and_the_next_run_sweeps(
    tmp_path: Path, step: str
) -> None:
    file = tmp_path / "kept.yaml"
    file.write_text("old")
    before = step in ("open", "write", "fsync", "chmod", "replace")
    assert -signal.SIGKILL == killed_at(step, file)
    assert ("old" if before else "new") == file.read_text()
    write_whole(file, "newer")
    assert ("newer", [file]) == (file.read_text(), list(tmp_path.iterdir()))


def killed_at(step: str, file: Path) -> int:
    """Writes `new` in a process that is killed as it is about to do this step."""
    code = f"""
import os, signal, sys
from pathlib import Path
from grader.io.written import write_whole

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

calls = []
def second(*_, **__):
    calls.append(1)
    if len(calls) == 2:
        die()

step = {step!r}
import grader.io.written, grader.io.locked, filelock  # what they import does these things too
if step == "open": grader.io.written.part_name = lambda target, of=grader.io.written.part_name: (
    os.open(of(target), os.O_CREAT | os.O_WRONLY), die())
if step == "write": Path.write_bytes = die
if step == "fsync": os.fsync = die
if step == "chmod": Path.chmod = die
if step == "replace": Path.replace = die
if step == "fsync of the folder": os.fsync = second
if step == "unlink": Path.unlink = die
write_whole(Path(sys.argv[1]), "new")
"""
    return subprocess.run([sys.executable, "-c", code, str(file)], timeout=HANGS, check=False).returncode


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 60))])
def test_decide_killed_at_a_random_moment_is_recorded_whole_or_not_at_all(proposal: Path, seed: int) -> None:
    file = proposal.with_name("decisions.yaml")
    assert 0 == subprocess.run(decide_command(proposal, AREAS[0]), timeout=HANGS, check=False).returncode
    old = read_decisions(file).decisions
    process = subprocess.Popen(decide_command(proposal, AREAS[1]), stdout=subprocess.DEVNULL)
    chance = random.Random(seed)
    if chance.random() < 0.7:  # while it writes: then its part or its lock is there
        while process.poll() is None and len(list(proposal.parent.iterdir())) == 3:
            time.sleep(0.001)
    time.sleep(chance.choice([0.0, 0.001, 0.01, 1.0]))
    process.kill()
    process.wait(HANGS)
    after = read_decisions(file).decisions
    assert set(after.grades) - set(old.grades) <= {AREAS[1]}
    assert old.grades[AREAS[0]] == after.grades[AREAS[0]]
    assert 0 == subprocess.run(decide_command(proposal, AREAS[2]), timeout=HANGS, check=False).returncode
    # What had come into the log when it was killed, the next command puts into the file.
    recorded = set(read_decisions(file).decisions.grades)
    assert {*after.grades, AREAS[2]} <= recorded <= {*after.grades, AREAS[1], AREAS[2]}
    assert [act.area for act in decision_log(file).acts if act.area in recorded] == [
        area for area in AREAS[:3] if area in recorded
    ]
    assert sorted([file, log_beside(file), proposal]) == sorted(proposal.parent.iterdir())


def test_every_command_that_writes_a_file_writes_it_whole() -> None:
    """No other module opens a file to write it, or gives one a name."""
    allowed = {Path(locked.__file__), Path(written.__file__)}
    writes = (".write_text(", ".write_bytes(", "os.replace(", "NamedTemporaryFile(", "mkstemp(", ".save(")
    assert [] == [
        f"{path.name}: {line.strip()}"
        for path in sorted((ROOT / "src").rglob("*.py"))
        if path not in allowed and not is_in_a_worker(path)
        for line in path.read_text("utf-8").splitlines()
        if any(word in line for word in writes) and not (passes_a_name_on(line) or is_an_example(line))
    ]


def passes_a_name_on(line: str) -> bool:
    # The latter two keep a workbook and a document in memory.
    return any(word in line for word in ("put_whole(", "InMemory(", "file.save(stream)"))


def is_in_a_worker(path: Path) -> bool:
    # A worker of the workbench writes in an empty folder of its own, which goes with it.
    return path.parent.name == "server" and path.name.startswith("job_")


def is_an_example(line: str) -> bool:
    return line.lstrip().startswith((">>> ", "... "))  # of a docstring, which no command runs


@pytest.fixture(autouse=True)
def _no_left_overs_of_the_tests(tmp_path: Path) -> Iterator[None]:
    yield
    assert [] == [path for path in tmp_path.rglob("*.lock") if "grader-" in path.name]
