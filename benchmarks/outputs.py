"""What the commands print, as hashes: to tell that a change of the inside changed nothing outside.

    python benchmarks/outputs.py make FOLDER [--inspections 2000] [--books 60] [--seed 1]
    OLD/.venv/bin/python benchmarks/outputs.py record FOLDER old.json
    NEW/.venv/bin/python benchmarks/outputs.py record FOLDER new.json
    python benchmarks/outputs.py compare old.json new.json

`make` draws inspections of the shipped framework, and rule books at random with inspections of their own,
with grader's strategies and a seed, and writes them as files. `record` runs the commands of whichever grader
its Python has on those files and on the examples beside this script. Seconds are left out, nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECONDS = re.compile(r'"seconds": [0-9.e+-]+')
EXAMPLE = "examples/leicestershire_2021_22/inspection.yaml"
PARTS = ("examples", "drawn", "books", "checks")
ENGINES = ("reference", "rete")
BACKENDS = ("polars", "duckdb")
#: Rule books at random that are checked, and inspections that are explained.
CHECKED, EXPLAINED = 6, 20
#: Inspections graded by one command, which opens the framework and the rules once.
TOGETHER = 250


# Making ---------------------------------------------------------------------------------------------------


def make(folder: Path, inspections: int, books: int, seed: int) -> None:
    """Write what is drawn: `inspections/`, and `books/N/` with a framework, a rule book and inspections."""
    from grader.io import catalogue
    from grader.testing.strategies import inspections as drawn_for

    file = catalogue.framework("PEEL_2021_22")
    book = catalogue.rulebook("PEEL_2021_22", file)
    strategy = drawn_for(file.framework, measures=book.measures, max_items=40)
    for n, each in enumerate(draws(strategy, inspections, seed)):
        write(folder / "inspections" / f"{n:05}.yaml", renamed(each, f"drawn-{n:05}"))
    for n, (framework, found, its) in enumerate(draws(random_books(), books, seed)):
        place = folder / "books" / str(n)
        write(place / "frameworks" / "RANDOM.yaml", framework.model_dump(mode="json", exclude_none=True))
        write_book(found, place / "rules" / "RANDOM")
        for i, each in enumerate(its):
            write(place / "inspections" / f"{i}.yaml", renamed(each, f"drawn-{n}-{i}"))


def draws(strategy, many: int, seed: int) -> list:
    """So many values of a strategy, the same ones for a seed."""
    import hypothesis

    found: list = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=many, database=None, deadline=None, phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    @hypothesis.given(strategy)
    def take(value) -> None:
        found.append(value)

    take()
    return found


def random_books():
    """A framework, a rule book for it, and a few inspections."""
    from hypothesis import strategies as st

    from grader.testing.strategies import frameworks, inspections, rulebooks

    @st.composite
    def draw_all(draw):
        framework = draw(frameworks())
        book = draw(rulebooks(framework))
        each = inspections(framework, measures=book.measures)
        return framework, book, draw(st.lists(each, min_size=4, max_size=6))

    return draw_all()


def renamed(inspection, name: str) -> dict:
    data = inspection.model_dump(mode="json", exclude_none=True)
    data["inspection"]["id"] = name
    return data


def write(path: Path, data: object) -> None:
    import yaml

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")


def write_book(book, folder: Path) -> None:
    """The rule book as its author would have written it, by the tests' own writer."""
    import importlib.util

    source = ROOT / "tests" / "properties" / "test_strategies.py"
    spec = importlib.util.spec_from_file_location("writer", source)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder.mkdir(parents=True)
    module.write_book(book, folder)


# Recording ------------------------------------------------------------------------------------------------


def record(folder: Path, most: int | None, parts: list[str]) -> dict[str, str]:
    """The hash of what each command prints, by its arguments."""
    drawn = sorted((folder / "inspections").glob("*.yaml"))[:most]
    books = sorted((folder / "books").iterdir(), key=lambda p: int(p.name))
    os.chdir(ROOT)
    found: dict[str, str] = {}
    made = {
        "examples": of_examples(),
        "drawn": of_drawn(drawn),
        "books": of_books(books, most),
        "checks": of_checks(books),
    }
    for name, said in chain.from_iterable(made[part] for part in parts):
        found[name] = hashlib.sha256(SECONDS.sub('"seconds": 0', said).encode()).hexdigest()
        print(f"\r{len(found)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    return found


def ran(*arguments: object) -> str:
    """What a command prints on both streams, and its exit code."""
    from grader.cli import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(a) for a in arguments])
        except SystemExit as stopped:
            code = stopped.code
    return f"{code}\n{out.getvalue()}\n{err.getvalue()}"


def of_examples() -> Iterator[tuple[str, str]]:
    """Every command that shows conclusions, on every example and every rule book beside this script."""
    import yaml

    def each(*arguments: object) -> tuple[str, str]:
        return " ".join(map(str, arguments)), ran(*arguments)

    for path in sorted(Path("examples").glob("*/inspection.yaml")):
        for engine in ENGINES:
            yield each("grade", path, "--json", "--engine", engine)
        yield each("grade", path)
        if (path.parent / "decisions.yaml").exists():
            yield each("diff", path, path.parent / "decisions.yaml", "--json")
        # Warnings follow the JSON.
        said, _ = json.JSONDecoder().raw_decode(ran("grade", path, "--json").split("\n", 1)[1])
        for area in said.get("areas", ()):
            yield each("explain", path, area["area"], "--json")
            for grade in ("outstanding", "good", "inadequate"):
                yield each("explain", path, area["area"], "--json", "--why-not", grade)
    yield each("test")
    for path in sorted(Path("examples/rule_books").glob("*/rulebook.yaml")):
        yield each("test", path.parent)
    head = yaml.safe_load(Path("rules/PEEL_2021_22/rulebook.yaml").read_text("utf-8"))
    for name, parameter in head["parameters"].items():
        for value in parameter["range"]:
            yield each("grade", EXAMPLE, "--json", "--set", f"{name}={value}")


