"""`grader grade`: propose grades."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import completion, options, terminal, wide
from grader.cli.output import check_output
from grader.cli.record import warnings_of
from grader.errors import InputError, Place, Problem
from grader.io.written import write_whole

if TYPE_CHECKING:
    from grader.session import LoadedInspection


Inspections = Annotated[
    list[str],
    typer.Argument(
        metavar="INSPECTION",
        autocompletion=completion.yaml_files,
        help="Inspection files (YAML), or one wide table (CSV or Parquet).",
    ),
]
Report = Annotated[
    str | None,
    typer.Option("--report", metavar="FILE.html", help="Write the report: one HTML file, to read or print."),
]
Final = Annotated[
    str | None,
    typer.Option("--decisions", metavar="FILE", help="Final grades, for the report to show beside proposed."),
]


def grade(
    inspections: Inspections,
    json: options.Json = False,
    output: options.Output = None,
    report: Report = None,
    decisions: Final = None,
    settings: options.Set = None,
    framework: wide.Framework = None,
    edition: wide.Edition = None,
    column: wide.Column = None,
    body: wide.Body = None,
    compare: wide.Compare = None,
    blank: wide.Blank = None,
    row: wide.Row = None,
    rules: options.Rules = None,
    engine: options.Engine = None,
    force: options.Force = False,
    verbose: options.Verbose = False,
    debug: options.Debug = False,
) -> None:
    """Propose a grade for each area of an inspection, and say why."""
    asked = wide.asked(inspections, framework, rules, edition, column, body, compare, blank, row)
    several_rows = asked is not None and row is None
    many = len(inspections) > 1 or several_rows
    page = _check_report(report, decisions, many, inspections, force=force)
    destination = None
    if output is not None:
        endings = (".jsonl",) if many else (".json", ".jsonl")
        help = "several inspections go one a line into a .jsonl file" if many else None
        destination = check_output(output, endings, force=force, inputs=inspections, help=help)
    written = options.split_settings(settings or ())
    if several_rows and asked is not None:
        from grader.cli.grade_table import grade_table

        grade_table(asked, written, engine, json, destination, new=not force)
    elif many:
        from grader.cli.grade_many import GradeTask, grade_many
        from grader.session import Sessions

        on_terminal = sys.stdout is not None and sys.stdout.isatty()
        each = GradeTask(Sessions(rules, engine), written, on_terminal, json, verbose)
        grade_many(inspections, each, destination, new=not force)
    else:
        from grader import api

        name = inspections[0]
        loaded = asked.row(engine) if asked is not None else api.load(name, rules=rules, engine=engine)
        loaded = loaded.at(options.settings_for(loaded.book, written))
        _grade_one(name, loaded, json, destination, page, decisions, force)
    for path in (destination, page):
        if path is not None and not json:
            terminal.err(f"written: {path}\n")


def _grade_one(
    inspection: str,
    loaded: LoadedInspection,
    json: bool,
    destination: Path | None,
    page: Path | None,
    decisions: str | None,
    force: bool,
) -> None:
    proposal = loaded.proposal
    html, odd = _report(loaded, decisions) if page is not None else ("", ())
    if page is not None:
        write_whole(page, html, new=not force)
    lines = destination is not None and destination.suffix.lower() == ".jsonl"
    if destination is not None:
        write_whole(destination, proposal.to_json(indent=None if lines else 2) + "\n", new=not force)
    terminal.warn(warnings_of(inspection, loaded))
    terminal.warn(odd)
    if json:
        terminal.out_json(proposal.to_json() + "\n")
        return
    from grader.render.text.summary import summary

    terminal.print_for_person(*summary(loaded))


def _check_report(
    report: str | None, decisions: str | None, many: bool, inspections: Sequence[str], *, force: bool
) -> Path | None:
    """The report's path, checked before any work is done."""
    if report is None:
        if decisions is not None:
            help = "add --report FILE.html, or lay them side by side with grader diff"
            raise InputError([Problem("decisions are shown in a report alone", Place("--decisions"), help)])
        return None
    if many:
        help = "grade the inspections one by one (of a table, a row: --row BODY)"
        raise InputError([Problem("a report is on one inspection", Place("--report"), help)])
    inputs = [*inspections, *([decisions] if decisions is not None else [])]
    return check_output(report, (".html",), force=force, inputs=inputs)


def _report(loaded: LoadedInspection, decisions: str | None) -> tuple[str, Sequence[Problem]]:
    """The report's text, and what is odd in the decisions it shows."""
    from grader.render.html.decided import read_decided
    from grader.render.html.page import report

    decided = None
    if decisions is not None:
        decided = read_decided(Path(decisions), loaded)
    return report(loaded, decided), decided.warnings if decided else ()
