"""Where frameworks and rule books are: built in, or a person's own.

An id is looked up, a path is written as one, and a word that could be both is an error. Only this module
knows where built-ins lie.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import InputError, Place, Problem, UnknownNameError, folded, quoted, suggest
from grader.io.reading import read_bytes
from grader.io.rule_folder import HEAD, PROVED, lines_sha256, refuse_link_out, rule_files
from grader.io.scalars import decode
from grader.io.yaml_source import Document, parse_document, text_sha256

if TYPE_CHECKING:
    from grader.io.frameworks import FrameworkFile
    from grader.language.rulebook import RuleBook

#: The framework and the rule book where none is named.
DEFAULT: Final = "PEEL_2021_22"
#: An id (text without a separator), or a path: text with one, or a path object.
NameOrPath = str | os.PathLike[str]

_PACKAGE = Path(__file__).resolve().parent.parent
_HOMES = (_PACKAGE / "builtin", _PACKAGE.parent.parent)
_ENDINGS = (".yaml", ".yml")


def home() -> Path:
    """The folder of `frameworks/` and `rules/`: in the package or a checkout."""
    for home in _HOMES:
        if (home / "frameworks").is_dir() and (home / "rules").is_dir():
            return home
    raise UnknownNameError(
        "the built-in frameworks are missing from this installation", help="install grader again"
    )


def framework_ids() -> list[str]:
    """Ids of the built-in frameworks."""
    return sorted(p.stem for p in (home() / "frameworks").glob("*.yaml"))


def rulebook_ids() -> list[str]:
    """Ids of the built-in rule books."""
    return sorted(p.parent.name for p in (home() / "rules").glob(f"*/{HEAD}"))


# Names and paths -----------------------------------------------------------------------------------------


def is_path(given: NameOrPath) -> bool:
    """Whether a word is a path: it has a separator or is a path object."""
    if not isinstance(given, str):
        return True
    return "/" in given or os.sep in given or given in (os.curdir, os.pardir)


def _checked_id(name: str, what: str, known: Iterable[str]) -> None:
    """Raise UnknownNameError for what cannot be an id, before any file is looked for."""
    from grader.model.base import file_id

    try:
        file_id(name)
    except ValueError as error:
        raise UnknownNameError(
            f"unknown {what} {quoted(name)}: it {error}", help=suggest(name, known, f"{what}s")
        ) from None


def _one_of(found: list[Path], what: str, name: str) -> Path | None:
    """The one place found for a name; raises InputError where there are two."""
    different: list[Path] = []
    for path in found:
        if not any(_same(path, other) for other in different):
            different.append(path)
    if len(different) < 2:
        return different[0] if different else None
    first, second = (_shown(path) for path in different[:2])
    help = "give one of the two an id and a name of its own, or take it away"
    if what == "rule book":
        help = "for a folder write its path, as in ./X; else give one of the two a name of its own"
    message = f"{what} {quoted(name)} may mean two things: {first} or {second}"
    raise InputError([Problem(message, None, help)])


def _same(one: Path, other: Path) -> bool:
    """Whether two places hold the same, as a checkout and an installation do."""
    try:
        return one.samefile(other) or _content(one) == _content(other)
    except OSError:  # a link that leads nowhere
        return False


def _content(place: Path) -> dict[str, bytes]:
    names = rule_files(place) if place.is_dir() else [""]
    return {name: (place / name).read_bytes() for name in names}


def _shown(path: Path) -> str:
    if path.is_relative_to(home()):
        return f"the built-in {path.relative_to(home()).as_posix()}"
    return str(path) if path.is_absolute() else f"{os.curdir}{os.sep}{path}"


def _named(folder: Path, name: str, ending: str = "") -> Iterator[Path]:
    """What a folder holds under an id, as written or in any case."""
    try:
        there = sorted(path.name for path in folder.iterdir())
    except (OSError, ValueError):  # no such folder, or none anybody may read
        return
    wanted = name + ending
    for entry in [wanted] if wanted in there else there:
        if folded(entry) == folded(wanted):
            yield folder / entry


# Frameworks ----------------------------------------------------------------------------------------------


def framework(name: str, near: Path | None = None) -> FrameworkFile:
    """The framework with this id: built in, here, or near a rule book.

    Parameters
    ----------
    near : Path, optional
        A rule book's folder, whose parents are looked in too.

    Raises
    ------
    UnknownNameError
    InputError
        There are two, or the file has faults.
    """
    _checked_id(name, "framework", framework_ids())
    found = list(_framework_files(name, near))
    path = _one_of(found, "framework", name)
    if path is None:
        raise UnknownNameError(f"unknown framework {quoted(name)}", help=_known_frameworks(name, near))
    if not path.is_relative_to(home()):
        refuse_link_out(path, path.parent.parent, str(path))
    return _read_framework(path, _shown_framework(path))


def _read_framework(path: Path, shown: str) -> FrameworkFile:
    from grader.io.frameworks import read_framework  # and the models, which a search has no need of

    return read_framework(path, shown)


def _shown_framework(path: Path) -> str:
    return f"frameworks/{path.name}" if path.is_relative_to(home()) else str(path)


def proved_framework(given: NameOrPath) -> Document | None:
    """The document of a built-in framework that was read whole, as it stands now, when its rules were proved.

    None where the word may name anything else, or the framework was changed since.
    """
    if not isinstance(given, str) or is_path(given) or os.path.lexists(given) or given not in framework_ids():
        return None
    path = home() / "frameworks" / f"{given}.yaml"
    try:
        if _one_of(list(_framework_files(given, None)), "framework", given) != path:
            return None
        record = json.loads(read_bytes(home() / "rules" / given / PROVED))
        document = parse_document(read_bytes(path), _shown_framework(path))
    except (InputError, ValueError, OSError):
        return None  # said by whoever reads it whole
    sound = isinstance(record, dict) and record.get("framework_sha256") == document.sha256
    return document if sound else None


def framework_in(name: str, place: Place | None, near: Path | None = None) -> FrameworkFile:
    """As `framework`, of an id given in a file, at `place`; raises InputError alone."""
    try:
        return framework(name, near)
    except UnknownNameError as error:
        raise InputError([Problem(error.message, place, error.help)]) from error
    except InputError as error:
        problems = [p if p.place else Problem(p.message, place, p.help, p.code) for p in error.problems]
        raise InputError(problems) from error


def framework_at(given: NameOrPath, near: Path | None = None) -> FrameworkFile:
    """The framework with this id or path; `near` as for `framework`.

    Raises
    ------
    UnknownNameError
    InputError
        The word is ambiguous, or the file has faults.
    """
    name = os.fspath(given)
    if is_path(given) or name.endswith(_ENDINGS):
        return _read_framework(Path(name), name)
    _checked_id(name, "framework", framework_ids())
    if os.path.lexists(name):
        _one_of([*_framework_files(name, near), Path(name)], "framework", name)
    return framework(name, near)


def _framework_folders(near: Path | None) -> Iterator[Path]:
    yield home() / "frameworks"
    if near is not None:
        for folder in (near, near.parent, near.parent.parent):
            yield folder / "frameworks"
    yield Path("frameworks")


def _framework_files(name: str, near: Path | None) -> Iterator[Path]:
    """Files in reach with this id, by their name or content."""
    for i, folder in enumerate(_framework_folders(near)):
        named = [path for path in _named(folder, name, ".yaml") if path.is_file() or path.is_symlink()]
        yield from named
        if i and folder.is_dir() and not folder.samefile(home() / "frameworks"):
            for path in sorted(folder.glob("*.y*ml")):
                if path in named or path.is_symlink() or not path.is_file():
                    continue
                if folded(_id_in(path) or "") == folded(name):
                    yield path


def _id_in(path: Path) -> str | None:
    """The id at the head of a framework file."""
    try:
        with open(path, "rb") as stream:
            lines = stream.read(20_000).decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    said = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    head = next((i for i, line in enumerate(said) if line.startswith("framework:")), len(said))
    key, _, value = said[head + 1].partition(":") if head + 1 < len(said) else ("", "", "")
    words = value.split("#")[0].split()
    return words[0].strip("'\"") if key.startswith((" ", "\t")) and key.strip() == "id" and words else None


def _known_frameworks(name: str, near: Path | None) -> str:
    known = {p.stem for folder in _framework_folders(near) if folder.is_dir() for p in folder.glob("*.yaml")}
    return suggest(name, known, "frameworks")


# Rule books ----------------------------------------------------------------------------------------------


def rulebook_folder(given: NameOrPath) -> Path:
    """The folder of a rule book, by path or id.

    Raises
    ------
    UnknownNameError
    InputError
        Both a built-in one and a folder here.
    """
    name = os.fspath(given)
    if is_path(given):
        if _is_folder(name):
            return Path(name)
        help = "a rule book is a folder with rulebook.yaml in it, or the id of a built-in one"
        if not name.strip() or name in rulebook_ids():
            help = f"the built-in ones go by their ids: {', '.join(rulebook_ids())}"
        raise InputError([Problem(f"unknown rule book {quoted(name)}: there is no such folder", None, help)])
    _checked_id(name, "rule book", rulebook_ids())
    found = list(_rulebook_folders(name))
    if _is_folder(name):
        if not found:
            help = f"there is a folder of that name here: write {os.curdir}{os.sep}{name}"
            raise UnknownNameError(f"unknown rule book {quoted(name)}", help=help)
        found.append(Path(name))
    path = _one_of(found, "rule book", name)
    if path is None:
        help = suggest(name, rulebook_ids(), "rule books")
        raise UnknownNameError(f"unknown rule book {quoted(name)}", help=help)
    return path


def _is_folder(name: str) -> bool:
    return os.path.isdir(name)  # unlike pathlib, takes any name


def _rulebook_folders(name: str) -> Iterator[Path]:
    """Folders of the places for ids that hold a rule book under this one."""
    for place in (home() / "rules", Path("rules")):
        yield from (path for path in _named(place, name) if os.path.isfile(path / HEAD))


def folder_near(rules: NameOrPath | None) -> Path | None:
    """The folder of a person's own rule book, near which its framework may lie."""
    if rules is None:
        return None
    folder = rulebook_folder(rules)
    return None if folder.resolve().is_relative_to(home() / "rules") else folder


