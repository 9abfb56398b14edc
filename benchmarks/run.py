"""Measure, print one table, and write the page on how fast it is. Run by `make bench`."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import page
from decision import questions, ways
from made import inspection
from rich.console import Console
from rich.table import Table
from scale import growth, scale
from timing import median_seconds

from grader import api
from grader.io.inspections import InspectionFile
from grader.language.rulebook import Layer
from grader.session import LoadedInspection, Session

EXAMPLE = Path(__file__).resolve().parent.parent / "examples/leicestershire_2021_22/inspection.yaml"
PASSES = int(os.environ.get("GRADER_BENCH_PASSES", "10000"))

Row = tuple[str, str, str]


def median_ms(work: Callable[[], object], runs: int) -> float:
    """Median of wall-clock times in milliseconds."""
    return 1000 * median_seconds(work, runs)


def cold() -> Iterator[Row]:
    """A new process: start-up, loading, the pass and the printed summary."""
    command = [sys.executable, "-m", "grader", "grade", str(EXAMPLE)]

    def once() -> None:
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)

    yield "cold `grader grade` on the example", f"{median_ms(once, 7):,.0f} ms", "at most 1,000 ms"
    peak = subprocess.run(
        [sys.executable, "-c", _PEAK, *command], capture_output=True, text=True, check=True
    ).stdout
    yield "its peak memory", f"{int(peak) / 1024:,.0f} MB", "at most 150 MB"


_PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@cache
def _example() -> LoadedInspection:
    return api.load(EXAMPLE)


def made(items: int, seed: int = 1) -> LoadedInspection:
    """A made inspection, loaded."""
    return replace(_example(), file=InspectionFile(inspection(items, seed)))


def each_once(inspections: list[LoadedInspection]) -> Callable[[], object]:
    """Grades another inspection each time: none has been met before, as in a folder of them."""
    left = iter(inspections)
    return lambda: api.grade(next(left))


def warm() -> Iterator[Row]:
    """Passes in a running process, hinges included, and how they grow with the number of items."""
    limits = {500: "at most 50 ms", 5000: "at most 3,000 ms"}
    last: tuple[int, float] | None = None
    api.grade(made(500, 1000))  # the process is warm: rules read, engines made
    for items in (250, 500, 1000, 2500, 5000):
        runs = 9 if items < 1000 else 3
        taken = median_ms(each_once([made(items, seed) for seed in range(runs + 1)]), runs)
        growth = f"x{taken / last[1]:.1f} for x{items / last[0]:.1f} items" if last else ""
        yield f"warm pass, {items:,} items", f"{taken:,.1f} ms", limits.get(items, growth)
        last = (items, taken)


def rules() -> Iterator[Row]:
    """How a pass grows with the number of rules: the grade layer's own, given again under other names."""
    loaded = [made(500, seed) for seed in range(6)]
    own = [r for r in loaded[0].book.rules if r.layer is Layer.GRADE]
    base: float | None = None
    for copies in (1, 10, 30):
        more = [replace(r, id=f"{r.id}.{i}") for r in own for i in range(copies - 1)]
        book = replace(loaded[0].book, rules=(*loaded[0].book.rules, *more))
        session = Session(loaded[0].framework, book)
        taken = median_ms(each_once([replace(each, session=session) for each in loaded]), 5)
        base = base or taken
        yield f"warm pass, 500 items, {len(book.rules)} rules", f"{taken:,.1f} ms", f"x{taken / base:.2f}"


def decisions() -> Iterator[Row]:
    """The same questions answered by each engine."""
    book, asked = questions(str(EXAMPLE))
    found = ways(book)
    expected = found["plain Python (reference)"](asked)
    base: float | None = None
    for name, answer in found.items():
        assert answer(asked) == expected, f"{name} answers otherwise"
        taken = median_ms(lambda answer=answer: answer(asked), 15)
        base = base or taken
        yield f"{len(asked)} table evaluations: {name}", f"{taken:,.2f} ms", f"x{taken / base:.1f}"


def memory() -> Iterator[Row]:
    """Resident memory over many passes in one process."""
    marks = {}
    batch = [made(100, seed) for seed in range(20)]
    for done in range(1, PASSES + 1):
        api.grade(replace(batch[done % len(batch)]))
        if done in (PASSES // 10, PASSES):
            gc.collect()
            marks[done] = _resident_mb()
    first, last = marks[PASSES // 10], marks[PASSES]
    yield f"memory after {PASSES // 10:,} passes", f"{first:,.1f} MB", ""
    yield f"memory after {PASSES:,} passes", f"{last:,.1f} MB", f"{last - first:+.1f} MB"


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    """Run every measurement, or those named on the command line."""
    parts = {f.__name__: f for f in (cold, warm, rules, decisions, memory, scale, growth)}
    table = Table("what", "median", "limit, growth, or times the query by hand", "peak")
    for name in sys.argv[1:] or parts:
        rows = [tuple(row) for row in parts[name]()]
        page.keep(name, rows)
        for row in rows:
            table.add_row(*row)
        table.add_section()
    Console(width=130).print(table)
    page.write()


if __name__ == "__main__":
    main()
