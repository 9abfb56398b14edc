"""`grader batch` over tables: the rows of the reference, and every fault with its row."""

from __future__ import annotations

import shutil

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.bulk import dataset, tables
from grader.bulk.batch import batch


@pytest.mark.parametrize(
    ("on", "ending", "turned"),
    [
        ("polars", ".parquet", False),
        ("polars", ".csv", True),
        # What is turned round, or CSV, is put in order by Polars whatever runs the columns.
        ("duckdb", ".parquet", False),
        pytest.param("polars", ".parquet", True, marks=pytest.mark.slow),
        pytest.param("polars", ".csv", False, marks=pytest.mark.slow),
        pytest.param("duckdb", ".parquet", True, marks=pytest.mark.slow),
        pytest.param("duckdb", ".csv", False, marks=pytest.mark.slow),
        pytest.param("duckdb", ".csv", True, marks=pytest.mark.slow),
        pytest.param("pyspark", ".parquet", False, marks=pytest.mark.slow),
        pytest.param("pyspark", ".csv", False, marks=pytest.mark.slow),
    ],
)
def test_tables_give_the_rows_of_the_reference(
    on, ending, turned, write_tables, both_editions, expected_of_both, tmp_path
):
    if on != "polars":
        pytest.importorskip(on)
    if on == "pyspark" and shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    folder = write_tables(tmp_path / "tables", both_editions, ending, turned)
    batch([folder], tmp_path / "out.parquet", on=on)
    assert expected_of_both == pl.read_parquet(tmp_path / "out.parquet").to_dicts()


@settings(suppress_health_check=list(HealthCheck))
@given(seed=st.integers(100, 10_000), many=st.integers(1, 6), ending=st.sampled_from((".parquet", ".csv")))
def test_any_tables_give_the_rows_of_the_reference(
    seed, many, ending, write_tables, random_inspections, expected_rows, tmp_path_factory
):
    home = tmp_path_factory.mktemp("any")
    found = random_inspections(many, ("2022-03", "2021-04")[seed % 2], seed)
    batch([write_tables(home / "tables", found, ending)], home / "out.parquet")
    assert expected_rows(found) == pl.read_parquet(home / "out.parquet").to_dicts()


@pytest.mark.slow
def test_pieces_change_nothing(write_tables, both_editions, expected_rows, tmp_path, monkeypatch):
    some = both_editions[:16]
    monkeypatch.setattr(tables, "ROWS", 50)
    monkeypatch.setattr(tables, "MOST_INSPECTIONS", 7)
    monkeypatch.setattr(dataset, "STRIDE", 33)
    for turned in (False, True):
        folder = write_tables(tmp_path / "tables", some, turned=turned)
        batch([folder], tmp_path / "out.parquet")
        assert expected_rows(some) == pl.read_parquet(tmp_path / "out.parquet").to_dicts()


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
    "harm": ("grave", "'grave' is not a value of 'harm'"),
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
    "evidence.parquet: the table cannot be read": lambda f: (f / "evidence.parquet").write_bytes(b"PAR1 not"),
    "findings.parquet: row 1: unknown kind 'concern'": lambda f: rewrite(
        f, "findings", lambda t: t.with_columns(kind=pl.lit("concern"))
    ),
}


