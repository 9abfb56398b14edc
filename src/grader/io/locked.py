"""Locks on files that are written, and what killed processes left beside them.

A lock ends with its process, so who holds it may remove any parts left.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from grader.errors import InputError, Place, Problem

#: Seconds one waits for another that writes the same file; it takes well under a second.
WAIT: Final = 60.0
#: Names of our own: of the file that is locked, and of parts of it not yet whole.
_OURS = re.compile(r"(?P<of>\..*\.grader-[0-9a-f]{12})(\.lock|-[0-9a-f]{12}\.part)", re.DOTALL)


def part_name(target: Path) -> Path:
    """A name beside a file, to write a new one under."""
    return target.parent / f"{_stem(target)}-{secrets.token_hex(6)}.part"


def _stem(target: Path) -> str:
    # Where a folder does not tell capitals apart, two spellings are one file.
    name = target.name.casefold()
    known = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return f".{name[:50]}.grader-{known}"


def cannot_write(path: Path, error: OSError) -> InputError:
    """What is said where a folder or a disk does not take a file."""
    said = (error.strerror or "unknown reason").lower()
    return InputError(
        [Problem(f"the file cannot be written: {said}", Place(str(path)), "check the folder and the disk")]
    )


@contextmanager
def locked(path: Path, *, wait: float = WAIT, busy: Problem | None = None) -> Iterator[Path]:
    """Lock a file against other writers, and remove what killed ones left.

    Parameters
    ----------
    path : Path
        A file or folder, which need not exist.
    wait : float
        Seconds to wait.
    busy : Problem, optional
        What to say where it stays locked.

    Yields
    ------
    Path
        Links followed.

    Raises
    ------
    InputError
        It is locked, or the folder takes no locks.
    """
    from filelock import FileLock, Timeout

    try:
        target = path.resolve()  # a link keeps leading to its file
        known = target.parent / f"{_stem(target)}.lock"
        # Whoever may write in the folder may lock what is in it. A lock that is only a file would outlive
        # its process, so none stands in for a real one.
        mode = 0o600 | stat.S_IMODE(target.parent.stat().st_mode) & 0o066
        lock = FileLock(known, timeout=wait, mode=mode, poll_interval=0.02, fallback_to_soft=False)
        lock.acquire()
    except Timeout as error:
        help = "wait for it and try again; nothing was written"
        message = "another process is writing this file"
        raise InputError([busy or Problem(message, Place(str(path)), help)]) from error
    except NotImplementedError as error:  # what filelock raises on a disk that has no locks
        help = "write to a folder on another disk"
        raise InputError([Problem("the folder takes no locks", Place(str(path)), help)]) from error
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        _sweep(target.parent, held=_stem(target))
        yield target
    finally:
        with suppress(OSError):  # Windows keeps an open file
            known.unlink()  # while it is held: who waits for it sees that it is gone, and makes another
        lock.release()


def sweep_parts(folder: Path) -> None:
    """Remove every part in a folder that is locked as a whole."""
    for name, _ in _left(folder):
        if name.endswith(".part"):
            with suppress(OSError):
                (folder / name).unlink()


def _sweep(folder: Path, held: str) -> None:
    """Remove what killed processes left in a folder: parts and locks that nobody holds."""
    from filelock import FileLock

    left: dict[str, list[str]] = {}
    for name, of in _left(folder):
        left.setdefault(of, []).append(name)
    for of, names in left.items():
        parts = [name for name in names if name.endswith(".part")]
        if of == held:
            _remove(folder, parts)
            continue
        lock = FileLock(folder / f"{of}.lock", timeout=0, fallback_to_soft=False)
        try:
            lock.acquire()
        except (OSError, RuntimeError):  # another holds it, or this process does
            continue
        try:
            _remove(folder, [*parts, f"{of}.lock"])
        finally:
            lock.release()


def _left(folder: Path) -> Iterator[tuple[str, str]]:
    """Our own leftover files, with what each belongs to."""
    user = os.getuid() if hasattr(os, "getuid") else None
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                match = _OURS.fullmatch(entry.name)
                if match is None or not entry.is_file(follow_symlinks=False):
                    continue
                if user is None or entry.stat(follow_symlinks=False).st_uid == user:
                    yield entry.name, match["of"]
    except OSError:  # a folder that may be written in and not listed, or a file gone by now
        return


def _remove(folder: Path, names: list[str]) -> None:
    for name in names:
        with suppress(OSError):
            (folder / name).unlink()


@contextmanager
def passing_file(content: bytes) -> Iterator[Path]:
    """A temporary file for other processes to read."""
    target = Path(tempfile.gettempdir()) / f"grader-{secrets.token_hex(6)}"
    with locked(target) as held:
        part = part_name(held)
        try:
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(content)
            yield part
        except OSError as error:
            raise cannot_write(part, error) from error
        finally:
            with suppress(OSError):
                part.unlink()
