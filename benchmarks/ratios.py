"""Ratios of work to other work in the same run, held against those recorded of the last release.

    python benchmarks/ratios.py            measures, and fails where one is more than 25 % above its record
    python benchmarks/ratios.py --record   writes what it measures to benchmarks/ratios.json

Ratios of processor time mean the same on a quick machine and a slow one, idle or busy. One that seems lost is
measured again before it counts.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / "examples/leicestershire_2021_22/inspection.yaml"
RECORD = Path(__file__).resolve().parent / "ratios.json"
#: What is lost at most: a ratio 25 % above its record.
TOLERATED = 0.25
#: Times that work is measured, in turn with what it is held against.
RUNS = 5
#: Times that a ratio which seems lost is measured again.
AGAIN = 2

Work = Callable[[], object]


def losses(recorded: Mapping[str, float], measured: Mapping[str, float]) -> dict[str, str]:
    """What is lost against the record, and how much; what was recorded and not measured is lost too."""
    found = {}
    for name, before in recorded.items():
        now = measured.get(name)
        if now is None:
            found[name] = f"{before:.2f} was recorded, and nothing is measured"
        elif now > before * (1 + TOLERATED):
            found[name] = f"{before:.2f} was recorded, {now:.2f} is measured ({now / before - 1:+.0%})"
    return found


def ratio(work: Work, against: Work) -> float:
    """Median of the processor time of one over that of the other, measured by turns."""
    work(), against()
    return statistics.median(_spent(work) / _spent(against) for _ in range(RUNS))


def _spent(work: Work) -> float:
    start = time.process_time()
    work()
    return max(time.process_time() - start, 1e-6)


def pairs(folder: Path) -> dict[str, tuple[Work, Work]]:
    """What is measured, each with what it is held against."""
    from made import inspection
    from scale import BY_HAND, IN_COLUMNS, _work

    from grader import api
    from grader.engines.checked import CheckedEngine
    from grader.engines.reference import ReferenceEngine
    from grader.engines.rete import ReteEngine
    from grader.grading.conclude import LayerEvaluator
    from grader.grading.run import run
    from grader.io.inspections import InspectionFile

    def scaled(way: str, inspections: int) -> Work:
        own = folder / f"{way}-{inspections}"
        own.mkdir(exist_ok=True)
        return _work(way, inspections, 110, 1, own)

    loaded = api.load(EXAMPLE)
    several = [replace(loaded, file=InspectionFile(inspection(250, seed))) for seed in range(4)]
    book, framework = loaded.session.bound, loaded.framework.framework

    def passes(engine: Callable[[], object]) -> Work:
        def grade() -> None:
            evaluator = LayerEvaluator(book, engine())  # type: ignore[arg-type]
            for each in several:
                run(each.inspection, framework, evaluator)

        return grade

    bare = ReteEngine(book)
    reference = passes(lambda: ReferenceEngine(book))
    return {
        "columns on Polars, 1,000 inspections / by hand": (
            scaled(IN_COLUMNS[0], 1_000), scaled(BY_HAND[0], 1_000)
        ),
        "columns on Polars, 20,000 inspections / by hand": (
            scaled(IN_COLUMNS[0], 20_000), scaled(BY_HAND[0], 20_000)
        ),
        "columns on DuckDB, 1,000 inspections / by hand": (
            scaled(IN_COLUMNS[1], 1_000), scaled(BY_HAND[0], 1_000)
        ),
        "durable-rules, checked / plain Python": (
            passes(lambda: CheckedEngine(bare, ReferenceEngine(book))), reference
        ),
        "a pass in plain Python / a loop": (reference, _loop),
    }  # fmt: skip


def _loop() -> int:
    """Work of the interpreter alone, about as long as a few passes."""
    found: dict[int, int] = {}
    for n in range(200_000):
        found[n % 1_000] = found.get(n % 1_000, 0) + n
    return len(found)


def measured(recorded: Mapping[str, float]) -> dict[str, float]:
    """Every ratio; one that seems lost is the least of several."""
    with tempfile.TemporaryDirectory() as folder:
        works = pairs(Path(folder))
        found = {name: ratio(*both) for name, both in works.items()}
        for _ in range(AGAIN):
            for name in losses({n: r for n, r in recorded.items() if n in found}, found):
                found[name] = min(found[name], ratio(*works[name]))
    return {name: round(value, 3) for name, value in found.items()}


def main(arguments: list[str] | None = None) -> int:
    """Measure, and compare or record; 1 where something is lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--record", action="store_true", help="write what is measured")
    parser.add_argument("--measured", type=Path, help="ratios measured before, in place of measuring")
    parser.add_argument("--against", type=Path, default=RECORD, help="the record")
    asked = parser.parse_args(arguments)
    if not asked.record and not asked.against.exists():
        print(f"{asked.against}: nothing is recorded\n  help: record it with --record", file=sys.stderr)
        return 2
    recorded: dict[str, float] = {}
    if not asked.record:
        recorded = json.loads(asked.against.read_text("utf-8"))["ratios"]
    if asked.measured is None:
        found = measured(recorded)
    else:
        found = json.loads(asked.measured.read_text("utf-8"))["ratios"]
    if asked.record:
        from grader import __version__

        text = json.dumps({"version": __version__, "ratios": found}, indent=2)
        asked.against.write_text(text + "\n", encoding="utf-8")
    lost = losses(recorded, found)
    for name, value in found.items():
        print(f"{value:8.2f}  {recorded.get(name, value):8.2f}  {name}")
    for name, said in lost.items():
        print(f"lost: {name}: {said}", file=sys.stderr)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
