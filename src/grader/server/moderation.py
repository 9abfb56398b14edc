"""Second taggings laid beside the first and settled with a reason, as `grader reconcile` does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.server.bench import Workbench
from grader.server.callers import Caller
from grader.server.shapes import DisagreementView, InspectionView, ModerationView, Page, TaggingView

Data = Mapping[str, Any]


def to_tag(
    bench: Workbench,
    caller: Caller,
    key: str,
    *,
    area: str | None = None,
    untagged: bool = False,
    page: int = 1,
    per_page: int | None = None,
) -> Page[TaggingView]:
    """What was found, without how anybody tagged it, and the caller's own tags so far."""
    raise NotImplementedError


def tag(
    bench: Workbench, caller: Caller, key: str, item: str, tags: Data, *, expected_version: int
) -> TaggingView:
    """The caller's own tags of an item; `expected_version` is 0 where they have none."""
    raise NotImplementedError


def untag(bench: Workbench, caller: Caller, key: str, item: str, *, expected_version: int) -> TaggingView:
    """Take the caller's own tags of an item away."""
    raise NotImplementedError


def disagreements(bench: Workbench, caller: Caller, key: str) -> ModerationView:
    """Where taggings differ: those that matter to a grade first, each with how it is to be settled."""
    raise NotImplementedError


def settle(
    bench: Workbench,
    caller: Caller,
    key: str,
    item: str,
    choice: str,
    reason: str,
    *,
    expected_version: int,
    agreed: Data | None = None,
) -> DisagreementView:
    """How a disagreement is settled: a tagger's name, `left out`, or `other` with what holds instead."""
    raise NotImplementedError


def unsettle(
    bench: Workbench, caller: Caller, key: str, item: str, *, expected_version: int
) -> DisagreementView:
    """Take a choice back."""
    raise NotImplementedError


def finish(
    bench: Workbench, caller: Caller, key: str, *, expected_version: str, rest: str | None = None
) -> InspectionView:
    """Put what was settled into the evidence.

    `rest` is the tagger by whom disagreements stand that are not settled and matter to no grade.
    `expected_version` is that of `disagreements`.
    """
    raise NotImplementedError
