"""Tokens for the API: for some things and some time, kept as hashes, withdrawn at any time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from grader.server.bench import Workbench, role_in
from grader.server.callers import Caller
from grader.server.handed_out import hash_of, new_secret
from grader.server.refusals import NotAllowed, NotThere, faulty
from grader.server.roles import SCOPES
from grader.server.shapes import TokenView
from grader.server.tables import Account, ApiToken, Inspection

#: What a token starts with, so that one that was leaked can be searched for.
PREFIX: Final = "grader_"
_LONGEST_DAYS: Final = 3650
_NOTED: Final = timedelta(minutes=5)


def make(
    bench: Workbench,
    caller: Caller,
    name: str,
    scopes: Collection[str],
    *,
    inspection: str | None = None,
    days: int | None = 90,
) -> TokenView:
    """A new token of the caller's; its secret is in the answer, and nowhere after.

    Parameters
    ----------
    name : str
        What it is for.
    scopes : collection of str
        Of `roles.SCOPES`.
    inspection : str, optional
        The key of the only one it is good for.
    days : int, optional
        Until it ends; None for ever.
    """
    _signed_in(caller)
    plain = " ".join(name.split())
    if not plain or len(plain) > 200 or not plain.isprintable():
        raise faulty(
            "a token's name has from 1 to 200 printable characters", "say what it is for", field="name"
        )
    unknown = sorted(set(scopes) - SCOPES.keys())
    if unknown or not scopes:
        said = f"unknown scope {unknown[0][:60]!r}" if unknown else "a token needs a scope"
        raise faulty(said, f"it can have {', '.join(SCOPES)}", field="scopes")
    if days is not None and not 1 <= days <= _LONGEST_DAYS:
        raise faulty(f"a token is good for 1 to {_LONGEST_DAYS} days", None, field="days")
    secret = PREFIX + new_secret()
    with bench.on_site(caller) as work:
        row = None
        if inspection is not None:
            row = work.session.scalar(select(Inspection).where(Inspection.key == inspection))
            if row is None or role_in(work.session, caller, row) is None:
                raise NotThere("there is no such inspection")
        token = ApiToken(
            account_id=caller.account_id,
            name=plain,
            token_hash=hash_of(secret),
            scopes=sorted(set(scopes)),
            inspection_id=row.id if row is not None else None,
            created_at=work.now,
            expires_at=work.now + timedelta(days=days) if days is not None else None,
        )
        work.session.add(token)
        work.session.flush()
        work.did("made_token", token=token.id, scopes=token.scopes)
        return _view(token, row.key if row is not None else None, secret)


def listed(bench: Workbench, caller: Caller) -> list[TokenView]:
    """The caller's tokens, the newest first."""
    _signed_in(caller)
    with bench.database.reading() as session:
        wanted = (
            select(ApiToken, Inspection.key)
            .outerjoin(Inspection, Inspection.id == ApiToken.inspection_id)
            .where(ApiToken.account_id == caller.account_id)
            .order_by(ApiToken.id.desc())
        )
        return [_view(token, key) for token, key in session.execute(wanted)]


def withdraw(bench: Workbench, caller: Caller, number: int) -> None:
    """Withdraw a token of the caller's, from the next request on."""
    _signed_in(caller)
    with bench.on_site(caller) as work:
        token = work.session.get(ApiToken, number)
        if token is None or token.account_id != caller.account_id:
            raise NotThere("there is no such token")
        if token.withdrawn_at is None:
            token.withdrawn_at = work.now
            work.did("withdrew_token", token=token.id)


def caller_of(bench: Workbench, secret: str) -> Caller | None:
    """Who a token speaks for; None where it is none, or is over."""
    now = bench.now()
    with bench.database.reading() as session:
        token = session.scalar(select(ApiToken).where(ApiToken.token_hash == hash_of(secret)))
        if token is None or token.withdrawn_at is not None:
            return None
        if token.expires_at is not None and token.expires_at <= now:
            return None
        account = session.get_one(Account, token.account_id)
    if account.disabled_at is not None:
        return None
    if token.used_at is None or token.used_at + _NOTED <= now:
        with bench.database.writing() as session:
            session.get_one(ApiToken, token.id).used_at = now
    return Caller(
        kind="token",
        name=account.name,
        email=account.email,
        account_id=account.id,
        # A token for one inspection is good for nothing of the site.
        admin=account.admin and token.inspection_id is None,
        scopes=frozenset(token.scopes),
        only_inspection=token.inspection_id,
    )


def _signed_in(caller: Caller) -> None:
    if caller.kind != "account":
        raise NotAllowed("tokens are managed by the person alone, signed in", help="sign in in a browser")


def _view(token: ApiToken, inspection: str | None, secret: str | None = None) -> TokenView:
    return TokenView(
        number=token.id,
        name=token.name,
        scopes=token.scopes,
        inspection=inspection,
        created_at=token.created_at,
        expires_at=token.expires_at,
        used_at=token.used_at,
        withdrawn_at=token.withdrawn_at,
        token=secret,
    )
