"""Sources, and the documents attached to them."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from grader.server import sources
from grader.server.files_out import document_answer
from grader.server.pages.refused import Refused, Wrong, lacking, refused_for, sent, sides, taken_away, tried
from grader.server.pages.subject import Subject, subject
from grader.server.refusals import NotThere
from grader.server.shapes import SourceView
from grader.server.web import Bench, PageForm, Posted, SignedInCaller

router = APIRouter(prefix="/inspections/{key}")

Word = Annotated[str, Query(max_length=200)]


@router.get("/sources")
def list_page(request: Request, bench: Bench, caller: SignedInCaller, key: str) -> Response:
    on = subject(request, bench, caller, key, "see_outline")
    return on.page("sources.html", sources=sources.listed(bench, caller, key))


@router.get("/source/add")
def add_page(request: Request, bench: Bench, caller: SignedInCaller, key: str) -> Response:
    return _form(subject(request, bench, caller, key, "evidence"), "", {})


@router.post("/source/add")
def add_source(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    name, given = form.text("id").strip(), _given(form)
    there = tried(lambda: [s.id for s in sources.listed(bench, caller, key)])
    if not isinstance(there, Refused) and name in there:
        refused = refused_for([Wrong(f"There is a source {name!r} already", "id", "give another id")], 409)
        return _form(on, name, given, refused=refused)
    needed = {"id": "Write an id", "title": "Write its title"}
    blank = lacking(given | {"id": name}, needed)
    return sent(
        lambda: sources.put(bench, caller, key, name, given, expected_version=None),
        blank=blank,
        again=lambda refused: _form(on, name, given, refused=refused),
        then=lambda _: on.to("/source", "added", id=name),
    )


@router.get("/source")
def source_page(request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word) -> Response:
    on = subject(request, bench, caller, key, "see_outline")
    source = sources.one(bench, caller, key, id)
    return _form(on, id, source.source, source=source)


@router.post("/source")
def change_source(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    given, version = _given(form), form.whole("version")
    there = None
    with suppress(NotThere):
        there = sources.one(bench, caller, key, id)
    if there is None:
        return _form(on, id, given, refused=taken_away(id))
    blank = lacking(given, {"title": "Write its title"})
    return sent(
        lambda: sources.put(bench, caller, key, id, given, expected_version=version),
        blank=blank,
        again=lambda refused: _form(on, id, given, source=there, refused=refused),
        then=lambda _: on.to("/source", "saved", id=id),
    )


@router.post("/source/remove")
def remove_source(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    version = form.whole("version")
    return sent(
        lambda: sources.remove(bench, caller, key, id, expected_version=version),
        again=lambda refused: _as_it_is(on, id, refused),
        then=lambda _: on.to("/sources", "removed"),
    )


# Documents ------------------------------------------------------------------------------------------------


@router.post("/source/attach")
def attach(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    upload = form.upload("document")
    if upload is None:
        return _as_it_is(on, id, refused_for([Wrong("Choose a document", "document")]))
    name, content = upload.filename or "document", upload.file.read()
    return sent(
        lambda: sources.attach(bench, caller, key, id, name, content),
        {"file": "document"},
        again=lambda refused: _as_it_is(on, id, refused),
        then=lambda _: on.to("/source", "attached", id=id),
    )


@router.get("/source/document")
def document(bench: Bench, caller: SignedInCaller, key: str, id: Word, number: int) -> Response:
    name, content, _ = sources.attachment(bench, caller, key, id, number)
    return document_answer(content, name)


@router.post("/source/detach")
def detach(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    number, version = form.whole("number"), form.text("version")
    return sent(
        lambda: sources.detach(bench, caller, key, id, number, expected_version=version),
        again=lambda refused: _as_it_is(on, id, refused),
        then=lambda _: on.to("/source", "detached", id=id),
    )


def _as_it_is(on: Subject, id: str, refused: Refused) -> Response:
    source = sources.one(on.bench, on.caller, on.key, id)
    return _form(on, id, source.source, source=source, refused=refused)


def _given(form: Posted) -> dict[str, Any]:
    others = {name: value for name in ("url", "published") if (value := form.maybe(name)) is not None}
    return {"title": form.text("title").strip(), **others}


def _form(
    on: Subject,
    id: str,
    given: dict[str, Any],
    *,
    source: SourceView | None = None,
    refused: Refused | None = None,
) -> Response:
    changed = refused.changed if refused is not None else None
    return on.page(
        "source.html",
        id=id,
        given=given,
        source=source,
        refused=refused,
        pairs=sides(changed.current, given) if changed is not None else [],
    )
