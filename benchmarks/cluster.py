"""A real standalone Spark cluster on one machine: the same grades as on Polars, though a worker is killed.

    python benchmarks/cluster.py [AREA_GRADINGS] [--kill] [--stop] [--input csv|table]

Starts a master and two workers as processes (the wheel has no scripts for that), grades made tables into a
folder, and compares the rows with those of a batch on Polars by a checksum. With `--kill` a worker is killed
once the first part is written; with `--stop` the whole run is, and the same command takes it up. Input is
Parquet, CSV, or tables of a database that Spark knows. Prints seconds, and the peak memory of the largest
process of Java and of Python, of the driver and of each worker with its executors.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import polars as pl

AREAS = 11
ITEMS = 110
#: Inspections whose rows are made together.
TOGETHER = 20_000


def make(folder: Path, gradings: int) -> None:
    """Tables of the layout, evidence as a folder of Parquet files."""
    from rows import evidence, plan

    from grader.vocabulary.peel import ASSESSMENTS, EXTENTS, HARMS

    inspections = -(-gradings // AREAS)
    of = plan()
    names = {place: name for name, place in of.characteristic_index.items()}
    (folder / "evidence.parquet").mkdir(parents=True)
    (folder / "inspections.parquet").mkdir()
    words = {"assessment": ASSESSMENTS.names, "extent": EXTENTS.names, "harm": HARMS.names}
    words["basis"] = ("interview", "data")
    for at, start in enumerate(range(0, inspections, TOGETHER)):
        many = min(TOGETHER, inspections - start)
        rows = evidence(of, many, many * ITEMS, seed=at + 1).rename({"strength": "basis"})
        name = pl.lit("body-") + (pl.col("number") + start).cast(pl.String)
        said = {
            w: pl.col(w).cast(pl.Int32).replace_strict(dict(enumerate(n)), default=None)
            for w, n in words.items()
        }
        flags = {n: pl.col(n) == 1 for n in ("remedied", "innovative")}
        place = pl.col("place").replace_strict(names, return_dtype=pl.String)
        item = pl.col("item").cast(pl.String)
        rows.select(inspection=name, id=item, characteristic=place, **said, **flags).write_parquet(
            folder / "evidence.parquet" / f"{at:04d}.parquet"
        )
        listed = pl.DataFrame({"number": range(many)}).select(
            inspection=name, edition=pl.lit(of.edition), framework=pl.lit("PEEL_2021_22")
        )
        listed.write_parquet(folder / "inspections.parquet" / f"{at:04d}.parquet")


def as_csv(folder: Path) -> None:
    """The tables as folders of CSV files, in place of Parquet."""
    for name in ("inspections", "evidence"):
        made = folder / f"{name}.csv"
        made.mkdir()
        for file in sorted((folder / f"{name}.parquet").iterdir()):
            pl.read_parquet(file).write_csv(made / f"{file.stem}.csv")
        shutil.rmtree(folder / f"{name}.parquet")


def checksum(files: str) -> str:
    """One number for rows in any order: every column of every row counts."""
    rows = pl.scan_parquet(files)
    names = sorted(rows.collect_schema().names())
    lists = [pl.col(n).list.join(";") if n in ("deciding", "findings") else pl.col(n) for n in names]
    # In halves, so that no sum goes beyond 64 bits.
    halves = {"low": pl.col("hash") % 2**32, "high": pl.col("hash") // 2**32}
    hashed = rows.select(hash=pl.struct(*lists).hash(seed=1))
    sums = hashed.select(pl.len(), **{name: half.sum() for name, half in halves.items()})
    found = sums.collect(engine="streaming").row(0)
    return f"{found[0]:,} rows {hashlib.sha256(repr(found).encode()).hexdigest()[:16]}"


# The cluster ----------------------------------------------------------------------------------------------


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def spark_home() -> Path:
    """Where the wheel's Spark stands."""
    import pyspark

    return Path(pyspark.__file__).parent


@contextmanager
def cluster(folder: Path, memory: str) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A master and two workers of one core each; gives the master's address and the workers."""
    script = str(spark_home() / "bin" / "spark-class")
    port, started = _free(), []
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}

    def start(name: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [script, *arguments], stdout=log, stderr=log, env=environment,
                start_new_session=True,
            )  # fmt: skip
        started.append(process)
        return process

    master = f"spark://127.0.0.1:{port}"
    try:
        package = "org.apache.spark.deploy"
        start("master", f"{package}.master.Master", "--host", "127.0.0.1", "--port", str(port),
              "--webui-port", "0")  # fmt: skip
        _wait_for(port)
        workers = [
            start(f"worker{n}", f"{package}.worker.Worker", master, "--cores", "1", "--memory", memory,
                  "--webui-port", "0", "--work-dir", str(folder / f"worker{n}"))
            for n in (1, 2)
        ]  # fmt: skip
        yield master, workers
    finally:
        for process in started:
            _end(process)


