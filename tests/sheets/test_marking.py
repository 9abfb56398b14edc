"""A workbook with its faults marked: what is wrong is coloured and listed, all else is as it was."""

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font

import grader
from grader.cli.app import run
from grader.errors import InputError, Problem
from grader.sheets.places import CellPlace

HEADINGS = ["id", "characteristics", "assessment", "statement", "basis", "source"]
ROW = ["E1", "responding.2a", "meets", "Answers calls", "data", "Notes"]
OPTIONS = ["--inspection-id", "north", "--body", "N", "--framework", "PEEL_2021_22", "--edition", "2022-03"]
HEAD = {"id": "north", "body": "N", "framework": "PEEL_2021_22", "edition": "2022-03"}


def made(path: Path, *rows, title="Evidence") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in (HEADINGS, *rows):
        book.active.append(row)
    book.save(path)
    return book


def faulty(**changes) -> list[str]:
    return [changes.get(heading, value) for heading, value in zip(HEADINGS, ROW, strict=True)]


def marked(path: Path) -> openpyxl.Workbook:
    with pytest.raises(InputError) as raised:
        grader.import_sheet(path, head=HEAD)
    return openpyxl.load_workbook(io.BytesIO(grader.mark_workbook(path, raised.value.problems)))


def test_a_faulty_cell_is_coloured_and_says_what_is_wrong(tmp_path):
    made(tmp_path / "a.xlsx", ROW, faulty(id="E2", assessment="meats"))
    sheet = marked(tmp_path / "a.xlsx")["Evidence"]
    assert "FFFFC7CE" == sheet["C3"].fill.fgColor.rgb
    assert "did you mean 'meets'?" in sheet["C3"].comment.text
    assert sheet["C2"].comment is None


def test_the_list_links_to_each_cell_and_counts_by_kind(tmp_path):
    rows = [faulty(id=f"E{n}", assessment="meats", statement=f"s{n}") for n in range(3)]
    made(tmp_path / "a.xlsx", *rows, title="Fred's findings")
    book = marked(tmp_path / "a.xlsx")
    assert ["Fred's findings", "grader"] == book.sheetnames
    cells = list(book["grader"].iter_rows(values_only=True))
    assert (3, "error") == cells[1][:2]
    links = [cell.hyperlink.location or cell.hyperlink.target for (cell,) in book["grader"]["A5:A7"]]
    assert ["'Fred''s findings'!C2", "'Fred''s findings'!C3"] == [link.lstrip("#") for link in links[:2]]


def test_messages_that_say_the_same_of_different_cells_are_counted_together(tmp_path):
    made(
        tmp_path / "a.xlsx",
        faulty(assessment="meats"),
        faulty(id="E2", basis="dat"),
        faulty(id="E3", assessment="x"),
        faulty(id="E4", characteristics="responding.2z"),
    )
    cells = list(marked(tmp_path / "a.xlsx")["grader"].iter_rows(values_only=True))
    assert [
        (2, "error", "'assessment' of 'E1' cannot be 'meats'"),
        (1, "error", "'basis' of 'E2' cannot be 'dat'"),
        (1, "error", "unknown characteristic 'responding.2z'"),
    ] == [row[:3] for row in cells[1:4]]


def test_nothing_else_is_changed(tmp_path):
    book = made(tmp_path / "a.xlsx", ROW, faulty(id="E2", assessment="meats"))
    sheet = book.active
    sheet["D2"].font = Font(bold=True)
    sheet["D2"].comment = Comment("mine", "Ann")
    sheet["H1"], sheet["H2"] = "total", "=1+1"
    sheet.column_dimensions["D"].width = 44
    sheet.freeze_panes = "A2"
    other = book.create_sheet("Mine")
    other["A1"] = "kept"
    other.merge_cells("A1:C1")
    book.save(tmp_path / "a.xlsx")
    after = marked(tmp_path / "a.xlsx")
    sheet = after["Evidence"]
    assert (True, "mine", "=1+1", 44, "A2") == (
        sheet["D2"].font.bold,
        sheet["D2"].comment.text,
        sheet["H2"].value,
        sheet.column_dimensions["D"].width,
        sheet.freeze_panes,
    )
    assert ["A1:C1"] == [str(span) for span in after["Mine"].merged_cells.ranges]
    before = openpyxl.load_workbook(tmp_path / "a.xlsx")["Evidence"]
    assert [c.value for row in before for c in row] == [c.value for row in sheet for c in row]


