"""`grader upgrade`: the newer form of a file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import completion, options, terminal
from grader.cli.output import check_output
from grader.errors import GraderError, InputError, Place, Problem
from grader.io.written import update_whole, write_whole
from grader.text import clean

if TYPE_CHECKING:
    from grader.upgrading.files import Upgraded

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        autocompletion=completion.yaml_files,
        help="Files people write, rule books (folders), and proposals kept as JSON.",
    ),
]
Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write it to a file, and not to the screen."),
]
InPlace = Annotated[
    bool, typer.Option("--in-place", help="Write each file over itself; those in the newest form stay.")
]


def upgrade(
    files: Files,
    output: Output = None,
    in_place: InPlace = False,
    force: options.Force = False,
    debug: options.Debug = False,
) -> None:
    """Write files in the form of this version; what they say stays the same, and so do remarks and order."""
    if in_place and output is not None:
        raise InputError([Problem("-o and --in-place ask for different things", None, "leave one out")])
    from grader.upgrading.files import files_of

    names = [name for given in files for name in files_of(given)]
    if in_place:
        _over_themselves(names)
    elif len(names) > 1:
        help = "add --in-place to write each over itself, or name one"
        raise InputError([Problem("several files, and one place to write to", None, help)])
    else:
        _one(names[0], output, force=force)


def _one(name: str, output: str | None, *, force: bool) -> None:
    from grader import api

    destination = None
    if output is not None:
        endings = (".json",) if Path(name).suffix.lower() == ".json" else (".yaml", ".yml")
        destination = check_output(output, endings, force=force, inputs=[name])
    found = api.upgrade(name)
    if destination is None:
        terminal.out(found.text)
        terminal.err(_said(name, found))
        return
    write_whole(destination, found.content, new=not force)
    terminal.out(_said(name, found))


def _over_themselves(names: list[str]) -> None:
    """Upgrade all before any is written."""
    from grader.upgrading.files import upgrade

    found: dict[str, Upgraded] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            found[name] = upgrade(name)
        except GraderError as error:
            if error.exit_code != InputError.exit_code:
                raise
            problems += [
                p if p.place else Problem(p.message, Place(name), p.help) for p in terminal.problems_of(error)
            ]
    if problems:
        raise InputError(problems)
    for name, newer in found.items():
        if newer.changes:
            update_whole(Path(name), partial(_newer_text, name))
        terminal.out(_said(name, newer))


def _newer_text(name: str, raw: bytes | None) -> str:
    # Read again under the lock: a decision may have been recorded since.
    from grader.upgrading.files import upgraded

    return upgraded(raw or b"", name).content.decode()


def _said(name: str, found: Upgraded) -> str:
    if not found.changes:
        return f"{clean(name)}: nothing to change, {found.kind} in form {found.form}\n"
    lines = "".join(f"{clean(str(change))}\n" for change in found.changes)
    return f"{lines}{clean(name)}: now {found.kind} in form {found.form}\n"
