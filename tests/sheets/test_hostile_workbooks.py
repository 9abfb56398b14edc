"""Workbooks that mean harm: read safely or refused, in a process of its own that keeps within its memory."""

from __future__ import annotations

import io
import itertools
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

Guarded = Callable[..., Any]

HEAD = ["--inspection-id", "i", "--body", "A Force", "--framework", "PEEL_2021_22", "--edition", "2022-03"]
SHEET = "xl/worksheets/sheet1.xml"
OTHER_PARTS = ("workbook", "styles", "sharedStrings")


@pytest.fixture
def imported(guarded: Guarded, tmp_path: Path) -> Callable[..., Any]:
    """`imported(path)`: what the command says of it."""
    return lambda path: guarded("import", path, "-o", tmp_path / "out.yaml", "--force", *HEAD)


@pytest.fixture
def sound(xlsx: Callable[..., Path], header: list[str], row: list[str]) -> bytes:
    return xlsx({"Evidence": [header, row]}).read_bytes()


@pytest.fixture
def changed(sound: bytes, tmp_path: Path) -> Callable[..., Path]:
    """`changed({part: content})`: a sound workbook with parts replaced, added, or taken away by None."""

    def write(parts: dict[str, str | bytes | Iterable[bytes] | None], name: str = "findings.xlsx") -> Path:
        path = tmp_path / name
        with (
            zipfile.ZipFile(io.BytesIO(sound)) as old,
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for part in old.namelist():
                if part not in parts:
                    new.writestr(part, old.read(part))
            for part, content in parts.items():
                if isinstance(content, str | bytes):
                    new.writestr(part, content)
                elif content is not None:
                    with new.open(part, "w", force_zip64=True) as stream:
                        for piece in content:
                            stream.write(piece)
        return path

    return write


@pytest.fixture
def sheet_xml(sound: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(sound)).read(SHEET).decode()


def rows(inside: str) -> str:
    return f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{inside}</sheetData></worksheet>'


def text(cell: str, words: str) -> str:
    return f'<c r="{cell}" t="inlineStr"><is><t>{words}</t></is></c>'


@pytest.mark.parametrize("mebibytes", [161, pytest.param(400, marks=pytest.mark.slow)])
def test_a_part_that_unpacks_without_end_is_refused(
    changed: Callable[..., Path], imported: Callable[..., Any], mebibytes: int
) -> None:
    path = changed({SHEET: (b" " * 2**20 for _ in range(mebibytes))})

    ran = imported(path)

    assert 2 == ran.code
    assert "findings.xlsx: the workbook unpacks to more than 160 MiB" == ran.errors[0]


@pytest.mark.slow
def test_a_part_that_is_larger_than_it_says_is_refused(
    changed: Callable[..., Path], imported: Callable[..., Any]
) -> None:
    path = changed({SHEET: (b" " * 2**20 for _ in range(180))})
    raw = path.read_bytes()
    # In the list of parts, which readers go by, a size of 100 bytes.
    at = raw.rindex(SHEET.encode()) - 46
    assert raw[at : at + 4] == b"PK\x01\x02"
    path.write_bytes(raw[: at + 24] + struct.pack("<I", 100) + raw[at + 28 :])

    ran = imported(path)

    assert 2 == ran.code
    assert re.match("findings.xlsx: the workbook (is damaged|unpacks)", ran.errors[0])


@pytest.mark.slow
def test_a_million_rows_are_refused(changed: Callable[..., Path], imported: Callable[..., Any]) -> None:
    many = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 1_000_001))

    ran = imported(changed({SHEET: rows(many)}))

    assert ["findings.xlsx:Evidence: the sheet has more than 100,000 rows"] == ran.errors


