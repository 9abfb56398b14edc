"""Every fault of a spreadsheet at once, each with the sheet and the cell a person sees."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Make = Callable[..., Path]
Importing = Callable[..., Any]


def test_faults_of_every_kind_are_said_together(
    xlsx: Make, importing: Importing, header: list[str], row: list[str]
) -> None:
    rows = [
        header,
        row,
        ["E2", "responding.1z, strategy.1a", "meets", "x", "data", "notes", "p"],
        ["E3", "responding.1a", "meats", "x", "data", "notes", "p"],
        [],
        ["E2", "responding.1a", "Partly meets", "x", "Case file review", "nots", "p"],
        ["E4", "responding.1a", "meets", None, None, "notes", datetime.date(2022, 3, 1)],
    ]
    sources = [["id", "title"], ["notes", "Notes"], ["notes", "More"]]
    findings = [
        ["id", "kind", "area", "statement", "evidence"],
        ["F1", "Cause of concern", "respond", "x", "E9"],
    ]

    ran = importing(xlsx({"Evidence": rows, "Sources": sources, "Findings": findings}))

    assert 2 == ran.code
    assert [
        "findings.xlsx:Evidence!B3: unknown characteristic 'responding.1z'",
        "findings.xlsx:Evidence!C4: 'assessment' of 'E3' cannot be 'meats'",
        "findings.xlsx:Evidence!A6: evidence 'E2' stands twice",
        "findings.xlsx:Evidence!F6: unknown source 'nots'",
        "findings.xlsx:Evidence!D7: 'statement' of 'E4' is blank",
        "findings.xlsx:Evidence!E7: 'basis' of 'E4' is blank",
        "findings.xlsx:Sources!A3: source 'notes' stands twice",
        "findings.xlsx:Findings!C2: unknown area 'respond'",
        "findings.xlsx:Findings!E2: unknown evidence 'E9'",
    ] == ran.errors
    assert "help: did you mean 'meets'?" in ran.err
    assert "first at findings.xlsx:Evidence!A3" in ran.err
    assert "help: did you mean 'notes'?" in ran.err


def test_faults_stand_in_the_order_of_rows_and_not_of_letters(
    xlsx: Make, importing: Importing, header: list[str], row: list[str]
) -> None:
    rows = [header, *([f"E{n}", *row[1:4], "rumour", *row[5:]] for n in range(2, 13))]

    ran = importing(xlsx({"Evidence": rows}))

    assert [
        f"findings.xlsx:Evidence!E{n}: 'basis' of 'E{n}' cannot be 'rumour'" for n in range(2, 13)
    ] == ran.errors


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("remedied", "maybe", "'remedied' must be yes or no, not 'maybe'"),
        ("remedied_on", "last week", "'remedied_on' of 'E1' is not a date: 'last week'"),
        ("remedied_on", datetime.datetime(2022, 3, 1, 9), "must be a date, not 2022-03-01 09:00:00"),
        ("value", "95,5", "'value' must be a number, not '95,5'"),
        ("value", "many", "'value' must be a number, not 'many'"),
        ("interval", -1, "is below 0"),
        ("locator", "x" * 20_001, "'locator' is longer than 20,000 characters"),
        ("statement", "=1+1", "'statement': the formula has no result stored with it"),
        ("statement", "#REF!", "'statement': the cell holds the error #REF!"),
    ],
)
def test_a_cell_that_says_something_else_is_a_fault_at_the_cell(
    xlsx: Make, importing: Importing, header: list[str], row: list[str], column: str, value: object, says: str
) -> None:
    names = [*header, "remedied", "remedied_on", "measure", "value", "interval", "unit"]
    entry: list[Any] = [*row, "yes", "2022-03-01", "callouts", 95.5, 1, "minutes"]
    entry[names.index(column)] = value

    ran = importing(xlsx({"Evidence": [names, entry]}))

    assert [True] == [says in error for error in ran.errors], ran.errors
    assert ran.errors[0].startswith(f"findings.xlsx:Evidence!{'ABCDEFGHIJKLM'[names.index(column)]}2: ")


def test_columns_missing_misspelt_and_twice_are_faults(
    xlsx: Make, importing: Importing, header: list[str], row: list[str]
) -> None:
    names = ["id", "characteristics", "assesment", "statement", "statement", "source", "locator", "Initials"]

    ran = importing(xlsx({"Evidence": [names, [*row, "JM"]]}))

    assert [
        "findings.xlsx:Evidence!row 1: the sheet has no column 'basis'",
        "findings.xlsx:Evidence!C1: unknown column 'assesment'",
        "findings.xlsx:Evidence!E1: column statement stands twice",
    ] == ran.errors
    assert "did you mean 'assessment'?" in ran.err


def test_cells_merged_across_columns_are_a_fault(
    xlsx: Make, importing: Importing, header: list[str], row: list[str]
) -> None:
    path = xlsx({"Evidence": [header, row]}, touch=lambda book: book["Evidence"].merge_cells("D2:E2"))

    assert (
        "findings.xlsx:Evidence!D2: cells are merged across the columns statement, basis"
        in importing(path).errors
    )


@pytest.mark.parametrize("merge", ["A5:G90", "A3:G3", "H2:J2", "B2:B2"])
def test_cells_merged_where_nothing_of_the_table_stands_are_not_in_the_way(
    xlsx: Make, importing: Importing, header: list[str], row: list[str], merge: str
) -> None:
    rows = [header, row, [], ["E2", *row[1:]]]
    ran = importing(xlsx({"Evidence": rows}, touch=lambda book: book["Evidence"].merge_cells(merge)))

    assert (0, []) == (ran.code, ran.errors)


def test_a_spreadsheet_without_a_head_asks_for_the_options(
    csv_file: Make, importing: Importing, header: list[str], row: list[str]
) -> None:
    ran = importing(csv_file([header, row]), head=["--body", "A Force"])

    assert [
        f"findings.csv: nothing says the inspection's {key}" for key in ("edition", "framework", "id")
    ] == ran.errors
    assert "help: give --inspection-id" in ran.err


def test_an_unknown_framework_or_edition_is_a_fault_of_the_option(
    csv_file: Make, importing: Importing, header: list[str], row: list[str]
) -> None:
    path = csv_file([header, row])

    framework = importing(path, "--framework", "PEEL_2021")
    edition = importing(path, "--edition", "2022-04")

    assert ["--framework: unknown framework 'PEEL_2021'"] == framework.errors
    assert ["--edition: unknown edition '2022-04'"] == edition.errors


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"id,statement\nE1,caf\x81\n", "findings.csv:2:7: byte 0x81 is neither UTF-8 nor Windows-1252"),
        (
            "id\nE1\n".encode("utf-16-le"),
            "findings.csv: the file is in UTF-16 or UTF-32 without the mark that says in which",
        ),
        ("id\nE1\n".encode("utf-32"), "findings.csv: the file is in UTF-32, which is not read"),
        (
            b'id,statement\nE1,"never closed\n',
            "findings.csv:row 2: a quote opened in this row is never closed",
        ),
        (b'id,statement\nE1,"closed" twice"\n', "findings.csv:row 2: the quotes of this row do not pair"),
        (b"  \n\n", "findings.csv: the file is empty"),
    ],
)
def test_a_csv_file_that_cannot_be_read_says_where(
    importing: Importing, tmp_path: Path, raw: bytes, says: str
) -> None:
    (tmp_path / "findings.csv").write_bytes(raw)

    assert importing(tmp_path / "findings.csv").errors[0].startswith(says)


def test_faults_of_a_mapping_are_located_in_it(csv_file: Make, importing: Importing, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "evidence:\n"
        "  columns: {statment: What, basis: How, source: how}\n"
        "  values: {assessment: {Super: excedes}}\n"
        "  defaults: {harm: grave}\n"
        "findngs: {}\n"
    )
    first = importing(csv_file([["id"]]), "--mapping", mapping)
    mapping.write_text(mapping.read_text().replace("findngs", "findings"))
    then = importing(csv_file([["id"]]), "--mapping", mapping)

    assert [f"{mapping}:5:1: unknown key 'findngs' in the file"] == first.errors
    assert [
        f"{mapping}:2:13: evidence have no column 'statment'",
        f"{mapping}:2:49: column 'how' is read as basis already",
        f"{mapping}:3:32: assessment cannot be 'excedes'",
        f"{mapping}:4:20: harm cannot be 'grave'",
    ] == then.errors


def test_without_output_and_without_dry_run_nothing_is_done(csv_file: Make, header: list[str]) -> None:
    from grader.cli import main

    assert 2 == main(["import", str(csv_file([header]))])


def test_a_dry_run_checks_and_writes_nothing(
    csv_file: Make, header: list[str], row: list[str], tmp_path: Path, importing: Importing
) -> None:
    ran = importing(csv_file([header, row]), "--dry-run")

    assert (0, "a valid inspection, not written: 1 item of evidence, 1 source\n") == (ran.code, ran.out)
    assert not (tmp_path / "inspection.yaml").exists()
