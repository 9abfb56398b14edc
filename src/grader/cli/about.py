"""`grader rule`, `parameters`, `characteristic` and `area`."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import completion, options, terminal
from grader.cli.find import Edition, Framework
from grader.text import clean

if TYPE_CHECKING:
    from grader.io.lookup import About

NAMED = "Its id, a name it is printed under, or a beginning."
RuleName = Annotated[str, typer.Argument(metavar="RULE", help=NAMED, autocompletion=completion.rules)]
ParameterName = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="One of them.", autocompletion=completion.parameters)
]
CharacteristicName = Annotated[
    str, typer.Argument(metavar="ID", help=NAMED, autocompletion=completion.characteristics)
]
AreaName = Annotated[str, typer.Argument(metavar="NAME", help=NAMED, autocompletion=completion.areas)]
RuleBook = Annotated[str, typer.Option("--rules", metavar="RULEBOOK", help="A rule book's folder or id.")]
WIDTH = 80


def rule(
    name: RuleName, rules: RuleBook = "PEEL_2021_22", json: options.Json = False, debug: options.Debug = False
) -> None:
    """Say what a rule does, when, why, and where it comes from."""
    from grader import api

    _show(api.about_rule(name, rules=rules), json=json)


def parameters(
    name: ParameterName = None,
    rules: RuleBook = "PEEL_2021_22",
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """List the numbers of a rule book, with what each rests on."""
    from grader import api

    _show(api.about_parameters(name, rules=rules), json=json)


def characteristic(
    name: CharacteristicName,
    framework: Framework = "PEEL_2021_22",
    edition: Edition = None,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Say what a characteristic is, and where it comes from."""
    from grader import api

    _show(api.about_characteristic(name, framework=framework, edition=edition), json=json)


def area(
    name: AreaName,
    framework: Framework = "PEEL_2021_22",
    edition: Edition = None,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Say what an area goes by, and list its characteristics."""
    from grader import api

    _show(api.about_area(name, framework=framework, edition=edition), json=json)


def _show(about: About, *, json: bool) -> None:
    if json:
        terminal.out_json(about.to_json() + "\n")
        return
    lines: list[str] = []
    for entry in about.entries:
        lines += ["", entry.id] if lines else [entry.id]
        for said in entry.said:
            lines += wrap(
                clean(f"{said.label}: {said.text}"), WIDTH, initial_indent="  ", subsequent_indent="    "
            )
    terminal.out("".join(f"{line}\n" for line in lines))