@pytest.mark.parametrize(
    ("count", "says"),
    [
        (20_000, []),
        pytest.param(
            1_000_000,
            ["findings.xlsx: the workbook holds more than 1,500,000 cells, most of them empty"],
            marks=pytest.mark.slow,
        ),
    ],
)
def test_very_many_empty_rows_below_are_not_in_the_way_and_a_million_are_refused(
    changed: Callable[..., Path], imported: Callable[..., Any], sheet_xml: str, count: int, says: list[str]
) -> None:
    empty = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, count))

    ran = imported(changed({SHEET: sheet_xml.replace("</sheetData>", empty + "</sheetData>")}))

    assert says == ran.errors


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        (
            f'<row r="1">{text("A1", "id")}</row><row r="1048576">{text("XFD1048576", "x")}</row>',
            "Evidence: the sheet has more than 100,000 rows",
        ),
        (f'<row r="1">{text("A1", "id")}{text("XFD1", "x")}</row>', "the sheet has more than 256 columns"),
        (
            f'<row r="2">{text("A2", "id")}</row><row r="1">{text("A1", "x")}</row>',
            "its rows are out of order",
        ),
        pytest.param(
            f'<row r="1">{text("B1", "id")}{text("A1", "x")}</row>',
            "its cells are out of order",
            marks=pytest.mark.slow,
        ),
        (f'<row r="1">{text("A9", "id")}</row>', "its cells are out of order"),
        pytest.param(
            f'<row r="99999999999999">{text("A1", "id")}</row>',
            "in a way that cannot be",
            marks=pytest.mark.slow,
        ),
        ('<row r="1"><c r="A1" t="s"><v>99</v></c></row>', "a cell holds a text that is not there"),
        ('<row r="1"><c r="1A"><v>99</v></c></row>', "a cell has a place that cannot be"),
        ("<a>" * 100_000, "nested deeper than 200 levels"),
        (f'<row r="1" x="{"y" * 5_000_000}"/>', "holds a tag longer than 1 MiB"),
        ("<row", "is not XML"),
    ],
)
def test_a_sheet_that_asks_for_too_much_or_makes_no_sense_is_refused(
    changed: Callable[..., Path], imported: Callable[..., Any], inside: str, says: str
) -> None:
    ran = imported(changed({SHEET: rows(inside)}))

    assert 2 == ran.code
    assert says in ran.errors[0]


@pytest.mark.parametrize(
    ("part", "piece", "says"),
    [
        pytest.param(
            "xl/sharedStrings.xml",
            b"<si/>" * 2**16,
            "the workbook holds more than 1,500,000 cells",
            marks=pytest.mark.slow,
        ),
        ("xl/sharedStrings.xml", b"<si>" + b"x" * 2**20 + b"</si>", "more than 64 million characters"),
        pytest.param(
            "xl/styles.xml",
            b"<xf/>" * 2**14,
            "its part xl/styles.xml has more than 250,000 elements",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_part_of_very_many_pieces_is_refused(
    changed: Callable[..., Path], imported: Callable[..., Any], part: str, piece: bytes, says: str
) -> None:
    # A little more than there may be.
    ran = imported(changed({part: itertools.chain([b"<x>"], itertools.repeat(piece, 70))}))

    assert says in ran.errors[0]


def test_a_long_text_in_very_many_cells_is_refused(
    changed: Callable[..., Path], imported: Callable[..., Any]
) -> None:
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 3_001))
    strings = f"<sst><si><t>{'x' * 30_000}</t></si></sst>"

    ran = imported(changed({SHEET: rows(cells), "xl/sharedStrings.xml": strings}))

    assert ["findings.xlsx: the workbook holds more than 64 million characters"] == ran.errors


@pytest.mark.parametrize(
    "part", [SHEET, *(pytest.param(f"xl/{name}.xml", marks=pytest.mark.slow) for name in OTHER_PARTS)]
)
def test_entities_are_never_expanded_nor_fetched(
    changed: Callable[..., Path], imported: Callable[..., Any], part: str
) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b SYSTEM "file:///etc/passwd">]><x>&a;&b;</x>'

    ran = imported(changed({part: bomb}))

    assert [
        "findings.xlsx: the workbook declares XML entities, which no spreadsheet program writes"
    ] == ran.errors


def test_parts_named_to_lead_elsewhere_lead_nowhere(
    changed: Callable[..., Path], imported: Callable[..., Any], tmp_path: Path
) -> None:
    ran = imported(changed({"../../escaped.txt": "x", "/tmp/escaped.txt": "x", "..\\escaped.txt": "x"}))

    assert (0, []) == (ran.code, ran.errors)
    assert not list(tmp_path.parent.rglob("escaped.txt"))


def test_a_sheet_that_is_said_to_be_elsewhere_is_missing(
    changed: Callable[..., Path], imported: Callable[..., Any], sound: bytes
) -> None:
    part = "xl/_rels/workbook.xml.rels"
    relations = zipfile.ZipFile(io.BytesIO(sound)).read(part).decode()

    ran = imported(changed({part: re.sub("/?(xl/)?worksheets/sheet1.xml", "../../../etc/passwd", relations)}))

    assert ["findings.xlsx: the workbook is damaged: its part ../../etc/passwd is missing"] == ran.errors


@pytest.mark.slow
def test_macros_in_another_folder_are_said_too(
    changed: Callable[..., Path], imported: Callable[..., Any]
) -> None:
    ran = imported(changed({"book/VBAProject.bin": b"Auto_Open"}))

    assert "the workbook has macros: they are neither run nor read" in ran.err


