"""Mutants of our own source: a seeded sample of those that cosmic-ray lists, and those made by hand."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from slips import drawn

ROOMS = ("language", "engines", "grading", "proofs")
BY_HAND = Path(__file__).with_name("by_hand.yaml")


@dataclass(frozen=True)
class Mutant:
    """One change of one file, and the line it begins on."""

    id: str
    room: str
    file: str
    line: int
    source: str


@dataclass(frozen=True)
class _Site:
    room: str
    file: str
    operator: str
    occurrence: int
    line: int

    @property
    def id(self) -> str:
        """Where it is, and what is done there."""
        return f"{self.file}:{self.line} {self.operator.split('/')[1]} {self.occurrence}"


def sampled(root: Path, many: int, seed: int) -> Iterator[Mutant]:
    """As many mutants of each room, in a random order in which the rooms take turns."""
    turns = []
    for room in ROOMS if many else ():
        sites = list(_sites(root, room))
        random.Random(f"{seed} {room}").shuffle(sites)
        turns.append(_told_apart(root, iter(sites)))
    for number in range(many):
        yield next(turns[number % len(ROOMS)])


def slipped(root: Path, many: int, seed: int) -> Iterator[Mutant]:
    """As many slips, the rooms in turn."""
    turns = [drawn(root / "src/grader" / room, seed) for room in ROOMS if many]
    number = 0
    while number < many:
        path, slip = next(turns[number % len(ROOMS)])
        changed = slip.made(path.read_text("utf-8"))
        if changed is not None:
            file = str(path.relative_to(root / "src/grader"))
            name = f"{file}:{slip.line} {slip.done} {slip.start}"
            yield Mutant(name, file.split("/")[0], file, slip.line, changed)
            number += 1


def by_hand(root: Path) -> list[Mutant]:
    """The mutants written down in `by_hand.yaml`; an error where its `before` is not there exactly once."""
    found = []
    for number, each in enumerate(yaml.safe_load(BY_HAND.read_text("utf-8")), 1):
        source = (root / "src/grader" / each["file"]).read_text("utf-8")
        before, after = each["before"].rstrip("\n"), each["after"].rstrip("\n")
        if source.count(before) != 1:
            raise ValueError(f"{each['file']}: {source.count(before)} times {before!r}")
        same = next(i for i, (a, b) in enumerate(zip(before, after + "\0", strict=False)) if a != b)
        line = source[: source.index(before) + same].count("\n") + 1
        room = each["file"].split("/")[0]
        changed = source.replace(before, after)
        ast.parse(changed)
        found.append(Mutant(f"hand {number} {each['file']}:{line}", room, each["file"], line, changed))
    return found


def _sites(root: Path, room: str) -> Iterator[_Site]:
    for path in sorted((root / "src/grader" / room).rglob("*.py")):
        nodes = list(ast_nodes(get_ast(path.read_text("utf-8"))))
        for name in operator_names():
            operator: Any = get_operator(name)
            if operator.arguments():
                continue
            places = (start for node in nodes for start, _ in operator().mutation_positions(node))
            for occurrence, (line, _) in enumerate(places):
                yield _Site(room, str(path.relative_to(root / "src/grader")), name, occurrence, line)


def _told_apart(root: Path, sites: Iterator[_Site]) -> Iterator[Mutant]:
    """The sites' mutants, but for those that are no Python, and those of annotations, which are never run."""
    for site in sites:
        source = (root / "src/grader" / site.file).read_text("utf-8")
        changed = mutate_code(source, get_operator(site.operator)(), site.occurrence)
        if changed is not None and _run(changed) not in ("", _run(source)):
            yield Mutant(site.id, site.room, site.file, site.line, changed)


def _run(source: str) -> str:
    """What of a module is run: its tree without annotations; of what is no Python, nothing."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef():
                node.returns = None
            case ast.arg():
                node.annotation = None
            case ast.AnnAssign():
                node.annotation = ast.Constant(None)
    return ast.dump(tree)
