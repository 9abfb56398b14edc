"""Grade very many inspections into one file, piece by piece: what is done stays done, whatever interrupts it.

Pieces are kept beside the output in a folder of their own, each under a name that says what it was made from.
A run that comes after one that was cut short takes up the pieces that are there; the output appears when all
are, and the folder goes.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader._version import __version__
from grader.bulk.backends import Backend, backend, pl
from grader.bulk.dataset import files_of, is_dataset, read_dataset
from grader.bulk.documents import Documents, inspections_among
from grader.bulk.processes import in_processes
from grader.bulk.rows import PROFILE
from grader.bulk.sources import Graded, Source
from grader.bulk.tables import Tables
from grader.errors import InputError, Place, Problem, Problems, quoted
from grader.files import catalogue
from grader.files.folders import files_in
from grader.files.frameworks import FrameworkFile
from grader.files.marked import read_document
from grader.files.written import write_by, write_whole
from grader.language.rulebook import RuleBook

ENDINGS = (".parquet", ".csv", ".jsonl")
#: Rows of a Parquet file's group: the same rows, the same groups, the same bytes.
_GROUP = 250_000

Progress = Callable[[int, int], None]
"""Called with how many inspections are done, and how many there are."""


@dataclass(slots=True)
class Batch:
    """What came of a batch.

    Attributes
    ----------
    inspections, areas : int
        How many were graded.
    outcomes : dict of str to int
        How many areas came to each grade, or to each outcome without one.
    skipped : dict of str to list of Problem
        Inspections left out, with what is wrong with them.
    taken_up : int
        Inspections graded by an earlier run that was cut short.
    """

    framework: FrameworkFile
    book: RuleBook
    inspections: int = 0
    areas: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, list[Problem]] = field(default_factory=dict)
    taken_up: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """A piece as it stands on the disk: its rows, and what is said of it."""

    rows: Path
    inspections: list[str]
    faults: list[tuple[str, Problem]]
    found: bool
    """Whether an earlier run left it."""


def batch(
    inputs: Sequence[Path],
    output: Path,
    *,
    rules: str | None = None,
    on: str = "polars",
    engine: str | None = None,
    keep_going: bool = False,
    progress: Progress = lambda done, of: None,
) -> Batch:
    """Grade every inspection of the inputs into one file.

    Parameters
    ----------
    inputs : sequence of Path
        Inspection files, folders of them, or one folder of tables in the columnar layout.
    output : Path
        A file that ends in `.parquet`, `.csv` or `.jsonl`; replaced when all is done.
    rules : str, optional
        A rule book's folder or id; the one named after the framework by default.
    on : {"polars", "duckdb", "pyspark"}
        What runs the columns.
    engine : {"rete", "reference"}, optional
        Passes every inspection on its own on this engine, in several processes, instead of in columns.
    keep_going : bool
        Whether inspections with faults are skipped; they are faults of the whole otherwise.
    progress : callable
        Told how many inspections are done, and of how many.

    Raises
    ------
    InputError
        Faults of the inputs; none of the output is written.
    """
    work = output.parent / f".{output.name}.parts"
    work.mkdir(exist_ok=True)
    run = backend(on) if engine is None else None
    try:
        source = _source(inputs, work, rules, run, engine)
        done = Batch(source.framework, source.book)
        pieces = list(_pieces(source, work, done, keep_going, progress))
        write_by(output, lambda path: _put_together(pieces, path, output.suffix.lower()))
        shutil.rmtree(work)
        return done
    except InputError:
        # Faults of the input are mended, and the pieces without them need not be done again.
        if not any(work.iterdir()):
            work.rmdir()
        raise
    finally:
        if run is not None:
            run.close()


# What is graded -------------------------------------------------------------------------------------------


def _source(
    inputs: Sequence[Path], work: Path, rules: str | None, run: Backend | None, engine: str | None
) -> Source:
    tables = [path for path in inputs if path.is_dir() and is_dataset(path)]
    if not tables:
        return _documents(inputs, rules, run, engine)
    if len(inputs) > 1:
        raise InputError(
            [Problem("tables are graded by themselves", Place(str(tables[0])), "name one folder of tables")]
        )
    if run is None:
        help = "leave --engine out, or grade the inspections' files"
        raise InputError([Problem("tables are graded in columns alone", Place("--engine"), help)])
    folder = tables[0]
    identity = "\n".join(f"{p} {p.stat().st_size} {p.stat().st_mtime_ns}" for p in files_of(folder))
    prepared = work / digest(identity)
    prepared.mkdir(exist_ok=True)
    dataset = read_dataset(folder, prepared)
    framework, book = _rules_of(dataset.inspections, folder, rules)
    return Tables(dataset, framework, book, run, identity)


def _rules_of(inspections: pl.DataFrame, folder: Path, rules: str | None) -> tuple[FrameworkFile, RuleBook]:
    """The one framework of a table of inspections, or that of the rule book named, and the rule book."""
    column = inspections["framework"] if "framework" in inspections.columns else pl.Series(dtype=pl.String)
    named = column.drop_nulls().unique().sort().to_list()
    if len(named) > 1:
        help = "put each framework's inspections in tables of their own"
        message = f"inspections of several frameworks: {', '.join(quoted(n) for n in named[:5])}"
        raise InputError([Problem(message, Place(str(folder)), help)])
    if named:
        return _rules_for(named[0], rules)
    if rules is None:
        help = "add a column 'framework' to the table of inspections, or name a rule book with --rules"
        raise InputError([Problem("which framework are these inspections on?", Place(str(folder)), help)])
    _, framework, book = catalogue.open_rulebook(rules)
    return framework, book


def _documents(
    inputs: Sequence[Path], rules: str | None, run: Backend | None, engine: str | None
) -> Documents:
    paths: list[Path] = []
    for path in inputs:
        found = inspections_among(list(files_in(path))) if path.is_dir() else [path]
        if not found:
            help = "name a folder of inspections (YAML), or of tables in the columnar layout"
            raise InputError([Problem("there is no inspection in this folder", Place(str(path)), help)])
        paths += found
    first = read_document(paths[0])
    head = first.data.get("inspection") if isinstance(first.data, dict) else None
    name = head.get("framework") if isinstance(head, dict) else None
    if not isinstance(name, str):
        help = "name an inspection (YAML), which says what framework it is on"
        raise InputError([Problem("this is no inspection", Place(str(paths[0])), help)])
    framework, book = _rules_for(name, rules)
    return Documents(paths, framework, book, run, engine)


def _rules_for(name: str, rules: str | None) -> tuple[FrameworkFile, RuleBook]:
    near = Path(rules) if rules is not None and Path(rules).is_dir() else None
    framework = catalogue.framework(name, near)
    return framework, catalogue.rulebook(rules if rules is not None else name, framework)


# Pieces ---------------------------------------------------------------------------------------------------


def _pieces(source: Source, work: Path, batch: Batch, keep_going: bool, progress: Progress) -> Iterator[Done]:
    """Every piece in order: taken up where an earlier run left it, else graded."""
    problems = Problems()
    seen: set[str] = set()
    done = 0
    progress(0, source.size)
    for piece, made in _graded(source, work):
        done += source.weight(piece)
        progress(done, source.size)
        for name in made.inspections:
            if name in seen:
                help = "keep one of them"
                problems.append(Problem(f"inspection {quoted(name)} stands in two files", None, help))
            seen.add(name)
        for name, problem in made.faults:
            batch.skipped.setdefault(name, []).append(problem)
            if not keep_going:
                problems.append(problem)
        batch.inspections += len(made.inspections)
        batch.taken_up += len(made.inspections) if made.found else 0
        _count(batch, made.rows)
        yield made
    if problems:
        raise InputError(problems)


def _count(batch: Batch, rows: Path) -> None:
    came_to = pl.coalesce("grade", "outcome").alias("came_to")
    counted = pl.scan_parquet(rows).group_by(came_to).len().collect()
    for name, many in counted.sort("came_to").iter_rows():
        batch.outcomes[name] = batch.outcomes.get(name, 0) + many
        batch.areas += many


def _graded(source: Source, work: Path) -> Iterator[tuple[Any, Done]]:
    made_by = f"{__version__} {source.framework.sha256} {source.book.sha256} {_how(source)}"
    pieces = source.pieces()
    names = [f"{at:06d}-{digest(f'{made_by} {source.mark(piece)}')}" for at, piece in enumerate(pieces)]
    there = [(work / f"{name}.json").is_file() for name in names]
    graded = _in_order(source, [piece for piece, found in zip(pieces, there, strict=True) if not found])
    for piece, name, found in zip(pieces, names, there, strict=True):
        if not found:
            _keep(work, name, next(graded))
        yield piece, _kept(work, name, found)


def _how(source: Source) -> str:
    if isinstance(source, Documents):
        return f"{source.engine} {source.backend.name if source.backend is not None else None}"
    return source.backend.name if isinstance(source, Tables) else ""


def _in_order(source: Source, pieces: Sequence[Any]) -> Iterator[Graded]:
    """The pieces graded, in their order: files in several processes, tables here."""
    if isinstance(source, Documents):
        return in_processes(source, pieces)
    return map(source.grade, pieces)


def digest(text: str) -> str:
    """A short name for what tells one content from another."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _keep(work: Path, name: str, graded: Graded) -> None:
    """Put a piece on the disk; what is said of it comes last, and says that it is whole."""
    raw = io.BytesIO()
    graded.rows.write_parquet(raw)
    write_whole(work / f"{name}.parquet", raw.getvalue())
    said = {
        "inspections": graded.inspections,
        "faults": [(name, _written(problem)) for name, problem in graded.faults],
    }
    write_whole(work / f"{name}.json", json.dumps(said))


