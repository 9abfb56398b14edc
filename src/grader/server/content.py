"""An inspection in the tables, as the file of the command line has it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from grader.model.inspection import Evidence
from grader.model.inspection import Inspection as InspectionModel
from grader.server.bench import Work
from grader.server.refusals import NotNow, NotThere, faulty
from grader.server.roles import Role
from grader.server.settings import MEGABYTE, Limits
from grader.server.tables import (
    Attachment,
    Choice,
    Finding,
    Inspection,
    Item,
    ItemTag,
    ItemVersion,
    LeftOut,
    Member,
    Source,
    Tagging,
)

Data = dict[str, Any]


def inspection_data(session: Session, row: Inspection) -> Data:
    """The whole inspection as plain data, without defaults."""
    sources = session.execute(
        select(Source.name, Source.data).where(Source.inspection_id == row.id).order_by(Source.position)
    )
    items = session.execute(select(Item.data).where(Item.inspection_id == row.id).order_by(Item.position))
    findings = session.execute(
        select(Finding.block, Finding.data).where(Finding.inspection_id == row.id).order_by(Finding.position)
    ).all()
    left_out = session.execute(
        select(LeftOut.data).where(LeftOut.inspection_id == row.id).order_by(LeftOut.name)
    )
    data: Data = {
        "inspection": row.header,
        "sources": dict(sources.all()),
        "evidence": [item for (item,) in items],
        "findings": [finding for block, finding in findings if block == "findings"],
        "previous": [finding for block, finding in findings if block == "previous"],
        "left_out": [item for (item,) in left_out],
    }
    return {key: value for key, value in data.items() if value or key in ("inspection", "evidence")}


def put_in(session: Session, row: Inspection, inspection: InspectionModel, by: str, at: datetime) -> None:
    """Put a checked inspection into the tables, in place of what is there."""
    for table in (Source, Finding, LeftOut):
        session.execute(delete(table).where(table.inspection_id == row.id))
    known = {item.name: item for item in session.scalars(select(Item).where(Item.inspection_id == row.id))}
    data = inspection.model_dump(mode="json", exclude_defaults=True)
    # Versions go on from the inspection's own count: what was read of an earlier one is not this one.
    version = row.revision + 1
    changed: Data = {"inspection_id": row.id, "version": version, "changed_by": by, "changed_at": at}
    for at_, (name, source) in enumerate(data.get("sources", {}).items()):
        session.add(Source(name=name, position=at_, data=source, **changed))
    for block in ("findings", "previous"):
        for at_, finding in enumerate(data.get(block, [])):
            session.add(Finding(block=block, name=finding["id"], position=at_, data=finding, **changed))
    for left in data.get("left_out", []):
        session.add(LeftOut(inspection_id=row.id, name=left["id"], data=left))
    kept = {item.id for item in inspection.evidence}
    for name, item in known.items():
        if name not in kept:
            remove_item(session, item, by, at)
    _add_items(
        session, row.id, [(p, e) for p, e in enumerate(inspection.evidence) if e.id not in known], by, at
    )
    for position, found in enumerate(inspection.evidence):
        there = known.get(found.id)
        if there is None:
            continue
        if there.data != item_data(found):
            change_item(session, there, found, "imported", by, at)
        there.position = position
    session.flush()


def item_data(item: Evidence) -> Data:
    return item.model_dump(mode="json", exclude_defaults=True)


def add_item(
    session: Session, inspection_id: int, item: Evidence, position: int, by: str, at: datetime
) -> Item:
    """A new row for an item, with its tags and its first version."""
    return _add_items(session, inspection_id, [(position, item)], by, at)[0]


def _add_items(
    session: Session, inspection_id: int, items: Sequence[tuple[int, Evidence]], by: str, at: datetime
) -> list[Item]:
    """New rows; the id of an item taken away counts on, since that item is not this one."""
    last = dict(
        session.execute(
            select(ItemVersion.name, func.max(ItemVersion.version))
            .where(ItemVersion.inspection_id == inspection_id)
            .group_by(ItemVersion.name)
        ).all()
    )
    rows = []
    for position, item in items:
        version = last.get(item.id, 0) + 1
        row = Item(inspection_id=inspection_id, name=item.id, position=position, version=version)
        _fill(row, item, by, at)
        rows.append(row)
    session.add_all(rows)
    session.flush()
    for row, (_, item) in zip(rows, items, strict=True):
        _tag(session, row, item.characteristics)
        remember(session, row, "added", by, at)
    return rows


def change_item(session: Session, row: Item, item: Evidence, act: str, by: str, at: datetime) -> None:
    """The row as the item now is, one version on."""
    row.version += 1
    _fill(row, item, by, at)
    session.execute(delete(ItemTag).where(ItemTag.item_id == row.id))
    _tag(session, row, item.characteristics)
    remember(session, row, act, by, at)


def remove_item(session: Session, row: Item, by: str, at: datetime, act: str = "removed") -> None:
    """Take an item away, and how it was tagged and settled; what it was stays among its versions."""
    row.version += 1
    remember(session, row, act, by, at)
    forget_taggings(session, row.inspection_id, row.name)
    session.delete(row)
    session.flush()


def forget_taggings(session: Session, inspection_id: int, name: str) -> None:
    """Take away what second persons made of an item, and how their differences were to be settled."""
    for table in (Tagging, Choice):
        session.execute(delete(table).where(table.inspection_id == inspection_id, table.item == name))


def _fill(row: Item, item: Evidence, by: str, at: datetime) -> None:
    row.data = item_data(item)
    row.statement = item.statement
    row.assessment = item.assessment
    row.basis = item.basis
    row.source = item.source
    row.tagged_by = item.tagged_by
    row.changed_by = by
    row.changed_at = at


def _tag(session: Session, row: Item, characteristics: Iterable[str]) -> None:
    for name in dict.fromkeys(characteristics):
        session.add(ItemTag(item_id=row.id, inspection_id=row.inspection_id, characteristic=name))


def remember(session: Session, row: Item, act: str, by: str, at: datetime) -> None:
    """Keep an item as it now is among its versions."""
    session.add(
        ItemVersion(
            inspection_id=row.inspection_id,
            name=row.name,
            version=row.version,
            act=act,
            data=row.data,
            by=by,
            at=at,
        )
    )


def check_number(limits: Limits, items: int) -> None:
    """Raise NotNow where an inspection would hold more evidence than it may."""
    if items > limits.evidence:
        raise NotNow(f"an inspection holds at most {limits.evidence:,} items of evidence", help="split it")


def check_documents(session: Session, limits: Limits, inspection_id: int, new: int) -> None:
    """Raise NotNow where new documents are more, in bytes, than an inspection, or its owner, may hold."""
    size = func.coalesce(func.sum(Attachment.size), 0)
    held = session.scalar(select(size).where(Attachment.inspection_id == inspection_id)) or 0
    if held + new > limits.documents:
        raise NotNow(f"an inspection holds at most {limits.documents // MEGABYTE:,} MB of documents")
    owner = Member.role == Role.OWNER.value
    owners = select(Member.account_id).where(Member.inspection_id == inspection_id, owner)
    of_each = (
        select(size)
        .join(Member, Member.inspection_id == Attachment.inspection_id)
        .where(owner, Member.account_id.in_(owners))
        .group_by(Member.account_id)
    )
    if max(session.scalars(of_each), default=0) + new > limits.documents_of_owner:
        most = limits.documents_of_owner // MEGABYTE
        raise NotNow(
            f"the inspections of one owner hold at most {most:,} MB of documents",
            help="take documents away, or have somebody else own it",
        )


def next_ids(letter: str, taken: Collection[str]) -> Iterator[str]:
    """The next free ids in the manner of those there are: E001, E002..."""
    numbers = [int(m[1]) for name in taken if (m := re.fullmatch(rf"{letter}([0-9]{{1,9}})", name))]
    free = (f"{letter}{number:03d}" for number in count(max(numbers, default=0) + 1))
    return (name for name in free if name not in taken)


def find_item(work: Work, name: str) -> Item | None:
    """An item of the inspection, or None."""
    found: Item | None = work.session.scalar(
        select(Item).where(Item.inspection_id == work.inspection.id, Item.name == name)
    )
    return found


def the_item(work: Work, name: str) -> Item:
    """An item of the inspection; raises NotThere."""
    found = find_item(work, name)
    if found is None:
        raise NotThere(f"there is no item {name[:60]!r}")
    return found


def document_name(given: str) -> str:
    """The name a document goes by, without the folders it came from; raises InputError."""
    name = " ".join(given.replace("\\", "/").rpartition("/")[2].split())
    if not name or len(name) > 200 or not name.isprintable() or name in (".", ".."):
        raise faulty("this is no name for a document", "give it a plain one", field="file")
    return name


def next_number(session: Session, table: Any, inspection_id: int) -> int:
    """The number of one more challenge, document or invitation of an inspection."""
    wanted = select(func.max(table.number)).where(table.inspection_id == inspection_id)
    return int(session.scalar(wanted) or 0) + 1


def new_attachment(
    inspection_id: int, number: int, source: str, file_name: str, content: bytes, by: str, at: datetime
) -> Attachment:
    """A row for a document kept with a source."""
    return Attachment(
        inspection_id=inspection_id,
        number=number,
        source=source,
        file_name=document_name(file_name),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        added_by=by,
        added_at=at,
    )
