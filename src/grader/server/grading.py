"""Proposals and explanations: worked out by workers, and kept by the revision of the inspection."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final

from grader.errors import InputError, InternalError, Place, Problem
from grader.server.columns import json_text
from grader.server.jobs import problem_of
from grader.server.refusals import WorkerFailed
from grader.server.workers import Workers

Data = dict[str, Any]


class Grading:
    """Asks workers; one question of one revision is worked out once, however many ask.

    Of each question the answer at the latest revision is kept: nobody asks about an earlier one again.

    Parameters
    ----------
    workers : Workers
    most : int
        Bytes of compressed answers kept.
    """

    def __init__(self, workers: Workers, most: int) -> None:
        self.workers = workers
        self._most = most
        self._kept: OrderedDict[str, tuple[int, bytes]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, int], Future[Data]] = {}
        self._forgotten = 0

    def run(
        self, job: str, *blobs: bytes, wall: float | None = None, **arguments: Any
    ) -> tuple[Data, list[bytes]]:
        """Have a job done; its answer is not kept.

        Raises
        ------
        InputError
            What it was given has faults.
        WorkerFailed, Busy
            As for `Workers.do`.
        """
        answer, files = self.workers.do(job, *blobs, wall=wall, **arguments)
        if "problems" in answer:
            raise InputError(_of_form(problem_of(each)) for each in answer["problems"])
        if answer.get("fault") == "memory":
            raise WorkerFailed(
                "this took more memory than it may: nothing was changed", help="try it with less at once"
            )
        if "fault" in answer:
            raise InternalError(f"a job failed: {answer.get('said')}", help="report this as a fault")
        return answer["done"], files

    def answer(self, job: str, key: str, revision: int, read: Callable[[], Data], **arguments: Any) -> Data:
        """What a job says of an inspection at a revision.

        Parameters
        ----------
        job : str
            One that takes `inspection`.
        key, revision
            Which inspection, and how it stands.
        read : function
            Gives the inspection's data, where the answer is not kept.
        """
        question = f"{key}/{hashlib.sha256(json_text([job, arguments]).encode('ascii')).hexdigest()}"
        future: Future[Data] = Future()
        mine = False
        with self._lock:
            forgotten = self._forgotten
            at, kept = self._kept.get(question, (None, b""))
            if at == revision:
                self._kept.move_to_end(question)
            else:
                under_way = self._under_way.setdefault((question, revision), future)
                mine, future = under_way is future, under_way
        if at == revision:
            found: Data = json.loads(zlib.decompress(kept))
            return found
        if not mine:
            return future.result()
        try:
            answer, _ = self.run(job, inspection=read(), known_as=f"{key}/{revision}", **arguments)
        except BaseException as error:
            future.set_exception(error)
            raise
        else:
            self._keep(question, revision, answer, forgotten)
            future.set_result(answer)
            return answer
        finally:
            with self._lock:
                self._under_way.pop((question, revision), None)

    def forget(self, key: str) -> None:
        """Drop kept answers on an inspection: what was redacted or erased is not shown again."""
        with self._lock:
            self._forgotten += 1
            for question in [q for q in self._kept if q.startswith(f"{key}/")]:
                self._size -= len(self._kept.pop(question)[1])

    def _keep(self, question: str, revision: int, answer: Data, forgotten: int) -> None:
        packed = zlib.compress(json.dumps(answer).encode("utf-8"), 1)
        with self._lock:
            if forgotten != self._forgotten:
                return  # something was redacted or erased while it was worked out
            at, earlier = self._kept.get(question, (revision, b""))
            if at > revision:
                return  # somebody changed the inspection while it was worked out
            self._size += len(packed) - len(earlier)
            self._kept[question] = revision, packed
            self._kept.move_to_end(question)
            while self._size > self._most and self._kept:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._size -= len(dropped)


_OPTION: Final = re.compile(r"(?:: |, )--[a-z-]+(?: [A-Z]+)?$")


def _of_form(problem: Problem) -> Problem:
    """A fault of a command's option, as one of the form's field."""
    if problem.place is None or not problem.place.file.startswith("--"):
        return problem
    field = problem.place.file.removeprefix("--").split(" ")[0]
    help = _OPTION.sub("", problem.help) if problem.help is not None else None
    return Problem(problem.message, Place(field), help, problem.code)
