"""`grader changes`: what changed in an inspection, and what it moved."""

from __future__ import annotations

from typing import Annotated

import typer

from grader.cli import completion, options, terminal
from grader.cli.output import check_output
from grader.io.written import write_whole

Old = Annotated[
    str,
    typer.Argument(metavar="OLD", autocompletion=completion.yaml_files, help="The inspection as it was."),
]
New = Annotated[
    str, typer.Argument(metavar="NEW", autocompletion=completion.yaml_files, help="The inspection as it is.")
]


def changes(
    old: Old,
    new: New,
    json: options.Json = False,
    output: options.Output = None,
    settings: options.Set = None,
    rules: options.Rules = None,
    engine: options.Engine = None,
    force: options.Force = False,
    debug: options.Debug = False,
) -> None:
    """Say what changed in an inspection and what it moved, with the evidence behind it. 1 where it did."""
    destination = None
    if output is not None:
        destination = check_output(output, (".json",), force=force, inputs=[old, new])
    from grader import api

    chosen = options.split_settings(settings or ())
    found = api.changes(old, new, rules=rules, settings=chosen, engine=engine)
    if destination is not None:
        write_whole(destination, found.to_json() + "\n", new=not force)
    if json:
        terminal.out_json(found.to_json() + "\n")
    else:
        from grader.render.text.changes import changes_for_person

        terminal.print_for_person(*changes_for_person(found))
    if destination is not None:
        terminal.err(f"written: {destination}\n")
    if found.differs:
        raise typer.Exit(1)
