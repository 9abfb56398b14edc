"""What a worker may not do: exceed its memory or time, or reach any network."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from typing import Any, Final

_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | 1  # with EPERM
#: By machine: its name for seccomp, and the numbers of socket, socketpair and io_uring_setup.
_CALLS: Final = {"x86_64": (0xC000003E, (41, 53, 425)), "aarch64": (0xC00000B7, (198, 199, 425))}


def limit(memory: int) -> str:
    """Limit this process for good; gives how its network was taken away.

    Parameters
    ----------
    memory : int
        Bytes of address space.
    """
    try:
        import resource
    except ImportError:  # not a POSIX system: the clock of the server remains
        return no_network()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (256 * 2**20, 256 * 2**20))
    way = no_network()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    return way


def allow_cpu(seconds: int) -> None:
    """Give this process so much more processor time, from now on."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def no_network() -> str:
    """Take this process's network away in all ways that work here; gives the strongest."""
    ways = []
    if sys.platform == "linux":
        if _unshare():
            ways.append("a network namespace of its own")
        if _seccomp():
            ways.append("seccomp")
    sys.addaudithook(_refuse_sockets)
    ways.append("an audit hook")
    return ways[0]


def _unshare() -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET) == 0:
        return True
    # Without privileges, in a user namespace of its own: open files and paths stay as they were.
    return bool(libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)


def _seccomp() -> bool:
    """Refuse socket, socketpair and io_uring with EPERM, and every call of another architecture."""
    known = _CALLS.get(platform.machine())
    if known is None or sys.byteorder != "little":
        return False
    architecture, calls = known
    load, equal, greater, answer = 0x20, 0x15, 0x35, 0x06
    program = [
        (load, 0, 0, 4),  # the architecture of the call
        (equal, 1, 0, architecture),
        (answer, 0, 0, _REFUSE),
        (load, 0, 0, 0),  # its number
        (greater, 0, 1, 0x40000000),  # x32, whose numbers are others
        (answer, 0, 0, _REFUSE),
    ]
    for call in calls:
        program += [(equal, 0, 1, call), (answer, 0, 0, _REFUSE)]
    program.append((answer, 0, 0, _ALLOW))
    packed = b"".join(struct.pack("HBBI", *each) for each in program)
    code = ctypes.create_string_buffer(packed)
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    pointer = ctypes.create_string_buffer(header)
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(pointer), 0, 0) == 0)


def _refuse_sockets(event: str, arguments: Any) -> None:
    if event.startswith("socket."):
        raise PermissionError("a worker reaches no network")


def memory_taken() -> int:
    """Bytes of memory this process holds; 0 where that cannot be told."""
    try:
        with open("/proc/self/statm", "rb") as stream:
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0
