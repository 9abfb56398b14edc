"""Output files: their ending decides the format, and one that exists is kept."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.errors import InputError, Place, Problem


def check_output(
    name: str, endings: Sequence[str], *, force: bool, inputs: Iterable[str] = (), help: str | None = None
) -> Path:
    """The path to write to, checked before any work.

    Parameters
    ----------
    name : str
        As the user wrote it.
    endings : sequence of str
        Those the command writes.
    force : bool
        Whether to replace an existing file.
    inputs : iterable of str
        Files read, never written over.
    help : str, optional
        On the endings.

    Raises
    ------
    InputError
        A wrong ending, no folder, or an existing file.
    """
    try:
        return _checked(Path(name), endings, force=force, inputs=inputs, help=help)
    except OSError as error:  # a name that is too long, or a link that leads back to itself
        said = (error.strerror or "unknown reason").lower()
        problem = Problem(f"the file cannot be written: {said}", Place(name), "name another file")
        raise InputError([problem]) from error
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        problem = Problem("this cannot be the name of a file", Place(name), "name another file")
        raise InputError([problem]) from error


def _checked(
    path: Path, endings: Sequence[str], *, force: bool, inputs: Iterable[str], help: str | None
) -> Path:
    place = Place(str(path))
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        problem = Problem("the name of an output file must be UTF-8", place, "name another file")
        raise InputError([problem]) from None
    if path.suffix.lower() not in endings:
        known = " or ".join(endings)
        raise InputError(
            [Problem(f"an output file ends in {known}", place, help or f"end its name in {known}")]
        )
    if not path.parent.is_dir():
        raise InputError([Problem("there is no such folder to write to", place, "make the folder first")])
    if path.is_symlink() and Path(os.path.realpath(path)).is_symlink():
        raise InputError([Problem("the link leads back to itself", place, "name another file")])
    if path.is_dir():
        raise InputError([Problem("this is a folder", place, "name a file in it")])
    if path.exists():
        if any(Path(i).exists() and path.samefile(i) for i in inputs):
            raise InputError([Problem("the output is also an input", place, "name another file")])
        if not force:
            raise InputError([Problem("the file exists", place, "add --force to replace it")])
        if not path.is_file():
            raise InputError([Problem("this is not a regular file", place, "name another file")])
    return path
