"""`grader explain`: why an area is graded as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import completion, options, terminal, wide
from grader.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from grader.model.proposal import OutputModel

Inspection = Annotated[
    str,
    typer.Argument(
        metavar="INSPECTION",
        autocompletion=completion.yaml_files,
        help="An inspection file (YAML), or a wide table with --row.",
    ),
]
Area = Annotated[
    str,
    typer.Argument(
        metavar="AREA", autocompletion=completion.areas, help="An area: its id, as responding, or its title."
    ),
]
WhyNot = Annotated[
    str | None, typer.Option("--why-not", metavar="GRADE", help="Say what stood in the way of this grade.")
]
To = Annotated[
    str | None,
    typer.Option(
        "--to", metavar="GRADE", help="Say what would have had to be found for this grade or a better one."
    ),
]
Exactly = Annotated[bool, typer.Option("--exactly", help="With --to: for this grade and no better one.")]


def explain(
    inspection: Inspection,
    area: Area,
    why_not: WhyNot = None,
    to: To = None,
    exactly: Exactly = False,
    row: wide.Row = None,
    framework: wide.Framework = None,
    edition: wide.Edition = None,
    column: wide.Column = None,
    body: wide.Body = None,
    blank: wide.Blank = None,
    json: options.Json = False,
    settings: options.Set = None,
    rules: options.Rules = None,
    engine: options.Engine = None,
    debug: options.Debug = False,
) -> None:
    """Say why: from the grade down through rules, statuses and findings to the evidence, for and against.

    With --why-not or --to, answer that instead (with both and --json, one object a line).
    """
    from grader import api

    if exactly and to is None:
        help = "add --to GRADE, or leave it out"
        raise InputError([Problem("--exactly says how --to is meant", Place("--exactly"), help)])
    asked = wide.asked([inspection], framework, rules, edition, column, body, None, blank, row)
    loaded = asked.row(engine) if asked is not None else api.load(inspection, rules=rules, engine=engine)
    loaded = loaded.at(options.settings_for(loaded.book, options.split_settings(settings or ())))
    answers: list[OutputModel] = []
    if why_not is not None:
        answers.append(api.why_not(loaded, area, why_not))
    if to is not None:
        answers.append(api.smallest_change(loaded, area, to, exactly=exactly))
    if not answers:
        answers.append(api.explain(loaded, area))
    if json:
        from grader.model.proposal import to_json

        indent = 2 if len(answers) == 1 else None
        terminal.out_json("".join(f"{to_json(answer, indent=indent)}\n" for answer in answers))
        return
    from grader.render.text.explanation import answer_for_person

    terminal.warn(loaded.warnings)
    for i, answer in enumerate(answers):
        if i:
            terminal.out("\n\n")
        terminal.print_for_person(*answer_for_person(loaded.framework.framework, loaded.book, answer))
