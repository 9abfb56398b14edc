"""Findings issued, and those of earlier inspections."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from grader.server import decisions, findings, sources
from grader.server.pages.item_form import characteristics
from grader.server.pages.refused import Refused, lacking, sent, sides, taken_away
from grader.server.pages.subject import Choice, Subject, subject
from grader.server.refusals import NotThere
from grader.server.shapes import FindingView
from grader.server.web import Bench, PageForm, Posted, SignedInCaller
from grader.vocabulary.kinds import PROGRESS

router = APIRouter(prefix="/inspections/{key}")

Word = Annotated[str, Query(max_length=300)]
_NEEDED: dict[str, dict[str, str]] = {
    "findings": {"kind": "Choose what it is", "area": "Choose an area", "statement": "Write what it says"},
}
_NEEDED["previous"] = _NEEDED["findings"] | {"progress": "Choose how far it has been put right"}
_PROGRESS_TITLES = {"closed": "Closed", "improving": "Improving", "not_improving": "Not improving"}


@router.get("/findings")
def list_page(request: Request, bench: Bench, caller: SignedInCaller, key: str) -> Response:
    on = subject(request, bench, caller, key)
    found = findings.listed(bench, caller, key)
    return on.page("findings.html", found=found, names={a.id: a.title for a in on.areas})


@router.get("/finding/add")
def add_page(
    request: Request,
    bench: Bench,
    caller: SignedInCaller,
    key: str,
    area: Word = "",
    draft: Word = "",
    earlier: Word = "",
) -> Response:
    on = subject(request, bench, caller, key, "findings")
    given: dict[str, Any] = {"area": area} if area else {}
    drafted = None
    if draft and area:
        seen = decisions.area(bench, caller, key, area)
        drafted = next((f for f in seen.result["findings"] if f["id"] == draft), None)
    if drafted is not None:
        given |= {name: drafted[name] for name in ("kind", "characteristics", "evidence")}
    return _form(on, given, "previous" if earlier else "findings", drafted=drafted)


@router.post("/finding/add")
def add_finding(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "findings")
    block = _block(form.text("block"))
    given = _given(form, block)
    blank = lacking(given, _NEEDED[block])
    return sent(
        lambda: findings.add(bench, caller, key, block, given),
        blank=blank,
        again=lambda refused: _form(on, given, block, refused=refused),
        then=lambda _: on.to("/findings", "added"),
    )


@router.get("/finding/edit")
def edit_page(request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word) -> Response:
    on = subject(request, bench, caller, key, "findings")
    there = findings.one(bench, caller, key, id)
    return _form(on, there.finding, there.block, there=there, version=there.version)


@router.post("/finding/edit")
def edit_finding(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "findings")
    block = _block(form.text("block"))
    given, version = _given(form, block), form.whole("version")
    there = None
    with suppress(NotThere):
        there = findings.one(bench, caller, key, id)
    if there is None:
        return _form(on, given, block, refused=taken_away(id))
    blank = lacking(given, _NEEDED[block])
    return sent(
        lambda: findings.edit(bench, caller, key, id, given, expected_version=version),
        blank=blank,
        again=lambda refused: _form(on, given, block, there=there, version=version, refused=refused),
        then=lambda _: on.to("/findings", "saved"),
    )


@router.post("/finding/remove")
def remove_finding(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "findings")
    version = form.whole("version")

    def again(refused: Refused) -> Response:
        there = findings.one(bench, caller, key, id)
        return _form(on, there.finding, there.block, there=there, version=there.version, refused=refused)

    return sent(
        lambda: findings.remove(bench, caller, key, id, expected_version=version),
        again=again,
        then=lambda _: on.to("/findings", "removed"),
    )


def _block(text: str) -> Literal["findings", "previous"]:
    return "previous" if text == "previous" else "findings"


def _given(form: Posted, block: str) -> dict[str, Any]:
    given: dict[str, Any] = {"statement": form.text("statement")}
    given |= {name: form.text(name).strip() for name in _NEEDED[block] if name != "statement"}
    given |= {name: value for name in ("source", "issued") if (value := form.maybe(name)) is not None}
    if form.text("accelerated") and block == "findings":
        given["accelerated"] = True
    found = {
        "recommendations": [
            line.strip() for line in form.text("recommendations").split("\n") if line.strip()
        ],
        "characteristics": characteristics(form),
        "evidence": form.text("evidence").replace(",", " ").split(),
    }
    return given | {name: value for name, value in found.items() if value}


def _form(
    on: Subject,
    given: dict[str, Any],
    block: str,
    *,
    there: FindingView | None = None,
    version: int | None = None,
    drafted: dict[str, Any] | None = None,
    refused: Refused | None = None,
) -> Response:
    changed = refused.changed if refused is not None else None
    pairs = sides(changed.current, given) if changed is not None and changed.current else []
    return on.page(
        "finding_form.html",
        given=given,
        block=block,
        there=there,
        version=int(changed.version) if changed is not None else version,
        drafted=drafted,
        refused=refused,
        pairs=[pair for pair in pairs if pair[0] != "id"],
        kinds=[Choice(k.id, k.title) for k in on.framework.vocabulary.findings],
        areas=[Choice(a.id, a.title) for a in on.areas],
        progress=[Choice(name, _PROGRESS_TITLES.get(name, name)) for name in PROGRESS.names],
        sources=[Choice(s.id, s.id) for s in sources.listed(on.bench, on.caller, on.key)],
    )