def test_a_note_that_is_there_is_kept_before_ours(tmp_path):
    book = made(tmp_path / "a.xlsx", faulty(assessment="meats"))
    book.active["C2"].comment = Comment("mine", "Ann")
    book.save(tmp_path / "a.xlsx")
    text = marked(tmp_path / "a.xlsx")["Evidence"]["C2"].comment.text
    assert text.startswith("mine\n\nerror: ")


def test_text_of_a_workbook_never_becomes_a_formula_of_the_list(tmp_path):
    made(tmp_path / "a.xlsx", faulty(assessment="=cmd()"), title="=1+1")
    listed = marked(tmp_path / "a.xlsx")["grader"]
    assert {"s", "n"} >= {cell.data_type for row in listed for cell in row}


def test_a_sheet_of_the_lists_name_is_left_alone(tmp_path):
    book = made(tmp_path / "a.xlsx", faulty(assessment="meats"))
    book.create_sheet("Grader")["A1"] = "mine"
    book.save(tmp_path / "a.xlsx")
    after = marked(tmp_path / "a.xlsx")
    assert ["Evidence", "Grader", "grader 2"] == after.sheetnames
    assert "mine" == after["Grader"]["A1"].value


def parts(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


#: What says that cells are marked, of a workbook without notes.
CHANGED = {
    "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
    "xl/worksheets/sheet1.xml",
}  # fmt: skip
ADDED = {
    "xl/worksheets/_rels/sheet1.xml.rels", "xl/worksheets/sheet2.xml", "xl/comments1.xml",
    "xl/drawings/vmlDrawing1.vml",
}  # fmt: skip
OTHERS = [
    "xl/charts/chart1.xml", "xl/media/image1.png", "xl/pivotTables/pivotTable1.xml",
    "xl/threadedComments/threadedComment1.xml", "xl/unheard/of.xml", "customXml/item1.xml",
]  # fmt: skip


@pytest.mark.parametrize("part", OTHERS)
def test_every_other_part_stays_byte_for_byte(part, tmp_path):
    path = tmp_path / "a.xlsx"
    made(path, ROW, faulty(id="E2", assessment="meats"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(part, "<x/>")
    with pytest.raises(InputError) as raised:
        grader.import_sheet(path, head=HEAD)
    before, after = parts(path.read_bytes()), parts(grader.mark_workbook(path, raised.value.problems))
    assert ADDED == after.keys() - before.keys()
    assert CHANGED == {name for name, content in before.items() if after[name] != content}
    sheet = after["xl/worksheets/sheet1.xml"]
    assert 1 == sheet.count(b"<legacyDrawing ") == sheet.count(b' s="1"')
    plain = re.sub(rb"<legacyDrawing [^>]*>", b"", sheet.replace(b' s="1"', b""))
    assert before["xl/worksheets/sheet1.xml"].replace(b" />", b"/>") == plain.replace(b" />", b"/>")


def test_a_cell_and_a_row_that_are_not_there_are_put_in(tmp_path):
    book = made(tmp_path / "a.xlsx", ROW)
    book.active["A9"] = "E9"
    book.save(tmp_path / "a.xlsx")
    at = [
        CellPlace("a.xlsx", row, column, "Evidence", 0) for row, column in ((9, 2), (2, 12), (5, 3), (12, 1))
    ]
    raw = grader.mark_workbook(tmp_path / "a.xlsx", [Problem(f"m{n}", place) for n, place in enumerate(at)])
    sheet = openpyxl.load_workbook(io.BytesIO(raw))["Evidence"]
    said = [sheet[cell].comment.text.removeprefix("error: ") for cell in ("B9", "L2", "C5", "A12")]
    assert ["m0", "m1", "m2", "m3"] == said
    assert ("E9", "Notes") == (sheet["A9"].value, sheet["F2"].value)


def test_a_workbook_whose_elements_have_a_prefix_is_marked_too(tmp_path):
    made(tmp_path / "a.xlsx", ROW, faulty(id="E2", assessment="meats"))
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        for name, content in parts((tmp_path / "a.xlsx").read_bytes()).items():
            if name in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"):
                content = re.sub(rb"<(/?)(?=[A-Za-z])(?!\w+:)", rb"<\1x:", content)
                content = content.replace(b'xmlns="', b'xmlns:x="')
            archive.writestr(name, content)
    sheet = marked(tmp_path / "b.xlsx")["Evidence"]
    assert ("FFFFC7CE", "E2") == (sheet["C3"].fill.fgColor.rgb, sheet["A3"].value)


def test_text_of_a_message_is_text(tmp_path):
    made(tmp_path / "a.xlsx", ROW)
    said = "'<b>&\x01{p}\x02\"' of x"
    place = CellPlace("a.xlsx", 2, 3, "Evidence", 0)
    raw = grader.mark_workbook(tmp_path / "a.xlsx", [Problem(said, place)])
    book = openpyxl.load_workbook(io.BytesIO(raw))
    assert "<b>&" in book["Evidence"]["C2"].comment.text
    assert "{p}" in book["grader"]["C5"].value


def test_a_signed_workbook_is_not_marked(tmp_path):
    made(tmp_path / "a.xlsx", ROW)
    with zipfile.ZipFile(tmp_path / "a.xlsx", "a") as archive:
        archive.writestr("_xmlsignatures/sig1.xml", "<x/>")
    with pytest.raises(InputError, match="would break the signature"):
        grader.mark_workbook(tmp_path / "a.xlsx", ())


BAD = [b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', b"<x", b'<?xml version="1.0" encoding="UTF-16"?><x/>']


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"])
def test_a_part_that_declares_entities_or_is_damaged_is_refused(name, bad, tmp_path):
    made(tmp_path / "a.xlsx", ROW)
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        for part, content in parts((tmp_path / "a.xlsx").read_bytes()).items():
            archive.writestr(part, bad if part == name else content)
    problem = Problem("m", CellPlace("b.xlsx", 2, 3, "Evidence", 0))
    with pytest.raises(InputError, match="cannot be marked"):
        grader.mark_workbook(tmp_path / "b.xlsx", [problem])


def test_only_workbooks_of_one_kind_are_marked(tmp_path):
    (tmp_path / "a.csv").write_text("id\n")
    with pytest.raises(InputError, match=r"only a workbook in \.xlsx can be marked"):
        grader.mark_workbook(tmp_path / "a.csv", ())


def test_the_command_marks_errors_and_stops_and_marks_warnings_and_goes_on(tmp_path):
    made(tmp_path / "a.xlsx", faulty(assessment="meats"))
    out, yaml = tmp_path / "marked.xlsx", tmp_path / "out.yaml"
    command = ["import", str(tmp_path / "a.xlsx"), "-o", str(yaml), "--mark", str(out), *OPTIONS]
    assert 2 == run(command)
    assert "grader" in openpyxl.load_workbook(out).sheetnames
    assert not yaml.exists()
    made(tmp_path / "a.xlsx", ROW)
    assert 2 == run(command)  # the marked workbook is there
    assert 0 == run([*command, "--force"])
    assert 2 == run([*command[:5], str(tmp_path / "a.xlsx"), "--force", *OPTIONS])
