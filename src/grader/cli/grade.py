"""`grader grade`: propose grades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import options, terminal
from grader.cli.output import check_output, write_whole
from grader.errors import GraderError, InputError, Place, Problem

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


def grade(
    inspections: Inspections,
    json: options.Json = False,
    output: options.Output = None,
    settings: options.Set = None,
    rules: options.Rules = None,
    engine: options.Engine = None,
    force: options.Force = False,
    debug: options.Debug = False,
) -> None:
    """Propose a grade for each area of an inspection, and say why."""
    many = len(inspections) > 1
    destination = None
    if output is not None:
        endings = (".jsonl",) if many else (".json", ".jsonl")
        help = "several inspections go one a line into a .jsonl file" if many else None
        destination = check_output(output, endings, force=force, inputs=inspections, help=help)
    graded = _grade_all(inspections, options.split_settings(settings or ()), rules, engine)
    proposals = [each.proposal for each in graded]
    if destination is not None:
        write_whole(destination, _json(proposals, lines=destination.suffix.lower() == ".jsonl"))
    warn(graded)
    if json:
        terminal.out_json(_json(proposals, lines=many))
        return
    from grader.cli.summary import summary

    for i, each in enumerate(graded):
        if i:
            terminal.out("\n\n")
        terminal.print_for_person(*summary(each.loaded, each.proposal))
    if destination is not None:
        terminal.err(f"written: {destination}\n")


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
