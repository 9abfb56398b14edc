"""`grader decide`: record a person's decision on an area."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli import completion, options, terminal
from grader.cli.output import check_output
from grader.errors import Place, Problem
from grader.text import clean

Given = Annotated[
    str,
    typer.Argument(
        metavar="INSPECTION",
        autocompletion=completion.yaml_files,
        help="The inspection (YAML), or a proposal of it written as JSON.",
    ),
]
Area = Annotated[
    str, typer.Option("--area", metavar="AREA", autocompletion=completion.areas, help="The area decided.")
]
Grade = Annotated[
    str, typer.Option("--grade", metavar="GRADE", autocompletion=completion.grades, help="The grade given.")
]
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

    from grader.review.decisions import Decision
    from grader.review.grading import Grading
    from grader.review.pairing import DECISIONS
    from grader.review.recording import record

    named = output if output is not None else str(Path(inspection).parent / DECISIONS)
    # An existing file is added to, not replaced: what may be lost in it is asked about area by area.
    destination = check_output(named, (".yaml", ".yml"), force=True, inputs=[inspection])
    recorded = record(
        Path(inspection),
        Decision(area, grade, by, on if on is not None else date.today().isoformat(), rationale),
        destination,
        Grading(rules, engine),
        settings=options.split_settings(settings or ()),
        option="--set",
        allow_overrides=allow_overrides,
        force=force,
    )
    for name, changed in recorded.stale.items():
        message = f"{name} is stale, decided on a proposal that changed since: {'; '.join(changed)}"
        place = Place(str(destination))
        terminal.warn([Problem(message, place, "decide it again with --force")])
    terminal.out(f"{clean(str(destination))}: {recorded}\n")
