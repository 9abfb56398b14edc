"""Good sheets with something changed, imported one after another: nothing crashes, no row goes unsaid.

A change is a function marked `@text`, for tables in text, or `@rows`, for the rows of any spreadsheet; one
marked `@workbook` is given the workbook just before it is saved. What is marked is drawn like the rest.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import random
import re
import resource
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.cli import main as command
from grader.errors import GraderError
from grader.sheets.headings import heading_name
from grader.sheets.importing import import_sheet

HEAD = {"id": "x", "body": "A Force", "framework": "PEEL_2021_22", "edition": "2022-03"}
OPTIONS = ["--inspection-id", "x", "--body", "B", "--framework", "PEEL_2021_22", "--edition", "2022-03"]
MEMORY = 512 * 2**20
COLUMNS = ["id", "characteristics", "assessment", "statement", "basis", "source", "locator"]
CHARACTERISTICS = ["treatment.1a", "treatment.1b", "responding.1a", "responding.2c", "recording.1d"]
ASSESSMENTS = ["exceeds", "meets", "partly_meets", "falls_short"]
BASES = ["interview", "data", "case_file_review", "observation", "document"]
WORDS = [
    *("officers", "explain", "why", "they", "stop,", "search;", "victims", "|", "café", "force’s"),
    *("“often”", "£5", "–", "not", "always", "said", "in", "writing"),
]
#: Of every statement: what it is found again by.
TOKEN = re.compile(r"T[0-9]{6}T")


@dataclass
class Made:
    """A sheet in the making.

    Attributes
    ----------
    rows : list of list of str
        All rows, blank ones and titles too; a row's number is its place.
    damaged : bool
        Whether rows can no longer be told apart by their numbers.
    """

    rows: list[list[str]]
    header: int = 0
    sign: str = ","
    encoding: str = "utf-8"
    ends: tuple[str, ...] = ("\n",)
    quoting: int = csv.QUOTE_MINIMAL
    raw: bytes = b""
    before: str = ""
    damaged: bool = False
    changes: list[str] = field(default_factory=list)


Change = Callable[[random.Random, Made], None]
ROWS: list[Change] = []
TEXT: list[Change] = []
DAMAGE: list[Change] = []
WORKBOOK: list[Callable[[random.Random, Any, Made], None]] = []


def rows(change: Change) -> Change:
    ROWS.append(change)
    return change


def text(change: Change) -> Change:
    TEXT.append(change)
    return change


def damage(change: Change) -> Change:
    """A change of the bytes of a table in text."""
    DAMAGE.append(change)
    return change


def workbook(change: Callable[[random.Random, Any, Made], None]) -> Any:
    """A change of an openpyxl workbook; its first sheet holds the rows."""
    WORKBOOK.append(change)
    return change


def good(rng: random.Random) -> Made:
    """A sheet with nothing wrong."""
    made = [COLUMNS[:]]
    for n in range(1, rng.randint(2, 9)):
        words = " ".join(rng.choices(WORDS, k=rng.randint(1, 8)))
        statement = f"{words} T{rng.randrange(10**6):06d}T {rng.choice(WORDS)}."
        row = [f"E{n}", rng.choice(CHARACTERISTICS), rng.choice(ASSESSMENTS), statement, rng.choice(BASES)]
        made.append([*row, "visit", f"p. {n}"])
    return Made(made)


# Rows -----------------------------------------------------------------------------------------------------


def _below(rng: random.Random, made: Made) -> int:
    """A row of the table."""
    return rng.randrange(made.header + 1, len(made.rows) + 1)


@rows
def titles(rng: random.Random, made: Made) -> None:
    count = rng.choice([1, 2, 5, 30, 80])
    made.rows[:0] = [
        rng.choice([["Findings, 2022; draft"], [], [""] * 7, ["a", "b"]])[:] for _ in range(count)
    ]
    made.header += count


@rows
def blank_rows(rng: random.Random, made: Made) -> None:
    for _ in range(rng.randint(1, 5)):
        made.rows.insert(_below(rng, made), rng.choice([[], [""] * 7, [" "] * 7])[:])


@rows
def ids_alone(rng: random.Random, made: Made) -> None:
    for _ in range(rng.randint(1, 40)):
        made.rows.append([str(len(made.rows)), *[""] * 6])


@rows
def names_again(rng: random.Random, made: Made) -> None:
    made.rows.insert(_below(rng, made), made.rows[made.header][:])


@rows
def cells_missing_at_the_end(rng: random.Random, made: Made) -> None:
    row = made.rows[_below(rng, made) - 1]
    del row[rng.randint(0, len(row)) :]


@rows
def cells_too_many(rng: random.Random, made: Made) -> None:
    made.rows[_below(rng, made) - 1] += ["", "see me"][-rng.randint(1, 2) :]


@rows
def blank_cells(rng: random.Random, made: Made) -> None:
    row = made.rows[_below(rng, made) - 1]
    if row:
        row[rng.randrange(len(row))] = rng.choice(["", " ", "\u00a0"])


@rows
def further_columns(rng: random.Random, made: Made) -> None:
    at = rng.randint(0, 7)
    for number, row in enumerate(made.rows[made.header :]):
        if len(row) >= at:
            row.insert(
                at, rng.choice(["Note", "Statement (draft)", ""]) if not number else rng.choice(["", "x"])
            )


@rows
def other_names(rng: random.Random, made: Made) -> None:
    names = made.rows[made.header]
    for at, name in enumerate(names):
        names[at] = rng.choice([name, name.upper(), f"{name}*", f" {name.title()}:", f"{name} (required)"])


@rows
def common_names(rng: random.Random, made: Made) -> None:
    common = {
        "id": "Ref.",
        "statement": "Finding",
        "basis": "Evidence type",
        "assessment": "Rating",
        "locator": "Page",
    }
    made.rows[made.header] = [common.get(name, name) for name in made.rows[made.header]]


@rows
def slips(rng: random.Random, made: Made) -> None:
    row = rng.choice(made.rows)
    if row and row[0:]:
        at = rng.randrange(len(row))
        row[at] = row[at][:-1] + rng.choice("xyz,;|'\"\n\t=+-@")


@rows
def broken_lines(rng: random.Random, made: Made) -> None:
    row = made.rows[_below(rng, made) - 1]
    if len(row) > 3:
        row[3] = row[3].replace(" ", rng.choice(["\n", "\r\n", '"', '" "', "\n\n"]), 1)


@rows
def columns_moved(rng: random.Random, made: Made) -> None:
    order = rng.sample(range(7), 7)
    for at, row in enumerate(made.rows):
        if len(row) == 7:
            made.rows[at] = [row[i] for i in order]


@rows
def same_row_twice(rng: random.Random, made: Made) -> None:
    made.rows.append(made.rows[_below(rng, made) - 1][:])


# Tables in text -------------------------------------------------------------------------------------------


@text
def signs(rng: random.Random, made: Made) -> None:
    made.sign = rng.choice(",;\t|")


@text
def said_signs(rng: random.Random, made: Made) -> None:
    made.sign = rng.choice(",;\t|^~")
    made.before = f"sep={made.sign}\n"


@text
def encodings(rng: random.Random, made: Made) -> None:
    made.encoding = rng.choice(
        ["utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "utf-32", "mac-roman"]
    )


@text
def line_ends(rng: random.Random, made: Made) -> None:
    made.ends = rng.choice([("\r\n",), ("\r",), ("\n", "\r\n", "\r")])


@text
def quotes(rng: random.Random, made: Made) -> None:
    made.quoting = rng.choice([csv.QUOTE_ALL, csv.QUOTE_NONE, csv.QUOTE_NONNUMERIC])


@damage
def cut_short(rng: random.Random, made: Made) -> None:
    made.raw = made.raw[: rng.randrange(len(made.raw))]


@damage
def stray_bytes(rng: random.Random, made: Made) -> None:
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(made.raw) + 1)
        made.raw = (
            made.raw[:at]
            + rng.choice([b'"', b'"', b",", b"\n", b"\0", b"\xff", b"\x81", b"\xc3"])
            + made.raw[at:]
        )


@damage
def other_things(rng: random.Random, made: Made) -> None:
    start = rng.choice(
        [b"<html>", b"{", b'{"a": ', b"[", b"%PDF-", b"PK\x03\x04", b"\xff\xfe", b"---\n", b"\xef\xbb\xbf"]
    )
    made.raw = start + made.raw


# Files ----------------------------------------------------------------------------------------------------


def make(seed: int, folder: Path) -> tuple[Path, Made]:
    """The file of a seed, and how it was made."""
    rng = random.Random(seed)
    made = good(rng)
    in_book = rng.random() < 0.15
    changes = [
        *rng.choices(ROWS, k=rng.randint(0, 3)),
        *(() if in_book else rng.choices(TEXT, k=rng.randint(0, 3))),
    ]
    for change in changes:
        change(rng, made)
        made.changes.append(change.__name__)
    if in_book:
        path = folder / "made.xlsx"
        _save_book(rng, made, path)
        return path, made
    _encode(rng, made)
    if rng.random() < 0.2 and made.raw:
        change = rng.choice(DAMAGE)
        change(rng, made)
        made.changes.append(change.__name__)
        made.damaged = True
    path = folder / "made.csv"
    path.write_bytes(made.raw)
    return path, made


def _encode(rng: random.Random, made: Made) -> None:
    lines = [made.before] if made.before else []
    for row in made.rows:
        stream = io.StringIO()
        if made.quoting == csv.QUOTE_NONE:
            stream.write(made.sign.join(row))
            made.damaged |= any(set(cell) & set(f'{made.sign}"\r\n') for cell in row)
        else:
            csv.writer(stream, delimiter=made.sign, quoting=made.quoting, lineterminator="\r\n").writerow(row)
        line = stream.getvalue().removesuffix("\r\n")
        end = rng.choice(made.ends)
        if not line and end == "\n" and lines and lines[-1].endswith("\r"):
            end = "\r"  # or the two would be one
        lines.append(line + end)
    made.raw = "".join(lines).encode(made.encoding, "replace")


def _save_book(rng: random.Random, made: Made, path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    page: Any = book.active
    for number, row in enumerate(made.rows, 1):
        for at, cell in enumerate(row, 1):
            if cell:
                page.cell(number, at, cell).data_type = "s"
    if WORKBOOK and rng.random() < 0.7:
        for change in rng.choices(WORKBOOK, k=rng.randint(1, 3)):
            change(rng, book, made)
            made.changes.append(change.__name__)
    book.save(path)


# What is asked of each ------------------------------------------------------------------------------------


def fault_of(path: Path, made: Made, outcomes: Counter[str]) -> str | None:
    """What is wrong with how a file was read; None where nothing is."""
    try:
        imported = import_sheet(path, head=HEAD)
    except GraderError as error:
        outcomes["refused"] += 1
        return (
            None if error.exit_code == 2 and str(error).strip() else f"exit code {error.exit_code}: {error}"
        )
    except BaseException:
        return traceback.format_exc()
    outcomes["read"] += 1
    said = "\n".join(str(warning) for warning in imported.warnings)
    statements = [item.statement for item in imported.inspection.evidence]
    if made.damaged:
        lost = [
            t
            for t in TOKEN.findall(made.raw.decode("latin-1").replace("\0", ""))
            if t not in " ".join(statements)
        ]
        return f"nothing is said of {lost}" if lost and not said else None
    read = {_plain(statement, made) for statement in statements}
    stands = re.search("stand in row ([0-9]+)", said)  # further down, where a change hit the names
    made.header = int(stands[1]) - 1 if stands else made.header
    at = next((i for i, name in enumerate(made.rows[made.header]) if _is_statement(name)), None)
    for number, row in enumerate(made.rows, 1):
        if number == made.header + 1 or not any(cell.strip() for cell in row):
            continue
        statement = row[at] if at is not None and at < len(row) else ""
        if _plain(statement, made) not in read or not statement.strip():
            above = number <= made.header and "what stands above" in said
            if not above and number not in _rows_said(said):
                return f"row {number} is lost: {row}"
            outcomes["rows said not to be read"] += 1
    return None


def _is_statement(name: str) -> bool:
    return heading_name(name) in ("statement", "statement_required", "finding")


def _plain(statement: str, made: Made) -> str:
    if made.encoding in ("latin-1", "mac-roman"):  # which nothing tells from Windows-1252
        return "".join(TOKEN.findall(statement))
    return statement.replace("\r\n", "\n").replace("\r", "\n")


def _rows_said(said: str) -> set[int]:
    """The rows that messages name."""
    found: set[int] = set()
    for listed in re.findall(r"\brows? ([0-9][0-9, to]*)", said):
        for part in listed.split(","):
            ends = [int(end) for end in re.findall("[0-9]+", part)]
            found |= set(range(ends[0], ends[-1] + 1)) if ends else set()
    return found | {int(row) for row in re.findall(r"[:!][A-Z]{1,3}([0-9]+): ", said)}


def by_command(path: Path) -> str | None:
    """The same by the command, as a person runs it."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = command(["import", str(path), "--dry-run", *OPTIONS])
    sound = code == 0 or (code == 2 and err.getvalue().startswith(("error: ", "warning: ")))
    return None if sound and "Traceback" not in err.getvalue() else f"exit code {code}: {err.getvalue()}"


def main() -> int:
    """Make and import files; exit 1 where one went wrong."""
    options = argparse.ArgumentParser(description="Import spreadsheets made at random.")
    options.add_argument("--count", type=int, default=300)
    options.add_argument("--seed", type=int, default=0, help="the first of the seeds; one file a seed")
    options.add_argument("--keep", type=Path, help="a folder for the files that went wrong")
    asked = options.parse_args()
    outcomes: Counter[str] = Counter()
    changes: Counter[str] = Counter()
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        for seed in range(asked.seed, asked.seed + asked.count):
            path, made = make(seed, Path(name))
            changes.update(made.changes)
            fault = fault_of(path, made, outcomes) or (by_command(path) if seed % 20 == 0 else None)
            if fault is None:
                continue
            faults.append(f"seed {seed} ({', '.join(made.changes)}): {fault}")
            if asked.keep is not None:
                (asked.keep / f"{seed}{path.suffix}").write_bytes(path.read_bytes())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if memory > MEMORY:
        faults.append(f"{memory / 2**20:.0f} MiB of memory were taken")
    told = {"outcomes": outcomes, "changes": changes, "memory": memory, "faults": faults[:20]}
    print(json.dumps(told, indent=1, ensure_ascii=False))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
