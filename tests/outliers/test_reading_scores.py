"""CSV files of scores: what is read, and every way a hostile or careless one is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import InputError
from grader.statistics import read_scores

Write = Callable[[str | bytes], Path]

GOOD = "force,rate\nAvon,1.5\nKent,2\nDorset,3e1\n"


def faults(path: Path, **options: object) -> list[tuple[int, int, str]]:
    with pytest.raises(InputError) as raised:
        read_scores(path, **options)  # type: ignore[arg-type]
    assert all(problem.help for problem in raised.value.problems)
    return [
        (p.place.line if p.place else 0, p.place.column if p.place else 0, p.message)
        for p in raised.value.problems
    ]


def test_two_columns_are_a_name_and_a_score(table: Write) -> None:
    read = read_scores(table(GOOD))
    assert ("rate", {"Avon": 1.5, "Kent": 2.0, "Dorset": 30.0}) == (read.measure, read.scores)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.rstrip("\n"),
        GOOD + "\n\n,\n , \n",
        '"force","rate"\n"Avon","1.5"\nKent, 2 \nDorset,+30.0\n',
        "sep=,\n" + GOOD,
        "sep=;\n" + GOOD.replace(",", ";"),
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace(",", "|"),
        "Table 3: rate of something\n\n" + GOOD,
        '"Table 3: rate, of something",\n' + GOOD,
        '"Table 3; rates"\n\n' + GOOD.replace(",", ";"),
        GOOD.encode("utf-16"),
        b"\xff\xfe" + GOOD.replace(",", "\t").encode("utf-16-le"),
    ],
    ids=[
        *("mark", "windows", "no-last-end", "blank-rows", "quotes", "sep", "sep-semicolon", "semicolons"),
        *("tabs", "bars", "title", "title-with-comma", "title-semicolons", "utf-16", "unicode-text"),
    ],
)
def test_the_same_table_written_otherwise(table: Write, text: str | bytes) -> None:
    assert {"Avon": 1.5, "Kent": 2.0, "Dorset": 30.0} == read_scores(table(text)).scores


def test_table_saved_by_excel_on_windows_is_read_and_said_to_be(table: Write) -> None:
    read = read_scores(table("force,rate\nAvon,1.5\nYnys Môn,2\n".encode("cp1252")))
    assert {"Avon": 1.5, "Ynys Môn": 2.0} == read.scores
    (warning,) = read.warnings
    assert "was read as Windows-1252, in which a word reads 'Môn'" in warning.message
    assert () == read.totals


@pytest.mark.parametrize("mark", ["", "NA", "n/a", "..", "-"])
def test_marks_of_a_missing_score_are_read_as_missing(table: Write, mark: str) -> None:
    assert {"Avon": 1.5, "Kent": None} == read_scores(table(f"force,rate\nAvon,1.5\nKent,{mark}\n")).scores


def test_columns_are_found_by_their_headings(table: Write) -> None:
    path = table("rate,notes,force\n1,x,Avon\n2,y,Kent\n")
    read = read_scores(path, value="rate", name="force")
    assert ("rate", {"Avon": 1.0, "Kent": 2.0}) == (read.measure, read.scores)


def test_of_two_columns_the_other_holds_the_scores(table: Write) -> None:
    assert {"Avon": 1.0} == read_scores(table("rate,force\n1,Avon\n"), name="force").scores


def test_of_more_columns_the_scores_must_be_named(table: Write) -> None:
    path = table("force,one,two\nAvon,1,2\n")
    assert [(0, 0, "which column holds the scores is not said")] == faults(path)
    assert [(0, 0, "there is no column 'on'")] == faults(path, value="on")
    with pytest.raises(InputError, match="did you mean 'one'"):
        read_scores(path, value="onee")
    assert [(1, 1, "the column 'force' cannot hold both names and scores")] == faults(path, value="force")


def test_bodies_may_be_left_out_by_name(table: Write) -> None:
    read = read_scores(table(GOOD), leave_out=["kent"])
    assert ({"Avon": 1.5, "Dorset": 30.0}, ("Kent",)) == (read.scores, read.left_out)
    assert [(0, 0, "there is no body 'Kant'")] == faults(table(GOOD), leave_out=["Kant"])


@pytest.mark.parametrize("name", ["England and Wales", "Total", "all forces", "Average"])
def test_a_row_that_looks_like_a_total_is_a_warning(table: Write, name: str) -> None:
    path = table(f"{GOOD}{name},4\n")
    (warning,) = read_scores(path).warnings
    assert (f"'{name}' looks like a total, and counts here as a body", 5) == (
        warning.message,
        warning.place.line if warning.place else 0,
    )
    assert () == read_scores(path, leave_out=[name]).warnings


# Cells ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('"1,234"', "has a thousands separator"),
        ('"1,234,567.8"', "has a thousands separator"),
        ("1 234", "has a thousands separator"),
        ("1\u00a0234", "has a thousands separator"),
        ("1'234", "has a thousands separator"),
        ('"91,7"', "has a comma"),
        ("91.7%", "carries a percent sign"),
        ("91.7 %", "carries a percent sign"),
        ("NaN", "is not a finite number"),
        ("inf", "is not a finite number"),
        ("-Infinity", "is not a finite number"),
        ("1e999", "is not a finite number"),
        ("1e300", "is too large or too small to be a score"),
        ("1e-300", "is too large or too small to be a score"),
        ("=1+1", "is a formula"),
        ("=HYPERLINK(0)", "is a formula"),
        ("@SUM(A1)", "is a formula"),
        ("+cmd|' /C calc'!A0", "is a formula"),
        ("-A1", "is a formula"),
        ("#REF!", "is not a number"),
        ("0x10", "is not a number"),
        ("1_000", "is not a number"),
        ("\u0661\u0662", "is not a number"),
        ("\u22125", "is not a number"),
        ("1.2.3", "is not a number"),
        ("£5", "is not a number"),
        ("twelve", "is not a number"),
        ("9" * 500, "is not a number"),
    ],
)
def test_what_is_no_plain_number_is_refused_with_its_reason(table: Write, cell: str, said: str) -> None:
    path = table(f"force,rate\nAvon,{cell}\nKent,2\n")
    ((line, column, message),) = faults(path)
    assert (2, 2, True) == (line, column, message.endswith(f"in column 'rate' {said}"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "the name is blank"),
        ("=A1", "the name starts as a formula does: '=A1'"),
        ("@x", "the name starts as a formula does: '@x'"),
        ("A\u202eB", "the name holds a character that is not seen"),
        ("x" * 101, "the name has more than 100 characters"),
    ],
)
def test_what_is_no_name_is_refused(table: Write, name: str, said: str) -> None:
    assert [(2, 1, said)] == faults(table(f"force,rate\n{name},1\nKent,2\n"))


def test_a_name_that_stands_twice_is_refused_however_it_is_written(table: Write) -> None:
    path = table("force,rate\nWest  Mercia,1\nKent,2\nwest mercia,1\nKENT,3\n")
    assert [
        (4, 1, "the name 'west mercia' stands a second time"),
        (5, 1, "the name 'KENT' stands a second time"),
    ] == faults(path)


def test_every_fault_is_said_at_once_in_order_of_place(table: Write) -> None:
    path = table('force,rate\nAvon,91%\nKent,2,3\n,4\nDorset,"1,000"\nEssex,=1\nAvon,3\n\n"two\nlines",x\n')
    assert [2, 3, 4, 5, 6, 7, 9] == [line for line, _, _ in faults(path)]


def test_other_columns_are_not_looked_at(table: Write) -> None:
    path = table("force,notes,rate\nAvon,=cmd(),1\nKent,50%,2\n")
    assert {"Avon": 1.0, "Kent": 2.0} == read_scores(path, value="rate").scores


# Files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("force\nAvon\n", "the first line has one column alone"),
        ("force,rate,rate\nAvon,1,2\n", "the heading 'rate' stands a second time"),
        ("force,\nAvon,1\n", "the heading is blank"),
        ("force,rate\nAvon,1\nKent,2,3\n", "the row has 3 cells, and there are 2 headings"),
        ("force,rate\nAvon,1\nKent\n", "the row has 1 cell, and there are 2 headings"),
        ('force,rate\n"Avon,1\n', "a quote opened in this row is never closed"),
        ('force,rate\n"Avon"x,1\n', "the quotes of this row do not pair"),
        (
            f"force,rate\n{'x' * 200_000},1\n",
            "a cell of this row is longer than 131,072 characters, or its quotes never close",
        ),
        (b"PK\x03\x04\x14\0\0\0", "the file is a zip file, not a table in text"),
        (b"\x89PNG\r\n\x1a\n", "the file is no text, not a table in text"),
        ("force,rate\nAvon,£1\n".encode("cp1252"), "'£1' in column 'rate' is not a number"),
        ("force,rate\nAvon,1\n".encode("utf-32"), "the file is in UTF-32, which is not read"),
        ("force,rate\nAvon\x1b[2J,1\n", "character U+001B is not read"),
        (b"force,rate\n" + b"x,1\n" * 2**20, "the file is larger than 4 MiB"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) and " " in value else "file",
)
def test_what_is_no_table_is_refused(table: Write, text: str | bytes, said: str) -> None:
    assert said in [message for _, _, message in faults(table(text))]


def test_every_fault_of_very_many_is_counted(table: Write) -> None:
    rows = "".join(f"F{i},x\n" for i in range(1000))
    assert 1000 == len(faults(table(f"force,rate\n{rows}")))


def test_more_rows_than_bodies_there_can_be_are_refused(table: Write) -> None:
    rows = "".join(f"F{i},1\n" for i in range(6000))
    assert ["there are more than 5,000 bodies"] == [m for _, _, m in faults(table(f"force,rate\n{rows}"))]


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert ["there is no such file"] == [m for _, _, m in faults(tmp_path / "none.csv")]
    assert ["this is a folder, not a file"] == [m for _, _, m in faults(tmp_path)]


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_or_refused(table: Write, raw: bytes) -> None:
    for head in (b"", b"force,rate\n"):
        try:
            read_scores(table(head + raw))
        except InputError:
            continue


def test_one_name_in_two_ways_of_writing_its_accent_is_one_name(table: Write) -> None:
    both = "force,rate\nCaf\u00e9,1\nKent,2\nCafe\u0301,3\nDorset,4\n"
    assert [(4, 1, "the name 'Café' stands a second time")] == faults(table(both))
    rest = table("force,rate\nCafe\u0301,1\nKent,2\nAvon,3\nDorset,4\n")
    assert ("Caf\u00e9",) == read_scores(rest, leave_out=["Caf\u00e9"]).left_out
