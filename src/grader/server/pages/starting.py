"""Starting an inspection: by its head, or from a file; and changing the head."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from grader.server import inspections, rule_books
from grader.server.bench import Workbench
from grader.server.callers import Caller
from grader.server.pages.refused import Refused, Wrong, refused_for, sent, sides
from grader.server.pages.rendering import page
from grader.server.pages.subject import Choice, Subject, subject
from grader.server.web import Bench, PageForm, Posted, SignedInCaller

router = APIRouter()


def _maker(caller: SignedInCaller) -> Caller:
    """Who may make inspections: others are not even shown the form."""
    inspections.check_may_make(caller)
    return caller


Maker = Annotated[Caller, Depends(_maker)]


@router.get("/new")
def new_page(request: Request, bench: Bench, caller: Maker) -> Response:
    return _new(request, bench, {})


@router.post("/new")
def new(request: Request, bench: Bench, caller: Maker, form: PageForm) -> Response:
    framework, _, edition = form.text("rules").partition("|")
    given = {"id": form.text("id").strip(), "body": form.text("body").strip()}
    typed = {**given, "rules": form.text("rules")}
    if not edition:
        return _new(request, bench, typed, refused_for([Wrong("Choose a framework", "rules")]))
    return sent(
        lambda: inspections.create(bench, caller, {**given, "framework": framework, "edition": edition}),
        again=lambda refused: _new(request, bench, typed, refused),
        then=lambda done: RedirectResponse(f"/inspections/{done.key}/evidence?done=added", 303),
    )


@router.post("/new/file")
def from_file(request: Request, bench: Bench, caller: Maker, form: PageForm) -> Response:
    upload = form.upload("file")
    if upload is None:
        return _new(request, bench, {}, refused_for([Wrong("Choose a file", "file")]))
    name, content = upload.filename or "file", upload.file.read()
    return sent(
        lambda: inspections.import_file(bench, caller, name, content),
        again=lambda refused: _new(request, bench, {}, refused),
        then=lambda done: RedirectResponse(f"/inspections/{done.inspection.key}?done=imported", 303),
    )


def _new(
    request: Request, bench: Workbench, typed: Mapping[str, str], refused: Refused | None = None
) -> Response:
    choices = [
        Choice(f"{rules.framework}|{edition}", f"{rules.title}, edition {edition}")
        for rules in rule_books.rules(bench)
        for edition in rules.editions
    ]
    return page(request, "new.html", typed=typed, rules=choices, refused=refused)


# The head -------------------------------------------------------------------------------------------------


@router.get("/inspections/{key}/head")
def head_page(request: Request, bench: Bench, caller: SignedInCaller, key: str) -> Response:
    on = subject(request, bench, caller, key, "header")
    return _head(on, on.inspection.header, on.inspection.version)


@router.post("/inspections/{key}/head")
def change_head(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "header")
    version = form.whole("version")
    # What the form does not show, such as earlier grades, stays.
    kept = {k: v for k, v in on.inspection.header.items() if k not in _SHOWN}
    given = kept | _given(form)
    return sent(
        lambda: inspections.change_header(bench, caller, key, given, expected_version=version),
        again=lambda refused: _head(on, given, version, refused),
        then=lambda _: on.to("", "saved"),
    )


_SHOWN = ("id", "body", "edition", "not_inspected", "as_of", "stale_after")


def _given(form: Posted) -> dict[str, Any]:
    found: dict[str, Any] = {name: form.text(name).strip() for name in ("id", "body", "edition")}
    found |= {name: value for name in ("as_of", "stale_after") if (value := form.maybe(name)) is not None}
    left = form.many("not_inspected")
    return found | ({"not_inspected": left} if left else {})


def _head(on: Subject, given: Mapping[str, Any], version: int, refused: Refused | None = None) -> Response:
    changed = refused.changed if refused is not None else None
    return on.page(
        "head.html",
        given=given,
        version=int(changed.version) if changed is not None else version,
        refused=refused,
        pairs=sides(changed.current, given) if changed is not None else [],
        editions=[Choice(name, name) for name in on.framework.editions],
        optional=[Choice(a.id, a.title) for a in on.areas],
    )
