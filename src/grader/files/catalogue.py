"""Where frameworks and rule books are: the built-in ones, by id from any folder, and a person's own.

This module alone knows that built-ins travel in the package, and stand at the top of a checkout.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from grader.errors import GraderError, InputError, Problem, UnknownNameError, quoted, suggest
from grader.files.frameworks import FrameworkFile, read_framework
from grader.files.marked import parse_document, read_bytes
from grader.files.rulebooks import HEAD, read_rulebook
from grader.language.rulebook import RuleBook

_PACKAGE = Path(__file__).resolve().parent.parent
_HOMES = (_PACKAGE / "builtin", _PACKAGE.parent.parent)


def _home() -> Path:
    """The folder that holds `frameworks/` and `rules/`: in the package, or at the top of a checkout."""
    for home in _HOMES:
        if (home / "frameworks").is_dir() and (home / "rules").is_dir():
            return home
    raise UnknownNameError(
        "the built-in frameworks are missing from this installation", help="install grader again"
    )


def framework_ids() -> list[str]:
    """Ids of the built-in frameworks."""
    return sorted(p.stem for p in (_home() / "frameworks").glob("*.yaml"))


def rulebook_ids() -> list[str]:
    """Ids of the built-in rule books."""
    return sorted(p.parent.name for p in (_home() / "rules").glob(f"*/{HEAD}"))


def framework(name: str, near: Path | None = None) -> FrameworkFile:
    """The framework with this id: built in, or in a `frameworks/` folder near a person's own rule book.

    Parameters
    ----------
    name : str
        A framework's id, or the path of its file.
    near : Path, optional
        A rule book's folder; looked at with its parents' `frameworks/` folders.

    Raises
    ------
    UnknownNameError
        There is none.
    InputError
        The file has faults.
    """
    if name.endswith((".yaml", ".yml")):
        return _read_framework(Path(name), name)
    for path in _framework_paths(name, near):
        if os.path.isfile(path):  # unlike pathlib, takes any name
            built_in = path.is_relative_to(_home() / "frameworks")
            return _read_framework(path, f"frameworks/{path.name}" if built_in else str(path))
    raise UnknownNameError(f"unknown framework {name!r}", help=suggest(name, framework_ids(), "frameworks"))


def _framework_paths(name: str, near: Path | None) -> Iterator[Path]:
    file = f"{name}.yaml"
    if "/" in name or "\\" in name:
        return
    yield _home() / "frameworks" / file
    if near is not None:
        for folder in (near, near.parent, near.parent.parent):
            yield folder / "frameworks" / file
            yield folder / file
    yield Path("frameworks") / file


def _read_framework(path: Path, shown: str) -> FrameworkFile:
    """The framework in a file, read again only when the file is another."""
    try:
        found = path.resolve()
        status = found.stat()
    except OSError:
        return read_framework(path, shown)  # which says what is wrong with it
    return _read_once(found, shown, (status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=16)
def _read_once(path: Path, shown: str, stamp: tuple[int, int]) -> FrameworkFile:
    return read_framework(path, shown)


def rulebook_folder(name: str) -> Path:
    """The folder of a rule book: a path that is one, or the id of one built in, or in `rules/` here."""
    path = Path(name)
    if os.path.isdir(path):
        return path
    if "/" not in name:
        for folder in (_home() / "rules" / name, Path("rules") / name):
            if os.path.isfile(folder / HEAD):
                return folder
    raise UnknownNameError(f"unknown rule book {name!r}", help=suggest(name, rulebook_ids(), "rule books"))


def rulebook(name: str, framework_file: FrameworkFile) -> RuleBook:
    """The rule book with this id or path, read against a framework."""
    return _read_rulebook(rulebook_folder(name), framework_file)


def open_rulebook(name: str) -> tuple[Path, FrameworkFile, RuleBook]:
    """The rule book with this id or path, its folder, and the framework its head names."""
    folder = rulebook_folder(name)
    document = parse_document(read_bytes(folder / HEAD), str(folder / HEAD))
    header = document.data.get("rulebook") if isinstance(document.data, dict) else None
    wanted = header.get("framework") if isinstance(header, dict) else None
    if not isinstance(wanted, str):
        place = document.place(("rulebook", "framework"))
        raise InputError([Problem("the rule book names no framework", place, "framework: the id of one")])
    try:
        found = framework(wanted, folder)
    except LookupError as error:
        place = document.place(("rulebook", "framework"))
        help = error.help if isinstance(error, GraderError) else None
        raise InputError([Problem(f"unknown framework {quoted(wanted)}", place, help)]) from error
    return folder, found, rulebook(name, found)


def shown_folder(folder: Path) -> str:
    """How messages name a rule book's folder: a built-in one's is the same wherever grader is installed."""
    return f"rules/{folder.name}" if folder.resolve().is_relative_to(_home() / "rules") else str(folder)


def _read_rulebook(folder: Path, framework_file: FrameworkFile) -> RuleBook:
    return read_rulebook(folder, framework_file.framework, shown_folder(folder))
