"""Pieces graded by several processes: in order, and never many at once."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from grader.errors import GraderError
from grader.io.locked import passing_file

P = TypeVar("P", contravariant=True)
R = TypeVar("R", covariant=True)

#: Pieces under way for each process: one being done, one waiting, so that none stands idle.
AHEAD = 2


class Grades(Protocol[P, R]):
    """Something that can be sent to another process and grades there."""

    def grade(self, piece: P) -> R: ...


_HERE: Any = None
"""In a process of the pool: what grades there."""


def _start(work: str) -> None:
    global _HERE
    _HERE = pickle.loads(Path(work).read_bytes())
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End when the parent does, however it ends: nobody is left to grade for."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _grade(piece: Any) -> Any:
    return _HERE.grade(piece)


def in_processes(work: Grades[P, R], pieces: Sequence[P], processes: int | None = None) -> Iterator[R]:
    """The results of `work` on each piece, in order.

    Parameters
    ----------
    work : Grades
        Sent once to each process.
    pieces : sequence
        Sent a few at a time, to bound memory.
    processes : int, optional
        As many as processors by default.

    Raises
    ------
    GraderError
        A process ended early.
    """
    many = min(processes or _processors(), len(pieces))
    if many < 2:
        yield from map(work.grade, pieces)
        return
    # Forking a process that runs threads (Polars does) can hang the child.
    context = multiprocessing.get_context("spawn")
    # By way of a file: a start that fails before it has read a large argument blocks who sends it.
    with passing_file(pickle.dumps(work)) as sent:
        pool = ProcessPoolExecutor(many, mp_context=context, initializer=_start, initargs=(str(sent),))
        under_way: deque[Future[Any]] = deque()
        try:
            for piece in pieces:
                if len(under_way) >= many * AHEAD:
                    yield under_way.popleft().result()
                # Any may start a process, which inherits this: an interrupt is for this one to act on.
                with _interrupts_ignored():
                    under_way.append(pool.submit(_grade, piece))
            while under_way:
                yield under_way.popleft().result()
        except BrokenProcessPool as error:
            help = "from a script, start below `if __name__ == '__main__':`; else see whether memory ran out"
            raise GraderError("a process that grades ended before its work was done", help=help) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
