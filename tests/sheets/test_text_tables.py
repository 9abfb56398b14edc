"""Tables in text as programs and people save them: encodings, signs between columns, quotes, ragged rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.io.kinds import kind_of

Importing = Callable[..., Any]
Written = Callable[[], Any]

HEADER = "id,characteristics,assessment,statement,basis,source,locator"
ONE = "E1,treatment.1a,meets,The force’s officers – all of them.,interview,visit,p. 3"
TWO = "E2,treatment.1b,falls_short,Nobody explains.,interview,visit,p. 4"
GOOD = f"{HEADER}\n{ONE}\n{TWO}\n"
#: Of every good file here.
EXPECTED = [
    ("E1", "meets", "The force’s officers – all of them.", "p. 3"),
    ("E2", "falls_short", "Nobody explains.", "p. 4"),
]


def with_sign(sign: str, text: str = GOOD) -> str:
    return text.replace(",", sign)


@pytest.fixture
def imported(tmp_path: Path, importing: Importing) -> Callable[..., Any]:
    """`imported(raw)`: a file of these bytes, imported."""

    def running(raw: bytes | str, name: str = "t.csv", *arguments: object) -> Any:
        path = tmp_path / name
        path.write_bytes(raw if isinstance(raw, bytes) else raw.encode("utf-8"))
        return importing(path, *arguments)

    return running


@pytest.fixture
def found(written: Written) -> Callable[[], list[tuple[Any, ...]]]:
    return lambda: [(i.id, i.assessment, i.statement, i.locator) for i in written().evidence]


@pytest.mark.parametrize(
    "raw",
    [
        GOOD.encode("utf-8"),
        b"\xef\xbb\xbf" + GOOD.encode("utf-8"),
        b"\xff\xfe" + with_sign("\t").encode("utf-16-le"),
        b"\xfe\xff" + GOOD.encode("utf-16-be"),
        with_sign(";").encode("utf-8"),
        with_sign("\t").encode("utf-8"),
        with_sign("|").encode("utf-8"),
        f"sep=;\n{with_sign(';')}".encode(),
        f"\ufeffsep=|\r\n{with_sign('|')}".encode(),
        f'"sep=\t"\n{with_sign(chr(9))}'.encode(),
        f"SEP=^\n{with_sign('^')}".encode(),
        f"sep=,\n\n{GOOD}".encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        f"{HEADER}\r\n{ONE}\r{TWO}\n".encode(),
        GOOD.replace("\n", "\n\n \n").encode(),
        "".join(f"{line},\n" for line in GOOD.splitlines()).encode(),
        "".join(f"{line},,,,,\n" for line in GOOD.splitlines()).encode(),
        (GOOD + ",,,,,,\n").encode(),
        "".join(f'"{line}"\n'.replace(",", '","') for line in GOOD.splitlines()).encode(),
        f"{HEADER}{',' * 300}\n{ONE}\n{TWO}{',' * 300}".encode(),
    ],
)
def test_a_table_in_text_is_read_as_it_was_saved_and_nothing_need_be_said(
    imported: Callable[..., Any], found: Callable[[], Any], raw: bytes
) -> None:
    ran = imported(raw)

    assert (0, "") == (ran.code, ran.err)
    assert found() == EXPECTED


@pytest.mark.parametrize("name", ["t.tsv", "t.txt", "t.tab", "t.CSV"])
def test_a_table_in_text_may_have_another_ending(
    imported: Callable[..., Any], found: Callable[[], Any], name: str
) -> None:
    assert 0 == imported(with_sign("\t"), name).code
    assert found() == EXPECTED


@pytest.mark.parametrize(
    ("title", "sign", "row"),
    [
        ("Fieldwork findings\n\n", ";", 3),
        ("Findings, as of 3 May, 2022, draft, not, for, sharing, at, all\n\n", ";", 3),
        ("a;b;c;d;e;f;g;h;i;j\n", "|", 2),
        ("Fieldwork\nid, statement\n\n\n", ",", 5),
        ("note\n" * 99, ",", 100),
    ],
)
def test_titles_above_the_names_are_passed_over_and_the_row_is_named(
    imported: Callable[..., Any], found: Callable[[], Any], title: str, sign: str, row: int
) -> None:
    ran = imported(title + with_sign(sign))

    assert found() == EXPECTED
    assert (
        f"warning: t.csv:row {row}: the names of the columns stand in row {row}; what stands above" in ran.err
    )


def test_signs_of_another_kind_in_texts_part_no_columns(
    imported: Callable[..., Any], written: Written
) -> None:
    text = "Officers, all, of, them; explain; it | well"
    for sign, quote in (("\t", ""), ("|", '"'), (";", '"'), (",", '"')):
        imported(with_sign(sign).replace("Nobody explains.", f"{quote}{text}{quote}"))
        assert text == written().evidence[1].statement


def test_windows_1252_is_read_and_said_once_with_a_word_to_check(
    imported: Callable[..., Any], found: Callable[[], Any], written: Written
) -> None:
    ran = imported(GOOD.encode("cp1252"))

    assert found() == EXPECTED
    assert [
        "warning: t.csv: the file is not UTF-8 and was read as Windows-1252, in which a word reads 'force’s'",
        "  help: if that word is wrong, save the file as CSV UTF-8",
    ] == ran.err.splitlines()
    for words in ("“Officers” pay €5", "Noël", "½", "café – ¿qué?", "Œuvre", "…"):
        assert 0 == imported(GOOD.replace("Nobody explains.", words).encode("cp1252")).code
        assert words == written().evidence[1].statement


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (GOOD.encode("utf-16-le"), "t.csv: the file is in UTF-16 or UTF-32 without the mark"),
        (GOOD.encode("utf-16-be"), "t.csv: the file is in UTF-16 or UTF-32 without the mark"),
        (GOOD.encode("utf-32"), "t.csv: the file is in UTF-32"),
        (
            b"\xff\xfe" + GOOD.encode("utf-16-le") + b"x",
            "t.csv: the file starts as UTF-16 does, and is damaged",
        ),
        # A byte more in one row and in the next: every character between them is another one.
        (
            b"\xff\xfe" + HEADER.encode("utf-16-le") + b'"' + "\nE1\nE2".encode("utf-16-le") + b",",
            "t.csv: the file starts as UTF-16 does, and is damaged",
        ),
        (b"\xef\xbb\xbf" + GOOD.encode("cp1252"), "t.csv:2:32: the file starts as UTF-8 does, and byte 0x92"),
        (f"{HEADER}\nx\x81".encode("latin-1"), "t.csv:2:2: byte 0x81 is neither UTF-8 nor Windows-1252"),
        (GOOD.encode() + "caf\xe9".encode("cp1252"), "t.csv:4:4: byte 0xe9 is not UTF-8, and characters"),
        (f"{GOOD}\0".encode(), "t.csv:4:1: character U+0000 is not read"),
        (b"", "t.csv: the file is empty"),
        (b"\xef\xbb\xbf", "t.csv: the file is empty"),
        (b"\n\n , ,\n", "t.csv: the file is empty"),
        (b"sep=;\n", "t.csv: the file is empty"),
        (b'[{"id": "E1"}]', "t.csv: the file is JSON, not a table in text"),
        (b'{"id": 1}\n{"id": 2}\n', "t.csv: the file is JSON, not a table in text"),
        (b"\r\n<!DOCTYPE html><table>", "t.csv: the file is a web page (HTML), not a table in text"),
        (b"\xff\xfe" + "<table>".encode("utf-16-le"), "t.csv: the file is a web page (HTML)"),
        (b"<?xml version='1.0'?><Workbook/>", "t.csv: the file is XML, not a table in text"),
        (b"inspection: {id: x}\nevidence: []\n", "t.csv: the file is YAML, not a table in text"),
        (b"# Imported.\n\ninspection: {id: x, body: B}\n", "t.csv: the file is YAML, not a table in text"),
        (b"%PDF-1.7\n", "t.csv: the file is a PDF document, not a table in text"),
        (b"{\\rtf1 x}", "t.csv: the file is a text document (RTF), not a table in text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "t.csv: the file is a workbook in the old .xls format"),
        (b"PK\x05\x06" + b"\0" * 18, "t.csv: the file is a zip file, not a table in text"),
        (b"\x89PNG\r\n", "t.csv: the file is no text"),
    ],
)
def test_what_is_no_table_in_text_is_named_for_what_it_is(
    imported: Callable[..., Any], raw: bytes, says: str
) -> None:
    ran = imported(raw)

    assert [True] == [error.startswith(says) for error in ran.errors], ran.err


def test_a_workbook_named_csv_is_named_for_what_it_is(
    xlsx: Callable[..., Path], imported: Callable[..., Any]
) -> None:
    ran = imported(xlsx({"Evidence": [["id"]]}).read_bytes())

    assert ["t.csv: the file is an Excel workbook, not a table in text"] == ran.errors


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"[Draft] findings,x", "text"),
        (b"{note} a,b", "text"),
        (b"<5%,a,b", "text"),
        (b"PK,Ref,Statement", "text"),
        (b"evidence,basis", "text"),
        (b"id;note\n1;<html>", "text"),
    ],
)
def test_a_table_that_starts_oddly_is_still_one(raw: bytes, kind: str) -> None:
    assert kind == kind_of(raw)


def test_a_text_cut_at_a_comma_shows_where_blank_cells_follow_too(imported: Callable[..., Any]) -> None:
    names = "id,characteristics,assessment,basis,source,statement,locator,extent"
    cut = "E1,treatment.1a,meets,interview,visit,Records 1,000 crimes,,"
    whole = "E2,treatment.1a,meets,interview,visit,Records crimes,p. 3,"

    says = "row 2 goes on after the last heading, with blank cells, as where a text is cut at a comma"
    cases = [([cut, whole], [says]), ([cut], [says]), ([f"{whole},,", f"{whole.replace('E2', 'E3')},,"], [])]
    for rows, said in cases:
        ran = imported("\n".join([names, *rows]), "t.csv", "--force")
        warned = [line for line in ran.err.splitlines() if line.startswith("warning")]
        assert [f"warning: t.csv:row 2: {text}" for text in said] == warned


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (
            ["E1,treatment.1a,meets,interview,visit,They explain, but only when asked, and not in writing"],
            ["t.csv:row 2: the row has eight cells against six headings"],
        ),
        (
            ["E1,treatment.1a,meets,interview,visit,x", "E2,treatment.1b,meets"],
            ["t.csv:row 3: the row has three cells against six headings"],
        ),
        (
            ["E1,treatment.1a,meets,interview,visit,Officers explain", "but only when asked"],
            ["t.csv:row 3: the row has one cell against six headings"],
        ),
        (
            ["E1,treatment.1a,meets,interview,visit,Officers explain", "asked."],
            ["t.csv:row 3: the row has one cell against six headings"],
        ),
        (
            ["E1;treatment.1a;meets;interview;visit;x"],
            ["t.csv:row 2: the row has one cell against six headings"],
        ),
        (
            ["E1,treatment.1a,meets,interview,visit,x,,see me"],
            ["t.csv:row 2: the row has eight cells against six headings"],
        ),
        (
            ['E1,treatment.1a,meets,interview,visit,"x', "E2,treatment.1a,meets,interview,visit,x"],
            ["t.csv:row 2: a quote opened in this row is never closed"],
        ),
        (
            ['E1,treatment.1a,meets,interview,visit,"x"y'],
            ["t.csv:row 2: the quotes of this row do not pair"],
        ),
    ],
)
def test_a_row_that_does_not_fit_the_headings_is_an_error_and_nothing_is_imported(
    imported: Callable[..., Any], tmp_path: Path, rows: list[str], says: list[str]
) -> None:
    ran = imported("\n".join(["id,characteristics,assessment,basis,source,statement", *rows]))

    assert (2, says) == (ran.code, ran.errors)
    assert not (tmp_path / "inspection.yaml").exists()


def test_cells_may_be_missing_at_the_end_of_a_row_where_they_may_be_blank(
    imported: Callable[..., Any], written: Written
) -> None:
    assert 0 == imported(f"{HEADER}\n{ONE.removesuffix(',p. 3')}\n{TWO},,,\n").code
    assert ["row 2", "p. 4"] == [item.locator for item in written().evidence]


def test_a_text_that_may_have_been_cut_at_a_comma_is_pointed_at(imported: Callable[..., Any]) -> None:
    names = "id,characteristics,assessment,basis,source,statement,locator"
    rows = [f"E{n},treatment.1a,meets,interview,visit,They explain, if asked" for n in (1, 2)]

    ran = imported("\n".join([names, *rows]))

    says = "the cell starts with a space, as where a text is cut at a comma; look at rows 2 to 3 (2 rows)"
    assert [f"warning: t.csv:G2: {says}"] == ran.err.splitlines()
    assert "warning" not in imported(GOOD.replace(",", ", ")).err


def test_rows_between_two_stray_quotes_do_not_go_without_a_word(imported: Callable[..., Any]) -> None:
    one, two = ONE.replace("The force", '"The force'), TWO.replace("explains.", 'explains."')

    ran = imported(f"{HEADER}\n{one}\n{two}\n")

    assert "warning: t.csv:D2: the cell holds what looks like rows: a quote may be missing" in ran.err


def test_rows_with_nothing_but_an_id_are_blank_and_counted(
    imported: Callable[..., Any], found: Callable[[], Any], tmp_path: Path
) -> None:
    (tmp_path / "m.yaml").write_text("evidence: {defaults: {source: visit, basis: interview}}")
    numbered = "".join(f"{n},,,,,,\n" for n in range(3, 41))

    ran = imported(GOOD + numbered, "t.csv", "--mapping", tmp_path / "m.yaml")

    assert found() == EXPECTED
    says = "rows 4 to 41 (38 rows) hold nothing but an id, and are not read"
    assert [f"warning: t.csv:row 4: {says}"] == ran.err.splitlines()
    assert "rows 4, 6 (2 rows) hold nothing but an id" in imported(f"{GOOD}3\n\n4,,,,,,").err


def test_names_that_stand_again_and_rows_beside_the_table_are_said(
    imported: Callable[..., Any], found: Callable[[], Any]
) -> None:
    ran = imported(f"{HEADER},Note\n{ONE}\n{HEADER},Note\n{TWO}\n,,,,,,,see above\n")

    assert found() == EXPECTED
    assert [
        "warning: t.csv:H1: column 'Note' is not read",
        "warning: t.csv:row 3: row 3 holds the names of the columns again, and is not read",
        "warning: t.csv:row 5: row 5 holds nothing in the columns that are read, and is not read",
    ] == ran.err.splitlines()


def test_a_table_without_rows_says_so(imported: Callable[..., Any]) -> None:
    ran = imported(HEADER)

    assert (0, True) == (ran.code, "no row below the names of the columns holds evidence" in ran.err)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("93.69999999999999", 93.7),
        ("0.1000000000000000055", 0.1),
        ("93.7", 93.7),
        ("30.000000000000004%", 30.0),
    ],
)
def test_a_number_means_its_fifteen_digits(
    imported: Callable[..., Any], xlsx: Callable[..., Path], importing: Importing, written: Written,
    value: str, kept: float,
) -> None:  # fmt: skip
    names = ["id", "characteristics", "statement", "basis", "source", "measure", "value", "unit"]
    row = ["E1", "recording.1a", "x", "data", "visit", "crimes_recorded", value, "percent"]

    assert 0 == imported(f"{','.join(names)}\n{','.join(row)}\n").code
    assert kept == written().evidence[0].measure.value
    if not value.endswith("%"):
        row[6] = float(value)  # type: ignore[call-overload]
        assert 0 == importing(xlsx({"Evidence": [names, row]})).code
        assert kept == written().evidence[0].measure.value


def test_a_decimal_comma_is_not_guessed_at(imported: Callable[..., Any]) -> None:
    names = with_sign(";", f"{HEADER},measure,value,unit")

    ran = imported(f"{names}\nE1;recording.1a;;x;data;visit;p;crimes_recorded;93,7;percent\n")

    assert ["t.csv:I2: 'value' must be a number, not '93,7'"] == ran.errors


@pytest.mark.parametrize("row", [2, 36])
def test_a_blank_rating_is_placed_at_its_cell_in_the_words_of_the_sheet(
    imported: Callable[..., Any], tmp_path: Path, row: int
) -> None:
    (tmp_path / "m.yaml").write_text(
        "evidence: {columns: {assessment: RAG}, values: {assessment: {G: meets, R: falls_short}}}"
    )
    rows = [f"E{n},treatment.1a,G,x,interview,visit,p" for n in range(2, 40)]
    rows[row - 2] = rows[row - 2].replace("G", "")

    ran = imported(
        "\n".join([HEADER.replace("assessment", "RAG"), *rows]), "t.csv", "--mapping", tmp_path / "m.yaml"
    )

    assert [f"t.csv:C{row}: 'RAG' of 'E{row}' is blank"] == ran.errors
    assert "help: write one of G, R" in ran.err


@pytest.mark.slow
def test_a_table_of_very_many_columns_is_refused_within_its_memory(
    guarded: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_bytes(f"{HEADER}\n".encode() + b"ab," * 8_000_000)

    ran = guarded("import", tmp_path / "t.csv", "--dry-run")

    assert ["t.csv: a row has more than 256 columns"] == ran.errors
