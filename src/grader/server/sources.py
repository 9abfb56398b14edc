"""Sources: what evidence was drawn from, and the documents attached to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from grader.server.bench import Work, Workbench
from grader.server.callers import Caller
from grader.server.checking import check_source
from grader.server.content import check_documents, document_name, new_attachment, next_number
from grader.server.refusals import Changed, NotNow, NotThere, TooLarge
from grader.server.settings import MEGABYTE
from grader.server.shapes import AttachmentView, SourceView
from grader.server.tables import Attachment, Finding, Item, Source

Data = Mapping[str, Any]


def listed(bench: Workbench, caller: Caller, key: str) -> list[SourceView]:
    """Every source, in the order of the file."""
    with bench.reading(caller, key, "see_outline") as work:
        wanted = select(Source).where(Source.inspection_id == work.inspection.id).order_by(Source.position)
        used, attached = _uses(work), _attached_to(work)
        found = [
            _as_view(row, used[row.name], attached.get(row.name, ())) for row in work.session.scalars(wanted)
        ]
    bench.saw(caller, key, "sources")
    return found


def one(bench: Workbench, caller: Caller, key: str, source: str) -> SourceView:
    with bench.reading(caller, key, "see_outline") as work:
        found = _view(work, _source(work, source))
    bench.saw(caller, key, "source", source=source)
    return found


def put(
    bench: Workbench, caller: Caller, key: str, source: str, given: Data, *, expected_version: int | None
) -> SourceView:
    """A source's content: new where `expected_version` is None, else the one read at it."""
    with bench.writing(caller, key, "evidence") as work:
        row = _find(work, source)
        if row is None and expected_version is not None:
            raise NotThere(f"there is no source {source[:60]!r}")
        data = check_source(work, source, given)
        if row is None:
            last = select(func.max(Source.position)).where(Source.inspection_id == work.inspection.id)
            position = (work.session.scalar(last) or 0) + 1
            # Counted on from the inspection's revision: a source taken away and made again is another one.
            version = work.inspection.revision
            row = Source(inspection_id=work.inspection.id, name=source, position=position, version=version)
            work.session.add(row)
        else:
            _check(row, expected_version)
        row.data, row.changed_by, row.changed_at = data, caller.name, work.now
        row.version += 1
        work.moved()
        work.did("changed_source", source=source, version=row.version)
        work.session.flush()
        return _view(work, row)


def remove(bench: Workbench, caller: Caller, key: str, source: str, *, expected_version: int) -> None:
    """Take a source away that nothing names; its documents go with it."""
    with bench.writing(caller, key, "evidence") as work:
        row = _source(work, source)
        _check(row, expected_version)
        used = _used(work, source)
        if used:
            raise NotNow(f"{used} items or findings name {source}", help="change them first")
        for attachment in _attachments(work, source):
            work.session.delete(attachment)
        work.session.delete(row)
        work.moved()
        work.did("removed_source", source=source)


def attach(
    bench: Workbench, caller: Caller, key: str, source: str, file_name: str, content: bytes
) -> AttachmentView:
    """Keep a document with a source, to be handed out as it came and never read."""
    name = document_name(file_name)
    if len(content) > bench.settings.limits.upload:
        raise TooLarge(f"a document has at most {bench.settings.limits.upload // MEGABYTE} MB")
    with bench.writing(caller, key, "evidence") as work:
        _source(work, source)
        check_documents(work.session, bench.settings.limits, work.inspection.id, len(content))
        number = next_number(work.session, Attachment, work.inspection.id)
        row = new_attachment(work.inspection.id, number, source, name, content, caller.name, work.now)
        work.session.add(row)
        work.session.flush()
        work.did("attached", source=source, sha256=row.sha256)
        return _attachment_view(row)


def attachment(
    bench: Workbench, caller: Caller, key: str, source: str, number: int
) -> tuple[str, bytes, str]:
    """The name, the content and the SHA-256 of a document kept with a source."""
    with bench.reading(caller, key, "see_outline") as work:
        row = _attached(work, source, number)
        found = row.file_name, row.content, row.sha256
    bench.took(caller, key, "attachment", source=source, number=number)
    return found


def detach(
    bench: Workbench, caller: Caller, key: str, source: str, number: int, *, expected_version: str
) -> None:
    """Take a document away; its version is its SHA-256, for a document is never changed."""
    with bench.writing(caller, key, "evidence") as work:
        row = _attached(work, source, number)
        if row.sha256 != expected_version:
            current = _attachment_view(row).model_dump(mode="json")
            raise Changed("the document", version=row.sha256, current=current)
        work.session.delete(row)
        work.did("detached", source=source, sha256=row.sha256)


def _find(work: Work, name: str) -> Source | None:
    return work.session.scalar(
        select(Source).where(Source.inspection_id == work.inspection.id, Source.name == name)
    )


def _source(work: Work, name: str) -> Source:
    found = _find(work, name)
    if found is None:
        raise NotThere(f"there is no source {name[:60]!r}")
    return found


def _attached(work: Work, source: str, number: int) -> Attachment:
    row = work.session.scalar(
        select(Attachment).where(
            Attachment.inspection_id == work.inspection.id,
            Attachment.number == number,
            Attachment.source == source,
        )
    )
    if row is None:
        raise NotThere("there is no such document")
    return row


def _attachments(work: Work, source: str) -> Sequence[Attachment]:
    wanted = select(Attachment).where(
        Attachment.inspection_id == work.inspection.id, Attachment.source == source
    )
    return work.session.scalars(wanted.order_by(Attachment.id)).all()


def _check(row: Source, version: int | None) -> None:
    if row.version != version:
        raise Changed(
            f"source {row.name}",
            version=str(row.version),
            current=row.data,
            by=row.changed_by,
            at=row.changed_at.isoformat(),
        )


def _used(work: Work, name: str) -> int:
    return _uses(work)[name]


def _uses(work: Work) -> Counter[str]:
    """How many items and findings name each source."""
    items = select(Item.source, func.count()).where(Item.inspection_id == work.inspection.id)
    used = Counter({row[0]: row[1] for row in work.session.execute(items.group_by(Item.source))})
    findings = select(Finding.data).where(Finding.inspection_id == work.inspection.id)
    used.update(data["source"] for data in work.session.scalars(findings) if data.get("source"))
    return used


def _attached_to(work: Work) -> dict[str, list[Attachment]]:
    wanted = select(Attachment).where(Attachment.inspection_id == work.inspection.id).order_by(Attachment.id)
    found: dict[str, list[Attachment]] = {}
    for row in work.session.scalars(wanted):
        found.setdefault(row.source, []).append(row)
    return found


def _view(work: Work, row: Source) -> SourceView:
    return _as_view(row, _used(work, row.name), _attachments(work, row.name))


def _as_view(row: Source, used: int, attachments: Iterable[Attachment]) -> SourceView:
    return SourceView(
        id=row.name,
        source=row.data,
        version=row.version,
        used=used,
        attachments=[_attachment_view(each) for each in attachments],
    )


def _attachment_view(row: Attachment) -> AttachmentView:
    return AttachmentView(
        number=row.number,
        file_name=row.file_name,
        size=row.size,
        sha256=row.sha256,
        added_by=row.added_by,
        added_at=row.added_at,
    )
