"""Grade very many inspections into one file, piece by piece.

A later run takes up the finished pieces, kept beside the output.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from grader._version import __version__
from grader.bulk.backends import backend, pl
from grader.bulk.inputs import resolve
from grader.bulk.outputs import BETWEEN_IDS, GROUP, Batch, Progress, check_separators, harmless
from grader.bulk.rows import PROFILE
from grader.bulk.sources import Source
from grader.bulk.wide.batch import grade_table, wide_among
from grader.bulk.wide.headings import TableOptions
from grader.bulk.work import Checkpoint, Work, digest, working
from grader.errors import InputError, Place, Problem, Problems, quoted
from grader.io.catalogue import NameOrPath
from grader.io.scalars import shown_name
from grader.io.written import write_by


def batch(
    inputs: Sequence[Path],
    output: Path,
    *,
    rules: NameOrPath | None = None,
    framework: NameOrPath | None = None,
    table: TableOptions | None = None,
    on: str = "polars",
    engine: str | None = None,
    keep_going: bool = False,
    new: bool = False,
    progress: Progress = lambda done, of: None,
) -> Batch:
    """Grade every inspection of the inputs into one file.

    Parameters
    ----------
    inputs : sequence of Path
        Inspections, folders, a folder of tables, or one wide table.
    output : Path
        `.parquet`, `.csv` or `.jsonl`; replaced when all is done.
    rules : str, optional
        A folder or id; the framework's own by default.
    framework, table
        Of a wide table; that of `rules` by default.
    engine : {"rete", "reference"}, optional
        Grade in processes on this engine, not in columns.
    keep_going : bool
        Skip inspections with faults.
    new : bool
        An existing output is an error.
    progress : callable
        Told the number done and the total.

    Raises
    ------
    InputError
        Faults of the inputs; nothing is written.
    """
    run = backend(on) if engine is None else None
    try:
        wide = wide_among(inputs, framework, table, engine)
        if wide is not None:
            assert run is not None  # an engine is no matter of tables
            options = table or TableOptions()
            return grade_table(
                wide, output, rules, framework, options, run,
                keep_going=keep_going, new=new, progress=progress,
            )  # fmt: skip
        with working(output) as work:
            asked = resolve(inputs, work, rules, run, engine)
            source = asked.source
            check_separators(source.book, output.suffix.lower())
            done = Batch(source.framework, source.book, asked.passed_over)
            with closing(_pieces(source, work, done, keep_going, progress)) as found:
                pieces = list(found)
            write_by(output, lambda path: _put_together(pieces, path, output.suffix.lower()), new=new)
        return done
    finally:
        if run is not None:
            run.close()


# Pieces ---------------------------------------------------------------------------------------------------


def _pieces(
    source: Source, work: Work, batch: Batch, keep_going: bool, progress: Progress
) -> Generator[tuple[Checkpoint, list[str]], None, None]:
    """Every piece in order, and inspections of it that an earlier one holds already."""
    problems = Problems()
    seen: dict[str, str] = {}
    done = 0
    progress(0, source.size)
    for piece, made in _graded(source, work):
        done += source.weight(piece)
        progress(done, source.size)
        faults = list(made.faults)
        twice = [(name, file) for name, file in made.inspections if name in seen]
        for name, file in twice:
            help = f"the other is {seen[name]}; keep one of them"
            problem = Problem(f"inspection {quoted(name)} stands in two files", Place(shown_name(file)), help)
            faults.append((file, problem))
        seen |= {name: shown_name(file) for name, file in made.inspections if name not in seen}
        for name, problem in faults:
            batch.skipped.setdefault(name, []).append(problem)
            if not keep_going:
                problems.append(problem)
        batch.taken_up += len(made.inspections) if made.found else 0
        without = [name for name, _ in twice]
        _count(batch, made.rows, without)
        yield made, without
    batch.inspections = len(seen)
    if problems:
        raise InputError(problems)


def _rows(piece: Checkpoint | Path, without: Sequence[str]) -> pl.LazyFrame:
    rows = pl.scan_parquet(piece.rows if isinstance(piece, Checkpoint) else piece, glob=False)
    return rows.filter(~pl.col("inspection").is_in(list(without))) if without else rows


def _count(batch: Batch, rows: Path, without: Sequence[str]) -> None:
    came_to = pl.coalesce("grade", "outcome").alias("came_to")
    counted = _rows(rows, without).group_by(came_to).len().collect()
    for name, many in counted.sort("came_to").iter_rows():
        batch.outcomes[name] = batch.outcomes.get(name, 0) + many
        batch.areas += many


def _graded(source: Source, work: Work) -> Generator[tuple[Any, Checkpoint], None, None]:
    """Every piece in order: taken up where an earlier run left it, else graded."""
    made_by = f"{__version__} {source.framework.sha256} {source.book.sha256} {source.made_by}"
    pieces = source.pieces()
    names = [digest(f"{made_by} {source.mark(piece)}") for piece in pieces]
    there = [work.has(name) for name in names]
    missing = [piece for piece, found in zip(pieces, there, strict=True) if not found]
    graded = source.graded(missing)
    try:
        for piece, name, found in zip(pieces, names, there, strict=True):
            if not found:
                work.keep(name, next(graded))
            yield piece, work.done(name, found)
    finally:
        if isinstance(graded, Generator):
            graded.close()  # which ends the processes


# The output -----------------------------------------------------------------------------------------------


def _put_together(pieces: Sequence[tuple[Checkpoint, list[str]]], path: Path, ending: str) -> None:
    """All rows in one file, without holding them all in memory."""
    rows = pl.concat([_rows(piece, without) for piece, without in pieces])
    names = rows.collect_schema().names()
    if ending == ".parquet":
        rows.sink_parquet(path, row_group_size=GROUP)
    elif ending == ".csv":
        text = [pl.col(name).list.join(BETWEEN_IDS) for name in ("deciding", "findings")]
        rows.with_columns(*text, inspection=harmless("inspection")).sink_csv(path)
    else:
        facts = [name for name in names if name.startswith(PROFILE)]
        profile = pl.struct(*[pl.col(name).alias(name.removeprefix(PROFILE)) for name in facts])
        inspected = pl.col("outcome") != "not_inspected"
        head = [name for name in names if not name.startswith(PROFILE)]
        rows.select(*head, profile=pl.when(inspected).then(profile)).sink_ndjson(path)
