"""A second person tags what was found, without seeing how the first did."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from grader.server import blind_tagging, second_tagging
from grader.server.pages import item_form
from grader.server.pages.refused import Refused, sent, sides
from grader.server.pages.subject import BY_FIGURE, Subject, assessments, bases, extents, harms, subject
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
    untagged: Word = "",
    done: Word = "",
) -> Response:
    on = subject(request, bench, caller, key, "tag")
    return _list(on, page_number, untagged=bool(untagged), hidden=done == "hidden")


def _list(
    on: Subject,
    page: int = 1,
    *,
    untagged: bool = False,
    hidden: bool = False,
    refused: Refused | None = None,
) -> Response:
    state = blind_tagging.state(on.bench, on.caller, on.key)
    found = None
    if state.open:
        found = second_tagging.to_tag(on.bench, on.caller, on.key, untagged=untagged, page=page)
    return on.page(
        "tagging.html", refused=refused, state=state, found=found, untagged=untagged, hidden=hidden
    )


@router.post("/tagging/begin")
def begin(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "tag")
    version = form.whole("version")
    return sent(
        lambda: blind_tagging.begin(bench, caller, key, expected_version=version),
        again=lambda refused: _list(on, refused=refused),
        then=lambda _: on.to("/tagging", "began"),
    )


@router.post("/tagging/hand-in")
def hand_in(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "tag")
    version = form.whole("version")
    return sent(
        lambda: blind_tagging.hand_in(bench, caller, key, expected_version=version),
        again=lambda refused: _list(on, refused=refused),
        then=lambda _: on.to("/tagging", "handed_in"),
    )


@router.get("/tagging/item")
def item_page(request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word) -> Response:
    on = subject(request, bench, caller, key, "tag")
    if not on.inspection.tagging_blind:
        return on.to("/tagging")
    seen = second_tagging.one_to_tag(bench, caller, key, id)
    return _form(on, seen, seen.tags or {}, seen.version)


@router.post("/tagging/item")
def tag_item(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "tag")
    tags, version = _tags(form), form.whole("version")
    if form.text("action") == "search":
        seen = second_tagging.one_to_tag(bench, caller, key, id)
        search = form.text("search") or seen.evidence["statement"]
        return _form(on, seen, tags, version, search=search)

    def then(_: TaggingView) -> Response:
        following = second_tagging.to_tag(bench, caller, key, untagged=True, per_page=1).items
        return (
            on.to("/tagging/item", "saved", id=following[0].item) if following else on.to("/tagging", "saved")
        )

    return sent(
        lambda: second_tagging.tag(bench, caller, key, id, tags, expected_version=version),
        blank=item_form.blank(tags),
        again=lambda refused: _form(
            on, second_tagging.one_to_tag(bench, caller, key, id), tags, version, refused=refused
        ),
        then=then,
    )


@router.post("/tagging/remove")
def untag_item(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "tag")
    version = form.whole("version")

    def again(refused: Refused) -> Response:
        seen = second_tagging.one_to_tag(bench, caller, key, id)
        return _form(on, seen, seen.tags or {}, seen.version, refused=refused)

    return sent(
        lambda: second_tagging.untag(bench, caller, key, id, expected_version=version),
        again=again,
        then=lambda _: on.to("/tagging/item", "untagged", id=id),
    )


def _tags(form: Posted) -> dict[str, Any]:
    tags: dict[str, Any] = {
        "characteristics": item_form.characteristics(form),
        "basis": form.text("basis").strip(),
    }
    tags |= {n: v for n in ("assessment", "extent", "harm") if (v := form.maybe(n)) is not None}
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
        seen=seen,
        tags=tags,
        version=int(changed.version) if changed is not None else version,
        refused=refused,
        pairs=sides(changed.current, tags) if changed is not None else [],
        search=search,
        matches=item_form.look_up(on, search),
        assessments=assessments(words),
        by_figure=BY_FIGURE,
        bases=bases(words),
        extents=extents(words),
        harms=harms(words),
        default_extent=words.extents.default,
        default_harm=words.harms.default,
        texts=on.texts,
    )
