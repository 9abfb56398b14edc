"""`grader blind`: a copy of an inspection for a second person to tag."""

from __future__ import annotations

from typing import Annotated

import typer

from grader.cli import completion, options, terminal
from grader.cli.output import check_output
from grader.io.written import write_whole
from grader.text import clean, plural

Given = Annotated[
    str,
    typer.Argument(metavar="INSPECTION", autocompletion=completion.yaml_files, help="The inspection (YAML)."),
]
Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write it to a file (.yaml), and not to the screen."),
]
Share = Annotated[
    str | None, typer.Option("--share", metavar="20%", help="Of each area's evidence; all of it by default.")
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Where the drawing of the sample starts.")]


def blind(
    inspection: Given,
    output: Output = None,
    share: Share = None,
    seed: Seed = 1,
    rules: options.Rules = None,
    force: options.Force = False,
    debug: options.Debug = False,
) -> None:
    """Copy an inspection without its tags, for a second person who has not seen the first's."""
    destination = None
    if output is not None:
        destination = check_output(output, (".yaml", ".yml"), force=force, inputs=[inspection])
    from grader import api

    copy = api.blind(inspection, share=share, seed=seed, rules=rules)
    if destination is None:
        terminal.out(copy.text)
        return
    write_whole(destination, copy.text, new=not force)
    items = plural(copy.of, "item of evidence", "items of evidence")
    terminal.out(f"{clean(str(destination))}: {copy.items} of {items}, without tags\n")
