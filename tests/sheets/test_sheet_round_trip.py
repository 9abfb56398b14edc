"""What is exported comes back the same, whatever is in it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.io import catalogue
from grader.model.base import LARGEST_FIGURE
from grader.model.inspection import Inspection
from grader.sheets.importing import import_sheet
from grader.sheets.workbook import workbook_bytes
from grader.sheets.yaml_text import inspection_text
from grader.testing.strategies import inspections

FRAMEWORK = catalogue.framework("PEEL_2021_22")
BOOK = catalogue.rulebook("PEEL_2021_22", FRAMEWORK)
#: Any character an inspection file may hold.
TEXT = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc", "Zl", "Zp", "Cn"],
        exclude_characters="\ufeff",
        include_characters="\n\t=+-@_x0123456789",
    ),
    min_size=1,
    max_size=40,
).filter(lambda t: bool(t.strip()))


def back(inspection: Inspection) -> Inspection:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "book.xlsx")
        path.write_bytes(workbook_bytes(inspection, FRAMEWORK.framework))
        imported = import_sheet(path).inspection
        inspection_text(imported, path.name)
        return imported


@given(inspections(FRAMEWORK.framework, measures=BOOK.measures))
@settings(max_examples=6, deadline=None)
def test_an_exported_inspection_imports_back_the_same(inspection: Inspection) -> None:
    assert inspection == back(inspection)


def with_words(inspection: Inspection, words: str, figure: float) -> Inspection:
    """The inspection with these words and this figure wherever any may stand."""
    data: Any = inspection.model_dump()
    data["inspection"]["body"] = words
    data["sources"]["s"] = {"title": words, "url": words}
    for entry in (*data["evidence"], *data["findings"], *data["previous"]):
        entry["statement"] = words
    for item in data["evidence"]:
        item |= {"locator": words, "measure": {"name": "m", "value": figure, "unit": words}}
    for finding in (*data["findings"], *data["previous"]):
        finding["recommendations"] = [words, "x", words]
    return Inspection.model_validate(data)


SMALL = Inspection.model_validate(
    {
        "inspection": {"id": "i", "body": "b", "framework": "PEEL_2021_22", "edition": "2022-03"},
        "sources": {"s": {"title": "t"}},
        "evidence": [
            {
                "id": "E1",
                "characteristics": ["responding.1a"],
                "assessment": "meets",
                "statement": "x",
                "basis": "data",
                "source": "s",
            }
        ],
        "findings": [{"id": "F1", "kind": "cause_of_concern", "area": "responding", "statement": "x"}],
    }
)


@given(TEXT, st.floats(-LARGEST_FIGURE, LARGEST_FIGURE, allow_subnormal=False))
@settings(max_examples=8, deadline=None)
def test_any_words_and_any_figure_come_back_unchanged(words: str, figure: float) -> None:
    words = "" if words == "percent" else words
    inspection = with_words(SMALL, words or "x", figure)

    assert inspection == back(inspection)


@pytest.mark.parametrize(
    "words",
    [
        "=1+1",
        "+44 116",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "=cmd|' /C calc'!A0",
        "#N/A",
        "TRUE",
        "1e5",
        "2022-10",
        "12:30",
        "'quoted",
        "_x0041_",
        "_x005F_x0041_",
        " led and followed \n",
    ],
)
def test_what_a_spreadsheet_would_run_or_change_is_text(words: str, tmp_path: Path) -> None:
    inspection = with_words(SMALL, words, 1.5)
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook_bytes(inspection, FRAMEWORK.framework))

    cells = [c for page in openpyxl.load_workbook(path) for row in page for c in row if c.value is not None]

    assert {"s", "n"} == {c.data_type for c in cells}
    assert inspection == back(inspection)


def test_ids_with_signs_that_part_others_are_taken_whole() -> None:
    data: Any = SMALL.model_dump()
    data["evidence"][0]["id"] = "E,1; a"
    data["findings"][0]["evidence"] = ["E,1; a"]
    inspection = Inspection.model_validate(data)

    assert inspection == back(inspection)


def test_the_example_comes_back_the_same_and_in_the_same_bytes(leicestershire: Path) -> None:
    from grader import api

    inspection = api.load(leicestershire).inspection

    assert inspection == back(inspection)
    first, second = (workbook_bytes(inspection, FRAMEWORK.framework) for _ in range(2))
    assert first == second


def test_the_workbook_has_lists_to_choose_from_notes_and_a_header_that_stays(
    tmp_path: Path, importing: Callable[..., Any], leicestershire: Path
) -> None:
    from grader.cli import main

    path = tmp_path / "book.xlsx"
    assert 0 == main(["export", str(leicestershire), "--xlsx", str(path)])

    book = openpyxl.load_workbook(path)
    page = book["Evidence"]
    lists = {
        str(rule.sqref).rstrip("0123456789:"): rule.formula1 for rule in page.data_validations.dataValidation
    }

    names = ["How to use", "Inspection", "Sources", "Evidence", "Findings", "Previous", "Characteristics"]
    assert names == book.sheetnames
    assert "A2" == page.freeze_panes
    assert '"exceeds,meets,partly_meets,falls_short"' in lists.values()
    assert "Characteristics!$A$2:$A$154" in lists.values()
    assert page["A1"].comment is not None
    assert 154 == book["Characteristics"].max_row
    assert 2 == main(["export", str(leicestershire), "--xlsx", str(path)])  # it is kept


def test_workbook_is_made_without_files_that_a_kill_would_leave(monkeypatch):
    """Found in use: openpyxl leaves `openpyxl.*` in the temporary folder of a process that is killed."""
    from grader.api import load

    def refused(*_, **__):
        raise AssertionError("a temporary file was made")

    loaded = load(Path(__file__).resolve().parents[2] / "examples" / "sussex_2021_22" / "inspection.yaml")
    for name in ("NamedTemporaryFile", "mkstemp", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, refused)
    monkeypatch.setattr(import_module("openpyxl.worksheet._writer"), "NamedTemporaryFile", refused)
    assert workbook_bytes(loaded.inspection, loaded.framework.framework).startswith(b"PK")
