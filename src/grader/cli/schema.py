"""`grader schema`: print the JSON Schema of a format."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from grader.cli import options, terminal

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="One of inspection, decisions, framework, rulebook, layer and proposal."
    ),
]


def schema(name: Name, debug: options.Debug = False) -> None:
    """Print the JSON Schema (draft 2020-12) of a file people write or grader answers with."""
    from grader.files.schemas import schema_of

    terminal.out_json(json.dumps(schema_of(name), indent=2, ensure_ascii=False) + "\n")
