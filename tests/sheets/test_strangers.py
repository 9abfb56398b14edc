"""Odd workbooks of people who know nothing of grader: proposed, confirmed and imported."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pytest

import grader
from grader.cli.app import run
from grader.errors import InputError
from grader.io.printed_names import PrintedNames
from grader.sheets.recognising import CharacteristicWords

STATEMENTS = [
    "Calls to 999 are answered within ten seconds in nearly every case",
    "Repeat callers are not noticed by call takers",
    "Supervisors review most investigation plans",
    "Bail conditions are not checked by neighbourhood officers",
    "Stop and search records give reasonable grounds",
]
TAGS = ["responding.2a", "responding.2c", "investigating.2b", "offenders.1c", "treatment.3a"]
RATINGS = ["Strong", "Weak", "Good", "Poor", "Good"]
METHODS = ["Focus group", "Case audit", "Case audit", "Interviews", "Site visit"]
Cells = Sequence[Sequence[object]]


def rows(headings: Sequence[object], *columns: Sequence[object]) -> list[list[object]]:
    return [list(headings), *map(list, zip(*columns, strict=True))]


def book(cells: Cells, start: tuple[int, int] = (1, 1), merged: Sequence[str] = ()) -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    lay(made.active, cells, start)
    for span in merged:
        made.active.merge_cells(span)
    return made


def lay(sheet, cells: Cells, start: tuple[int, int] = (1, 1)) -> None:
    for down, row in enumerate(cells):
        for across, value in enumerate(row):
            sheet.cell(start[0] + down, start[1] + across, value)


IDS = [f"A{n}" for n in range(5)]
NOTES = ["Notes"] * 5
PLAIN = ["Ref", "Finding", "Criterion", "Rating", "Evidence type", "Source"]


def other_headings(path: Path) -> None:
    headings = ["Ref", "What inspectors saw", "Links to", "View", "Where from", "Document"]
    tags = [tag.upper() for tag in TAGS]
    book(rows(headings, IDS, STATEMENTS, tags, RATINGS, METHODS, NOTES)).save(path)


def merged_title(path: Path) -> None:
    colours = ["Green", "Red", "Amber", "Red", "Green"]
    headings = ["No", "Finding", "Criterion", "RAG", "Evidence type", "Source"]
    cells = rows(headings, range(1, 6), STATEMENTS, TAGS, colours, METHODS, NOTES)
    book([["PEEL fieldwork: team B"], [None], *cells], merged=["A1:F1"]).save(path)


def two_row_header(path: Path) -> None:
    cells = rows(
        [None, "Text", "Framework ref", "Judgement", "Method"], IDS, STATEMENTS, TAGS, RATINGS, METHODS
    )
    groups = ["Ref", "Finding", None, "Rating", None]
    book([groups, *cells], merged=["A1:A2", "B1:C1", "D1:E1"]).save(path)


def scores(path: Path) -> None:
    codes = ["RESP-2a", "RESP-2c", "INV-2b", "OFF-1c", "TREAT-3a"]
    headings = ["Item", "Narrative", "PAF ref", "Score (1-4)", "Activity"]
    book(rows(headings, range(1, 6), STATEMENTS, codes, [4, 1, 2, 1, 3], METHODS)).save(path)


def yes_no(path: Path) -> None:
    headings = ["Key finding", "Diagnostic", "Standard met?", "How do you know"]
    book(rows(headings, STATEMENTS, TAGS, ["Yes", "No", "Partly", "No", "Yes"], METHODS)).save(path)


def as_printed(path: Path) -> None:
    framework = grader.open_session().framework.framework
    areas = [framework.area_of(tag).title for tag in TAGS]
    texts = [framework.characteristic(tag).text for tag in TAGS]
    headings = ["Ref", "Area", "Standard", "Finding", "Rating", "Evidence type", "Source"]
    book(rows(headings, IDS, areas, texts, STATEMENTS, RATINGS, METHODS, NOTES)).save(path)


def windows(path: Path) -> None:
    headings = ["Réf", "Observation", "Criteria", "Grading", "Method", "Document"]
    said = [f"“{each}”" for each in STATEMENTS]
    cells = rows(headings, IDS, said, TAGS, RATINGS, METHODS, ["Café notes"] * 5)
    path.write_bytes("".join(f"{';'.join(map(str, row))}\r\n" for row in cells).encode("cp1252"))


def at_d7(path: Path) -> None:
    book(rows(PLAIN, IDS, STATEMENTS, TAGS, RATINGS, METHODS, NOTES), start=(7, 4)).save(path)


def by_area(path: Path) -> None:
    made = openpyxl.Workbook()
    made.active.title = "Read me"
    made.active["A1"] = "How to fill this in"
    every = rows(PLAIN, IDS, STATEMENTS, TAGS, RATINGS, METHODS, NOTES)
    for title, first, last in (("Responding", 1, 3), ("Investigating", 3, 4), ("Other", 4, 6)):
        part = [[f"A{n}", *row[1:]] for n, row in enumerate(every[first:last])]
        lay(made.create_sheet(title), [PLAIN, *part])
    made.save(path)


def open_document(path: Path) -> None:
    headings = ["Ref", "Remarks", "Tags", "Traffic light", "Means", "Location"]
    cells = rows(headings, IDS, STATEMENTS, TAGS, "GRARG", METHODS, [f"page {n}" for n in range(5)])
    spoken = "".join(
        "<table:table-row>"
        + "".join(
            '<table:table-cell office:value-type="string">'
            f"<text:p>{escape(str(v))}</text:p></table:table-cell>"
            for v in row
        )
        + "</table:table-row>"
        for row in cells
    )
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{urn}:office:1.0"'
        f' xmlns:table="{urn}:table:1.0" xmlns:text="{urn}:text:1.0" office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="Findings log">{spoken}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)


CODES = ["RESP-2a", "RESP-2c", "INV-2b", "OFF-1c", "TREAT-3a"]
YESES = ["Fully", "Not at all", "To some extent", "Not at all", "Mostly"]


def texts() -> list[str]:
    framework = grader.open_session().framework.framework
    return [framework.characteristic(tag).text for tag in TAGS]


def area_and_text(path: Path) -> None:
    framework = grader.open_session().framework.framework
    both = [f"{framework.area_of(tag).title} – {text}" for tag, text in zip(TAGS, texts(), strict=True)]
    headings = ["#", "Area – Characteristic", "Finding", "RAG", "Source of info"]
    cells = rows(headings, range(1, 6), both, STATEMENTS, "GRARG", METHODS)
    book([*cells, [None], ["Total", None, 5], ["Green", None, 2]]).save(path)


def code_and_text(path: Path) -> None:
    both = [f"{code}\n({text})" for code, text in zip(CODES, texts(), strict=True)]
    headings = ["Ref", "Links to (PAF)", "Key finding", "Assessment (strong / weak)", "Basis"]
    book(rows(headings, IDS, both, STATEMENTS, RATINGS, METHODS)).save(path)


def parts_with_headings(path: Path) -> None:
    headings = [
        "Characteristic ID",
        "Statement of fact",
        "Met / Partly met / Not met",
        "Evidence gathered by",
    ]
    met = ["Met", "Not met", "Partly met", "Not met", "Met"]
    head, *cells = rows(headings, TAGS, STATEMENTS, met, METHODS)
    book([["North Force"], [None], head, ["Responding to the public"], *cells[:2], [None], ["Other areas"],
          *cells[2:]]).save(path)  # fmt: skip


def short_sheets(path: Path) -> None:
    made = openpyxl.Workbook()
    head, *cells = rows(["Characteristic", "Observation", "Score", "Evidence type"], texts(), STATEMENTS,
                        [4, 1, 2, 1, 3], METHODS)  # fmt: skip
    for number, row in enumerate(cells):
        lay(made.create_sheet(f"Visit {number}"), [head, row])
    made.save(path)


def long_headings(path: Path) -> None:
    headings = [
        "Which part of the assessment framework does it relate to?", "Please describe what you came across",
        "In your view does the force do as is expected of it?", "In what way was this obtained?",
        "When (date)",
    ]  # fmt: skip
    book(rows(headings, CODES, STATEMENTS, YESES, METHODS, range(44620, 44625))).save(path)


def begun_texts(path: Path) -> None:
    begun = [f"{' '.join(text.split()[:7])}…" for text in texts()]
    headings = ["Finding", "Framework statement (short)", "Met?", "Obtained from"]
    book(rows(headings, STATEMENTS, begun, ["yes", "no", "partial", "no", "yes"], METHODS)).save(path)


STRANGERS: dict[str, Callable[[Path], None]] = {
    "other_headings.xlsx": other_headings,
    "merged_title.xlsx": merged_title,
    "two_row_header.xlsx": two_row_header,
    "scores.xlsx": scores,
    "yes_no.xlsx": yes_no,
    "as_printed.xlsx": as_printed,
    "windows.csv": windows,
    "at_d7.xlsx": at_d7,
    "by_area.xlsx": by_area,
    "open_document.ods": open_document,
    "area_and_text.xlsx": area_and_text,
    "code_and_text.xlsx": code_and_text,
    "parts_with_headings.xlsx": parts_with_headings,
    "short_sheets.xlsx": short_sheets,
    "long_headings.xlsx": long_headings,
    "begun_texts.xlsx": begun_texts,
}

HEAD = {"id": "north", "body": "North Force", "framework": "PEEL_2021_22", "edition": "2022-03"}
OPTIONS = ["--inspection-id", "north", "--body", "N", "--framework", "PEEL_2021_22", "--edition", "2022-03"]


@pytest.mark.parametrize("name", STRANGERS)
def test_a_strangers_workbook_imports_once_its_mapping_is_confirmed(name, tmp_path):
    STRANGERS[name](tmp_path / name)
    proposed = grader.propose_mapping(tmp_path / name)
    assert [] == proposed.missing
    evidence = grader.import_sheet(tmp_path / name, mapping=proposed, head=HEAD).inspection.evidence
    assert TAGS == [each.characteristics[0] for each in evidence]
    assert ["meets", "falls_short"] == [evidence[4].assessment, evidence[1].assessment]
    assert STATEMENTS[1] in evidence[1].statement


@pytest.mark.parametrize("name", ["other_headings.xlsx", "scores.xlsx", "yes_no.xlsx", "windows.csv"])
def test_yes_never_confirms_a_rating_word(name, tmp_path, capsys):
    STRANGERS[name](tmp_path / name)
    out = tmp_path / "out.yaml"
    assert 2 == run(["import", str(tmp_path / name), "-o", str(out), "--yes", *OPTIONS])
    assert "not sure of" in capsys.readouterr().err
    assert not out.exists()


def test_yes_is_enough_where_nothing_but_headings_differs(tmp_path):
    ours = ["meets", "falls_short", "meets", "falls_short", "meets"]
    headings = ["Ref", "Narrative", "Maps to", "Verdict", "Means", "Docs"]
    book(rows(headings, IDS, STATEMENTS, TAGS, ours, ["data"] * 5, NOTES)).save(tmp_path / "a.xlsx")
    command = ["import", str(tmp_path / "a.xlsx"), "-o", str(tmp_path / "out.yaml"), *OPTIONS]
    assert 2 == run(command)
    assert 0 == run([*command, "--yes"])


def test_the_proposal_is_a_file_to_edit_and_to_import_with(tmp_path, capsys):
    other_headings(tmp_path / "a.xlsx")
    mapping = tmp_path / "mapping.yaml"
    assert 0 == run(["import", str(tmp_path / "a.xlsx"), "--start-mapping", str(mapping)])
    assert '"Strong": meets  # confirm: 1 row' in mapping.read_text("utf-8")
    assert "Calls to 999" in capsys.readouterr().out
    out = ["-o", str(tmp_path / "out.yaml")]
    assert 0 == run(["import", str(tmp_path / "a.xlsx"), "--mapping", str(mapping), *out, *OPTIONS])
    assert 2 == run(["import", str(tmp_path / "a.xlsx"), "--start-mapping", str(mapping)])  # it is there


def test_a_word_nobody_can_guess_has_to_be_written(tmp_path):
    odd = ["zorp", "weak", "strong", "weak", "strong"]
    book(rows(PLAIN, IDS, STATEMENTS, TAGS, odd, ["data"] * 5, NOTES)).save(tmp_path / "a.xlsx")
    proposed = grader.propose_mapping(tmp_path / "a.xlsx")
    assert {"zorp": None, "weak": "falls_short", "strong": "meets"} == {
        w.word: w.meaning for w in proposed.words
    }
    with pytest.raises(InputError, match="'assessment' of 'A0' cannot be 'zorp'"):
        grader.import_sheet(tmp_path / "a.xlsx", mapping=proposed, head=HEAD)


def test_areas_alone_tag_nothing(tmp_path):
    areas = ["Responding to the public"] * 5
    headings = ["Ref", "Area", "Finding", "Rating", "Evidence type", "Source"]
    book(rows(headings, IDS, areas, STATEMENTS, RATINGS, METHODS, NOTES)).save(tmp_path / "a.xlsx")
    proposed = grader.propose_mapping(tmp_path / "a.xlsx")
    assert ("Responding to the public", None) in [(w.word, w.meaning) for w in proposed.words]
    assert any("Responding to the public" in each for each in proposed.open)


def test_one_slip_in_a_sheet_of_our_own_words_is_a_fault_and_no_mapping(tmp_path, capsys):
    ours = ["meats", "falls_short", "meets", "falls_short", "meets"]
    headings = ["id", "statement", "characteristics", "assessment", "basis", "source"]
    cells = rows(headings, IDS, STATEMENTS, TAGS, ours, ["data"] * 5, NOTES)
    book(cells).save(tmp_path / "a.xlsx")
    assert 2 == run(["import", str(tmp_path / "a.xlsx"), "-o", str(tmp_path / "out.yaml"), *OPTIONS])
    said = capsys.readouterr()
    assert "did you mean 'meets'?" in said.err
    assert "not sure" not in said.err


def test_several_books_become_one_inspection_with_ids_kept_apart(tmp_path):
    other_headings(tmp_path / "ann.xlsx")
    scores(tmp_path / "bob.xlsx")
    books = [tmp_path / "ann.xlsx", tmp_path / "bob.xlsx"]
    proposed = [grader.propose_mapping(each) for each in books]
    made = grader.import_sheet(books, mapping=proposed, head=HEAD)
    assert 10 == len(made.inspection.evidence)
    assert 10 == len({each.id for each in made.inspection.evidence})


def test_a_sheet_that_is_no_list_of_findings_is_said_to_be_none(tmp_path):
    book([["Budget", "2021", "2022"], ["Cars", 1, 2]]).save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="no sheet looks like a list of findings"):
        grader.propose_mapping(tmp_path / "a.xlsx")


def test_the_proposal_holds_to_its_schema(tmp_path):
    import jsonschema

    other_headings(tmp_path / "a.xlsx")
    proposed = grader.propose_mapping(tmp_path / "a.xlsx")
    jsonschema.validate(proposed.model_dump(mode="json", by_alias=True), grader.schema("proposed_mapping"))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("RESP – 2 c", "responding.2c"),
        ("RESP-2a; RESP-2c (calls)", "responding.2a, responding.2c"),
        ("Responding to the public 2c", "responding.2c"),
        ("Recording data about crime: 1a", "recording.1a"),
        ("CDI-1", "recording.1a"),
        ("Responding to the public", None),
        ("Responding to the public – something else altogether", None),
        ("2c", None),
        ("Shift 12a of 14", None),
    ],
)
def test_a_characteristic_is_recognised_by_its_code_or_its_area_and_number(cell, expected):
    names = PrintedNames(grader.open_session().framework.framework, "2022-03")
    assert expected == CharacteristicWords(names).meant(cell)


def test_rows_that_hold_a_total_or_a_heading_are_told_of(tmp_path):
    area_and_text(tmp_path / "a.xlsx")
    made = grader.import_sheet(
        tmp_path / "a.xlsx", mapping=grader.propose_mapping(tmp_path / "a.xlsx"), head=HEAD
    )
    said = [w.message for w in made.warnings if w.code == "row_not_read"]
    assert ["row 8 holds a total, and is not read", "row 9 holds a count, and is not read"] == said


def test_a_finding_alone_in_its_row_is_a_fault_and_no_heading(tmp_path):
    cells = rows(PLAIN, IDS, STATEMENTS, TAGS, ["meets"] * 5, ["data"] * 5, NOTES)
    book([*cells, [None, "Nobody answered the door"]]).save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="'Criterion' is blank"):
        grader.import_sheet(tmp_path / "a.xlsx", head=HEAD)
