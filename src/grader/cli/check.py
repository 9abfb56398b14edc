"""`grader check`: prove a rule book's promises, or show what breaks them."""

from __future__ import annotations

from typing import Annotated

import typer

from grader.cli import options, terminal
from grader.errors import InputError, Place, Problem

#: A day; also keeps out what is no number.
LONGEST = 86_400

RuleBook = Annotated[
    str, typer.Argument(metavar="[RULEBOOK]", help="A rule book's folder or id; PEEL_2021_22 by default.")
]
Timeout = Annotated[
    float,
    typer.Option("--timeout", metavar="S", help="Seconds for all proofs; what is open by then is unknown."),
]


def check(
    rulebook: RuleBook = "PEEL_2021_22",
    json: options.Json = False,
    timeout: Timeout = 60.0,
    debug: options.Debug = False,
) -> None:
    """Prove that a rule book keeps its promises for every inspection, or show one that breaks them."""
    if not 0 <= timeout <= LONGEST:
        raise InputError([Problem(f"{timeout:g} is no time to wait", Place("--timeout"), f"0 to {LONGEST}")])
    from grader.authoring.proofs.check import check_rulebook
    from grader.authoring.proofs.report import for_person
    from grader.authoring.suites import open_rulebook

    _, framework, book = open_rulebook(rulebook)
    report = check_rulebook(book, framework.framework, timeout=timeout)
    if json:
        from json import dumps

        terminal.out_json(dumps(report.to_dict(), ensure_ascii=False, indent=2) + "\n")
    else:
        terminal.out(for_person(report))
    if not report.holds:
        raise typer.Exit(1)
