"""`grader outliers`: which bodies lie beyond one standard deviation of the mean."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.cli import options, terminal
from grader.cli.output import check_output
from grader.io.written import write_whole

if TYPE_CHECKING:
    from grader.statistics import OutlierLines

ENDINGS = (".csv", ".json", ".svg")

Data = Annotated[
    str, typer.Argument(metavar="DATA", help="A CSV file: a row a body, its first line headings.")
]
Value = Annotated[str | None, typer.Option("--value", metavar="COLUMN", help="The heading of the scores.")]
Name = Annotated[
    str | None,
    typer.Option("--name", metavar="COLUMN", help="The heading of the names; the first by default."),
]
LeaveOut = Annotated[
    list[str] | None, typer.Option("--leave-out", metavar="NAME", help="A body that is not compared.")
]
Keep = Annotated[
    list[str] | None,
    typer.Option("--keep", metavar="NAME", help="A body that looks like a total, and is none."),
]
# The choices and their defaults are defined in `grader.statistics.choices` and quoted here.
AppearsNormal = Annotated[
    str | None,
    typer.Option(
        "--appears-normal",
        metavar="shapiro_wilk|yes|no",
        help="Whether scores look normal: by test (the default), or as you say.",
    ),
]
Significance = Annotated[
    float | None,
    typer.Option("--significance", metavar="P", help="Below this p value they do not look normal (0.05)."),
]
Closer = Annotated[
    str | None,
    typer.Option(
        "--closer",
        metavar="higher_w|passes",
        help="Logs are closer to normal where W is higher (the default), or where they pass the test.",
    ),
]
Spread = Annotated[
    str | None,
    typer.Option(
        "--spread",
        metavar="sample|population",
        help="Standard deviation with n - 1 (the default) or n below the line.",
    ),
]
Zeros = Annotated[
    str | None,
    typer.Option(
        "--zeros",
        metavar="plain|half_smallest",
        help="With zeros there are no logs (the default), or a zero is half the smallest score above it.",
    ),
]
LoggedCentre = Annotated[
    str | None,
    typer.Option(
        "--logged-centre",
        metavar="mean_of_logs|log_of_mean",
        help="The centre of logged lines (the mean of the logs by default).",
    ),
]
Missing = Annotated[
    str | None,
    typer.Option(
        "--missing",
        metavar="leave_out|refuse",
        help="Bodies without a score are left out and named (the default), or refused.",
    ),
]
Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write to a file: .csv or .json, or a chart: .svg."),
]


def outliers(
    data: Data,
    value: Value = None,
    name: Name = None,
    leave_out: LeaveOut = None,
    keep: Keep = None,
    appears_normal: AppearsNormal = None,
    significance: Significance = None,
    closer: Closer = None,
    spread: Spread = None,
    zeros: Zeros = None,
    logged_centre: LoggedCentre = None,
    missing: Missing = None,
    json: options.Json = False,
    output: Output = None,
    force: options.Force = False,
    debug: options.Debug = False,
) -> None:
    """Draw lines one standard deviation about the mean of bodies, and say who lies beyond them.

    1 where a total stands among the bodies. An outlier is never by itself a finding. Each choice the
    published method leaves open is an option, and its default is ours.
    """
    destination = None if output is None else check_output(output, ENDINGS, force=force, inputs=[data])
    from grader import statistics

    said: dict[str, Any] = {
        "appears_normal": appears_normal,
        "significance": significance,
        "closer": closer,
        "spread": spread,
        "zeros": zeros,
        "logged_centre": logged_centre,
        "missing": missing,
    }
    choices = statistics.Choices(**{name: chosen for name, chosen in said.items() if chosen is not None})
    read = statistics.read_scores(data, value=value, name=name, leave_out=leave_out or (), keep=keep or ())
    found = statistics.lines_of(read, choices)
    if destination is not None:
        write_whole(destination, rendered(found, destination.suffix.lower()), new=not force)
    terminal.warn(read.warnings)
    if json:
        terminal.out_json(rendered(found, ".json"))
    else:
        from grader.render.text.outlier_table import lines_for_person

        terminal.print_for_person(*lines_for_person(found))
    if destination is not None:
        terminal.err(f"written: {destination}\n")
    if read.totals:
        raise typer.Exit(1)


def rendered(found: OutlierLines, ending: str) -> str:
    """The lines as the text of a file."""
    if ending == ".json":
        return found.to_json() + "\n"
    if ending == ".svg":
        from grader.statistics import svg

        return svg(found)
    return _csv(found)


def _csv(found: OutlierLines) -> str:
    """A row for each body; no name is a formula."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["name", "score", "z", "position", "lower", "centre", "upper"])
    lines = (found.lower, found.centre, found.upper)
    writer.writerows([body.name, body.score, body.z, body.position, *lines] for body in found.bodies)
    return written.getvalue()
