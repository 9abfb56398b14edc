"""Who saw and changed what: an append-only log, each entry with the hash of the one before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grader.errors import Problem
from grader.server.columns import json_text, moment_text
from grader.server.tables import Audited, AuditHead

#: What the first entry follows.
NOTHING: Final = "0" * 64
_HEAD: Final = 1


def append(
    session: Session, at: datetime, who: str, act: str, inspection: str | None, detail: Mapping[str, Any]
) -> None:
    """Add an entry in the transaction of the act itself: both are kept, or neither.

    The row of the chain's end stays locked until the transaction ends, so that two writers cannot follow one
    entry; the unique `previous` would refuse the second.
    """
    head = session.execute(
        update(AuditHead)
        .where(AuditHead.id == _HEAD)
        .values(number=AuditHead.number + 1)
        .returning(AuditHead.number, AuditHead.hash)
    ).one()
    fields = {
        "number": head.number,
        "at": at,
        "who": who,
        "act": act,
        "inspection": inspection,
        "detail": dict(detail),
        "previous": head.hash,
    }
    known = entry_hash(**fields)
    session.add(Audited(**fields, hash=known))
    session.flush()
    session.execute(update(AuditHead).where(AuditHead.id == _HEAD).values(hash=known))


def entry_hash(
    *, number: int, at: datetime, who: str, act: str, inspection: str | None, detail: Any, previous: str
) -> str:
    """The hash of an entry, over all of it and the hash before."""
    text = json_text([number, moment_text(at), who, act, inspection, detail, previous])
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def verify(session: Session) -> tuple[int, list[Problem]]:
    """How many entries follow soundly, and what is wrong with the next."""
    previous, count = NOTHING, 0
    for entry in _entries(session):
        problem = _fault(entry, count + 1, previous)
        if problem is not None:
            return count, [Problem(problem, None, "compare the database with a backup", "audit")]
        previous, count = entry.hash, count + 1
    head = session.get_one(AuditHead, _HEAD)
    if (head.number, head.hash) != (count, previous):
        message = f"the audit log ends after entry {count}, and {head.number} were written: its end was cut"
        return count, [Problem(message, None, "compare the database with a backup", "audit")]
    return count, []


def _fault(entry: Audited, number: int, previous: str) -> str | None:
    if entry.number != number:
        return f"entry {number} of the audit log is missing"
    if entry.previous != previous:
        return f"entry {number} of the audit log does not follow the one before"
    known = entry_hash(
        number=entry.number,
        at=entry.at,
        who=entry.who,
        act=entry.act,
        inspection=entry.inspection,
        detail=entry.detail,
        previous=entry.previous,
    )
    return None if known == entry.hash else f"entry {number} of the audit log is not as it was written"


def _entries(session: Session) -> Iterator[Audited]:
    found = select(Audited).order_by(Audited.number).execution_options(yield_per=500)
    for entry in session.execute(found).scalars():
        yield entry
        session.expunge(entry)


def as_data(entry: Audited) -> dict[str, Any]:
    """An entry as exported; its hash can be worked out from the rest."""
    return {
        "number": entry.number,
        "at": moment_text(entry.at),
        "who": entry.who,
        "act": entry.act,
        "inspection": entry.inspection,
        "detail": entry.detail,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def export(session: Session) -> Iterator[str]:
    """Every entry as a line of JSON."""
    for entry in _entries(session):
        yield json_text(as_data(entry)) + "\n"
