"""Try mutants of our own source against the tests that run their lines, quickest first; see the README.

One process a mutant, forked from this one, in a copy of the checkout that nobody edits.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import resource
import signal
import sqlite3
import sys
import time
from collections import Counter, defaultdict
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

import coverage.numbits
import hypothesis
import pytest
from listing import Mutant, by_hand, sampled, slipped

#: What of processor time the tests of one mutant may take together, unless the command says otherwise.
SECONDS = 120
#: Tests that take no longer come before the others.
QUICK = 0.3


class Bearing:
    """Which tests run which lines, by what `which_tests` noted in the folders."""

    def __init__(self, folders: list[Path]) -> None:
        self.seconds: dict[str, float] = {}
        self._lines: Counter[str] = Counter()
        self._by_line: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for folder in folders:
            for line in (folder / "seconds.txt").read_text("utf-8").splitlines():
                seconds, test = line.split(" ", 1)
                self.seconds[test] = float(seconds)
            query = (
                "select path, context, numbits from line_bits"
                " join file on file.id = file_id join context on context.id = context_id"
            )
            with sqlite3.connect(folder / "coverage.db") as base:
                for path, context, bits in base.execute(query):
                    if context in self.seconds:
                        of_file = self._by_line[path.split("src/grader/")[1]]
                        lines = coverage.numbits.numbits_to_nums(bits)
                        self._lines[context] += len(lines)
                        for line in lines:
                            of_file[line].add(context)

    def tests(self, file: str, span: range, most: float) -> list[str]:
        """Tests that run a line of the span (of none, any of the file), together within `most` seconds.

        The test files take turns, each with its quickest test first: what one kind of test misses, another
        may see. Of those files come first that take and look at least: they are about it.
        """
        of_file = self._by_line[file]
        tests = set().union(*(of_file[line] for line in span)) or set().union(*of_file.values())
        files: dict[str, list[str]] = defaultdict(list)
        for test in sorted(tests, key=self._weight):
            files[test.split("::")[0]].append(test)
        turns = chain.from_iterable(zip_longest(*files.values()))
        chosen: list[str] = []
        for test in sorted(filter(None, turns), key=lambda t: self.seconds[t] > QUICK):
            most -= self.seconds[test]
            if most < 0:
                break
            chosen.append(test)
        return chosen

    def _weight(self, test: str) -> float:
        return self._lines[test] * self.seconds[test]


def statement(source: str, line: int) -> range:
    """The lines of the innermost statement around a line; of one that holds others, its head.

    Outside functions there are none: what is run as a module is imported is run for every test.
    """
    best, size, inside = range(0), 1_000_000, False
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.stmt) or not node.lineno <= line <= (node.end_lineno or node.lineno):
            continue
        body = getattr(node, "body", None)
        end = body[0].lineno - 1 if body else node.end_lineno or node.lineno
        if isinstance(node, ast.FunctionDef) and line > end:
            inside = True
        elif line <= end and end - node.lineno < size:
            best, size = range(node.lineno, end + 1), end - node.lineno
    return best if inside else range(0)


class WithoutShrinking:
    """A pytest plugin: hypothesis stops at the first example that fails."""

    def pytest_configure(self) -> None:
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        sample = hypothesis.settings.get_profile("sample")
        hypothesis.settings.register_profile("mutants", sample, phases=phases)
        hypothesis.settings.load_profile("mutants")


def tried(tree: Path, mutant: Mutant, tests: list[str], log: Path, seconds: float) -> str:
    """`lives`, `killed`, or `hangs` (killed too), with the test that fails in the log."""
    if not tests:
        return "lives"
    path = tree / "src/grader" / mutant.file
    source = path.read_text("utf-8")
    path.write_text(mutant.source, "utf-8")
    for old in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        old.unlink()
    try:
        child = os.fork()
        if not child:
            _test(tree, tests, log, seconds)
        return _ended(child)
    finally:
        path.write_text(source, "utf-8")
        for old in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            old.unlink()


def _test(tree: Path, tests: list[str], log: Path, seconds: float) -> None:
    os.setsid()
    os.chdir(tree)
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    most = int(10 + 2 * seconds)  # of processor time: what else the machine does is no matter
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    options = ["-q", "-x", "--no-header", "--tb=short", "-p", "no:cacheprovider"]
    code = 70
    try:
        code = int(pytest.main([*options, *tests], plugins=[WithoutShrinking()]))
    finally:
        sys.stdout.flush()
        os._exit(code)


def _ended(child: int) -> str:
    """How the tests ended; where they wait for something that never comes, after a quarter of an hour."""
    until = time.monotonic() + 900
    while time.monotonic() < until:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            code = os.waitstatus_to_exitcode(status)
            return {0: "lives", -signal.SIGXCPU: "hangs", -signal.SIGKILL: "hangs"}.get(code, "killed")
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "hangs"


def main() -> None:
    """Try the mutants asked for, and print the figures of each room."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path, help="a copy of the checkout, which is changed and changed back")
    parser.add_argument("results", type=Path, help="a line of JSON a mutant; those in it are not tried again")
    parser.add_argument("--noted", type=Path, nargs="+", required=True, help="what which_tests.py wrote")
    parser.add_argument("--sample", type=int, default=0, help="how many of cosmic-ray's")
    parser.add_argument("--slips", type=int, default=0, help="how many of slips.py's")
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument("--by-hand", action="store_true", help="those of by_hand.yaml")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="processor time for a mutant's tests")
    parser.add_argument("--rooms", nargs="+", help="these rooms alone")
    asked = parser.parse_args()
    tree, logs = asked.tree.resolve(), asked.results.with_suffix(".logs")
    logs.mkdir(parents=True, exist_ok=True)
    mutants = chain(
        by_hand(tree) if asked.by_hand else [],
        slipped(tree, asked.slips, asked.seed),
        sampled(tree, asked.sample, asked.seed),
    )
    told: Counter[tuple[str, str]] = Counter()
    bearing = Bearing(asked.noted)
    results: dict[str, Any] = {}
    if asked.results.exists():
        lines = map(json.loads, asked.results.read_text("utf-8").splitlines())
        results = {each["id"]: each for each in lines}
    for number, mutant in enumerate(mutants):
        if mutant.room not in (asked.rooms or [mutant.room]):
            continue
        if mutant.id in results:
            told[mutant.room, results[mutant.id]["outcome"]] += 1
            continue
        source = (tree / "src/grader" / mutant.file).read_text("utf-8")
        tests = bearing.tests(mutant.file, statement(source, mutant.line), asked.seconds)
        log = logs / f"{number}.txt"
        started = time.monotonic()
        most = sum(bearing.seconds[t] for t in tests)
        outcome = tried(tree, mutant, tests, log, most)
        results[mutant.id] = {
            "id": mutant.id,
            "room": mutant.room,
            "outcome": outcome,
            "tests": len(tests),
            "tests_seconds": round(most, 1),
            "took": round(time.monotonic() - started, 1),
            "log": log.name,
        }
        with asked.results.open("a", encoding="utf-8") as file:
            file.write(json.dumps(results[mutant.id]) + "\n")
        told[mutant.room, outcome] += 1
        print(outcome, mutant.id, results[mutant.id]["took"], flush=True)
    for (room, outcome), many in sorted(told.items()):
        print(f"{room:10} {outcome:8} {many}")


if __name__ == "__main__":
    main()
