"""Processes that grade and read uploads, warm and limited; one that fails costs its request alone."""

from __future__ import annotations

import contextlib
import os
import queue
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, BinaryIO, Final

from grader.server.refusals import Busy, WorkerFailed
from grader.server.settings import MEGABYTE, Limits
from grader.server.worker_process import Broken, read_message, write_message

#: Of the server's environment a worker sees these alone: no address of a database, no secret.
_PASSED: Final = (
    "PATH",
    "LANG",
    "LC_ALL",
    "PYTHONPATH",
    "PYTHONDONTWRITEBYTECODE",
    "VIRTUAL_ENV",
    "SYSTEMROOT",
)
#: One thread a library: memory is counted by address space, which every thread of a pool reserves.
_SINGLE: Final = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS", "RAYON_NUM_THREADS"),
    "1",
)
_START: Final = 60.0
#: A worker that holds more memory after a job is replaced.
_FAT: Final = 600 * MEGABYTE


#: Their folders are called so, and by the process that made them.
_FOLDERS: Final = "grader-workers-"


def _sweep() -> None:
    """Take away what servers left that were killed."""
    for left in Path(tempfile.gettempdir()).glob(f"{_FOLDERS}*"):
        number = left.name.removeprefix(_FOLDERS).partition("-")[0]
        with contextlib.suppress(OSError, ValueError):
            if left.lstat().st_uid == os.getuid() and not Path(f"/proc/{int(number)}").exists():
                shutil.rmtree(left, ignore_errors=True)


class _Deadline(Exception):
    pass


class _Worker:
    """One process, and the pipes to it."""

    def __init__(self, limits: Limits, home: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="worker-", dir=home))
        self.jobs = 0
        self.network = ""
        self.confined = False
        self._turn = threading.Lock()
        self._doing = 0
        self._stopped = False
        environment = {name: os.environ[name] for name in _PASSED if name in os.environ}
        environment |= {
            "TMPDIR": str(self.folder),
            "HOME": str(self.folder),
            "MPLCONFIGDIR": str(self.folder),
            **_SINGLE,
        }
        arguments = [str(limits.worker_memory), str(limits.worker_cpu), str(self.folder)]
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "grader.server.worker_process", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=self.folder,
            close_fds=True,
            start_new_session=True,  # so that it can be killed with all it started, and hears no Ctrl-C
        )

    def wait_ready(self) -> None:
        answer, _ = self._read(time.monotonic() + _START)
        self.network = str(answer.get("network", ""))
        self.confined = bool(answer.get("confined"))

    def ask(
        self, job: dict[str, Any], blobs: list[bytes], seconds: float
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Have a job done; after _Deadline, Broken or OSError the worker is good for nothing."""
        deadline = time.monotonic() + seconds
        self.jobs += 1
        assert self.process.stdin is not None
        # A worker that stopped reading would block a large job for ever: killing it breaks the pipe.
        self._doing = self.jobs
        timer = threading.Timer(seconds, self._stop, [self.jobs])
        timer.start()
        try:
            write_message(self.process.stdin, job, blobs)  # type: ignore[arg-type]
            answer = self._read(deadline)
        except (Broken, OSError):
            if time.monotonic() >= deadline - 0.01:
                raise _Deadline from None
            raise
        finally:
            timer.cancel()
            with self._turn:
                self._doing = 0
        if self._stopped:  # as the answer came
            raise _Deadline
        return answer

    def _read(self, deadline: float) -> tuple[dict[str, Any], list[bytes]]:
        assert self.process.stdout is not None
        stream: BinaryIO = self.process.stdout  # type: ignore[assignment]
        ready, _, _ = select.select([stream], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise _Deadline
        return read_message(stream)

    def _stop(self, job: int) -> None:
        """Kill it where it is at a job still, whose time has run out."""
        with self._turn:
            if self._doing == job:
                self._stopped = True
                self.kill()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def end(self) -> int:
        """End it, sweep what it left, and say how it ended."""
        self.kill()
        code = self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        return code


class Workers:
    """A pool of workers, started with the server and replaced when used up.

    Parameters
    ----------
    limits : Limits
        How many, and what each may take.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.home: Path | None = None
        """Where their private folders are, once they are started."""
        self.network = ""
        self.confined = False
        """Whether they read and write nothing of the server's; known once they are started."""
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self.workers: set[_Worker] = set()
        self._lock = threading.Lock()
        self._closed = False

    def start(self) -> None:
        """Start all of them; returns when the first is warm."""
        _sweep()
        self.home = Path(tempfile.mkdtemp(prefix=f"{_FOLDERS}{os.getpid()}-"))
        first = self._new()
        self.network, self.confined = first.network, first.confined
        self._idle.put(first)
        for _ in range(self.limits.workers - 1):
            threading.Thread(target=self._add, daemon=True).start()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            there, self.workers = self.workers, set()
        for worker in there:
            worker.end()
        if self.home is not None:
            shutil.rmtree(self.home, ignore_errors=True)

    def do(
        self, job: str, *blobs: bytes, wall: float | None = None, **arguments: Any
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Have a job done by a worker.

        Parameters
        ----------
        job : str
            A function of `jobs`.
        blobs : bytes
            Its files.
        wall : float, optional
            Seconds, where fewer than the limits give.
        arguments
            Plain data.

        Raises
        ------
        Busy
            No worker was free in time.
        WorkerFailed
            It ran out of time or memory, or ended.
        """
        try:
            worker = self._idle.get(timeout=self.limits.worker_wait)
        except queue.Empty:
            raise Busy("the server is busy, and nothing was changed", help="try again in a moment") from None
        sound = False
        try:
            if worker is None:  # the place of one that ended
                worker = self._new()
            answer = worker.ask(
                {"job": job, "arguments": arguments}, list(blobs), wall or self.limits.worker_wall
            )
            sound = True
        except _Deadline:
            raise WorkerFailed(
                "this took too long, and was stopped: nothing was changed",
                help="try it with less at once; if it is an upload, is it what it should be?",
            ) from None
        except (Broken, OSError):
            raise WorkerFailed(
                "this took more memory or time than it may, or ended the process that did it:"
                " nothing was changed",
                help="try it with less at once; if it is an upload, is it what it should be?",
            ) from None
        finally:
            self._back(worker, sound and answer[0].get("memory", 0) < _FAT)
        return answer

    def _back(self, worker: _Worker | None, sound: bool) -> None:
        """Put a worker back, or end it and have another started in its place."""
        if worker is not None and sound and worker.jobs < self.limits.worker_jobs:
            self._idle.put(worker)
            return
        if worker is not None:
            with self._lock:
                self.workers.discard(worker)
            worker.end()
        threading.Thread(target=self._add, daemon=True).start()

    def _add(self) -> None:
        try:
            worker = self._new()
        except Busy:
            # It could not be started now: whoever needs it next tries again.
            self._idle.put(None)
            return
        self._idle.put(worker)

    def _new(self) -> _Worker:
        worker = None
        try:
            assert self.home is not None, "the workers are started"
            worker = _Worker(self.limits, self.home)
            worker.wait_ready()
        except (_Deadline, Broken, OSError):
            if worker is not None:
                worker.end()
            raise Busy("a worker could not be started", help="is the machine out of memory?") from None
        with self._lock:
            closed = self._closed
            if not closed:
                self.workers.add(worker)
        if closed:
            worker.end()
            raise Busy("the server is ending")
        return worker
