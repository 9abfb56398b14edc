"""Evidence: the table, one item, adding and changing one, tagging several at once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from grader.server import evidence, sources
from grader.server.pages import item_form
from grader.server.pages.refused import Refused, Wrong, refused_for, sent, sides
from grader.server.pages.subject import (
    Choice,
    Subject,
    assessments,
    bases,
    extents,
    harms,
    query_text,
    subject,
)
from grader.server.refusals import NotThere
from grader.server.shapes import ItemView
from grader.server.web import Bench, PageForm, PageNumber, Posted, SignedInCaller, whole_number

router = APIRouter(prefix="/inspections/{key}")

Data = Mapping[str, Any]
Word = Annotated[str, Query(max_length=200)]
_ORDERS: Final = (
    Choice("file", "As in the file"),
    Choice("id", "By id"),
    Choice("changed", "Changed last first"),
)


@router.get("/evidence")
def table_page(
    request: Request,
    bench: Bench,
    caller: SignedInCaller,
    key: str,
    page_number: PageNumber,
    words: Word = "",
    area: Word = "",
    characteristic: Word = "",
    assessment: Word = "",
    basis: Word = "",
    source: Word = "",
    tagged_by: Word = "",
    order: Word = "file",
) -> Response:
    on = subject(request, bench, caller, key)
    asked = {
        "words": words,
        "area": area,
        "characteristic": characteristic,
        "assessment": assessment,
        "basis": basis,
        "source": source,
        "tagged_by": tagged_by,
    }
    if order not in evidence.ORDERS:
        order = "file"
    found = evidence.listed(bench, caller, key, **asked, order=order, page=page_number)  # type: ignore[arg-type]
    words_of = on.framework.vocabulary
    said = query_text({**asked, "order": order if order != "file" else ""})
    return on.page(
        "evidence.html",
        found=found,
        asked=asked,
        filtered=any(asked.values()),
        order=order,
        orders=_ORDERS,
        more=f"{said}&" if said else "?",
        areas=[Choice(a.id, a.title) for a in on.areas],
        assessments=assessments(words_of),
        bases=bases(words_of),
        sources=[Choice(s.id, s.id) for s in sources.listed(bench, caller, key)],
        texts=on.texts,
    )


@router.get("/item")
def item_page(request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word) -> Response:
    on = subject(request, bench, caller, key)
    versions = evidence.history(bench, caller, key, id)
    item: ItemView | None = None
    with suppress(NotThere):  # it was taken away, and its history stays
        item = evidence.one(bench, caller, key, id)
    return on.page("item.html", id=id, item=item, versions=_compared(versions), texts=on.texts)


@router.get("/removed")
def removed_page(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, page_number: PageNumber
) -> Response:
    on = subject(request, bench, caller, key)
    return on.page("removed.html", found=evidence.removed(bench, caller, key, page=page_number))


def _compared(versions: list[Any]) -> list[tuple[Any, list[tuple[str, Any, Any]]]]:
    """Each version, the newest first, with what it changed of the one before."""
    found = []
    before: Data = {}
    for version in versions:
        found.append((version, sides(before, version.evidence) if before else []))
        before = version.evidence
    return found[::-1]


# One item -------------------------------------------------------------------------------------------------


@router.get("/item/add")
def add_page(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, characteristic: Word = ""
) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    return item_form.show(on, {"characteristics": [characteristic] if characteristic else []})


@router.post("/item/add")
def add_item(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    given = item_form.read(form)
    if form.text("action") == "search":
        return item_form.show(on, given, search=form.text("search") or form.text("statement"))
    another = form.text("action") == "another"
    return sent(
        lambda: evidence.add(bench, caller, key, given),
        item_form.FIELDS,
        item_form.blank(given),
        again=lambda refused: item_form.show(on, given, refused=refused),
        then=lambda made: on.to("/item/add", "added") if another else on.to("/item", "added", id=made.id),
    )


@router.get("/item/edit")
def edit_page(request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    item = evidence.one(bench, caller, key, id)
    return item_form.show(on, item.evidence, item=item, version=item.version)


@router.post("/item/edit")
def edit_item(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    version, given = form.whole("version"), item_form.read(form)
    item: ItemView | None = None
    with suppress(NotThere):  # somebody took it away, which the service tells
        item = evidence.one(bench, caller, key, id)
    if form.text("action") == "search":
        search = form.text("search") or form.text("statement")
        return item_form.show(on, given, item=item, version=version, search=search)
    # How it was settled is no part of the form, and stays.
    kept = {"settled": item.evidence["settled"]} if item is not None and "settled" in item.evidence else {}
    return sent(
        lambda: evidence.edit(bench, caller, key, id, given | kept, expected_version=version),
        item_form.FIELDS,
        item_form.blank(given),
        again=lambda refused: item_form.show(on, given, item=item, version=version, refused=refused),
        then=lambda _: on.to("/item", "saved", id=id),
    )


@router.get("/item/remove")
def remove_page(request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word) -> Response:
    return _remove(subject(request, bench, caller, key, "evidence"), id)


def _remove(on: Subject, id: str, refused: Refused | None = None) -> Response:
    item = evidence.one(on.bench, on.caller, on.key, id)
    return on.page("item_remove.html", item=item, texts=on.texts, refused=refused)


@router.post("/item/remove")
def remove_item(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    version = form.whole("version")
    return sent(
        lambda: evidence.remove(bench, caller, key, id, expected_version=version),
        again=lambda refused: _remove(on, id, refused),
        then=lambda _: on.to("/evidence", "removed"),
    )


# Several items --------------------------------------------------------------------------------------------


@router.get("/several")
def several_page(
    request: Request,
    bench: Bench,
    caller: SignedInCaller,
    key: str,
    item: Annotated[list[str] | None, Query(max_length=1000)] = None,
) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    items = [evidence.one(bench, caller, key, name) for name in dict.fromkeys(item or [])]
    return _several(on, items, {view.id: view.version for view in items}, {})


@router.post("/several")
def tag_several(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    names = form.many("item")
    versions = zip(names, map(whole_number, form.many("version")), strict=False)
    expected = {name: version for name, version in versions if version is not None}
    tags = _tags(form)
    if form.text("action") == "search":
        items = [evidence.one(bench, caller, key, name) for name in expected]
        return _several(on, items, expected, tags, search=form.text("search"))

    def again(refused: Refused) -> Response:
        items = [evidence.one(bench, caller, key, name) for name in expected]
        return _several(on, items, expected, tags, refused=refused)

    if not tags:
        nothing = Wrong("Say what they are to be given", "assessment", "fill in at least one")
        return again(refused_for([nothing]))
    return sent(
        lambda: evidence.tag(bench, caller, key, expected, tags),
        item_form.FIELDS,
        again=again,
        then=lambda _: on.to("/evidence", "tagged"),
    )


def _tags(form: Posted) -> dict[str, Any]:
    """What is to be given: what was left as it is stays out."""
    tags: dict[str, Any] = {
        name: form.text(name) for name in ("assessment", "basis", "extent", "harm") if form.text(name)
    }
    if form.maybe("tagged_by"):
        tags["tagged_by"] = form.text("tagged_by").strip()
    for name in ("remedied", "innovative"):
        if form.text(name) in ("yes", "no"):
            tags[name] = form.text(name) == "yes"
    characteristics = item_form.characteristics(form)
    if characteristics:
        tags["characteristics"] = characteristics
    return tags


def _several(
    on: Subject,
    items: list[ItemView],
    expected: Mapping[str, int],
    tags: Data,
    *,
    search: str = "",
    refused: Refused | None = None,
) -> Response:
    words = on.framework.vocabulary
    stale = [view for view in items if view.version != expected.get(view.id)]
    return on.page(
        "several.html",
        items=items,
        stale=stale if refused is not None else [],
        tags=tags,
        refused=refused,
        search=search,
        matches=item_form.look_up(on, search),
        assessments=assessments(words),
        bases=bases(words),
        extents=extents(words),
        harms=harms(words),
        yes_no=[Choice("yes", "Yes"), Choice("no", "No")],
        texts=on.texts,
    )
