"""Accounts: made, changed and signed in to."""

from __future__ import annotations

import re
import string

from sqlalchemy import delete, func, select, update

from grader.server import sessions
from grader.server.bench import SiteWork, Workbench, check_scope
from grader.server.callers import Caller
from grader.server.handed_out import hash_of, new_secret
from grader.server.refusals import Changed, NotAllowed, NotNow, NotSignedIn, NotThere, faulty
from grader.server.shapes import AccountView, Page
from grader.server.tables import Account, ApiToken, OneTimeLink, SignedIn

#: The same words for an unknown address, a wrong password and an account that is switched off.
_WRONG = "the e-mail address and the password do not go together"
_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f<>\"']{1,64}@[^@\s\x00-\x1f\x7f<>\"']{1,189}")


def plain_email(text: str) -> str:
    """An e-mail address as accounts are known by it: a to z alone are the same in either case.

    What else case folding makes one are two addresses, of two people: `groß.de` is not `gross.de`.
    """
    return text.strip().translate(_SMALL)


def checked_email(text: str) -> str:
    """As `plain_email`; raises InputError where it is no address."""
    plain = plain_email(text)
    if not _EMAIL.fullmatch(plain):
        raise faulty("this is not an e-mail address", "write it like name@example.org", field="email")
    return plain


def checked_name(text: str) -> str:
    """A person's name in one line; raises InputError."""
    plain = " ".join(text.split())
    if not plain or len(plain) > 200 or not plain.isprintable():
        raise faulty("a name has from 1 to 200 printable characters", "write the person's name", field="name")
    return plain


# Signing in -----------------------------------------------------------------------------------------------


def sign_in(bench: Workbench, email: str, password: str, *, address: str) -> sessions.Started:
    """Sign in with a password.

    Raises
    ------
    NotSignedIn
        Address and password do not go together: the same words and work whether or not there is an account.
    TooMany
        Too many attempts on the account or from the address.
    """
    plain = plain_email(email)[:254]
    bench.sign_in_limits.attempt(plain or "nobody", address)
    with bench.database.reading() as session:
        found = session.scalar(select(Account).where(Account.email == plain))
    right, renewed = bench.passwords.is_right(password, found.password if found is not None else None)
    if found is None or not right or found.disabled_at is not None:
        with bench.on_site() as work:
            # Not the address that was typed: it may be a password in the wrong field.
            work.did("refused_sign_in", account=found.email if found is not None else None)
        raise NotSignedIn(_WRONG, help="try again, or ask whoever runs this server for a sign-in link")
    bench.sign_in_limits.succeeded(plain)
    with bench.on_site() as work:
        account = work.session.get_one(Account, found.id)
        if renewed is not None:
            account.password = renewed
        return sessions.start(work, account, "signed_in")


def sign_in_link(bench: Workbench, account: int, *, caller: Caller) -> str:
    """A link by which a person can sign in once, without a password."""
    with bench.on_site(caller) as work:
        found = _account(work, account)
        secret = new_secret()
        expires = work.now + sessions.seconds(bench.settings.limits.link)
        work.session.add(OneTimeLink(token_hash=hash_of(secret), account_id=found.id, expires_at=expires))
        work.did("made_sign_in_link", account=found.email)
    return f"{bench.settings.url}/sign-in/link/{secret}"


def sign_in_by_link(bench: Workbench, secret: str, *, address: str) -> sessions.Started:
    """Sign in by a one-time link; raises NotSignedIn where it is used, old, or none."""
    bench.sign_in_limits.attempt("", address)
    with bench.on_site() as work:
        link = work.session.get(OneTimeLink, hash_of(secret), with_for_update=True)
        account = work.session.get(Account, link.account_id) if link is not None else None
        if link is None or account is None or account.disabled_at is not None:
            raise NotSignedIn("this sign-in link is not good", help="ask for a new one")
        if link.used_at is not None or link.expires_at <= work.now:
            raise NotSignedIn("this sign-in link was used already, or is too old", help="ask for a new one")
        link.used_at = work.now
        return sessions.start(work, account, "signed_in_by_link")


# Making and changing --------------------------------------------------------------------------------------


def check_admin(caller: Caller) -> None:
    """Raise NotThere for anybody but a site admin, who alone learns that a page exists."""
    if not caller.admin:
        raise NotThere
    check_scope(caller, "manage")


def add(
    bench: Workbench,
    caller: Caller,
    email: str,
    name: str,
    *,
    password: str | None = None,
    admin: bool = False,
) -> AccountView:
    """A new account; raises NotNow where there is one for the address."""
    check_admin(caller)
    plain, named = checked_email(email), checked_name(name)
    kept = bench.passwords.hash(password) if password else None
    with bench.on_site(caller) as work:
        if work.session.scalar(select(Account.id).where(Account.email == plain)) is not None:
            raise NotNow(f"there is an account for {plain} already", help="change it, or use another address")
        account = Account(email=plain, name=named, password=kept, admin=admin, created_at=work.now, version=1)
        work.session.add(account)
        work.session.flush()
        work.did("added_account", account=plain, admin=admin)
        return view(account)


