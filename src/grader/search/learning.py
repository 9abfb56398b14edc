"""Statements of other inspections, tagged by people, for a search to learn from."""

from __future__ import annotations

from pathlib import Path

from grader.errors import InputError, Place, Problem, folded
from grader.io.folders import ENDINGS, files_in, kind_of
from grader.io.inspection_draft import read_draft
from grader.io.printed_names import PrintedNames
from grader.io.reading import read_bytes
from grader.model.framework import Framework
from grader.search.ranking import Learned


def learned_from(folder: Path, framework: Framework) -> list[Learned]:
    """Statements of a folder's inspections, with their tags.

    Raises
    ------
    InputError
        No such folder, no inspection of the framework, or faults.
    """
    found: list[Learned] = []
    problems: list[Problem] = []
    names = PrintedNames(framework)
    if not folder.is_dir():
        raise InputError([Problem("there is no such folder", Place(str(folder)), "name a folder")])
    for path in files_in(folder):
        if path.suffix.lower() not in ENDINGS:
            continue
        try:
            if kind_of(read_bytes(path), str(path)) != "inspection":
                continue
            draft = read_draft(path)
        except InputError as error:
            problems += error.problems
            continue
        problems += draft.problems
        head = draft.inspection.inspection
        if folded(head.framework) == folded(framework.id):
            for item in draft.inspection.evidence:
                tags = tuple(names.matched("characteristics", name) for name in item.characteristics)
                found.append(Learned(head.id, item.id, item.statement, tags))
    if problems:
        raise InputError(problems)
    if not found:
        message = f"there is no evidence of {framework.id} to learn from"
        raise InputError([Problem(message, Place(str(folder)), "name a folder of inspections")])
    return found
