"""Moderation in figures: two taggings of one report, made pairs, and 500 items by two people.

    .venv/bin/python benchmarks/moderation.py [--items 500] [--seeds 10]

Printed are the disagreements of the two taggings in `two_taggings/` and how many matter to a grade;
precision and recall of pairing on made pairs, of whose second items 30 % have other ids and words;
and the seconds and the most memory that `grader reconcile` takes on a made pair, in a process of its own.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

import grader
from grader.model.inspection import Evidence
from grader.review.same_finding import pair

TOP = Path(__file__).resolve().parent.parent
FIRST = TOP / "examples" / "leicestershire_2021_22" / "inspection.yaml"
SECOND = TOP / "benchmarks" / "two_taggings" / "second_tagging.yaml"


def made() -> Any:
    """What makes pairs for the tests."""
    where = TOP / "tests" / "moderation" / "made.py"
    spec = importlib.util.spec_from_file_location("made_taggings", where)
    assert spec is not None
    assert spec.loader is not None
    found: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found.made_pair


def report() -> None:
    found = grader.reconcile([FIRST, SECOND])
    exact = [a for a in found.areas if a.method == "every_mix"]
    print(f"{found!r}: {sum(bool(d.fields) for d in found.disagreements)} tagged otherwise")
    print(f"every mix graded in {len(exact)} of {len(found.areas)} areas")
    for each in found.agreement:
        print(f"  {each.field}: same {each.same}, alpha {each.alpha}, 95 % {each.interval}, n {each.n}")


def pairing(items: int, seeds: int) -> None:
    make = made()
    precisions, recalls = [], []
    for seed in range(1, seeds + 1):
        one, two, true = make(items, seed=seed)
        first, second = ([Evidence.model_validate(e) for e in each["evidence"]] for each in (one, two))
        titles = {"report": "A report"}
        found = set(pair(first, second, (titles, titles)).by_text.items())
        precisions.append(len(found & set(true.items())) / len(found))
        recalls.append(len(found & set(true.items())) / len(true))
    print(f"pairing, {seeds} made pairs of {items} items: precision at least {min(precisions):.4f},", end=" ")
    print(f"recall at least {min(recalls):.4f}")


def speed(items: int) -> None:
    one, two, _ = made()(items)
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, each in (("ann", one), ("bob", two)):
            file = Path(folder) / f"{name}.yaml"
            file.write_text(yaml.safe_dump(each))
            files.append(str(file))
        start = time.perf_counter()
        command = [sys.executable, "-m", "grader", "reconcile", *files, "--json"]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        wall = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    print(f"reconcile, {items} items by two people: exit {done.returncode}, {wall:.1f} s", end=" ")
    print(f"({cpu:.1f} s of processor time), {peak:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=10)
    given = parser.parse_args()
    speed(given.items)
    pairing(given.items, given.seeds)
    report()


if __name__ == "__main__":
    main()
