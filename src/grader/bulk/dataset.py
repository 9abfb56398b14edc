"""A folder of tables in the columnar layout, checked, in which an inspection's rows stand together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.bulk.backends import ROW, pl
from grader.bulk.layout import EVIDENCE, FINDINGS, FLAGS, INSPECTIONS, NUMBERS, Table, shown
from grader.errors import InputError, Place, Problem, quoted, suggest

ENDINGS = (".parquet", ".csv")
#: Rows looked at together where a file is gone through from start to end.
_STRIDE = 4_000_000


@dataclass(frozen=True, slots=True)
class Dataset:
    """The tables of one folder.

    Attributes
    ----------
    inspections : DataFrame
        In the order of the file, with `number` from 0, and `start` and `stop`: where the evidence of each
        stands in `evidence`.
    evidence : Path
        A Parquet file in which rows of an inspection stand together, in the order of the inspections.
    findings : DataFrame
        With `number`; empty where there is no table of findings.
    """

    inspections: pl.DataFrame
    evidence: Path
    evidence_name: str
    findings: pl.DataFrame
    findings_name: str


def is_dataset(folder: Path) -> bool:
    """Whether a folder holds tables of the layout."""
    return any((folder / f"{INSPECTIONS.name}{ending}").is_file() for ending in ENDINGS)


def files_of(folder: Path) -> list[Path]:
    """The files of a dataset that are read."""
    return [p for t in (INSPECTIONS, EVIDENCE, FINDINGS) if (p := _file(folder, t)) is not None]


def read_dataset(folder: Path, work: Path) -> Dataset:
    """The tables of a folder; what has to be put in order is written to `work`.

    Raises
    ------
    InputError
        A table or a column that is missing, unknown or of the wrong type; inspections that repeat; evidence
        or findings on one that is not there.
    """
    listed, evidence = _needed(folder, INSPECTIONS), _needed(folder, EVIDENCE)
    findings = _file(folder, FINDINGS)
    files = ((INSPECTIONS, listed), (EVIDENCE, evidence), (FINDINGS, findings))
    raise_all(p for table, path in files if path is not None for p in _columns(table, path))
    inspections = _inspections(listed)
    rows, starts = _in_order(_in_parquet(evidence, work), inspections, work, shown(evidence))
    inspections = inspections.join(starts, on="number", how="left", maintain_order="left")
    return Dataset(
        inspections.with_columns(pl.col("start", "stop").fill_null(0)),
        rows,
        shown(evidence),
        _findings(findings, inspections),
        shown(findings) if findings is not None else "",
    )


def _needed(folder: Path, table: Table) -> Path:
    path = _file(folder, table)
    if path is None:
        help = f"put it beside the others, as {table.name}.parquet or {table.name}.csv"
        raise InputError([Problem(f"there is no table of {table.name}", Place(str(folder)), help)])
    return path


def raise_all(problems: Iterable[Problem]) -> None:
    """Raise every problem at once, if there is any."""
    found = list(problems)
    if found:
        raise InputError(found)


def _file(folder: Path, table: Table) -> Path | None:
    there = [p for ending in ENDINGS if (p := folder / f"{table.name}{ending}").is_file()]
    if len(there) > 1:
        help = "keep one of the two"
        raise InputError([Problem(f"the table of {table.name} is there twice", Place(str(folder)), help)])
    return there[0] if there else None


def _scan(path: Path) -> pl.LazyFrame:
    if path.suffix == ".csv":
        return pl.scan_csv(path, infer_schema=False)
    return pl.scan_parquet(path)


def _columns(table: Table, path: Path) -> Iterator[Problem]:
    at = Place(shown(path))
    try:
        schema = _scan(path).collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        said = " ".join(str(error).split())[:120]
        yield Problem(f"this cannot be read as {path.suffix[1:]}: {said}", at, "write the table again")
        return
    for name in table.required:
        if name not in schema:
            yield Problem(f"there is no column {name!r}", at, f"columns: {', '.join(table.columns)}")
    for name, dtype in schema.items():
        if name not in table.columns:
            yield Problem(f"unknown column {quoted(name)}", at, suggest(name, table.columns, "columns"))
        elif path.suffix != ".csv" and not _fits(name, dtype):
            kind = "truths" if name in FLAGS else "numbers" if name in NUMBERS else "text"
            yield Problem(f"column {name!r} holds {dtype}, and should hold {kind}", at, "write it so")


def _fits(name: str, dtype: Any) -> bool:
    if name in FLAGS:
        return bool(dtype == pl.Boolean)
    if name in NUMBERS:
        return bool(dtype.is_numeric())
    return dtype in (pl.String, pl.Categorical, pl.Enum)


def _whole(path: Path) -> pl.DataFrame:
    """A small table, all of it text, with the number of each row."""
    return _scan(path).select(pl.all().cast(pl.String)).with_row_index(ROW).collect()


def _inspections(path: Path) -> pl.DataFrame:
    rows = _whole(path)
    at = shown(path)
    problems = [
        Problem(f"the row has no {name!r}", Place(f"{at}: row {row + 1}"), "every inspection has one")
        for name in INSPECTIONS.required
        for row in rows.filter(pl.col(name).is_null())[ROW].head(100)
    ]
    twice = rows.filter(pl.col("inspection").is_not_null() & ~pl.col("inspection").is_first_distinct())
    for row, name in twice.select(ROW, "inspection").head(100).iter_rows():
        place = Place(f"{at}: row {row + 1}")
        problems.append(
            Problem(f"inspection {quoted(name)} stands twice", place, "give each an id of its own")
        )
    raise_all(problems)
    return rows.with_columns(number=pl.col(ROW).cast(pl.Int64)).drop(ROW)


def _findings(path: Path | None, inspections: pl.DataFrame) -> pl.DataFrame:
    if path is None:
        columns = dict.fromkeys(FINDINGS.columns, pl.String())
        return pl.DataFrame(schema={ROW: pl.UInt32(), **columns, "number": pl.Int64()})
    rows = _whole(path).join(inspections.select("inspection", "number"), on="inspection", how="left")
    raise_all(_strangers(rows.filter(pl.col("number").is_null()).select(ROW, "inspection"), shown(path)))
    return rows


def _strangers(rows: pl.DataFrame, file: str) -> Iterator[Problem]:
    """Rows on an inspection that is not there."""
    for row, name in rows.head(100).iter_rows():
        said = (
            "no 'inspection'"
            if name is None
            else f"inspection {quoted(name)} is not in the table of inspections"
        )
        yield Problem(said, Place(f"{file}: row {row + 1}"), "add it there, or take the row away")


# Evidence, in order ---------------------------------------------------------------------------------------


def _in_parquet(path: Path, work: Path) -> Path:
    """The evidence as Parquet: itself, or what a CSV file holds."""
    if path.suffix != ".csv":
        return path
    rows = _scan(path)
    there = rows.collect_schema().names()
    # What is no number becomes one that no measure can have, and is told of with its row.
    numbers = [
        pl.when(pl.col(n).is_null())
        .then(None)
        .otherwise(pl.col(n).cast(pl.Float64, strict=False).fill_null(-1))
        for n in NUMBERS
        if n in there
    ]
    made = work / "evidence.parquet"
    rows.with_columns(*[e.alias(n) for e, n in zip(numbers, NUMBERS, strict=False)]).sink_parquet(made)
    return made


def _in_order(evidence: Path, inspections: pl.DataFrame, work: Path, file: str) -> tuple[Path, pl.DataFrame]:
    """The evidence with each inspection's rows together, in their order, and where they stand."""
    runs = _runs(evidence)
    known = runs.join(
        inspections.select("inspection", "number"), on="inspection", how="left", maintain_order="left"
    )
    raise_all(_strangers(known.filter(pl.col("number").is_null()).select("start", "inspection"), file))
    numbers = known["number"]
    if numbers.is_sorted() and numbers.n_unique() == len(numbers):
        return evidence, known.select("number", "start", "stop")
    sorted_ = work / "evidence_in_order.parquet"
    order = inspections.lazy().select("inspection", "number")
    (
        pl.scan_parquet(evidence, row_index_name=ROW)
        .join(order, on="inspection", how="left")
        .sort("number", ROW)
        .drop("number")
        .sink_parquet(sorted_)
    )
    return sorted_, _in_order(sorted_, inspections, work, file)[1]


def _runs(evidence: Path) -> pl.DataFrame:
    """Where rows of one inspection stand together: `inspection`, `start`, `stop`."""
    scan = pl.scan_parquet(evidence).select(pl.col("inspection").cast(pl.String))
    rows = scan.select(pl.len()).collect().item()
    parts = []
    for start in range(0, rows, _STRIDE):
        names = scan.slice(start, _STRIDE).collect()["inspection"]
        parts.append(
            names.rle().struct.unnest().select(inspection="value", rows=pl.col("len").cast(pl.Int64))
        )
    if not parts:
        return pl.DataFrame(schema={"inspection": pl.String, "start": pl.Int64, "stop": pl.Int64})
    found = pl.concat(parts)
    # A run that a stride cut in two is one.
    found = (
        found.with_columns(run=pl.col("inspection").rle_id())
        .group_by("run", maintain_order=True)
        .agg(pl.col("inspection").first(), pl.col("rows").sum())
    )
    stop = pl.col("rows").cum_sum()
    return found.select("inspection", start=stop - pl.col("rows"), stop=stop)
