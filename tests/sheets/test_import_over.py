"""An inspection imported over another: what the sheet does not hold is kept, what it replaces is listed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main

Importing = Callable[..., Any]
Written = Callable[[], Any]

BEFORE = """\
# a note
inspection:
  {id: i, body: A Force, framework: PEEL_2021_22, edition: "2022-03", not_inspected: [organised_crime]}
sources:
  visit: {title: The visit, url: "https://example.org", published: "2022-03"}
  old: {title: An older source}
evidence:
  - {id: E1, characteristics: [treatment.1a], assessment: falls_short, statement: Nobody explains.,
     basis: interview, harm: serious, extent: some, source: visit, locator: p. 3}
  - {id: E2, characteristics: [treatment.1b], assessment: meets, statement: Same., basis: interview,
     source: visit}
  - {id: E3, characteristics: [treatment.1b], assessment: meets, statement: Gone., basis: interview,
     source: old}
findings:
  - {id: F1, kind: cause_of_concern, area: treatment, statement: x, recommendations: [y],
     evidence: [E1, E3], source: old}
previous:
  - {id: P1, kind: area_for_improvement, area: strategy, statement: x, progress: closed}
"""
ROWS = [
    ["id", "characteristics", "assessment", "statement", "basis", "source"],
    ["E1", "treatment.1a", "partly_meets", "Few explain.", "interview", "visit"],
    ["E2", "treatment.1b", "meets", "Same.", "interview", "visit"],
    ["E4", "treatment.2a", "meets", "New.", "interview", "notes"],
]


@pytest.fixture
def before(tmp_path: Path) -> Path:
    path = tmp_path / "inspection.yaml"
    path.write_text(BEFORE)
    return path


def test_what_the_sheet_does_not_hold_is_kept_and_what_it_replaces_is_listed(
    before: Path, csv_file: Callable[..., Path], importing: Importing, written: Written
) -> None:
    ran = importing(csv_file(ROWS), "--body", "B Force")

    assert 0 == ran.code, ran.err
    now = written()
    assert ["organised_crime"] == now.inspection.not_inspected
    assert (["F1"], ["E1"], ["P1"]) == (
        [f.id for f in now.findings], now.findings[0].evidence, [f.id for f in now.previous]
    )  # fmt: skip
    assert {"visit": "The visit", "old": "An older source", "notes": "notes"} == {
        name: source.title for name, source in now.sources.items()
    }
    first = now.evidence[0]
    assert ("partly_meets", "serious", "some", "p. 3") == (
        first.assessment, first.harm, first.extent, first.locator
    )  # fmt: skip
    listed = ran.err[ran.err.index("note: ") :].splitlines()
    assert [
        "note: replaced in the inspection that was there:",
        "  body 'A Force' becomes 'B Force'",
        "  evidence new: 1 (E4)",
        "  evidence changed: E1: assessment falls_short becomes partly_meets, statement Nobody explains."
        " becomes Few explain.",
        "  evidence changed: E2: locator nothing becomes row 3",
        "  evidence gone: 1 (E3)",
        "  evidence kept: 'extent', for which the sheet has no column, of 1 (E1)",
        "  evidence kept: 'harm', for which the sheet has no column, of 1 (E1)",
        "  evidence kept: 'locator', for which the sheet has no column, of 1 (E1)",
        "  sources new: 1 (notes)",
        "  findings changed: F1 rested on E3, which is gone",
    ] == listed


def test_the_head_of_the_inspection_that_is_there_need_not_be_said_again(
    before: Path, csv_file: Callable[..., Path], importing: Importing, written: Written
) -> None:
    assert 0 == importing(csv_file(ROWS), head=[]).code
    assert ("i", "A Force") == (written().inspection.id, written().inspection.body)


def test_a_sheet_of_findings_replaces_those_that_are_there(
    before: Path, xlsx: Callable[..., Path], importing: Importing, written: Written
) -> None:
    findings = [["id", "kind", "area", "statement"], ["F2", "Innovative practice", "treatment", "x"]]

    ran = importing(xlsx({"Evidence": ROWS, "Findings": findings}))

    assert (["F2"], ["P1"]) == ([f.id for f in written().findings], [f.id for f in written().previous])
    assert "  findings new: 1 (F2)\n  findings gone: 1 (F1)\n" in ran.err


def test_the_same_sheet_twice_replaces_nothing(
    csv_file: Callable[..., Path], importing: Importing, tmp_path: Path
) -> None:
    texts = []
    for _ in range(2):
        ran = importing(csv_file(ROWS))
        texts.append((tmp_path / "inspection.yaml").read_bytes())

    assert "note:" not in ran.err
    assert texts[0] == texts[1]


def test_a_dry_run_lists_what_would_be_replaced(
    before: Path, csv_file: Callable[..., Path], importing: Importing
) -> None:
    ran = importing(csv_file(ROWS), "--dry-run")

    assert "note: would be replaced in the inspection that was there:" in ran.err
    assert BEFORE == before.read_text()


@pytest.mark.parametrize("text", ["a: b\n", BEFORE.replace("falls_short", "fails"), "[", "id,statement\n"])
def test_a_file_of_which_nothing_could_be_kept_is_not_replaced(
    before: Path, csv_file: Callable[..., Path], importing: Importing, text: str
) -> None:
    before.write_text(text)

    ran = importing(csv_file(ROWS))

    assert 2 == ran.code
    says = f"{before}: the file to be replaced is no sound inspection, and what it holds could not be kept"
    assert says == ran.errors[0]
    assert text == before.read_text()


def test_what_was_kept_has_to_fit_the_edition(
    before: Path, csv_file: Callable[..., Path], importing: Importing
) -> None:
    before.write_text(BEFORE.replace("treatment, statement: x", "treatmen, statement: x"))

    ran = importing(csv_file(ROWS))

    assert [f"{before}:15:44: unknown area 'treatmen'"] == ran.errors


def test_without_force_nothing_is_replaced(before: Path, csv_file: Callable[..., Path]) -> None:
    assert 2 == main(["import", str(csv_file(ROWS)), "-o", str(before)])
    assert BEFORE == before.read_text()


def test_what_was_settled_and_left_out_is_kept(tmp_path):
    import shutil
    from pathlib import Path

    import grader

    agreed = tmp_path / "agreed.yaml"
    shutil.copy(Path(__file__).resolve().parents[2] / "examples" / "moderation" / "agreed.yaml", agreed)
    book = tmp_path / "agreed.xlsx"
    grader.export_workbook(agreed, book)
    again = grader.import_sheet([book], over=agreed).inspection
    assert grader.load(agreed).inspection == again
