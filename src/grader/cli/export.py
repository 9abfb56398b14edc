"""`grader export`: an inspection as a workbook."""

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
Xlsx = Annotated[str, typer.Option("--xlsx", metavar="FILE", help="The workbook to write, .xlsx.")]


def export(
    inspection: Given,
    xlsx: Xlsx,
    rules: options.Rules = None,
    force: options.Force = False,
    debug: options.Debug = False,
) -> None:
    """Write an inspection as a workbook with drop-downs, to fill in and to import again."""
    destination = check_output(xlsx, (".xlsx",), force=force, inputs=[inspection])
    from grader import api
    from grader.sheets.workbook import without_column, workbook_bytes

    loaded = api.load(inspection, rules=rules)
    write_whole(destination, workbook_bytes(loaded.inspection, loaded.framework.framework), new=not force)
    for note in without_column(loaded.inspection):
        terminal.err(f"note: {note}\n")
    items = plural(len(loaded.inspection.evidence), "item of evidence", "items of evidence")
    terminal.out(f"{clean(str(destination))}: {items}\n")
