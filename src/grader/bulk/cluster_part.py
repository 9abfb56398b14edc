"""One part of a run on a cluster: an executor reads rows, writes files, and returns counts.

Files take their names when whole. Counts come last: then the part is done.
"""

from __future__ import annotations

import json
import pickle
import re
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from grader.bulk.backends import ROW, OnPolars, pl
from grader.bulk.dataset import ID, Dataset
from grader.bulk.layout import AS_WRITTEN, EVIDENCE, FINDINGS, INSPECTIONS
from grader.bulk.plan import plans
from grader.bulk.rows import schema
from grader.bulk.tables import Tables
from grader.errors import Problem, quoted
from grader.language.rulebook import RuleBook

#: Rows of a part that are graded together, about: what bounds an executor's memory.
ROWS: Final = 400_000
#: What each row says it is a row of; in this order they come.
KINDS: Final = (INSPECTIONS.name, FINDINGS.name, EVIDENCE.name)
PART, KIND, FILE, AT = "part_of_run", "kind_of_row", "file_of_row", "row_in_file"
#: The columns of the table of faults; `row` counts from 1, and is empty where the file has no such number.
FAULTS: Final = pl.Schema({n: pl.Int64() if n == "row" else pl.String() for n in (
    "inspection", "file", "row", "message", "help")})  # fmt: skip


@dataclass(slots=True)
class Counts:
    """What came of a part: all that the driver is told."""

    part: int
    identity: str
    inspections: int = 0
    areas: int = 0
    skipped: int = 0
    faults: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rules:
    """All that is sent to executors beside their rows."""

    framework: Any
    book: RuleBook
    output: str
    identity: str
    #: Columns that every row of the table of inspections has to say something in.
    needed: tuple[str, ...] = INSPECTIONS.required


def open_folder(uri: str) -> tuple[Any, str]:
    """The file system of a folder, and its path there."""
    if "://" in uri or uri.startswith("file:"):
        found: tuple[Any, str] = fs.FileSystem.from_uri(uri)
        return found
    return fs.LocalFileSystem(), str(Path(uri).absolute())


def grade_parts(rules: Callable[[], bytes]) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """The function Spark runs on the rows of some parts, in order of part, inspection and kind."""

    def run(batches: Iterable[Any]) -> Iterator[Any]:
        worker: _Worker | None = None
        for batch in batches:
            if not batch.num_rows:
                continue
            worker = worker or _Worker(pickle.loads(rules()))
            yield from map(_counted, worker.take(pl.DataFrame(pl.from_arrow(batch))))
        if worker is not None:
            yield from map(_counted, worker.finish())

    return run


def _counted(counts: Counts) -> Any:
    return pa.RecordBatch.from_pydict({"counts": [json.dumps(asdict(counts))]})


