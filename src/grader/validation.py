"""Check a file whole, by what its first keys say it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass
from pathlib import Path

from grader.errors import InputError, Place, Problem, nearest, quoted
from grader.io import catalogue
from grader.io.decisions import decisions_of
from grader.io.faults import validate as validate_document
from grader.io.frameworks import framework_of
from grader.io.given import PathLike
from grader.io.rule_files import RuleBookFile
from grader.io.rule_folder import HEAD
from grader.io.yaml_source import Document, read_document
from grader.session import Sessions


@dataclass(frozen=True, slots=True, repr=False)
class Validated:
    """A file that is valid.

    Attributes
    ----------
    holds : tuple of str
        In words.
    warnings : tuple of Problem
        With places.
    """

    kind: str
    holds: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()

    def __repr__(self) -> str:
        return f"<Validated {self.kind}: {', '.join(self.holds)}>"

    def __str__(self) -> str:
        article = "" if self.kind == "decisions" else "a "
        return f"{article}valid {self.kind} ({', '.join(self.holds)})"


def validate(path: PathLike, *, rules: PathLike | None = None) -> Validated:
    """What a file is, checked whole; raises GraderError with every fault."""
    if os.path.isdir(path):  # unlike pathlib, takes any name
        return _rulebook(Path(path))
    document = read_document(path)
    keys = set(document.data) if isinstance(document.data, Mapping) else set()
    for key, check in _KINDS.items():
        if key in keys:
            return check(Path(path), document, rules)
    raise InputError([_unrecognised(os.fspath(path), keys)])


def _unrecognised(name: str, keys: set[object]) -> Problem:
    if "layer" in keys:
        help = "it is one layer of a rule book: validate the rule book's folder"
        return Problem("a layer is not checked by itself", Place(name), help)
    message = f"no key says what this file is: {', '.join(_KINDS)}"
    for key in sorted(map(str, keys)):
        near = nearest(key, _KINDS)
        if near is not None:
            return Problem(message, Place(name), f"it has {quoted(key)}: did you mean {near!r}?")
    return Problem(
        message, Place(name), "a file starts with the block that names it, as in inspection: {id: ...}"
    )


def _inspection(path: Path, document: Document, rules: PathLike | None) -> Validated:
    loaded = Sessions(rules).load_document(document)
    inspection = loaded.inspection
    parts = [
        _count(inspection.evidence, "item of evidence", "items of evidence"),
        _count(inspection.findings, "finding issued", "findings issued"),
        _count(inspection.previous, "earlier finding", "earlier findings"),
    ]
    of = f"edition {inspection.inspection.edition} of {loaded.framework.framework.id}"
    held = (part for part in parts if not part.startswith("0 "))
    return Validated("inspection", (*held, of), loaded.warnings)


def _decisions(path: Path, document: Document, rules: PathLike | None) -> Validated:
    file = decisions_of(document, near=catalogue.folder_near(rules))
    count = _count(file.decisions.grades, "grade", "grades")
    on = f"{count} on {file.decisions.decisions.inspection}"
    return Validated("decisions", (on, f"framework {file.framework.framework.id}"), file.warnings)


def _framework(path: Path, document: Document, rules: PathLike | None) -> Validated:
    framework = framework_of(document).framework
    counts = (
        _count(framework.areas, "area", "areas"),
        _count(list(framework.characteristics()), "characteristic", "characteristics"),
        _count(framework.editions, "edition", "editions"),
    )
    return Validated("framework", counts)


def _rulebook(folder: Path, document: Document | None = None, rules: PathLike | None = None) -> Validated:
    """Check a rule book, given its folder or its head."""
    if document is not None:
        if folder.name != HEAD:
            help = f"name it {HEAD}, in a folder with its layers"
            raise InputError([Problem(f"the head of a rule book is a file {HEAD}", Place(str(folder)), help)])
        folder = folder.parent
    elif not os.path.isfile(folder / HEAD):
        help = f"a rule book is a folder with {HEAD} and one file a layer"
        raise InputError([Problem(f"no {HEAD} in the folder", Place(str(folder)), help)])
    head = document or read_document(folder / HEAD)
    file, problems = validate_document(head, RuleBookFile)
    if file is None:
        raise InputError(problems)
    _, _, book = catalogue.open_rulebook(folder)
    counts = (
        _count(book.written, "rule", "rules"),
        _count(book.facts, "fact", "facts"),
        _count(book.parameters, "parameter", "parameters"),
    )
    return Validated("rule book", (*counts, f"framework {book.framework}"))


def _count(things: Sized, one: str, many: str) -> str:
    number = len(things)
    return f"{number:,} {one if number == 1 else many}"


_KINDS: Mapping[str, Callable[[Path, Document, PathLike | None], Validated]] = {
    "inspection": _inspection,
    "decisions": _decisions,
    "rulebook": _rulebook,
    "framework": _framework,
}
