"""Threads grade while children are made, in every way there is: the children grade too, and none hangs."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Longer than anything here takes on a busy machine.
HANGS = 600

PROGRAM = """
import multiprocessing, sys, threading
import grader

def grade(path):
    return [(area.area, area.grade) for area in grader.grade(path).areas]

def child(path, tube):
    tube.send(grade(path))

if __name__ == "__main__":
    method, path, many = sys.argv[1], sys.argv[2], int(sys.argv[3])
    context = multiprocessing.get_context(method)
    expected = grade(path)
    ended = threading.Event()

    def on_and_on():
        while not ended.is_set():
            # Loaded anew each time, so that what is worked out once an object is worked out again.
            grade(path)

    threads = [threading.Thread(target=on_and_on) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(many):
            ours, theirs = context.Pipe()
            process = context.Process(target=child, args=(path, theirs))
            process.start()
            assert expected == ours.recv()
            process.join()
            assert 0 == process.exitcode
    finally:
        ended.set()
    print("done")
"""


@pytest.mark.slow
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_child_made_while_threads_grade_grades_as_they_do(tmp_path: Path, method: str) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, "utf-8")
    path = ROOT / "examples" / "sussex_2021_22" / "inspection.yaml"
    many = "15" if method == "fork" else "1"
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", str(program), method, str(path), many],
        capture_output=True,
        text=True,
        timeout=HANGS,
        check=False,
    )
    assert (0, "done\n") == (ran.returncode, ran.stdout), ran.stderr


def test_nothing_holds_a_lock_of_a_class_while_it_works_a_value_out() -> None:
    """The lock of Python 3.11's own `cached_property` is closed for ever in a child forked meanwhile."""
    theirs = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "src").rglob("*.py"))
        if path.name != "cached.py"
        for line in path.read_text("utf-8").splitlines()
        if "cached_property" in line and "functools" in line
    ]
    assert [] == theirs
