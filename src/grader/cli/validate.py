"""`grader validate`: check files whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import options, terminal
from grader.errors import GraderError, InputError, Place, Problem, nearest, quoted

if TYPE_CHECKING:
    from grader.files.marked import Document

Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE", help="Inspections, decisions, frameworks, rule books (folders)."),
]
#: What a valid file is, and what a person should look at in it.
Checked = tuple[str, Iterable[Problem]]


def validate(files: Files, rules: options.Rules = None, debug: options.Debug = False) -> None:
    """Say whether files are valid, and all that is wrong with those that are not."""
    problems: list[Problem] = []
    warnings: list[Problem] = []
    for name in files:
        try:
            said, found = _check(name, rules)
        except GraderError as error:
            if error.exit_code != InputError.exit_code:
                raise
            problems += [
                p if p.place else Problem(p.message, Place(name), p.help) for p in terminal.problems_of(error)
            ]
        else:
            terminal.out(f"{terminal.clean(name)}: {said}\n")
            warnings += found
    terminal.warn(warnings)
    if problems:
        raise InputError(problems)


def _check(name: str, rules: str | None) -> Checked:
    """Check a file by what its first keys say it is; raises GraderError."""
    from grader.files.marked import read_document

    path = Path(name)
    if os.path.isdir(name):  # unlike pathlib, takes any name
        return _rulebook(path)
    document = read_document(path)
    keys = set(document.data) if isinstance(document.data, Mapping) else set()
    for key, check in _KINDS.items():
        if key in keys:
            return check(path, document, rules)
    raise InputError([_unrecognised(name, keys)])


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


def _inspection(path: Path, document: Document, rules: str | None) -> Checked:
    from grader import api

    loaded = api.load(path, rules=rules)
    inspection = loaded.inspection
    parts = [
        terminal.plural(len(inspection.evidence), "item of evidence", "items of evidence"),
        terminal.plural(len(inspection.findings), "finding issued", "findings issued"),
        terminal.plural(len(inspection.previous), "earlier finding", "earlier findings"),
        f"edition {inspection.inspection.edition} of {loaded.framework.framework.id}",
    ]
    return f"a valid inspection ({', '.join(p for p in parts if not p.startswith('0 '))})", loaded.warnings


def _decisions(path: Path, document: Document, rules: str | None) -> Checked:
    from grader.files import catalogue
    from grader.files.decisions import decisions_of

    file = decisions_of(document, near=catalogue.folder_near(rules))
    count = terminal.plural(len(file.decisions.grades), "grade", "grades")
    on = terminal.clean(file.decisions.decisions.inspection)
    return f"valid decisions ({count} on {on}, framework {file.framework.framework.id})", file.warnings


def _framework(path: Path, document: Document, rules: str | None) -> Checked:
    from grader.files.frameworks import framework_of

    framework = framework_of(document).framework
    counts = [
        terminal.plural(len(framework.areas), "area", "areas"),
        terminal.plural(sum(1 for _ in framework.characteristics()), "characteristic", "characteristics"),
        terminal.plural(len(framework.editions), "edition", "editions"),
    ]
    return f"a valid framework ({', '.join(counts)})", ()


def _rulebook(folder: Path, document: Document | None = None, rules: str | None = None) -> Checked:
    """Check a rule book in a folder, or the one whose head this document is."""
    from grader.files import catalogue
    from grader.files.faults import validate as validate_document
    from grader.files.marked import read_document
    from grader.files.rule_files import RuleBookFile
    from grader.files.rulebooks import HEAD

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
    counts = [
        terminal.plural(len(book.rules), "rule", "rules"),
        terminal.plural(len(book.facts), "fact", "facts"),
        terminal.plural(len(book.parameters), "parameter", "parameters"),
    ]
    return f"a valid rule book ({', '.join(counts)}, framework {book.framework})", ()


_KINDS: Mapping[str, Callable[[Path, Document, str | None], Checked]] = {
    "inspection": _inspection,
    "decisions": _decisions,
    "rulebook": _rulebook,
    "framework": _framework,
}
