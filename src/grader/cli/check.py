"""`grader check`: prove a rule book's promises, or show what breaks them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import options, terminal
from grader.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from grader.authoring.mutation import MutationReport

#: A day; also keeps out what is no number.
LONGEST = 86_400

RuleBook = Annotated[
    str, typer.Argument(metavar="[RULEBOOK]", help="A rule book's folder or id; PEEL_2021_22 by default.")
]
Timeout = Annotated[
    float,
    typer.Option("--timeout", metavar="S", help="Seconds for all proofs; what is open by then is unknown."),
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
    timeout: Timeout = 60.0,
    mutate: Mutate = False,
    record: Record = False,
    debug: options.Debug = False,
) -> None:
    """Prove that a rule book keeps its promises for every inspection, or show one that breaks them."""
    if not 0 <= timeout <= LONGEST:
        raise InputError([Problem(f"{timeout:g} is no time to wait", Place("--timeout"), f"0 to {LONGEST}")])
    from grader import api
    from grader.proofs.report import for_person

    report = api.check(rulebook, timeout=timeout)
    mutation = api.mutate(rulebook, timeout=timeout) if mutate else None
    if record:
        recorded = api.record_proofs(rulebook, timeout=timeout)
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
    share = per_cent(len(report.tried) - len(report.survivors), len(report.tried))
    lines = [f"\n{len(report.tried)} small changes to the rules: {share} noticed ({noticed})"]
    for tried in report.survivors:
        lines.append(f"  unnoticed: {tried.mutant.place or ''} {tried.mutant.of}: {tried.mutant.change}")
        lines += [f"    {line}" for line in tried.detail.splitlines()]
    return "\n".join(lines) + "\n"


_NOTICED = {"load": "at load", "case": "by a case", "proof": "by a proof"}
