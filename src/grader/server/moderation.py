"""Second taggings laid beside the first and settled with a reason, as `grader reconcile` does."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select

from grader.model.inspection import Inspection as InspectionModel
from grader.model.settling import LEFT_OUT, OTHER
from grader.server.bench import Work, Workbench
from grader.server.blind_tagging import taggers
from grader.server.callers import Caller
from grader.server.checking import check_item, to_grade
from grader.server.columns import json_text
from grader.server.content import change_item, forget_taggings, remove_item, the_item
from grader.server.decisions import ask
from grader.server.handed_out import first_version
from grader.server.inspections import view as inspection_view
from grader.server.refusals import Changed, NotNow, NotThere, faulty
from grader.server.second_tagging import TAGS
from grader.server.shapes import DisagreementView, InspectionView, ModerationView
from grader.server.tables import Account, Choice, Item, LeftOut, Tagging

Data = Mapping[str, Any]

#: Mixes drawn of an area that has too many to grade them all: fewer than the command's, for somebody waits.
_DRAWS: Final = 512


def disagreements(bench: Workbench, caller: Caller, key: str) -> ModerationView:
    """Where taggings differ, those that matter to a grade first, each with how it is settled."""
    with bench.reading(caller, key, "see_moderation") as work:
        found = _moderation(work)
    bench.saw(caller, key, "moderation")
    return found


def _moderation(work: Work) -> ModerationView:
    first, taggings, names = _taggings(work)
    version, second = _version(work), taggers(work, names)
    if not taggings:
        return ModerationView(
            taggers=[first], second=second, reconciliation=None, disagreements=[], open=0, version=version
        )
    answer = ask(work, "lay_together", first=first, taggings=taggings, draws=_DRAWS)
    choices, versions = _choices(work), _versions(work)
    views = [_disagreement(d, choices.get(d["item"]), versions[d["item"]]) for d in answer["disagreements"]]
    still = sum(1 for v in views if v.disagreement["matters"] and v.choice is None)
    return ModerationView(
        taggers=[first, *taggings],
        second=second,
        reconciliation=answer,
        disagreements=views,
        open=still,
        version=version,
    )


def settle(
    bench: Workbench,
    caller: Caller,
    key: str,
    item: str,
    choice: str,
    reason: str,
    *,
    expected_version: str,
    agreed: Data | None = None,
) -> DisagreementView:
    """How a disagreement is settled: a tagger's name, `left out`, or `other` with what holds instead.

    `expected_version` is that of the disagreement, as it was seen: with what each said of the item.
    """
    if not reason.strip():
        raise faulty("a disagreement is settled with a reason", "say why", field="reason")
    with bench.reading(caller, key, "moderate") as work:
        view = _find(_moderation(work), item)
        known = [*view.disagreement["said"], LEFT_OUT, OTHER]
    if choice not in known:
        raise faulty(
            f"{choice[:60]!r} is no way to settle it", f"it can be {', '.join(known)}", field="choice"
        )
    if (choice == OTHER) != bool(agreed):
        said = "say what holds instead" if choice == OTHER else "leave it out where a tagger's word holds"
        raise faulty("what is agreed goes with 'other', and with nothing else", said, field="agreed")
    with bench.writing(caller, key, "moderate") as work:
        row = _choices(work).get(item)
        _check_seen(work, item, row, expected_version)
        if agreed:
            agreed = _checked(work, the_item(work, item), view.disagreement["fields"], agreed)
        data = {
            "item": item,
            "choice": choice,
            "reason": reason.strip(),
            "by": caller.name,
            "on": work.today,
            # What each said when it was settled: if they say otherwise by the time it is put into effect,
            # that is told.
            "said": {name: said or "none" for name, said in view.disagreement["said"].items()},
        } | ({"agreed": dict(agreed)} if agreed else {})
        if row is None:
            row = Choice(inspection_id=work.inspection.id, item=item, version=first_version())
            work.session.add(row)
        row.data, row.changed_by, row.changed_at = data, caller.name, work.now
        row.version += 1
        work.did("settled", item=item, choice=choice)
        work.session.flush()
        return _disagreement(view.disagreement, row, _versions(work)[item])


def unsettle(
    bench: Workbench, caller: Caller, key: str, item: str, *, expected_version: str
) -> DisagreementView:
    """Take a choice back."""
    with bench.reading(caller, key, "moderate") as work:
        view = _find(_moderation(work), item)
    with bench.writing(caller, key, "moderate") as work:
        row = _choices(work).get(item)
        _check_seen(work, item, row, expected_version)
        if row is None:
            raise NotThere(f"{item[:60]!r} is not settled")
        work.session.delete(row)
        work.did("unsettled", item=item)
        work.session.flush()
        return _disagreement(view.disagreement, None, _versions(work)[item])


def finish(
    bench: Workbench, caller: Caller, key: str, *, expected_version: str, rest: str | None = None
) -> InspectionView:
    """Put what was settled into the evidence.

    `rest`: whose tags stand in open disagreements that matter to no grade. `expected_version`: of
    `disagreements`.
    """
    with bench.reading(caller, key, "moderate") as work:
        data = to_grade(work)
        _check_whole(work, expected_version)
        first, taggings, _ = _taggings(work)
        if not taggings:
            raise NotNow("one person alone has tagged", help="have another person tag first")
        choices = [row.data for row in _choices(work).values()]
    done, _ = bench.grading.run(
        "settle_taggings",
        inspection=data,
        first=first,
        taggings=taggings,
        draws=_DRAWS,
        choices=choices,
        rest=rest,
        by=caller.name,
        on=bench.now().date().isoformat(),
    )
    with bench.writing(caller, key, "moderate") as work:
        _check_whole(work, expected_version)
        _put_agreed(work, InspectionModel.model_validate(done["inspection"]), done["items"])
        # What each said of what was settled stands in the evidence itself from now on.
        for name in done["items"]:
            forget_taggings(work.session, work.inspection.id, name)
        work.moved()
        work.did("finished_moderation", settled=done["settled"], rest=done["rest"])
        return inspection_view(work)


def _put_agreed(work: Work, agreed: InspectionModel, settled: list[str]) -> None:
    """Put what was settled into the evidence; what was not stays as it is."""
    by_id = {item.id: item for item in agreed.evidence}
    wanted = select(Item).where(Item.inspection_id == work.inspection.id, Item.name.in_(settled))
    for row in work.session.scalars(wanted).all():
        item = by_id.get(row.name)
        if item is None:
            remove_item(work.session, row, work.caller.name, work.now, "settled")
            continue
        # Who tagged it first stands there as before; what each said is under `settled`.
        kept = item.model_copy(update={"tagged_by": row.tagged_by})
        change_item(work.session, row, kept, "settled", work.caller.name, work.now)
    for left in agreed.model_dump(mode="json", exclude_defaults=True).get("left_out", []):
        work.session.merge(LeftOut(inspection_id=work.inspection.id, name=left["id"], data=left))


def _check_whole(work: Work, expected_version: str) -> None:
    version = _version(work)
    if version != expected_version:
        raise Changed("what is to be settled", version=version, current=None)


def _taggings(work: Work) -> tuple[str, dict[str, dict[str, Any]], dict[int, str]]:
    """Who tagged first, by every other person their tags by item, and by account what each is called."""
    wanted = (
        select(Tagging.item, Tagging.data, Account.id, Account.name)
        .join(Account, Account.id == Tagging.account_id)
        .join(Item, (Item.inspection_id == Tagging.inspection_id) & (Item.name == Tagging.item))
        .where(Tagging.inspection_id == work.inspection.id)
        .order_by(Account.name, Account.id, Tagging.item)
    )
    named = work.session.scalars(
        select(Item.tagged_by).where(Item.inspection_id == work.inspection.id).distinct()
    ).all()
    first = named[0] if len(named) == 1 and named[0] else "first tagging"
    taken: dict[int, str] = {}
    found: dict[str, dict[str, Any]] = {}
    for item, data, number, name in work.session.execute(wanted):
        if number not in taken:
            plain = name.replace("/", " ").replace("\\", " ").strip() or f"person {number}"
            clash = plain.casefold() in {first.casefold(), OTHER, LEFT_OUT, *(n.casefold() for n in found)}
            taken[number] = f"{plain} ({number})" if clash else plain
        found.setdefault(taken[number], {})[item] = data
    return first, found, taken


def _version(work: Work) -> str:
    """Of all that settling rests on: the evidence, every tagging and every choice."""
    taggings = select(Tagging.account_id, Tagging.item, Tagging.version).where(
        Tagging.inspection_id == work.inspection.id
    )
    choices = select(Choice.item, Choice.version).where(Choice.inspection_id == work.inspection.id)
    stands = [
        work.inspection.revision,
        sorted([*row] for row in work.session.execute(taggings)),
        sorted([*row] for row in work.session.execute(choices)),
    ]
    return _hash(stands)


def _choices(work: Work) -> dict[str, Choice]:
    wanted = select(Choice).where(Choice.inspection_id == work.inspection.id)
    return {row.item: row for row in work.session.scalars(wanted)}


def _versions(work: Work) -> dict[str, str]:
    """By item, the version of it, of how each has tagged it, and of how that is settled."""
    mine = work.inspection.id
    items = select(Item.name, Item.version).where(Item.inspection_id == mine)
    taggings = select(Tagging.item, Tagging.account_id, Tagging.version).where(Tagging.inspection_id == mine)
    found: dict[str, list[Any]] = {name: [version, []] for name, version in work.session.execute(items)}
    for name, account, version in work.session.execute(taggings.order_by(Tagging.account_id)):
        if name in found:
            found[name][1].append([account, version])
    choices = _choices(work)
    return {name: _hash([*held, getattr(choices.get(name), "version", 0)]) for name, held in found.items()}


def _hash(data: Any) -> str:
    return hashlib.sha256(json_text(data).encode("ascii")).hexdigest()[:16]


def _checked(work: Work, row: Item, fields: list[str], agreed: Data) -> dict[str, Any]:
    """What holds instead, each field of it that they differ in; raises InputError with every fault."""
    unknown = sorted(set(agreed) - set(TAGS))
    if unknown:
        raise faulty(f"{unknown[0][:60]!r} is no tag", f"it can be {', '.join(TAGS)}", field="agreed")
    said = {name: value for name, value in agreed.items() if value is not None}
    missing = [name for name in fields if name in TAGS and name not in said]
    if missing:
        raise faulty(
            f"nothing says what holds of {', '.join(missing)}", "they differ in it: say it", field="agreed"
        )
    item = {**row.data, **said}
    if not item.get("remedied"):
        item.pop("remedied_on", None)
    checked = check_item(work, item).model_dump(mode="json")
    return {name: checked[name] for name in said}


def _check_seen(work: Work, item: str, row: Choice | None, expected: str) -> None:
    version = _versions(work).get(item)
    if version != expected:
        raise Changed(
            "what was said of it, or how it is settled,",
            version=version or "0",
            current=row.data if row is not None else None,
            by=row.changed_by if row is not None else None,
            at=row.changed_at.isoformat() if row is not None else None,
        )


def _find(found: ModerationView, item: str) -> DisagreementView:
    for view in found.disagreements:
        if view.disagreement["item"] == item:
            return view
    raise NotThere(f"nobody disagrees on {item[:60]!r}")


def _disagreement(data: dict[str, Any], row: Choice | None, version: str) -> DisagreementView:
    return DisagreementView(disagreement=data, choice=row.data if row is not None else None, version=version)
