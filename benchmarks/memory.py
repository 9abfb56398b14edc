"""How much memory a batch takes: its peak by the kernel's own account (VmHWM), in a process of its own.

python benchmarks/memory.py [AREA_GRADINGS]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl


def peak() -> int:
    """The most memory this process has had, in megabytes."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def main(gradings: int) -> None:
    """Make tables of so many area gradings, and grade them."""
    from cluster import make

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder / "made", gradings)
        (folder / "tables").mkdir()
        for table in ("inspections", "evidence"):
            rows = pl.scan_parquet(folder / "made" / f"{table}.parquet" / "*.parquet")
            rows.sink_parquet(folder / "tables" / f"{table}.parquet")
        subprocess.run([sys.executable, __file__, "--grade", str(folder)], check=True)


def grade(folder: Path) -> None:
    """Grade the tables of a folder, and say what it took."""
    from grader.bulk.batch import batch

    start, spent = time.monotonic(), time.process_time()
    done = batch([folder / "tables"], folder / "out.parquet")
    seconds, cpu = time.monotonic() - start, time.process_time() - spent
    print(json.dumps({"areas": done.areas, "peak_mb": peak(), "seconds": seconds, "processor": cpu}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--grade"]:
        grade(Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
