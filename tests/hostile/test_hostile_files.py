"""Names that lead to no plain file, and places output cannot go."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

Grader = Callable[..., object]

ITEM = "id: E1, characteristics: [responding.1a], assessment: meets, statement: S, basis: data, source: s"
#: Root's privileges of reading and writing what its owner may not: gone, root is refused as anybody is.
OVERRIDES = (1, 2)
PR_CAPBSET_DROP = 24


def unprivileged() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in OVERRIDES if os.getuid() == 0 else ():
        if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "a privilege cannot be dropped")


# Input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["validate", "grade", "explain"])
def test_names_that_lead_to_no_file(
    command: str, grader: Grader, here: Grader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "loop.yaml").symlink_to("loop2.yaml")
    (tmp_path / "loop2.yaml").symlink_to("loop.yaml")
    (tmp_path / "dangling.yaml").symlink_to("nowhere.yaml")
    os.mkfifo(tmp_path / "pipe.yaml")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "socket.yaml"))
    with open(tmp_path / "huge.yaml", "wb") as sparse:
        sparse.truncate(100 * 2**20)
    said = {
        "loop.yaml": "the link leads back to itself",
        "dangling.yaml": "there is no such file",
        "pipe.yaml": "this is a pipe, not a file",
        "socket.yaml": "this is a socket, not a file",
        "huge.yaml": "the file is larger than 16 MiB",
        "/dev/zero": "this is a device, not a file",
        "/dev/stdin": "this is a device, not a file",
        "huge.yaml/below.yaml": "there is no such file",
        "x" * 300 + ".yaml": "the file cannot be read: file name too long",
        ".": "no rulebook.yaml in the folder" if command == "validate" else "this is a folder",
        "folder.yaml": "no rulebook.yaml in the folder" if command == "validate" else "this is a folder",
    }
    for name, expected in said.items():
        if command == "explain":
            # In a process of its own what might be read without end.
            asked = grader if name in ("pipe.yaml", "/dev/zero", "/dev/stdin") else here
            ran = asked(command, name, "responding")
            assert expected in ran.messages[0], name
    if command != "explain":
        # Fewer at a time than are graded by several processes.
        names = list(said)
        messages = [
            m for some in (names[:6], names[6:]) for m in grader(command, *some, cwd=tmp_path).messages
        ]
        starts = [f"error: {name}: {expected}" for name, expected in said.items()]
        assert [] == [s for s in starts if not any(m.startswith(s) for m in messages)]


def test_a_file_nobody_may_read(grader: Grader, tmp_path: Path) -> None:
    file = tmp_path / "secret.yaml"
    file.write_text("a: 1")
    file.chmod(0)
    ran = grader("validate", "secret.yaml", cwd=tmp_path, preexec_fn=unprivileged)
    assert ["error: secret.yaml: the file may not be read"] == ran.messages


def test_names_that_would_steer_a_terminal(grader: Grader, tmp_path: Path) -> None:
    names = ["\x1b]0;owned\x07.yaml", "a\nerror: b.yaml", "\u202eelif.yaml", "[bold]x[/].yaml", "\udcff.yaml"]
    ran = grader("validate", *names, cwd=tmp_path)
    assert 2 == ran.code
    assert len(names) == len(ran.messages)
    assert r"error: \x1b]0;owned\x07.yaml: there is no such file" in ran.messages


def test_standard_input_closed(grader: Grader, inspection: Callable[..., Path]) -> None:
    ran = grader("grade", inspection(ITEM), "--json", preexec_fn=lambda: os.close(0), stdin=None)
    assert 0 == ran.code


# Output --------------------------------------------------------------------------------------------------


def test_places_output_cannot_go(
    grader: Grader,
    here: Grader,
    inspection: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    file = inspection(ITEM)
    before = file.read_bytes()
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "itself.json").symlink_to(file)
    (tmp_path / "loop.json").symlink_to("loop.json")
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "full.json").symlink_to("/dev/full")
    said = {
        "folder.json": "this is a folder",
        "missing/o.json": "there is no such folder to write to",
        "itself.json": "the output is also an input",
        "pipe.json": "this is not a regular file",
        "full.json": "this is not a regular file",
        "inspection.yaml": "an output file ends in .json or .jsonl",
        "/dev/full": "an output file ends in .json or .jsonl",
        "inspection.yaml/o.json": "there is no such folder to write to",
        "y" * 300 + ".json": "",
        "loop.json": "",
    }
    for name, expected in said.items():
        # In a process of its own what might be waited for without end.
        ran = (grader if name == "pipe.json" else here)("grade", file, "-o", name, "--force")
        assert 2 == ran.code, name
        assert expected in ran.messages[0], name
    assert before == file.read_bytes()
    assert not [p for p in tmp_path.iterdir() if p.suffix == ".part"]


def test_a_folder_nobody_may_write_to(
    grader: Grader, inspection: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "closed").mkdir(mode=0o555)
    ran = grader("grade", inspection(ITEM), "-o", "closed/o.json", cwd=tmp_path, preexec_fn=unprivileged)
    assert ["error: closed/o.json: the file cannot be written: permission denied"] == ran.messages


def test_a_link_is_written_through(grader: Grader, inspection: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    ran = grader("grade", inspection(ITEM), "-o", "link.json", "--force", cwd=tmp_path)
    assert 0 == ran.code
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text().startswith("{")


@pytest.mark.parametrize("how", [(), ("--json",)], ids=["summary", "json"])
def test_a_full_disk_is_said(how: tuple[str, ...], grader: Grader, inspection: Callable[..., Path]) -> None:
    with open("/dev/full", "wb") as full:
        ran = grader("grade", inspection(ITEM), *how, stdout=full.fileno())
    assert 2 == ran.code
    assert ["error: the output cannot be written: no space left on device"] == ran.messages


def test_standard_output_closed(grader: Grader, inspection: Callable[..., Path]) -> None:
    for how in ((), ("--json",)):
        ran = grader("grade", inspection(ITEM), *how, preexec_fn=lambda: os.close(1))
        assert 2 == ran.code
        assert ["error: the output cannot be written: standard output is closed"] == ran.messages


def test_a_reader_that_leaves(grader: Grader, inspection: Callable[..., Path]) -> None:
    for how in ((), ("--json",)):
        reading, writing = os.pipe()
        os.close(reading)
        ran = grader("grade", inspection(ITEM), *how, stdout=writing, restore_signals=False)
        os.close(writing)
        assert 128 + signal.SIGPIPE == ran.code
        assert "" == ran.err


@pytest.mark.parametrize(
    "encoding", ["ascii", *(pytest.param(n, marks=pytest.mark.slow) for n in ("cp037", "latin-1", "utf-16"))]
)
def test_a_terminal_that_cannot_show_it(
    encoding: str, grader: Grader, inspection: Callable[..., Path]
) -> None:
    file = inspection(ITEM.replace("statement: S", "statement: Größe 🚓 שלום"))
    for arguments in (("grade", file), ("explain", file, "responding")):
        ran = grader(*arguments, env={"PYTHONIOENCODING": f"{encoding}:strict"}, encoding=encoding)
        assert 0 == ran.code
        assert ran.out
