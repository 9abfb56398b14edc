"""`grader grade`: propose grades."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import completion, options, terminal, wide
from grader.cli.output import check_output
from grader.cli.record import warnings_of
from grader.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from grader.session import LoadedInspection

Inspections = Annotated[
    list[str],
    typer.Argument(
        metavar="INSPECTION",
        autocompletion=completion.yaml_files,
        help="Inspection files (YAML), folders of them, or one wide table (CSV or Parquet).",
    ),
]
Report = Annotated[
    list[str] | None,
    typer.Option(
        "--report",
        metavar="FILE",
        help="Write the report: .html, .pdf, .docx or .xlsx; may be given several times. For several"
        " inspections a folder, of an index, a page of each and a workbook.",
    ),
]
Brief = Annotated[
    bool,
    typer.Option("--brief", help="One page for the meeting: grades, ranges, firmness, what is missing."),
]
Final = Annotated[
    str | None,
    typer.Option(
        "--decisions", metavar="FILE", help="Final grades, shown beside proposed in the report or in brief."
    ),
]


def grade(
    inspections: Inspections,
    json: options.Json = False,
    output: options.Output = None,
    report: Report = None,
    brief: Brief = False,
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
    if brief and json and not report:
        one = "leave one of the two out, or add --report FILE for a page beside the JSON"
        raise InputError([Problem("--json prints whole proposals, and no page", Place("--brief"), one)])
    asked = wide.asked(inspections, framework, rules, edition, column, body, compare, blank, row)
    several_rows = asked is not None and row is None
    if several_rows and (report or decisions or brief):
        one = "name one of its rows: --row BODY"
        raise InputError([Problem("a report is on one row of a table", Place(inspections[0]), one)])
    given = inspections if asked is not None else _files_in(inspections)
    many = len(given) > 1 or given != inspections or several_rows
    folder, files = _reports(report or (), decisions, given, many=many, brief=brief, force=force)
    destination = None if output is None else _destination(output, given, many=many, force=force)
    written = options.split_settings(settings or ())
    if several_rows and asked is not None:
        from grader.cli.grade_table import grade_table

        grade_table(asked, written, engine, json, destination, new=not force)
    elif many:
        from grader.cli.grade_many import GradeTask, grade_many
        from grader.session import Sessions

        on_terminal = sys.stdout is not None and sys.stdout.isatty()
        sessions = Sessions(rules, engine)
        each = GradeTask(sessions, written, on_terminal, json, verbose, brief, folder is not None)
        files = grade_many(given, each, destination, folder, new=not force)
    else:
        from grader import api

        loaded = asked.row(engine) if asked is not None else api.load(given[0], rules=rules, engine=engine)
        loaded = loaded.at(options.settings_for(loaded.book, written))
        _write_one(loaded, _Asked(given[0], json, destination, files, brief, decisions, force))
    for path in (*([destination] if destination else ()), *files):
        if not json:
            terminal.err(f"written: {path}\n")


def _reports(
    report: Sequence[str],
    decisions: str | None,
    given: Sequence[str],
    *,
    many: bool,
    brief: bool,
    force: bool,
) -> tuple[Path | None, list[Path]]:
    """The folder of reports on several inspections, and the files of one."""
    if not (report or decisions is not None or brief):
        return None, []
    # What a report is made of takes long to import.
    from grader.cli.grade_report import report_files, report_folder

    if many:
        return report_folder(report, decisions, force=force), []
    return None, report_files(report, decisions, given, brief=brief, force=force)


def _destination(output: str, given: Sequence[str], *, many: bool, force: bool) -> Path:
    endings = (".jsonl",) if many else (".json", ".jsonl")
    help = "several inspections go one a line into a .jsonl file" if many else None
    return check_output(output, endings, force=force, inputs=given, help=help)


def _files_in(names: Sequence[str]) -> list[str]:
    """The inspections named or in folders named; the rest is reported."""
    found: list[str] = []
    for name in names:
        if not os.path.isdir(name):  # unlike pathlib, takes any name
            found.append(name)
            continue
        from grader.io.folders import inspections_in

        try:
            held, others = inspections_in(Path(name))
        except InputError:
            if len(names) == 1:
                raise
            held = []
        if not held:
            # Told with the faults of the others, all at once.
            found.append(name)
            continue
        found += map(str, held)
        if others:
            said = "is no inspection" if len(others) == 1 else "are no inspections"
            terminal.err(f"note: {', '.join(map(str, others))} {said}, and left out\n")
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of one inspection."""

    inspection: str
    json: bool
    destination: Path | None
    files: list[Path]
    brief: bool
    decisions: str | None
    force: bool


def _write_one(loaded: LoadedInspection, asked: _Asked) -> None:
    proposal = loaded.proposal
    content = None
    if asked.files or asked.brief:
        from grader.cli.grade_report import content_for, write_reports

        content = content_for(loaded, asked.decisions)
        write_reports(content, asked.files, brief=asked.brief, force=asked.force)
    if asked.destination is not None:
        from grader.io.written import write_whole

        lines = asked.destination.suffix.lower() == ".jsonl"
        text = proposal.to_json(indent=None if lines else 2) + "\n"
        write_whole(asked.destination, text, new=not asked.force)
    terminal.warn(warnings_of(asked.inspection, loaded))
    terminal.warn(content.decided.warnings if content is not None and content.decided else ())
    if asked.json:
        terminal.out_json(proposal.to_json() + "\n")
    elif asked.brief:
        from grader.render.content.brief import brief
        from grader.render.text.brief import brief_parts

        assert content is not None
        terminal.print_for_person(*brief_parts(brief(content)))
    else:
        from grader.render.text.summary import summary

        terminal.print_for_person(*summary(loaded))
