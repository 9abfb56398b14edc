"""Wide tables from anywhere: the right answer or a clear error, in bounded time and memory, and no trace."""

from __future__ import annotations

import gzip
import random

import polars as pl
import pytest

from grader.bulk.wide import files
from grader.cli import main

HEAD = "name,hygiene,structure,confidence\n"


@pytest.fixture
def refused(tmp_path, capsys):
    """Grades a table of these bytes, which is refused; gives what is said."""

    def run(raw, name="t.csv", *more):
        (tmp_path / name).write_bytes(raw)
        out = tmp_path / "out.csv"
        code = main(["batch", str(tmp_path / name), "-o", str(out), "--framework", "FHRS", *more])
        said = capsys.readouterr().err
        assert (2, False) == (code, out.exists())
        return said.replace(f"{tmp_path}/", "")

    return run


BROKEN = {
    "nothing": (b"", "the file is empty"),
    "no rows": (HEAD.encode(), "the table has no rows"),
    "blank lines": (b"\n\n,,,\n", "the file is empty"),
    "cut short": (
        f"{HEAD}a,0,0,0\nb,0\n".encode(),
        "t.csv: row 3: the row has 2 cells, and there are 4",
    ),
    "too long": (f"{HEAD}a,0,0,0,9\n".encode(), "t.csv: row 2: the row has 5 cells, and there are 4"),
    "one short, one long": (f"{HEAD}a,0,0\nb,0,0,0,0\n".encode(), "t.csv: row 2: the row has 3 cells"),
    "an open quote": (f'{HEAD}"a,0,0,0\nb,0,0,0\n'.encode(), "a quote opened in this row is never closed"),
    "a stray quote": (f'{HEAD}"a"b,0,0,0\n'.encode(), "the quotes of this row do not pair"),
    "a cell without end": (f"{HEAD}{'a' * 200_000},0,0,0\n".encode(), "cannot name a body"),
    "a quoted cell without end": (f'{HEAD}"{"a" * 200_000}\n",0,0,0\n'.encode(), "cannot name a body"),
    "many columns": (b"," * 400 + b"hygiene\n", "the table has more than 256 columns"),
    "a NUL": (f"{HEAD}a,0,0,\0\n".encode(), "character U+0000 is not read"),
    "UTF-32": (HEAD.encode("utf-32"), "the file is in UTF-32"),
    "damaged gzip": (gzip.compress(HEAD.encode())[:-9], "gzip cannot unpack it"),
    "a workbook": (b"PK\x03\x04" + b"\0" * 60, "the file is a zip file, not a table in text"),
    "JSON": (b'{"a": 1}', "the file is JSON, not a table in text"),
    "no Parquet": (b"PAR1" + b"\0" * 60, "the table cannot be read"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_table_is_refused_with_what_is_wrong(kind, refused):
    raw, message = BROKEN[kind]
    said = refused(raw, "t.csv", "--body", "name") if "without end" in kind else refused(raw)
    assert message in said
    assert "internal error" not in said


def test_a_file_that_unpacks_without_end_is_refused(refused, monkeypatch):
    monkeypatch.setattr(files, "TEXT_LIMIT", 1_000_000)
    said = refused(gzip.compress(HEAD.encode() + b"a,0,0,0\n" * 1_000_000), "t.csv.gz")
    assert "unpacked, the file is larger than 0 MiB" in said


@pytest.mark.parametrize("form", ["text", "text with quotes out of place", "Parquet"])
def test_a_table_of_too_many_rows_is_refused(form, refused, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ROW_LIMIT", 3)
    if form == "Parquet":
        made = pl.DataFrame({name: [0] * 4 for name in HEAD.strip().split(",")})
        made.write_parquet(tmp_path / "made")
        raw = (tmp_path / "made").read_bytes()
    else:
        raw = (HEAD + ("a,0,0,0\n" if form == "text" else 'a"b",0,0,0\n') * 4).encode()
    assert "the file has more than 3 rows" in refused(raw)


def test_very_many_faults_are_counted(refused):
    said = refused((HEAD + "a,1,1,1\n" * 20_000).encode())
    assert 100 < len(said.split("error: ")) < 105
    assert "and at least 9,900 more faults" in said


def test_names_of_bodies_and_columns_cannot_steer_a_terminal(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("name\x1b[31m,id,hygiene,structure,confidence\n[b]x,\u202ey,0,0,0\n")
    assert 0 == main(["grade", str(tmp_path / "t.csv"), "--framework", "FHRS"])
    found = capsys.readouterr()
    assert "\x1b" not in found.out + found.err
    assert "\u202e" not in found.out + found.err


def test_any_bytes_are_read_or_refused(tmp_path, capsys):
    rng = random.Random(1)
    whole = (HEAD + 'a,0,0,0\nb,10,5,\n"c, d",25,20,30\n').encode()
    for n in range(60):
        raw = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(raw))
            raw[at : at + rng.choice((0, 1, 2))] = rng.choice((b"", b'"', b",", b"\n", b"\r", b"\xff", b"\0"))
        path = tmp_path / f"t{n}.csv"
        path.write_bytes(bytes(raw))
        code = main(["batch", str(path), "-o", str(tmp_path / f"{n}.csv"), "--framework", "FHRS"])
        assert code in (0, 2), capsys.readouterr().err
    capsys.readouterr()


def test_strange_columns_of_parquet_are_refused_where_they_are_needed(refused, tmp_path):
    columns = {"hygiene": [True], "structure": [[1]], "confidence": [0], "^.*$": [0]}
    pl.DataFrame(columns).write_parquet(tmp_path / "made")
    said = refused((tmp_path / "made").read_bytes(), "t.parquet")
    assert "column 'hygiene' holds Boolean, and should hold text or whole numbers" in said
    assert "column 'structure' holds List(Int64)" in said
    assert "^.*$" not in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["grade", "T"], "which framework is this table on?"),
        (["grade", "T", "T", "--framework", "FHRS"], "a wide table is graded by itself"),
        (["batch", "T", "T", "-o", "O", "--framework", "FHRS"], "a wide table is graded by itself"),
        (["batch", "T", "-o", "O", "--framework", "FHRS", "--engine", "rete"], "graded in columns alone"),
        (["batch", "T", "-o", "O", "--framework", "PEEL_2021_22"], "judged by evidence of several kinds"),
        (["batch", "T", "-o", "O", "--framework", "FHRX"], "FHRX"),
        (["batch", "T", "-o", "O", "--framework", "FHRS", "--edition", "1999"], "has no edition '1999'"),
        (["batch", "T", "-o", "O", "--framework", "FHRS", "--column", "x"], "'x' is not COMPONENT=HEADING"),
        (
            ["batch", "T", "-o", "O", "--framework", "FHRS", "--compare", "x"],
            "--compare: there is no column 'x'",
        ),
        (["batch", "I", "-o", "O", "--framework", "FHRS"], "inspections and tables of evidence name their"),
        (["grade", "I", "--row", "x"], "--row speaks of a wide table"),
        (["grade", "T", "--framework", "FHRS", "--row", "x"], "t.csv has no body 'x'"),
        (["grade", "T", "--framework", "FHRS", "--report", "r.html"], "a report is on one row of a table"),
        (["explain", "T", "rating", "--framework", "FHRS"], "a table has many rows"),
        (["diff", "T", "--framework", "FHRS"], "there is nothing to lay beside what is proposed"),
        (["diff", "T", "I", "--framework", "FHRS"], "the decisions on a table stand in it"),
    ],
)
def test_what_cannot_be_asked_of_a_table_is_said(arguments, message, tmp_path, capsys):
    (tmp_path / "t.csv").write_text(HEAD + "a,0,0,0\n")
    (tmp_path / "i.yaml").write_text("inspection: {id: a}\n")
    names = {"T": str(tmp_path / "t.csv"), "I": str(tmp_path / "i.yaml"), "O": str(tmp_path / "out.csv")}
    assert 2 == main([names.get(each, each) for each in arguments])
    assert message in capsys.readouterr().err
