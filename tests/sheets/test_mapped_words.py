"""What a mapping file says words of a sheet stand for: words are compared as they are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.sheets.words import word_key

Importing = Callable[..., Any]
Written = Callable[[], Any]

NAMES = ["Ref", "Tag", "Rating", "Finding", "How", "From"]
COLUMNS = "{id: Ref, characteristics: Tag, assessment: Rating, statement: Finding, basis: How, source: From}"
TAGS = ["exceeds", "meets", "partly_meets", "falls_short"]
CHARACTERISTICS = ["treatment.1a", "treatment.1b", "treatment.2a", "treatment.2b"]


@pytest.fixture
def mapping(tmp_path: Path) -> Callable[[str], Path]:
    """`mapping(values)`: a mapping file with these words, as they stand in the file."""

    def write(values: str) -> Path:
        path = tmp_path / "mapping.yaml"
        path.write_text(f"evidence:\n  columns: {COLUMNS}\n  values:\n    {values}\n", encoding="utf-8")
        return path

    return write


def rows(ratings: Sequence[Any], how: Any = "interview") -> list[list[Any]]:
    body = [
        [n, tag, rating, "Said.", how, "visit"]
        for n, (tag, rating) in enumerate(zip(CHARACTERISTICS, ratings, strict=False), 1)
    ]
    return [NAMES, *body]


@pytest.mark.parametrize(
    "words",
    [
        ["++", "+", "-", "--"],
        ["+", "=", "-", "≠"],
        ["✔✔", "✔", "~", "✘"],
        ["✅", "☑️", "◐", "❌"],
        ["🟢", "🟡", "🟠", "🔴"],
        ["🟩", "🟨", "🟧", "🟥"],
        ["★★★", "★★☆", "★☆☆", "☆☆☆"],
        [">75%", ">50%", "<50%", "<25%"],
        ["≥ 75 %", "> 75 %", "≤ 75 %", "< 75 %"],
        ["Good+", "Good", "Good-", "Good--"],
        ["A*", "A", "B", "C"],
        ["↑↑", "↑", "→", "↓"],
        ["Met!", "Met", "Met?", "Not met"],
        ["(1)", "[1]", "1)", "1."],
        ["1/4", "2/4", "3/4", "4/4"],
        ["1+", "1", "1-", "-1"],
        ["+1", "0", "-1", "-2"],
        ["0.5", "05", "5", "5%"],
        ["😀", "🙂", "😐", "🙁"],
        ["👍🏿", "👍", "👎", "👎🏿"],
        ["!", "?", ".", ","],
        ["Y/N", "Y", "N/Y", "N"],
        ["f-ine", "fine", "f ine", "f.ine"],
        ["①", "1", "¹", "Ⅰ"],
        ["Élevé", "Eleve", "élevée", "eleve-"],
        ["yes", "no", "on", "off"],
        ["null", "~", "true", "false"],
    ],
)
def test_words_that_differ_by_a_sign_are_words_of_their_own(
    csv_file: Callable[..., Path],
    importing: Importing,
    written: Written,
    mapping: Callable[[str], Path],
    words: list[str],
) -> None:
    said = yaml.safe_dump({"assessment": dict(zip(words, TAGS, strict=True))}, allow_unicode=True)
    path = mapping(said.replace("\n", "\n    ").rstrip())

    ran = importing(csv_file(rows(words)), "--mapping", path)

    assert (0, TAGS) == (ran.code, [item.assessment for item in written().evidence]), ran.err


@pytest.mark.parametrize(
    ("mapped", "cell"),
    [
        ("Good", "GOOD"),
        ("Good", "  good \t"),
        ("Partly met", "partly\u00a0met"),
        ("Partly met", "Partly  met"),
        ("é", "e\u0301"),
        ("✔", "✔\ufe0f"),
        ("☑\ufe0f", "☑"),
        ("Straße", "STRASSE"),
        ("'1'", "1.0"),
        ("1", "1"),
        ("1.50", "1.5"),
        ("TRUE", "true"),
        ("50%", "50.0 %"),
        ("+1", "1"),
    ],
)
def test_case_space_form_and_how_a_number_is_written_do_not_matter(
    csv_file: Callable[..., Path],
    importing: Importing,
    written: Written,
    mapping: Callable[[str], Path],
    mapped: str,
    cell: str,
) -> None:
    ran = importing(csv_file(rows([cell])), "--mapping", mapping(f"assessment: {{{mapped}: partly_meets}}"))

    assert (0, "partly_meets") == (ran.code, written().evidence[0].assessment), ran.err


@pytest.mark.parametrize(
    "values",
    [
        '{"1": exceeds, "2": meets, "3": partly_meets, "4": falls_short}',
        "{1: exceeds, 2.0: meets, 3: partly_meets, '4': falls_short}",
    ],
)
def test_numbers_and_booleans_of_cells_and_of_mapping_files_match(
    xlsx: Callable[..., Path],
    csv_file: Callable[..., Path],
    importing: Importing,
    written: Written,
    mapping: Callable[[str], Path],
    values: str,
) -> None:
    path = mapping(f"assessment: {values}\n    basis: {{TRUE: interview, no: survey}}")

    for sheet in (
        xlsx({"Raw": rows([1, 2.0, "3", 4], how=True)}),
        csv_file(rows(["1", "2", "3.0", "4"], how="TRUE")),
    ):
        ran = importing(sheet, "--mapping", path)
        items = written().evidence
        assert (0, TAGS) == (ran.code, [item.assessment for item in items]), ran.err
        assert {"interview"} == {item.basis for item in items}


def test_numbers_may_stand_unquoted_anywhere_in_a_mapping_file(
    csv_file: Callable[..., Path], importing: Importing, written: Written, tmp_path: Path
) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(
        "evidence:\n"
        "  columns: {characteristics: 1, assessment: 2, statement: 3, basis: 4}\n"
        "  values: {assessment: {07: meets}}\n"
        "  defaults: {source: 2022, remedied: yes}\n"
    )
    sheet = csv_file([["1", "2", "3", "4"], ["treatment.1a", "07", "Said.", "interview"]])

    assert 0 == importing(sheet, "--mapping", path).code
    item = written().evidence[0]
    assert ("meets", "2022", True) == (item.assessment, item.source, item.remedied)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ("{Good: meets, ' good': exceeds}", "4:31: ' good' is the same word as 'Good' at {file}:4:18"),
        ("{1: meets, '1.0': exceeds}", "4:28: '1.0' is the same word as '1' at {file}:4:18"),
        ("{✔: meets, ✔️: meets}", "4:28: '✔️' is the same word as '✔' at {file}:4:18"),
        ("{TRUE: meets, 'true': exceeds}", "4:31: 'true' is the same word as 'TRUE' at {file}:4:18"),
    ],
)
def test_two_words_that_no_cell_tells_apart_are_an_error_at_both_lines(
    csv_file: Callable[..., Path],
    importing: Importing,
    mapping: Callable[[str], Path],
    values: str,
    says: str,
) -> None:
    path = mapping(f"assessment: {values}")

    ran = importing(csv_file(rows(["x"])), "--mapping", path)

    assert [f"{path}:{says.format(file=path)}"] == ran.errors


def test_a_word_that_is_not_mapped_is_a_fault_at_its_cell(
    csv_file: Callable[..., Path], importing: Importing, mapping: Callable[[str], Path]
) -> None:
    ran = importing(
        csv_file(rows(["Good-"])), "--mapping", mapping("assessment: {Good: meets, Good+: exceeds}")
    )

    assert ["findings.csv:C2: 'assessment' of '1' cannot be 'Good-'"] == ran.errors


def test_columns_that_differ_by_a_sign_are_columns_of_their_own(
    csv_file: Callable[..., Path], importing: Importing, written: Written, tmp_path: Path
) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(
        "evidence:\n"
        "  columns: {id: '#', statement: '+', locator: '-', assessment: '%', basis: How?, source: How}\n"
    )
    sheet = csv_file(
        [
            ["#", "+", "-", "%", "How", "How?", "characteristics"],
            ["E1", "plus", "minus", "meets", "visit", "interview", "treatment.1a"],
        ]
    )

    assert 0 == importing(sheet, "--mapping", path).code
    item = written().evidence[0]
    assert ("E1", "plus", "minus", "meets", "visit", "interview") == (
        item.id, item.statement, item.locator, item.assessment, item.source, item.basis
    )  # fmt: skip


def test_the_key_of_a_word_keeps_all_but_what_cannot_be_seen() -> None:
    assert ["+", "<50%", "good+", "-1", "0", "0", "007", "1e3", "1.5", "100"] == [
        word_key(word) for word in ["+", "<50%", "Good+", "-1.0", "-0", "0.00", "007", "1E3", "1.50", "100"]
    ]
