"""`grader batch`: grade very many inspections into one file."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import options, terminal, wide
from grader.cli.output import check_output
from grader.errors import FAULT_LIMIT, InputError, Place, Problem, quoted
from grader.text import plural

if TYPE_CHECKING:
    from grader.bulk.outputs import Batch, Progress

Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT",
        help="Inspections (YAML), folders of them, one folder of tables, or one wide table (CSV or Parquet).",
    ),
]
Output = Annotated[
    str, typer.Option("-o", "--output", metavar="OUT", help="The file to write: .parquet, .csv or .jsonl.")
]
On = Annotated[
    str, typer.Option("--on", metavar="BACKEND", help="What runs the columns: polars, duckdb or pyspark.")
]
KeepGoing = Annotated[
    bool, typer.Option("--keep-going", help="Skip inspections with faults, and list them at the end.")
]


def batch(
    inputs: Inputs,
    output: Output,
    on: On = "polars",
    keep_going: KeepGoing = False,
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
    """Grade very many inspections into one file: a row for each area of each. 1 where any was skipped."""
    from grader.bulk.batch import batch as grade_all
    from grader.bulk.outputs import ENDINGS

    paths = _existing(inputs)
    table = wide.table_options(column, body, compare, blank, edition)
    files = [str(file) for path in paths for file in (path.iterdir() if path.is_dir() else [path])]
    destination = check_output(output, ENDINGS, force=force, inputs=files)
    if engine is not None and on != "polars":
        help = "leave one of the two out"
        raise InputError(
            [Problem("--engine passes inspections one by one, not in columns", Place("--on"), help)]
        )
    try:
        with _progress() as progress:
            done = grade_all(
                paths,
                destination,
                rules=rules,
                framework=framework,
                table=table,
                on=on,
                engine=engine,
                keep_going=keep_going,
                new=not force,
                progress=progress,
            )
    except KeyboardInterrupt:
        goes_on = not any(map(wide.is_table, inputs))
        terminal.err(f"stopped{'; the same command takes it up where it was' if goes_on else ''}\n")
        raise
    _say(done, destination)
    if done.skipped:
        raise typer.Exit(1)


def _existing(inputs: Sequence[str]) -> list[Path]:
    problems = []
    for name in inputs:
        try:
            there = bool(name) and Path(name).exists()
        except (OSError, ValueError):  # a name no file can have
            there = False
        if not there:
            place = Place(name) if name else Place("INPUT")
            problems.append(Problem("there is no such file or folder", place, "check the name"))
    if problems:
        raise InputError(problems)
    return [Path(name) for name in inputs]


@contextmanager
def _progress() -> Iterator[Progress]:
    """A progress bar on a terminal; nothing in a pipe."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda done, of: None
        return
    terminal.show_nothing()
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("grading"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("grading", total=1, rate="")

        def show(done: int, of: int) -> None:
            bar.update(task, total=max(of, 1), completed=done)
            speed = bar.tasks[0].speed
            bar.update(task, rate=f"{speed:,.0f} a second" if speed else "")

        yield show


#: Files passed over that are named.
SHOWN = 10


def _short(name: object) -> str:
    """A name of a user's on one line."""
    return quoted(name, 200)[1:-1]


def _say(done: Batch, destination: Path) -> None:
    """What was graded and what came of it; skipped inspections on standard error."""
    book, framework = done.book, done.framework.framework
    one, several = ("body", "bodies") if done.understood else ("inspection", "inspections")
    wide.say_understood(done.understood, done.notes)
    lines = [
        f"{done.inspections:,} {one if done.inspections == 1 else several},"
        f" {done.areas:,} {'area' if done.areas == 1 else 'areas'}: {framework.framework.title}",
        f"rule book {book.id} {book.version}: proposed grades, a person decides",
        "",
    ]
    grades = [name for name in reversed(framework.grades_worst_first) if name in done.outcomes]
    came_to = [
        *grades,
        *(name for name in ("withheld", "ungraded", "not_inspected") if name in done.outcomes),
    ]
    width = max((len(name) for name in came_to), default=0)
    lines += [f"{name.replace('_', ' '):{width}} {done.outcomes[name]:>11,}" for name in came_to]
    if done.compared is not None:
        lines += ["", *wide.compared_lines(done.compared)]
    terminal.out("\n".join(lines).rstrip() + "\n")
    if done.taken_up:
        terminal.err(f"{done.taken_up:,} of them had been graded by an earlier run\n")
    if done.passed_over:
        named = ", ".join(_short(path) for path in done.passed_over[:SHOWN])
        rest = len(done.passed_over) - SHOWN
        terminal.err(f"passed over, no inspections: {named}{f' and {rest:,} more' if rest > 0 else ''}\n")
    for name, problems in islice(done.skipped.items(), FAULT_LIMIT):
        terminal.err(f"skipped: {_short(name)}\n" + "".join(f"  {problem}\n" for problem in problems[:3]))
        if len(problems) > 3:
            terminal.err(f"  and {len(problems) - 3} more\n")
    if done.skipped:
        many = len(done.skipped) + done.unlisted
        more = many - FAULT_LIMIT
        unlisted = f", {more:,} of them not listed" if more > 0 else ""
        terminal.err(f"{plural(many, one, several)} skipped{unlisted}\n")
    terminal.err(f"written: {destination}\n")