class _Worker:
    """Grades one part after another."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.plans = plans(rules.framework.framework, rules.book)
        self.rest: list[pl.DataFrame] = []
        self.part: _Writer | None = None

    def take(self, rows: pl.DataFrame) -> Iterator[Counts]:
        """Grade what is whole of the rows so far; gives the counts of finished parts."""
        self.rest.append(rows)
        if sum(r.height for r in self.rest) < ROWS:
            return
        rows = pl.concat(self.rest)
        # The last inspection may go on in the next batch.
        last = rows[-1]
        whole = (pl.col(PART) == last[PART][0]) & pl.col("inspection").eq_missing(last["inspection"][0])
        self.rest = [rows.filter(whole)]
        yield from self._grade(rows.filter(~whole))

    def finish(self) -> Iterator[Counts]:
        """Grade the rest."""
        rows, self.rest = pl.concat(self.rest), []
        yield from self._grade(rows)
        if self.part is not None:
            yield self.part.close()

    def _grade(self, rows: pl.DataFrame) -> Iterator[Counts]:
        for (part,), own in rows.group_by(PART, maintain_order=True):
            if self.part is None or self.part.counts.part != part:
                if self.part is not None:
                    yield self.part.close()
                self.part = _Writer(self.rules, int(part))
            graded, faults, inspections, skipped = self._graded(own)
            self.part.write(graded, faults, inspections, skipped)

    def _graded(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, int, int]:
        listed, findings, evidence = (rows.filter(pl.col(KIND) == n) for n in range(len(KINDS)))
        faults = list(_of_inspections(listed, self.rules.needed))
        bad = {name for name, _, _, _ in faults}
        numbers = listed.filter(pl.col("inspection").is_not_null() & ~pl.col("inspection").is_in(list(bad)))
        numbers = numbers.select("inspection", number=pl.int_range(pl.len(), dtype=pl.Int64))
        for kind in (findings, evidence):
            strange = kind.join(numbers, on="inspection", how="anti")
            strange = strange.filter(~pl.col("inspection").is_in(list(bad)).fill_null(False))
            faults += _strangers(strange)
        with tempfile.TemporaryDirectory() as folder:
            dataset, tables = _dataset(Path(folder), numbers, listed, findings, evidence)
            source = Tables(dataset, self.rules.framework, self.rules.book, OnPolars(), self.rules.identity)
            source.__dict__["plans"] = self.plans  # worked out once for all of an executor's rows
            made = source.grade(range(source.size))
        faults += [_located(name, problem, tables) for name, problem in made.faults]
        columns = zip(*faults, strict=True) if faults else ([] for _ in range(4))
        names, places, messages, helps = map(list, columns)
        table = pl.DataFrame(
            {
                "inspection": names,
                "file": [p[0] for p in places],
                "row": [p[1] for p in places],
                "message": messages,
                "help": helps,
            },
            schema=FAULTS,
        )
        skipped = len({name for name in names if name is not None})
        return made.rows, table, len(made.inspections), skipped


_Fault = tuple[str | None, tuple[str | None, int | None], str, str | None]


def _at(row: dict[str, Any]) -> tuple[str | None, int | None]:
    return row[FILE], None if row[AT] is None else row[AT] + 1


def _of_inspections(listed: pl.DataFrame, needed: Sequence[str]) -> Iterator[_Fault]:
    """What is wrong with rows of the table of inspections themselves."""
    ids = pl.col("inspection")
    seen = listed.with_columns(again=~ids.is_first_distinct() & ids.is_not_null(), odd=~ids.str.contains(ID))
    wrong = pl.any_horizontal(*[pl.col(name).is_null() for name in needed], "again", "odd")
    for row in seen.filter(wrong).iter_rows(named=True):
        name = row["inspection"]
        for column in needed:
            if row[column] is None:
                yield name, _at(row), f"the row has no {column!r}", "every inspection has one"
        if row["odd"]:
            help = "an id has up to 200 characters, no line breaks, and no space at either end"
            yield name, _at(row), f"{quoted(name)} is not an id", help
        if row["again"]:
            yield name, _at(row), f"inspection {quoted(name)} stands twice", "give each an id of its own"


def _strangers(rows: pl.DataFrame) -> Iterator[_Fault]:
    """Rows on an inspection that is not there."""
    for row in rows.iter_rows(named=True):
        name = row["inspection"]
        there = f"inspection {quoted(name)} is not in the table of inspections"
        said = "no 'inspection'" if name is None else there
        yield name, _at(row), said, "add it there, or take the row away"


def _dataset(
    folder: Path, numbers: pl.DataFrame, listed: pl.DataFrame, findings: pl.DataFrame, evidence: pl.DataFrame
) -> tuple[Dataset, dict[str, pl.DataFrame]]:
    """The rows as tables of a folder, numbered anew, and the same by name."""

    def own(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
        rows = rows.join(numbers, on="inspection", how="inner", maintain_order="left")
        there = [name for name in columns if name in rows.columns]
        return rows.select(*there, "number", FILE, AT).with_row_index(ROW)

    tables = {
        INSPECTIONS.name: own(listed, INSPECTIONS.columns),
        FINDINGS.name: own(findings, FINDINGS.columns),
        EVIDENCE.name: own(evidence, (*EVIDENCE.columns, AS_WRITTEN)),
    }
    items = tables[EVIDENCE.name]
    runs = items.group_by("number").agg(start=pl.col(ROW).min(), rows=pl.len())
    found = tables[INSPECTIONS.name].join(runs, on="number", how="left", maintain_order="left")
    start = pl.col("start").fill_null(0).cast(pl.Int64)
    found = found.with_columns(start=start, stop=start + pl.col("rows").fill_null(0)).drop("rows")
    items.drop("number", FILE, AT).write_parquet(folder / "evidence.parquet")
    dataset = Dataset(
        found, INSPECTIONS.name, folder / "evidence.parquet", EVIDENCE.name, tables[FINDINGS.name],
        FINDINGS.name,
    )  # fmt: skip
    return dataset, tables


def _located(name: str, problem: Problem, tables: dict[str, pl.DataFrame]) -> _Fault:
    """A fault with the file and the row that it came from."""
    said = str(problem.place.file) if problem.place is not None else ""
    place: tuple[str | None, int | None] = (None, None)
    if match := re.fullmatch(r"(\w+): row (\d+)", said):
        place = _at(tables[match[1]].row(int(match[2]) - 1, named=True))
    return name, place, problem.message, problem.help


class _Writer:
    """The files of one part."""

    def __init__(self, rules: Rules, part: int) -> None:
        self.counts = Counts(part, rules.identity)
        self.system, self.root = open_folder(rules.output)
        self.name = f"part-{part:05d}"
        # Of two tries at a part, each has files of its own, and one takes the place of the other whole.
        self.draft = f"{self.root}/_writing/{self.name}-{uuid.uuid4().hex}"
        self.system.create_dir(self.draft, recursive=True)
        self.tables = {
            "grades": pl.Schema(schema(rules.book)),
            "faults": FAULTS,
        }
        self.open = {
            name: pq.ParquetWriter(
                f"{self.draft}/{name}.parquet", _arrow(columns), filesystem=self.system, compression="zstd"
            )
            for name, columns in self.tables.items()
        }

    def write(self, graded: pl.DataFrame, faults: pl.DataFrame, inspections: int, skipped: int) -> None:
        for name, rows in (("grades", graded), ("faults", faults)):
            if rows.height:
                self.open[name].write_table(rows.to_arrow().cast(_arrow(self.tables[name])))
        counts = self.counts
        counts.inspections += inspections
        counts.skipped += skipped
        counts.areas += graded.height
        counts.faults += faults.height
        for name, many in graded.group_by(pl.coalesce("grade", "outcome")).len().iter_rows():
            counts.outcomes[name] = counts.outcomes.get(name, 0) + many

    def close(self) -> Counts:
        """Put the part's files where they belong."""
        for writer in self.open.values():
            writer.close()
        _forget(self.system, self.root, self.name)
        for name in ("faults", "grades"):
            if name == "grades" or self.counts.faults:
                self.system.create_dir(f"{self.root}/{name}", recursive=True)
                self.system.move(f"{self.draft}/{name}.parquet", f"{self.root}/{name}/{self.name}.parquet")
        with self.system.open_output_stream(f"{self.draft}/done.json") as stream:
            stream.write(json.dumps(asdict(self.counts)).encode())
        self.system.create_dir(f"{self.root}/_done", recursive=True)
        self.system.move(f"{self.draft}/done.json", f"{self.root}/_done/{self.name}.json")
        self.system.delete_dir(self.draft)
        return self.counts


