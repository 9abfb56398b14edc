"""`grader new`: start an inspection."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from grader.cli import options, terminal
from grader.errors import InputError, Place, Problem
from grader.io.written import write_whole

NAME = "inspection.yaml"

Folder = Annotated[str, typer.Argument(metavar="DIR", help="A folder; it is made if there is none.")]
Framework = Annotated[
    str, typer.Option("--framework", metavar="FRAMEWORK", help="A framework's id, or its file.")
]
Edition = Annotated[
    str | None, typer.Option("--edition", metavar="EDITION", help="An edition of it; the latest by default.")
]


def new(
    folder: Folder,
    framework: Framework = "PEEL_2021_22",
    edition: Edition = None,
    force: options.Force = False,
    debug: options.Debug = False,
) -> None:
    """Start an inspection: a commented file that loads as it is, with every characteristic listed."""
    from grader import api

    text = api.starter(framework, edition=edition)
    target = Path(folder) / NAME
    if os.path.exists(target) and not force:
        raise InputError([Problem("the file exists", Place(str(target)), "add --force to replace it")])
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        said = (error.strerror or "unknown reason").lower()
        raise InputError([Problem(f"the folder cannot be made: {said}", Place(folder))]) from error
    except ValueError as error:
        problem = Problem("this cannot be the name of a folder", Place(folder), "name another folder")
        raise InputError([problem]) from error
    write_whole(target, text, new=not force)
    terminal.out(f"{target}\n")
