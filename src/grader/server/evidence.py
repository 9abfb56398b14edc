"""Evidence: found, added, changed singly or together, removed, and each item's history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Select, exists, func, or_, select

from grader.server.bench import Work, Workbench
from grader.server.callers import Caller
from grader.server.checking import check_item, check_items, check_settled, shown_rules
from grader.server.content import (
    add_item,
    change_item,
    check_number,
    find_item,
    next_ids,
    remove_item,
    the_item,
)
from grader.server.inspections import contains
from grader.server.refusals import Changed, NotNow, NotThere, faulty
from grader.server.shapes import ItemVersionView, ItemView, Page, RemovedView
from grader.server.tables import Finding, Item, ItemTag, ItemVersion, LeftOut

Data = Mapping[str, Any]

#: What several items may be given in one act.
TAGS: Final = (
    "characteristics",
    "assessment",
    "basis",
    "extent",
    "harm",
    "remedied",
    "innovative",
    "tagged_by",
)
ORDERS: Final = ("file", "id", "changed")


def listed(
    bench: Workbench,
    caller: Caller,
    key: str,
    *,
    words: str = "",
    area: str | None = None,
    characteristic: str | None = None,
    assessment: str | None = None,
    basis: str | None = None,
    source: str | None = None,
    tagged_by: str | None = None,
    order: str = "file",
    page: int = 1,
    per_page: int | None = None,
) -> Page[ItemView]:
    """Items that match all that is asked for, a page at a time."""
    per = per_page or bench.settings.limits.page
    with bench.reading(caller, key, "see") as work:
        wanted = select(Item).where(Item.inspection_id == work.inspection.id)
        for column, value in (
            (Item.assessment, assessment),
            (Item.basis, basis),
            (Item.source, source),
            (Item.tagged_by, tagged_by),
        ):
            if value:
                wanted = wanted.where(column == value)
        if words.strip():
            said = contains(words.strip())
            wanted = wanted.where(
                or_(Item.statement.ilike(said, escape="\\"), Item.name.ilike(said, escape="\\"))
            )
        if characteristic:
            wanted = wanted.where(_tagged(ItemTag.characteristic == characteristic))
        if area:
            wanted = wanted.where(_tagged(ItemTag.characteristic.in_(_characteristics(work, area))))
        total = work.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        found = work.session.scalars(_ordered(wanted, order).offset((page - 1) * per).limit(per))
        items = [view(item) for item in found]
    bench.saw(caller, key, "evidence")
    return Page(items=items, total=total, page=page, per_page=per)


def _tagged(condition: Any) -> Any:
    return exists().where(ItemTag.item_id == Item.id, condition)


def _ordered(wanted: Select[Item], order: str) -> Select[Item]:
    if order == "changed":
        return wanted.order_by(Item.changed_at.desc(), Item.id)
    return wanted.order_by(Item.name) if order == "id" else wanted.order_by(Item.position, Item.id)


def _characteristics(work: Work, area: str) -> list[str]:
    framework = shown_rules(work).framework.framework
    known = {a.id: a for a in framework.areas_in(work.inspection.edition)}
    return [c.id for c in known[area].characteristics] if area in known else []


def one(bench: Workbench, caller: Caller, key: str, item: str) -> ItemView:
    with bench.reading(caller, key, "see") as work:
        found = view(the_item(work, item))
    bench.saw(caller, key, "item", item=item)
    return found


def history(bench: Workbench, caller: Caller, key: str, item: str) -> list[ItemVersionView]:
    """An item at each version, oldest first, also once it is taken away."""
    with bench.reading(caller, key, "see") as work:
        wanted = (
            select(ItemVersion)
            .where(ItemVersion.inspection_id == work.inspection.id, ItemVersion.name == item)
            .order_by(ItemVersion.version)
        )
        found = [
            ItemVersionView(version=v.version, act=v.act, evidence=v.data, by=v.by, at=v.at)
            for v in work.session.scalars(wanted)
        ]
    if not found:
        raise NotThere(f"there is no item {item[:60]!r}")
    bench.saw(caller, key, "item_history", item=item)
    return found


def removed(
    bench: Workbench, caller: Caller, key: str, *, page: int = 1, per_page: int | None = None
) -> Page[RemovedView]:
    """Items that were taken away, or left out in moderation, the last one first: their history stays."""
    per = per_page or bench.settings.limits.page
    with bench.reading(caller, key, "see") as work:
        mine = ItemVersion.inspection_id == work.inspection.id
        there = select(Item.name).where(Item.inspection_id == work.inspection.id)
        last = select(func.max(ItemVersion.id)).where(mine, ItemVersion.name.not_in(there))
        gone = select(ItemVersion).where(ItemVersion.id.in_(last.group_by(ItemVersion.name)))
        total = work.session.scalar(select(func.count()).select_from(gone.subquery())) or 0
        found = gone.order_by(ItemVersion.id.desc()).offset((page - 1) * per).limit(per)
        items = [
            RemovedView(id=v.name, version=v.version, act=v.act, evidence=v.data, by=v.by, at=v.at)
            for v in work.session.scalars(found)
        ]
    bench.saw(caller, key, "removed")
    return Page(items=items, total=total, page=page, per_page=per)


def add(bench: Workbench, caller: Caller, key: str, given: Data) -> ItemView:
    """A new item, as in a file; without an `id` it gets the next free one.

    Raises
    ------
    InputError
        Every fault, with its field.
    NotNow
        The id is taken.
    """
    with bench.writing(caller, key, "evidence") as work:
        name = given.get("id") or _next_name(work)
        checked = check_item(work, {**given, "id": name})
        check_settled([checked], {})
        if find_item(work, checked.id) is not None or checked.id in _left_out(work):
            raise NotNow(f"there is an item {checked.id!r} already", help="leave the id out, or give another")
        count, last = work.session.execute(
            select(func.count(), func.max(Item.position)).where(Item.inspection_id == work.inspection.id)
        ).one()
        check_number(bench.settings.limits, count + 1)
        position = (last if last is not None else -1) + 1
        row = add_item(work.session, work.inspection.id, checked, position, caller.name, work.now)
        work.moved()
        work.did("added_evidence", item=row.name, version=row.version)
        return view(row)


def edit(
    bench: Workbench, caller: Caller, key: str, item: str, given: Data, *, expected_version: int
) -> ItemView:
    """An item's whole new content; raises Changed where it changed since it was read."""
    with bench.writing(caller, key, "evidence") as work:
        row = _unchanged(work, item, expected_version)
        checked = check_item(work, {**given, "id": item})
        check_settled([checked], {item: row.data})
        change_item(work.session, row, checked, "edited", caller.name, work.now)
        work.moved()
        work.did("edited_evidence", item=item, version=row.version)
        return view(row)


