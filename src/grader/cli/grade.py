"""`grader grade`: propose grades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import options, terminal
from grader.cli.output import check_output
from grader.errors import GraderError, InputError, Place, Problem
from grader.files.written import write_whole

if TYPE_CHECKING:
    from grader.api import Loaded
    from grader.model.proposal import Proposal


@dataclass(frozen=True, slots=True)
class Graded:
    """An inspection file, what was read of it, and its proposal."""

    path: str
    loaded: Loaded
    proposal: Proposal


Inspections = Annotated[list[str], typer.Argument(metavar="INSPECTION", help="Inspection files (YAML).")]
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
    rules: options.Rules = None,
    engine: options.Engine = None,
    force: options.Force = False,
    debug: options.Debug = False,
) -> None:
    """Propose a grade for each area of an inspection, and say why."""
    many = len(inspections) > 1
    page = _check_report(report, decisions, inspections, force=force)
    destination = None
    if output is not None:
        endings = (".jsonl",) if many else (".json", ".jsonl")
        help = "several inspections go one a line into a .jsonl file" if many else None
        destination = check_output(output, endings, force=force, inputs=inspections, help=help)
    graded = _grade_all(inspections, options.split_settings(settings or ()), rules, engine)
    proposals = [each.proposal for each in graded]
    html, odd = _report(graded[0], decisions) if page is not None else ("", ())
    if page is not None:
        write_whole(page, html)
    if destination is not None:
        write_whole(destination, _json(proposals, lines=destination.suffix.lower() == ".jsonl"))
    warn(graded)
    terminal.warn(odd)
    if json:
        terminal.out_json(_json(proposals, lines=many))
        return
    from grader.cli.summary import summary

    for i, each in enumerate(graded):
        if i:
            terminal.out("\n\n")
        terminal.print_for_person(*summary(each.loaded, each.proposal))
    for written in (destination, page):
        if written is not None:
            terminal.err(f"written: {written}\n")


def _check_report(
    report: str | None, decisions: str | None, inspections: Sequence[str], *, force: bool
) -> Path | None:
    """The report's path, checked before any work is done."""
    if report is None:
        if decisions is not None:
            help = "add --report FILE.html, or lay them side by side with grader diff"
            raise InputError([Problem("decisions are shown in a report alone", Place("--decisions"), help)])
        return None
    if len(inspections) > 1:
        help = "grade the inspections one by one"
        raise InputError([Problem("a report is on one inspection", Place("--report"), help)])
    inputs = [*inspections, *([decisions] if decisions is not None else [])]
    return check_output(report, (".html",), force=force, inputs=inputs)


def _report(graded: Graded, decisions: str | None) -> tuple[str, Sequence[Problem]]:
    """The report's text, and what is odd in the decisions it shows."""
    from grader.report.decided import read_decided
    from grader.report.page import report

    decided = None
    if decisions is not None:
        decided = read_decided(Path(decisions), graded.loaded, graded.proposal)
    return report(graded.loaded, graded.proposal, decided), decided.warnings if decided else ()


def _grade_all(
    inspections: Sequence[str], settings: dict[str, str], rules: str | None, engine: str | None
) -> list[Graded]:
    """Every inspection with its proposal; where any has faults, those of all are raised together."""
    from grader import api

    loaded: list[tuple[str, Loaded, dict[str, int]]] = []
    problems: list[Problem] = []
    for path in inspections:
        try:
            file = api.load(path, rules=rules)
            loaded.append((path, file, options.overrides_for(file.book, settings)))
        except GraderError as error:
            if error.exit_code != InputError.exit_code:
                raise
            problems += terminal.problems_of(error)
    if problems:
        raise InputError(problems)
    return [
        Graded(path, file, api.grade(file, overrides=values, engine=engine)) for path, file, values in loaded
    ]


def warn(graded: Sequence[Graded]) -> None:
    """Print what a person should look at in the records, in order of place."""
    found: list[Problem] = []
    for each in graded:
        found += each.loaded.warnings
        placed = {(w.code, w.message) for w in each.loaded.warnings}
        found += [
            Problem(w.message, Place(each.path), code=w.code)
            for w in each.proposal.warnings
            if (w.code, w.message) not in placed
        ]
    terminal.warn(found)


def _json(proposals: Sequence[Proposal], *, lines: bool) -> str:
    indent = None if lines else 2
    return "".join(f"{proposal.to_json(indent=indent)}\n" for proposal in proposals)
