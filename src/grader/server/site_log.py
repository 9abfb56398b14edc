"""The audit log of the whole site, for its admins: who acted when, and nothing of any inspection."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import and_, func, not_, or_, select

from grader.server.accounts import check_admin
from grader.server.bench import Workbench
from grader.server.callers import Caller
from grader.server.columns import json_text, moment_text
from grader.server.inspections import contains
from grader.server.shapes import Page, SiteAuditView
from grader.server.tables import Audited

#: How somebody of the body inspected is called: who they are is told to those with a part in the inspection.
INVITED: Final = "somebody invited"
_INVITED: Final = or_(Audited.who.like("% by invitation"), Audited.act == "opened_invitation")


def listed(
    bench: Workbench, caller: Caller, *, words: str = "", page: int = 1, per_page: int | None = None
) -> Page[SiteAuditView]:
    """Who did and saw what, the newest first; `words` are looked for in who and in the act.

    Of what was done in an inspection: that it was, by whom and when. Which one, and what of it, its owners
    read in its own log.
    """
    check_admin(caller)
    per = per_page or bench.settings.limits.page
    with bench.database.reading() as session:
        wanted = select(Audited, _INVITED)
        if words.strip():
            said = contains(words.strip())
            by = and_(Audited.who.ilike(said, escape="\\"), not_(_INVITED))
            wanted = wanted.where(by | Audited.act.ilike(said, escape="\\"))
        total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        rows = session.execute(wanted.order_by(Audited.number.desc()).offset((page - 1) * per).limit(per))
        items = [_view(entry, bool(invited)) for entry, invited in rows]
    return Page(items=items, total=total, page=page, per_page=per)


def _view(entry: Audited, invited: bool) -> SiteAuditView:
    within = entry.inspection is not None
    return SiteAuditView(
        number=entry.number,
        at=entry.at,
        who=INVITED if invited else entry.who,
        act=entry.act,
        in_inspection=within,
        detail=None if within else entry.detail,
        hash=entry.hash,
    )


def exported(bench: Workbench, caller: Caller) -> bytes:
    """Every entry as `listed` tells it, a line of JSON each, in order; that it was given out is an entry too.

    Each has its hash and that of the one before: beside the whole log, which `grader serve --export-audit`
    writes, it shows whether an entry was changed since.
    """
    check_admin(caller)
    with bench.on_site(caller) as work:
        work.did("exported_audit")
    with bench.database.reading() as session:
        found = session.execute(select(Audited, _INVITED).order_by(Audited.number))
        return "".join(json_text(_line(entry, bool(invited))) + "\n" for entry, invited in found).encode()


def _line(entry: Audited, invited: bool) -> dict[str, Any]:
    shown = _view(entry, invited).model_dump(mode="json")
    return {**shown, "at": moment_text(entry.at), "previous": entry.previous}
