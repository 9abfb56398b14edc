"""People of the body inspected, invited by links that expire."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from grader.server.accounts import checked_email, checked_name
from grader.server.bench import Workbench
from grader.server.callers import Caller
from grader.server.content import next_number
from grader.server.drafts import released
from grader.server.handed_out import hash_of, new_secret
from grader.server.refusals import Changed, NotSignedIn, NotThere, faulty
from grader.server.sessions import Started, start_invited
from grader.server.shapes import InvitationView
from grader.server.tables import Inspection, Invitation, SignedIn

Data = dict[str, Any]


def invite(
    bench: Workbench, caller: Caller, key: str, email: str, name: str, *, days: int | None = None
) -> InvitationView:
    """Invite somebody at the body; the link is in what is returned, and nowhere after."""
    plain, named = checked_email(email), checked_name(name)
    if days is not None and not 1 <= days <= 180:
        raise faulty("an invitation is good for 1 to 180 days", None, field="days")
    lasts = timedelta(days=days) if days is not None else timedelta(seconds=bench.settings.limits.invitation)
    secret = new_secret()
    with bench.writing(caller, key, "release") as work:
        released(work)
        row = Invitation(
            inspection_id=work.inspection.id,
            number=next_number(work.session, Invitation, work.inspection.id),
            email=plain,
            name=named,
            token_hash=hash_of(secret),
            created_by=caller.name,
            created_at=work.now,
            expires_at=work.now + lasts,
            version=1,
        )
        work.session.add(row)
        work.session.flush()
        work.did("invited_body", invitation=row.number, email=plain)
        return _invitation_view(row, f"{bench.settings.url}/invitation/{secret}")


def invitations(bench: Workbench, caller: Caller, key: str) -> list[InvitationView]:
    """Who was invited, the newest first."""
    with bench.reading(caller, key, "withdraw") as work:
        wanted = select(Invitation).where(Invitation.inspection_id == work.inspection.id)
        found = [_invitation_view(row) for row in work.session.scalars(wanted.order_by(Invitation.id.desc()))]
    bench.saw(caller, key, "invitations")
    return found


def uninvite(
    bench: Workbench, caller: Caller, key: str, number: int, *, expected_version: int
) -> InvitationView:
    """Withdraw an invitation: its link and its sessions are good for nothing from then on."""
    with bench.writing(caller, key, "withdraw") as work:
        row = work.session.scalar(
            select(Invitation).where(
                Invitation.inspection_id == work.inspection.id, Invitation.number == number
            )
        )
        if row is None:
            raise NotThere("there is no such invitation")
        if row.version != expected_version:
            raise Changed(
                "the invitation",
                version=str(row.version),
                current=_invitation_view(row).model_dump(mode="json"),
            )
        row.withdrawn_at = row.withdrawn_at or work.now
        row.version += 1
        work.session.execute(delete(SignedIn).where(SignedIn.invitation_id == row.id))
        work.did("uninvited_body", invitation=row.number)
        return _invitation_view(row)


def accept(bench: Workbench, secret: str, *, address: str) -> tuple[Started, str]:
    """Open an invitation's link: a session that reads one inspection, and that inspection's key.

    Raises
    ------
    NotSignedIn
        Withdrawn, too old, or none; it is not told which.
    """
    bench.sign_in_limits.attempt("", address)
    with bench.on_site() as work:
        row = work.session.scalar(select(Invitation).where(Invitation.token_hash == hash_of(secret)))
        inspection = work.session.get(Inspection, row.inspection_id) if row is not None else None
        good = row is not None and row.withdrawn_at is None and row.expires_at > work.now
        if row is None or inspection is None or not good or inspection.state == "erased":
            raise NotSignedIn(
                "this invitation is not good any more", help="ask whoever invited you for a new one"
            )
        row.opened_at = row.opened_at or work.now
        work.did("opened_invitation", who=f"{row.name} <{row.email}>", inspection=inspection.key)
        return start_invited(work, row), inspection.key


def _invitation_view(row: Invitation, link: str | None = None) -> InvitationView:
    return InvitationView(
        number=row.number,
        name=row.name,
        email=row.email,
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        opened_at=row.opened_at,
        withdrawn_at=row.withdrawn_at,
        version=row.version,
        link=link,
    )
