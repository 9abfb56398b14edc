"""The same work by every engine: from rows of evidence in a file to the outcome of every area.

Each measurement runs in a process of its own, so that its peak of memory is its own. What is timed is the
grading with all its facts, not start-up; one run to warm up is not counted.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from timing import median_seconds

ITEMS = 110
"""Rows of evidence an inspection has: ten for each graded or ungraded area of the edition."""

MILLION = 90_910
"""Inspections of eleven areas that come to a million area gradings."""

IN_COLUMNS = ("columns on Polars", "columns on DuckDB", "columns on Spark")
BY_HAND = ("Polars by hand, summed", "Polars by hand, laid out")
ONE_BY_ONE = ("plain Python (reference)", "durable-rules, checked (rete)", "zen-engine, compiled")
#: Beyond so many inspections the engines that pass them one by one are not run: they take minutes.
PATIENCE = 1_000

Row = tuple[str, str, str, str]


def measured(way: str, inspections: int, items: int = ITEMS, rules: int = 1) -> dict[str, float] | None:
    """Seconds (the median) and peak megabytes; None where a way is not to be had here."""
    command = [sys.executable, __file__, way, str(inspections), str(items), str(rules)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print(f"{way}: {(done.stderr.strip().splitlines() or ['?'])[-1]}", file=sys.stderr)
        return None
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def scale() -> Iterator[Row]:
    """Every way at every size, as a share of the query written by hand."""
    for inspections in (1, 1_000, MILLION, 100_000):
        ways = (*BY_HAND, *IN_COLUMNS) + (ONE_BY_ONE if inspections <= PATIENCE else ())
        limit = None
        for way in ways:
            found = measured(way, inspections)
            if found is None:
                continue
            if way in BY_HAND:
                limit = min(limit or found["seconds"], found["seconds"])
            assert limit is not None
            yield (
                f"{inspections:,} inspections, {11 * inspections:,} areas: {way}",
                _time(found["seconds"]),
                f"x{found['seconds'] / limit:,.2f}",
                f"{found['peak']:,.0f} MB",
            )


def _time(seconds: float) -> str:
    return f"{seconds:,.2f} s" if seconds >= 1 else f"{1000 * seconds:,.1f} ms"


# Growth ---------------------------------------------------------------------------------------------------

GROWING = ("columns on Polars", "plain Python (reference)", "durable-rules, checked (rete)")
GROWTH: dict[str, tuple[tuple[int, ...], Callable[[str, int], dict[str, float] | None]]] = {
    "items an inspection (1,000 inspections)": (
        (20, 110, 500),
        lambda way, n: measured(way, 1_000, n),
    ),
    "area gradings (10 items each)": (
        (1_100, 11_000, 110_000, 1_100_000),
        lambda way, n: None if n > 11_000 and way not in IN_COLUMNS else measured(way, n // 11),
    ),
    "times the grade layer's rules (1,000 inspections)": (
        (1, 10, 30),
        lambda way, n: measured(way, 1_000, ITEMS, n),
    ),
}


def growth() -> Iterator[Row]:
    """How the cost of an area grading grows, drawn to docs/growth.svg."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "grader"
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, len(GROWTH), figsize=(12, 4), sharey=True)
    for panel, (what, (sizes, measure)) in zip(panels, GROWTH.items(), strict=True):
        for way in GROWING:
            points = [(n, found["seconds"]) for n in sizes if (found := measure(way, n)) is not None]
            gradings = [n if what.startswith("area") else 11_000 for n, _ in points]
            each = [1e6 * seconds / many for (_, seconds), many in zip(points, gradings, strict=True)]
            panel.loglog([n for n, _ in points], each, marker="o", label=way)
            first, last = points[0], points[-1]
            yield (
                f"{what}: {way}",
                f"{each[0]:,.1f} to {each[-1]:,.1f} us a grading",
                f"x{last[1] / first[1]:,.1f} for x{last[0] / first[0]:,.0f}",
                "",
            )
        panel.set_xlabel(what)
        panel.set_xticks(sizes, [f"{n:,}" for n in sizes])
        panel.xaxis.minorticks_off()
        panel.grid(True, which="major", alpha=0.3)
    panels[0].set_ylabel("microseconds an area grading")
    panels[0].legend(loc="best", fontsize="small")
    figure.tight_layout()
    figure.savefig(Path(__file__).resolve().parent.parent / "docs" / "growth.svg", metadata={"Date": None})


# One measurement, in a process of its own -----------------------------------------------------------------


