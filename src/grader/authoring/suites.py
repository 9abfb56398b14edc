"""A rule book with the cases in its `tests` folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.cases import Case, parse_cases
from grader.errors import InputError, Place, Problem, quoted
from grader.io import catalogue
from grader.io.frameworks import FrameworkFile
from grader.io.reading import read_bytes
from grader.io.rule_folder import refuse_link_out, yaml_files
from grader.io.yaml_source import parse_document
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework

FOLDER = "tests"


@dataclass(frozen=True, slots=True)
class Suite:
    """A rule book, its framework and its cases."""

    folder: Path
    framework: FrameworkFile
    book: RuleBook
    cases: tuple[Case, ...]


def load_suite(name: catalogue.NameOrPath) -> Suite:
    """A rule book, and every case in its `tests` folder.

    Raises
    ------
    InputError
        Every fault of the rules or the cases.
    UnknownNameError
    """
    folder, framework, book = catalogue.open_rulebook(name)
    shown = catalogue.shown_folder(folder)
    paths = {f"{shown}/{p.relative_to(folder).as_posix()}": p for p in case_files(folder)}
    return Suite(folder, framework, book, read_cases(paths, framework.framework, book))


def case_files(folder: Path) -> tuple[Path, ...]:
    """The files of cases of a rule book, in code point order of their paths."""
    there = folder / FOLDER
    if not there.is_dir() or there.is_symlink():
        return ()
    paths = tuple(there / name for name in sorted(yaml_files(there)))
    for path in paths:
        refuse_link_out(path, folder, str(path))
    return paths


def read_cases(paths: Mapping[str, Path], framework: Framework, book: RuleBook) -> tuple[Case, ...]:
    """The cases of these files.

    Raises
    ------
    InputError
        Every fault.
    """
    problems: list[Problem] = []
    cases: list[Case] = []
    first: dict[str, Place] = {}
    for shown, path in paths.items():
        try:
            found = parse_cases(parse_document(read_bytes(path), shown), framework, book)
        except InputError as error:
            problems += error.problems
            continue
        for case in found:
            if case.name in first:
                help = f"first at {first[case.name]}; a name says which case failed"
                problems.append(Problem(f"case {quoted(case.name)} stands twice", case.place, help))
            first.setdefault(case.name, case.place)
        cases += found
    if problems:
        raise InputError(problems)
    return tuple(cases)
