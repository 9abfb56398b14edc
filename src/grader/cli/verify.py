"""`grader verify`: say whether the proposal that decisions were made on still reproduces."""

from __future__ import annotations

from typing import Annotated

import typer

from grader.cli import completion, options, terminal
from grader.cli.decide import AllowOverrides
from grader.text import clean, plural

Decisions = Annotated[
    str,
    typer.Argument(
        metavar="DECISIONS", autocompletion=completion.yaml_files, help="Decisions recorded by grader decide."
    ),
]
Inspection = Annotated[
    str | None,
    typer.Argument(metavar="[INSPECTION]", help="The inspection; inspection.yaml beside them by default."),
]


def verify(
    decisions: Decisions,
    inspection: Inspection = None,
    rules: options.Rules = None,
    engine: options.Engine = None,
    allow_overrides: AllowOverrides = False,
    debug: options.Debug = False,
) -> None:
    """Make the proposal again that was decided on; 0 where it is the same, 1 where it is not."""
    from grader.review.verify import verify as make_again

    verdict = make_again(decisions, inspection, rules=rules, engine=engine, allow_overrides=allow_overrides)
    areas = plural(verdict.areas, "area", "areas")
    name = clean(verdict.inspection)
    if not verdict.changed:
        terminal.out(f"{name}: the proposal for {areas} decided on it reproduces\n")
    else:
        terminal.out(f"{name}: the proposal for {areas} decided on it does not reproduce\n")
    if verdict.stale:
        terminal.out(f"  stale: {', '.join(verdict.stale)}; no other decision in the file is\n")
    for line in (*verdict.changed, *verdict.noted):
        terminal.out(f"  {clean(line)}\n")
    if verdict.log:
        terminal.out("  the log of its acts does not verify\n")
        for problem in verdict.log:
            terminal.err(f"error: {problem}\n")
    if not verdict.reproduces:
        raise typer.Exit(1)
