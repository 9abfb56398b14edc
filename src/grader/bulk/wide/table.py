"""A wide table as understood, its cells as whole numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.bulk.backends import ROW, pl
from grader.bulk.layout import TABLES
from grader.bulk.wide.cells import BODY, Coded, body_faults, code, faults, fits, named_by
from grader.bulk.wide.files import Score, WideFile, open_wide
from grader.bulk.wide.headings import Columns, Components, TableOptions, lay_out
from grader.bulk.wide.places import Where
from grader.cached import cached_property
from grader.errors import InputError, Place, Problem, folded, quoted
from grader.io.frameworks import FrameworkFile
from grader.io.printed_names import PrintedNames, required
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework

#: Headings that are not used are named up to this many.
SHOWN = 20


@dataclass
class WideTable:
    """A wide table as it was understood.

    Attributes
    ----------
    read : DataFrame
        `row_of_file`, `body`, and used columns as text.
    coded : Coded
        As whole numbers.
    notes : list of Problem
        What was assumed; `understood` explains the columns.
    """

    framework: FrameworkFile
    edition: str
    columns: Columns
    components: Components
    where: Where
    read: pl.DataFrame
    coded: Coded
    notes: list[Problem]
    understood: list[str]
    blank: tuple[str, ...] = ()
    bodies: tuple[int, ...] = ()
    """Columns that name a body; none where it is known by its row."""

    def faults(self) -> Iterator[tuple[int, Problem]]:
        """Every fault of a cell with the number of its row, row by row."""
        return faults(self.coded, self.read, self.columns, self.components, self.where)

    def faults_of_bodies(self) -> Iterator[tuple[int, Problem]]:
        """Rows that name no body, or one that stands twice."""
        if self.columns.body:  # a column nobody named is taken only where it fits
            yield from body_faults(self.read[BODY], self.read[ROW], self.where, self.columns.body[-1])

    @cached_property
    def sound(self) -> pl.DataFrame:
        """The coded rows without those that have a fault."""
        rows = self.coded.rows
        if rows.select(self.coded.unsound.any()).item():
            rows = rows.filter(~self.coded.unsound)
        bad = [row for row, _ in self.faults_of_bodies()]
        return rows.filter(~pl.col(ROW).is_in(bad)) if bad else rows


def edition_of(framework: Framework, named: str | None) -> str:
    """The edition a person names, or the latest; raises UnknownNameError."""
    if named is None:
        return max(framework.editions, key=lambda e: framework.editions[e].published)
    unknown = f"framework {framework.id} has no edition {quoted(named)}"
    return required(named, PrintedNames(framework).editions, "edition", unknown)


def check_scored_once(framework: FrameworkFile) -> None:
    """Raise InputError for a framework whose statuses rules conclude from evidence."""
    if framework.framework.vocabulary.several is None:
        name = framework.framework.id
        message = f"a wide table has one level a component, and {name} is judged by evidence of several kinds"
        help = "write tables of evidence, or name a framework whose statuses are as assessed"
        raise InputError([Problem(message, Place("--framework"), help)])


def read_table(path: Path, framework: FrameworkFile, book: RuleBook, options: TableOptions) -> WideTable:
    """A wide table, its columns understood and its cells coded.

    Raises
    ------
    InputError
        Faults of the file or columns, not of cells.
    UnknownNameError
        No such edition.
    """
    check_scored_once(framework)
    edition = edition_of(framework.framework, options.edition)
    components = Components(framework.framework, edition, book)
    file = open_wide(path, _score(components, options))
    _check_no_evidence(file, components)
    columns = lay_out(file.headings, file.at_headings, components, options)
    levels = [*columns.components.values(), *columns.measures.values()]
    used = [*levels, *columns.compared.values(), *columns.body, *columns.bodies]
    read = file.read(used)
    if not read.height:
        raise InputError([Problem("the table has no rows", file.at_headings, "add a row for each body")])
    bodies, named = _bodies(read, columns)
    read = read.with_columns(named.alias(BODY))
    return WideTable(
        framework=framework,
        edition=edition,
        columns=columns,
        components=components,
        where=Where(file.file, file.headings),
        read=read,
        coded=code(read, columns, components, options.blank),
        notes=file.notes,
        blank=tuple(options.blank),
        understood=list(_understood(file, columns, bodies, components)),
        bodies=bodies,
    )


def _check_no_evidence(file: WideFile, components: Components) -> None:
    """Raise InputError for a lone table of the columnar layout."""
    names = set(file.headings)
    for table in TABLES:
        if names.issuperset(table.required) and not components.score(names):
            message = f"this is a table of {table.name}, not a wide table"
            help = "name the folder it stands in, with the tables that go with it"
            raise InputError([Problem(message, file.at_headings, help)])


def _score(components: Components, options: TableOptions) -> Score:
    """How many cells of a row name columns that are looked for."""
    own = {folded(h) for h in (*options.columns.values(), *options.body, *options.compare.values())}
    return lambda row: sum(components.named(cell) is not None or folded(cell) in own for cell in row)


def _bodies(read: pl.DataFrame, columns: Columns) -> tuple[tuple[int, ...], pl.Series]:
    """Columns that name a body, and the names; rows by default."""
    if columns.body:
        return columns.body, named_by(read, columns.body)
    for position in columns.bodies:
        found = named_by(read, (position,))
        if fits(found):
            return (position,), found
    return (), read.select(pl.format("row {}", ROW).alias(BODY))[BODY]


def _understood(
    file: WideFile, columns: Columns, bodies: tuple[int, ...], components: Components
) -> Iterator[str]:
    """What each column was taken for."""
    if len(components.framework.editions) > 1:
        yield f"edition {components.edition}"
    heads = [quoted(heading) for heading in file.headings]
    taken = [f"{name} from {heads[at]}" for name, at in columns.components.items()]
    taken += [
        f"{name} from {heads[at]}, in {components.measures[name].unit}"
        for name, at in columns.measures.items()
    ]
    yield f"components: {', '.join(taken)}"
    if bodies:
        yield f"bodies are named by {' and '.join(heads[at] for at in bodies)}"
    else:
        passed = f" ({', '.join(heads[at] for at in columns.bodies)}: names that repeat or lack)"
        yield (
            f"bodies are known by their rows{passed if columns.bodies else ''}; --body names the columns that"
            " tell them apart"
        )
    for area, at in columns.compared.items():
        yield f"the grade given for {area}: {heads[at]}"
    unused = [at for at in columns.unused if at not in bodies]
    if unused:
        more = f" and {len(unused) - SHOWN} more" if len(unused) > SHOWN else ""
        yield f"columns not used: {', '.join(heads[at] for at in unused[:SHOWN])}{more}"
