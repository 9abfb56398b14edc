"""A second tagging begun and handed in: in between its tagger sees nobody else's tags."""

from __future__ import annotations

from typing import Final

from sqlalchemy import exists, func, select

from grader.server.bench import Work, Workbench
from grader.server.callers import Caller
from grader.server.inspections import contains
from grader.server.refusals import Changed, NotAllowed, NotNow
from grader.server.shapes import BlindTaggingView, TaggerView
from grader.server.tables import Account, Audited, BlindTagging, Item, Tagging

#: What somebody can have done with an inspection without seeing a tag of it.
_SHOWS_NO_TAG: Final = (
    "began_tagging",
    "handed_in_tagging",
    "tagged_second",
    "untagged_second",
    "saw_attachment",
    "saw_members",
    "saw_source",
    "saw_sources",
    "saw_tagging",
    "added_member",
    "changed_member",
    "removed_member",
)


def state(bench: Workbench, caller: Caller, key: str) -> BlindTaggingView:
    """How far the caller's own second tagging is."""
    with bench.reading(caller, key, "tag") as work:
        return _view(work, _own(work))


def begin(bench: Workbench, caller: Caller, key: str, *, expected_version: int) -> BlindTaggingView:
    """Begin to tag as a second person: nothing that shows how others tagged is shown until it is handed in.

    Raises
    ------
    Changed
        It was begun or handed in since it was looked at.
    NotNow
        It is begun already.
    """
    with bench.writing(caller, key, "tag") as work:
        row = _unchanged(work, expected_version)
        if row is not None and row.ended_at is None:
            raise NotNow("you have begun already", help="tag, then hand it in")
        row = start(work, _account(caller), saw_before=_has_seen(work))
        work.did("began_tagging", saw_before=row.saw_before)
        return _view(work, row)


def hand_in(bench: Workbench, caller: Caller, key: str, *, expected_version: int) -> BlindTaggingView:
    """Hand the second tagging in as it is: it is changed no more, and others' tags are shown again."""
    with bench.writing(caller, key, "tag") as work:
        row = _unchanged(work, expected_version)
        if row is None or row.ended_at is not None:
            raise NotNow("there is nothing to hand in", help="begin to tag first")
        row.ended_at = work.now
        row.version += 1
        view = _view(work, row)
        work.did("handed_in_tagging", tagged=view.tagged, items=view.items)
        return view


def start(work: Work, account: int, *, saw_before: bool) -> BlindTagging:
    """Put somebody to tagging as a second person; who begins again has seen what others said."""
    row = work.session.get(BlindTagging, (work.inspection.id, account))
    if row is None:
        row = BlindTagging(
            inspection_id=work.inspection.id, account_id=account, saw_before=saw_before, version=0
        )
        work.session.add(row)
    row.begun_at, row.ended_at = work.now, None
    row.saw_before = row.saw_before or saw_before
    row.version += 1
    return row


def end(work: Work, account: int | None = None) -> None:
    """Take as handed in what somebody has open who may tag no more; of everybody where nobody is named."""
    wanted = select(BlindTagging).where(
        BlindTagging.inspection_id == work.inspection.id, BlindTagging.ended_at.is_(None)
    )
    if account is not None:
        wanted = wanted.where(BlindTagging.account_id == account)
    for row in work.session.scalars(wanted):
        row.ended_at = work.now
        row.version += 1


def check_begun(work: Work) -> None:
    """Raise NotNow where the caller would tag as a second person with the tags of others before them."""
    if not work.blind:
        raise NotNow(
            "a second person tags without seeing how others did",
            help="begin your second tagging first: from then on you see no tags of others",
        )


def taggers(work: Work, names: dict[int, str]) -> list[TaggerView]:
    """Who tags, or tagged, as a second person; `names` are those that disagreements call them by."""
    wanted = (
        select(BlindTagging, Account.name)
        .join(Account, Account.id == BlindTagging.account_id)
        .where(BlindTagging.inspection_id == work.inspection.id)
        .order_by(Account.name, Account.id)
    )
    return [
        TaggerView(
            name=names.get(row.account_id, name),
            tagged=_tagged(work, row.account_id),
            open=row.ended_at is None,
            saw_before=row.saw_before,
        )
        for row, name in work.session.execute(wanted)
    ]


def _account(caller: Caller) -> int:
    if caller.account_id is None:
        raise NotAllowed("somebody with an account tags", help="sign in")
    return caller.account_id


def _own(work: Work) -> BlindTagging | None:
    return work.session.get(BlindTagging, (work.inspection.id, _account(work.caller)))


def _unchanged(work: Work, expected: int) -> BlindTagging | None:
    row = _own(work)
    version = row.version if row is not None else 0
    if version != expected:
        raise Changed("your second tagging", version=str(version), current=None)
    return row


def _has_seen(work: Work) -> bool:
    """Whether the audit log knows of anything the caller did here that showed tags."""
    entry = (
        exists()
        .where(Audited.inspection == work.inspection.key, Audited.act.not_in(_SHOWS_NO_TAG))
        .where(Audited.who.like(contains(f"<{work.caller.email}>"), escape="\\"))
    )
    return bool(work.session.scalar(select(entry)))


def _tagged(work: Work, account: int) -> int:
    wanted = (
        select(func.count())
        .select_from(Tagging)
        .join(Item, (Item.inspection_id == Tagging.inspection_id) & (Item.name == Tagging.item))
        .where(Tagging.inspection_id == work.inspection.id, Tagging.account_id == account)
    )
    return work.session.scalar(wanted) or 0


def _view(work: Work, row: BlindTagging | None) -> BlindTaggingView:
    items = select(func.count(Item.id)).where(Item.inspection_id == work.inspection.id)
    return BlindTaggingView(
        open=row is not None and row.ended_at is None,
        begun_at=row.begun_at if row is not None else None,
        ended_at=row.ended_at if row is not None else None,
        saw_before=row is not None and row.saw_before,
        tagged=_tagged(work, _account(work.caller)),
        items=work.session.scalar(items) or 0,
        version=row.version if row is not None else 0,
    )