def _wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise SystemExit("the master does not start")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that this script started, and its own."""
    for pid in sorted(_family(process.pid), reverse=True):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()


def _family(root: int, parents: dict[int, int] | None = None) -> set[int]:
    """A process and all those that it and its own started."""
    parents = _parents() if parents is None else parents
    found, more = set(), {root}
    while more:
        found |= more
        more = {pid for pid, parent in parents.items() if parent in more} - found
    return found


def _parents() -> dict[int, int]:
    """The process that started each."""
    found = {}
    for name in os.listdir("/proc"):  # noqa: PTH208  # it is asked every few seconds, while others are measured
        with suppress(OSError):
            if name.isdigit():
                found[int(name)] = int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1])
    return found


class Peaks(threading.Thread):
    """The peak memory of processes and those they start, by the kernel's own account (VmHWM)."""

    def __init__(self, roots: dict[str, int]) -> None:
        super().__init__(daemon=True)
        self.roots, self.over = roots, threading.Event()
        self.seen: dict[str, dict[tuple[str, int], float]] = {name: {} for name in roots}

    def run(self) -> None:
        while not self.over.wait(2):
            parents = _parents()
            for name, root in self.roots.items():
                for pid in _family(root, parents):
                    try:
                        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
                    except OSError:
                        continue
                    kind = "java" if lines[0].split()[-1] == "java" else "python"
                    for line in lines:
                        if line.startswith("VmHWM"):
                            self.seen[name][kind, pid] = int(line.split()[1]) / 1024

    def megabytes(self) -> dict[str, dict[str, int]]:
        """For each its largest process of Java and of Python."""
        self.over.set()
        return {
            name: {
                kind: round(max((mb for (of, _), mb in each.items() if of == kind), default=0))
                for kind in ("java", "python")
            }
            for name, each in self.seen.items()
        }


def main() -> None:
    """Grade on the cluster and on Polars, and compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("gradings", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--kill", action="store_true", help="a worker, once the first part is written")
    parser.add_argument("--stop", action="store_true", help="the whole run then, and take it up")
    parser.add_argument("--input", choices=("parquet", "csv", "table"), default="parquet")
    parser.add_argument("--memory", default="1500m")
    parser.add_argument("--parts", type=int)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder / "tables", asked.gradings)
        on_polars(folder)
        if asked.input == "csv":
            as_csv(folder / "tables")
        print(json.dumps(run(folder, asked)))


def run(folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """What came of it: seconds, memory, checksums."""
    with cluster(folder, asked.memory) as (master, workers):
        command = [
            sys.executable,
            __file__,
            "--driver",
            str(folder / "tables"),
            str(folder / "out"),
            asked.input,
        ]
        heap = f"{int(asked.memory.removesuffix('m')) - 400}m"
        environment = {
            **os.environ,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "PYSPARK_PYTHON": sys.executable,
            "PYSPARK_SUBMIT_ARGS": (
                f"--master {master} --driver-memory 1g --conf spark.executor.memory={heap} "
                f"--conf spark.local.dir={folder} --conf spark.driver.host=127.0.0.1 pyspark-shell"
            ),
            "MASTER": master,
            "GRADER_PARTS": str(asked.parts or 0),
        }
        first = None
        if asked.stop:
            process = subprocess.Popen(
                command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
            )
            first = _wait_for_a_part(folder, process)
            _end(process)
        start = time.monotonic()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        peaks = Peaks({"driver": process.pid, **{f"worker{n}": w.pid for n, w in enumerate(workers, 1)}})
        peaks.start()
        killed = None
        if asked.kill:
            killed = _wait_for_a_part(folder, process)
            _end(workers[0])
        said, _ = process.communicate()
        seconds = time.monotonic() - start
        if process.returncode:
            raise SystemExit("the run on the cluster fails")
        memory = peaks.megabytes()
    ours, theirs = checksum(f"{folder}/out/grades/*.parquet"), checksum(f"{folder}/polars.parquet")
    return {
        "input": asked.input,
        "seconds": round(seconds),
        "stopped_after": first,
        "worker_killed_after": killed,
        "peak_mb": memory,
        "cluster": ours,
        "polars": theirs,
        "same": ours == theirs,
        **json.loads(said.splitlines()[-1]),
    }


def _wait_for_a_part(folder: Path, process: subprocess.Popen[bytes]) -> int:
    """Seconds until the first part of a run is written whole."""
    start = time.monotonic()
    while process.poll() is None and not list((folder / "out").glob("_done/*.json")):
        time.sleep(0.3)
    return round(time.monotonic() - start)


def driver(tables: str, output: str, kind: str) -> None:
    """The driver's own process."""
    from grader.bulk.cluster import grade_on_cluster

    source = tables
    if kind == "table":
        from grader.bulk.backends import OnSpark

        session = OnSpark().session
        session.sql("CREATE DATABASE made")
        for name in ("inspections", "evidence"):
            session.sql(f"CREATE TABLE made.{name} USING parquet LOCATION '{tables}/{name}.parquet'")
        source = "table:made"
    found = grade_on_cluster(source, output, parts=int(os.environ["GRADER_PARTS"]) or None)
    names = ("parts", "inspections", "areas", "skipped", "faults", "taken_up", "outcomes")
    print(json.dumps({name: getattr(found, name) for name in names}))


def on_polars(folder: Path) -> None:
    """The same tables, each as one file, as a batch on Polars in a process of its own."""
    whole = folder / "whole"
    whole.mkdir()
    for name in ("inspections", "evidence"):
        pl.scan_parquet(folder / "tables" / f"{name}.parquet" / "*.parquet").sink_parquet(
            whole / f"{name}.parquet"
        )
    command = ["-m", "grader", "batch", str(whole), "-o", str(folder / "polars.parquet"), "--force"]
    start = time.monotonic()
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    print(f"on Polars: {time.monotonic() - start:.0f} s", file=sys.stderr)
    shutil.rmtree(whole)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--driver"]:
        driver(*sys.argv[2:5])
    else:
        main()