def listed(
    bench: Workbench, caller: Caller, *, page: int = 1, per_page: int | None = None
) -> Page[AccountView]:
    """Every account, for a site admin."""
    check_admin(caller)
    per = per_page or bench.settings.limits.page
    with bench.database.reading() as session:
        total = session.scalar(select(func.count()).select_from(Account)) or 0
        found = session.scalars(select(Account).order_by(Account.email).offset((page - 1) * per).limit(per))
        return Page(items=[view(a) for a in found], total=total, page=page, per_page=per)


def one(bench: Workbench, caller: Caller, number: int) -> AccountView:
    check_admin(caller)
    with bench.on_site(caller) as work:
        return view(_account(work, number))


def change(
    bench: Workbench,
    caller: Caller,
    number: int,
    *,
    expected_version: int,
    name: str | None = None,
    admin: bool | None = None,
    disabled: bool | None = None,
    password: str | None = None,
) -> AccountView:
    """Change an account.

    Who is switched off, or given another password, is signed out everywhere, and no token or sign-in link of
    theirs is good any more.
    """
    check_admin(caller)
    kept = bench.passwords.hash(password) if password else None
    with bench.on_site(caller) as work:
        account = _locked(work, caller, number)
        if account.version != expected_version:
            current = view(account).model_dump(mode="json")
            raise Changed("the account", version=str(account.version), current=current)
        if account.id == caller.account_id and (disabled or admin is False):
            raise NotNow("nobody takes the site from themselves", help="ask another admin to do it")
        if name is not None:
            account.name = checked_name(name)
        if admin is not None:
            account.admin = admin
        if disabled is not None:
            account.disabled_at = work.now if disabled else None
        if kept is not None:
            account.password = kept
        if disabled or kept is not None:
            _end_all(work, account)
        account.version += 1
        given = {"name": name, "admin": admin, "disabled": disabled, "password": kept}
        work.did(
            "changed_account",
            account=account.email,
            changed=[field for field, value in given.items() if value is not None],
            admin=account.admin,
            disabled=bool(account.disabled_at),
        )
        return view(account)


def _locked(work: SiteWork, caller: Caller, number: int) -> Account:
    """The account, which nobody else changes until this is done; the caller is asked again to be an admin.

    Two admins who take the site from one another at one moment would leave it with none.
    """
    wanted = select(Account).where(Account.id.in_({number, caller.account_id} - {None})).order_by(Account.id)
    found = {account.id: account for account in work.session.scalars(wanted.with_for_update())}
    own = found.get(caller.account_id or 0)
    if own is not None and (not own.admin or own.disabled_at is not None):
        raise NotThere
    if number not in found:
        raise NotThere("there is no such account")
    return found[number]


def _end_all(work: SiteWork, account: Account) -> None:
    """End every session, token and sign-in link of an account."""
    work.session.execute(delete(SignedIn).where(SignedIn.account_id == account.id))
    work.session.execute(delete(OneTimeLink).where(OneTimeLink.account_id == account.id))
    good = (ApiToken.account_id == account.id, ApiToken.withdrawn_at.is_(None))
    work.session.execute(update(ApiToken).where(*good).values(withdrawn_at=work.now))


def change_own_password(bench: Workbench, caller: Caller, old: str, new: str, *, address: str) -> None:
    """Give oneself another password; every other session, and every sign-in link, of the person ends.

    Tokens stay: each is withdrawn by itself, on the same page.
    """
    if caller.kind != "account":
        raise NotAllowed("a password is changed by the person alone, signed in", help="sign in")
    bench.sign_in_limits.attempt(caller.email, address)
    with bench.database.reading() as session:
        kept = session.get_one(Account, caller.account_id).password
    if kept is not None and not bench.passwords.is_right(old, kept)[0]:
        raise faulty("this is not your password", "write the one you sign in with", field="old")
    hashed = bench.passwords.hash(new)
    with bench.on_site(caller) as work:
        account = work.session.get_one(Account, caller.account_id)
        account.password = hashed
        account.version += 1
        ended = delete(SignedIn).where(SignedIn.account_id == account.id, SignedIn.id != caller.signed_in_id)
        work.session.execute(ended)
        work.session.execute(delete(OneTimeLink).where(OneTimeLink.account_id == account.id))
        work.did("changed_password", account=account.email)


def _account(work: SiteWork, number: int) -> Account:
    found = work.session.get(Account, number)
    if found is None:
        raise NotThere("there is no such account")
    return found


def view(account: Account) -> AccountView:
    return AccountView(
        number=account.id,
        email=account.email,
        name=account.name,
        admin=account.admin,
        disabled=account.disabled_at is not None,
        created_at=account.created_at,
        version=account.version,
    )
