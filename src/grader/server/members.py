"""Who has a part in an inspection."""

from __future__ import annotations

from sqlalchemy import func, select

from grader.server import blind_tagging
from grader.server.accounts import checked_email
from grader.server.bench import Work, Workbench
from grader.server.callers import Caller
from grader.server.handed_out import first_version
from grader.server.refusals import Changed, NotNow, NotThere, faulty
from grader.server.roles import Role, may
from grader.server.shapes import MemberView
from grader.server.tables import Account, Member


def listed(bench: Workbench, caller: Caller, key: str) -> list[MemberView]:
    """Everybody who has a part, by name; any of the team may know the others."""
    with bench.reading(caller, key, "see_outline") as work:
        wanted = (
            select(Member, Account)
            .join(Account, Account.id == Member.account_id)
            .where(Member.inspection_id == work.inspection.id)
            .order_by(Account.name, Account.id)
        )
        found = [_view(member, account) for member, account in work.session.execute(wanted)]
    bench.saw(caller, key, "members")
    return found


def add(
    bench: Workbench, caller: Caller, key: str, email: str, role: str, *, blind: bool = False
) -> MemberView:
    """Give the person with an account for an address a part.

    With `blind` they tag as a second person first: they see no tags until they hand theirs in.
    """
    part, plain = _role(role), checked_email(email)
    if blind and not may(part, "tag"):
        raise faulty(f"a {part.value} does not tag", "give them another part", field="role")
    with bench.writing(caller, key, "members") as work:
        account = work.session.scalar(select(Account).where(Account.email == plain))
        if account is None:
            bench.sign_in_limits.unknown(caller.who)
            raise faulty(
                f"nobody here has the address {plain}", "ask a site admin to add them", field="email"
            )
        if work.session.get(Member, (work.inspection.id, account.id)) is not None:
            raise NotNow(f"{account.name} has a part already", help="change it")
        member = Member(
            inspection_id=work.inspection.id,
            account_id=account.id,
            role=part.value,
            version=first_version(),
        )
        work.session.add(member)
        if blind:
            blind_tagging.start(work, account.id, saw_before=False)
        work.did("added_member", account=account.email, role=part.value, **({"blind": True} if blind else {}))
        return _view(member, account)


def change(
    bench: Workbench, caller: Caller, key: str, account: int, role: str, *, expected_version: int
) -> MemberView:
    """Give somebody another part; the last owner stays one."""
    part = _role(role)
    with bench.writing(caller, key, "members") as work:
        member, person = _unchanged(work, account, expected_version)
        if part is not Role.OWNER:
            _keep_an_owner(work, member)
        member.role = part.value
        member.version += 1
        if not may(part, "tag"):
            blind_tagging.end(work, account)
        work.did("changed_member", account=person.email, role=part.value)
        return _view(member, person)


def remove(bench: Workbench, caller: Caller, key: str, account: int, *, expected_version: int) -> None:
    """Take somebody's part away; the last owner stays."""
    with bench.writing(caller, key, "members") as work:
        member, person = _unchanged(work, account, expected_version)
        _keep_an_owner(work, member)
        blind_tagging.end(work, account)
        work.session.delete(member)
        work.did("removed_member", account=person.email)


def _role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise faulty(f"unknown role {role[:60]!r}", f"it can be {', '.join(Role)}", field="role") from None


def _unchanged(work: Work, account: int, version: int) -> tuple[Member, Account]:
    member = work.session.get(Member, (work.inspection.id, account))
    person = work.session.get(Account, account)
    if member is None or person is None:
        raise NotThere("there is no such member")
    if member.version != version:
        current = _view(member, person).model_dump(mode="json")
        raise Changed(f"the part of {person.name}", version=str(member.version), current=current)
    return member, person


def _keep_an_owner(work: Work, member: Member) -> None:
    others = (
        select(func.count(Member.account_id))
        .join(Account, Account.id == Member.account_id)
        .where(
            Member.inspection_id == work.inspection.id,
            Member.role == Role.OWNER.value,
            Member.account_id != member.account_id,
            Account.disabled_at.is_(None),  # who may not sign in can hand nothing on
        )
    )
    if member.role == Role.OWNER.value and not work.session.scalar(others):
        raise NotNow("an inspection has an owner", help="make somebody else owner first")


def _view(member: Member, account: Account) -> MemberView:
    return MemberView(
        account=account.id, name=account.name, email=account.email, role=member.role, version=member.version
    )
