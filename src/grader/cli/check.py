"""`grader check`: prove a rule book's promises, or show what breaks them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import options, terminal
from grader.errors import InputError, Place, Problem
from grader.language.effort import CHECK_EFFORT

if TYPE_CHECKING:
    from grader.authoring.mutation import MutationReport

RuleBook = Annotated[
    str, typer.Argument(metavar="[RULEBOOK]", help="A rule book's folder or id; PEEL_2021_22 by default.")
]
Effort = Annotated[
    int,
    typer.Option(
        "--effort",
        metavar="N",
        help="Units of solver work for each promise; what is open by then is unknown.",
    ),
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Prove everything anew, and keep nothing of what is proved.")
]
Smt = Annotated[
    str | None,
    typer.Option("--smt", metavar="DIR", help="Write every question the solver answered as SMT-LIB2."),
]

Mutate = Annotated[
    bool,
    typer.Option(
        "--mutate", help="Also change the rules in every small way, and list changes nothing would notice."
    ),
]


Record = Annotated[
    bool,
    typer.Option(
        "--record",
        help="Also write proved.json beside the rules: what the grades an area could take rest on.",
    ),
]


def check(
    rulebook: RuleBook = "PEEL_2021_22",
    json: options.Json = False,
    settings: options.Set = None,
    effort: Effort = CHECK_EFFORT,
    no_cache: NoCache = False,
    smt: Smt = None,
    mutate: Mutate = False,
    record: Record = False,
    debug: options.Debug = False,
) -> None:
    """Prove that a rule book keeps its promises for every inspection, or show one that breaks them."""
    from grader import api
    from grader.proofs.report import for_person

    chosen = options.split_settings(settings or ())
    for name, asked in (("--mutate", mutate), ("--record", record)):
        if chosen and asked:
            help = "leave one of the two out"
            raise InputError([Problem("it speaks of the rules at their own values", Place(name), help)])
    report = api.check(rulebook, settings=chosen, effort=effort, keep=not no_cache, smt=smt)
    mutation = api.mutate(rulebook, effort=effort) if mutate else None
    if record:
        recorded = api.record_proofs(rulebook, effort=effort)
        terminal.err(f"recorded as proved: {', '.join(sorted(recorded)) or 'nothing'}\n")
    if json:
        from json import dumps

        data = report.to_dict(mutation.to_dict() if mutation else None)
        terminal.out_json(dumps(data, ensure_ascii=False, indent=2) + "\n")
    else:
        terminal.out(for_person(report))
        if mutation is not None:
            terminal.out(_survivors(mutation))
    if not report.holds:
        raise typer.Exit(1)


def _survivors(report: MutationReport) -> str:
    """How many changes were noticed and by what, and those that were not."""
    from grader.language.english import per_cent

    counts = report.counts
    noticed = ", ".join(f"{counts[by]} {words}" for by, words in _NOTICED.items())
    telling = report.noticed + len(report.survivors)
    lines = [
        f"\n{len(report.tried)} small changes to the rules, {counts['same']} proved to change nothing;"
        f" of the other {telling} {per_cent(report.noticed, telling)} noticed ({noticed})"
    ]
    for tried in report.survivors:
        lines.append(f"  unnoticed: {tried.mutant.place or ''} {tried.mutant.of}: {tried.mutant.change}")
        lines += [f"    {line}" for line in tried.detail.splitlines()]
    return "\n".join(lines) + "\n"


_NOTICED = {"load": "at load", "case": "by a case", "proof": "by a proof"}
