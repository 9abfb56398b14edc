"""The report as PDF, for Word and for Excel: what each holds, the same bytes each time, and what is safe."""

from __future__ import annotations

import io
import json
import pickle
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from grader import api
from grader.errors import InputError
from grader.render.content.blocks import Bullets, Document, Facts, Mark, Notice, Paragraph, Section, Table
from grader.render.content.brief import brief
from grader.render.content.build import Content, content_of
from grader.render.content.decided import read_decided
from grader.render.content.outline import whole
from grader.render.content.sheets import Sheet, sheets_of, sheets_of_sections
from grader.render.excel import workbook
from grader.render.html.page import document_page, page_of
from grader.render.pdf.writer import pdf_bytes
from grader.render.reports import FORMATS, page_names, report_bytes
from grader.render.word import word_bytes

docx = pytest.importorskip("docx", reason="the report needs the extra: inspection-grader[report]")
typst = pytest.importorskip("typst", reason="the report needs the extra: inspection-grader[report]")
openpyxl = pytest.importorskip("openpyxl", reason="workbooks need the extra: inspection-grader[sheets]")

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml"
SECTIONS = [
    "Grades at a glance",
    "Characteristics by area",
    "What was not counted",
    "Warnings about the record",
    "Parameters",
    "Sources",
    "Where this comes from",
]


@pytest.fixture(scope="module")
def content(full_data: dict[str, Any]) -> Content:
    """The content of the report on the inspection that has everything in it."""
    return content_of(api.load(full_data, engine="reference"))


@pytest.fixture(scope="module")
def made(content: Content) -> Callable[..., bytes]:
    """`made(format)`: the report in a format, written once."""
    return cache(lambda format: report_bytes(content, format))


def _saying(text: str) -> Document:
    """A short document in which a user's words are this text."""
    table = Table(text, ("Item", "Said"), ((text, text), ("E1", Mark(text, 1, 5))), (30, 70))
    section = Section(text, (Paragraph(text), Bullets((text,)), Facts(((text, text),)), table))
    return Document(text, "kicker", text, (Notice(text, (text,)),), (section,), text)


def _text_of_pdf(raw: bytes, folder: Path) -> str:
    """What a PDF says, where a program that reads it is installed."""
    path = folder / "read.pdf"
    path.write_bytes(raw)
    try:
        ran = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
    except FileNotFoundError:
        pytest.skip("pdftotext is not installed")
    return " ".join(ran.stdout.split())


def _text_of_docx(raw: bytes) -> str:
    file = docx.Document(io.BytesIO(raw))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return " ".join(" ".join([*(p.text for p in file.paragraphs), *cells]).split())


def _text_of_xlsx(raw: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(raw))
    cells = (str(c.value) for page in book for row in page.iter_rows() for c in row if c.value)
    return " ".join([*book.sheetnames, *cells])


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_content_gives_the_same_bytes(
    format: Any, content: Content, made: Callable[..., bytes]
) -> None:
    if format == "docx":  # which takes longest to write
        assert word_bytes(_saying("a")) == word_bytes(_saying("a"))
    else:
        assert made(format) == report_bytes(content, format)


@pytest.mark.parametrize("format", ["docx", "xlsx"])
def test_there_is_no_clock_in_an_office_file(
    format: Any, content: Content, made: Callable[..., bytes]
) -> None:
    with zipfile.ZipFile(io.BytesIO(made(format))) as archive:
        assert {(1980, 1, 1, 0, 0, 0)} == {part.date_time for part in archive.infolist()}
        core = archive.read("docProps/core.xml").decode()
    assert {"2000-01-01T00:00:00Z"} == set(re.findall(r">([0-9]{4}-[^<]*T[^<]*)<", core))


def test_the_document_has_every_section_and_every_area_in_order(content: Content) -> None:
    areas = [area.title for area in content.proposal.areas]
    titles = [section.title for section in whole(content).sections]
    assert [*SECTIONS[:2], *areas, *SECTIONS[2:]] == titles


