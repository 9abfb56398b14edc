"""Findings that were issued, and those of earlier inspections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import func, select

from grader.server.bench import Work, Workbench
from grader.server.callers import Caller
from grader.server.checking import check_finding
from grader.server.content import next_ids
from grader.server.refusals import Changed, NotNow, NotThere
from grader.server.shapes import FindingView
from grader.server.tables import Finding

Data = Mapping[str, Any]
Block = Literal["findings", "previous"]


def listed(bench: Workbench, caller: Caller, key: str) -> list[FindingView]:
    """Findings issued, then those of earlier inspections."""
    with bench.reading(caller, key, "see") as work:
        wanted = (
            select(Finding)
            .where(Finding.inspection_id == work.inspection.id)
            .order_by(Finding.block, Finding.position)
        )
        found = [view(row) for row in work.session.scalars(wanted)]
    bench.saw(caller, key, "findings")
    return found


def one(bench: Workbench, caller: Caller, key: str, finding: str) -> FindingView:
    with bench.reading(caller, key, "see") as work:
        found = view(_finding(work, finding))
    bench.saw(caller, key, "finding", finding=finding)
    return found


def add(bench: Workbench, caller: Caller, key: str, block: Block, given: Data) -> FindingView:
    """A finding issued (`findings`), or one of an earlier inspection (`previous`), as in a file."""
    with bench.writing(caller, key, "findings") as work:
        name = given.get("id") or _next_name(work, "F" if block == "findings" else "P")
        checked = check_finding(work, block, {**given, "id": name})
        if _find(work, checked.id) is not None:
            raise NotNow(
                f"there is a finding {checked.id!r} already", help="leave the id out, or give another"
            )
        last = select(func.max(Finding.position)).where(Finding.inspection_id == work.inspection.id)
        row = Finding(
            inspection_id=work.inspection.id,
            block=block,
            name=checked.id,
            position=(work.session.scalar(last) or 0) + 1,
            data=checked.model_dump(mode="json", exclude_defaults=True),
            version=work.inspection.revision,  # a finding taken away and made again is another one
            changed_by=caller.name,
            changed_at=work.now,
        )
        work.session.add(row)
        work.moved()
        work.did("added_finding", finding=row.name)
        return view(row)


def edit(
    bench: Workbench, caller: Caller, key: str, finding: str, given: Data, *, expected_version: int
) -> FindingView:
    """A finding as it is to be from now on, whole."""
    with bench.writing(caller, key, "findings") as work:
        row = _unchanged(work, finding, expected_version)
        checked = check_finding(work, row.block, {**given, "id": finding})
        row.data = checked.model_dump(mode="json", exclude_defaults=True)
        row.version += 1
        row.changed_by, row.changed_at = caller.name, work.now
        work.moved()
        work.did("edited_finding", finding=finding, version=row.version)
        return view(row)


def remove(bench: Workbench, caller: Caller, key: str, finding: str, *, expected_version: int) -> None:
    with bench.writing(caller, key, "findings") as work:
        row = _unchanged(work, finding, expected_version)
        work.session.delete(row)
        work.moved()
        work.did("removed_finding", finding=finding)


def _find(work: Work, name: str) -> Finding | None:
    return work.session.scalar(
        select(Finding).where(Finding.inspection_id == work.inspection.id, Finding.name == name)
    )


def _finding(work: Work, name: str) -> Finding:
    found = _find(work, name)
    if found is None:
        raise NotThere(f"there is no finding {name[:60]!r}")
    return found


def _unchanged(work: Work, name: str, version: int) -> Finding:
    row = _finding(work, name)
    if row.version != version:
        raise Changed(
            name, version=str(row.version), current=row.data, by=row.changed_by, at=row.changed_at.isoformat()
        )
    return row


def _next_name(work: Work, letter: str) -> str:
    names = work.session.scalars(select(Finding.name).where(Finding.inspection_id == work.inspection.id))
    return next(next_ids(letter, set(names)))


def view(row: Finding) -> FindingView:
    return FindingView(
        id=row.name,
        block="findings" if row.block == "findings" else "previous",
        finding=row.data,
        version=row.version,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
    )
