"""What becomes of an inspection: closed, opened again, erased after a period; a statement redacted."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select, text

from grader.server import blind_tagging, tables
from grader.server.bench import Work, Workbench
from grader.server.callers import Caller
from grader.server.content import Data, remember
from grader.server.inspections import view as inspection_view
from grader.server.redacting import Redaction, is_mark, wordings
from grader.server.refusals import Changed, NotNow, NotThere, faulty
from grader.server.shapes import AuditView, InspectionView, Page
from grader.server.tables import Audited, Challenge, Choice, Draft, Finding, Item, ItemVersion, LeftOut


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
    """Erase all that a closed inspection holds, its period over; the audit log stays."""
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

    Its hash and the act stay: whoever has the text can show that it is what stood there. `expected_version`
    is 0 for what stands in drafts, or among what was left out, alone. Returns what stands in its place.
    """
    if not reason.strip():
        raise faulty("a statement is redacted with a reason", "say why", field="reason")
    with bench.writing(caller, key, "redact") as work:
        row = _redactable(work, target)
        _same_version(target, row, expected_version)
        texts = {text for text in _wordings(work, target, row) if not is_mark(text)}
        if not texts:
            raise NotNow(f"{target} is redacted already")
        statement = str(row.data["statement"]) if row is not None else min(texts)
        known = hashlib.sha256(statement.encode("utf-8")).hexdigest()
        instead = f"[redacted; SHA-256 {known}]"
        redaction = Redaction(target, frozenset(texts), instead)
        if isinstance(row, Item | Finding):  # what was taken away stands in its history alone
            row.data = redaction.thing(row.data)
            row.version += 1
            row.changed_by, row.changed_at = caller.name, work.now
        if isinstance(row, Item):
            row.statement = instead
            remember(work.session, row, "redacted", caller.name, work.now)
        work.session.flush()
        _redact_what_was_kept(work, redaction)
        work.moved()
        version = row.version if row is not None else 0
        work.did("redacted", target=target, sha256=known, reason=reason.strip(), version=version)
    _forget(bench, key)
    return instead


#: Where an item stands besides as it is now.
_KEPT: Final[tuple[Any, ...]] = (ItemVersion, LeftOut)


def redactable(bench: Workbench, caller: Caller, key: str, target: str) -> tuple[str, int]:
    """What `redact` would take away, and the version it expects; raises NotThere where there is nothing."""
    with bench.reading(caller, key, "redact") as work:
        row = _redactable(work, target)
        texts = _wordings(work, target, row)
        return (str(row.data["statement"]), row.version) if row is not None else (min(texts), 0)


def _redactable(work: Work, name: str) -> Item | Finding | ItemVersion | None:
    """An item or a finding as it stands, else an item as it was when it was taken away."""
    item = select(Item).where(Item.inspection_id == work.inspection.id, Item.name == name)
    finding = select(Finding).where(Finding.inspection_id == work.inspection.id, Finding.name == name)
    found: Item | Finding | None = work.session.scalar(item) or work.session.scalar(finding)
    if found is not None:
        return found
    last: ItemVersion | None = work.session.scalar(
        select(ItemVersion)
        .where(ItemVersion.inspection_id == work.inspection.id, ItemVersion.name == name)
        .order_by(ItemVersion.version.desc())
        .limit(1)
    )
    return last


def _same_version(name: str, row: Item | Finding | ItemVersion | None, expected: int) -> None:
    """Raise Changed where it is at another version; what stands in drafts alone has the version 0."""
    version = row.version if row is not None else 0
    if version != expected:
        raise Changed(
            name,
            version=str(version),
            current=row.data if row is not None else None,
            by=None if row is None else row.by if isinstance(row, ItemVersion) else row.changed_by,
        )


def _wordings(work: Work, name: str, row: Item | Finding | ItemVersion | None) -> set[str]:
    """Every wording an item or a finding has or had, wherever it is held; raises NotThere."""
    found = {str(row.data["statement"])} if row is not None else set()
    for table in _KEPT:
        kept = select(table.data).where(table.inspection_id == work.inspection.id, table.name == name)
        found |= {str(data["statement"]) for data in work.session.scalars(kept)}
    drafts = select(Draft.inspection).where(Draft.inspection_id == work.inspection.id)
    for draft in work.session.scalars(drafts):
        found |= wordings(draft, name)
    if not found:
        raise NotThere(f"there is no item or finding {name[:60]!r}")
    return found


def _redact_what_was_kept(work: Work, redaction: Redaction) -> None:
    """Take a text out of earlier versions, out of drafts, and out of what was made of it or quotes it."""
    mine = work.inspection.id
    for table in _KEPT:
        named = select(table).where(table.inspection_id == mine, table.name == redaction.target)
        for row in work.session.scalars(named):
            row.data = redaction.thing(row.data)
    for draft in work.session.scalars(select(Draft).where(Draft.inspection_id == mine)):
        draft.inspection = redaction.inspection(draft.inspection)
        draft.proposal = redaction.proposal(draft.proposal)
    for challenge in work.session.scalars(select(Challenge).where(Challenge.inspection_id == mine)):
        challenge.statement = redaction.words(challenge.statement)
        challenge.source = redaction.words(challenge.source)
        challenge.reason = challenge.reason and redaction.words(challenge.reason)
        challenge.moved = challenge.moved and redaction.changes(challenge.moved)
    for choice in work.session.scalars(select(Choice).where(Choice.inspection_id == mine)):
        choice.data = {**choice.data, "reason": redaction.words(choice.data["reason"])}


def _forget(bench: Workbench, key: str) -> None:
    """Let neither memory nor the write-ahead log hold what is gone."""
    bench.grading.forget(key)
    bench.uploads.forget(key)
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
