"""`grader decide`: record, undo and confirm decisions, and print their log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from grader.cli import completion, options, terminal
from grader.cli.output import check_output
from grader.errors import InputError, Place, Problem
from grader.text import clean

if TYPE_CHECKING:
    from grader.review.recording import Recorded

Given = Annotated[
    str,
    typer.Argument(
        metavar="INSPECTION",
        autocompletion=completion.yaml_files,
        help="The inspection (YAML), or a proposal of it written as JSON.",
    ),
]
Area = Annotated[
    str | None,
    typer.Option("--area", metavar="AREA", autocompletion=completion.areas, help="The area decided."),
]
Grade = Annotated[
    str | None,
    typer.Option("--grade", metavar="GRADE", autocompletion=completion.grades, help="The grade given."),
]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who decides.")]
Rationale = Annotated[
    str | None,
    typer.Option("--rationale", metavar="TEXT", help="Why; needed where the grade is not the one proposed."),
]
On = Annotated[
    str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="The day of the decision; today by default.")
]
At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="The time, as the log is to say it.")]
Present = Annotated[
    list[str] | None, typer.Option("--present", metavar="NAME", help="Who was there; may be given again.")
]
Considered = Annotated[
    list[str] | None,
    typer.Option("--considered", metavar="TEXT", help="What else was considered; may be given again."),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="TABLE",
        help="Decisions from a table (CSV or workbook): area, grade, rationale, by, on, present, considered.",
    ),
]
Undo = Annotated[
    bool, typer.Option("--undo", help="Undo the last act on --area; the log keeps it and the undoing.")
]
Confirm = Annotated[
    str | None,
    typer.Option(
        "--confirm",
        metavar="AREA",
        autocompletion=completion.areas,
        help="Confirm that a stale decision stands on what is proposed now.",
    ),
]
Log = Annotated[bool, typer.Option("--log", help="Print the acts recorded, and record nothing.")]
Output = Annotated[
    str | None,
    typer.Option(
        "-o", "--output", metavar="DECISIONS", help="The decisions file; decisions.yaml beside by default."
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Decide again what is decided, and lose comments in the file.")
]
AllowOverrides = Annotated[
    bool, typer.Option("--allow-overrides", help="Take a proposal made with --set, and record its settings.")
]


def decide(
    inspection: Given,
    area: Area = None,
    grade: Grade = None,
    by: By = None,
    rationale: Rationale = None,
    on: On = None,
    at: At = None,
    present: Present = None,
    considered: Considered = None,
    table: From = None,
    undo: Undo = False,
    confirm: Confirm = None,
    log: Log = False,
    output: Output = None,
    settings: options.Set = None,
    rules: options.Rules = None,
    engine: options.Engine = None,
    allow_overrides: AllowOverrides = False,
    force: Force = False,
    debug: options.Debug = False,
) -> None:
    """Record what a person decides on an area, why, and the proposal it was decided on."""
    given_options: dict[str, object] = {
        "--area": area, "--grade": grade, "--by": by, "--rationale": rationale, "--on": on, "--at": at,
        "--present": present or None, "--considered": considered or None, "--set": settings or None,
    }  # fmt: skip
    acts = {"--from": table is not None, "--undo": undo, "--confirm": confirm is not None, "--log": log}
    _check_options([name for name, asked in acts.items() if asked], given_options)
    from datetime import date

    from grader.review.pairing import DECISIONS

    named = output if output is not None else str(Path(inspection).parent / DECISIONS)
    inputs = [inspection, *([table] if table else [])]
    # An existing file is added to, not replaced: what may be lost in it is asked about area by area.
    destination = check_output(named, (".yaml", ".yml"), force=True, inputs=inputs)
    if log:
        from grader.review.log_lines import decision_log

        for line in decision_log(destination).lines:
            terminal.out(f"{clean(line)}\n")
        return
    from grader.review import recording
    from grader.review.decisions import Decision
    from grader.review.grading import Grading

    given, grading = Path(inspection), Grading(rules, engine)
    day = on if on is not None else date.today().isoformat()
    chosen = options.split_settings(settings or ())
    more: dict[str, Any] = {"allow_overrides": allow_overrides, "force": force}
    if undo or confirm is not None:
        asked = (given, str(confirm or area), str(by), day, destination, grading)
        act = recording.undo if undo else recording.confirm
        done = [act(*asked, rationale=rationale, at=at, **more)]
    else:
        proposal = recording.proposed(given, chosen, "--set", grading)
        if table is not None:
            from grader.review.decided_table import read_decided

            decisions, places = read_decided(Path(table), by=by, on=day, at=at)
        else:
            who, what = tuple(present or ()), tuple(considered or ())
            one = Decision(str(area), str(grade), str(by), day, rationale, who, what, at)
            decisions, places = [one], []
        done = recording.record_on(proposal, decisions, destination, grading, places=places, **more)
    _print_recorded(destination, done)


def _print_recorded(destination: Path, done: Iterable[Recorded]) -> None:
    done = list(done)
    last = done[-1]
    for note in dict.fromkeys(note for each in done for note in each.notes):
        terminal.err(f"note: {note}\n")
    for name, changed in last.stale.items():
        message = f"{name} is stale, decided on a proposal that changed since: {'; '.join(changed)}"
        help = f"decide it again with --force, or say that it stands: --confirm {name}"
        terminal.warn([Problem(message, Place(str(destination)), help)])
    for each in done:
        terminal.out(f"{clean(str(destination))}: {each}\n")


#: Of a decision on one area, and of what else is asked for: the options needed, and those that say nothing.
_DECIDED = (("--area", "--grade", "--by"), ())
_OTHERWISE: Final = {
    "--from": ((), ("--area", "--grade", "--rationale", "--present", "--considered")),
    "--undo": (("--area", "--by"), ("--grade", "--present", "--considered", "--set")),
    "--confirm": (("--by",), ("--area", "--grade", "--present", "--considered", "--set")),
    "--log": (
        (),
        ("--area", "--grade", "--by", "--rationale", "--on", "--at", "--present", "--considered", "--set"),
    ),
}


def _check_options(acts: Sequence[str], given: Mapping[str, object]) -> None:
    """Refuse options that do several things, lack one they need, or would not be heeded."""
    problems: list[Problem] = []
    if len(acts) > 1:
        message = f"{' and '.join(acts)} are two things"
        problems.append(Problem(message, Place(acts[1]), "do one at a time"))
    needed, unasked = _OTHERWISE[acts[0]] if acts else _DECIDED
    for name in needed:
        if given[name] is None:
            help = f"add {name}" if acts else f"add {name}, or see --from, --undo, --confirm and --log"
            problems.append(Problem("it is missing", Place(name), help))
    for name in unasked:
        if given[name] is not None:
            message = f"it is not asked for with {acts[0]}"
            problems.append(Problem(message, Place(name), "leave it out"))
    if problems:
        raise InputError(problems)
