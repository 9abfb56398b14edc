"""A batch on a cluster: parts as executors grade and write them, and the same by a real Spark session."""

from __future__ import annotations

import json
import pickle
import shutil
from dataclasses import asdict

import polars as pl
import pytest

pytest.importorskip("pyarrow", reason="parts are handed over as Arrow tables")

from grader.bulk.cluster_part import (
    AT,
    FILE,
    KIND,
    PART,
    Counts,
    Rules,
    done_parts,
    grade_parts,
    mark_empty,
)


@pytest.fixture
def handed_over(write_tables, both_editions, tmp_path):
    """The rows of tables as Spark hands them to an executor: by part, inspection and kind."""

    def lay(changed=lambda name, rows: rows, parts=3):
        folder = write_tables(tmp_path / "tables", both_editions)
        found = []
        for kind, name in enumerate(("inspections", "findings", "evidence")):
            rows = changed(name, pl.read_parquet(folder / f"{name}.parquet"))
            flags = [pl.col(c).cast(pl.String) for c in ("remedied", "innovative") if c in rows.columns]
            text = pl.col(pl.String)
            rows = rows.with_columns(*flags).with_columns(pl.when(text != "").then(text).name.keep())
            at = pl.int_range(pl.len(), dtype=pl.Int64)
            found.append(
                rows.with_columns(at.alias(AT), pl.lit(f"{name}-1").alias(FILE), pl.lit(kind).alias(KIND))
            )
        rows = pl.concat(found, how="diagonal")
        part = (pl.col("inspection").str.len_chars().fill_null(0) % parts).cast(pl.Int32).alias(PART)
        return rows.with_columns(part).sort(PART, "inspection", KIND, FILE, AT)

    return lay


@pytest.fixture
def graded(shipped, tmp_path):
    """Grades rows as an executor does, in batches of so many; gives the counts it tells the driver."""

    def run(rows, together=500, output=tmp_path / "out", identity="this"):
        sent = pickle.dumps(Rules(shipped.file, shipped.book, str(output), identity))
        batches = rows.to_arrow().to_batches(max_chunksize=together)
        told = grade_parts(lambda: sent)(iter(batches))
        return [Counts(**json.loads(batch.column("counts")[0].as_py())) for batch in told]

    return run


def by_area(rows):
    return sorted(rows, key=lambda row: (row["inspection"], row["area"]))


def test_parts_hold_the_rows_of_the_reference(handed_over, graded, both_editions, expected_of_both, tmp_path):
    counts = graded(handed_over())
    found = pl.read_parquet(tmp_path / "out" / "grades" / "*.parquet").to_dicts()
    assert by_area(expected_of_both) == by_area(found)
    assert len(both_editions) == sum(c.inspections for c in counts)
    assert len(found) == sum(c.areas for c in counts) == sum(sum(c.outcomes.values()) for c in counts)
    assert [] == list((tmp_path / "out" / "_writing").iterdir())


def test_faults_are_rows_with_file_and_row(handed_over, graded, both_editions, tmp_path):
    name = both_editions[0].inspection.id

    def changed(table, rows):
        if table != "evidence":
            return rows
        rows = rows.with_row_index("at")
        alone = (pl.col("inspection") == name) & (pl.len().over("inspection", "id") == 1)
        first = rows.filter(alone)["at"][0]
        basis = pl.when(pl.col("at") == first).then(pl.lit("hearsay")).otherwise("basis")
        stranger = rows.tail(1).with_columns(inspection=pl.lit("nobody"))
        return pl.concat([rows.with_columns(basis=basis), stranger]).drop("at")

    counts = graded(handed_over(changed))
    rows = changed("evidence", pl.read_parquet(tmp_path / "tables" / "evidence.parquet"))
    at = rows["basis"].to_list().index("hearsay") + 1
    faults = pl.read_parquet(tmp_path / "out" / "faults" / "*.parquet").sort("inspection").to_dicts()
    assert [
        (name, "evidence-1", at, "'hearsay' is not a value of 'basis'"),
        ("nobody", "evidence-1", rows.height, "inspection 'nobody' is not in the table of inspections"),
    ] == [(f["inspection"], f["file"], f["row"], f["message"]) for f in faults]
    assert 2 == sum(c.faults for c in counts)
    grades = pl.read_parquet(tmp_path / "out" / "grades" / "*.parquet")
    assert {each.inspection.id for each in both_editions} - {name} == set(grades["inspection"])


def test_only_parts_that_are_whole_are_taken_up(handed_over, graded, tmp_path):
    counts = graded(handed_over())
    mark_empty(str(tmp_path / "out"), Counts(7, "this"))
    assert [*map(asdict, counts), asdict(Counts(7, "this"))] == [
        asdict(c) for c in done_parts(str(tmp_path / "out"), "this")
    ]
    assert [] == done_parts(str(tmp_path / "out"), "another")
    before = {p.name: p.read_bytes() for p in (tmp_path / "out" / "grades").iterdir()}
    graded(handed_over(), together=40)  # again, as after a worker was lost: each part takes its own place
    assert before == {p.name: p.read_bytes() for p in (tmp_path / "out" / "grades").iterdir()}


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_a_spark_session_writes_the_rows_of_the_reference_and_goes_on_where_it_stopped(
    ending, write_tables, both_editions, expected_of_both, tmp_path
):
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    from grader.bulk.cluster import grade_on_cluster

    folder = write_tables(tmp_path / "tables", both_editions, ending)
    grade_on_cluster(str(folder), str(tmp_path / "out"), parts=5)
    found = pl.read_parquet(tmp_path / "out" / "grades" / "*.parquet").to_dicts()
    assert by_area(expected_of_both) == by_area(found)
    lost = next((tmp_path / "out" / "_done").iterdir())
    without = json.loads(lost.read_text())["inspections"]
    lost.unlink()
    again = grade_on_cluster(str(folder), str(tmp_path / "out"), parts=5, new=True)
    assert len(both_editions) - without == again.taken_up
    assert len(both_editions) == again.inspections