def remove(bench: Workbench, caller: Caller, key: str, item: str, *, expected_version: int) -> None:
    """Take an item away; its history stays. One that a finding names cannot go."""
    with bench.writing(caller, key, "evidence") as work:
        row = _unchanged(work, item, expected_version)
        findings = work.session.scalars(select(Finding).where(Finding.inspection_id == work.inspection.id))
        naming = [f.name for f in findings if item in f.data.get("evidence", [])]
        if naming:
            raise NotNow(f"{', '.join(naming)} rests on {item}", help="change the finding first")
        remove_item(work.session, row, caller.name, work.now)
        work.moved()
        work.did("removed_evidence", item=item)


def tag(
    bench: Workbench, caller: Caller, key: str, expected: Mapping[str, int], tags: Data
) -> list[ItemView]:
    """The same tags for several items: all of them, or none.

    Parameters
    ----------
    expected : mapping of str to int
        The version each item was read at.
    tags : mapping
        Of `TAGS`, those that change; None takes one away.

    Raises
    ------
    Changed
        One changed since it was read; its `current` tells which.
    """
    limit = bench.settings.limits.several
    if not 1 <= len(expected) <= limit:
        raise faulty(f"name from 1 to {limit:,} items", None, field="items")
    unknown = sorted(set(tags) - set(TAGS))
    if unknown or not tags:
        said = f"{unknown[0][:60]!r} is not given to several items at once" if unknown else "no tag is given"
        raise faulty(said, f"it can be {', '.join(TAGS)}", field="tags")
    with bench.writing(caller, key, "evidence") as work:
        rows = [_unchanged(work, name, version) for name, version in expected.items()]
        given = [{k: v for k, v in {**row.data, **tags}.items() if v is not None} for row in rows]
        for row, checked in zip(rows, check_items(work, given), strict=True):
            change_item(work.session, row, checked, "tagged", caller.name, work.now)
        work.moved()
        work.did("tagged_evidence", items={row.name: row.version for row in rows}, fields=sorted(tags))
        return [view(row) for row in rows]


# Rows ---------------------------------------------------------------------------------------------------


def _unchanged(work: Work, name: str, version: int) -> Item:
    row = find_item(work, name)
    if row is None:
        last = work.session.scalar(
            select(ItemVersion)
            .where(ItemVersion.inspection_id == work.inspection.id, ItemVersion.name == name)
            .order_by(ItemVersion.version.desc())
            .limit(1)
        )
        if last is None:
            raise NotThere(f"there is no item {name[:60]!r}")
        raise Changed(name, version=str(last.version), current=None, by=last.by, at=last.at.isoformat())
    if row.version != version:
        raise Changed(
            name, version=str(row.version), current=row.data, by=row.changed_by, at=row.changed_at.isoformat()
        )
    return row


def _left_out(work: Work) -> list[str]:
    """Ids of what was settled to be left out, which no other item may have."""
    return [*work.session.scalars(select(LeftOut.name).where(LeftOut.inspection_id == work.inspection.id))]


def _next_name(work: Work) -> str:
    names = work.session.scalars(
        select(ItemVersion.name).where(ItemVersion.inspection_id == work.inspection.id).distinct()
    )
    return next(next_ids("E", {*names, *_left_out(work)}))


def view(row: Item) -> ItemView:
    return ItemView(
        id=row.name,
        evidence=row.data,
        version=row.version,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
    )
