"""A checked folder of tables, each inspection's rows together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.bulk.backends import ROW, pl
from grader.bulk.layout import (
    AS_WRITTEN,
    EVIDENCE,
    FINDINGS,
    FLAGS,
    INSPECTIONS,
    NUMBERS,
    Table,
)
from grader.bulk.row_faults import row_of, shown
from grader.errors import FAULT_LIMIT, InputError, Place, Problem, quoted, suggest
from grader.io.folders import ENDINGS as YAML_ENDINGS

ENDINGS = (".parquet", ".csv")
#: An id, as in every file.
ID = r"^[^\s/\\]([^\r\n\t]{0,198}[^\s])?$"
#: Rows looked at together where a file is gone through from start to end.
STRIDE = 4_000_000


@dataclass(frozen=True, slots=True)
class Dataset:
    """The tables of one folder.

    Attributes
    ----------
    inspections : DataFrame
        With `number` from 0; `start` and `stop` of their evidence.
    evidence : Path
        Parquet, in the inspections' order.
    findings : DataFrame
        With `number`.
    """

    inspections: pl.DataFrame
    inspections_name: str
    evidence: Path
    evidence_name: str
    findings: pl.DataFrame
    findings_name: str


def is_dataset(folder: Path) -> bool:
    """Whether a folder holds tables of the layout."""
    names = {f"{table.name}{ending}" for table in (INSPECTIONS, EVIDENCE) for ending in ENDINGS}
    try:
        return any(path.name.lower() in names for path in folder.iterdir())
    except OSError as error:
        raise unreadable(shown(folder), error) from error


def files_of(folder: Path) -> list[Path]:
    """The files of a dataset that are read."""
    return [p for t in (INSPECTIONS, EVIDENCE, FINDINGS) if (p := _file(folder, t)) is not None]


def read_dataset(folder: Path, work: Path) -> Dataset:
    """A folder's tables; `work` takes what is put in order.

    Raises
    ------
    InputError
        Tables or columns missing, unknown or of a wrong type; repeated or unknown inspections.
    """
    raise_all(_strangers_among(folder))
    listed, evidence = _needed(folder, INSPECTIONS), _needed(folder, EVIDENCE)
    findings = _file(folder, FINDINGS)
    files = ((INSPECTIONS, listed), (EVIDENCE, evidence), (FINDINGS, findings))
    raise_all(p for table, path in files if path is not None for p in _columns(table, path))
    with _read(listed):
        inspections = _inspections(listed)
    with _read(evidence):
        rows, starts = _in_order(_in_parquet(evidence, work), inspections, work, shown(evidence))
    with _read(findings or listed):
        found = _findings(findings, inspections)
    inspections = inspections.join(starts, on="number", how="left", maintain_order="left")
    return Dataset(
        inspections.with_columns(pl.col("start", "stop").fill_null(0)),
        shown(listed),
        rows,
        shown(evidence),
        found,
        shown(findings) if findings is not None else "",
    )


@contextmanager
def _read(path: Path) -> Iterator[None]:
    """Say of a table that cannot be read what is wrong with it."""
    try:
        yield
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unreadable(shown(path), error) from error


def unreadable(file: str, error: Exception) -> InputError:
    """What to say of a table that cannot be read."""
    if isinstance(error, PermissionError):
        return InputError(
            [Problem("the file cannot be read: permission denied", Place(file), "ask for access to it")]
        )
    said = quoted(" ".join(str(error).split()), 120)[1:-1]
    help = "write the table again, whole and in UTF-8" if ".csv" in file else "write the table again"
    return InputError([Problem(f"the table cannot be read: {said}", Place(file), help)])


def _strangers_among(folder: Path) -> Iterator[Problem]:
    """Entries that look like tables and are none."""
    tables = [f"{table.name}{ending}" for table in (INSPECTIONS, EVIDENCE, FINDINGS) for ending in ENDINGS]
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise unreadable(shown(folder), error) from error
    for path in entries:
        if path.name in tables and not path.is_file():
            yield Problem("a table is one file", Place(shown(path)), f"write it as one, {path.name}")
        elif path.name not in tables and path.suffix.lower() in (*ENDINGS, *YAML_ENDINGS):
            help = f"{suggest(path.name, tables, 'tables')}; else keep it in another folder"
            yield Problem("this is no table, and stands among tables", Place(shown(path)), help)


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
        return pl.scan_csv(path, infer_schema=False, glob=False)
    return pl.scan_parquet(path, glob=False)


def _columns(table: Table, path: Path) -> Iterator[Problem]:
    at = Place(shown(path))
    with _read(path):
        schema = _scan(path).collect_schema()
    for name in table.required:
        if name not in schema:
            yield Problem(f"there is no column {name!r}", at, f"columns: {', '.join(table.columns)}")
    for name, dtype in schema.items():
        if name not in table.columns:
            yield Problem(f"unknown column {quoted(name)}", at, suggest(name, table.columns, "columns"))
        elif path.suffix != ".csv" and not _fits(name, dtype):
            kind, cast = _KINDS["flag" if name in FLAGS else "number" if name in NUMBERS else "text"]
            yield Problem(f"column {name!r} holds {dtype}, and should hold {kind}", at, f"write it as {cast}")


#: What a column may hold, and as what to write it.
_KINDS = {"flag": ("truths", "Boolean"), "number": ("numbers", "Float64"), "text": ("text", "String")}
#: 32 bits hold no decimal as it is written: 88.1 would be less than 88.1.
_NUMERIC = (pl.Float64, pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32)


def _fits(name: str, dtype: Any) -> bool:
    if dtype == pl.Null:  # a column in which nothing is given
        return True
    if name in FLAGS:
        return bool(dtype == pl.Boolean)
    return dtype in (_NUMERIC if name in NUMBERS else (pl.String, pl.Categorical, pl.Enum))


def _whole(path: Path) -> pl.DataFrame:
    """A small table, all of it text, with the number of each row."""
    text = pl.all().cast(pl.String)
    return _scan(path).select(pl.when(text != "").then(text)).with_row_index(ROW).collect()


def _inspections(path: Path) -> pl.DataFrame:
    rows = _whole(path)
    at = shown(path)
    if not rows.height:
        raise InputError([Problem("the table has no rows", Place(at), "add a row for each inspection")])
    needed = [name for name in (*INSPECTIONS.required, "framework") if name in rows.columns]
    problems = [
        Problem(f"the row has no {name!r}", row_of(at, row), "every inspection has one")
        for name in needed
        for row in rows.filter(pl.col(name).is_null())[ROW].head(FAULT_LIMIT)
    ]
    ids = pl.col("inspection")
    odd = rows.filter(ids.is_not_null() & ~ids.str.contains(ID))
    for row, name in odd.select(ROW, "inspection").head(FAULT_LIMIT).iter_rows():
        help = "an id has up to 200 characters, no line breaks, and no space at either end"
        problems.append(Problem(f"{quoted(name)} is not an id", row_of(at, row), help))
    twice = rows.filter(ids.is_not_null() & ~ids.is_first_distinct())
    for row, name in twice.select(ROW, "inspection").head(FAULT_LIMIT).iter_rows():
        help = "give each an id of its own"
        problems.append(Problem(f"inspection {quoted(name)} stands twice", row_of(at, row), help))
    raise_all(problems[:FAULT_LIMIT])
    return rows.with_columns(number=pl.col(ROW).cast(pl.Int64))


def _findings(path: Path | None, inspections: pl.DataFrame) -> pl.DataFrame:
    if path is None:
        columns = dict.fromkeys(FINDINGS.columns, pl.String())
        return pl.DataFrame(schema={ROW: pl.UInt32(), **columns, "number": pl.Int64()})
    rows = _whole(path)
    rows = rows.join(inspections.select("inspection", "number"), on="inspection", how="left")
    raise_all(_strangers(rows.filter(pl.col("number").is_null()).select(ROW, "inspection"), shown(path)))
    return rows


def _strangers(rows: pl.DataFrame, file: str) -> Iterator[Problem]:
    """Rows on an inspection that is not there."""
    for row, name in rows.head(FAULT_LIMIT).iter_rows():
        said = (
            "no 'inspection'"
            if name is None
            else f"inspection {quoted(name)} is not in the table of inspections"
        )
        yield Problem(said, row_of(file, row), "add it there, or take the row away")


# Evidence, in order ---------------------------------------------------------------------------------------


def _in_parquet(path: Path, work: Path) -> Path:
    """The evidence as Parquet: itself, or what a CSV file holds."""
    if path.suffix != ".csv":
        return path
    rows = _scan(path)
    if "value" in rows.collect_schema():
        # What is no number becomes one that is refused with its row, and is shown as it was written.
        value = pl.col("value")
        number = value.cast(pl.Float64, strict=False).fill_null(float("nan"))
        empty = value.is_null() | (value == "")
        rows = rows.with_columns(value.alias(AS_WRITTEN), value=pl.when(empty).then(None).otherwise(number))
    made = work / "evidence.parquet"
    rows.sink_parquet(made)
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
        pl.scan_parquet(evidence, glob=False, row_index_name=ROW)
        .with_columns(pl.col("inspection").cast(pl.String))
        .join(order, on="inspection", how="left")
        .sort("number", ROW)
        .drop("number")
        .sink_parquet(sorted_)
    )
    return sorted_, _in_order(sorted_, inspections, work, file)[1]


def _runs(evidence: Path) -> pl.DataFrame:
    """Where rows of one inspection stand together: `inspection`, `start`, `stop`."""
    scan = pl.scan_parquet(evidence, glob=False).select(pl.col("inspection").cast(pl.String))
    rows = scan.select(pl.len()).collect().item()
    parts = []
    for start in range(0, rows, STRIDE):
        names = scan.slice(start, STRIDE).collect()["inspection"]
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
