"""The bytes of a file a person names, read within limits."""

from __future__ import annotations

import errno
import os
import stat
from typing import NoReturn

from grader.errors import InputError, Place, Problem
from grader.io.scalars import (
    shown_name,
)

SIZE_LIMIT = 16 * 2**20
# Not to wait for the other end of a pipe, should the name lead to one by the time it is opened.
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_READ_ERRORS = {
    errno.ENOENT: ("there is no such file", "check the name and the folder"),
    errno.ENOTDIR: ("there is no such file", "check the name and the folder"),
    errno.EACCES: ("the file may not be read", "check its permissions"),
    errno.EPERM: ("the file may not be read", "check its permissions"),
    errno.ELOOP: ("the link leads back to itself", "point the link at a file"),
}


def read_bytes(path: str | os.PathLike[str], limit: int = SIZE_LIMIT) -> bytes:
    """The bytes of a regular file up to `limit`; raises InputError."""
    name = os.fspath(path)
    file = shown_name(name)
    try:
        # Before opening: merely opening some devices and pipes has effects, or waits for ever.
        _check_regular(os.stat(name), limit, file)
        with open(os.open(name, _OPEN), "rb") as stream:
            # Again, on what was opened: the name may lead elsewhere by now.
            _check_regular(os.fstat(stream.fileno()), limit, file)
            raw = stream.read(limit + 1)
    except InputError:  # which is a ValueError too
        raise
    except OSError as error:
        message, help = _READ_ERRORS.get(error.errno or 0, (None, "check the file and the disk it is on"))
        if message is None:
            message = f"the file cannot be read: {(error.strerror or 'unknown reason').lower()}"
        _refuse(Place(file), message, help)
    except ValueError:  # a NUL or a lone surrogate in the name
        _refuse(Place(file), "this cannot be the name of a file", "check the name")
    check_size(len(raw), limit, file)
    return raw


def _check_regular(status: os.stat_result, limit: int, file: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = _KINDS.get(stat.S_IFMT(status.st_mode), "something else")
        _refuse(Place(file), f"this is {kind}, not a file", "name a file")
    check_size(status.st_size, limit, file)


def check_size(size: int, limit: int, file: str) -> None:
    """Refuse a file of more than `limit` bytes."""
    if size > limit:
        shown = f"{limit / 2**20:g} MiB" if limit >= 2**20 else f"{limit:,} bytes"
        _refuse(Place(file), f"the file is larger than {shown}", "split it, or take out what is not needed")


def _refuse(place: Place, message: str, help: str) -> NoReturn:
    raise InputError([Problem(message, place, help)])
