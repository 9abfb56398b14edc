"""Files written whole or not at all, with no change lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from grader.errors import InputError, Place, Problem
from grader.io.locked import cannot_write, locked, part_name


def write_whole(path: Path, content: str | bytes, *, new: bool = False) -> None:
    """Write a file whole or not at all.

    Parameters
    ----------
    new : bool
        Whether an existing file is an error.

    Raises
    ------
    InputError
        The folder or disk refuses, the file is locked, or it exists.
    """
    raw = _bytes(content)
    write_by(path, lambda beside: beside.write_bytes(raw), new=new)


def write_by(path: Path, write: Callable[[Path], object], *, new: bool = False) -> None:
    """As `write_whole`, by a `write` that is given a name beside it."""
    with locked(path) as target:
        put_whole(target, write, path, lambda: _check_new(path) if new else None)


def update_whole(path: Path, change: Callable[[bytes | None], str]) -> str:
    """Rewrite a file from its content, locked; returns the new content.

    Parameters
    ----------
    change : callable
        Given the content or None, returns the new one.

    Raises
    ------
    InputError
        As for `write_whole`, or the file changed meanwhile: it is left as it is.
    """
    with locked(path) as target:
        before = _content(target, path)
        text = change(before)
        raw = _bytes(text)
        put_whole(
            target, lambda beside: beside.write_bytes(raw), path, lambda: _check_same(target, path, before)
        )
    return text


def update_with_log(
    path: Path, log: Path, change: Callable[[bytes | None, bytes | None], tuple[str, str]]
) -> tuple[str, str]:
    """As `update_whole` for a file and its log, the log first.

    A log ahead of its file shows that writing broke off; nothing in it is lost.
    """
    with locked(path) as target:
        beside = target.with_name(log.name)
        before, lines = _content(target, path), _log_content(beside, log)
        text, whole = change(before, lines)
        raw, acts = _bytes(text), _bytes(whole)

        def unchanged() -> None:
            _check_same(target, path, before)

        if acts != lines:
            put_whole(beside, lambda part: part.write_bytes(acts), log, unchanged)
        try:
            put_whole(target, lambda part: part.write_bytes(raw), path, unchanged)
        except InputError:
            _put_back(beside, lines)  # what is refused aloud is not recorded either
            raise
    return text, whole


def _put_back(log: Path, lines: bytes | None) -> None:
    with suppress(InputError, OSError):
        if lines is None:
            log.unlink()
        else:
            put_whole(log, lambda part: part.write_bytes(lines))


def _log_content(target: Path, shown: Path) -> bytes | None:
    """A log's content, of any length, or None."""
    try:
        return target.read_bytes() if target.exists() else None
    except OSError as error:
        said = (error.strerror or "unknown reason").lower()
        raise InputError([Problem(f"the log cannot be read: {said}", Place(str(shown)))]) from error


def put_whole(
    target: Path,
    write: Callable[[Path], object],
    shown: Path | None = None,
    check: Callable[[], object] = lambda: None,
) -> None:
    """Put a locked file in its place, whole or not at all.

    Parameters
    ----------
    target : Path
        Links followed.
    write : callable
        Writes under the name given.
    shown : Path, optional
        For messages.
    check : callable
        Called last; what it raises leaves the old file.
    """
    beside = part_name(target)
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() else None
        # A new file gets what the user's mask gives.
        opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else 0o600)
        os.close(opened)
        write(beside)
        with open(beside, "r+b") as stream:
            os.fsync(stream.fileno())
        if mode is not None:
            beside.chmod(mode)
        check()
        beside.replace(target)
    except UnicodeEncodeError as error:
        problem = Problem(
            "this cannot be the name of a file", Place(str(shown or target)), "name another file"
        )
        raise InputError([problem]) from error
    except OSError as error:
        raise cannot_write(shown or target, error) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    _keep_name(target.parent)


def _keep_name(folder: Path) -> None:
    """Sync the new name to disk, where possible."""
    with suppress(OSError):  # Windows opens no folder, and some disks take no such order
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content


def _check_new(path: Path) -> None:
    if os.path.lexists(path) and path.exists():
        raise InputError([Problem("the file exists", Place(str(path)), "add --force to replace it")])


def _content(target: Path, shown: Path) -> bytes | None:
    """What is in a file, or None where there is none."""
    from grader.io.reading import read_bytes  # and YAML with it, which a command's help has no need of

    if not target.exists():
        return None
    try:
        return read_bytes(target)
    except InputError as error:
        raise InputError([Problem(p.message, Place(str(shown)), p.help) for p in error.problems]) from error


def _check_same(target: Path, shown: Path, before: bytes | None) -> None:
    if _content(target, shown) != before:
        message = "the file was changed by another program while it was written, and is left as that made it"
        help = "nothing was recorded: run the command again"
        raise InputError([Problem(message, Place(str(shown)), help)])
