"""Challenges to a released draft, their answers, and what moved because of them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import func, select

from grader.errors import InputError
from grader.server.bench import Work, Workbench
from grader.server.callers import Caller
from grader.server.checking import to_grade
from grader.server.content import next_number
from grader.server.drafts import for_body, released
from grader.server.refusals import Changed, NotNow, NotThere, WorkerFailed, faulty
from grader.server.roles import Role
from grader.server.shapes import ChallengeView, Page
from grader.server.tables import Challenge, Draft

Data = dict[str, Any]

OUTCOMES: Final = ("accepted", "partly_accepted", "not_accepted")
_LONGEST: Final = 20_000


def challenge(
    bench: Workbench, caller: Caller, key: str, target: str, statement: str, source: str
) -> ChallengeView:
    """Challenge an item of evidence or a finding of the released draft."""
    said = {"statement": _text(statement, "statement"), "source": _text(source, "source")}
    with bench.writing(caller, key, "challenge") as work:
        row = released(work)
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
