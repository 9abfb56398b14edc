"""Options that several commands share, and how the words of `--set` become numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from grader.errors import InputError, Place, Problem, quoted

if TYPE_CHECKING:
    from grader.language.rulebook import RuleBook
    from grader.language.settings import Settings


@dataclass(slots=True)
class Debugging:
    """Whether `--debug` shows the trace of a fault."""

    on: bool = False


def _debug(context: typer.Context, asked: bool) -> bool:
    if asked and isinstance(context.obj, Debugging):
        context.obj.on = True
    return asked


Debug = Annotated[
    bool,
    typer.Option(
        "--debug", callback=_debug, is_eager=True, help="On an error, show where in grader it rose."
    ),
]
Rules = Annotated[
    str | None,
    typer.Option(
        "--rules", metavar="RULEBOOK", help="A rule book's folder or id; the framework's own by default."
    ),
]
Engine = Annotated[
    str | None, typer.Option("--engine", metavar="rete|reference", help="The engine the pass runs on.")
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A parameter at another value: a share as 80%, a count as a whole number.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON alone.")]
Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write JSON to a file; its ending decides how."),
]
Verbose = Annotated[
    bool,
    typer.Option("--verbose", help="Say of every inspection, not the first alone, what its grades rest on."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace an output file that exists.")]


def split_settings(settings: Iterable[str]) -> dict[str, str]:
    """Names and values of `--set`, as written.

    Raises
    ------
    InputError
        Not `NAME=VALUE`, or a name twice.
    """
    found: dict[str, str] = {}
    problems = []
    for setting in settings:
        name, equals, value = (part.strip() for part in setting.partition("="))
        if not (name and equals and value):
            help = "write --set NAME=VALUE, as in --set minimum_coverage=30%"
            problems.append(Problem(f"{quoted(setting)} is not NAME=VALUE", Place("--set"), help))
        elif name in found:
            problems.append(Problem(f"parameter {quoted(name)} is set twice", Place("--set"), "set it once"))
        else:
            found[name] = value
    if problems:
        raise InputError(problems)
    return found


def settings_for(book: RuleBook, settings: Mapping[str, str]) -> Settings:
    """The settings as whole numbers; raises InputError."""
    from grader.language.settings import read_settings

    return read_settings(book, settings, "--set")
