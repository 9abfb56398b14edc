"""An inspector's evening: four workbooks, no YAML by hand, and by nine a report in every format.

Import, mark, mend, merge, grade, brief, PDF, Word, Excel; what is concluded is what the same evidence in
YAML gives.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest
import yaml

import grader
from grader.model.inspection import Evidence

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml"
HEAD = {"id": "north-2022", "body": "North Force", "framework": "PEEL_2021_22", "edition": "2022-03"}
OPTIONS = ["--inspection-id", "north-2022", "--body", "North Force", "--framework", "PEEL_2021_22"]
OPTIONS += ["--edition", "2022-03"]
FIELDS = ("characteristics", "assessment", "statement", "basis", "extent", "harm", "source", "locator")
#: What each inspector calls the columns, and the words they use instead of ours.
ANN = (
    ["What inspectors saw", "Criterion", "View", "Where from", "Extent", "Harm", "Document", "Page"],
    {"exceeds": "Outstanding", "meets": "Strong", "partly_meets": "Partial", "falls_short": "Weak"}
    | {"case_file_review": "Case audit", "interview": "Focus group", "observation": "Site visit"},
)
BOB = (
    ["Finding", "Framework ref", "Judgement", "Method", "How far", "Harm", "Source", "Location"],
    {"exceeds": "Exceeds", "meets": "Met", "partly_meets": "Partly met", "falls_short": "Not met"},
)
CAT = (
    ["Narrative", "Standard", "Score (1-4)", "Evidence type", "Extent", "Harm", "Source", "Page"],
    {"exceeds": "4", "meets": "3", "partly_meets": "2", "falls_short": "1"},
)
DAN = (
    ["Observation", "Criteria", "Rating", "Method", "Extent", "Harm", "Document", "Page"],
    {"exceeds": "Excellent", "meets": "Good", "partly_meets": "Partly", "falls_short": "Poor"},
)
ORDER = ("statement", "characteristics", "assessment", "basis", "extent", "harm", "source", "locator")
Cells = Sequence[Sequence[object]]
Inspector = tuple[list[str], dict[str, str]]


def _said(item: Evidence, words: dict[str, str], joined: str) -> list[object]:
    """An item as an inspector wrote it."""
    held = {
        **item.model_dump(),
        "characteristics": joined.join(item.characteristics),
        "source": "Field notes",
    }
    return [words.get(str(held[name]), held[name]) or "" for name in ORDER]


def _rows(
    items: Sequence[Evidence], inspector: tuple[list[str], dict[str, str]], joined: str = ", "
) -> Cells:
    headings, words = inspector
    numbered = ([f"{n}", *_said(item, words, joined)] for n, item in enumerate(items, 1))
    return [["No", *headings], *numbered]


def _xlsx(path: Path, rows: Cells, title: str | None = None) -> None:
    book = openpyxl.Workbook()
    page: Any = book.active
    if title is not None:
        page.append([title])
        page.append([])
        page.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(rows[0]))
    for row in rows:
        page.append(list(row))
    book.save(path)


def _ods(path: Path, rows: Cells) -> None:
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    told = "".join(
        "<table:table-row>"
        + "".join(
            '<table:table-cell office:value-type="string">'
            f"<text:p>{escape(str(v))}</text:p></table:table-cell>"
            for v in row
        )
        + "</table:table-row>"
        for row in rows
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{urn}:office:1.0"'
            f' xmlns:table="{urn}:table:1.0" xmlns:text="{urn}:text:1.0" office:version="1.2"><office:body>'
            f'<office:spreadsheet><table:table table:name="Log">{told}</table:table></office:spreadsheet>'
            "</office:body></office:document-content>",
        )


def _csv_of_windows(path: Path, rows: Cells) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode("cp1252"))


@pytest.fixture(scope="module")
def items() -> list[Evidence]:
    """Findings of a published report, those that rest on a figure left aside."""
    found = [item for item in grader.load(EXAMPLE).inspection.evidence if item.measure is None]
    plain = [item for item in found if not (item.remedied or item.innovative)]
    # One says something only Windows' own character set has.
    plain[-1] = plain[-1].model_copy(update={"statement": "“Café” visits – twice a week – cost £5"})
    return plain


def _conclusions(proposal: Any) -> list[Any]:
    """What is concluded, without the names of items."""
    return [
        (
            area.area, area.outcome, area.grade, area.possible, area.profile,
            [(c.id, c.status, len(c.evidence)) for c in area.characteristics],
            sorted((f.kind, tuple(f.characteristics), len(f.evidence)) for f in area.findings),
        )
        for area in proposal.areas
    ]  # fmt: skip


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_four_workbooks_become_a_report_without_yaml_by_hand(
    every: int,
    items: list[Evidence],
    tmp_path: Path,
    run: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("typst")
    pytest.importorskip("docx")
    monkeypatch.chdir(tmp_path)
    items = items[::-every][::-1]
    quarter = len(items) // 4
    parts = [items[at * quarter : (at + 1) * quarter if at < 3 else None] for at in range(4)]
    _xlsx(tmp_path / "ann.xlsx", _rows(parts[0], ANN))
    _xlsx(tmp_path / "bob.xlsx", _rows(parts[1], BOB, "; "), title="PEEL fieldwork: team B")
    _ods(tmp_path / "cat.ods", _rows(parts[2], CAT))
    _csv_of_windows(tmp_path / "dan.csv", _rows(parts[3], DAN))
    # Ann's slip of the pen, which the import finds.
    book = openpyxl.load_workbook("ann.xlsx")
    page: Any = book.active
    right = page["C5"].value
    page["C5"] = "victims.99z"
    book.save("ann.xlsx")

    for name in ("ann.xlsx", "bob.xlsx", "cat.ods", "dan.csv"):
        stem = name.partition(".")[0]
        # Another's words are never read as they are; looked at, the proposal is confirmed by using it.
        assert 2 == run("import", name, "-o", f"{stem}.yaml", *OPTIONS).code
        ran = run("import", name, "--start-mapping", f"{stem}_map.yaml")
        assert 0 == ran.code, ran.err
        command = ["import", name, "-o", f"{stem}.yaml", "--mapping", f"{stem}_map.yaml", *OPTIONS]
        if name == "ann.xlsx":
            ran = run(*command, "--mark", "ann_marked.xlsx")
            assert 2 == ran.code
            assert "ann.xlsx:Sheet!C5" in ran.err
            marked = openpyxl.load_workbook("ann_marked.xlsx")
            cell: Any = marked["Sheet"]["C5"]
            assert "victims.99z" in cell.comment.text
            cell.value = right
            marked["Sheet"]["C5"].comment = None
            marked.save("ann.xlsx")
        ran = run(*command)
        assert 0 == ran.code, ran.err

    ran = run("merge", "ann.yaml", "bob.yaml", "cat.yaml", "dan.yaml", "-o", "all.yaml")
    assert 0 == ran.code, ran.err
    ran = run("grade", "all.yaml", "--brief", "--report", "brief.pdf")
    assert 0 == ran.code, ran.err
    assert ran.out.startswith("North Force: proposed grades in brief\n")
    reports = [f"report.{ending}" for ending in ("pdf", "docx", "xlsx", "html")]
    asked = [part for name in reports for part in ("--report", name)]
    # The sample writes the short ones.
    ran = run("grade", "all.yaml", "-o", "all.json", *asked, *(["--brief"] if every > 1 else []))
    assert 0 == ran.code, ran.err
    assert [b"%PDF", b"PK\x03\x04", b"PK\x03\x04", b"<!DO"] == [Path(n).read_bytes()[:4] for n in reports]

    merged = grader.load("all.yaml")
    statements = sorted(" ".join(item.statement.split()) for item in items)
    assert statements == sorted(" ".join(e.statement.split()) for e in merged.inspection.evidence)
    in_yaml = {
        "inspection": HEAD,
        "sources": {"notes": {"title": "Field notes"}},
        "evidence": [
            {"id": f"E{n}", **item.model_dump(include=set(FIELDS)), "source": "notes"}
            for n, item in enumerate(items)
        ],
    }
    Path("by_hand.yaml").write_text(yaml.safe_dump(in_yaml, allow_unicode=True), encoding="utf-8")
    assert _conclusions(grader.grade("by_hand.yaml")) == _conclusions(merged.proposal)
