"""`grader import` on a sheet in other words: propose a mapping to confirm."""

from __future__ import annotations

from collections.abc import Sequence

from grader.cli import terminal
from grader.cli.output import check_output
from grader.errors import GraderError, InputError, MissingExtraError, Place, Problem
from grader.io.catalogue import DEFAULT
from grader.io.written import write_whole
from grader.sheets.mapping_text import proposal_lines
from grader.sheets.proposing import ProposedMapping
from grader.text import clean, plural

#: How faults begin that a mapping may mend.
_OF_NAMES = ("no sheet is called", "the sheet has no column", "no row names the columns", "column ")
_LISTED = 20


def start(
    sheets: Sequence[str], output: str, framework: str | None, edition: str | None, *, force: bool
) -> None:
    """Write the proposed mapping of a spreadsheet, and show it."""
    if len(sheets) > 1:
        help = "start one for each; books in the same words can share it"
        raise InputError([Problem("one spreadsheet at a time", Place("--start-mapping"), help)])
    destination = check_output(output, (".yaml", ".yml"), force=force, inputs=sheets)
    proposed = _propose(sheets[0], framework, edition)
    write_whole(destination, proposed.text, new=not force)
    terminal.out("".join(f"{line}\n" for line in proposal_lines(proposed)))
    count = len(proposed.open) + len(proposed.likely)
    said = f"{plural(count, 'line', 'lines')} to look at" if count else "nothing to look at"
    terminal.out(f"{clean(str(destination))}: {said}; then import with --mapping {clean(str(destination))}\n")


def agreed_instead(
    error: InputError, sheets: Sequence[str], framework: str | None, edition: str | None, *, yes: bool
) -> list[ProposedMapping] | None:
    """The proposed mappings, where a yes is enough for all.

    Else they are shown and None is returned; nothing is shown where they would not help.
    """
    try:
        proposed = [_propose(sheet, framework, edition) for sheet in sheets]
    except (InputError, MissingExtraError, GraderError):
        return None  # the first error says more
    names = any(problem.message.startswith(_OF_NAMES) for problem in error.problems)
    wanted = [each for each in proposed if each.foreign and (each.likely or each.words)]
    if not wanted or not (names or any(each.words for each in wanted)):
        return None
    waiting = [one for each in wanted for one in (each.open if yes else [*each.open, *each.likely])]
    for each in wanted:
        terminal.out("".join(f"{line}\n" for line in proposal_lines(each)))
    if not waiting:
        return proposed
    first = sheets[proposed.index(wanted[0])]
    shown = ", ".join(waiting[:_LISTED]) + (
        f" and {len(waiting) - _LISTED} more" if waiting[_LISTED:] else ""
    )
    if any(each.open for each in wanted):
        help = (
            f"grader import {first} --start-mapping mapping.yaml; edit it; import with --mapping mapping.yaml"
        )
    else:
        help = "if it is right: --yes; if not: --start-mapping mapping.yaml, and --mapping once it is"
    terminal.err(f"note: {first}: not sure of {shown}\n  help: {help}\n")
    return None


def _propose(sheet: str, framework: str | None, edition: str | None) -> ProposedMapping:
    from grader import api

    return api.propose_mapping(sheet, framework=framework or DEFAULT, edition=edition)
