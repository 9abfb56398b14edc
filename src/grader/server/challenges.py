"""Factual accuracy: a draft released, the body invited, its challenges answered, what they moved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select

from grader.errors import InputError
from grader.server.accounts import checked_email, checked_name
from grader.server.bench import Work, Workbench
from grader.server.callers import Caller
from grader.server.checking import to_grade
from grader.server.content import next_number
from grader.server.handed_out import hash_of, new_secret
from grader.server.refusals import Changed, NotNow, NotSignedIn, NotThere, WorkerFailed, faulty
from grader.server.roles import Role
from grader.server.sessions import Started, start_invited
from grader.server.shapes import ChallengeView, DraftView, InvitationView, Page
from grader.server.tables import Challenge, Draft, Inspection, Invitation, SignedIn

Data = dict[str, Any]

OUTCOMES: Final = ("accepted", "partly_accepted", "not_accepted")
#: What the body does not see of an item, and of the head.
_NOT_FOR_BODY: Final = ("tagged_by", "settled")
_LONGEST: Final = 20_000


# The draft ------------------------------------------------------------------------------------------------


def release(bench: Workbench, caller: Caller, key: str, *, expected_revision: int) -> DraftView:
    """Release the inspection as it stands: the body sees this state, whatever is changed after."""
    with bench.reading(caller, key, "release") as work:
        _check_revision(work, expected_revision)
        data = for_body(to_grade(work))
    proposal, _ = bench.grading.run("propose", inspection=data)
    with bench.writing(caller, key, "release") as work:
        _check_revision(work, expected_revision)
        drafts = _drafts(work)
        for earlier in drafts:
            if earlier.withdrawn_at is None:
                earlier.withdrawn_at = work.now
                earlier.version += 1
        row = Draft(
            inspection_id=work.inspection.id,
            number=len(drafts) + 1,
            revision=work.inspection.revision,
            inspection=data,
            proposal=proposal,
            released_by=caller.name,
            released_at=work.now,
            version=1,
        )
        work.session.add(row)
        work.did("released_draft", draft=row.number)
        return _draft_view(row)


def withdraw(bench: Workbench, caller: Caller, key: str, number: int, *, expected_version: int) -> DraftView:
    """Take a released draft back: the body sees it no more."""
    with bench.writing(caller, key, "withdraw") as work:
        row = next((each for each in _drafts(work) if each.number == number), None)
        if row is None:
            raise NotThere("there is no such draft")
        if row.version != expected_version or row.withdrawn_at is not None:
            raise Changed(
                "the draft", version=str(row.version), current={"withdrawn": row.withdrawn_at is not None}
            )
        row.withdrawn_at = work.now
        row.version += 1
        work.did("withdrew_draft", draft=number)
        return _draft_view(row)


def draft(bench: Workbench, caller: Caller, key: str) -> DraftView:
    """The draft as the body sees it: no taggers' names, no notes, no moderation."""
    with bench.reading(caller, key, "see_draft") as work:
        found = _draft_view(_released(work))
        if work.role is Role.BODY:  # which of the team it was is not for the body to know
            found = found.model_copy(update={"released_by": None})
    bench.saw(caller, key, "draft", draft=found.number)
    return found


def for_body(data: Data) -> Data:
    """An inspection without who tagged what, and how that was settled."""
    header = {name: value for name, value in data["inspection"].items() if name != "sample"}
    evidence = [{k: v for k, v in item.items() if k not in _NOT_FOR_BODY} for item in data["evidence"]]
    found = {**data, "inspection": header, "evidence": evidence}
    found.pop("left_out", None)
    return found


def _check_revision(work: Work, expected: int) -> None:
    row = work.inspection
    if row.revision != expected:
        raise Changed(
            "the inspection",
            version=f"r{row.revision}",
            current={"revision": row.revision},
            by=row.changed_by,
            at=row.changed_at.isoformat(),
        )


def _drafts(work: Work) -> list[Draft]:
    wanted = select(Draft).where(Draft.inspection_id == work.inspection.id).order_by(Draft.number)
    return list(work.session.scalars(wanted))