def test_no_item_of_evidence_is_lost_in_any_format(
    content: Content, tmp_path: Path, made: Callable[..., bytes]
) -> None:
    statements = [item.statement for item in content.inspection.evidence]
    for text in (
        _text_of_docx(made("docx")),
        _text_of_xlsx(made("xlsx")),
        _text_of_pdf(made("pdf"), tmp_path),
    ):
        assert [] == [said for said in statements if said not in text]


@pytest.mark.parametrize("format", ["docx", "xlsx", "pdf"])
def test_every_format_says_first_that_it_is_a_proposal(
    format: Any, content: Content, tmp_path: Path, made: Callable[..., bytes]
) -> None:
    raw = made(format)
    text = {"docx": _text_of_docx, "xlsx": _text_of_xlsx, "pdf": lambda r: _text_of_pdf(r, tmp_path)}[format](
        raw
    )
    assert "A proposal, from a reconstruction" in text
    assert "a person decides, with a reason" in text
    assert "not the inspectorate's framework" in text


def test_final_grades_stand_beside_proposed_ones_in_every_format(
    full: dict[str, Any], written: Callable[..., Path]
) -> None:
    final = written(
        {
            "decisions": {"inspection": "full", "decided_by": "An Inspector"},
            "grades": {"prevention": {"grade": "adequate", "rationale": "The concern was met in time"}},
        },
        "decisions.yaml",
    )
    loaded = api.load(full, engine="reference")
    content = content_of(loaded, read_decided(final, loaded))
    assert "2 steps below. Reason given: The concern was met in time" in repr(whole(content))
    assert "2 steps below" in repr(sheets_of(content))
    assert "The concern was met in time" in page_of(content)


# PDF ------------------------------------------------------------------------------------------------------


def test_the_pdf_says_that_it_is_tagged_and_accessible(content: Content, made: Callable[..., bytes]) -> None:
    raw = made("pdf")
    assert raw.startswith(b"%PDF-1.7")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in raw
    assert b"/MarkInfo" in raw
    assert b"/Lang" in raw


@pytest.mark.parametrize(
    "text", ["smile \U0001f600", "\u6f22\u5b57 and \U00012000", "a\u0300\u0489 \u0e01\u0e33"]
)
def test_characters_without_a_glyph_are_written_as_code_points_and_that_is_said(
    text: str, tmp_path: Path
) -> None:
    said = _text_of_pdf(pdf_bytes(_saying(text)), tmp_path)
    lacking = re.findall(r"U\+[0-9A-F]{4,6}", said)
    assert lacking
    assert "for which this file has no font" in said
    assert {f"U+{ord(c):04X}" for c in text} >= set(lacking)


def test_letters_with_a_glyph_stand_as_they_are(tmp_path: Path) -> None:
    said = _text_of_pdf(pdf_bytes(_saying("Zoë Łódź Ægir αβγ жук £5 – “so”")), tmp_path)
    assert "Zoë Łódź Ægir αβγ жук £5 – “so”" in said
    assert "has no font" not in said


@pytest.mark.parametrize(
    "text",
    [
        "#panic() #import \"@preview/x:1.0.0\" #read(\"/etc/passwd\")",
        "*strong* _emph_ `raw` $x^2$ = Heading\n= Heading <label> @ref // gone /* gone */",
        "] } ) #set page(width: 1pt)",
        "-- --- ... \\u{41} ~ 'quoted' \"quoted\"",
    ],
)  # fmt: skip
def test_evidence_is_never_markup_in_a_pdf(text: str, tmp_path: Path) -> None:
    said = _text_of_pdf(pdf_bytes(_saying(text)), tmp_path)
    assert "".join(text.split()) in "".join(said.replace("\u200b", "").split())


def test_a_very_long_statement_runs_over_pages(tmp_path: Path) -> None:
    said = _text_of_pdf(pdf_bytes(_saying("so many words " * 700 + "the end of it")), tmp_path)
    assert "the end of it" in said


# Word -----------------------------------------------------------------------------------------------------


