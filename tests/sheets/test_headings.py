"""Names of columns as people write them, and rows above, beside and below the table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.sheets.columns import SHEETS
from grader.sheets.headings import SYNONYMS, heading_name

Make = Callable[..., Path]
Importing = Callable[..., Any]
Written = Callable[[], Any]

ROW = ["E1", "treatment.1a", "Partly meets", "Some explain.", "Case file review", "visit", "p. 3"]


@pytest.mark.parametrize(
    "names",
    [
        ["ID", "CHARACTERISTICS", "Assessment", "STATEMENT", "Basis", "Source", "Locator"],
        ["id*", "Characteristics*", "Assessment:", "Statement *", "Basis?", "Source.", "locator "],
        ["Id", "Characteristics (needed)", "Assessment", "Statement [if any]", "Basis", "Source", "Locator"],
        ["Id(s)", "Characteristics (tick)", "Assessment (RAG)", "Statement (free text)", "Basis (drop-down)",
         "Source(s)", "Locator(s)"],
        ["\u00a0id", "characteristics\n", "assessment ", "Statement†", "“Basis”", "source_", "_locator"],
    ],
)  # fmt: skip
def test_names_in_another_case_and_with_signs_beside_them_are_theirs(
    xlsx: Make, importing: Importing, written: Written, names: list[str]
) -> None:
    ran = importing(xlsx({"Evidence": [names, ROW]}))

    item = written().evidence[0]
    assert (0, "", "E1", "partly_meets", "case_file_review", "p. 3") == (
        ran.code, ran.err, item.id, item.assessment, item.basis, item.locator
    )  # fmt: skip


@pytest.mark.parametrize(
    "names",
    [
        ["Ref.", "Criterion", "Rating*", "Finding:", "Evidence type", "Evidence source", "Page"],
        ["Ref No.", "Characteristic ref", "Judgement", "Observation", "Source type", "Document", "Paragraph"],
        ["#", "Tags", "RAG rating", "What we found", "Method", "Source document", "Page no."],
        ["Evidence ID", "Criteria", "Score", "Evidence", "How", "From", "Location"],
        ["No.", "Framework reference", "Grade", "Description", "Basis of evidence", "Source name", "Para"],
        ["Unique ref", "Characteristic(s)", "Judgment", "What we saw", "Type", "Source of evidence", "Pages"],
    ],
)  # fmt: skip
def test_words_in_common_use_are_read_and_all_of_them_said_in_one_line(
    xlsx: Make, importing: Importing, written: Written, names: list[str]
) -> None:
    ran = importing(xlsx({"Sheet1": [["Title"], names, ROW]}))

    item = written().evidence[0]
    assert ("E1", ["treatment.1a"], "partly_meets", "Some explain.", "case_file_review", "visit", "p. 3") == (
        item.id, item.characteristics, item.assessment, item.statement, item.basis, item.source, item.locator
    )  # fmt: skip
    said = [line for line in ran.err.splitlines() if "read by what they are called" in line]
    assert [True] == [all(repr(name) in line for name in names) for line in said]


def test_a_columns_own_name_comes_before_words_in_common_use(
    xlsx: Make, importing: Importing, written: Written
) -> None:
    names = [
        "Finding",
        "id",
        "characteristics",
        "assessment",
        "statement",
        "basis",
        "source",
        "Rating",
        "Ref",
    ]

    ran = importing(xlsx({"Evidence": [names, ["no", *ROW[:6], "no", "no"]]}))

    assert (0, "Some explain.") == (ran.code, written().evidence[0].statement)
    assert [
        "warning: findings.xlsx:Evidence!A1: columns 'Finding' (A), 'Rating' (H), 'Ref' (I) are not read"
    ] == ran.err.splitlines()


def test_near_names_of_columns_that_are_there_are_one_warning(xlsx: Make, importing: Importing) -> None:
    names = ["id", "characteristics", "assessment", "statement", "basis", "source"]
    near = ["Statement (draft)", "Source link", "Basis 2", "Assessments", "Statement 2", "Old assessment"]

    ran = importing(xlsx({"Evidence": [[*names, *near], [*ROW[:6], *"abcdef"]]}))

    assert 0 == ran.code
    listed = ", ".join(f"'{name}' ({letter})" for name, letter in zip(near, "GHIJKL", strict=True))
    assert [f"warning: findings.xlsx:Evidence!G1: columns {listed} are not read"] == ran.err.splitlines()


def test_two_words_that_could_each_be_a_needed_column_are_an_error(xlsx: Make, importing: Importing) -> None:
    names = ["Ref", "Criterion", "Rating", "Grade", "Finding", "Observation", "Method", "Source"]

    ran = importing(xlsx({"Evidence": [names, ["E1", "treatment.1a", "a", "b", "c", "d", "interview", "v"]]}))

    assert [
        "findings.xlsx:Evidence!D1: column assessment could be 'Rating' or 'Grade'",
        "findings.xlsx:Evidence!F1: column statement could be 'Finding' or 'Observation'",
    ] == ran.errors


@pytest.mark.parametrize("above", [25, 99])
def test_the_names_are_found_below_notes_and_their_row_is_named(
    xlsx: Make, importing: Importing, written: Written, above: int
) -> None:
    notes = [[f"Note {n}", "statement"] for n in range(above)]
    names = ["id", "characteristics", "assessment", "statement", "basis", "source", "locator"]

    ran = importing(xlsx({"Evidence": [*notes, names, ROW]}))

    assert (0, "E1") == (ran.code, written().evidence[0].id)
    where = f"findings.xlsx:Evidence!row {above + 1}"
    assert (
        f"warning: {where}: the names of the columns stand in row {above + 1};"
        f" what stands above, in rows 1 to {above} ({above} rows), is not read\n" == ran.err
    )


def test_names_beyond_the_hundredth_row_are_not_looked_for(csv_file: Make, importing: Importing) -> None:
    ran = importing(csv_file([*[["note"]] * 100, ["id", "characteristics"]]))

    assert ["findings.csv:row 1: no row names the columns"] == ran.errors


def test_a_sheet_without_a_column_for_the_rating_is_one_error(csv_file: Make, importing: Importing) -> None:
    names = ["id", "characteristics", "statement", "basis", "source"]

    ran = importing(csv_file([names, *[["E", "treatment.1a", "x", "data", "v"]] * 5]))

    assert ["findings.csv:row 1: the sheet has no column 'assessment'"] == ran.errors


def test_findings_and_sources_go_by_words_in_common_use_too(
    xlsx: Make, importing: Importing, written: Written
) -> None:
    names = ["id", "characteristics", "assessment", "statement", "basis", "source", "locator"]
    findings = [
        ["Ref", "Type", "Area", "Finding", "Recommendation", "Date issued"],
        ["F1", "Area for improvement", "treatment", "Explain.", "Do so.", "2022-03-01"],
    ]
    sources = [["Ref", "Name", "Link", "Year"], ["visit", "The visit", "https://example.org", 2022]]

    ran = importing(xlsx({"Evidence": [names, ROW], "Findings": findings, "Sources": sources}))

    assert [] == ran.errors
    finding = written().findings[0]
    assert ("area_for_improvement", ["Do so."], "2022-03-01") == (
        finding.kind, finding.recommendations, finding.issued
    )  # fmt: skip
    assert ("The visit", "2022") == (written().sources["visit"].title, written().sources["visit"].published)


def test_no_word_in_common_use_is_another_columns_own_name_or_stands_for_two() -> None:
    for sheet in SHEETS:
        words = [word for listed in SYNONYMS[sheet.key].values() for word in listed]
        assert sorted(set(words)) == sorted(words)
        assert set(SYNONYMS[sheet.key]) <= set(sheet.names)
        assert words == [heading_name(word) for word in words]
