"""A worker: reads jobs from standard input, one after the other, and answers on standard output.

It is started anew, never forked, holds no secret or connection, and is limited before it reads anybody's
bytes. Jobs and answers are JSON and plain bytes: nothing in them is run.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO, Final

#: Length of the JSON and number of blobs; each blob then has its length before it.
HEAD: Final = struct.Struct(">QI")
LENGTH: Final = struct.Struct(">Q")
#: Bytes a message may hold at most, either way.
MOST: Final = 512 * 1024 * 1024


class Broken(Exception):
    """A message that is none: the other side ended, or writes something else."""


def write_message(stream: BinaryIO, data: dict[str, Any], blobs: list[bytes]) -> None:
    """Write data and blobs as one message."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False).encode("ascii")
    stream.write(HEAD.pack(len(text), len(blobs)))
    stream.write(text)
    for blob in blobs:
        stream.write(LENGTH.pack(len(blob)))
        stream.write(blob)
    stream.flush()


def read_message(stream: BinaryIO) -> tuple[dict[str, Any], list[bytes]]:
    """The next message; raises Broken."""
    length, count = HEAD.unpack(_exactly(stream, HEAD.size))
    if length > MOST or count > 1000:
        raise Broken("a message is too long")
    try:
        data = json.loads(_exactly(stream, length))
    except (ValueError, RecursionError) as error:
        raise Broken("a message is not JSON") from error
    if not isinstance(data, dict):
        raise Broken("a message is no object")
    blobs, whole = [], length
    for _ in range(count):
        (size,) = LENGTH.unpack(_exactly(stream, LENGTH.size))
        whole += size
        if whole > MOST:
            raise Broken("a message is too long")
        blobs.append(_exactly(stream, size))
    return data, blobs


def _exactly(stream: BinaryIO, size: int) -> bytes:
    parts: list[bytes] = []
    left = size
    while left:
        part = stream.read(min(left, 1 << 20))
        if not part:
            raise Broken("the other side ended")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def main() -> None:
    """Serve jobs until the server closes the pipe."""
    memory, cpu, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    # What prints, prints to nobody: the pipe is for answers alone.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    asked = os.fdopen(os.dup(0), "rb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(folder)
    parent = os.getppid()

    from grader.server import jobs, long_running, worker_files, worker_limits

    way = worker_limits.limit(memory)
    confined = worker_files.confine(folder)
    # Not before: a thread keeps what it may when it is started.
    threading.Thread(target=_end_with_parent, args=(parent, folder), daemon=True).start()
    worker_limits.allow_cpu(cpu)
    jobs.warm()
    long_running.spare_what_is_loaded()
    write_message(answers, {"ready": True, "network": way, "confined": confined}, [])
    while True:
        try:
            job, blobs = read_message(asked)
        except Broken:
            return
        worker_limits.allow_cpu(cpu)
        answer, files = jobs.do(job, blobs)
        answer["memory"] = worker_limits.memory_taken()
        write_message(answers, answer, files)
        _empty(folder)


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def _end_with_parent(parent: int, folder: Path) -> None:
    """End when the server does, however it ends, and leave nothing of anybody's behind."""
    import time

    while os.getppid() == parent:
        time.sleep(1)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    main()