def _released(work: Work) -> Draft:
    found = next((each for each in reversed(_drafts(work)) if each.withdrawn_at is None), None)
    if found is None:
        raise NotThere("no draft is released")
    return found


def _draft_view(row: Draft) -> DraftView:
    return DraftView(
        number=row.number,
        revision=row.revision,
        inspection=row.inspection,
        proposal=row.proposal,
        released_by=row.released_by,
        released_at=row.released_at,
        withdrawn_at=row.withdrawn_at,
        version=row.version,
    )


# Invitations ----------------------------------------------------------------------------------------------


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
        _released(work)
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


# Challenges -----------------------------------------------------------------------------------------------


def challenge(
    bench: Workbench, caller: Caller, key: str, target: str, statement: str, source: str
) -> ChallengeView:
    """Challenge an item of evidence or a finding of the released draft."""
    said = {"statement": _text(statement, "statement"), "source": _text(source, "source")}
    with bench.writing(caller, key, "challenge") as work:
        row = _released(work)
        known = [each["id"] for block in _BLOCKS for each in row.inspection.get(block, [])]
        if target not in known:
            raise faulty(
                f"the draft has no item or finding {target[:60]!r}", "name one by its id", field="target"
            )
        most = bench.settings.limits.challenges
        held = select(func.count()).where(Challenge.draft_id == row.id)
        if (work.session.scalar(held) or 0) >= most:
            raise NotNow(f"a draft takes at most {most:,} challenges", help="write to whoever invited you")
        made = Challenge(
            inspection_id=work.inspection.id,
            number=next_number(work.session, Challenge, work.inspection.id),
            draft_id=row.id,
            target=target,
            made_by=caller.name,
            made_at=work.now,
            version=1,
            **said,
        )
        work.session.add(made)
        work.session.flush()
        work.did("challenged", challenge=made.number, target=target)
        return _view(work, made)


_BLOCKS: Final = ("evidence", "findings", "previous")


def _text(text: str, field: str) -> str:
    plain = text.strip()
    if not plain:
        raise faulty(f"the {field} is blank", "say what is wrong, and what shows it", field=field)
    if len(plain) > _LONGEST or "\0" in plain or not plain.encode("utf-8", "replace").decode() == plain:
        raise faulty(f"the {field} is no plain text of up to {_LONGEST:,} characters", None, field=field)
    return plain


def listed(
    bench: Workbench, caller: Caller, key: str, *, page: int = 1, per_page: int | None = None
) -> Page[ChallengeView]:
    """Challenges, the oldest first."""
    per = per_page or bench.settings.limits.page
    with bench.reading(caller, key, "see_challenges") as work:
        mine = Challenge.inspection_id == work.inspection.id
        total = work.session.scalar(select(func.count(Challenge.id)).where(mine)) or 0
        wanted = select(Challenge).where(mine).order_by(Challenge.number)
        rows = work.session.scalars(wanted.offset((page - 1) * per).limit(per))
        items = [_view(work, row) for row in rows]
    bench.saw(caller, key, "challenges")
    return Page(items=items, total=total, page=page, per_page=per)


def one(bench: Workbench, caller: Caller, key: str, number: int) -> ChallengeView:
    with bench.reading(caller, key, "see_challenges") as work:
        found = _view(work, _challenge(work, number))
    bench.saw(caller, key, "challenge", challenge=number)
    return found


