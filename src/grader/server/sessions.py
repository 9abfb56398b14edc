"""Browsers' sessions: kept by the server, known by a hash, ended by time or person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from grader.server.bench import SiteWork, Workbench
from grader.server.callers import Caller
from grader.server.handed_out import hash_of, new_secret
from grader.server.tables import Account, Invitation, SignedIn

#: That a session is used is written down at most so often.
_NOTED = timedelta(minutes=5)


def seconds(number: int) -> timedelta:
    return timedelta(seconds=number)


@dataclass(frozen=True, slots=True)
class Started:
    """A session just begun: the secret for the cookie, handed out once."""

    token: str
    lasts: int
    """Seconds."""


def start(work: SiteWork, account: Account, act: str) -> Started:
    """A session of an account, in the transaction that checked who they are."""
    started = _start(work, account_id=account.id, lasts=work.bench.settings.limits.session_whole)
    work.did(act, who=f"{account.name} <{account.email}>")
    return started


def start_invited(work: SiteWork, invitation: Invitation) -> Started:
    """A session of somebody invited, which ends with the invitation."""
    most = work.bench.settings.limits.session_whole
    left = int((invitation.expires_at - work.now).total_seconds())
    return _start(work, invitation_id=invitation.id, lasts=max(1, min(most, left)))


def _start(
    work: SiteWork, *, lasts: int, account_id: int | None = None, invitation_id: int | None = None
) -> Started:
    work.session.execute(delete(SignedIn).where(SignedIn.expires_at <= work.now))
    secret = new_secret()
    work.session.add(
        SignedIn(
            token_hash=hash_of(secret),
            account_id=account_id,
            invitation_id=invitation_id,
            csrf=new_secret(),
            created_at=work.now,
            used_at=work.now,
            expires_at=work.now + seconds(lasts),
        )
    )
    return Started(secret, lasts)


def caller_of(bench: Workbench, token: str) -> Caller | None:
    """Who a session's cookie speaks for; None if there is no such session, or it ended."""
    now = bench.now()
    with bench.database.reading() as session:
        found = session.scalar(select(SignedIn).where(SignedIn.token_hash == hash_of(token)))
        if found is None or found.expires_at <= now:
            return None
        if found.used_at + seconds(bench.settings.limits.session_idle) <= now:
            return None
        account = session.get(Account, found.account_id) if found.account_id is not None else None
        invitation = session.get(Invitation, found.invitation_id) if found.invitation_id is not None else None
    if found.used_at + _NOTED <= now:
        with bench.database.writing() as session:
            again = session.get(SignedIn, found.id)
            if again is not None:
                again.used_at = now
    if account is not None and account.disabled_at is None:
        return Caller(
            kind="account",
            name=account.name,
            email=account.email,
            account_id=account.id,
            admin=account.admin,
            signed_in_id=found.id,
            csrf=found.csrf,
        )
    if invitation is not None and invitation.withdrawn_at is None and invitation.expires_at > now:
        return Caller(
            kind="invitation",
            name=invitation.name,
            email=invitation.email,
            invitation_id=invitation.id,
            only_inspection=invitation.inspection_id,
            signed_in_id=found.id,
            csrf=found.csrf,
        )
    return None


def end(bench: Workbench, caller: Caller) -> None:
    """Sign out of the browser that asks."""
    with bench.on_site(caller) as work:
        work.session.execute(delete(SignedIn).where(SignedIn.id == caller.signed_in_id))
        work.did("signed_out")


def end_all(bench: Workbench, caller: Caller) -> int:
    """Sign out everywhere; returns how many sessions ended."""
    same = (
        SignedIn.account_id == caller.account_id
        if caller.account_id is not None
        else SignedIn.invitation_id == caller.invitation_id
    )
    with bench.on_site(caller) as work:
        ended = len(work.session.scalars(select(SignedIn.id).where(same)).all())
        work.session.execute(delete(SignedIn).where(same))
        work.did("signed_out_everywhere", sessions=ended)
    return ended