def test_word_has_real_headings_and_tables_with_heads(content: Content, made: Callable[..., bytes]) -> None:
    file = docx.Document(io.BytesIO(made("docx")))
    headings = [p.text for p in file.paragraphs if p.style.name == "Heading 1"]
    assert [section.title for section in whole(content).sections] == headings
    assert {"Title", "Heading 1", "Heading 2", "List Bullet"} <= {p.style.name for p in file.paragraphs}
    glance = file.tables[1]
    assert "Area" == glance.rows[0].cells[0].text
    with zipfile.ZipFile(io.BytesIO(made("docx"))) as archive:
        assert b"<w:tblHeader" in archive.read("word/document.xml")
    assert ("en-GB", "grader") == (file.core_properties.language, file.core_properties.author)


@pytest.mark.parametrize("text", ["bell \x07 and \x1b[31m", "half \ufffe and \uffff", "turned \u202e round"])
def test_what_no_file_may_hold_is_written_out(text: str, tmp_path: Path) -> None:
    shown = text.encode("unicode_escape").decode()
    document = _saying(text)
    word, book = word_bytes(document), workbook(sheets_of_sections(document.sections), text)
    for raw in (word, book):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for part in archive.namelist():
                if part.endswith(".xml"):
                    ElementTree.fromstring(archive.read(part))
    for said in (_text_of_docx(word), _text_of_xlsx(book), _text_of_pdf(pdf_bytes(document), tmp_path)):
        assert shown in said
        assert text not in said
    assert shown in document_page(document)


# Excel ----------------------------------------------------------------------------------------------------


def test_the_workbook_has_a_sheet_of_each_thing_with_filters_and_a_frozen_head(
    content: Content, made: Callable[..., bytes]
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made("xlsx")))
    names = ["Grades", "Characteristics", "Evidence", "Findings", "Reasons", "Not counted", "About"]
    assert names == book.sheetnames
    for page in book:
        assert "B2" == page.freeze_panes
        assert page.auto_filter.ref.startswith("A1:")
    assert len(content.proposal.areas) == book["Grades"].max_row - 1


def test_colours_follow_words_and_say_nothing_alone(content: Content, made: Callable[..., bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made("xlsx")))
    rules = [rule for held in book["Grades"].conditional_formatting for rule in held.rules]
    said = {rule.formula[0].strip('"') for rule in rules}
    titles = {grade.title for grade in content.framework.grade_scale.grades}
    assert said
    assert said <= titles
    places = [row[2].value for row in book["Grades"].iter_rows(min_row=2) if row[1].value in titles]
    assert [] == [place for place in places if not re.fullmatch(r"\d of 5", place)]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1"])
def test_no_text_of_a_users_becomes_a_formula(text: str) -> None:
    raw = workbook(sheets_of_sections(_saying(text).sections), text)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    page = openpyxl.load_workbook(io.BytesIO(raw)).worksheets[0]
    assert ("s", "s") == (page["A2"].data_type, page["B2"].data_type)
    assert text == page["A2"].value


def test_a_text_longer_than_a_cell_says_what_is_missing(content: Content) -> None:
    raw = workbook([Sheet("A", (("B", 10),), (("x" * 40_000,),))], "t")
    said = openpyxl.load_workbook(io.BytesIO(raw))["A"]["A2"].value
    assert len(said) <= 32_767
    assert said.endswith("characters more, in the inspection")


def test_sheets_have_names_that_excel_takes() -> None:
    named = ["a/b:c*d?[e]\\f", "x" * 40, "X" * 40, "", "'"]
    raw = workbook([Sheet(name, (("H", 5),), ()) for name in named], "t")
    found = openpyxl.load_workbook(io.BytesIO(raw)).sheetnames
    assert len(named) == len({name.casefold() for name in found})
    assert [] == [name for name in found if len(name) > 31 or re.search(r"[\[\]:*?/\\]", name)]


# One page, and sections of others' ------------------------------------------------------------------------


