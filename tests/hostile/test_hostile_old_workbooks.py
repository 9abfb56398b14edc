"""Workbooks in Excel's older format that are cut short or hold anything at all: refused, and clearly."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main
from grader.sheets import old_books, worker

SOUND = Path(__file__).resolve().parents[1] / "sheets" / "found_in_use" / "libreoffice.xls"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEAD = ["--inspection-id", "i", "--body", "A Force", "--framework", "PEEL_2021_22", "--edition", "2022-03"]
#: One of the two, for what the library says of a workbook or for what ends its process.
SAID = (
    "error: made.xls: the workbook is damaged: its sheets cannot be read\n"
    "  help: open it in a spreadsheet program and save it again\n",
    "error: made.xls: the workbook asks for more memory than it may have, or is damaged\n"
    "  help: save it as .xlsx, or take out what is not needed\n",
)

Ran = tuple[int, str, str]


@pytest.fixture
def importing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Callable[[bytes], Ran]:
    """`importing(raw)`: exit code, output and errors, those of its child processes too."""

    def run(raw: bytes) -> Ran:
        path = tmp_path / "made.xls"
        path.write_bytes(raw)
        capfd.readouterr()
        code = main(["import", str(path), "--dry-run", *HEAD])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.mark.parametrize("size", [8, 9, 76, 511, 512, 513, 1024, 2048, 3000, 4096, 5000, 6000])
def test_an_old_workbook_that_is_cut_short_is_refused(importing: Callable[[bytes], Ran], size: int) -> None:
    code, out, err = importing(SOUND.read_bytes()[:size])

    assert (2, "") == (code, out)
    assert err.startswith(SAID)


@pytest.mark.parametrize("size", [0, 1, 504, 505, 5_000, 200_000])
@pytest.mark.parametrize("kept", [8, 76, 512])
def test_anything_at_all_behind_the_start_of_an_old_workbook_is_refused(
    importing: Callable[[bytes], Ran], kept: int, size: int
) -> None:
    sound = SOUND.read_bytes()
    assert sound.startswith(OLE)

    code, out, err = importing(sound[:kept] + random.Random(size).randbytes(size))

    assert (2, "") == (code, out)
    assert err.startswith(SAID)


@pytest.mark.parametrize("seed", range(20))
def test_an_old_workbook_with_bytes_changed_is_read_or_refused(
    importing: Callable[[bytes], Ran], seed: int
) -> None:
    rng = random.Random(seed)
    raw = bytearray(SOUND.read_bytes())
    for _ in range(rng.choice([1, 5, 50])):
        raw[rng.randrange(8, len(raw))] = rng.randrange(256)

    code, _, err = importing(bytes(raw))

    assert code in (0, 2)
    assert "Traceback" not in err
    assert "made.xls" in err


@pytest.mark.parametrize(
    "ends",
    [
        'print("{\\"sheets\\": [["); sys.exit(1)',
        'sys.stdout.write("{"); sys.stdout.flush(); import os; os.abort()',
        "raise SystemExit(3)",
    ],
)
def test_a_reader_that_ends_in_the_middle_of_its_answer_is_not_believed(
    importing: Callable[[bytes], Ran], monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    monkeypatch.setattr(old_books, "READER", f"import sys; {ends}")

    code, _, err = importing(SOUND.read_bytes())

    assert (2, SAID[1]) == (code, err)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_stored_as_a_number_and_is_none_is_a_fault_of_its_cell(value: Any) -> None:
    assert ("e", "#NUM!") == worker.as_told(value)
