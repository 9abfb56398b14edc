"""`grader sensitivity`: at which values of each parameter each grade stands."""

from __future__ import annotations

from typing import Annotated

import typer

from grader.cli import options, terminal

Inspection = Annotated[str, typer.Argument(metavar="INSPECTION", help="An inspection file (YAML).")]
Area = Annotated[
    str | None, typer.Argument(metavar="[AREA]", help="One area: its id, as responding, or its title.")
]


def sensitivity(
    inspection: Inspection,
    area: Area = None,
    json: options.Json = False,
    settings: options.Set = None,
    rules: options.Rules = None,
    debug: options.Debug = False,
) -> None:
    """Say at which values of each parameter, the others as set, each grade stands: exact intervals."""
    from grader import api

    loaded = api.load(inspection, rules=rules)
    loaded = loaded.at(options.settings_for(loaded.book, options.split_settings(settings or ())))
    found = api.sensitivity(loaded, area)
    if json:
        from grader.model.proposal import to_json

        terminal.out_json(to_json(found) + "\n")
        return
    from grader.render.text.sensitivity import sensitivity_for_person

    terminal.warn(loaded.warnings)
    terminal.print_for_person(*sensitivity_for_person(loaded.framework.framework, loaded.book, found))
