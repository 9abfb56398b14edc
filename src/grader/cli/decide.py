"""`grader decide`: record a person's decision on an area."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import options, terminal
from grader.cli.output import check_output

if TYPE_CHECKING:
    from grader.files.frameworks import FrameworkFile
    from grader.model.proposal import Proposal
    from grader.review.grading import Grading

Given = Annotated[
    str,
    typer.Argument(metavar="INSPECTION", help="The inspection (YAML), or a proposal of it written as JSON."),
]
Area = Annotated[str, typer.Option("--area", metavar="AREA", help="The area decided.")]
Grade = Annotated[str, typer.Option("--grade", metavar="GRADE", help="The grade given.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.")]
Rationale = Annotated[
    str | None,
    typer.Option("--rationale", metavar="TEXT", help="Why; needed where the grade is not the one proposed."),
]
On = Annotated[
    str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="The day of the decision; today by default.")
]
Output = Annotated[
    str | None,
    typer.Option(
        "-o", "--output", metavar="DECISIONS", help="The decisions file; decisions.yaml beside by default."
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Decide again what is decided, and lose comments in the file.")
]
AllowOverrides = Annotated[
    bool, typer.Option("--allow-overrides", help="Take a proposal made with --set, and record its settings.")
]


def decide(
    inspection: Given,
    area: Area,
    grade: Grade,
    by: By,
    rationale: Rationale = None,
    on: On = None,
    output: Output = None,
    settings: options.Set = None,
    rules: options.Rules = None,
    engine: options.Engine = None,
    allow_overrides: AllowOverrides = False,
    force: Force = False,
    debug: options.Debug = False,
) -> None:
    """Record what a person decides on an area, why, and the proposal it was decided on."""
    from datetime import date

    from grader.files.printed_names import PrintedNames
    from grader.files.written import update_whole
    from grader.review.decisions import Decision
    from grader.review.decisions import decide as record
    from grader.review.grading import Grading
    from grader.review.pairing import DECISIONS

    named = output if output is not None else str(Path(inspection).parent / DECISIONS)
    # An existing file is added to, not replaced: what may be lost in it is asked about area by area.
    destination = check_output(named, (".yaml", ".yml"), force=True, inputs=[inspection])
    grading = Grading(rules, engine)
    proposal = _proposal(inspection, settings or [], grading)
    framework = grading.framework(proposal.framework.id)
    decision = Decision(area, grade, by, on if on is not None else date.today().isoformat(), rationale)

    def with_it(existing: bytes | None) -> str:
        return record(
            proposal,
            framework,
            decision,
            existing,
            shown=str(destination),
            force=force,
            allow_overrides=allow_overrides,
        )

    recorded = update_whole(destination, with_it)
    _warn_of_stale(recorded, str(destination), framework, proposal)
    result = proposal.area(area)
    proposed = result.grade or result.outcome
    names = PrintedNames(framework.framework)
    said = f"{result.area}: {names.matched('grades', grade)} decided, {proposed} proposed".replace("_", " ")
    terminal.out(f"{terminal.clean(str(destination))}: {said}\n")


def _warn_of_stale(text: str, shown: str, framework: FrameworkFile, proposal: Proposal) -> None:
    """Say which decisions in the file were made on another proposal than now follows."""
    from grader.errors import Place, Problem
    from grader.files.decisions import decisions_of
    from grader.files.marked import parse_document
    from grader.review.stale import stale_areas

    recorded = decisions_of(parse_document(text.encode("utf-8"), shown), framework).decisions.proposal
    assert recorded is not None, "a decision is recorded with its proposal"
    for area, changed in stale_areas(recorded, proposal).items():
        message = f"{area} is stale, decided on a proposal that changed since: {'; '.join(changed)}"
        terminal.warn([Problem(message, Place(shown), "decide it again with --force")])


def _proposal(given: str, settings: list[str], grading: Grading) -> Proposal:
    """The proposal decided on: as recorded, or made now."""
    from grader import api
    from grader.errors import InputError, Place, Problem
    from grader.files.folders import is_proposal
    from grader.files.marked import read_bytes
    from grader.review.pairing import proposal_in

    written = options.split_settings(settings)
    if not written:
        return proposal_in(Path(given), grading)
    if is_proposal(read_bytes(Path(given))):
        help = "grade the inspection with --set, or leave it out"
        raise InputError([Problem("--set changes nothing in a recorded proposal", Place(given), help)])
    loaded = api.load(given, rules=grading.rules)
    values = options.overrides_for(loaded.book, written)
    return api.grade(loaded, overrides=values, engine=grading.engine)