def rulebook(given: NameOrPath | None, framework_file: FrameworkFile) -> RuleBook:
    """The rule book with this id or path, read against a framework."""
    if given is not None:
        return _read_rulebook(rulebook_folder(given), framework_file)
    # The framework's own: an id, and never a folder that happens to be here.
    name = framework_file.framework.id
    folder = _one_of(list(_rulebook_folders(name)), "rule book", name)
    if folder is None:
        help = "name its rule book: --rules FOLDER"
        raise UnknownNameError(f"there is no rule book {quoted(name)} for the framework", help=help)
    return _read_rulebook(folder, framework_file)


def open_rulebook(given: NameOrPath) -> tuple[Path, FrameworkFile, RuleBook]:
    """The rule book, its folder, and the framework its head names."""
    folder = rulebook_folder(given)
    shown = f"{shown_folder(folder)}/{HEAD}"
    refuse_link_out(folder / HEAD, folder, shown)
    document = parse_document(read_bytes(folder / HEAD), shown)
    header = document.data.get("rulebook") if isinstance(document.data, dict) else None
    wanted = header.get("framework") if isinstance(header, dict) else None
    if not isinstance(wanted, str):
        place = document.place(("rulebook", "framework"))
        raise InputError([Problem("the rule book names no framework", place, "framework: the id of one")])
    try:
        found = framework_in(wanted, document.place(("rulebook", "framework")), folder)
    except InputError as error:
        from grader.io.rulebooks import unfilled_in

        # Nothing else can be said of rules before their framework is read.
        raise InputError([*error.problems, *unfilled_in(folder, shown_folder(folder))]) from error
    return folder, found, _read_rulebook(folder, found)


def shown_folder(folder: Path) -> str:
    """How messages name a rule book's folder, the same in every installation."""
    return f"rules/{folder.name}" if folder.resolve().is_relative_to(home() / "rules") else str(folder)


def built_in_sha256(name: str) -> str | None:
    """SHA-256 of the built-in rule book with this id; None where there is none."""
    folder = home() / "rules" / name
    if name not in rulebook_ids():
        return None
    texts = {file: decode(read_bytes(folder / file), file) for file in rule_files(folder)}
    return lines_sha256({file: text_sha256(text) for file, text in texts.items()})


def _read_rulebook(folder: Path, framework_file: FrameworkFile) -> RuleBook:
    from grader.io.rulebooks import read_rulebook  # and the rule language, which a framework has no need of

    return read_rulebook(folder, framework_file.framework, shown_folder(folder))
