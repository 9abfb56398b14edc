"""The list of inspections, and one inspection's areas."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from grader.server import decisions, inspections
from grader.server.pages.rendering import page, style_sheet
from grader.server.pages.subject import subject
from grader.server.web import Bench, MaybeCaller, PageNumber, SignedInCaller

router = APIRouter()


@router.get("/style.css")
def style() -> Response:
    return Response(style_sheet(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@router.get("/api/docs")
def api_docs(request: Request, caller: MaybeCaller) -> Response:
    request.state.caller = caller
    return page(request, "api_docs.html")


@router.get("/")
def list_page(
    request: Request, bench: Bench, caller: SignedInCaller, page_number: PageNumber, words: str = ""
) -> Response:
    found = inspections.listed(bench, caller, words=words[:200], page=page_number)
    return page(request, "inspections.html", found=found, words=words[:200])


@router.get("/inspections/{key}")
def areas_page(request: Request, bench: Bench, caller: SignedInCaller, key: str) -> Response:
    on = subject(request, bench, caller, key)
    proposal = None if on.inspection.other_rules else decisions.proposal(bench, caller, key)
    return on.page("areas.html", proposal=proposal)
