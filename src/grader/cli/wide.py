"""Options about a wide table, and what is said of one."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import terminal
from grader.errors import InputError, Place, Problem, quoted

if TYPE_CHECKING:
    from grader.bulk.outputs import Compared
    from grader.bulk.wide.headings import TableOptions
    from grader.bulk.wide.inspections import LoadedTable
    from grader.session import LoadedInspection

Framework = Annotated[
    str | None,
    typer.Option(
        "--framework", metavar="FRAMEWORK", help="The framework of a wide table: its id, or its file."
    ),
]
Edition = Annotated[
    str | None,
    typer.Option("--edition", metavar="EDITION", help="Its edition; the latest by default."),
]
Column = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="COMPONENT=HEADING",
        help="The column of a component that a wide table calls otherwise.",
    ),
]
Body = Annotated[
    list[str] | None,
    typer.Option(
        "--body", metavar="HEADING", help="The column that names the body; several name it together."
    ),
]
Compare = Annotated[
    list[str] | None,
    typer.Option(
        "--compare",
        metavar="[AREA=]HEADING",
        help="The column with the grades that were given, to lay beside those proposed.",
    ),
]
Blank = Annotated[
    list[str] | None,
    typer.Option("--blank", metavar="TEXT", help="What stands in cells of a wide table that say nothing."),
]
Row = Annotated[
    str | None,
    typer.Option("--row", metavar="BODY", help="Of a wide table, this body's row alone."),
]
#: How names of wide tables end.
ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".parquet")
#: Departures that are shown.
SHOWN = 20


def table_options(
    columns: Sequence[str] | None,
    body: Sequence[str] | None,
    compare: Sequence[str] | None = None,
    blank: Sequence[str] | None = None,
    edition: str | None = None,
) -> TableOptions:
    """The options as one; raises InputError."""
    from grader.bulk.wide.headings import TableOptions

    problems: list[Problem] = []
    named: dict[str, str] = {}
    for each in columns or ():
        name, equals, heading = (part.strip() for part in each.partition("="))
        if not (name and equals and heading):
            help = "write --column COMPONENT=HEADING, as in --column hygiene=HygieneScore"
            problems.append(Problem(f"{quoted(each)} is not COMPONENT=HEADING", Place("--column"), help))
        elif name in named:
            message = f"component {quoted(name)} is given two columns"
            problems.append(Problem(message, Place("--column"), "name one"))
        else:
            named[name] = heading
    given: dict[str, str] = {}
    for each in compare or ():
        area, equals, heading = each.rpartition("=")
        if area.strip() in given:
            help = "name one column for each area: --compare AREA=HEADING"
            problems.append(Problem("one area is given two columns", Place("--compare"), help))
        given[area.strip()] = heading.strip()
    if problems:
        raise InputError(problems)
    return TableOptions(named, tuple(body or ()), given, tuple(blank or ()), edition)


@dataclass(frozen=True, slots=True)
class AskedTable:
    """A wide table that a command is asked about."""

    path: str
    rules: str | None
    framework: str | None
    options: TableOptions
    body: str | None

    def load(self, settings: Mapping[str, str], engine: str | None) -> LoadedTable:
        """The table, with what its columns were taken for said on standard error."""
        from grader.bulk.wide.inspections import load_table

        loaded = load_table(Path(self.path), self.rules, self.framework, self.options, settings, engine)
        say_understood(loaded.table.understood, loaded.table.notes)
        return loaded

    def row(self, engine: str | None) -> LoadedInspection:
        """The row that is asked about; raises InputError where none is."""
        if self.body is None:
            help = "name the body whose row it is: --row BODY"
            raise InputError([Problem("a table has many rows", Place(self.path), help)])
        return self.load({}, engine).load(self.body)


def asked(
    names: Sequence[str],
    framework: str | None,
    rules: str | None,
    edition: str | None,
    column: Sequence[str] | None,
    body: Sequence[str] | None,
    compare: Sequence[str] | None,
    blank: Sequence[str] | None,
    row: str | None,
) -> AskedTable | None:
    """The wide table among the inputs, or None.

    Raises
    ------
    InputError
        A table among other inputs, or its options without one.
    """
    tables = [name for name in names if is_table(name)]
    said = {
        "--framework": framework,
        "--edition": edition,
        "--column": column,
        "--body": body,
        "--compare": compare,
        "--blank": blank,
        "--row": row,
    }
    if not tables:
        for option, value in said.items():
            if value is not None and value != []:
                help = f"name a table ({', '.join(ENDINGS)}), or leave {option} out"
                raise InputError([Problem(f"{option} speaks of a wide table", Place(option), help)])
        return None
    if len(names) > 1:
        raise InputError([Problem("a wide table is graded by itself", Place(tables[0]), "name one table")])
    found = table_options(column, body, compare, blank, edition)
    return AskedTable(tables[0], rules, framework, found, row)


def is_table(name: str) -> bool:
    """Whether a name is that of a wide table."""
    return name.lower().endswith(ENDINGS) and not os.path.isdir(name)


def say_understood(understood: Sequence[str], notes: Sequence[Problem]) -> None:
    """What the columns were taken for, on standard error."""
    for line in understood:
        terminal.err(f"{line}\n")
    terminal.warn(notes)


def compared_lines(compared: Compared) -> list[str]:
    """How proposed and given grades compare."""
    lines = [f"{compared.same:,} of {compared.both:,} given grades are the one proposed"]
    if compared.alone:
        lines.append(f"{compared.alone:,} more were given where no grade is proposed")
    if compared.differ:
        lines[0] += f"; {compared.differ:,} {'departs' if compared.differ == 1 else 'depart'} from the rules"
    for each in compared.departures[:SHOWN]:
        said = f"{_short(each['body'])}: given {_said(each['final'])}, proposed {_said(each['grade'])}"
        lines.append(f"  {said}: {each['why']}")
    if compared.differ > SHOWN:
        lines.append(f"  and {compared.differ - SHOWN:,} more: 'steps' in the output is not 0")
    return lines


def _said(grade: str) -> str:
    return grade.replace("_", " ")


def _short(name: str) -> str:
    return quoted(name, 200)[1:-1]
