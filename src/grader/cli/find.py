"""`grader find`: which characteristic a finding may be about."""

from __future__ import annotations

from typing import Annotated

import typer

from grader.cli import completion, options, terminal

Words = Annotated[list[str], typer.Argument(metavar="WORDS", help="What was found, in a few words or whole.")]
Area = Annotated[
    str | None,
    typer.Option("--area", metavar="AREA", autocompletion=completion.areas, help="Look in this area alone."),
]
Learn = Annotated[
    str | None,
    typer.Option("--learn", metavar="FOLDER", help="Inspections whose tagged statements count as well."),
]
Framework = Annotated[
    str, typer.Option("--framework", metavar="FRAMEWORK", help="A framework's id, or its file.")
]
Edition = Annotated[
    str | None,
    typer.Option("--edition", metavar="EDITION", help="One of its editions; the latest by default."),
]
Limit = Annotated[int, typer.Option("--limit", metavar="N", help="How many to show.")]


def find(
    words: Words,
    area: Area = None,
    learn: Learn = None,
    limit: Limit = 10,
    framework: Framework = "PEEL_2021_22",
    edition: Edition = None,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Say which characteristics a finding may be about, the likeliest first. It tags nothing."""
    said = " ".join(words)
    if json:
        from grader import api

        found = api.find(said, area=area, learn=learn, framework=framework, edition=edition, limit=limit)
        terminal.out_json(found.to_json() + "\n")
        return
    # A person waits for it: without the models of what is handed on, it is there in half the time.
    from grader.render.text.found import found_lines
    from grader.search.finding import search

    answer = search(said, area=area, learn=learn, framework=framework, edition=edition, limit=limit)
    terminal.out("".join(f"{line}\n" for line in found_lines(answer)))