def test_macros_and_links_are_left_alone(
    changed: Callable[..., Path], imported: Callable[..., Any], sheet_xml: str
) -> None:
    linked = sheet_xml.replace(
        "<is><t>Answers calls</t></is>", "<f>[1]Other!A1</f><v>Answers calls</v>"
    ).replace('r="D2" t="inlineStr"', 'r="D2" t="str"')
    link = '<externalLink><externalBook r:id="rId1"/></externalLink>'  # not even XML
    parts = {SHEET: linked, "xl/externalLinks/externalLink1.xml": link, "xl/vbaProject.bin": b"Auto_Open"}

    ran = imported(changed(parts, "findings.xlsm"))

    assert 0 == ran.code
    assert "warning: findings.xlsm: the workbook has macros: they are neither run nor read" in ran.err


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        pytest.param(b"", "the file is empty", marks=pytest.mark.slow),
        (b"PK\x03\x04 and nothing", "its list of parts cannot be read"),
        (b"PK" + b"PK\x01\x02" * 20_000, "the workbook has more than 10,000 parts"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
            "the workbook is damaged: its sheets cannot be read",
        ),
    ],
)
def test_what_is_no_workbook_is_refused(
    imported: Callable[..., Any], tmp_path: Path, raw: bytes, says: str
) -> None:
    path = tmp_path / "findings.xlsx"
    path.write_bytes(raw)

    assert says in imported(path).errors[0]


@pytest.mark.slow
def test_a_workbook_cut_short_or_with_a_wrong_byte_ends_clearly(
    imported: Callable[..., Any], sound: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "findings.xlsx"
    for raw in (sound[:-30], sound[: len(sound) // 2], sound.replace(zlib.compress(b"")[:1], b"\0", 3)):
        path.write_bytes(raw)
        assert imported(path).code in (0, 2)


REPEATED = '<table:table-cell {0}="{1}" office:value-type="string"><text:p>x</text:p></table:table-cell>'


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (REPEATED.format("table:number-columns-repeated", 10**9), "in a way that cannot be"),
        pytest.param(
            REPEATED.format("table:number-columns-repeated", 16_384),
            "more than 256 columns",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            '<table:table-cell table:number-columns-repeated="16384"/>' * 3 + REPEATED.format("a", 1),
            "more than 256 columns",
            marks=pytest.mark.slow,
        ),
        (f'<table:table-cell office:value-type="string"><text:p><text:s text:c="{10**9}"/></text:p>'
         "</table:table-cell>", "more than 64 million characters"),
        ("<table:table-cell><table:table/></table:table-cell>", "a table stands inside another"),
    ],
)  # fmt: skip
def test_an_opendocument_sheet_that_asks_for_too_much_is_refused(
    ods: Callable[..., Path], imported: Callable[..., Any], row: str, says: str
) -> None:
    table = f'<table:table table:name="Evidence"><table:table-row>{row}</table:table-row></table:table>'

    assert says in imported(ods(table)).errors[0]


def test_opendocument_rows_repeated_a_million_times_are_refused(
    ods: Callable[..., Path], imported: Callable[..., Any]
) -> None:
    row = f'<table:table-row table:number-rows-repeated="1048576">{REPEATED.format("a", 1)}</table:table-row>'

    ran = imported(ods(f'<table:table table:name="Evidence">{row}</table:table>'))

    assert ["findings.ods:Evidence: the sheet has more than 100,000 rows"] == ran.errors


@pytest.mark.slow
def test_the_most_cells_there_may_be_stay_within_memory(
    changed: Callable[..., Path], imported: Callable[..., Any]
) -> None:
    columns = "ABCDEFGHIJKLMNOP"
    cells = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{c}{n}"><v>{n}.5</v></c>' for c in columns) + "</row>"
        for n in range(1, 50_001)
    )

    assert 2 == imported(changed({SHEET: rows(cells)})).code


@pytest.mark.slow
def test_more_filled_cells_than_an_inspection_can_hold_are_refused(
    changed: Callable[..., Path], imported: Callable[..., Any]
) -> None:
    cells = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{c}{n}"><v>1</v></c>' for c in "ABCDEFGHIJKLMNOP") + "</row>"
        for n in range(1, 22_502)
    )

    ran = imported(changed({SHEET: rows(cells)}))

    assert ["findings.xlsx: the workbook holds more than 360,000 cells with something in them"] == ran.errors


@pytest.mark.parametrize("blank_between", [0, pytest.param(9, marks=pytest.mark.slow)])
def test_fifty_thousand_rows(
    csv_file: Callable[..., Path],
    imported: Callable[..., Any],
    header: list[str],
    row: list[str],
    blank_between: int,
) -> None:
    blank = [""] * len(header)
    many = [
        r
        for n in range(50_000 // (blank_between + 1))
        for r in ([f"E{n}", *row[1:]], *[blank] * blank_between)
    ]

    ran = imported(csv_file([header, *many]))

    held = (
        []
        if blank_between
        else ["findings.csv: 50,000 items of evidence are more than an inspection file can hold"]
    )
    assert held == ran.errors
