"""`grader batch` over tables: the rows of the reference, and every fault with its row."""

from __future__ import annotations

import shutil
from math import nextafter

import narwhals as nw
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.bulk import dataset, tables
from grader.bulk.backends import backend
from grader.bulk.batch import batch
from grader.bulk.layout import _figure
from grader.errors import MissingExtraError
from grader.grading.run import per_mille


@pytest.mark.parametrize("turned", [False, True], ids=["in order", "turned round"])
@pytest.mark.parametrize("ending", [".parquet", ".csv"])
@pytest.mark.parametrize("on", ["polars", "duckdb", "pyspark"])
def test_tables_give_the_rows_of_the_reference(
    on, ending, turned, write_tables, both_editions, expected_rows, tmp_path
):
    if on != "polars":
        pytest.importorskip(on)
    if on == "pyspark" and (turned or shutil.which("java") is None):
        pytest.skip("Spark is slow to start, and needs Java")
    folder = write_tables(tmp_path / "tables", both_editions, ending, turned)
    batch([folder], tmp_path / "out.parquet", on=on)
    assert expected_rows(both_editions) == pl.read_parquet(tmp_path / "out.parquet").to_dicts()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(100, 10_000), many=st.integers(1, 6), ending=st.sampled_from((".parquet", ".csv")))
def test_any_tables_give_the_rows_of_the_reference(
    seed, many, ending, write_tables, random_inspections, expected_rows, tmp_path_factory
):
    home = tmp_path_factory.mktemp("any")
    found = random_inspections(many, ("2022-03", "2021-04")[seed % 2], seed)
    batch([write_tables(home / "tables", found, ending)], home / "out.parquet")
    assert expected_rows(found) == pl.read_parquet(home / "out.parquet").to_dicts()


def test_pieces_change_nothing(write_tables, both_editions, expected_rows, tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "ROWS", 50)
    monkeypatch.setattr(tables, "INSPECTIONS", 7)
    monkeypatch.setattr(dataset, "_STRIDE", 33)
    for turned in (False, True):
        folder = write_tables(tmp_path / "tables", both_editions, turned=turned)
        batch([folder], tmp_path / "out.parquet")
        assert expected_rows(both_editions) == pl.read_parquet(tmp_path / "out.parquet").to_dicts()


FAULTS = {
    "inspection": ("nobody", "inspection 'nobody' is not in the table of inspections"),
    "id": (None, "the row has no 'id'"),
    "characteristic": (
        "respnding.2c",
        "unknown characteristic 'respnding.2c'\n  help: did you mean 'respondin",
    ),
    "assessment": ("meet", "'meet' is not a value of 'assessment'\n  help: did you mean 'meets'?"),
    "basis": ("hearsay", "'hearsay' is not a value of 'basis'"),
    "extent": ("wide", "'wide' is not a value of 'extent'"),
    "harm": ("", "'' is not a value of 'harm'"),
}


@pytest.mark.parametrize("column", FAULTS)
def test_a_fault_names_its_row(column, write_tables, random_inspections, ran, tmp_path):
    found = random_inspections(3, "2022-03", 7)
    folder = write_tables(tmp_path / "tables", found)
    evidence = pl.read_parquet(folder / "evidence.parquet")
    value, said = FAULTS[column]
    odd = pl.when(pl.int_range(pl.len()) == 4).then(pl.lit(value, pl.String)).otherwise(pl.col(column))
    evidence.with_columns(odd.alias(column)).write_parquet(folder / "evidence.parquet")
    code, _, messages = ran(folder, "-o", tmp_path / "out.csv")
    assert 2 == code
    assert f"error: {folder}/evidence.parquet: row 5: {said}" in messages
    if column in ("inspection",):
        return
    code, said, messages = ran(folder, "-o", tmp_path / "out.csv", "--keep-going")
    assert (1, "2 inspections, 22 areas") == (code, said.partition(":")[0])
    assert f"skipped: {evidence['inspection'][4]}\n" in messages


def test_rows_repeated_are_a_fault(write_tables, random_inspections, ran, tmp_path):
    folder = write_tables(tmp_path / "tables", random_inspections(3, "2022-03", 7))
    evidence = pl.read_parquet(folder / "evidence.parquet")
    pl.concat([evidence.head(1), evidence]).write_parquet(folder / "evidence.parquet")
    code, _, messages = ran(folder, "-o", tmp_path / "out.csv")
    assert 2 == code
    row = evidence.row(0, named=True)
    assert f"item '{row['id']}' stands twice on {row['characteristic']}" in messages


