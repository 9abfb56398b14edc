"""Where taggings differ, what matters first, and how each difference is settled."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from grader.model.settling import LEFT_OUT, OTHER
from grader.server import evidence, moderation
from grader.server.pages import item_form
from grader.server.pages.refused import Refused, sent, sides, tried
from grader.server.pages.subject import (
    Choice,
    Subject,
    assessments,
    bases,
    extents,
    harms,
    subject,
)
from grader.server.refusals import NotThere
from grader.server.shapes import DisagreementView, ModerationView
from grader.server.web import Bench, PageForm, Posted, SignedInCaller

router = APIRouter(prefix="/inspections/{key}")

Word = Annotated[str, Query(max_length=200)]


@router.get("/moderation")
def list_page(request: Request, bench: Bench, caller: SignedInCaller, key: str) -> Response:
    return _list(subject(request, bench, caller, key, "see_moderation"))


def _list(on: Subject, refused: Refused | None = None) -> Response:
    found = moderation.disagreements(on.bench, on.caller, on.key)
    return on.page(
        "moderation.html",
        found=found,
        refused=refused,
        mattering=[d for d in found.disagreements if d.disagreement["matters"]],
        others=[d for d in found.disagreements if not d.disagreement["matters"]],
        moving=[a for a in (found.reconciliation or {"areas": []})["areas"] if len(a["reachable"]) > 1],
        names={a.id: a.title for a in on.areas},
        taggers=[Choice(name, name) for name in found.taggers],
    )


@router.get("/moderation/item")
def item_page(request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word) -> Response:
    on = subject(request, bench, caller, key, "see_moderation")
    return _item(on, id)


@router.post("/moderation/item")
def settle(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "moderate")
    choice, reason, version = form.text("choice"), form.text("reason"), form.text("version")
    agreed = _agreed(form) if choice == OTHER else None
    if form.text("action") == "search":
        return _item(on, id, choice=choice, reason=reason, agreed=_agreed(form), search=form.text("search"))
    return sent(
        lambda: moderation.settle(
            bench, caller, key, id, choice, reason, expected_version=version, agreed=agreed
        ),
        again=lambda refused: _item(on, id, choice=choice, reason=reason, agreed=agreed, refused=refused),
        then=lambda _: _to_next(on),
    )


def _to_next(on: Subject) -> Response:
    """To the next disagreement that matters and is not settled, or to the list."""
    found = moderation.disagreements(on.bench, on.caller, on.key)
    following = next((d for d in found.disagreements if d.choice is None and d.disagreement["matters"]), None)
    if following is not None:
        return on.to("/moderation/item", "settled", id=following.disagreement["item"])
    return on.to("/moderation", "settled")


@router.post("/moderation/unsettle")
def unsettle(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "moderate")
    version = form.text("version")
    return sent(
        lambda: moderation.unsettle(bench, caller, key, id, expected_version=version),
        again=lambda refused: _item(on, id, refused=refused),
        then=lambda _: on.to("/moderation/item", "unsettled", id=id),
    )


@router.post("/moderation/finish")
def finish(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "moderate")
    version, rest = form.text("version"), form.maybe("rest")
    return sent(
        lambda: moderation.finish(bench, caller, key, expected_version=version, rest=rest),
        again=lambda refused: _list(on, refused),
        then=lambda _: on.to("", "finished"),
    )


def _agreed(form: Posted) -> dict[str, Any]:
    """What holds instead, of the fields that they differ in."""
    agreed: dict[str, Any] = {
        name: value
        for name in ("assessment", "basis", "extent", "harm")
        if (value := form.maybe(f"agreed_{name}")) is not None
    }
    for name in ("remedied", "innovative"):
        if form.text(f"agreed_{name}") in ("yes", "no"):
            agreed[name] = form.text(f"agreed_{name}") == "yes"
    found = item_form.characteristics(form)
    return agreed | ({"characteristics": found} if found else {})


def _item(
    on: Subject,
    id: str,
    *,
    choice: str = "",
    reason: str = "",
    agreed: dict[str, Any] | None = None,
    search: str = "",
    refused: Refused | None = None,
) -> Response:
    found = moderation.disagreements(on.bench, on.caller, on.key)
    seen = next((d for d in found.disagreements if d.disagreement["item"] == id), None)
    if seen is None:
        raise NotThere(f"nobody disagrees on {id[:60]!r}")
    earlier = seen.choice or {}
    typed = bool(choice or reason or refused)
    item = tried(lambda: evidence.one(on.bench, on.caller, on.key, id))
    words = on.framework.vocabulary
    said = seen.disagreement["said"]
    now = {name: earlier.get(name) for name in ("choice", "reason", "agreed")}
    changed = refused.changed if refused is not None else None
    return on.page(
        "moderation_item.html",
        seen=seen,
        said=said,
        rows=_rows(said, {} if isinstance(item, Refused) else item.evidence, seen.disagreement["fields"]),
        evidence=None if isinstance(item, Refused) else item.evidence,
        choice=choice if typed else earlier.get("choice", ""),
        reason=reason if typed else earlier.get("reason", ""),
        agreed=(agreed if typed else earlier.get("agreed")) or {},
        refused=refused,
        pairs=sides(now, {"choice": choice, "reason": reason, "agreed": agreed}) if changed else [],
        choices=_choices(said),
        search=search,
        matches=item_form.look_up(on, search),
        assessments=assessments(words),
        bases=bases(words),
        extents=extents(words),
        harms=harms(words),
        yes_no=[Choice("yes", "Yes"), Choice("no", "No")],
        names={a.id: a.title for a in on.areas},
        texts=on.texts,
        place=_place(found, seen),
        defaults={"extent": words.extents.default, "harm": words.harms.default},
    )


_FIELDS = ("assessment", "characteristics", "basis", "extent", "harm", "remedied", "innovative")


def _rows(
    said: dict[str, Any], evidence: dict[str, Any], fields: list[str]
) -> list[tuple[str, list[Any], bool]]:
    """Each field as everybody tagged it, and whether they differ; details where they do."""
    found = []
    for name in _FIELDS:
        same = evidence.get(name) if name not in fields else None
        values = [tags.get(name, same) if tags else None for tags in said.values()]
        if any(value not in (None, [], False) for value in values):
            found.append((name, values, any(value != values[0] for value in values)))
    return found


def _choices(said: dict[str, Any]) -> list[Choice]:
    found = [
        Choice(name, _as_tagged(name) if tags else f"{_as_tagged(name)}: not at all")
        for name, tags in said.items()
    ]
    return [
        *found,
        Choice(OTHER, "Otherwise, as written below"),
        Choice(LEFT_OUT, "Left out: it is not to count"),
    ]


def _as_tagged(name: str) -> str:
    return "As first tagged" if name == "first tagging" else f"As tagged by {name}"


def _place(found: ModerationView, seen: DisagreementView) -> tuple[int, int]:
    names = [d.disagreement["item"] for d in found.disagreements]
    return names.index(seen.disagreement["item"]) + 1, len(names)
