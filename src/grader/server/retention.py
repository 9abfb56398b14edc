"""What becomes of an inspection: closed, opened again, erased after a period; a statement redacted."""

from __future__ import annotations

from grader.server.bench import Workbench
from grader.server.callers import Caller
from grader.server.shapes import AuditView, InspectionView, ItemView, Page


def close(bench: Workbench, caller: Caller, key: str, *, expected_version: int) -> InspectionView:
    """Close an inspection: it is read and given out, and changed no more."""
    raise NotImplementedError


def reopen(bench: Workbench, caller: Caller, key: str, *, expected_version: int) -> InspectionView:
    raise NotImplementedError


def erase(bench: Workbench, caller: Caller, key: str, *, expected_version: int) -> None:
    """Erase all that a closed inspection holds, once its period is over; the audit log stays."""
    raise NotImplementedError


def redact(
    bench: Workbench, caller: Caller, key: str, item: str, reason: str, *, expected_version: int
) -> ItemView:
    """Take the text of an item's statement away, in every version and draft; its hash and the act stay."""
    raise NotImplementedError


def audited(
    bench: Workbench, caller: Caller, key: str, *, page: int = 1, per_page: int | None = None
) -> Page[AuditView]:
    """Who saw and changed what of an inspection, the newest first."""
    raise NotImplementedError
