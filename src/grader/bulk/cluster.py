"""A batch on a Spark cluster: executors read, grade and write; the driver is told counts.

An inspection's part is the hash of its id, which brings its rows together. Only the rules are broadcast.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final

from pyarrow import fs

from grader._version import __version__
from grader.bulk.backends import OnSpark
from grader.bulk.cluster_part import (
    AT,
    FILE,
    KIND,
    KINDS,
    PART,
    Counts,
    Rules,
    done_parts,
    grade_parts,
    holds_anything,
    mark_empty,
    open_folder,
)
from grader.bulk.layout import AS_WRITTEN, EVIDENCE, FLAGS, INSPECTIONS, NUMBERS, TABLES, Table
from grader.errors import InputError, Place, Problem, quoted, suggest
from grader.io import catalogue
from grader.io.frameworks import FrameworkFile
from grader.language.rulebook import RuleBook

#: Bytes of input that make a part, about.
PART_SIZE: Final = 32 * 2**20
#: How a database of tables is named, in place of a folder.
TABLES_OF: Final = "table:"

Frame = Any  # a Spark data frame


@dataclass(slots=True)
class ClusterBatch:
    """What came of a run.

    Attributes
    ----------
    taken_up : int
        Inspections graded by an earlier run.
    """

    framework: FrameworkFile
    book: RuleBook
    parts: int
    inspections: int = 0
    areas: int = 0
    skipped: int = 0
    faults: int = 0
    taken_up: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)

    def add(self, counts: Counts, found: bool) -> None:
        """Take in the counts of a part."""
        self.inspections += counts.inspections
        self.areas += counts.areas
        self.skipped += counts.skipped
        self.faults += counts.faults
        self.taken_up += counts.inspections if found else 0
        for name, many in counts.outcomes.items():
            self.outcomes[name] = self.outcomes.get(name, 0) + many


def grade_on_cluster(
    source: str,
    output: str,
    *,
    rules: catalogue.NameOrPath | None = None,
    parts: int | None = None,
    new: bool = False,
) -> ClusterBatch:
    """Grade the tables of a folder, or of a database, into a folder of Parquet files.

    Parameters
    ----------
    source : str
        A folder, as a path or address that executors can read, with `inspections`, `evidence` and perhaps
        `findings`: each `NAME.parquet` or `NAME.csv`, a file or a folder of files; or `table:DATABASE`.
    output : str
        A folder that executors can write to; gets `grades` and, if any, `faults`.
    rules : str, optional
        A folder or id; that of the framework by default.
    parts : int, optional
        Files to write; by default one for about 32 MB of input.
    new : bool
        An output folder that holds more than a run of the same is an error.

    Raises
    ------
    InputError
        A table or column missing or unknown, or several frameworks.
    """
    session = OnSpark().session
    tables, size, marks = _read(session, source)
    framework, book = _rules(tables[INSPECTIONS.name], source, rules)
    many = parts or max(session.sparkContext.defaultParallelism, ceil(size / PART_SIZE))
    made_from = [__version__, framework.sha256, book.sha256, source, many, *marks]
    identity = hashlib.sha256(json.dumps(made_from).encode()).hexdigest()[:16]
    batch = ClusterBatch(framework, book, many)
    there = done_parts(output, identity)
    if new and not there and holds_anything(output):
        help = "name another, or add --force"
        raise InputError([Problem("the folder is there already", Place(output), help)])
    for counts in there:
        batch.add(counts, found=True)
    missing = sorted(set(range(many)) - {counts.part for counts in there})
    several = "framework" in tables[INSPECTIONS.name].columns
    needed = (*INSPECTIONS.required, *(["framework"] if several else []))
    sent = Rules(framework, book, output, identity, needed)
    graded = _graded(session, tables, many, missing, sent)
    for counts in graded:
        batch.add(counts, found=False)
    for part in set(missing) - {counts.part for counts in graded}:
        mark_empty(output, Counts(part, identity))
    _sweep(output, many)
    return batch


def _graded(
    session: Any, tables: dict[str, Frame], many: int, missing: Sequence[int], rules: Rules
) -> list[Counts]:
    if not missing:
        return []
    from pyspark.sql import functions

    rows = None
    for kind, name in enumerate(KINDS):
        if name in tables:
            own = tables[name].withColumn(KIND, functions.lit(kind))
            rows = own if rows is None else rows.unionByName(own, allowMissingColumns=True)
    assert rows is not None
    part = functions.expr(f"cast(pmod(xxhash64(inspection), {many}) as int)")
    rows = rows.withColumn(PART, part).filter(functions.col(PART).isin(list(missing)))
    rows = rows.repartition(len(missing), PART).sortWithinPartitions(PART, "inspection", KIND, FILE, AT)
    sent = session.sparkContext.broadcast(pickle.dumps(rules))
    counted = rows.mapInArrow(grade_parts(lambda: sent.value), "counts string")
    return [Counts(**json.loads(row["counts"])) for row in counted.collect()]


# Tables ---------------------------------------------------------------------------------------------------


def _read(session: Any, source: str) -> tuple[dict[str, Frame], int, list[Any]]:
    """Each table, with the file and number of each row; their size; and what identifies them."""
    found: dict[str, Frame] = {}
    problems: list[Problem] = []
    size = 0
    marks: list[Any] = []
    files: list[Any]
    for table in TABLES:
        at = Place(f"{source}: {table.name}")
        if source.startswith(TABLES_OF):
            name = f"{source.removeprefix(TABLES_OF)}.{table.name}"
            frame = session.table(name) if session.catalog.tableExists(name) else None
            rows, files = _numbered(frame, None), [] if frame is None else _files_behind(frame)
            marks += [] if files else [uuid.uuid4().hex]  # nothing says whether it changed: it is graded anew
        else:
            path, ending, files = _files(source, table)
            frame = None if path is None else _opened(session, path, ending)
            rows = _numbered(frame, ending)
        if rows is None:
            if table is not TABLES[-1]:
                problems.append(Problem(f"there is no table of {table.name}", at, "put it beside the others"))
            continue
        problems += _columns(table, rows, at)
        size += sum(f.size for f in files)
        marks += [[f.path, f.size, f.mtime_ns] for f in files]
        found[table.name] = _typed(table, rows)
    if problems:
        raise InputError(problems)
    return found, size, marks


def _files(source: str, table: Table) -> tuple[str | None, str, list[Any]]:
    """Where a table stands, its ending, and its files."""
    system, root = open_folder(source)
    for name, ending in ((f"{table.name}.parquet", "parquet"), (f"{table.name}.csv", "csv")):
        (info,) = system.get_file_info([f"{root}/{name}"])
        if info.type == fs.FileType.File:
            return f"{source}/{name}", ending, [info]
        if info.type == fs.FileType.Directory:
            inside = system.get_file_info(fs.FileSelector(info.path, recursive=True))
            files = sorted((f for f in inside if f.type == fs.FileType.File), key=lambda f: f.path)
            return f"{source}/{name}", ending, [f for f in files if not f.base_name.startswith(("_", "."))]
    return None, "", []


def _opened(session: Any, path: str, ending: str) -> Frame:
    if ending == "parquet":
        return session.read.parquet(path)
    # Whole files, one row after another, so that rows can be counted.
    return session.read.csv(path, header=True, multiLine=True, escape='"', inferSchema=False)


def _files_behind(frame: Frame) -> list[Any]:
    """The files a table of a database stands in, where it does."""
    found = []
    for name in sorted(frame.inputFiles()):
        system, path = open_folder(name)
        found += system.get_file_info([path])
    return found


def _numbered(frame: Frame | None, ending: str | None) -> Frame | None:
    """Rows with their file and number in it from 0, where there are files."""
    if frame is None:
        return None
    from pyspark.errors import AnalysisException
    from pyspark.sql import functions

    file, row = functions.col("_metadata.file_path"), functions.col("_metadata.row_index")
    none = functions.lit(None)
    if ending is None:
        # What a table of a database stands in, it does not always say.
        for columns in ((file, row), (file, none), (none, none)):
            with suppress(AnalysisException):
                return frame.select(
                    "*", columns[0].cast("string").alias(FILE), columns[1].cast("long").alias(AT)
                )
    if ending == "parquet":
        return frame.select("*", file.alias(FILE), row.alias(AT))
    # A file is read by one task, in order; what it is read after is found by the least number of the file.
    rows = frame.select("*", file.alias(FILE)).withColumn(AT, functions.monotonically_increasing_id())
    first = rows.groupBy(FILE).agg(functions.min(AT).alias("first_of_file"))
    rows = rows.join(functions.broadcast(first), FILE)
    return rows.withColumn(AT, functions.col(AT) - functions.col("first_of_file")).drop("first_of_file")


def _columns(table: Table, rows: Frame, at: Place) -> Iterator[Problem]:
    there = [name for name in rows.columns if name not in (FILE, AT)]
    for name in table.required:
        if name not in there:
            yield Problem(f"there is no column {name!r}", at, f"columns: {', '.join(table.columns)}")
    kinds = dict(rows.dtypes)
    for name in there:
        if name not in table.columns:
            yield Problem(f"unknown column {quoted(name)}", at, suggest(name, table.columns, "columns"))
            continue
        allowed: tuple[str, ...] = ("boolean", "string") if name in FLAGS else ("string",)
        allowed = (*_NUMBERS, "string") if name in NUMBERS else allowed
        if kinds[name] not in (*allowed, "void"):
            yield Problem(f"column {name!r} holds {kinds[name]}", at, f"write it as {allowed[0]}")


#: 32 bits hold no decimal as it is written: 88.1 would be less than 88.1.
_NUMBERS: Final = ("double", "tinyint", "smallint", "int", "bigint")


def _typed(table: Table, rows: Frame) -> Frame:
    """The columns as executors read them: numbers, and text, null for an empty cell."""
    from pyspark.sql import functions

    kinds = dict(rows.dtypes)
    made = {}
    for name in table.columns:
        if name not in kinds:
            continue
        column = functions.col(name)
        text = functions.nullif(column.cast("string"), functions.lit(""))
        if name in NUMBERS and table is EVIDENCE:
            if kinds[name] == "string":
                made[AS_WRITTEN] = text
                number = functions.coalesce(text.try_cast("double"), functions.lit(float("nan")))
                made[name] = functions.when(text.isNotNull(), number)
            else:
                made[name] = column.cast("double")
        elif name in FLAGS and kinds[name] == "boolean":
            made[name] = column.cast("string")
        else:
            made[name] = text
    return rows.select(*[value.alias(name) for name, value in made.items()], FILE, AT)


def _rules(inspections: Frame, source: str, rules: catalogue.NameOrPath | None) -> tuple[Any, RuleBook]:
    """The rule book, and its framework: that named, or the one the inspections are on."""
    named = []
    if "framework" in inspections.columns:
        rows = inspections.select("framework").where("framework is not null").distinct().limit(6).collect()
        named = sorted(row["framework"] for row in rows)
    at = Place(source)
    if len(named) > 1:
        message = f"inspections of several frameworks: {', '.join(quoted(n) for n in named[:5])}"
        help = "put each framework's inspections in tables of their own"
        raise InputError([Problem(message, at, help)])
    if named:
        framework = catalogue.framework_in(named[0], at, catalogue.folder_near(rules))
        return framework, catalogue.rulebook(rules, framework)
    if rules is None:
        help = "give the table of inspections a column 'framework', or name a rule book with --rules"
        raise InputError([Problem("which framework are these inspections on?", at, help)])
    _, framework, book = catalogue.open_rulebook(rules)
    return framework, book


def _sweep(output: str, many: int) -> None:
    """Remove what unfinished runs left, and earlier runs' parts beyond this one's."""
    system, root = open_folder(output)
    if system.get_file_info([f"{root}/_writing"])[0].type == fs.FileType.Directory:
        system.delete_dir(f"{root}/_writing")
    current = {f"part-{n:05d}" for n in range(many)}
    for folder in ("grades", "faults", "_done"):
        for each in system.get_file_info(fs.FileSelector(f"{root}/{folder}", allow_not_found=True)):
            if each.base_name.startswith("part-") and each.base_name.split(".")[0] not in current:
                system.delete_file(each.path)
