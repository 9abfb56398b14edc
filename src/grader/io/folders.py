"""The files of a folder, and what kind of ours each is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from grader.errors import InputError, Place, Problem
from grader.io.reading import read_bytes
from grader.io.yaml_source import parse_document

ENDINGS = (".yaml", ".yml", ".json")
#: Logs of the acts behind decisions, which are read with them.
LOG_ENDING = ".log.jsonl"
#: What marks a proposal, of this version or another.
_PROPOSAL = b'"grader.proposal/'
#: Keys that only a file of ours has at its top, so that a folder's files need not all be read whole.
_TOP = (b"inspection", b"decisions")


def files_in(path: Path) -> Iterator[Path]:
    """Files of a folder and its subfolders, not hidden, in a fixed order.

    What has one of our endings and is no file, as a link that leads nowhere, is told by whoever reads it.
    """
    try:
        entries = sorted(Path(entry) for entry in os.scandir(path) if not entry.name.startswith("."))
        below = {e: sorted(e.iterdir()) for e in entries if e.is_dir()}
    except OSError as error:
        said = (error.strerror or "unknown reason").lower()
        raise InputError([Problem(f"the folder cannot be read: {said}", Place(str(path)))]) from error
    for entry in entries:
        if entry in below:
            yield from (e for e in below[entry] if _is_listed(e) and not e.is_dir())
        elif _is_listed(entry):
            yield entry


def _is_listed(path: Path) -> bool:
    if path.name.startswith(".") or path.name.endswith(LOG_ENDING):
        return False
    return path.is_file() or path.suffix.lower() in ENDINGS


def inspections_in(folder: Path) -> tuple[list[Path], list[Path]]:
    """A folder's inspections, and its other YAML and JSON.

    Raises
    ------
    InputError
        Something there cannot be read.
    """
    found: tuple[list[Path], list[Path]] = ([], [])
    for path in files_in(folder):
        if path.suffix.lower() in ENDINGS:
            held = kind_of(read_bytes(path), str(path)) == "inspection"
            found[0 if held else 1].append(path)
    return found


def is_proposal(raw: bytes) -> bool:
    """Whether a file's content is a proposal as `grader grade --json` writes it."""
    return raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" and _PROPOSAL in raw


def kind_of(raw: bytes, shown: str) -> str | None:
    """What a file's content is: a proposal, an inspection, decisions, or None of these."""
    if is_proposal(raw):
        return "proposal"
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raw = raw.decode("utf-16", "replace").encode()
    if (top := _top_key(raw)) is not None:
        return top
    if raw.lstrip()[:1] == b"{" and any(kind in raw for kind in (b"inspection", b"decisions")):
        try:
            data = parse_document(raw, shown).data
        except InputError:
            return None
        return next((k for k in ("inspection", "decisions") if isinstance(data, dict) and k in data), None)
    return None


def _top_key(raw: bytes) -> str | None:
    """The first of our keys at the top of a YAML file."""
    indent: bytes | None = None
    for line in raw.splitlines():
        bare = line.lstrip(b" ")
        if indent is None:
            if bare.lstrip(b"\t ")[:1] in (b"", b"#", b"%") or bare.lstrip(b"\t ").startswith(b"---"):
                continue  # blank, a comment, or YAML's own
            indent = line[: len(line) - len(bare)]
        if line[: len(indent)] == indent:
            key, colon, _ = line[len(indent) :].partition(b":")
            key = key.rstrip(b" \t").strip(b"\"'") if colon else b""
            if key in _TOP:
                return key.decode("ascii")
    return None
