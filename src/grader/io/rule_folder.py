"""Which files a rule book is made of, without reading any."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.errors import InputError, Place, Problem

HEAD = "rulebook.yaml"
#: What was proved of it, which is no part of it.
PROVED = "proved.json"


def rule_files(folder: Path) -> list[str]:
    """The rule book's YAML below a folder, without its tests.

    Links are listed; links to folders are not followed.
    """
    if not folder.is_dir():
        help = "a rule book is a folder, or the id of a built-in one"
        raise InputError([Problem("no such rule book", Place(str(folder)), help)])
    return sorted(name for name in yaml_files(folder) if not name.startswith("tests/"))


def yaml_files(folder: Path) -> Iterator[str]:
    """YAML below a folder, relative to it; raises InputError."""

    def refuse(error: OSError) -> None:
        said = (error.strerror or "unknown reason").lower()
        raise InputError([Problem(f"the folder cannot be read: {said}", Place(str(error.filename)), None)])

    for at, below, names in os.walk(folder, onerror=refuse):
        here = Path(at)
        for name in below:
            if (here / name).is_symlink() and not name.startswith("."):
                help = "put the files themselves here"
                problem = Problem("a link to a folder, which is not followed", Place(str(here / name)), help)
                raise InputError([problem])
        for name in names:
            if name.endswith((".yaml", ".yml")):
                yield (here / name).relative_to(folder).as_posix()


def refuse_link_out(path: Path, folder: Path, shown: str) -> None:
    """Raise InputError for a link that leads out of a folder."""
    if not path.is_symlink() and not path.parent.is_symlink():
        return
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        message = "this is a link that leads out of the folder, and is not read"
        raise InputError([Problem(message, Place(shown), "put the file itself here")])


def lines_sha256(hashes: Mapping[str, str]) -> str:
    """SHA-256 of the sorted lines `path sha256`."""
    lines = "".join(f"{name} {hashes[name]}\n" for name in sorted(hashes))
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()
