"""`grader validate`: check files whole."""

from __future__ import annotations

from typing import Annotated

import typer

from grader.cli import options, terminal
from grader.errors import GraderError, InputError, Place, Problem
from grader.text import clean

Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE", help="Inspections, decisions, frameworks, rule books (folders)."),
]


def validate(files: Files, rules: options.Rules = None, debug: options.Debug = False) -> None:
    """Say whether files are valid, and all that is wrong with those that are not."""
    from grader import api

    problems: list[Problem] = []
    warnings: list[Problem] = []
    for name in files:
        try:
            found = api.validate(name, rules=rules)
        except GraderError as error:
            if error.exit_code != InputError.exit_code:
                raise
            problems += [
                p if p.place else Problem(p.message, Place(name), p.help) for p in terminal.problems_of(error)
            ]
        else:
            terminal.out(f"{clean(name)}: {clean(str(found))}\n")
            warnings += found.warnings
    terminal.warn(warnings)
    if problems:
        raise InputError(problems)
