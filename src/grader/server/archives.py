"""The zip of an inspection, written, and read within limits; nothing is unpacked to disk."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Collection
from typing import Final

from grader.errors import InputError, Place, Problem, quoted, suggest
from grader.sheets.archive import ZIP_FAULTS

INSPECTION: Final = "inspection.yaml"
DECISIONS: Final = "decisions.yaml"
LOG: Final = "decisions.log.jsonl"
PROPOSAL: Final = "proposal.json"
ATTACHMENTS: Final = "attachments/"
#: Which document goes with which source, and what it is called.
ATTACHED: Final = "attachments.json"
#: Files an archive may hold, and bytes they may come to unpacked.
_FILES: Final = 500
_BYTES: Final = 256 * 2**20
_TEXT: Final = 32 * 2**20
#: Every file is dated alike, so that the same inspection gives the same bytes.
_DATE: Final = (1980, 1, 1, 0, 0, 0)


def packed(files: dict[str, bytes]) -> bytes:
    """A zip of files by their names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def unpacked(content: bytes, file_name: str) -> dict[str, bytes]:
    """The files of a zip by name.

    Raises
    ------
    InputError
        It cannot be read, is too large unpacked, or is no exported zip.
    """
    if content.count(b"PK\x01\x02") > _FILES:
        raise _fault(
            file_name, f"the zip holds more than {_FILES} files", "is it one that was exported here?"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive, file_name)
    except InputError:
        raise
    except ZIP_FAULTS:
        raise _fault(
            file_name, "the zip is damaged, or packed in a way that is not read here", None
        ) from None


def _read(archive: zipfile.ZipFile, file_name: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = _BYTES
    for info in archive.infolist():
        name = info.filename
        if name in found:
            raise _fault(file_name, f"{quoted(name)} stands in the zip twice", None)
        if info.is_dir() and name == ATTACHMENTS:
            continue
        if name not in (INSPECTION, DECISIONS, LOG, PROPOSAL, ATTACHED) and not _is_attachment(name):
            known = ", ".join((INSPECTION, DECISIONS, LOG))
            raise _fault(file_name, f"{quoted(name)} is no file of an inspection", f"a zip holds {known}")
        if info.flag_bits & 1:
            raise _fault(file_name, "the zip is locked with a password", "pack it without one")
        with archive.open(info) as part:
            most = min(left, _BYTES if _is_attachment(name) else _TEXT)
            found[name] = part.read(most + 1)
        if len(found[name]) > most:
            raise _fault(file_name, f"{quoted(name)} is too large unpacked", "leave attachments out")
        left -= len(found[name])
    return found


def _is_attachment(name: str) -> bool:
    """Whether a name is one that we give: `attachments/NUMBER`, which leads nowhere else."""
    return re.fullmatch(r"attachments/[0-9]{1,9}", name) is not None


def with_documents(files: dict[str, bytes], named: list[dict[str, str]], contents: list[bytes]) -> None:
    """Put documents, each with its `source` and `file_name`, among the files of an archive."""
    if not named:
        return
    listed = []
    for number, (each, content) in enumerate(zip(named, contents, strict=True), 1):
        files[f"{ATTACHMENTS}{number}"] = content
        listed.append({**each, "file": f"{ATTACHMENTS}{number}"})
    files[ATTACHED] = (json.dumps(listed, indent=2) + "\n").encode("ascii")


def documents(files: dict[str, bytes], sources: Collection[str]) -> list[tuple[dict[str, str], bytes]]:
    """As `with_documents`, back; raises InputError where the list and the files do not go together."""
    there = {name for name in files if name.startswith(ATTACHMENTS)}
    try:
        listed = json.loads(files.get(ATTACHED, b"[]"))
        found = [(str(e["source"]), str(e["file_name"]), str(e["file"])) for e in listed]
    except (ValueError, RecursionError, TypeError, KeyError):
        raise _fault(ATTACHED, "the list of documents cannot be read", None) from None
    if {file for _, _, file in found} != there or len(found) != len(there):
        raise _fault(ATTACHED, "the list of documents is not of the documents in the zip", None)
    for source, _, _ in found:
        if source not in sources:
            raise _fault(ATTACHED, f"unknown source {quoted(source)}", suggest(source, sources, "sources"))
    return [({"source": source, "file_name": name}, files[file]) for source, name, file in found]


def _fault(file: str, message: str, help: str | None) -> InputError:
    return InputError([Problem(message, Place(file), help)])
