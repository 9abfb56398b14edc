"""A file in its newer form."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import InputError, InternalError, Place, Problem, quoted
from grader.io.json_text import read_json
from grader.io.kinds import kind_of
from grader.io.reading import read_bytes
from grader.io.rule_folder import HEAD, yaml_files
from grader.io.scalars import decode
from grader.io.wrong_kind import FIRST_KEYS
from grader.io.yaml_source import Document, NodePath, parse_document
from grader.model.proposal import SCHEMA, Proposal
from grader.upgrading.edits import Removal, edited
from grader.upgrading.forms import ADDED_TO_AREAS, NUMBERS, Found, older_in, older_in_proposal, problem

_MARK = b"\xef\xbb\xbf"
_SHEETS = ("findings", "previous", "sources", "evidence")


@dataclass(frozen=True, slots=True, repr=False)
class Upgraded:
    """A file in its newer form.

    Attributes
    ----------
    kind : str
        What the file is: the name of its schema.
    form : int
        The number of the form it has now.
    content : bytes
        The file; the same bytes where there was nothing to change.
    changes : tuple of Problem
        What was changed, each with the place it stood in.
    """

    kind: str
    form: int
    content: bytes
    changes: tuple[Problem, ...]

    @property
    def text(self) -> str:
        """The file as text, without a byte order mark."""
        return self.content.decode("utf-8-sig")

    def __repr__(self) -> str:
        count = len(self.changes)
        return f"<Upgraded {self.kind}: {count} change{'' if count == 1 else 's'}>"


def files_of(path: str) -> list[str]:
    """The file itself, or the files of a rule book in a folder, its rule tests among them."""
    if not os.path.isdir(path):
        return [path]
    if not os.path.isfile(os.path.join(path, HEAD)):  # noqa: PTH118  # takes any name
        help = f"a rule book is a folder with {HEAD} and one file a layer"
        raise InputError([Problem(f"no {HEAD} in the folder", Place(path), help)])
    return [str(Path(path) / name) for name in sorted(yaml_files(Path(path)))]


def upgrade(path: str | os.PathLike[str]) -> Upgraded:
    """The newer form of the file at a path; raises InputError where it cannot be read, or told what it is."""
    return upgraded(read_bytes(Path(path)), os.fspath(path))


def upgraded(raw: bytes, name: str) -> Upgraded:
    """The newer form of a file's content; `name` is its name in messages."""
    if kind_of(raw) == "json":
        return _proposal(raw, name)
    document = _document(raw, name)
    kind = _kind(document, name)
    found = list(older_in(kind, document))
    if left := [problem(each, document) for each in found if each.edit is None]:
        raise InputError(left)
    if not found:
        return Upgraded(kind, NUMBERS[kind], raw, ())
    mark = _MARK if raw.startswith(_MARK) else b""
    text = edited(decode(raw, name), [each.edit for each in found if each.edit is not None])
    content = mark + text.encode()
    if _document(content, name).data != _expected(document.data, found):
        raise InternalError(f"{name}: the newer form does not say what the older one does")
    changes = tuple(Problem(each.said, document.keys[each.at]) for each in found)
    return Upgraded(kind, NUMBERS[kind], content, changes)


def _document(raw: bytes, name: str) -> Document:
    return parse_document(raw, name, keys_as_text=True)


def _kind(document: Document, name: str) -> str:
    keys = set(document.data) if isinstance(document.data, Mapping) else set()
    for kind in (*FIRST_KEYS, "calibrated", "settling"):
        if kind in keys:
            return kind
    if keys and keys.issubset(_SHEETS):
        return "mapping"
    message = "no key says what this file is: " + ", ".join((*FIRST_KEYS, "calibrated", "settling"))
    help = "a file starts with the block that names it, as in inspection: {id: ...}"
    raise InputError([Problem(message, Place(name), help)])


def _expected(data: object, found: list[Found]) -> object:
    """The data after the changes, worked out apart from the text."""
    changed = {each.at: each.edit for each in found}

    def at(value: object, path: NodePath) -> object:
        if isinstance(value, list):
            return [at(inner, (*path, i)) for i, inner in enumerate(value)]
        if not isinstance(value, dict):
            return value
        kept: dict[str, object] = {}
        for key, inner in value.items():
            edit = changed.get((*path, key))
            if isinstance(edit, Removal):
                continue
            kept[edit.name if edit else key] = at(inner, (*path, key))
        return kept

    return at(data, ())


def _proposal(raw: bytes, name: str) -> Upgraded:
    """A proposal with every key that one has now. Other answers of ours are read by no command."""
    data: Any = read_json(raw, name)
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA:
        said = f"is {quoted(schema)}" if isinstance(schema, str) else "has no schema"
        help = f"of JSON, grader reads {SCHEMA} alone; write other answers again"
        raise InputError([Problem(f"this JSON {said}", Place(name), help)])
    added = [Problem(said, Place(name)) for said in older_in_proposal(data)]
    areas = data.get("areas")
    for area in areas if isinstance(areas, list) else ():
        if isinstance(area, dict):
            for key in ADDED_TO_AREAS:
                area.setdefault(key, None)
    try:
        whole = Proposal.model_validate(data)
    except ValueError:
        help = "write it again: grader grade INSPECTION -o FILE.json"
        raise InputError([Problem("not a whole proposal", Place(name), help)]) from None
    newer = json.loads(whole.to_json())
    if newer == json.loads(raw.decode("utf-8-sig")):
        return Upgraded("proposal", NUMBERS["proposal"], raw, ())
    if not added:
        added = [Problem("keys that earlier versions left out are written with their defaults", Place(name))]
    return Upgraded("proposal", NUMBERS["proposal"], f"{whole.to_json()}\n".encode(), tuple(added))
