"""Good sheets with something changed, imported one after another: nothing crashes, no row goes unsaid.

A change is a function marked `@text` or `@damage`, for tables in text, `@rows`, for the rows of any
spreadsheet, or `@workbook`, for workbooks. What is marked is drawn like the rest.
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
from pathlib import Path

from made import DAMAGE, ROWS, TEXT, TOKEN, Made, good
from workbooks import fault_of_book, rows_named, save_book, unsaid

from grader.cli import main as command
from grader.errors import GraderError
from grader.sheets.headings import heading_name
from grader.sheets.importing import import_sheet

HEAD = {"id": "x", "body": "A Force", "framework": "PEEL_2021_22", "edition": "2022-03"}
OPTIONS = ["--inspection-id", "x", "--body", "B", "--framework", "PEEL_2021_22", "--edition", "2022-03"]
MEMORY = 512 * 2**20

# Files ----------------------------------------------------------------------------------------------------


def make(seed: int, folder: Path) -> tuple[Path, Made]:
    """The file of a seed, and how it was made."""
    rng = random.Random(seed)
    made = good(rng)
    in_book = rng.random() < 0.4
    # Of a workbook whose rows are sound it is known what has to be said.
    changes = rng.choices(ROWS, k=rng.choice([0, 0, 1, 2]) if in_book else rng.randint(0, 3))
    changes += [] if in_book else rng.choices(TEXT, k=rng.randint(0, 3))
    for change in changes:
        change(rng, made)
        made.changes.append(change.__name__)
    if in_book:
        path = folder / "made.xlsx"
        made.sound = not changes
        made.book, names = save_book(rng, made.rows, made.header, path)
        made.changes += names
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


# What is asked of each ------------------------------------------------------------------------------------


def fault_of(path: Path, made: Made, outcomes: Counter[str]) -> str | None:
    """What is wrong with how a file was read; None where nothing is."""
    book = made.book if made.sound else None
    try:
        imported = import_sheet(path, head=HEAD)
    except GraderError as error:
        outcomes["refused"] += 1
        if error.exit_code != 2 or not str(error).strip():
            return f"exit code {error.exit_code}: {error}"
        return fault_of_book(book, str(error), [], []) if book else None
    except BaseException:
        return traceback.format_exc()
    outcomes["read"] += 1
    statements = [item.statement for item in imported.inspection.evidence]
    if book:
        return fault_of_book(book, None, imported.inspection.evidence, imported.warnings)
    # That a row is hidden does not say that it is not read.
    said = "\n".join(str(w) for w in imported.warnings if w.code not in ("row_hidden", "cell_struck"))
    if made.damaged:
        lost = [
            t
            for t in TOKEN.findall(made.raw.decode("latin-1").replace("\0", ""))
            if t not in " ".join(statements)
        ]
        return f"nothing is said of {lost}" if lost and not said else None
    return _lost_row(made, statements, said, outcomes) or (
        unsaid(made.book, imported.warnings, made.header + 1) if made.book else None
    )


def _lost_row(made: Made, statements: list[str], said: str, outcomes: Counter[str]) -> str | None:
    """A row that is neither read nor said not to be; None where there is none."""
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
    return rows_named(said) | {int(row) for row in re.findall(r"[:!][A-Z]{1,3}([0-9]+): ", said)}


def by_command(path: Path) -> str | None:
    """The same by the command, as a person runs it."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = command(["import", str(path), "--dry-run", *OPTIONS])
    sound = code == 0 or (code == 2 and err.getvalue().startswith(("error: ", "warning: ", "note: ")))
    return None if sound and "Traceback" not in err.getvalue() else f"exit code {code}: {err.getvalue()}"


def _most_memory() -> int:
    """The most memory that this process took, in bytes; `getrusage` counts what its parent held as well."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.findall(r"VmHWM:\s+([0-9]+) kB", status)[0]) * 1024


def main() -> int:
    """Make and import files; exit 1 where one went wrong."""
    options = argparse.ArgumentParser(description="Import spreadsheets made at random.")
    options.add_argument("--count", type=int, default=300)
    options.add_argument("--seed", type=int, default=0, help="the first of the seeds; one file a seed")
    options.add_argument("--keep", type=Path, help="a folder for the files that went wrong")
    asked = options.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
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
    memory = _most_memory()
    if memory > MEMORY:
        faults.append(f"{memory / 2**20:.0f} MiB of memory were taken")
    told = {"outcomes": outcomes, "changes": changes, "memory": memory, "faults": faults[:20]}
    print(json.dumps(told, indent=1, ensure_ascii=False))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