CHANGES |= {
    "row 1: rows of item 'E-two' have different tags": lambda f: rewrite(
        f, "evidence", lambda t: pl.concat([two(t, "meets"), two(t, "exceeds", "strategy.1b"), t])
    ),
    "row 1: area 'armed_threats' stands twice": lambda f: rewrite(
        f, "inspections", lambda t: t.with_columns(not_inspected=pl.lit("armed_threats, armed_threats"))
    ),
    "column 'value' holds Float32, and should hold numbers\n  help: write it as Float64": lambda f: rewrite(
        f, "evidence", lambda t: t.cast({"value": pl.Float32})
    ),
    "row 1: the row has no 'framework'": lambda f: rewrite(
        f,
        "inspections",
        lambda t: t.with_columns(framework=pl.when(pl.int_range(pl.len()) > 0).then("framework")),
    ),
    "row 1: ' a' is not an id": lambda f: rewrite(
        f, "inspections", lambda t: pl.concat([t.head(1).with_columns(inspection=pl.lit(" a")), t])
    ),
    "Findings.CSV: this is no table, and stands among tables": lambda f: (f / "Findings.CSV").write_text(
        "a\n"
    ),
    "one.yaml: this is no table, and stands among tables": lambda f: (f / "one.yaml").write_text("a: b\n"),
    "findings.csv: a table is one file": lambda f: [
        (f / "findings.parquet").unlink(),
        (f / "findings.csv").mkdir(),
    ],
    "row 2: 'value' 'nan' is no number": lambda f: rewrite(
        f,
        "evidence",
        lambda t: t.with_columns(
            value=pl.when(pl.int_range(pl.len()) == 1).then(float("nan")).otherwise("value")
        ),
    ),
}


def all_but(row):
    """Every row but one."""
    return pl.int_range(pl.len()) != row


def two(table, assessment, characteristic="strategy.1a"):
    """A row of an item that has another."""
    return table.head(1).with_columns(
        id=pl.lit("E-two"),
        characteristic=pl.lit(characteristic),
        assessment=pl.lit(assessment),
        measure=pl.lit(None, pl.String),
        value=pl.lit(None, pl.Float64),
    )


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


def test_a_csv_value_is_shown_as_it_was_written(write_tables, random_inspections, ran, tmp_path):
    folder = write_tables(tmp_path / "tables", random_inspections(1, "2022-03", 7), ".csv")
    lines = (folder / "evidence.csv").read_text("utf-8").splitlines()
    columns = lines[0].split(",")
    assert ["inspection", "characteristic"] == columns[:2]
    values = {
        "inspection": "body-7-0", "id": "E-new", "characteristic": "strategy.1a", "assessment": "meets",
        "basis": "data", "measure": "a_rate", "value": '"93,5"',
    }  # fmt: skip
    lines.append(",".join(values.get(name, "") for name in columns))
    (folder / "evidence.csv").write_text("\n".join(lines) + "\n")
    code, _, messages = ran(folder, "-o", tmp_path / "out.csv")
    assert 2 == code
    assert f"evidence.csv: row {len(lines) - 1}: 'value' '93,5' is no number" in messages


@pytest.mark.parametrize("name", ["t[1]", "t*a?b{x}"])
@pytest.mark.parametrize("on", ["polars", "duckdb"])
def test_names_are_no_patterns(name, on, write_tables, random_inspections, ran, tmp_path):
    write_tables(tmp_path / "t1", random_inspections(2, "2022-03", 1))
    folder = write_tables(tmp_path / name, random_inspections(3, "2022-03", 2))
    code, said, messages = ran(folder, "-o", tmp_path / f"{name}.csv", "--on", on)
    assert (0, "3 inspections, 33 areas") == (code, said.partition(":")[0]), messages


@pytest.mark.parametrize("on", ["polars", "duckdb"])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.slow
def test_text_may_be_categorical_and_a_column_empty(
    turned, on, write_tables, both_editions, expected_rows, tmp_path
):
    folder = write_tables(tmp_path / "tables", both_editions, turned=turned)
    rewrite(
        folder,
        "evidence",
        lambda t: t.cast(dict.fromkeys(("inspection", "characteristic", "harm"), pl.Categorical)),
    )
    rewrite(folder, "findings", lambda t: t.head(0))
    batch([folder], tmp_path / "out.parquet", on=on)
    bare = [i.model_copy(update={"findings": [], "previous": []}) for i in both_editions]
    assert expected_rows(bare) == pl.read_parquet(tmp_path / "out.parquet").to_dicts()
    rewrite(folder, "evidence", lambda t: t.with_columns(innovative=pl.lit(None), harm=pl.lit(None)))
    batch([folder], tmp_path / "again.parquet", on=on)


