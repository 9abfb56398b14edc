"""What a workbook shows is what is read: numbers by their format, rows hidden or struck through."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl.styles import Font

from grader.sheets.formats import format_of

Make = Callable[..., Path]
Importing = Callable[..., Any]
Written = Callable[[], Any]

FOUND = Path(__file__).parent / "found_in_use"


@pytest.mark.parametrize(
    ("code", "value", "shows"),
    [
        ("000", 7, "007"),
        ("0.00", 3.1, "3.10"),
        ("0", 2.5, "3"),
        ("0.0", 0.25, "0.3"),
        ("0.00", 1.005, "1.01"),
        ("#,##0", 1234567, "1,234,567"),
        ('"E"000', 8, "E008"),
        ('"p. "0', 2021, "p. 2021"),
        ('"£"#,##0', 120000, "£120,000"),
        ("[$£-809]#,##0.00", 5, "£5.00"),
        ("0;(0)", -3, "(3)"),
        ("00.00;[Red]-00.00", -3.5, "-03.50"),
        ("0.0", -3.25, "-3.3"),
        ("0.0%", 0.1234, "12.3%"),
        ("0%", 0.5, "50%"),
        ("000-00", 12345, "123-45"),
        ("00\\-00", 1234, "12-34"),
        ("(000) 000-0000", 5551234567, "(555) 123-4567"),
        ("0.00E+00", 12345, "1.23E+04"),
        ("General", 3.1, "3.1"),
        ("General", 123456789012, "123456789012"),
        ("@", 12, "12"),
        ("hh:mm", 1 / 48, "00:30"),
        ("h:mm:ss", 0.5, "12:00:00"),
        ("[h]:mm", 1.5, "36:00"),
        ("[mm]:ss", 0.5, "720:00"),
        ("mm:ss", 150 / 86400, "02:30"),
        ("h:mm AM/PM", 0.75, "6:00 PM"),
        ("yyyy-mm-dd", 44621, "2022-03-01"),
        ("dd/mm/yyyy", 44621, "01/03/2022"),
        ("dd/mm/yyyy hh:mm", 44621.5, "01/03/2022 12:00"),
        ("d mmm yyyy", 44621, "1 Mar 2022"),
        ("[$-809]dddd d mmmm", 44621, "Tuesday 1 March"),
        ("mmm-yy", 44621, "Mar-22"),
        ("dd/mm/yyyy", 1, "01/01/1900"),
        ("dd/mm/yyyy", 61, "01/03/1900"),
    ],
)
def test_a_simple_format_shows_what_the_spreadsheet_does(code: str, value: float, shows: str) -> None:
    assert shows == format_of(200, code).show(value)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("# ?/?", 0.5),  # a fraction
        ("[<10]0;00", 5),  # a condition
        (";;;", 5),  # nothing is shown
        ("0,", 5000),  # thousands
        ("[$-40C]mmmm", 44621),  # another language
        ("[$-F800]dddd, mmmm dd, yyyy", 44621),  # the reader's own
        ("* 0", 5),  # filled to the width of the column
        ("0", 12345678901234567890),  # digits that were lost
        ("General", 12345678901234567890),
        ("General", 1 / 3),  # as many digits as there is room for
        ("0", -0.2),  # programs differ about its sign
        ("dd/mm/yyyy", 60),  # never was
        ("dd/mm/yyyy", -1),
        ("dd/mm/yyyy", 1e12),
        ("hh:mm:ss.000", 0.5),
        ('0"', 5),
        ("[", 5),
        ("x" * 300, 5),
    ],
)
def test_a_format_that_is_not_simple_is_not_guessed_at(code: str, value: float) -> None:
    assert None is format_of(200, code).show(value)


def test_the_date_that_each_machine_writes_in_its_own_way_is_not_guessed_at() -> None:
    assert ("date", None) == (format_of(14, None).kind, format_of(14, None).show(44621))


def test_a_date_counts_from_1904_where_the_workbook_says_so() -> None:
    assert "01/03/2022" == format_of(200, "dd/mm/yyyy").show(43159, from_1904=True)


def test_ids_and_locators_keep_their_format(importing: Importing) -> None:
    ran = importing(FOUND / "number_formats.xlsx", "--dry-run")

    assert [
        "number_formats.xlsx:Evidence!G4: 'locator' must be text, and how the cell shows the number 0.5"
        " cannot be told",
        "number_formats.xlsx:Evidence!A7: 'id' must be text, and how the cell shows the number"
        " 12345678901234600000 cannot be told",
    ] == ran.errors
    assert "help: format the column as text, and type it again" in ran.err


def test_a_column_of_numbers_takes_the_number_and_one_of_text_what_is_shown(
    xlsx: Make, importing: Importing, written: Written, header: list[str], row: list[str]
) -> None:
    names = [*header, "measure", "value", "interval", "unit"]
    entry = [
        7,
        "recording.1a",
        "meets",
        "x",
        "data",
        "notes",
        0.5 / 24,
        "crimes_recorded",
        0.9369,
        0.5,
        "percent",
    ]

    def touch(book: Any) -> None:
        page = book["Evidence"]
        page["A2"].number_format, page["G2"].number_format = "000", "hh:mm"
        page["I2"].number_format, page["J2"].number_format = "0%", "0"

    assert 0 == importing(xlsx({"Evidence": [names, entry]}, touch=touch)).code

    item = written().evidence[0]
    assert ("007", "00:30", 93.69, 0.5) == (item.id, item.locator, item.measure.value, item.measure.interval)


HIDDEN = "rows 3 and 5 are hidden in the workbook, and are"


def test_hidden_rows_are_read_and_said_to_be(importing: Importing, written: Written) -> None:
    ran = importing(FOUND / "hidden_rows.xlsx")

    assert (0, 4) == (ran.code, len(written().evidence))
    hint = "--hidden skip leaves them out, --hidden read says no more of them"
    assert f"warning: hidden_rows.xlsx:Evidence!row 3: {HIDDEN} read; {hint}\n" == ran.err


def test_hidden_rows_are_left_out_or_read_as_asked(importing: Importing, written: Written) -> None:
    skipped = importing(FOUND / "hidden_rows.xlsx", "--hidden", "skip")
    left = len(written().evidence)
    read = importing(FOUND / "hidden_rows.xlsx", "--hidden", "read")

    assert (0, 2, f"warning: hidden_rows.xlsx:Evidence!row 3: {HIDDEN} left out\n") == (
        skipped.code,
        left,
        skipped.err,
    )
    assert (0, 4, "") == (read.code, len(written().evidence), read.err.partition("note: ")[0])


def struck(page: Any, row: int, columns: str = "ABCDEFG") -> None:
    for letter in columns:
        page[f"{letter}{row}"].font = Font(strike=True)


@pytest.mark.parametrize(
    ("touch", "says"),
    [
        (lambda page: setattr(page.row_dimensions[3], "hidden", True), "row 3 is hidden"),
        (lambda page: page.row_dimensions.group(2, 4, hidden=True), "rows 2 to 4 are hidden"),
        (lambda page: setattr(page, "sheet_state", "hidden"), "the sheet 'Evidence' is hidden"),
        (lambda page: setattr(page, "sheet_state", "veryHidden"), "the sheet 'Evidence' is hidden"),
        (lambda page: struck(page, 3), "row 3 is struck through"),
        (lambda page: struck(page, 4, "D"), "cell D4 is struck through"),
    ],
)  # fmt: skip
def test_what_is_not_shown_or_struck_through_is_said(
    xlsx: Make,
    importing: Importing,
    header: list[str],
    row: list[str],
    touch: Callable[[Any], None],
    says: str,
) -> None:
    rows = [header, *([f"E{n}", *row[1:]] for n in range(4))]

    def change(book: Any) -> None:
        touch(book["Evidence"])
        if book["Evidence"].sheet_state != "visible":
            book.create_sheet("Reference")

    path = xlsx({"Evidence": rows}, touch=change)

    said, silent = importing(path).err, importing(path, "--hidden", "read").err
    assert says in said
    assert "hidden" not in silent
    assert "struck" not in silent


def changed(path: Path, part: str, old: str, new: str) -> Path:
    with zipfile.ZipFile(path) as parts:
        held = {name: parts.read(name) for name in parts.namelist()}
    assert old.encode() in held[part]
    held[part] = held[part].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new_parts:
        for name, raw in held.items():
            new_parts.writestr(name, raw)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def test_a_row_without_height_is_hidden(
    xlsx: Make, importing: Importing, header: list[str], row: list[str]
) -> None:
    path = changed(
        xlsx({"Evidence": [header, row]}), SHEET, '<row r="2"', '<row r="2" ht="0" customHeight="1"'
    )

    assert "row 2 is hidden in the workbook, and is read" in importing(path).err


def test_rows_struck_by_every_run_of_their_text_count_and_by_some_do_not(
    xlsx: Make, importing: Importing, header: list[str], row: list[str]
) -> None:
    one = [header[3], *header[:3], *header[4:]]
    entries = [[row[3], *row[:3], *row[4:]], ["More", "E2", *row[1:3], *row[4:]]]
    path = xlsx({"Evidence": [one, *entries]})
    run = "<r><rPr><strike/></rPr><t>{}</t></r>"
    changed(path, SHEET, "<is><t>More</t></is>", f"<is>{run.format('Mo')}{run.format('re')}</is>")
    changed(
        path, SHEET, "<is><t>Answers calls</t></is>", f"<is>{run.format('Answers ')}<r><t>calls</t></r></is>"
    )

    err = importing(path).err

    assert "cell A3 is struck through, and is read: other cells of the row are not" in err
    assert "A2" not in err


def test_of_many_cells_struck_through_the_rows_are_named(
    xlsx: Make, importing: Importing, header: list[str], row: list[str]
) -> None:
    path = xlsx({"Evidence": [header, *([f"E{n}", *row[1:]] for n in range(1, 30))]})
    run = "<is><r><rPr><strike/></rPr><t>{}</t></r></is>"
    changed(path, SHEET, f"<is><t>{row[3]}</t></is>", run.format(row[3]))

    err = importing(path).err

    assert "cells of rows 2 to 30 are struck through, and are read: other cells of the rows are not" in err


ODS = (
    '<table:table table:name="Evidence"><table:table-row>{header}</table:table-row>'
    "<table:table-row {attributes}>{row}</table:table-row></table:table>"
)


@pytest.mark.parametrize("attributes", ['table:visibility="collapse"', 'table:visibility="filter"'])
def test_rows_hidden_in_an_opendocument_workbook_are_said(
    ods: Make, importing: Importing, header: list[str], row: list[str], attributes: str
) -> None:
    def cells(texts: list[str]) -> str:
        return "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
            for text in texts
        )

    path = ods(ODS.format(header=cells(header), attributes=attributes, row=cells(row)))

    assert "row 2 is hidden in the workbook, and is left out" in importing(path, "--hidden", "skip").err


# Workbooks that other programs write ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["libreoffice.ods", "libreoffice.xlsx", "xlsxwriter.xlsx"])
def test_other_programs_workbooks_read_the_same(importing: Importing, written: Written, name: str) -> None:
    ran = importing(FOUND / name)

    assert (0, ["E1", "E2", "E3"]) == (ran.code, [item.id for item in written().evidence])
    assert "row 3 is struck through, and is read" in ran.err
    assert "cell D4 is struck through" in ran.err


@pytest.fixture
def unstyled(xlsx: Make, header: list[str], row: list[str]) -> Callable[..., Path]:
    """A workbook whose rows 3 and 4 are struck through, and which has lost the part that says so."""

    def write(locator: object = "p") -> Path:
        def touch(book: Any) -> None:
            struck(book["Evidence"], 3)
            struck(book["Evidence"], 4, "D")
            book["Evidence"]["G2"].number_format = "000"

        path = xlsx(
            {"Evidence": [header, [*row[:6], locator], ["E2", *row[1:]], ["E3", *row[1:]]]}, touch=touch
        )
        return renamed(path, lambda name, raw: (f"{name}.away" if name.endswith("styles.xml") else name, raw))

    return write


def test_a_style_that_the_workbook_has_lost_is_said_with_its_rows(
    unstyled: Callable[..., Path], importing: Importing, written: Written
) -> None:
    ran = importing(unstyled())

    assert (0, 3) == (ran.code, len(written().evidence))
    says = (
        "rows 2 to 4 have a style that the workbook does not hold: whether they are struck through, and how"
    )
    assert f"warning: findings.xlsx:Evidence!row 2: {says} their numbers are shown, cannot be told" in ran.err
    assert "cannot be told" not in importing(unstyled(), "--hidden", "read").err


def test_a_number_in_a_style_that_is_lost_is_not_guessed_at(
    unstyled: Callable[..., Path], importing: Importing
) -> None:
    assert [
        "findings.xlsx:Evidence!G2: 'locator' must be text,"
        " and how the cell shows the number 7 cannot be told"
    ] == importing(unstyled(7)).errors


def test_a_workbook_in_the_old_format_is_read_and_what_it_does_not_tell_is_said(
    importing: Importing, written: Written
) -> None:
    ran = importing(FOUND / "libreoffice.xls")

    assert (0, ["E1", "E2", "E3"]) == (ran.code, [item.id for item in written().evidence])
    assert "does not tell which rows are hidden or struck through" in ran.err


def renamed(path: Path, change: Callable[[str, bytes], tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path) as parts:
        held = [change(name, parts.read(name)) for name in parts.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, raw in held:
            new.writestr(name, raw)
    return path


STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
}


def strict(name: str, raw: bytes) -> tuple[str, bytes]:
    for old, new in STRICT.items():
        raw = raw.replace(old, new)
    return name, raw


@pytest.mark.parametrize(
    "change",
    [
        lambda name, raw: (name.upper(), raw),
        lambda name, raw: (name.replace("/", "\\"), raw),
        lambda name, raw: (name, raw.replace(b'Target="/xl/', b'Target="')),
        lambda name, raw: (name, raw.replace(b'Target="/xl/', b'Target="xl/')),
        lambda name, raw: (name.replace("xl/", "book/"), raw.replace(b"xl/", b"book/")),
        lambda name, raw: (f"{name}.away" if name.endswith("styles.xml") else name, raw),
        strict,
    ],
    ids=["upper case", "backslashes", "relative", "from the top", "another folder", "no styles", "strict"],
)
def test_parts_named_in_other_ways_are_found(
    xlsx: Make,
    importing: Importing,
    written: Written,
    header: list[str],
    row: list[str],
    change: Callable[[str, bytes], tuple[str, bytes]],
) -> None:
    path = renamed(xlsx({"Evidence": [header, row]}), change)

    assert (0, "") == (importing(path).code, importing(path).err)
    assert ["E1"] == [item.id for item in written().evidence]


def test_how_a_text_is_pronounced_is_no_part_of_it(
    xlsx: Make, importing: Importing, written: Written, header: list[str], row: list[str]
) -> None:
    path = xlsx({"Evidence": [header, row]})
    spoken = (
        "<is><r><t>Answers_x0020_</t></r><r><t>calls_x005F_x000D_</t></r>"
        '<rPh sb="0" eb="1"><t>no</t></rPh></is>'
    )
    changed(path, SHEET, "<is><t>Answers calls</t></is>", spoken)

    assert 0 == importing(path).code
    assert "Answers calls_x000D_" == written().evidence[0].statement


def test_cells_far_away_that_hold_nothing_are_not_in_the_way(importing: Importing, written: Written) -> None:
    assert (0, "") == ((ran := importing(FOUND / "far_formatted_cell.xlsx")).code, ran.err)
    assert 1 == len(written().evidence)


def test_a_cell_far_away_that_holds_something_is_named(
    xlsx: Make, importing: Importing, header: list[str], row: list[str]
) -> None:
    path = xlsx({"Evidence": [header, row]})
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'

    ran = importing(changed(path, SHEET, "</sheetData>", far))

    assert ["findings.xlsx:Evidence: the sheet has more than 100,000 rows"] == ran.errors
    assert "help: cell XFD1048576 holds something: clear it" in ran.err


# What is no workbook --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"<html><table><tr><td>id</td></tr></table></html>", "this is not a workbook but a web page (HTML)"),
        (b"id,statement\nE1,x\n", "this is not a workbook but text"),
        (b'{"id": 1}', "this is not a workbook but JSON"),
        (b"%PDF-1.7", "this is not a workbook but a PDF document"),
        (b"", "the file is empty"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "the workbook is locked with a password",
        ),
    ],
)
@pytest.mark.parametrize("ending", ["xlsx", "ods", "xls"])
def test_what_is_no_workbook_is_named(
    importing: Importing, tmp_path: Path, raw: bytes, says: str, ending: str
) -> None:
    path = tmp_path / f"findings.{ending}"
    path.write_bytes(raw)

    assert [f"findings.{ending}: {says}"] == importing(path).errors


def test_a_zip_file_that_is_no_workbook_is_named(importing: Importing, tmp_path: Path) -> None:
    path = tmp_path / "findings.xlsx"
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("[Content_Types].xml", "<Types/>")
        parts.writestr("word/document.xml", "<document/>")

    assert ["findings.xlsx: this is not a workbook but a zip file"] == importing(path).errors
