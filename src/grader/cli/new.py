"""`grader new`: start an inspection, or a framework of one's own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from grader.cli import options, terminal
from grader.errors import InputError, Place, Problem

NAME = "inspection.yaml"

Folder = Annotated[
    str | None,
    typer.Argument(metavar="DIR", help="A folder; it is made if there is none.", show_default=False),
]
Framework = Annotated[
    str,
    typer.Option(
        "--framework",
        metavar="[FRAMEWORK]",
        help="A framework's id, or its file. Without either: start a framework of your own.",
    ),
]
Edition = Annotated[
    str | None, typer.Option("--edition", metavar="EDITION", help="An edition of it; the latest by default.")
]


def new(
    folder: Folder = None,
    framework: Framework = "PEEL_2021_22",
    edition: Edition = None,
    force: options.Force = False,
    debug: options.Debug = False,
) -> None:
    """Start an inspection, with every characteristic listed; or, with a bare --framework, a framework."""
    from grader import api
    from grader.io.catalogue import framework_ids
    from grader.io.starter_framework import id_from

    if folder is None and framework not in ("", *framework_ids()):
        folder, framework = framework, ""  # `new --framework DIR`: the folder, and no framework's name
    if folder is None or not folder.strip():
        raise InputError([Problem("no folder to start in", Place("DIR"), "name one: grader new DIR")])
    if edition is not None and not framework:
        help = "leave it out: name the editions in the file"
        raise InputError([Problem("a framework of one's own has no editions yet", Place("--edition"), help)])
    if framework:
        texts = {NAME: api.starter(framework, edition=edition)}
    else:
        texts = api.framework_starter(id_from(Path(folder).resolve().name))
    write_all(Path(folder), texts, force=force)
    if not framework:
        rules = next(name for name in texts if name.endswith("rulebook.yaml"))
        terminal.err(
            f"fill in what is three dots; what is missing: grader check {Path(folder, rules).parent}\n"
        )


def write_all(folder: Path, texts: Mapping[str, str], *, force: bool) -> None:
    """Write files below a folder, none if any exists, and print where."""
    from grader.io.written import write_whole

    targets = {folder / name: text for name, text in texts.items()}
    there = [path for path in targets if os.path.lexists(path)]
    if there and not force:
        help = "add --force to replace it"
        raise InputError([Problem("the file exists", Place(str(path)), help) for path in there])
    for path, text in targets.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            said = (error.strerror or "unknown reason").lower()
            problem = Problem(f"the folder cannot be made: {said}", Place(str(path.parent)))
            raise InputError([problem]) from error
        except ValueError as error:
            help = "name another folder"
            problem = Problem("this cannot be the name of a folder", Place(str(folder)), help)
            raise InputError([problem]) from error
        write_whole(path, text, new=not force)
        terminal.out(f"{path}\n")