def test_every_faulty_inspection_is_left_out_however_many_rows_are_faulty(
    write_tables, random_inspections, expected_rows, tmp_path, monkeypatch
):
    monkeypatch.setattr(tables, "TOLD", 3)
    found = random_inspections(12, "2022-03", 9)
    folder = write_tables(tmp_path / "tables", found)
    evidence = pl.read_parquet(folder / "evidence.parquet")
    bad = {i.id for i in found[::2] if i.evidence}
    odd = pl.when(pl.col("inspection").is_in(sorted(bad))).then(pl.lit("x")).otherwise(pl.col("basis"))
    evidence.with_columns(basis=odd).write_parquet(folder / "evidence.parquet")
    done = batch([folder], tmp_path / "out.parquet", keep_going=True)
    assert bad == set(done.skipped)
    kept = [i for i in found if i.id not in bad]
    assert expected_rows(kept) == pl.read_parquet(tmp_path / "out.parquet").to_dicts()


CHANGES = {
    "there is no table of evidence": lambda f: (f / "evidence.parquet").unlink(),
    "there is no column 'basis'": lambda f: rewrite(f, "evidence", lambda t: t.drop("basis")),
    "unknown column 'bases'\n  help: did you mean 'basis'?": lambda f: rewrite(
        f, "evidence", lambda t: t.with_columns(bases=pl.lit("data"))
    ),
    "column 'remedied' holds String, and should hold truths": lambda f: rewrite(
        f, "evidence", lambda t: t.with_columns(remedied=pl.lit("yes"))
    ),
    "inspections.parquet: row 2: inspection 'body-7-0' stands twice": lambda f: rewrite(
        f, "inspections", lambda t: pl.concat([t.head(1), t.head(1), t.tail(-1)])
    ),
    "unknown edition '2022-30'": lambda f: rewrite(
        f, "inspections", lambda t: t.with_columns(edition=pl.lit("2022-30"))
    ),
    "inspections of several frameworks: 'A', 'PEEL_2021_22'": lambda f: rewrite(
        f, "inspections", lambda t: pl.concat([t.head(1).with_columns(framework=pl.lit("A")), t.tail(-1)])
    ),
    "which framework are these inspections on?": lambda f: rewrite(
        f, "inspections", lambda t: t.drop("framework")
    ),
    "unknown area 'workforces'\n  help: did you mean 'workforce'?": lambda f: rewrite(
        f, "inspections", lambda t: t.with_columns(not_inspected=pl.lit("workforces"))
    ),
    "this cannot be read as parquet": lambda f: (f / "evidence.parquet").write_bytes(b"PAR1 not"),
    "findings.parquet: row 1: unknown kind 'concern'": lambda f: rewrite(
        f, "findings", lambda t: t.with_columns(kind=pl.lit("concern"))
    ),
}


def rewrite(folder, table, change):
    path = folder / f"{table}.parquet"
    change(pl.read_parquet(path)).write_parquet(path)


@pytest.mark.parametrize("said", CHANGES)
def test_what_is_wrong_with_a_table_is_said(said, write_tables, random_inspections, ran, tmp_path):
    folder = write_tables(tmp_path / "tables", random_inspections(6, "2022-03", 7))
    CHANGES[said](folder)
    code, out, messages = ran(folder, "-o", tmp_path / "out.csv")
    assert (2, "") == (code, out)
    assert said in messages
    assert "Traceback" not in messages
    assert not (tmp_path / "out.csv").exists()


def test_a_rule_book_named_says_the_framework(write_tables, random_inspections, ran, tmp_path):
    folder = write_tables(tmp_path / "tables", random_inspections(3, "2022-03", 7))
    rewrite(folder, "inspections", lambda t: t.drop("framework"))
    assert 0 == ran(folder, "-o", tmp_path / "out.csv", "--rules", "PEEL_2021_22")[0]


@pytest.mark.parametrize("on", ["polars", "duckdb", "pyspark"])
def test_a_figure_is_rounded_down_as_written(on):
    tenths = [n / 10 for n in range(1001)]
    values = [v for t in tenths for v in (nextafter(t, 0), t, nextafter(t, 200)) if v <= 100] + [
        95.59,
        33.333,
    ]
    try:
        run = backend(on)
    except MissingExtraError as error:
        pytest.skip(error.message)
    frame = run.table(pl.DataFrame({"value": values}))
    found = run.collect(
        frame.select("value", _figure({"value": nw.Float64()}).cast(nw.Int32).alias("figure"))
    )
    assert {v: per_mille(v) for v in values} == dict(found.iter_rows())
