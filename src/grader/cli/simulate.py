"""`grader simulate`: how firm each grade is, by repeated draws."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

import typer

from grader.cli import completion, options, terminal
from grader.errors import InputError, Place, Problem, quoted

Inspection = Annotated[
    str,
    typer.Argument(
        metavar="INSPECTION", autocompletion=completion.yaml_files, help="An inspection file (YAML)."
    ),
]
Draws = Annotated[int, typer.Option("--draws", metavar="N", help="How many versions to draw.")]
Seed = Annotated[
    int, typer.Option("--seed", metavar="N", help="Where drawing starts: the same seed, the same answer.")
]
Step = Annotated[
    str,
    typer.Option("--step", metavar="P", help="Probability that an assessment is a step better or worse."),
]

Characteristics = Annotated[
    str,
    typer.Option(
        "--characteristics",
        metavar="P",
        help="Probability that a second characteristic is added, dropped or exchanged within the topic.",
    ),
]

_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)


def simulate(
    inspection: Inspection,
    draws: Draws = 10_000,
    seed: Seed = 1,
    step: Step = "0.5%",
    characteristics: Characteristics = "16%",
    json: options.Json = False,
    settings: options.Set = None,
    rules: options.Rules = None,
    debug: options.Debug = False,
) -> None:
    """Say how firm grades are: the share of slightly different versions that are given it."""
    from grader import api

    step_rate = _probability(step, "--step")
    characteristics_rate = _probability(characteristics, "--characteristics")
    loaded = api.load(inspection, rules=rules)
    loaded = loaded.at(options.settings_for(loaded.book, options.split_settings(settings or ())))
    found = api.simulate(loaded, draws=draws, seed=seed, step=step_rate, characteristics=characteristics_rate)
    terminal.warn(loaded.warnings)
    if json:
        terminal.out_json(found.to_json() + "\n")
        return
    from grader.render.text.simulation import simulation_for_person

    terminal.print_for_person(*simulation_for_person(loaded.framework.framework, loaded.book, found))


def _probability(written: str, option: str) -> float:
    """A per cent as a probability; a bare number is refused."""
    if _NUMBER.fullmatch(written.removesuffix("%")) and written.endswith("%"):
        if (found := float(written[:-1]) / 100) <= 1:
            return found
        raise InputError([Problem(f"{quoted(written)} is out of range", Place(option), "from 0% to 100%")])
    message, help = f"{quoted(written)} is no probability", "write a per cent, as in 10%"
    if _NUMBER.fullmatch(written):
        message = f"{quoted(written)} may mean two things"
        help = f"write {written}%, or {(Decimal(written) * 100).normalize():f}%"
    raise InputError([Problem(message, Place(option), help)])
