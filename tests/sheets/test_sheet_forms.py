"""The forms a person's own spreadsheet may take."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Make = Callable[..., Path]
Importing = Callable[..., Any]
Written = Callable[[], Any]


@pytest.mark.parametrize(
    "cell", ["responding.1a, responding.1b", "responding.1a;responding.1b", "responding.1a\nresponding.1b,"]
)
def test_a_cell_may_hold_several_characteristics(
    xlsx: Make, importing: Importing, written: Written, header: list[str], row: list[str], cell: str
) -> None:
    assert 0 == importing(xlsx({"Evidence": [header, [row[0], cell, *row[2:]]]})).code

    assert ["responding.1a", "responding.1b"] == written().evidence[0].characteristics


def test_tags_may_be_written_as_people_write_them(
    xlsx: Make, importing: Importing, written: Written, header: list[str], row: list[str]
) -> None:
    entry = [*row[:2], " Partly Meets ", row[3], "Case-file review", *row[5:], "Yes", True]

    assert 0 == importing(xlsx({"Evidence": [[*header, "Remedied", "INNOVATIVE"], entry]})).code

    item = written().evidence[0]
    assert ("partly_meets", "case_file_review") == (item.assessment, item.basis)
    assert (True, True) == (item.remedied, item.innovative)


def test_numbers_percents_and_dates_are_as_typed(
    xlsx: Make, importing: Importing, written: Written, header: list[str], row: list[str]
) -> None:
    names = [*header, "measure", "value", "interval", "unit", "remedied", "remedied_on"]
    entry = [
        "1",
        "recording.1a",
        "meets",
        "x",
        "data",
        "notes",
        33,
        "crimes_recorded",
        0.955,
        "1.9 %",
        None,
        1,
    ]
    sources = [["id", "title", "published"], ["notes", "Notes", datetime.date(2022, 10, 1)], ["b", "B", 2022]]

    def touch(book: Any) -> None:
        book["Evidence"]["I2"].number_format = "0.0%"
        book["Evidence"]["A2"].value = 1
        book["Sources"]["C2"].number_format = "mmm-yy"

    path = xlsx({"Evidence": [names, [*entry, datetime.date(2022, 3, 1)]], "Sources": sources}, touch=touch)
    ran = importing(path)

    assert [] == ran.errors
    item = written().evidence[0]
    assert ("1", "33", "2022-03-01") == (item.id, item.locator, item.remedied_on)
    assert (95.5, 1.9, "percent") == (item.measure.value, item.measure.interval, item.measure.unit)
    assert ["2022-10", "2022"] == [source.published for source in written().sources.values()]


def test_a_formula_is_what_it_came_to(
    xlsx: Make, importing: Importing, written: Written, header: list[str], row: list[str], tmp_path: Path
) -> None:
    import zipfile

    path = xlsx({"Evidence": [header, row]})
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "new.xlsx", "w") as new:
        for part in old.namelist():
            text = old.read(part)
            new.writestr(
                part,
                text.replace(
                    b'r="D2" t="inlineStr"><is><t>Answers calls</t></is>',
                    b'r="D2" t="str"><f>A1&amp;B1</f><v>Answers calls</v>',
                ),
            )

    assert 0 == importing(tmp_path / "new.xlsx").code
    assert "Answers calls" == written().evidence[0].statement


def test_titles_above_blank_rows_between_and_columns_beside_are_not_in_the_way(
    xlsx: Make, importing: Importing, written: Written, header: list[str], row: list[str]
) -> None:
    rows = [
        ["Findings of the inspection"],
        [],
        [None, *header, None, "Colour"],
        [None, *row, 17, "blue"],
        [],
        [None, *[""] * 7, "  "],
        [None, "E2", *row[1:]],
        [None] * 7,
    ]

    ran = importing(xlsx({"Evidence": rows}))

    assert (0, ["E1", "E2"]) == (ran.code, [item.id for item in written().evidence])
    assert "warning: findings.xlsx:Evidence!J3: column 'Colour' is not read" in ran.err
    assert "warning: findings.xlsx:Evidence!I4: column I has no name, and is not read" in ran.err


def test_cells_merged_downwards_stand_for_every_row(
    xlsx: Make, importing: Importing, written: Written, header: list[str], row: list[str]
) -> None:
    rows = [header, row, ["E2", *row[1:5], None, "p"], ["E3", *row[1:5], None, "p"], []]
    path = xlsx({"Evidence": rows}, touch=lambda book: book["Evidence"].merge_cells("F2:F9"))

    assert 0 == importing(path).code
    assert ["notes"] * 3 == [item.source for item in written().evidence]


def test_a_row_without_a_locator_or_an_id_is_known_by_its_number(
    csv_file: Make, xlsx: Make, importing: Importing, written: Written, header: list[str], row: list[str]
) -> None:
    rows = [header[1:6], row[1:6], row[1:6]]

    assert 0 == importing(xlsx({"Findings of ours": rows})).code
    assert [("E002", "Findings of ours row 2"), ("E003", "Findings of ours row 3")] == [
        (item.id, item.locator) for item in written().evidence
    ]
    assert 0 == importing(csv_file(rows)).code
    assert ["row 2", "row 3"] == [item.locator for item in written().evidence]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_files_of_every_program(
    csv_file: Make, importing: Importing, written: Written, header: list[str], row: list[str], delimiter: str
) -> None:
    words = 'says "no", twice; or\nmore'
    path = csv_file([header, [*row[:3], words, *row[4:]]], delimiter=delimiter)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert 0 == importing(path).code
    assert words == written().evidence[0].statement


def test_a_sheet_in_a_persons_own_words_is_read_through_a_mapping(
    xlsx: Make, importing: Importing, written: Written, tmp_path: Path
) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "evidence:\n"
        "  sheet: Raw findings\n"
        "  columns: {id: Ref, characteristics: Tags, statement: What we saw, assessment: RAG}\n"
        "  values: {assessment: {Green: meets, Red: falls_short}}\n"
        "  defaults: {basis: interview, source: Fieldwork, extent: some}\n"
        "  ignore: [Resource]\n"
    )
    rows = [["Ref", "Tags", "What we saw", "RAG", "Resource"], ["7", "responding.1a", "Late", "RED", "x"]]

    ran = importing(xlsx({"Notes": [["a"], ["b"]], "Raw findings": rows}), "--mapping", mapping)

    assert 0 == ran.code, ran.err
    item = written().evidence[0]
    assert ("falls_short", "interview", "some", "Fieldwork") == (
        item.assessment, item.basis, item.extent, item.source
    )  # fmt: skip
    assert {"Fieldwork": "Fieldwork"} == {name: s.title for name, s in written().sources.items()}
    assert "warning: findings.xlsx: sheet 'Notes' is not read" in ran.err


def test_the_sheet_can_be_named_and_has_to_be_where_several_could_be_meant(
    xlsx: Make, importing: Importing, header: list[str], row: list[str]
) -> None:
    path = xlsx({"North": [header, row], "South": [header, row]})

    assert ["findings.xlsx: no sheet is called Evidence"] == importing(path).errors
    assert ["findings.xlsx: the workbook has no sheet 'Suth'"] == importing(path, "--sheet", "Suth").errors
    assert 0 == importing(path, "--sheet", "South").code


def test_the_same_spreadsheet_gives_the_same_bytes(
    xlsx: Make, importing: Importing, header: list[str], row: list[str], tmp_path: Path
) -> None:
    path = xlsx({"Evidence": [header, row]})
    texts = []
    for _ in range(2):
        importing(path)
        texts.append((tmp_path / "inspection.yaml").read_bytes())

    assert texts[0] == texts[1]


ODS_ROW = (
    "<table:table-row>"
    '<table:table-cell office:value-type="string"><text:p>E1</text:p></table:table-cell>'
    '<table:table-cell office:value-type="string"><text:p>recording.1a</text:p></table:table-cell>'
    '<table:table-cell office:value-type="string"><text:p>one</text:p><text:p>two</text:p></table:table-cell>'
    '<table:table-cell office:value-type="string"><text:p>data</text:p></table:table-cell>'
    '<table:table-cell office:value-type="string"><text:p>notes</text:p></table:table-cell>'
    '<table:table-cell office:value-type="string"><text:p>crimes_recorded</text:p></table:table-cell>'
    '<table:table-cell office:value-type="percentage" office:value="0.955"><text:p>95.5%</text:p>'
    "</table:table-cell>"
    "{}</table:table-row>"
)
ODS_HEADER = "".join(
    f'<table:table-cell office:value-type="string"><text:p>{name}</text:p></table:table-cell>'
    for name in ("id", "characteristics", "statement", "basis", "source", "measure", "value", "locator")
)


def ods_table(row: str) -> str:
    blank = '<table:table-row table:number-rows-repeated="1048000">{}</table:table-row>'.format(
        '<table:table-cell table:number-columns-repeated="16384"/>'
    )
    header = f"<table:table-row>{ODS_HEADER}</table:table-row>"
    return f'<table:table table:name="Evidence">{header}{row}{blank}</table:table>'


def test_an_opendocument_workbook_is_read_alike(ods: Make, importing: Importing, written: Written) -> None:
    assert 0 == (ran := importing(ods(ods_table(ODS_ROW.format(""))))).code, ran.err

    item = written().evidence[0]
    assert ("one\ntwo", 95.5, "percent") == (item.statement, item.measure.value, item.measure.unit)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ('<table:table-cell table:formula="of:=1"/>', "the formula has no result"),
        (
            '<table:table-cell table:formula="of:=1" office:value-type="string" calcext:value-type="error">'
            "<text:p>#REF!</text:p></table:table-cell>",
            "the cell holds the error #REF!",
        ),
    ],
)
def test_what_an_opendocument_cell_does_not_say_is_a_fault(
    ods: Make, importing: Importing, cell: str, says: str
) -> None:
    ran = importing(ods(ods_table(ODS_ROW.format(cell))))

    assert [True] == [says in error for error in ran.errors]
    assert ran.errors[0].startswith("findings.ods:Evidence!H2: ")