def _forget(system: Any, root: str, name: str) -> None:
    """Take away what another run left of a part."""
    files = [
        f"{root}/_done/{name}.json",
        *(f"{root}/{table}/{name}.parquet" for table in ("faults", "grades")),
    ]
    for each in system.get_file_info(files):
        if each.type == fs.FileType.File:
            system.delete_file(each.path)


def mark_empty(output: str, counts: Counts) -> None:
    """Say of a part without rows that it is done."""
    system, root = open_folder(output)
    name = f"part-{counts.part:05d}"
    _forget(system, root, name)
    system.create_dir(f"{root}/_done", recursive=True)
    with system.open_output_stream(f"{root}/_done/{name}.json") as stream:
        stream.write(json.dumps(asdict(counts)).encode())


def _arrow(columns: pl.Schema) -> Any:
    return pl.DataFrame(schema=columns).to_arrow().schema


def holds_anything(output: str) -> bool:
    """Whether the output folder holds more than what an unfinished run was writing."""
    system, root = open_folder(output)
    inside = system.get_file_info(fs.FileSelector(root, allow_not_found=True))
    return any(each.base_name != "_writing" for each in inside)


def done_parts(output: str, identity: str) -> list[Counts]:
    """The parts that an earlier run of the same left whole."""
    system, root = open_folder(output)
    found = []
    for each in system.get_file_info(fs.FileSelector(f"{root}/_done", allow_not_found=True)):
        with system.open_input_stream(each.path) as stream:
            counts = Counts(**json.loads(stream.read()))
        if counts.identity == identity:
            found.append(counts)
    return sorted(found, key=lambda c: c.part)
