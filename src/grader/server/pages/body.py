"""What the body inspected sees: the draft released to it, and its own challenges."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from grader.server import challenges, drafts, inspections
from grader.server.bench import Workbench
from grader.server.callers import Caller
from grader.server.pages.refused import Refused, sent
from grader.server.pages.rendering import page
from grader.server.refusals import NotAllowed, NotThere
from grader.server.web import Bench, PageForm, PageNumber, SignedInCaller

router = APIRouter()

Word = Annotated[str, Query(max_length=200)]


@router.get("/inspections/{key}/draft")
def draft_page(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, page_number: PageNumber
) -> Response:
    draft = drafts.draft(bench, caller, key)
    return page(
        request,
        "draft.html",
        draft=draft,
        key=key,
        challenges=challenges.listed(bench, caller, key, page=page_number),
        may_challenge=_is_body(bench, caller, key),
    )


def _is_body(bench: Workbench, caller: Caller, key: str) -> bool:
    """Whether the caller may challenge: the team sees the same page, and may not."""
    try:
        inspections.one(bench, caller, key)
    except NotAllowed:
        return True
    return False


def _check_body(bench: Workbench, caller: Caller, key: str) -> None:
    if not _is_body(bench, caller, key):
        raise NotAllowed("the body inspected alone challenges a draft", help="change the evidence instead")


@router.get("/inspections/{key}/draft/challenge")
def challenge_page(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, target: Word
) -> Response:
    return _form(request, bench, caller, key, target, {})


@router.post("/inspections/{key}/draft/challenge")
def challenge(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, target: Word, form: PageForm
) -> Response:
    typed = {"statement": form.text("statement"), "source": form.text("source")}
    _check_body(bench, caller, key)
    return sent(
        lambda: challenges.challenge(bench, caller, key, target, typed["statement"], typed["source"]),
        again=lambda refused: _form(request, bench, caller, key, target, typed, refused),
        then=lambda _: RedirectResponse(f"/inspections/{key}/draft?done=challenged", 303),
    )


def _form(
    request: Request,
    bench: Workbench,
    caller: Caller,
    key: str,
    target: str,
    typed: dict[str, str],
    refused: Refused | None = None,
) -> Response:
    draft = drafts.draft(bench, caller, key)
    _check_body(bench, caller, key)
    blocks = (draft.inspection.get(block, []) for block in ("evidence", "findings", "previous"))
    found = next((each for block in blocks for each in block if each["id"] == target), None)
    if found is None:
        raise NotThere("the draft has no such item or finding")
    return page(
        request,
        "draft_challenge.html",
        draft=draft,
        key=key,
        target=target,
        challenged=found,
        typed=typed,
        refused=refused,
    )