def of_checks(books: list[Path]) -> Iterator[tuple[str, str]]:
    """Proofs, each in a process of its own: which model the solver finds depends on what went before."""
    shipped = [None, *sorted(p.parent for p in Path("examples/rule_books").glob("*/rulebook.yaml"))]
    for rules in shipped:
        yield f"check {rules}", ran_alone(Path.cwd(), "check", *([rules] if rules else []), "--json")
    for place in books[:CHECKED]:
        yield f"check book {place.name}", ran_alone(place, "check", "rules/RANDOM", "--json")


def ran_alone(folder: Path, *arguments: object) -> str:
    """What a command prints, run in a process of its own."""
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return f"{done.returncode}\n{done.stdout}\n{done.stderr}"


def of_drawn(drawn: list[Path]) -> Iterator[tuple[str, str]]:
    """Inspections of the shipped framework: line by line on each engine, rows on each backend."""
    for engine in ENGINES:
        for start in range(0, len(drawn), TOGETHER):
            some = drawn[start : start + TOGETHER]
            lines = ran("grade", *some, "--json", "--engine", engine).splitlines()
            yield f"{engine} from {start}", "\n".join(line for line in lines if not line.startswith("{"))
            for path, line in zip(some, (x for x in lines if x.startswith("{")), strict=True):
                yield f"{engine} {path.name}", line
    for path in drawn[:: max(1, len(drawn) // EXPLAINED)]:
        for area in ("responding", "recording", "workforce"):
            yield f"explain {path.name} {area}", ran("explain", path, area, "--json")
    for backend in BACKENDS:
        for name, said in rows(drawn, "--on", backend):
            yield f"{backend} {name}", said


def of_books(books: list[Path], most: int | None) -> Iterator[tuple[str, str]]:
    """Rule books at random: the grading pass on each engine, in columns, and the proofs."""
    for place in books[: None if most is None else max(1, most // 20)]:
        here = Path.cwd()
        os.chdir(place)
        rules = place / "rules" / "RANDOM"
        for path in sorted((place / "inspections").glob("*.yaml")):
            for engine in ENGINES:
                said = ran("grade", path, "--json", "--engine", engine, "--rules", rules)
                yield f"book {place.name} {engine} {path.name}", said
            said = ran("explain", path, "alpha", "--json", "--rules", rules)
            yield f"book {place.name} explain {path.name}", said
        paths = sorted((place / "inspections").glob("*.yaml"))
        for backend in BACKENDS:
            for name, said in rows(paths, "--on", backend, "--rules", rules):
                yield f"book {place.name} {backend} {name}", said
        os.chdir(here)


def rows(paths: list[Path], *options: object) -> Iterator[tuple[str, str]]:
    """The rows a batch writes, inspection by inspection."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "out.jsonl"
        said = ran("batch", *paths, "-o", out, *options)
        yield "batch", re.sub(r"\S*out\.jsonl|[0-9.]+ s\b", "", said)
        lines = out.read_text("utf-8").splitlines() if out.exists() else []
    found: dict[str, list[str]] = {}
    for line in lines:
        found.setdefault(json.loads(line)["inspection"], []).append(line)
    for name, its in found.items():
        yield name, "\n".join(its)


def compare(first: Path, second: Path) -> int:
    """Print what differs; 0 where nothing does."""
    one, two = (json.loads(p.read_text("utf-8")) for p in (first, second))
    differ = sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))
    for name in differ[:40]:
        print(name if name in one and name in two else f"{name} (in one alone)")
    print(f"{len(differ)} of {len(one.keys() | two.keys())} outputs differ")
    return int(bool(differ))


def main() -> int:
    shown = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=shown)
    does = parser.add_subparsers(dest="does", required=True)
    making = does.add_parser("make")
    making.add_argument("folder", type=Path)
    making.add_argument("--inspections", type=int, default=2000)
    making.add_argument("--books", type=int, default=60)
    making.add_argument("--seed", type=int, default=1)
    recording = does.add_parser("record")
    recording.add_argument("folder", type=Path)
    recording.add_argument("record", type=Path)
    recording.add_argument("--most", type=int, help="so many of the inspections drawn")
    recording.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    comparing = does.add_parser("compare")
    comparing.add_argument("first", type=Path)
    comparing.add_argument("second", type=Path)
    given = parser.parse_args()
    if given.does == "make":
        make(given.folder.resolve(), given.inspections, given.books, given.seed)
    elif given.does == "record":
        out = given.record.resolve()
        out.write_text(json.dumps(record(given.folder.resolve(), given.most, given.parts), indent=1), "utf-8")
    else:
        return compare(given.first, given.second)
    return 0


if __name__ == "__main__":
    sys.exit(main())
