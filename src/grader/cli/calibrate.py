"""`grader calibrate`: fit parameters to past decisions, where the data can tell."""

from __future__ import annotations

from typing import Annotated

import typer

from grader.cli import options, terminal
from grader.cli.output import check_output
from grader.errors import InputError, Place, Problem

Folder = Annotated[
    str, typer.Argument(metavar="FOLDER", help="Past inspections with the decisions on them (YAML).")
]
Parameters = Annotated[
    list[str], typer.Option("--parameter", metavar="NAME", help="A parameter to fit; at most four.")
]
Output = Annotated[
    str | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Write what is recommended, for the rule book's own folder."
    ),
]


def calibrate(
    folder: Folder,
    parameter: Parameters,
    json: options.Json = False,
    output: Output = None,
    force: options.Force = False,
    rules: options.Rules = None,
    debug: options.Debug = False,
) -> None:
    """Find the values of parameters that agree best with past decisions, where the data can tell."""
    from grader import api
    from grader.io.catalogue import open_rulebook

    help = "name it calibrated.yaml: a rule book reads it by that name"
    target = None
    if output is not None:
        target = check_output(output, (".yaml",), force=force, help=help)
        if target.name != "calibrated.yaml":
            raise InputError([Problem("no file of calibrated values", Place(output), help)])
    found = api.calibrate(folder, parameter, rules=rules)
    _, _, book = open_rulebook(rules if rules is not None else found.rulebook.id)
    if target is not None and found.recommended is not None:
        from grader.io.written import write_whole
        from grader.review.calibrate import parameter_file

        write_whole(target, parameter_file(found, book), new=not force)
    if json:
        from grader.model.proposal import to_json

        terminal.out_json(to_json(found) + "\n")
    else:
        from grader.render.text.calibration import calibration_for_person

        terminal.print_for_person(*calibration_for_person(book, found))
    if target is not None:
        done = "written" if found.recommended is not None else "nothing is recommended, and nothing written"
        terminal.err(f"{done}: {target}\n")
    if found.recommended is None:
        raise typer.Exit(1)