NO_CSV = (
    b"inspection,edition\na,2022-03,more\n",
    b'inspection,edition\n"a,2022-03\n',
    b"inspection,edition\n\xe9,2022-03\n",
)


@pytest.mark.parametrize("broken", NO_CSV)
def test_a_csv_file_that_is_none_is_exit_2(broken, write_tables, random_inspections, ran, tmp_path):
    folder = write_tables(tmp_path / "tables", random_inspections(2, "2022-03", 1), ".csv")
    (folder / "inspections.csv").write_bytes(broken)
    code, _, messages = ran(folder, "-o", tmp_path / "out.csv")
    assert 2 == code
    assert f"error: {folder}/inspections.csv" in messages
    assert [folder] == list(tmp_path.iterdir())


def test_the_output_is_never_an_input(write_tables, random_inspections, ran, tmp_path):
    folder = write_tables(tmp_path / "tables", random_inspections(2, "2022-03", 1))
    before = (folder / "evidence.parquet").read_bytes()
    code, _, messages = ran(folder, "-o", folder / "evidence.parquet", "--force")
    assert 2 == code
    assert "the output is also an input" in messages
    assert before == (folder / "evidence.parquet").read_bytes()


def test_a_damaged_piece_is_graded_again(write_tables, random_inspections, ran, tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MOST_INSPECTIONS", 1)
    folder = write_tables(tmp_path / "tables", random_inspections(4, "2022-03", 1))
    out = tmp_path / "out.jsonl"

    def stopped(done, of):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch([folder], out, progress=stopped)
    parts = sorted((tmp_path / ".out.jsonl.parts").glob("*.json"))
    assert 3 == len(parts)
    parts[0].write_text("")
    parts[1].with_suffix(".parquet").write_bytes(parts[1].with_suffix(".parquet").read_bytes()[:-9])
    assert 1 == batch([folder], out).taken_up
    batch([folder], tmp_path / "whole.jsonl")
    assert (tmp_path / "whole.jsonl").read_bytes() == out.read_bytes()


PRINTED = {
    "inspections": "inspection,edition,framework,not_inspected\nn,2022-03,PEEL_2021_22,{strategy}\n",
    "evidence": "inspection,id,characteristic,basis,assessment,extent\n"
    "n,E1,{tag},{basis},{assessment},{extent}\n",
    "findings": "inspection,id,area,kind,characteristics\nn,F1,{area},{kind},{tag}\n",
}
IDS = {
    "strategy": "strategy", "tag": "responding.2c", "basis": "case_file_review", "assessment": "partly_meets",
    "extent": "widespread", "area": "responding", "kind": "cause_of_concern",
}  # fmt: skip
AS_PRINTED = {
    "strategy": '"Strategic planning, organisational management and value for money"', "tag": "RESP-2c",
    "basis": "Case file review", "assessment": "Partly Meets", "extent": "WIDESPREAD",
    "area": "Responding to the public", "kind": "Cause of concern",
}  # fmt: skip


@pytest.mark.parametrize("on", ["polars", "duckdb"])
def test_names_in_tables_may_be_as_they_are_printed(on, tmp_path):
    pytest.importorskip(on)
    found = []
    for name, words in (("ids", IDS), ("printed", AS_PRINTED)):
        (tmp_path / name).mkdir()
        for table, text in PRINTED.items():
            (tmp_path / name / f"{table}.csv").write_text(text.format(**words), "utf-8")
        batch([tmp_path / name], tmp_path / f"{name}.parquet", on=on)
        rows = pl.read_parquet(tmp_path / f"{name}.parquet")
        found.append(rows.to_dicts())
    assert found[0] == found[1]
    assert "inadequate" in str(found[0])