def test_the_brief_says_grades_ranges_firmness_what_hangs_on_one_item_and_what_is_missing() -> None:
    page = brief(content_of(api.load(EXAMPLE)))
    (table,) = (block for block in page.sections[0].blocks if isinstance(block, Table))
    assert ("Area", "Proposed", "Could be", "How firm", "Hangs on one item", "Missing") == table.heads
    row = next(row for row in table.rows if row[0] == "Managing offenders and suspects")
    grade, *others = row[1:]
    assert isinstance(grade, Mark)
    assert ("Adequate", 2, 5) == (grade.text, grade.place, grade.of)
    assert [
        "Adequate to Good",
        "hangs on one item: else Good",
        "E184, E201",
        "2 of 15 not assessed",
    ] == others


@pytest.mark.parametrize(
    "name", ["leicestershire_2021_22", "sussex_2021_22", "example_care_homes_rowan_house"]
)
def test_the_brief_is_one_page(name: str, tmp_path: Path) -> None:
    raw = api.report(ROOT / "examples" / name / "inspection.yaml", format="pdf", brief=True)
    assert [b"1"] == re.findall(rb"/Type\s*/Pages\s*/Count (\d+)", raw)


@pytest.mark.parametrize("format", FORMATS)
def test_a_section_added_by_another_part_is_in_every_format(
    format: Any, content: Content, tmp_path: Path
) -> None:
    table = Table("Moves", ("Area", "Before"), (("Responding", Mark("Good", 3, 5)),), (50, 50))
    more = Section("Moderation", (Paragraph("Said at the meeting"), Facts((("By", "A person"),)), table))
    raw = report_bytes(replace(content, more=(more,)), format)
    if format == "pdf":
        text = _text_of_pdf(raw, tmp_path)
    elif format == "html":
        text = raw.decode()
    else:
        text = (_text_of_docx if format == "docx" else _text_of_xlsx)(raw)
    assert "Moves" in text
    assert "Responding" in text


def test_a_section_holds_any_block_in_every_writer() -> None:
    document = Document(
        "T", "k", "s", (Notice("N", ("said",)),), (Section("S", (Notice("M", ("b",)),)),), "r"
    )
    assert "<strong>M</strong>" in document_page(document)
    assert "M b" in _text_of_docx(word_bytes(document))
    assert pdf_bytes(document).startswith(b"%PDF")


# The command ----------------------------------------------------------------------------------------------


def test_several_formats_are_written_at_once(
    full: dict[str, Any], written: Any, tmp_path: Path, run: Any
) -> None:
    names = [tmp_path / f"r.{ending}" for ending in ("pdf", "DOCX", "xlsx")]
    asked = [part for name in names for part in ("--report", name)]
    ran = run("grade", written(full), "--brief", *asked)
    assert 0 == ran.code, ran.err
    assert [True, True, True] == [name.exists() for name in names]
    assert "".join(f"written: {name}\n" for name in names) == ran.err[ran.err.index("written") :]


def test_a_file_named_twice_is_refused(full: dict[str, Any], written: Any, tmp_path: Path, run: Any) -> None:
    ran = run("grade", written(full), "--report", tmp_path / "r.pdf", "--report", tmp_path / "r.pdf")
    assert 2 == ran.code
    assert "would be written twice" in ran.err


def test_brief_prints_one_page_and_writes_it(
    full: dict[str, Any], written: Any, tmp_path: Path, run: Any
) -> None:
    ran = run("grade", written(full), "--brief", "--report", tmp_path / "b.html")
    assert 0 == ran.code
    assert ran.out.startswith("A Force: proposed grades in brief\n")
    assert "how firm:" in ran.out
    assert "proposed grades in brief" in (tmp_path / "b.html").read_text(encoding="utf-8")


