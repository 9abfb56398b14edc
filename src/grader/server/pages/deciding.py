"""Deciding beside what is proposed, taking an act back, confirming; the log."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from grader.server import decisions
from grader.server.pages.areas import grades
from grader.server.pages.refused import Refused, sent, sides
from grader.server.pages.subject import Subject, subject
from grader.server.web import Bench, PageForm, SignedInCaller

router = APIRouter(prefix="/inspections/{key}")

Word = Annotated[str, Query(max_length=200)]


@router.get("/decisions")
def list_page(request: Request, bench: Bench, caller: SignedInCaller, key: str) -> Response:
    on = subject(request, bench, caller, key)
    found = decisions.decisions(bench, caller, key)
    return on.page("decisions.html", found=found, names={a.id: a.title for a in on.areas})


@router.get("/decide")
def decide_page(request: Request, bench: Bench, caller: SignedInCaller, key: str, area: Word) -> Response:
    return _form(subject(request, bench, caller, key, "decide"), area)


@router.post("/decide")
def decide(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, area: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "decide")
    typed = {
        "grade": form.text("grade"),
        "rationale": form.text("rationale"),
        "present": form.text("present"),
        "considered": form.text("considered"),
        "on": form.text("on"),
    }
    return sent(
        lambda: decisions.decide(
            bench,
            caller,
            key,
            area,
            typed["grade"],
            expected_version=form.text("version"),
            rationale=form.maybe("rationale"),
            present=_lines(typed["present"]),
            considered=_lines(typed["considered"]),
            on=form.maybe("on"),
        ),
        {"--rationale": "rationale", "--grade": "grade", "--on": "on"},
        again=lambda refused: _form(on, area, typed, refused),
        then=lambda _: on.to("/area", "decided", id=area),
    )


@router.post("/decide/undo")
def undo(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, area: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "decide")
    return sent(
        lambda: decisions.undo(
            bench, caller, key, area, expected_version=form.text("version"), rationale=form.maybe("why")
        ),
        again=lambda refused: _form(on, area, {"why": form.text("why")}, refused),
        then=lambda _: on.to("/area", "undone", id=area),
    )


@router.post("/decide/confirm")
def confirm(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, area: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "decide")
    return sent(
        lambda: decisions.confirm(
            bench, caller, key, area, expected_version=form.text("version"), rationale=form.maybe("stands")
        ),
        again=lambda refused: _form(on, area, {"stands": form.text("stands")}, refused),
        then=lambda _: on.to("/area", "confirmed", id=area),
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _form(
    on: Subject, area: str, typed: dict[str, str] | None = None, refused: Refused | None = None
) -> Response:
    seen = decisions.area(on.bench, on.caller, on.key, area)
    changed = refused.changed if refused is not None else None
    now: dict[str, Any] = seen.decision or {}
    yours = typed or {}
    pairs = []
    if changed is not None:
        pairs = sides(
            {"grade": now.get("grade"), "rationale": now.get("rationale")},
            {"grade": yours.get("grade"), "rationale": yours.get("rationale")},
        )
    acts = [a for a in decisions.decisions(on.bench, on.caller, on.key).acts if a.get("area") == area]
    return on.page(
        "decide.html",
        seen=seen,
        said=decisions.explain(on.bench, on.caller, on.key, area),
        typed=yours,
        refused=refused,
        pairs=pairs,
        grades=grades(on),
        acts=acts[::-1],
        texts=on.texts,
    )
