"""A wide table of all published food hygiene ratings, graded by `grader batch` and by a Polars query by hand.

    python benchmarks/wide_tables.py                 # 454,629 rows made from the counts of each combination
    python benchmarks/wide_tables.py businesses.csv.gz --column structure=structural

Both are timed as commands of their own (from start to file) and, warm, in one process (from file to file, and
the columns alone).
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
from ratings_by_hand import by_hand, graded
from timing import median_seconds

import grader
from grader.bulk.backends import backend
from grader.bulk.batch import batch
from grader.bulk.wide.headings import TableOptions
from grader.bulk.wide.outcomes import outcomes
from grader.bulk.wide.table import read_table

ROOT = Path(__file__).resolve().parents[1]
COUNTS = ROOT / "tests" / "rating_schemes" / "fhrs.csv"
RUNS = 5


def made(path: Path) -> None:
    """A table of every business counted, in an order that is no order."""
    lines = [line for line in COUNTS.read_text("utf-8").splitlines() if not line.startswith("#")]
    rows = pl.DataFrame(list(csv.DictReader(lines))).cast(pl.Int64)
    every = rows.select(pl.exclude("businesses").repeat_by("businesses").explode()).sample(
        fraction=1, shuffle=True, seed=1
    )
    named = pl.format("business {}", pl.int_range(pl.len())).alias("id")
    every.select(named, pl.all()).write_csv(path)


def command(arguments: list[str]) -> tuple[float, float, float]:
    """Seconds, seconds of processor time, and greatest memory in MB of a command: the best of several."""
    found = []
    for _ in range(RUNS):
        start = time.perf_counter()
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        took = time.perf_counter() - start
        if status:
            sys.exit(f"failed: {' '.join(arguments)}")
        found.append((took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000))
    return min(t for t, _, _ in found), min(c for _, c, _ in found), max(m for _, _, m in found)


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and seconds of processor time, of work in this process: the least of several."""
    found = []
    for _ in range(RUNS + 1):
        start, used = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - start, time.process_time() - used))
    return min(t for t, _ in found), min(c for _, c in found)


def ratio(what: str, ours: tuple[float, ...], hand: tuple[float, ...]) -> None:
    print(
        f"{what:32} {ours[0]:6.2f} s {hand[0]:6.2f} s  x{ours[0] / hand[0]:.2f}"
        f"   {ours[1]:6.2f} s {hand[1]:6.2f} s  x{ours[1] / hand[1]:.2f}"
    )


def warm(path: Path, folder: Path, structure: str) -> None:
    """In one process: from file to file, and the columns alone."""
    options = TableOptions(columns={} if structure == "structure" else {"structure": structure})
    session = grader.open_session(rules="FHRS")
    out = folder / "warm.parquet"
    ratio(
        "warm, from file to file",
        spent(lambda: batch([path], out, framework="FHRS", table=options)),
        spent(lambda: by_hand(path, out, structure)),
    )
    table = read_table(path, session.framework, session.book, options)
    polars = backend("polars")
    scores = ["hygiene", structure, "confidence"]
    read = pl.read_csv(path, columns=[*scores])
    ratio(
        "warm, the columns alone",
        spent(lambda: outcomes(table, session.bound, session.english, polars)),
        spent(lambda: graded(read, scores)),
    )


def one_inspection() -> None:
    """Warm grading of one business, loading and every reason included."""
    items = [
        {"id": name, "characteristics": [name], "assessment": level, "statement": "scored"}
        | {"basis": "document", "source": "table"}
        for name, level in (("hygiene", 10), ("structure", 5), ("confidence", 10))
    ]
    head = {"id": "one", "body": "One", "framework": "FHRS", "edition": "2022"}
    data = {"inspection": head, "sources": {"table": {"title": "Table"}}, "evidence": items}
    for engine in ("reference", "rete"):
        session = grader.open_session(rules="FHRS", engine=engine)
        took = median_seconds(lambda session=session: session.load(data).proposal, 50)
        print(f"one inspection, warm, on {engine:10} {took * 1000:.2f} ms")


def main() -> None:
    structure = "structure"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if len(sys.argv) > 1:
            path = Path(sys.argv[1])
            if len(sys.argv) > 3:
                structure = sys.argv[3].partition("=")[2]
        else:
            path = folder / "businesses.csv"
            made(path)
        print(f"{pl.read_csv(path, columns=['rating']).height:,} rows of {path.name}")
        column = [] if structure == "structure" else ["--column", f"structure={structure}"]
        out = folder / "out.parquet"
        said = ["--framework", "FHRS", "--compare", "rating", "--force", *column]
        ours = command([sys.executable, "-m", "grader", "batch", str(path), "-o", str(out), *said])
        script = str(ROOT / "benchmarks" / "ratings_by_hand.py")
        hand = command([sys.executable, script, str(path), str(out), structure])
        print(f"greatest memory: grader {ours[2]:,.0f} MB, by hand {hand[2]:,.0f} MB")
        print(f"{'':32} {'grader':>8} {'by hand':>8} {'':8}{'processor':>8} {'by hand':>8}")
        ratio("as commands, from start to file", ours, hand)
        warm(path, folder, structure)
    one_inspection()


if __name__ == "__main__":
    main()
