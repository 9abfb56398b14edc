"""Options that several commands share, and how the words of `--set` become numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from grader.errors import InputError, Place, Problem, quoted, suggest

if TYPE_CHECKING:
    from grader.language.rulebook import Parameter, RuleBook


@dataclass(slots=True)
class Debugging:
    """Whether a fault is shown with its trace; said by `--debug` before anything can go wrong."""

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
        help="A parameter at another value: a whole number (per mille for a share), or a share as 80%.",
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

_PERCENT = re.compile(r"(\d{1,7}(?:\.\d{1,6})?)\s*%", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,9}", re.ASCII)


def split_settings(settings: Iterable[str]) -> dict[str, str]:
    """Names and values of `--set`, as written.

    Raises
    ------
    InputError
        One that is not `NAME=VALUE`, or a name given twice.
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


def overrides_for(book: RuleBook, settings: Mapping[str, str]) -> dict[str, int]:
    """The settings as whole numbers of the rule book's parameters; raises InputError with every fault."""
    found: dict[str, int] = {}
    problems: list[Problem] = []
    for name, written in settings.items():
        place = Place(f"--set {name}={written}"[:80])
        parameter = book.parameters.get(name)
        if parameter is None:
            help = suggest(name, book.parameters, "parameters")
            problems.append(Problem(f"unknown parameter {quoted(name)}", place, help))
            continue
        value = _number(written, share=parameter.kind == "share")
        if value is None or not parameter.minimum <= value <= parameter.maximum:
            message = f"parameter {name!r} cannot be {quoted(written)}"
            problems.append(Problem(message, place, _allowed(parameter)))
        else:
            found[name] = value
    if problems:
        raise InputError(problems)
    return found


def _number(written: str, *, share: bool) -> int | None:
    """The value in the parameter's unit; None where it is no whole number of it."""
    if _WHOLE.fullmatch(written):
        return int(written)
    percent = _PERCENT.fullmatch(written) if share else None
    if percent is None:
        return None
    per_mille = Decimal(percent[1]) * 10
    return int(per_mille) if per_mille == per_mille.to_integral_value() else None


def _allowed(parameter: Parameter) -> str:
    low, high, default = parameter.minimum, parameter.maximum, parameter.default
    if parameter.kind == "share":
        return (
            f"whole per mille from {low} to {high}, or a per cent from {low / 10:g}% to {high / 10:g}% with"
            f" one decimal at most; the default is {default}, which is {default / 10:g}%"
        )
    return f"a whole number from {low} to {high}; the default is {default}"
