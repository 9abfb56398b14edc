"""An inspection from Python: a path, text, plain data or a model."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.errors import InputError, Place, Problem, quoted
from grader.io.inspection_draft import InspectionDraft, draft_of, read_draft
from grader.io.inspections import InspectionFile, resolve_draft
from grader.io.yaml_source import Document, NodePath, parse_document
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework
from grader.model.inspection import Inspection

PathLike = str | os.PathLike[str]
Given = PathLike | Mapping[str, object] | Inspection
"""Text is a str with a line break in it; any other str is a path."""

#: What messages call an inspection that is in no file.
NAME = "inspection"


def draft_given(given: Given) -> InspectionDraft:
    """What was given, read without its framework; raises InputError."""
    if isinstance(given, Inspection):
        return draft_of(data_document(given.model_dump(mode="json", exclude_none=True)))
    if isinstance(given, Mapping):
        return draft_of(data_document(_plain(given)))
    if isinstance(given, str) and "\n" in given:
        return draft_of(parse_document(given.encode("utf-8", "surrogatepass"), NAME))
    if isinstance(given, str | os.PathLike):
        return read_draft(Path(given))
    help = "give the path of its file, its text, a mapping, or a model"
    raise InputError([Problem(f"{quoted(given)} is no inspection", None, help)])


def resolved(draft: InspectionDraft, framework: Framework, book: RuleBook) -> InspectionFile:
    """The inspection with names resolved; only text has a SHA-256."""
    file = resolve_draft(draft, framework, book.measures)
    return file if file.sha256 else replace(file, sha256=None)


def data_document(data: object) -> Document:
    """Plain data as a document: messages name the value, as in `inspection.evidence[3].basis`."""
    places = _Places(data)
    return Document(data=data, places=places, keys=places, texts={}, sha256="", file=NAME)


def _plain(data: object) -> object:
    """Mappings and tuples as dict and list."""
    if isinstance(data, Mapping):
        # Most of an inspection is text, of which there is nothing to copy.
        return {key: each if type(each) is str else _plain(each) for key, each in data.items()}
    if isinstance(data, list | tuple):
        return [each if type(each) is str else _plain(each) for each in data]
    return data


@dataclass(frozen=True, slots=True)
class _Places(Mapping[NodePath, Place]):
    """Places in plain data: paths, as there are no lines."""

    data: object

    def __getitem__(self, path: NodePath) -> Place:
        found: Any = self.data
        for step in path:
            here = isinstance(found, dict) and step in found
            if not here and not (isinstance(found, list) and isinstance(step, int) and step < len(found)):
                raise KeyError(path)
            found = found[step]
        return Place(NAME + "".join(f"[{s}]" if isinstance(s, int) else f".{quoted(s)[1:-1]}" for s in path))

    def __iter__(self) -> Iterator[NodePath]:
        return iter([()])

    def __len__(self) -> int:
        return 1
