"""What a batch is to grade, and by which rules."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.bulk.backends import Backend, pl
from grader.bulk.dataset import files_of, is_dataset, read_dataset
from grader.bulk.documents import Documents, inspections_among
from grader.bulk.sources import Source
from grader.bulk.tables import Tables
from grader.bulk.work import Work
from grader.errors import InputError, Place, Problem, quoted
from grader.io import catalogue
from grader.io.folders import files_in
from grader.io.frameworks import FrameworkFile
from grader.io.yaml_source import read_document
from grader.language.rulebook import RuleBook
from grader.session import Session

Rules = tuple[FrameworkFile, RuleBook]


@dataclass(frozen=True, slots=True)
class ResolvedInputs:
    """The inspections of the inputs, and files among them that are none."""

    source: Source
    passed_over: list[Path]


def resolve(
    inputs: Sequence[Path],
    work: Work,
    rules: catalogue.NameOrPath | None,
    run: Backend | None,
    engine: str | None,
) -> ResolvedInputs:
    """What the inputs hold.

    Raises
    ------
    InputError
        No inspections, several frameworks, or faults of a table.
    """
    tables = [path for path in inputs if os.path.isdir(path) and is_dataset(path)]
    if not tables:
        return _documents(inputs, rules, run, engine)
    if len(inputs) > 1:
        help = "name one folder of tables"
        raise InputError([Problem("tables are graded by themselves", Place(str(tables[0])), help)])
    if run is None:
        help = "leave --engine out, or grade the inspections' files"
        raise InputError([Problem("tables are graded in columns alone", Place("--engine"), help)])
    (folder,) = tables
    stats = [(path, path.stat()) for path in files_of(folder)]
    identity = "\n".join(f"{p} {s.st_size} {s.st_mtime_ns} {s.st_ctime_ns} {s.st_ino}" for p, s in stats)
    dataset = read_dataset(folder, work.prepared(identity))
    framework, book = _rules_of(dataset.inspections, folder, rules)
    return ResolvedInputs(Tables(dataset, framework, book, run, identity), [])


def _rules_of(inspections: pl.DataFrame, folder: Path, rules: catalogue.NameOrPath | None) -> Rules:
    """The one framework of a table, or the rules named."""
    column = inspections["framework"] if "framework" in inspections.columns else pl.Series(dtype=pl.String)
    named = column.unique().sort().drop_nulls().to_list()
    at = Place(str(folder))
    if len(named) > 1:
        help = "put each framework's inspections in tables of their own"
        message = f"inspections of several frameworks: {', '.join(quoted(n) for n in named[:5])}"
        raise InputError([Problem(message, at, help)])
    if named:
        return _rules_for(named[0], rules, at)
    if rules is None:
        help = "give the table of inspections a column 'framework', or name a rule book with --rules"
        raise InputError([Problem("which framework are these inspections on?", at, help)])
    _, framework, book = catalogue.open_rulebook(rules)
    return framework, book


def _documents(
    inputs: Sequence[Path], rules: catalogue.NameOrPath | None, run: Backend | None, engine: str | None
) -> ResolvedInputs:
    paths: list[Path] = []
    passed_over: list[Path] = []
    for path in inputs:
        found, others = inspections_among(files_in(path)) if os.path.isdir(path) else ([path], [])
        if not found:
            help = "name a folder of inspections (YAML), or of tables in the columnar layout"
            raise InputError([Problem("there is no inspection in this folder", Place(str(path)), help)])
        paths += found
        passed_over += others
    framework, book = _rules_of_first(paths, rules)
    return ResolvedInputs(Documents(paths, Session(framework, book, None, engine), run, engine), passed_over)


def _rules_of_first(paths: Sequence[Path], rules: catalogue.NameOrPath | None) -> Rules:
    """The rules of the first readable inspection."""
    errors: list[InputError] = []
    for path in paths:
        try:
            document = read_document(path)
            head = document.data.get("inspection") if isinstance(document.data, dict) else None
            name = head.get("framework") if isinstance(head, dict) else None
            if isinstance(name, str):
                return _rules_for(name, rules, document.place(("inspection", "framework")))
            help = "name an inspection (YAML), which says what framework it is on"
            raise InputError([Problem("this is no inspection", Place(str(path)), help)])
        except InputError as error:
            errors.append(error)
    raise errors[0]


def _rules_for(name: str, rules: catalogue.NameOrPath | None, at: Place | None) -> Rules:
    framework = catalogue.framework_in(name, at, catalogue.folder_near(rules))
    return framework, catalogue.rulebook(rules, framework)
