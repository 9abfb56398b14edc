"""`grader import`: make an inspection of a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from grader.cli import completion, options, terminal
from grader.cli.output import check_output
from grader.errors import InputError, Place, Problem
from grader.io.written import write_whole
from grader.text import clean, plural

if TYPE_CHECKING:
    from grader.sheets.importing import Imported
    from grader.sheets.proposing import ProposedMapping

#: Of warnings this many are said one by one.
SHOWN_WARNINGS = 20

Given = Annotated[
    list[str],
    typer.Argument(
        metavar="SHEET...", autocompletion=completion.sheet_files, help="Spreadsheets: .xlsx, .ods or .csv."
    ),
]
StartMapping = Annotated[
    str | None,
    typer.Option(
        "--start-mapping", metavar="FILE", help="Write what the spreadsheet seems to call things, to edit."
    ),
]
Yes = Annotated[
    bool,
    typer.Option("--yes", help="Say yes to what is likely; never to what a rating word stands for."),
]
Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="INSPECTION", help="The inspection to write, in YAML."),
]
MappingFile = Annotated[
    str | None,
    typer.Option("--mapping", metavar="MAPPING", help="What the spreadsheet calls its columns (YAML)."),
]
Mark = Annotated[
    str | None,
    typer.Option(
        "--mark", metavar="OUT.xlsx", help="Write the workbook with every fault and warning marked."
    ),
]
SheetName = Annotated[
    str | None, typer.Option("--sheet", metavar="NAME", help="The sheet that holds the evidence.")
]
HiddenRows = Annotated[
    Literal["warn", "skip", "read"],
    typer.Option(
        "--hidden",
        help="Rows a workbook hides or strikes through: say so and read them, leave out, or read.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check everything, and write no inspection.")]
InspectionId = Annotated[
    str | None, typer.Option("--inspection-id", metavar="ID", help="The inspection's id.")
]
Body = Annotated[str | None, typer.Option("--body", metavar="NAME", help="The body inspected.")]
Framework = Annotated[
    str | None, typer.Option("--framework", metavar="FRAMEWORK", help="The id of its framework.")
]
Edition = Annotated[str | None, typer.Option("--edition", metavar="EDITION", help="The framework's edition.")]


def import_sheet(
    sheets: Given,
    output: Output = None,
    mapping: MappingFile = None,
    start_mapping: StartMapping = None,
    yes: Yes = False,
    mark: Mark = None,
    named: SheetName = None,
    hidden: HiddenRows = "warn",
    dry_run: DryRun = False,
    inspection_id: InspectionId = None,
    body: Body = None,
    framework: Framework = None,
    edition: Edition = None,
    rules: options.Rules = None,
    force: options.Force = False,
    debug: options.Debug = False,
) -> None:
    """Make an inspection of spreadsheets; every fault is said at once, with its sheet and cell.

    A sheet in other words is not read as it is: a mapping is proposed, and what is not sure of it stops the
    import.
    """
    if start_mapping is not None:
        _refuse_beside_start({
            "--output": output, "--mapping": mapping, "--yes": yes or None, "--mark": mark, "--sheet": named,
            "--dry-run": dry_run or None, "--inspection-id": inspection_id, "--body": body, "--rules": rules,
        })  # fmt: skip
        from grader.cli.proposed_mapping import start

        start(sheets, start_mapping, framework, edition, force=force)
        return
    destination = _destination(output, [*sheets, *([mapping] if mapping else [])], force, dry_run)
    marked = _marked_output(mark, sheets, force=force)
    from grader import api
    from grader.sheets.reader import read_once

    said = {"id": inspection_id, "body": body, "framework": framework, "edition": edition}
    head = {key: value for key, value in said.items() if value is not None}

    def make(agreed: str | Sequence[ProposedMapping] | None) -> Imported:
        return api.import_sheet(
            sheets, head=head, mapping=agreed, named=named, rules=rules, hidden=hidden, over=destination
        )

    try:
        with read_once():  # first as it is, then for a proposal, then as agreed
            imported = _made(make, sheets, mapping, framework, edition, yes=yes)
    except InputError as error:
        if marked is not None:
            api.mark_workbook(sheets[0], error.problems, output=marked, force=force)
            terminal.err(f"note: marked in {marked}\n")
        raise
    if marked is not None:
        api.mark_workbook(sheets[0], (), imported.warnings, output=marked, force=force)
    text = imported.text  # also what is not written must be short enough to be read again
    if destination is not None and not dry_run:
        write_whole(destination, text, new=not force)
    _tell(imported, destination, dry_run)


def _tell(imported: Imported, destination: Path | None, dry_run: bool) -> None:
    """Say what was imported, and what a person should look at."""
    _warn(imported.warnings)
    inspection = imported.inspection
    counts = [
        plural(len(inspection.evidence), "item of evidence", "items of evidence"),
        plural(len(inspection.sources), "source", "sources"),
        plural(len(inspection.findings), "finding issued", "findings issued"),
        plural(len(inspection.previous), "earlier finding", "earlier findings"),
    ]
    held = ", ".join(count for count in counts if not count.startswith("0 ")) or "nothing yet"
    where = "a valid inspection, not written" if dry_run else clean(str(destination))
    terminal.out(f"{where}: {held}\n")
    if imported.replaced:
        terminal.err(f"note: {'would be ' if dry_run else ''}replaced in the inspection that was there:\n")
    for line in imported.replaced:
        terminal.err(f"  {line}\n")


def _refuse_beside_start(given: Mapping[str, object]) -> None:
    """Options of an import say nothing to the start of a mapping."""
    problems = [
        Problem("it is not asked for with --start-mapping", Place(name), "leave it out")
        for name, value in given.items()
        if value is not None
    ]
    if problems:
        raise InputError(problems)


def _made(
    make: Callable[[str | Sequence[ProposedMapping] | None], Imported],
    sheets: list[str],
    mapping: str | None,
    framework: str | None,
    edition: str | None,
    *,
    yes: bool,
) -> Imported:
    """The inspection by the mapping given, or by the one that is proposed where that is agreed."""
    from grader.cli.proposed_mapping import agreed_instead

    try:
        return make(mapping)
    except InputError as error:
        agreed = agreed_instead(error, sheets, framework, edition, yes=yes) if mapping is None else None
        if agreed is None:
            raise
    return make(agreed)


def _destination(output: str | None, inputs: list[str], force: bool, dry_run: bool) -> Path | None:
    """Where the inspection goes, checked before any work is done."""
    if output is not None:
        return check_output(output, (".yaml", ".yml"), force=force or dry_run, inputs=inputs)
    if dry_run:
        return None
    help = "add -o inspection.yaml, or --dry-run to check only"
    raise InputError([Problem("nothing says where to write", Place("--output"), help)])


def _marked_output(mark: str | None, sheets: list[str], *, force: bool) -> Path | None:
    """Where the marked workbook goes, checked before any work is done."""
    if mark is None:
        return None
    if len(sheets) > 1:
        raise InputError(
            [Problem("one workbook is marked at a time", Place("--mark"), "import them one by one")]
        )
    return check_output(mark, (".xlsx",), force=force, inputs=sheets)


def _warn(warnings: tuple[Problem, ...]) -> None:
    ordered = sorted(set(warnings), key=lambda p: p.sort_key)
    terminal.warn(ordered[:SHOWN_WARNINGS])
    if len(ordered) > SHOWN_WARNINGS:
        terminal.err(f"warning: and {len(ordered) - SHOWN_WARNINGS} more about this spreadsheet\n")
