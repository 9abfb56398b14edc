"""Findings that were issued, and those of earlier inspections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from grader.server.bench import Workbench
from grader.server.callers import Caller
from grader.server.shapes import FindingView

Data = Mapping[str, Any]
Block = Literal["findings", "previous"]


def listed(bench: Workbench, caller: Caller, key: str) -> list[FindingView]:
    raise NotImplementedError


def add(bench: Workbench, caller: Caller, key: str, block: Block, given: Data) -> FindingView:
    """A finding issued (`findings`), or one of an earlier inspection (`previous`), as in a file."""
    raise NotImplementedError


def edit(
    bench: Workbench, caller: Caller, key: str, finding: str, given: Data, *, expected_version: int
) -> FindingView:
    raise NotImplementedError


def remove(bench: Workbench, caller: Caller, key: str, finding: str, *, expected_version: int) -> None:
    raise NotImplementedError
