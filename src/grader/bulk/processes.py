"""Pieces graded by several processes: in order, and never many at once."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, Protocol, TypeVar

P = TypeVar("P", contravariant=True)
R = TypeVar("R", covariant=True)

#: Pieces under way for each process: one being done, one waiting, so that none stands idle.
_AHEAD = 2


class Grades(Protocol[P, R]):
    """Something that can be sent to another process and grades there."""

    def grade(self, piece: P) -> R: ...


_HERE: Any = None
"""In a process of the pool: what grades there."""


def _start(work: Any) -> None:
    global _HERE
    _HERE = work


def _grade(piece: Any) -> Any:
    return _HERE.grade(piece)


def in_processes(work: Grades[P, R], pieces: Sequence[P], processes: int | None = None) -> Iterator[R]:
    """What `work` makes of each piece, in the order of the pieces.

    Parameters
    ----------
    work : Grades
        Sent once to each process.
    pieces : sequence
        What is graded; a few pieces for each process are under way at a time, so that memory stays bounded
        however many there are.
    processes : int, optional
        By default as many as this process may use processors, and no more than there are pieces.
    """
    many = min(processes or len(os.sched_getaffinity(0)), len(pieces))
    if many < 2:
        yield from map(work.grade, pieces)
        return
    # Forking a process that runs threads (Polars does) can hang the child.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(many, mp_context=context, initializer=_start, initargs=(work,)) as pool:
        under_way: deque[Future[Any]] = deque()
        left = iter(pieces)
        try:
            for piece in left:
                under_way.append(pool.submit(_grade, piece))
                if len(under_way) >= many * _AHEAD:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()
