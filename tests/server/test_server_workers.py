"""Workers: what hangs, takes too much or ends costs its request a clear message, and never the server."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.errors import InputError
from grader.io import catalogue
from grader.server import job_grading, worker_files
from grader.server.grading import Grading
from grader.server.refusals import WorkerFailed
from grader.server.settings import Limits
from grader.server.workers import Workers

#: A module of jobs that do what none of ours does; workers find it where PYTHONPATH says.
MISBEHAVING = """
import ctypes, os, socket, time
from pathlib import Path
def hang(_): time.sleep(3600)
def spin(_):
    while True: pass
def take(_, size): return {"taken": len(bytearray(size))}, []
def end(_): os.abort()
def print_much(_): print("x" * 100000); os.write(1, b"x" * 1000); return {}, []
def reach(_):
    said = []
    for ask in (lambda: socket.socket(), lambda: socket.create_connection(("127.0.0.1", 9))):
        try: ask(); said.append("reached")
        except OSError as error: said.append("refused")
    number = ctypes.CDLL(None, use_errno=True).socket(2, 1, 0)
    return {"python": said, "c": "refused" if number < 0 else "reached"}, []
def look(_):
    import resource
    return {"folder": os.getcwd(), "files": os.listdir("."), "secret": os.environ.get("GRADER_DATABASE", ""),
            "memory": resource.getrlimit(resource.RLIMIT_AS)[0]}, []
def read(_, path):
    try: return {"read": Path(path).read_bytes().decode()}, []
    except OSError as error: return {"refused": error.strerror}, []
def write(_, path):
    try: return {"wrote": Path(path).write_text("x")}, []
    except OSError as error: return {"refused": error.strerror}, []
def run(_, path):
    import subprocess
    return {"said": subprocess.run(["/bin/cat", path], capture_output=True).stdout.decode()}, []
def leave(_): Path("left").write_text("x"); return {}, []
JOBS = {"hang": hang, "spin": spin, "take": take, "end": end, "print_much": print_much, "reach": reach,
        "look": look, "leave": leave, "read": read, "write": write, "run": run}
from grader.server import job_grading
job_grading.JOBS.update(JOBS)
"""


@pytest.fixture(scope="module")
def grading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grading]:
    """Workers who misbehave when they are asked to."""
    folder: Path = tmp_path_factory.mktemp("misbehaving")
    (folder / "sitecustomize.py").write_text(MISBEHAVING)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")])))
        patch.setenv("GRADER_DATABASE", "postgresql://user:secret@host/name")
        workers = Workers(Limits(workers=1, worker_cpu=2, worker_wall=30))
        workers.start()
        yield Grading(workers, 0)
        workers.close()


@pytest.mark.parametrize(("job", "wall"), [("hang", 1.0), ("spin", None), ("end", None)])
def test_what_hangs_or_ends_is_told_and_the_next_is_served(
    grading: Grading, job: str, wall: float | None
) -> None:
    with pytest.raises(WorkerFailed, match="nothing was changed"):
        grading.run(job, wall=wall)
    assert "folder" in grading.run("look")[0]


def test_two_gigabytes_are_refused(grading: Grading) -> None:
    with pytest.raises(WorkerFailed, match="more memory"):
        grading.run("take", size=2 * 2**30)
    assert {"taken": 2**20} == grading.run("take", size=2**20)[0]


def test_no_network_is_reached(grading: Grading) -> None:
    assert {"python": ["refused", "refused"], "c": "refused"} == grading.run("reach")[0]


def test_a_worker_sees_an_empty_folder_and_no_secret(grading: Grading) -> None:
    grading.run("leave")
    found, _ = grading.run("look")
    assert ([], "", 2**30) == (found["files"], found["secret"], found["memory"])
    assert Path(found["folder"]).is_relative_to(str(grading.workers.home))


@pytest.fixture(scope="module")
def confined(grading: Grading) -> Grading:
    """Workers that Landlock holds; skips where the system has none."""
    assert bool(worker_files.version()) == grading.workers.confined
    if not grading.workers.confined:
        pytest.skip("no Landlock on this machine")
    return grading


def test_a_worker_reads_and_writes_nothing_of_the_servers(confined: Grading, tmp_path: Path) -> None:
    database = tmp_path / "grader.sqlite3"
    database.write_text("secret")
    refused = {"refused": "Permission denied"}
    others = [database, Path("/etc/passwd"), Path(f"/proc/{os.getpid()}/environ"), Path(__file__)]
    assert [refused] * 4 == [confined.run("read", path=str(path))[0] for path in others]
    assert {"said": ""} == confined.run("run", path=str(database))[0]
    inside = Path(job_grading.__file__)
    assert [refused] * 3 == [
        confined.run("write", path=str(path))[0] for path in (database, tmp_path / "new", inside)
    ]
    assert {"wrote": 1} == confined.run("write", path="mine")[0]
    assert ("secret", False) == (database.read_text(), (tmp_path / "new").exists())


def test_a_worker_reads_the_frameworks_it_grades_by(confined: Grading) -> None:
    for name in catalogue.framework_ids():
        found, _ = confined.run("find", words="safe", framework=name)
        assert name == found["framework"]


def test_what_a_library_prints_is_no_answer(grading: Grading) -> None:
    assert ({}, []) == grading.run("print_much")


def test_a_fault_of_an_upload_is_told_at_its_place(grading: Grading) -> None:
    with pytest.raises(InputError) as raised:
        grading.run("read_file", b"inspection: {id: x}\n", file_name="mine.yaml")
    assert {"mine.yaml"} == {p.place.file for p in raised.value.problems if p.place}


def test_workers_end_with_the_server(grading: Grading) -> None:
    pool = Workers(Limits(workers=1))
    pool.start()
    worker: Any = next(iter(pool.workers))
    pool.close()
    deadline = time.monotonic() + 30
    while worker.process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert worker.process.poll() is not None
    assert not worker.folder.exists()
