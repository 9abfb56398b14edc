"""Sources and findings: what evidence was drawn from, and what was issued or found earlier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.server.bench import Workbench
from grader.server.callers import Caller
from grader.server.shapes import AttachmentView, SourceView

Data = Mapping[str, Any]


def listed(bench: Workbench, caller: Caller, key: str) -> list[SourceView]:
    raise NotImplementedError


def put(
    bench: Workbench, caller: Caller, key: str, source: str, given: Data, *, expected_version: int | None
) -> SourceView:
    """A source as it is to be: a new one where `expected_version` is None, else the one read at it."""
    raise NotImplementedError


def remove(bench: Workbench, caller: Caller, key: str, source: str, *, expected_version: int) -> None:
    """Take a source away that nothing names."""
    raise NotImplementedError


def attach(
    bench: Workbench, caller: Caller, key: str, source: str, file_name: str, content: bytes
) -> AttachmentView:
    """Keep a document with a source; it is handed out as it came, and never read."""
    raise NotImplementedError


def attachment(bench: Workbench, caller: Caller, key: str, source: str, number: int) -> tuple[str, bytes]:
    """The name and the content of a document kept with a source."""
    raise NotImplementedError
