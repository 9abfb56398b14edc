"""`grader schema`: list the formats, or print the JSON Schema of one."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from grader.cli import options, terminal
from grader.errors import InputError, Place, Problem

Name = Annotated[str | None, typer.Argument(metavar="NAME", help="A format; without one, all are listed.")]
Rules = Annotated[
    str | None,
    typer.Option(
        "--rules",
        metavar="RULEBOOK",
        help="With layer: allow the facts, parameters, areas and grades of this rule book alone.",
    ),
]


Framework = Annotated[
    str | None,
    typer.Option(
        "--framework",
        metavar="FRAMEWORK",
        help="With inspection or cases: allow the levels and kinds of finding of this framework alone.",
    ),
]


def schema(
    name: Name = None, rules: Rules = None, framework: Framework = None, debug: options.Debug = False
) -> None:
    """Print the JSON Schema (draft 2020-12) of a file people write or grader answers with."""
    from grader.schemas import schema_names, schema_of

    if rules is not None and (name is None or framework is not None):
        message = "which format is meant is not said" if name is None else "--framework is for other formats"
        help = "grader schema layer --rules RULEBOOK"
        raise InputError([Problem(message, Place("--rules"), help)])
    if framework is not None and name is None:
        help = "grader schema inspection --framework FRAMEWORK"
        raise InputError([Problem("which format is meant is not said", Place("--framework"), help)])
    if name is None:
        terminal.out("".join(f"{each:16} {title}\n" for each, title in schema_names().items()))
    else:
        found = schema_of(name, rules=rules, framework=framework)
        terminal.out_json(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
