"""Files written whole: none is ever half there, whatever happens on the way."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from grader.errors import InputError, Place, Problem


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all; raises InputError where the folder or the disk does not take it."""
    raw = content.encode("utf-8") if isinstance(content, str) else content
    write_by(path, lambda beside: beside.write_bytes(raw))


def write_by(path: Path, write: Callable[[Path], object]) -> None:
    """Have a file written whole or not at all: as a new file beside it, which then takes its name.

    Raises
    ------
    InputError
        The folder or the disk does not take it.
    """
    beside = None
    try:
        target = path.resolve()  # a link keeps leading to its file
        descriptor, beside = tempfile.mkstemp(
            dir=target.parent, prefix=f".{target.name[:50]}.", suffix=".part"
        )
        os.close(descriptor)
        write(Path(beside))
        with open(beside, "rb") as stream:
            os.fsync(stream.fileno())
        Path(beside).chmod(_mode(target))
        Path(beside).replace(target)
        beside = None
    except OSError as error:
        said = (error.strerror or "unknown reason").lower()
        problem = Problem(
            f"the file cannot be written: {said}", Place(str(path)), "check the folder and the disk"
        )
        raise InputError([problem]) from error
    except UnicodeEncodeError as error:
        problem = Problem("this cannot be the name of a file", Place(str(path)), "name another file")
        raise InputError([problem]) from error
    finally:
        if beside is not None:
            Path(beside).unlink(missing_ok=True)


def _mode(target: Path) -> int:
    """Permissions of the file replaced, or what the user's mask gives a new one."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