def test_a_folder_gives_one_workbook_and_an_index_that_leads_to_a_page_of_each(
    full: dict[str, Any], written: Any, tmp_path: Path, run: Any
) -> None:
    home = ROOT / "examples" / "example_care_homes_rowan_house"
    folder, out = tmp_path / "all", tmp_path / "out"
    shutil.copytree(home, folder / "home")
    written(full).rename(folder / "force.yaml")
    ran = run("grade", folder, "--report", out)
    assert 0 == ran.code, ran.err
    pages = ["full.html", "rowan-house-2025.html"]
    assert sorted(["index.html", "inspections.xlsx", *pages]) == sorted(path.name for path in out.iterdir())
    index = (out / "index.html").read_text(encoding="utf-8")
    assert pages == sorted(re.findall(r'<a href="([^"#]+)">', index))
    assert "<h1>A Force" in (out / "full.html").read_text(encoding="utf-8")
    assert f"note: {folder / 'home' / 'decisions.yaml'} is no inspection, and left out" in ran.err
    # Grades of another framework stand in a table of their own.
    assert 2 == (out / "index.html").read_text(encoding="utf-8").count("<table")
    book = openpyxl.load_workbook(out / "inspections.xlsx")
    grades = [page for page in book if page.title.startswith("Grades")]
    assert {"A Force", "Rowan House"} <= {row[1].value for page in grades for row in page.iter_rows(2)}
    again = run("grade", folder, "--report", out)
    assert 2 == again.code
    assert "add --force to replace it" in again.err


def test_pages_of_inspections_have_names_that_every_system_takes() -> None:
    ids = ["a/b", "A b", "index", "Con", "é", "x" * 300, "a-b"]
    expected = ["a-b.html", "A-b-2.html", "index-2.html", "inspection-Con.html", "inspection.html"]
    assert [*expected, f"{'x' * 80}.html", "a-b-3.html"] == page_names(ids)


def test_a_page_in_the_way_is_told_before_any_is_written(
    full: Any, written: Any, tmp_path: Path, run: Any
) -> None:
    folder, out = tmp_path / "all", tmp_path / "out"
    folder.mkdir(), out.mkdir()
    written(full).rename(folder / "force.yaml")
    (out / "full.html").write_text("mine", "utf-8")
    ran = run("grade", folder, "--report", out)
    assert (2, ["full.html"]) == (ran.code, [path.name for path in out.iterdir()])
    assert "full.html: the file exists" in ran.err


def test_a_file_for_several_inspections_is_refused_with_what_to_name(
    full: dict[str, Any], written: Any, tmp_path: Path, run: Any
) -> None:
    path = written(full)
    ran = run("grade", path, path, "--report", tmp_path / "r.pdf")
    assert 2 == ran.code
    assert "the report on several inspections is a folder" in ran.err


def test_a_folder_without_an_inspection_is_refused(tmp_path: Path, run: Any) -> None:
    ran = run("grade", tmp_path)
    assert (2, "") == (ran.code, ran.out)
    assert "this is a folder, not a file" in ran.err


@pytest.mark.parametrize(("library", "ending"), [("typst", "pdf"), ("docx", "docx"), ("openpyxl", "xlsx")])
def test_a_missing_writer_names_the_extra_and_nothing_is_written(
    library: str, ending: str, full: dict[str, Any], written: Any, tmp_path: Path, run: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(sys.modules, library, None)
    inspection = written(full)
    ran = run("grade", inspection, "--report", tmp_path / f"r.{ending}", "--report", tmp_path / "r.html")
    assert 2 == ran.code
    assert "pip install 'inspection-grader[" in ran.err
    assert [inspection] == list(tmp_path.iterdir())


def test_the_functions_do_what_the_command_does(full: dict[str, Any], tmp_path: Path) -> None:
    assert api.report(full, format="pdf", brief=True, engine="reference").startswith(b"%PDF")
    assert api.brief(full, engine="reference").startswith("A Force: proposed grades in brief")
    with pytest.raises(InputError, match="no format"):
        api.report(full, format="odt")  # type: ignore[call-overload]


def test_the_content_is_data_that_can_be_sent_to_another_process(content: Content) -> None:
    assert json.loads(pickle.loads(pickle.dumps(content)).proposal.to_json()) == json.loads(
        content.proposal.to_json()
    )