def _written(problem: Problem) -> list[Any]:
    place = problem.place
    return [problem.message, [place.file, place.line, place.column] if place else None, problem.help]


def _kept(work: Path, name: str, found: bool) -> Done:
    said = json.loads((work / f"{name}.json").read_bytes())
    faults = [
        (inspection, Problem(message, Place(*place) if place else None, help))
        for inspection, (message, place, help) in said["faults"]
    ]
    return Done(work / f"{name}.parquet", said["inspections"], faults, found)


# The output -----------------------------------------------------------------------------------------------


def _put_together(pieces: Sequence[Done], path: Path, ending: str) -> None:
    """All rows in one file, without holding them all in memory."""
    rows = pl.scan_parquet([piece.rows for piece in pieces])
    names = rows.collect_schema().names()
    if ending == ".parquet":
        rows.sink_parquet(path, row_group_size=_GROUP)
    elif ending == ".csv":
        text = [pl.col(name).list.join(";") for name in ("deciding", "findings")]
        rows.with_columns(*text, inspection=_harmless("inspection")).sink_csv(path)
    else:
        facts = [name for name in names if name.startswith(PROFILE)]
        profile = pl.struct(*[pl.col(name).alias(name.removeprefix(PROFILE)) for name in facts])
        inspected = pl.col("outcome") != "not_inspected"
        head = [name for name in names if not name.startswith(PROFILE)]
        rows.select(*head, profile=pl.when(inspected).then(profile)).sink_ndjson(path)


def _harmless(column: str) -> pl.Expr:
    """Text that no spreadsheet takes for a formula."""
    text = pl.col(column)
    return pl.when(text.str.contains(r"^[=+\-@]")).then(pl.lit("'") + text).otherwise(text)
