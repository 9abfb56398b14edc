"""`grader reconcile`: several people's taggings of one inspection, laid together and settled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import completion, options, terminal
from grader.cli.output import check_output
from grader.errors import InputError, Place, Problem
from grader.io.written import write_whole
from grader.text import clean, plural

if TYPE_CHECKING:
    from grader.model.reconciliation import Reconciliation

Inspections = Annotated[
    list[str],
    typer.Argument(
        metavar="INSPECTION...",
        autocompletion=completion.yaml_files,
        help="Each person's tagging of one inspection (YAML); the first one's ids stand.",
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write JSON (.json), a file to settle in (.yaml), or with --settle the agreed inspection.",
    ),
]
Workbook = Annotated[
    str | None, typer.Option("--workbook", metavar="FILE.xlsx", help="Write a workbook to settle in.")
]
Settle = Annotated[
    str | None,
    typer.Option(
        "--settle", metavar="FILE", help="The file or workbook, filled in: write the agreed inspection."
    ),
]
PairsFile = Annotated[
    str | None,
    typer.Option("--pairs", metavar="FILE", help="What such a file or workbook says of pairs in doubt."),
]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="NAME", help="With --settle: who settled what it says of nobody."),
]
On = Annotated[
    str | None,
    typer.Option("--on", metavar="YYYY-MM-DD", help="With --settle: when, where the file does not say."),
]
Rest = Annotated[
    str | None,
    typer.Option(
        "--rest", metavar="NAME", help="With --settle: whose tagging stands where no grade turns on it."
    ),
]
Draws = Annotated[
    int | None, typer.Option("--draws", metavar="N", help="Mixes drawn of an area that has too many.")
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Where the drawing starts.")]


def reconcile(
    inspections: Inspections,
    output: Output = None,
    workbook: Workbook = None,
    settle: Settle = None,
    pairs: PairsFile = None,
    by: By = None,
    on: On = None,
    rest: Rest = None,
    draws: Draws = None,
    seed: Seed = 1,
    json: options.Json = False,
    settings: options.Set = None,
    rules: options.Rules = None,
    engine: options.Engine = None,
    force: options.Force = False,
    debug: options.Debug = False,
) -> None:
    """Lay taggings of one inspection together: which differences matter to a grade. 1 where any differs."""
    endings = (".yaml", ".yml") if settle is not None else (".json", ".yaml", ".yml")
    inputs = [*inspections, *([settle] if settle else []), *([pairs] if pairs else [])]
    destination = check_output(output, endings, force=force, inputs=inputs) if output is not None else None
    book = check_output(workbook, (".xlsx",), force=force, inputs=inputs) if workbook is not None else None
    comparing = {"--pairs": pairs, "--workbook": workbook, "--json": json or None}
    _check_options(settle, output, {"--by": by, "--on": on, "--rest": rest}, comparing)
    from grader import api
    from grader.review.what_moves import DRAWS

    chosen = {
        "draws": DRAWS if draws is None else draws,
        "seed": seed,
        "rules": rules,
        "settings": options.split_settings(settings or ()),
        "engine": engine,
    }
    if settle is not None:
        agreed = api.settle(inspections, settle, by=by, on=on, rest=rest, **chosen)  # type: ignore[arg-type]
        assert destination is not None, "checked with the options"
        write_whole(destination, agreed.text, new=not force)
        for note in agreed.notes:
            terminal.err(f"note: {note}\n")
        held = plural(len(agreed.inspection.evidence), "item of evidence", "items of evidence")
        said = f"{held}, {agreed.settled} settled, {agreed.rest} left as tagged"
        terminal.out(f"{clean(str(destination))}: {said}\n")
        return
    answer = api.reconcile(inspections, pairs=pairs, **chosen)  # type: ignore[arg-type]
    if destination is not None:
        text = answer.to_json() + "\n" if destination.suffix.lower() == ".json" else api.settling_file(answer)
        write_whole(destination, text, new=not force)
    if book is not None:
        write_whole(book, api.settling_workbook(answer), new=not force)
    _show(answer, json)
    for path in (destination, book):
        if path is not None:
            terminal.err(f"written: {path}\n")
    if answer.differs:
        raise typer.Exit(1)


def _check_options(
    settle: str | None,
    output: str | None,
    settling: Mapping[str, object],
    comparing: Mapping[str, object],
) -> None:
    """Refuse options that go with `--settle` alone, or never with it."""
    problems = []
    if settle is None:
        for name, value in settling.items():
            if value is not None:
                problems.append(Problem("nothing is settled", Place(name), "add --settle FILE"))
    elif output is None:
        help = "add -o AGREED.yaml"
        problems.append(Problem("nothing says where to write the agreed inspection", Place("--settle"), help))
    for name, value in comparing.items():
        if settle is not None and value is not None:
            problems.append(Problem("it is not asked for with --settle", Place(name), "leave it out"))
    if problems:
        raise InputError(problems)


def _show(answer: Reconciliation, json: bool) -> None:
    if json:
        terminal.out_json(answer.to_json() + "\n")
        return
    from grader.render.text.reconciliation import reconciliation_for_person

    terminal.print_for_person(*reconciliation_for_person(answer))
