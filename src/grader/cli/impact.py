"""`grader impact`: what a change of rules moves, by proof and by replay."""

from __future__ import annotations

from typing import Annotated

import typer

from grader.cli import options, terminal
from grader.language.effort import IMPACT_EFFORT
from grader.text import visible

Old = Annotated[str, typer.Argument(metavar="OLD", help="The rule book as it was: a folder or an id.")]
New = Annotated[str, typer.Argument(metavar="NEW", help="The rule book as it would be.")]
Inspections = Annotated[
    list[str] | None,
    typer.Argument(metavar="[INSPECTION]...", help="Inspection files to grade by both."),
]
Effort = Annotated[
    int,
    typer.Option(
        "--effort",
        metavar="N",
        help="What the solver may spend on a question, in units of its own work; beyond it is unknown.",
    ),
]


def impact(
    old: Old,
    new: New,
    inspections: Inspections = None,
    json: options.Json = False,
    effort: Effort = IMPACT_EFFORT,
    debug: options.Debug = False,
) -> None:
    """Say what a change of rules moves: for every inspection there can be, and for those given."""
    from grader import api
    from grader.render.text.impact import impact_for_person

    found = api.impact(old, new, inspections or (), effort=effort)
    if json:
        from json import dumps

        terminal.out_json(dumps(found.to_dict(), ensure_ascii=False, indent=2) + "\n")
    else:
        terminal.out("".join(f"{visible(line)}\n" for line in impact_for_person(found)))
    if found.moves:
        raise typer.Exit(1)
