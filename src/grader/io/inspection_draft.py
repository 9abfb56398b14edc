"""An inspection as far as it can be read without its framework."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import InputError, Problem
from grader.io.faults import validate, validate_by_path
from grader.io.reading import read_bytes
from grader.io.yaml_source import Document, parse_document
from grader.model.inspection import Inspection

Path_ = tuple[str | int, ...]
LISTS = ("evidence", "findings", "previous")


@dataclass(frozen=True, slots=True)
class InspectionDraft:
    """An inspection whose names are not yet resolved.

    Attributes
    ----------
    inspection : Inspection
        Its sound blocks alone, where there are `problems`.
    problems : tuple of Problem
        Faults of blocks left out.
    left_out : frozenset of path
        Where those are.
    at_fault : frozenset of path
        Where their faults are.
    """

    document: Document
    inspection: Inspection
    problems: tuple[Problem, ...] = ()
    left_out: frozenset[Path_] = frozenset()
    at_fault: frozenset[Path_] = frozenset()


def read_draft(path: Path) -> InspectionDraft:
    """The inspection in a file, read without its framework.

    Raises
    ------
    InputError
        Every fault, where framework or edition is not known.
    """
    return draft_of(parse_document(read_bytes(path), str(path)))


def draft_of(document: Document) -> InspectionDraft:
    """The inspection in a document, as `read_draft`."""
    inspection, faults = validate_by_path(document, Inspection)
    if inspection is not None:
        return InspectionDraft(document, inspection)
    problems = tuple(problem for _, problem in faults)
    at_fault = frozenset(path for path, _ in faults)
    left_out = frozenset(path[:2] for path in at_fault)
    sound, _ = validate(document, Inspection, _sound(document.data, left_out))
    if sound is None:
        raise InputError(problems)
    return InspectionDraft(document, sound, problems, left_out, at_fault)


def _sound(data: Any, left_out: frozenset[Path_]) -> object:
    """The data without faulty blocks, so that names in the rest are checked too."""
    if not isinstance(data, dict):
        return data
    data = {key: (value.copy() if isinstance(value, list | dict) else value) for key, value in data.items()}
    for path in left_out:
        top = path[0] if path else None
        if len(path) == 1:
            data.pop(top, None)
        elif isinstance(data.get(top), dict):
            data[top].pop(path[1], None)
    for top in LISTS:
        if isinstance(data.get(top), list):
            data[top] = [v for i, v in enumerate(data[top]) if (top, i) not in left_out]
    if isinstance(data.get("inspection"), dict):
        data["inspection"] = {"id": "-", "body": "-", **data["inspection"]}
    return {"evidence": [], **data}
