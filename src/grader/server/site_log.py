"""The whole site's audit log, for admins: searched, and exported."""

from __future__ import annotations

from sqlalchemy import func, select

from grader.server import audit
from grader.server.accounts import check_admin
from grader.server.bench import Workbench
from grader.server.callers import Caller
from grader.server.inspections import contains
from grader.server.shapes import AuditView, Page
from grader.server.tables import Audited


def listed(
    bench: Workbench, caller: Caller, *, words: str = "", page: int = 1, per_page: int | None = None
) -> Page[AuditView]:
    """Who did and saw what, newest first; `words` are sought in who and act."""
    check_admin(caller)
    per = per_page or bench.settings.limits.page
    with bench.database.reading() as session:
        wanted = select(Audited)
        if words.strip():
            said = contains(words.strip())
            wanted = wanted.where(Audited.who.ilike(said, escape="\\") | Audited.act.ilike(said, escape="\\"))
        total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        rows = session.scalars(wanted.order_by(Audited.number.desc()).offset((page - 1) * per).limit(per))
        items = [
            AuditView(number=a.number, at=a.at, who=a.who, act=a.act, detail=a.detail, hash=a.hash)
            for a in rows
        ]
    return Page(items=items, total=total, page=page, per_page=per)


def exported(bench: Workbench, caller: Caller) -> bytes:
    """Every entry in order, one JSON line each; the export is an entry too."""
    check_admin(caller)
    with bench.on_site(caller) as work:
        work.did("exported_audit")
    with bench.database.reading() as session:
        return "".join(audit.export(session)).encode("utf-8")
