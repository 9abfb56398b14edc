"""A second person tags what was found, without seeing how the first did."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from grader.server import moderation
from grader.server.pages import item_form
from grader.server.pages.refused import Refused, lacking, sides, tried
from grader.server.pages.subject import Choice, Subject, assessments, bases, extents, harms, subject
from grader.server.shapes import TaggingView
from grader.server.web import Bench, PageForm, PageNumber, Posted, SignedInCaller

router = APIRouter(prefix="/inspections/{key}")

Word = Annotated[str, Query(max_length=200)]


@router.get("/tagging")
def list_page(
    request: Request,
    bench: Bench,
    caller: SignedInCaller,
    key: str,
    page_number: PageNumber,
    area: Word = "",
    untagged: Word = "",
) -> Response:
    on = subject(request, bench, caller, key, "tag")
    found = moderation.to_tag(
        bench, caller, key, area=area or None, untagged=bool(untagged), page=page_number
    )
    return on.page(
        "tagging.html",
        found=found,
        asked={"area": area, "untagged": bool(untagged)},
        areas=[Choice(a.id, a.title) for a in on.areas],
    )


@router.get("/tagging/item")
def item_page(request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word) -> Response:
    on = subject(request, bench, caller, key, "tag")
    seen = moderation.one_to_tag(bench, caller, key, id)
    return _form(on, seen, seen.tags or {}, seen.version)


@router.post("/tagging/item")
def tag_item(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "tag")
    tags, version = _tags(form), form.whole("version")
    if form.text("action") == "search":
        seen = moderation.one_to_tag(bench, caller, key, id)
        search = form.text("search") or seen.evidence["statement"]
        return _form(on, seen, tags, version, search=search)
    needed = {name: item_form.NEEDED[name] for name in ("characteristics", "basis")}
    blank = lacking(tags, needed)
    done = tried(lambda: moderation.tag(bench, caller, key, id, tags, expected_version=version), blank=blank)
    if isinstance(done, Refused):
        return _form(on, moderation.one_to_tag(bench, caller, key, id), tags, version, refused=done)
    following = moderation.to_tag(bench, caller, key, untagged=True, per_page=1).items
    if following:
        return on.to("/tagging/item", "saved", id=following[0].item)
    return on.to("/tagging", "saved")


@router.post("/tagging/remove")
def untag_item(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "tag")
    version = form.whole("version")
    done = tried(lambda: moderation.untag(bench, caller, key, id, expected_version=version))
    if isinstance(done, Refused):
        seen = moderation.one_to_tag(bench, caller, key, id)
        return _form(on, seen, seen.tags or {}, seen.version, refused=done)
    return on.to("/tagging/item", "untagged", id=id)


def _tags(form: Posted) -> dict[str, Any]:
    tags: dict[str, Any] = {"characteristics": item_form.characteristics(form)}
    tags |= {n: v for n in ("assessment", "basis", "extent", "harm") if (v := form.maybe(n)) is not None}
    return tags | {name: True for name in ("remedied", "innovative") if form.text(name)}


def _form(
    on: Subject,
    seen: TaggingView,
    tags: dict[str, Any],
    version: int,
    *,
    search: str = "",
    refused: Refused | None = None,
) -> Response:
    words = on.framework.vocabulary
    changed = refused.changed if refused is not None else None
    return on.page(
        "tagging_form.html",
        refused.status if refused is not None else 200,
        seen=seen,
        tags=tags,
        version=int(changed.version) if changed is not None else version,
        refused=refused,
        pairs=sides(changed.current, tags) if changed is not None else [],
        search=search,
        matches=item_form.look_up(on, search),
        assessments=assessments(words),
        bases=bases(words),
        extents=extents(words),
        harms=harms(words),
        default_extent=words.extents.default,
        default_harm=words.harms.default,
        texts=on.texts,
    )