def main(way: str, inspections: int, items: int, rules: int) -> None:
    """Time one way, and print seconds and peak as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        work = _work(way, inspections, items, rules, Path(folder))
        runs = 3 if inspections > 1_000 or (way in ONE_BY_ONE and inspections > 1) else 7
        print(json.dumps({"seconds": median_seconds(work, runs), "peak": _peak()}))


def _work(way: str, inspections: int, items: int, rules: int, folder: Path) -> Callable[[], object]:
    import polars as pl
    from rows import evidence, plan

    book = plan().book
    if rules > 1:
        own = [r for r in book.rules if r.layer == "grade"]
        more = [replace(r, id=f"{r.id}.{i}") for r in own for i in range(rules - 1)]
        book = replace(book, rules=(*book.rules, *more))
    chosen = plan(book)
    rows = evidence(chosen, inspections, inspections * items)
    if way in ONE_BY_ONE:
        return _one_by_one(way, chosen, rows, inspections)
    rows.write_parquet(folder / "evidence.parquet")
    pl.DataFrame({"number": range(inspections)}).write_parquet(folder / "inspections.parquet")
    return _by_hand(way, chosen, folder) if way in BY_HAND else _in_columns(way, chosen, folder)


def _by_hand(way: str, chosen: Any, folder: Path) -> Callable[[], object]:
    import polars as pl
    from by_hand import ByHand, same

    def query() -> Any:
        by_hand = ByHand(chosen, laid_out=way == BY_HAND[1])
        tables = (pl.scan_parquet(folder / f"{name}.parquet") for name in ("inspections", "evidence"))
        return by_hand.query(*tables).collect(engine="streaming")

    if not same(chosen, _in_columns("columns on Polars", chosen, folder)(), query()):
        raise SystemExit("the query by hand comes to something else")
    return query


def _in_columns(way: str, chosen: Any, folder: Path) -> Callable[[], Any]:
    from grader.bulk.backends import backend, nw
    from grader.bulk.coding import informs
    from grader.bulk.conclude import Coded
    from grader.bulk.rows import conclude

    run = backend({"Polars": "polars", "DuckDB": "duckdb", "Spark": "pyspark"}[way.split()[-1]])
    everything = 2**31

    def grade() -> Any:
        tables = [run.rows(folder / f"{name}.parquet", 0, everything) for name in ("inspections", "evidence")]
        coded = Coded(tables[0].select("number"), tables[1].drop("row_of_file"), informs=informs(chosen, run))
        assert isinstance(coded.evidence, nw.LazyFrame)
        return conclude(chosen, run, coded)[0]

    return grade


def _one_by_one(way: str, chosen: Any, rows: Any, inspections: int) -> Callable[[], object]:
    from decision import Zen

    from grader.engines.checked import CheckedEngine
    from grader.engines.reference import ReferenceEngine
    from grader.engines.rete import ReteEngine
    from grader.grading.conclude import LayerEvaluator
    from grader.grading.run import run

    found = list(_documents(chosen, rows, inspections))
    if way == ONE_BY_ONE[0]:
        make: Callable[[], Any] = partial(ReferenceEngine, chosen.book)
    elif way == ONE_BY_ONE[1]:
        bare = ReteEngine(chosen.book)
        make = lambda: CheckedEngine(bare, ReferenceEngine(chosen.book))  # noqa: E731  # what it remembers is new
    else:
        import zen

        make = partial(Zen, chosen.book, zen)

    def grade() -> None:
        evaluator = LayerEvaluator(chosen.book, make())
        for each in found:
            run(each, chosen.framework, evaluator)

    return grade


def _documents(chosen: Any, rows: Any, inspections: int) -> Iterator[Any]:
    """The rows as inspections."""
    from grader.model.inspection import Evidence, Header, Inspection
    from grader.vocabulary.peel import ASSESSMENTS, EXTENTS, HARMS

    names = {place: name for name, place in chosen.characteristic_index.items()}
    by_number: dict[int, list[Any]] = {n: [] for n in range(inspections)}
    for row in rows.iter_rows(named=True):
        by_number[row["number"]].append(
            Evidence.model_construct(
                id=f"E{row['item']}",
                characteristics=[names[row["place"]]],
                assessment=ASSESSMENTS.name_of(row["assessment"]),
                basis=("interview", "data")[row["strength"]],
                extent=EXTENTS.name_of(row["extent"]),
                harm=HARMS.name_of(row["harm"]),
                remedied=bool(row["remedied"]),
                innovative=bool(row["innovative"]),
                measure=None,
            )
        )
    for number, items in by_number.items():
        head = Header.model_construct(id=f"I{number}", edition=chosen.edition, not_inspected=[])
        yield Inspection.model_construct(inspection=head, evidence=items, findings=[], previous=[])


def _peak() -> float:
    """The most memory this process and those it started have had, in megabytes."""
    mine = {str(Path("/proc/self").resolve().name)}
    for _ in range(3):  # Spark's Java is a child of a child
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                fields = dict(
                    line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line
                )
            except OSError:
                continue
            if fields.get("PPid", "").strip() in mine:
                mine.add(status.parent.name)
    peaks = []
    for pid in mine:
        text = Path(f"/proc/{pid}/status").read_text()
        peaks += [int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("VmHWM")]
    return sum(peaks)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
