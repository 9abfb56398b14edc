"""What becomes of an inspection: closed, opened again, erased after a period; a statement redacted."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, text

from grader.server import blind_tagging, tables
from grader.server.bench import Work, Workbench
from grader.server.callers import Caller
from grader.server.content import Data, remember
from grader.server.inspections import view as inspection_view
from grader.server.refusals import Changed, NotNow, NotThere, faulty
from grader.server.shapes import AuditView, InspectionView, Page
from grader.server.tables import Audited, Challenge, Draft, Finding, Item, ItemVersion


def close(bench: Workbench, caller: Caller, key: str, *, expected_version: int) -> InspectionView:
    """Close an inspection: it is read and given out, and changed no more."""
    with bench.writing(caller, key, "close") as work:
        _check(work, expected_version)
        if work.inspection.state != "open":
            raise NotNow("the inspection is closed already")
        work.inspection.state, work.inspection.closed_at = "closed", work.now
        blind_tagging.end(work)
        work.inspection.version += 1
        work.touched()
        work.did("closed")
        return inspection_view(work)


def reopen(bench: Workbench, caller: Caller, key: str, *, expected_version: int) -> InspectionView:
    """Open a closed inspection again."""
    with bench.writing(caller, key, "close") as work:
        _check(work, expected_version)
        if work.inspection.state != "closed":
            raise NotNow("the inspection is not closed")
        work.inspection.state, work.inspection.closed_at = "open", None
        work.inspection.version += 1
        work.touched()
        work.did("reopened")
        return inspection_view(work)


def erase(bench: Workbench, caller: Caller, key: str, *, expected_version: int) -> None:
    """Erase all that a closed inspection holds, once its period is over; the audit log stays."""
    with bench.writing(caller, key, "erase") as work:
        _check(work, expected_version)
        row = work.inspection
        if row.state != "closed" or row.closed_at is None:
            raise NotNow("an inspection is erased once it is closed", help="close it, and export it, first")
        kept = timedelta(days=bench.settings.limits.retention)
        if work.now < row.closed_at + kept:
            day = (row.closed_at + kept).date().isoformat()
            raise NotNow(f"the inspection is kept until {day}", help="it can be exported meanwhile")
        for table in _OF_INSPECTION:
            work.session.execute(delete(table).where(table.inspection_id == row.id))
        row.state, row.erased_at = "erased", work.now
        row.name = row.body = row.edition = "erased"
        row.header = {}
        row.decisions = row.decisions_log = None
        row.created_by = row.changed_by = "erased"
        work.did("erased")
    _forget(bench, key)


_OF_INSPECTION: list[Any] = [
    tables.Challenge,
    tables.Draft,
    tables.Choice,
    tables.Tagging,
    tables.BlindTagging,
    tables.LeftOut,
    tables.Finding,
    tables.ItemVersion,
    tables.ItemTag,
    tables.Item,
    tables.Attachment,
    tables.Source,
    tables.Invitation,
    tables.ApiToken,
    tables.Member,
]


def redact(
    bench: Workbench, caller: Caller, key: str, target: str, reason: str, *, expected_version: int
) -> str:
    """Take the text of an item's, or a finding's, statement away wherever it is held.

    Its hash and the act stay: whoever has the text can show that it is what stood there. Returns what stands
    in its place.
    """
    if not reason.strip():
        raise faulty("a statement is redacted with a reason", "say why", field="reason")
    with bench.writing(caller, key, "redact") as work:
        item = work.session.scalar(
            select(Item).where(Item.inspection_id == work.inspection.id, Item.name == target)
        )
        finding = work.session.scalar(
            select(Finding).where(Finding.inspection_id == work.inspection.id, Finding.name == target)
        )
        row: Item | Finding | ItemVersion | None = item or finding or _last(work, target)
        if row is None:
            raise NotThere(f"there is no item or finding {target[:60]!r}")
        if row.version != expected_version:
            raise Changed(
                target,
                version=str(row.version),
                current=row.data,
                by=row.by if isinstance(row, ItemVersion) else row.changed_by,
            )
        statement = str(row.data["statement"])
        known = hashlib.sha256(statement.encode("utf-8")).hexdigest()
        instead = f"[redacted; SHA-256 {known}]"
        if not isinstance(row, ItemVersion):  # an item taken away stands in its history alone
            row.data = {**row.data, "statement": instead}
            row.version += 1
            row.changed_by, row.changed_at = caller.name, work.now
        if item is not None:
            item.statement = instead
            remember(work.session, item, "redacted", caller.name, work.now)
        texts = {statement, *_in_versions(work, target, instead), *_drafted(work, target)} - {instead}
        work.session.flush()
        _in_drafts(work, texts, instead)
        work.moved()
        work.did("redacted", target=target, sha256=known, reason=reason.strip(), version=row.version)
    _forget(bench, key)
    return instead


def _last(work: Work, name: str) -> ItemVersion | None:
    """What an item was when it was taken away."""
    found: ItemVersion | None = work.session.scalar(
        select(ItemVersion)
        .where(ItemVersion.inspection_id == work.inspection.id, ItemVersion.name == name)
        .order_by(ItemVersion.version.desc())
        .limit(1)
    )
    return found


def _drafted(work: Work, name: str) -> set[str]:
    """Every wording an item or a finding had in a draft."""
    drafts = work.session.scalars(select(Draft.inspection).where(Draft.inspection_id == work.inspection.id))
    blocks = ("evidence", "findings", "previous")
    return {
        str(each["statement"])
        for draft in drafts
        for block in blocks
        for each in draft.get(block, [])
        if each["id"] == name
    }


def _in_versions(work: Work, name: str, instead: str) -> set[str]:
    """Every wording an item has had, which is taken away from its versions."""
    wanted = select(ItemVersion).where(
        ItemVersion.inspection_id == work.inspection.id, ItemVersion.name == name
    )
    found = set()
    for version in work.session.scalars(wanted):
        found.add(str(version.data["statement"]))
        version.data = {**version.data, "statement": instead}
    return found


def _in_drafts(work: Work, texts: set[str], instead: str) -> None:
    for draft in work.session.scalars(select(Draft).where(Draft.inspection_id == work.inspection.id)):
        draft.inspection = _without(draft.inspection, texts, instead)
        draft.proposal = _without(draft.proposal, texts, instead)
    for challenge in work.session.scalars(
        select(Challenge).where(Challenge.inspection_id == work.inspection.id, Challenge.moved.is_not(None))
    ):
        challenge.moved = _without(challenge.moved, texts, instead)


def _without(data: Any, texts: set[str], instead: str) -> Any:
    """Plain data in which no text holds one of these."""
    if isinstance(data, dict):
        return {key: _without(value, texts, instead) for key, value in data.items()}
    if isinstance(data, list):
        return [_without(value, texts, instead) for value in data]
    if isinstance(data, str):
        for held in texts:
            data = data.replace(held, instead)
    return data


def _forget(bench: Workbench, key: str) -> None:
    """Let neither memory nor the write-ahead log hold what is gone."""
    bench.grading.forget(key)
    if bench.database.sqlite:
        with bench.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def _check(work: Work, expected_version: int) -> None:
    row = work.inspection
    if row.version != expected_version:
        current: Data = {"state": row.state, "version": row.version}
        raise Changed("the inspection", version=str(row.version), current=current, by=row.changed_by)


def audited(
    bench: Workbench, caller: Caller, key: str, *, page: int = 1, per_page: int | None = None
) -> Page[AuditView]:
    """Who saw and changed what of an inspection, the newest first."""
    per = per_page or bench.settings.limits.page
    with bench.reading(caller, key, "audit") as work:
        mine = Audited.inspection == work.inspection.key
        total = work.session.scalar(select(func.count()).select_from(Audited).where(mine)) or 0
        found = (
            select(Audited).where(mine).order_by(Audited.number.desc()).offset((page - 1) * per).limit(per)
        )
        items = [
            AuditView(number=a.number, at=a.at, who=a.who, act=a.act, detail=a.detail, hash=a.hash)
            for a in work.session.scalars(found)
        ]
    bench.saw(caller, key, "audit")
    return Page(items=items, total=total, page=page, per_page=per)
