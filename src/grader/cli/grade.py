"""`grader grade`: propose grades."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from grader.cli import completion, options, terminal
from grader.cli.output import check_output
from grader.cli.record import warnings_of
from grader.errors import InputError, Place, Problem
from grader.io.written import write_whole

Inspections = Annotated[
    list[str],
    typer.Argument(
        metavar="INSPECTION",
        autocompletion=completion.yaml_files,
        help="Inspection files (YAML), or folders of them.",
    ),
]
Report = Annotated[
    list[str] | None,
    typer.Option(
        "--report",
        metavar="FILE",
        help="Write the report: .html, .pdf, .docx or .xlsx; may be given several times. For several"
        " inspections a folder, of a page and a workbook.",
    ),
]
Brief = Annotated[
    bool,
    typer.Option("--brief", help="One page for the meeting: grades, ranges, firmness, what is missing."),
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
    brief: Brief = False,
    decisions: Final = None,
    settings: options.Set = None,
    rules: options.Rules = None,
    engine: options.Engine = None,
    force: options.Force = False,
    verbose: options.Verbose = False,
    debug: options.Debug = False,
) -> None:
    """Propose a grade for each area of an inspection, and say why."""
    from grader.cli.grade_report import report_files, report_folder

    given = _files_in(inspections)
    many = len(given) > 1 or given != inspections
    folder = report_folder(report or (), decisions, force=force) if many else None
    files = [] if many else report_files(report or (), decisions, given, force=force)
    destination = None
    if output is not None:
        endings = (".jsonl",) if many else (".json", ".jsonl")
        help = "several inspections go one a line into a .jsonl file" if many else None
        destination = check_output(output, endings, force=force, inputs=given, help=help)
    written = options.split_settings(settings or ())
    if many:
        from grader.cli.grade_many import GradeTask, grade_many
        from grader.session import Sessions

        on_terminal = sys.stdout is not None and sys.stdout.isatty()
        sessions = Sessions(rules, engine)
        each = GradeTask(sessions, written, on_terminal, json, verbose, brief, folder is not None)
        files = grade_many(given, each, destination, folder, new=not force)
    else:
        asked = _Asked(given[0], written, rules, engine, json, destination, files, brief, decisions, force)
        _grade_one(asked)
    for path in (*([destination] if destination else ()), *files):
        if not json:
            terminal.err(f"written: {path}\n")


def _files_in(names: Sequence[str]) -> list[str]:
    """The inspections named, with those in each folder named; what else a folder holds is told of."""
    found: list[str] = []
    for name in names:
        if not Path(name).is_dir():
            found.append(name)
            continue
        from grader.io.folders import inspections_in

        held, others = inspections_in(Path(name))
        if not held:
            help = "name a folder of inspections"
            raise InputError([Problem("there is no inspection in this folder", Place(name), help)])
        found += map(str, held)
        if others:
            said = "is no inspection" if len(others) == 1 else "are no inspections"
            terminal.err(f"note: {', '.join(map(str, others))} {said}, and left out\n")
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of one inspection."""

    inspection: str
    settings: dict[str, str]
    rules: str | None
    engine: str | None
    json: bool
    destination: Path | None
    files: list[Path]
    brief: bool
    decisions: str | None
    force: bool


def _grade_one(asked: _Asked) -> None:
    from grader import api

    loaded = api.load(asked.inspection, rules=asked.rules, engine=asked.engine)
    loaded = loaded.at(options.settings_for(loaded.book, asked.settings))
    proposal = loaded.proposal
    content = None
    if asked.files or asked.brief:
        from grader.cli.grade_report import content_for, write_reports

        content = content_for(loaded, asked.decisions)
        write_reports(content, asked.files, brief=asked.brief, force=asked.force)
    if asked.destination is not None:
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
