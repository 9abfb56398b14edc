"""`grader diff`: proposed beside final grades."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import options, terminal, wide
from grader.cli.output import check_output
from grader.errors import InputError, Place, Problem, quoted, suggest
from grader.io.written import write_whole

if TYPE_CHECKING:
    from grader.model.diff import Diff
    from grader.review.diff import Reviewed

FORMATS = ("text", "markdown", "csv")
#: What the ending of an output file asks for.
ENDINGS = {".json": "json", ".md": "markdown", ".csv": "csv", ".txt": "text"}
#: Of a folder's warnings this many are said one by one.
SHOWN_WARNINGS = 20

Given = Annotated[
    str,
    typer.Argument(
        metavar="PROPOSAL_OR_INSPECTION_OR_FOLDER",
        help="What was proposed, or is proposed now; or a wide table with --compare.",
    ),
]
Final = Annotated[
    str | None,
    typer.Argument(metavar="[DECISIONS]", help="The final grades; decisions.yaml beside it by default."),
]
Format = Annotated[str, typer.Option("--format", metavar="text|markdown|csv", help="How to print it.")]
Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write to a file: .json, .md, .csv or .txt."),
]


def diff(
    given: Given,
    decisions: Final = None,
    json: options.Json = False,
    format: Format = "text",
    output: Output = None,
    framework: wide.Framework = None,
    edition: wide.Edition = None,
    column: wide.Column = None,
    body: wide.Body = None,
    compare: wide.Compare = None,
    blank: wide.Blank = None,
    rules: options.Rules = None,
    engine: options.Engine = None,
    force: options.Force = False,
    debug: options.Debug = False,
) -> None:
    """Lay proposed beside final grades: where they differ, and how far they agree. 1 where any differs."""
    if format not in FORMATS:
        help = suggest(format, FORMATS, "formats")
        raise InputError([Problem(f"unknown format {quoted(format)}", Place("--format"), help)])
    if json and format != "text":
        help = "leave one of the two out, or write one of them to a file: -o FILE"
        raise InputError([Problem("--json is another format", Place("--format"), help)])
    destination = None
    if output is not None:
        inputs = [given, *([decisions] if decisions else [])]
        destination = check_output(output, tuple(ENDINGS), force=force, inputs=inputs)
    asked = wide.asked([given], framework, rules, edition, column, body, compare, blank, None)
    if asked is not None:
        reviewed = _of_table(asked, decisions, engine)
    else:
        from grader.review.diff import review

        reviewed = review(given, decisions, rules=rules, engine=engine, each=_with_progress)
    chosen = "json" if json else format
    if destination is not None:
        write_whole(destination, rendered(reviewed.diff, ENDINGS[destination.suffix.lower()]), new=not force)
    _warn(reviewed.warnings)
    for note in _notes(reviewed.diff, all_of_them=chosen != "text"):
        terminal.err(f"note: {note}\n")
    if chosen == "text":
        from grader.render.text.difference import difference_for_person

        terminal.print_for_person(*difference_for_person(reviewed.diff))
    elif chosen == "json":
        terminal.out_json(rendered(reviewed.diff, "json"))
    else:
        terminal.out(rendered(reviewed.diff, chosen))
    if destination is not None:
        terminal.err(f"written: {destination}\n")
    if reviewed.diff.differs:
        raise typer.Exit(1)


def _of_table(asked: wide.AskedTable, decisions: str | None, engine: str | None) -> Reviewed:
    """Proposed beside the grades that a column of a table holds."""
    from grader.review.tables import review_table

    if decisions is not None:
        help = "name the column with the grades that were given: --compare HEADING"
        raise InputError([Problem("the decisions on a table stand in it", Place(decisions), help)])
    if engine is not None:
        help = "leave --engine out"
        raise InputError([Problem("tables are graded in columns alone", Place("--engine"), help)])
    return review_table(asked.load({}, None))


def rendered(diff: Diff, format: str) -> str:
    """The comparison as the text of a file."""
    if format == "json":
        return diff.to_json() + "\n"
    if format == "text":
        from grader.render.text.difference import difference_for_person

        return terminal.laid_out(*difference_for_person(diff))
    from grader.render.text import difference_tables

    return difference_tables.markdown(diff) if format == "markdown" else difference_tables.csv_text(diff)


def _warn(warnings: Sequence[Problem]) -> None:
    terminal.warn(warnings[:SHOWN_WARNINGS])
    more = len(warnings) - SHOWN_WARNINGS
    if more > 0:
        terminal.err(f"warning: and {more} more about these records\n")


def _notes(diff: Diff, *, all_of_them: bool) -> list[str]:
    """Notes that the format has no place for, and missing extras."""
    from grader.review.agreement import LIKE_FOR_LIKE, MISSING

    found = diff.agreement.notes
    return [*found, LIKE_FOR_LIKE] if all_of_them else [note for note in found if note == MISSING]


def _with_progress(files: Sequence[Path]) -> Iterable[Path]:
    """The files, with a bar on a terminal; nothing in a pipe."""
    if sys.stderr is None or not sys.stderr.isatty():
        return files
    return _shown(files)


def _shown(files: Sequence[Path]) -> Iterator[Path]:
    terminal.show_nothing()
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(files, description="grading", console=console, transient=True)
