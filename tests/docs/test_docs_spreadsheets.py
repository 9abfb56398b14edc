"""The mapping shown in the page on spreadsheets reads, and its tables name the columns there are."""

from __future__ import annotations

import re
from pathlib import Path

from grader.sheets import limits
from grader.sheets.columns import SHEETS
from grader.sheets.mapping import read_mapping

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "spreadsheets.md").read_text(encoding="utf-8")


def test_the_mapping_shown_reads(tmp_path: Path) -> None:
    shown = re.search(r"<!-- mapping -->\n```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert shown is not None
    (tmp_path / "mapping.yaml").write_text(shown[1], encoding="utf-8")

    assert "Raw findings" == read_mapping(tmp_path / "mapping.yaml").evidence.sheet


def test_the_table_names_every_column() -> None:
    for sheet in SHEETS:
        row = next(line for line in PAGE.splitlines() if line.startswith(f"| {sheet.name} |"))
        _, _, _, needed, other, _ = row.split("|")

        assert [c.name for c in sheet.columns if c.required] == needed.strip(" `").split()
        assert [c.name for c in sheet.columns if not c.required] == other.strip(" `").split()


def test_the_limits_are_those_there_are() -> None:
    for figure in (
        f"{limits.FILE_LIMIT / 2**20:g} MiB",
        f"{limits.UNPACKED_LIMIT / 2**20:g} MiB",
        f"{limits.ROW_LIMIT:,} rows, {limits.COLUMN_LIMIT} columns",
        f"{limits.FILLED_LIMIT:,} cells",
        f"{limits.AREA_LIMIT:,} between",
        f"{limits.TEXT_LIMIT / 2**20:g} million characters",
    ):
        assert figure in PAGE
