"""What a worker process may read and write: itself, grader's own files, and its private folder.

By Landlock, which Linux has since 5.13 where it is switched on, with or without root. What it takes away
cannot be had back by this process, nor by any that it starts.
"""

from __future__ import annotations

import ctypes
import os
import site
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every architecture
_PR_SET_NO_NEW_PRIVS: Final = 38
_PATH_BENEATH: Final = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_DIR = (1 << at for at in range(5))
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_READ: Final = _EXECUTE | _READ_FILE | _READ_DIR
#: By version of Landlock, how many rights over files it knows.
_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15}
_NEWEST: Final = 16
#: Rights that a file has, and no folder.
_OF_FILES: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
#: From version 4: to bind and connect TCP. From version 6: abstract sockets, and signals, of other processes.
_NETWORK: Final = 0b11
_SCOPED: Final = 0b11

#: What programs and libraries need of the system, none of it anybody's own.
_SYSTEM: Final = (
    "/usr",
    "/bin",
    "/lib",
    "/lib64",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/var/cache/fontconfig",
    "/dev/urandom",
    "/dev/zero",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
)


def version() -> int:
    """The version of Landlock there is; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    found = _call(_CREATE, None, 0, 1)
    return max(found, 0)


def confine(folder: Path) -> bool:
    """Leave this process its folder to write in and grader's own files to read; False where that fails.

    Threads that are running already keep what they may: call it before any is started.
    """
    known = version()
    if not known:
        return False
    rights = (1 << _RIGHTS.get(known, _NEWEST)) - 1
    fields = [rights, _NETWORK if known >= 4 else 0, _SCOPED if known >= 6 else 0]
    count = 1 if known < 4 else 2 if known < 6 else 3
    attributes = struct.pack(f"{count}Q", *fields[:count])
    rules = _call(_CREATE, attributes, len(attributes), 0)
    if rules < 0:
        return False
    try:
        allowed = [(path, _READ) for path in _readable()]
        allowed += [(Path(os.devnull), _READ | _WRITE_FILE), (folder, rights), (folder.parent, _REMOVE_DIR)]
        for path, access in allowed:
            _allow(rules, path, access & rights)
        libc = ctypes.CDLL(None, use_errno=True)
        return bool(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 and _call(_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


def _readable() -> Iterator[Path]:
    """The interpreter, what can be imported, grader's frameworks and rules, and what the system lends."""
    from grader.io import catalogue

    home = catalogue.home()
    named = [*map(Path, (*_SYSTEM, *_of_python())), home / "frameworks", home / "rules"]
    yield from (path for path in named if path.exists())


def _of_python() -> list[str]:
    packages = [*site.getsitepackages(), site.getusersitepackages()]
    named = [os.path.realpath(each) for each in (sys.prefix, sys.base_prefix, *packages, *sys.path) if each]
    return [*dict.fromkeys(named)]


def _allow(rules: int, path: Path, access: int) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not path.is_dir():
            access &= _OF_FILES
        _call(_ADD, rules, _PATH_BENEATH, struct.pack("=Qi", access, opened), 0)
    finally:
        os.close(opened)


def _call(number: int, *arguments: int | bytes | None) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    given = [ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(a) for a in arguments]
    libc.syscall.restype = ctypes.c_long
    return int(libc.syscall(ctypes.c_long(number), *given))
