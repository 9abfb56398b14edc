"""`batch` on a wide table: a row out for each body and area."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from grader.bulk.backends import Backend, pl
from grader.bulk.outputs import BETWEEN_IDS, GROUP, Batch, Progress, check_separators, harmless
from grader.bulk.rows import PROFILE
from grader.bulk.wide.files import is_wide
from grader.bulk.wide.headings import TableOptions
from grader.bulk.wide.outcomes import compared, outcomes
from grader.bulk.wide.table import WideTable, read_table
from grader.errors import InputError, Place, Problem, truncate
from grader.io import catalogue
from grader.io.catalogue import NameOrPath
from grader.io.frameworks import FrameworkFile
from grader.io.written import write_by
from grader.language.bind import bind
from grader.language.english import English
from grader.language.rulebook import RuleBook


def wide_among(
    inputs: Sequence[Path], framework: NameOrPath | None, options: TableOptions | None, engine: str | None
) -> Path | None:
    """The wide table among the inputs, or None.

    Raises
    ------
    InputError
        A table among other inputs, or its options without one.
    """
    wide = [path for path in inputs if is_wide(path) and not os.path.isdir(path)]
    if not wide:
        if framework is not None or options:
            help = "name a table (.csv, .csv.gz, .tsv, .parquet), or leave these options out"
            message = "inspections and tables of evidence name their framework, and their columns are known"
            raise InputError([Problem(message, Place("--framework" if framework else "--column"), help)])
        return None
    if len(inputs) > 1:
        message = "a wide table is graded by itself"
        raise InputError([Problem(message, Place(str(wide[0])), "name one table")])
    if engine is not None:
        help = "leave --engine out, or grade the table with grader grade"
        raise InputError([Problem("tables are graded in columns alone", Place("--engine"), help)])
    return wide[0]


def rules_of(rules: NameOrPath | None, framework: NameOrPath | None) -> tuple[FrameworkFile, RuleBook]:
    """A wide table's framework and rules; raises InputError."""
    if framework is not None:
        file = catalogue.framework_at(framework, catalogue.folder_near(rules))
        return file, catalogue.rulebook(rules, file)
    if rules is None:
        help = "name it with --framework, as in --framework FHRS, or a rule book with --rules"
        raise InputError([Problem("which framework is this table on?", Place("--framework"), help)])
    _, file, book = catalogue.open_rulebook(rules)
    return file, book


def grade_table(
    path: Path,
    output: Path,
    rules: NameOrPath | None,
    framework: NameOrPath | None,
    options: TableOptions,
    backend: Backend,
    *,
    keep_going: bool,
    new: bool,
    progress: Progress,
) -> Batch:
    """Grade a wide table into one file; the parameters are those of `batch`."""
    file, book = rules_of(rules, framework)
    ending = output.suffix.lower()
    check_separators(book, ending)
    table = read_table(path, file, book, options)
    many = table.read.height
    progress(0, many)
    done = Batch(file, book, [], understood=table.understood, notes=table.notes)
    if keep_going:
        _skip(table, done)
    else:
        check_faults(table)
    found = outcomes(table, bind(book), English(book), backend)
    done.inspections, done.areas = table.sound.height, found.height
    counted = found.group_by(pl.coalesce("grade", "outcome").alias("came_to")).len().sort("came_to")
    done.outcomes = dict(counted.iter_rows())
    if table.columns.compared:
        done.compared = compared(found)
    write_by(output, lambda into: _write(found, into, ending), new=new)
    progress(many, many)
    return done


def faults_of(table: WideTable) -> Iterator[tuple[int, Problem]]:
    """Every fault with its row: of bodies, then of cells."""
    return chain(table.faults_of_bodies(), table.faults())


def check_faults(table: WideTable) -> None:
    """Raise InputError with every fault of the table."""
    problems = truncate(problem for _, problem in faults_of(table))
    if problems:
        raise InputError(problems)


def _skip(table: WideTable, done: Batch) -> None:
    """Count the rows that are left out for their faults."""
    for problem in truncate(problem for _, problem in faults_of(table)):
        place = problem.place
        done.skipped.setdefault(f"row {place.line if place else 0}", []).append(problem)
    out = table.read.height - table.sound.height
    done.unlisted = out - len(done.skipped)


def _write(found: pl.DataFrame, path: Path, ending: str) -> None:
    if ending == ".parquet":
        found.write_parquet(path, row_group_size=GROUP)
    elif ending == ".csv":
        lists = [name for name in ("deciding", "findings") if name in found.columns]
        text = [pl.col(name).list.join(BETWEEN_IDS) for name in lists]
        found.with_columns(*text, body=harmless("body")).write_csv(path)
    else:
        facts = [name for name in found.columns if name.startswith(PROFILE)]
        profile = pl.struct(*[pl.col(name).alias(name.removeprefix(PROFILE)) for name in facts])
        inspected = pl.col("outcome") != "not_inspected"
        head = [name for name in found.columns if not name.startswith(PROFILE)]
        found.select(*head, profile=pl.when(inspected).then(profile)).write_ndjson(path)
