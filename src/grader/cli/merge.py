"""`grader merge`: inspectors' files into one inspection."""

from __future__ import annotations

from typing import Annotated

import typer

from grader.cli import completion, options, terminal
from grader.cli.output import check_output
from grader.io.written import write_whole
from grader.text import clean, plural

Inspections = Annotated[
    list[str],
    typer.Argument(
        metavar="INSPECTION...",
        autocompletion=completion.yaml_files,
        help="Inspection files of one body (YAML).",
    ),
]
Output = Annotated[
    str, typer.Option("-o", "--output", metavar="FILE", help="The inspection to write, in YAML.")
]
InspectionId = Annotated[
    str | None,
    typer.Option("--inspection-id", metavar="ID", help="Its id, where the files have different ones."),
]


def merge(
    inspections: Inspections,
    output: Output,
    inspection_id: InspectionId = None,
    rules: options.Rules = None,
    force: options.Force = False,
    debug: options.Debug = False,
) -> None:
    """Put inspectors' files into one: duplicates once, ids kept apart, what disagrees told."""
    destination = check_output(output, (".yaml", ".yml"), force=force, inputs=inspections)
    from grader import api

    merged = api.merge(inspections, inspection_id=inspection_id, rules=rules)
    write_whole(destination, merged.text, new=not force)
    terminal.warn(merged.warnings)
    for note in merged.notes:
        terminal.err(f"note: {note}\n")
    held = plural(len(merged.inspection.evidence), "item of evidence", "items of evidence")
    terminal.out(f"{clean(str(destination))}: {held} of {plural(len(inspections), 'file', 'files')}\n")
