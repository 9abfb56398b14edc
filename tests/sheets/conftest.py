"""Spreadsheets made by hand, and the command that imports them, in this process or in a small one."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from grader.cli import main
from grader.io import catalogue

ROOT = Path(__file__).resolve().parents[2]
#: Of the processor: a guard against hanging, which a busy machine does not set off.
GUARD_SECONDS = 40
MEMORY = 500 * 2**20

HEADER = ["id", "characteristics", "assessment", "statement", "basis", "source", "locator"]
ROW = ["E1", "responding.1a", "meets", "Answers calls", "data", "notes", "page 3"]
HEAD = ["--inspection-id", "i", "--body", "A Force", "--framework", "PEEL_2021_22", "--edition", "2022-03"]

_ODS_NAMES = " ".join(
    f'xmlns:{short}="{name}"'
    for short, name in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    }.items()
)


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        return [line.removeprefix("error: ") for line in self.err.splitlines() if line.startswith("error: ")]


@pytest.fixture
def header() -> list[str]:
    return list(HEADER)


@pytest.fixture
def row() -> list[str]:
    return list(ROW)


@pytest.fixture
def xlsx(tmp_path: Path) -> Callable[..., Path]:
    """`xlsx({"Evidence": rows})`: a workbook of these sheets; `touch` may change it before it is saved."""

    def write(
        sheets: dict[str, Sequence[Sequence[Any]]],
        name: str = "findings.xlsx",
        touch: Callable[[Any], None] | None = None,
    ) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for title, rows in sheets.items():
            page = book.create_sheet(title)
            for values in rows:
                page.append(list(values))
        if touch is not None:
            touch(book)
        book.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    """`csv_file(rows)`: a CSV file of these rows."""

    def write(rows: Sequence[Sequence[Any]], name: str = "findings.csv", delimiter: str = ",") -> Path:
        stream = io.StringIO()
        csv.writer(stream, delimiter=delimiter).writerows(rows)
        (tmp_path / name).write_text(stream.getvalue(), encoding="utf-8")
        return tmp_path / name

    return write


@pytest.fixture
def ods(tmp_path: Path) -> Callable[..., Path]:
    """`ods(tables)`: an OpenDocument workbook of this XML."""

    def write(tables: str, name: str = "findings.ods", prolog: str = "") -> Path:
        content = (
            f'<?xml version="1.0"?>{prolog}<office:document-content {_ODS_NAMES}><office:body>'
            f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
        )
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as parts:
            parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            parts.writestr("content.xml", content)
            parts.writestr("META-INF/manifest.xml", "<manifest/>")
        return tmp_path / name

    return write


@pytest.fixture
def importing(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Ran]:
    """`importing(path, ...)`: the command, with a head, writing to `inspection.yaml`."""

    def running(path: Path, *arguments: object, head: Sequence[str] = HEAD) -> Ran:
        capfd.readouterr()
        output = tmp_path / "inspection.yaml"
        code = main(["import", str(path), "-o", str(output), "--force", *head, *map(str, arguments)])
        captured = capfd.readouterr()
        return Ran(code, captured.out, captured.err)

    return running


@pytest.fixture
def written(tmp_path: Path) -> Callable[[], Any]:
    """`written()`: the inspection that `importing` wrote, read as any other."""
    from grader import api

    return lambda: api.load(tmp_path / "inspection.yaml").inspection


@pytest.fixture
def guarded(tmp_path: Path, measured_grader: Any, forking: Callable[..., int]) -> Callable[..., Ran]:
    """`guarded("import", ...)`: a process of its own, killed when late, that keeps within its memory."""

    def running(*arguments: object) -> Ran:
        out, err = tmp_path / ".out", tmp_path / ".err"
        out.write_bytes(b"")
        err.write_bytes(b"")
        measured_grader.file.unlink(missing_ok=True)
        code = forking(
            arguments=[*map(str, arguments)],
            cwd=str(Path.cwd()),
            env=dict(os.environ),
            out=str(out),
            err=str(err),
            peak=str(measured_grader.file),
            address_space=2**31,
            seconds=GUARD_SECONDS,
        )
        ran = Ran(code, out.read_text("utf-8"), err.read_text("utf-8"))
        assert ran.code in (0, 2), f"exit code {ran.code}: {ran.err[:1000]}"
        assert 0 < measured_grader.peak < MEMORY, f"{measured_grader.peak / 2**20:.0f} MB"
        return ran

    return running


@pytest.fixture(scope="session")
def framework() -> Any:
    return catalogue.framework("PEEL_2021_22")


@pytest.fixture
def leicestershire() -> Path:
    return ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml"
