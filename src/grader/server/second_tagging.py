"""A second person tags items without seeing how others did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import exists, func, select

from grader.server.bench import Work, Workbench
from grader.server.blind_tagging import check_begun
from grader.server.callers import Caller
from grader.server.checking import check_item
from grader.server.content import the_item
from grader.server.handed_out import first_version
from grader.server.refusals import Changed, NotThere, faulty
from grader.server.shapes import Page, TaggingView
from grader.server.tables import Item, Tagging

Data = Mapping[str, Any]

#: What a second person says of an item; all else is as it was found.
TAGS: Final = ("characteristics", "assessment", "basis", "extent", "harm", "remedied", "innovative")

#: Of an item, what says how somebody tagged it: a second person does not see it.
_HIDDEN: Final = (*TAGS, "tagged_by", "settled", "remedied_on")


def to_tag(
    bench: Workbench,
    caller: Caller,
    key: str,
    *,
    untagged: bool = False,
    page: int = 1,
    per_page: int | None = None,
) -> Page[TaggingView]:
    """What was found, without how anybody tagged it, and the caller's own tags so far."""
    per = per_page or bench.settings.limits.page
    with bench.reading(caller, key, "tag") as work:
        wanted = select(Item).where(Item.inspection_id == work.inspection.id)
        if untagged:
            mine = exists().where(
                Tagging.inspection_id == Item.inspection_id,
                Tagging.item == Item.name,
                Tagging.account_id == caller.account_id,
            )
            wanted = wanted.where(~mine)
        total = work.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        rows = work.session.scalars(
            wanted.order_by(Item.position, Item.id).offset((page - 1) * per).limit(per)
        ).all()
        tags = {
            t.item: t
            for t in work.session.scalars(_own(work, caller).where(Tagging.item.in_([r.name for r in rows])))
        }
        items = [_tagging_view(row, tags.get(row.name)) for row in rows]
    bench.saw(caller, key, "tagging")
    return Page(items=items, total=total, page=page, per_page=per)


def one_to_tag(bench: Workbench, caller: Caller, key: str, item: str) -> TaggingView:
    """One item to tag, as `to_tag` gives it."""
    with bench.reading(caller, key, "tag") as work:
        found = _tagging_view(the_item(work, item), _mine(work, caller, item))
    bench.saw(caller, key, "tagging", item=item)
    return found


def tag(
    bench: Workbench, caller: Caller, key: str, item: str, tags: Data, *, expected_version: int
) -> TaggingView:
    """The caller's own tags of an item; `expected_version` is 0 where they have none.

    Raises
    ------
    NotNow
        They have not begun a second tagging, and see the tags of others.
    """
    unknown = sorted(set(tags) - set(TAGS))
    if unknown:
        raise faulty(f"{unknown[0][:60]!r} is no tag", f"it can be {', '.join(TAGS)}", field="tags")
    with bench.writing(caller, key, "tag") as work:
        check_begun(work)
        row = the_item(work, item)
        mine = _mine(work, caller, item)
        _same_version(mine, expected_version)
        facts = {name: value for name, value in row.data.items() if name not in _HIDDEN}
        said = {name: value for name, value in tags.items() if value is not None}
        checked = check_item(work, {**facts, **said}).model_dump(mode="json", exclude_defaults=True)
        if mine is None:
            mine = Tagging(
                inspection_id=work.inspection.id,
                account_id=caller.account_id,
                item=item,
                version=first_version(),
            )
            work.session.add(mine)
        mine.data = {name: checked[name] for name in TAGS if name in checked}
        mine.version += 1
        mine.changed_at = work.now
        work.did("tagged_second", item=item, version=mine.version)
        return _tagging_view(row, mine)


def untag(bench: Workbench, caller: Caller, key: str, item: str, *, expected_version: int) -> TaggingView:
    """Take the caller's own tags of an item away."""
    with bench.writing(caller, key, "tag") as work:
        check_begun(work)
        row = the_item(work, item)
        mine = _mine(work, caller, item)
        _same_version(mine, expected_version)
        if mine is None:
            raise NotThere("you have not tagged it")
        work.session.delete(mine)
        work.did("untagged_second", item=item)
        return _tagging_view(row, None)


def _own(work: Work, caller: Caller) -> Any:
    return select(Tagging).where(
        Tagging.inspection_id == work.inspection.id, Tagging.account_id == caller.account_id
    )


def _mine(work: Work, caller: Caller, item: str) -> Tagging | None:
    found: Tagging | None = work.session.scalar(_own(work, caller).where(Tagging.item == item))
    return found


def _same_version(mine: Tagging | None, expected: int) -> None:
    version = mine.version if mine is not None else 0
    if version != expected:
        current = mine.data if mine is not None else None
        raise Changed("your tagging", version=str(version), current=current)


def _tagging_view(row: Item, mine: Tagging | None) -> TaggingView:
    return TaggingView(
        item=row.name,
        evidence={name: value for name, value in row.data.items() if name not in _HIDDEN},
        tags=mine.data if mine is not None else None,
        version=mine.version if mine is not None else 0,
    )
