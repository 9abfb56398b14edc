"""`grader explain`: why an area is graded as it is."""

from __future__ import annotations

from typing import Annotated

import typer

from grader.cli import options, terminal

Inspection = Annotated[str, typer.Argument(metavar="INSPECTION", help="An inspection file (YAML).")]
Area = Annotated[str, typer.Argument(metavar="AREA", help="An area's id, such as responding.")]


def explain(
    inspection: Inspection,
    area: Area,
    json: options.Json = False,
    settings: options.Set = None,
    rules: options.Rules = None,
    engine: options.Engine = None,
    debug: options.Debug = False,
) -> None:
    """Say why: from the grade down through rules, statuses and findings to the evidence, for and against."""
    from grader import api

    loaded = api.load(inspection, rules=rules)
    values = options.overrides_for(loaded.book, options.split_settings(settings or ()))
    explanation = api.explain(loaded, area, overrides=values, engine=engine)
    if json:
        from grader.model.proposal import to_json

        terminal.out_json(to_json(explanation) + "\n")
        return
    from grader.cli.explanation import explanation_for_person

    terminal.warn(loaded.warnings)
    terminal.print_for_person(*explanation_for_person(loaded.framework.framework, explanation))
