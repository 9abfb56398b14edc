"""The files of a folder, and what kind of ours each is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from grader.errors import InputError, Place, Problem
from grader.files.marked import parse_document

ENDINGS = (".yaml", ".yml", ".json")
#: What marks a proposal, of this version or another.
_PROPOSAL = b'"grader.proposal/'
#: The first key of a file that is ours, so that a folder's files need not all be read whole.
_TOP = re.compile(rb"^[\"']?(inspection|decisions)[\"']?[ \t]*:", re.MULTILINE)


def files_in(path: Path) -> Iterator[Path]:
    """Files in a folder and one level of subfolders, hidden ones left out, in one order everywhere."""
    try:
        entries = sorted(Path(entry) for entry in os.scandir(path) if not entry.name.startswith("."))
        below = {e: sorted(e.iterdir()) for e in entries if e.is_dir()}
    except OSError as error:
        said = (error.strerror or "unknown reason").lower()
        raise InputError([Problem(f"the folder cannot be read: {said}", Place(str(path)))]) from error
    for entry in entries:
        if entry in below:
            yield from (e for e in below[entry] if e.is_file() and not e.name.startswith("."))
        elif entry.is_file():
            yield entry


def is_proposal(raw: bytes) -> bool:
    """Whether a file's content is a proposal as `grader grade --json` writes it."""
    return raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" and _PROPOSAL in raw


def kind_of(raw: bytes, shown: str) -> str | None:
    """What a file's content is: a proposal, an inspection, decisions, or None of these."""
    if is_proposal(raw):
        return "proposal"
    top = _TOP.search(raw.removeprefix(b"\xef\xbb\xbf"))
    if top is not None:
        return top[1].decode("ascii")
    if raw.lstrip()[:1] == b"{" and any(kind in raw for kind in (b"inspection", b"decisions")):
        try:
            data = parse_document(raw, shown).data
        except InputError:
            return None
        return next((k for k in ("inspection", "decisions") if isinstance(data, dict) and k in data), None)
    return None