def answer(
    bench: Workbench,
    caller: Caller,
    key: str,
    number: int,
    outcome: str,
    reason: str,
    *,
    expected_version: int,
) -> ChallengeView:
    """Answer a challenge: `accepted`, `partly_accepted` or `not_accepted`, with a reason.

    Change the evidence first where it is accepted: what that moved is worked out from the inspection as it
    stands, with and without the challenged item as drafted.
    """
    if outcome not in OUTCOMES:
        raise faulty(f"{outcome[:60]!r} is no answer", f"it can be {', '.join(OUTCOMES)}", field="outcome")
    plain = _text(reason, "reason")
    with bench.reading(caller, key, "answer") as work:
        row = _challenge(work, number)
        _check_version(row, expected_version)
        drafted = work.session.get_one(Draft, row.draft_id).inspection
        new = for_body(to_grade(work))
        old = with_target_as_drafted(new, drafted, row.target)
    moved: Data | None = None
    if old != new:
        moved = _moved(bench, old, new)
    with bench.writing(caller, key, "answer") as work:
        row = _challenge(work, number)
        _check_version(row, expected_version)
        row.outcome, row.reason, row.moved = outcome, plain, moved
        row.answered_by, row.answered_at = caller.name, work.now
        row.version += 1
        work.did("answered_challenge", challenge=row.number, outcome=outcome)
        return _view(work, row)


def unanswer(
    bench: Workbench, caller: Caller, key: str, number: int, *, expected_version: int
) -> ChallengeView:
    """Take the answer to a challenge back: it is open again, and the audit log keeps both acts."""
    with bench.writing(caller, key, "answer") as work:
        row = _challenge(work, number)
        _check_version(row, expected_version)
        if row.outcome is None:
            raise NotNow("the challenge is not answered")
        row.outcome = row.reason = row.moved = row.answered_by = row.answered_at = None
        row.version += 1
        work.did("unanswered_challenge", challenge=row.id)
        return _view(work, row)


def _moved(bench: Workbench, old: Data, new: Data) -> Data:
    """What moved; where the two cannot be compared any more, that: a challenge is answered all the same."""
    try:
        moved, _ = bench.grading.run("changes", old=old, new=new)
    except (InputError, WorkerFailed) as error:
        problems = error.problems if isinstance(error, InputError) else ()
        said = problems[0].message if problems else error.message
        return {"changes": [], "areas": [], "not_compared": said}
    return moved


def with_target_as_drafted(now: Data, drafted: Data, target: str) -> Data:
    """The inspection as it stands, but for one item or finding, which is as it was in a draft.

    Items that it rests on and that were taken away since are put back with it, and so are sources.
    """
    found = dict(now)
    for block in _BLOCKS:
        then = next((each for each in drafted.get(block, []) if each["id"] == target), None)
        if then is None:
            continue
        there = [each["id"] for each in now.get(block, [])]
        if target in there:
            found[block] = [then if each["id"] == target else each for each in now[block]]
        else:
            found[block] = [*now.get(block, []), then]
        held = {each["id"] for each in now["evidence"]}
        gone = [
            each
            for each in drafted["evidence"]
            if each["id"] in then.get("evidence", []) and each["id"] not in held
        ]
        found["evidence"] = [*found["evidence"], *gone]
        for source in (each.get("source") for each in (then, *gone)):
            if source is not None and source not in found.get("sources", {}):
                found["sources"] = {**found.get("sources", {}), source: drafted["sources"][source]}
    return found


def _challenge(work: Work, number: int) -> Challenge:
    row = work.session.scalar(
        select(Challenge).where(Challenge.inspection_id == work.inspection.id, Challenge.number == number)
    )
    if row is None:
        raise NotThere("there is no such challenge")
    return row


def _check_version(row: Challenge, expected: int) -> None:
    if row.version != expected:
        raise Changed(
            "the challenge",
            version=str(row.version),
            current={"outcome": row.outcome, "reason": row.reason},
            by=row.answered_by,
            at=row.answered_at.isoformat() if row.answered_at else None,
        )


def _view(work: Work, row: Challenge) -> ChallengeView:
    """A challenge; the body is not told which of the team answered it."""
    return ChallengeView(
        number=row.number,
        draft=work.session.get_one(Draft, row.draft_id).number,
        target=row.target,
        statement=row.statement,
        source=row.source,
        made_by=row.made_by,
        made_at=row.made_at,
        outcome=row.outcome,
        reason=row.reason,
        moved=row.moved,
        answered_by=None if work.role is Role.BODY else row.answered_by,
        answered_at=row.answered_at,
        version=row.version,
    )
