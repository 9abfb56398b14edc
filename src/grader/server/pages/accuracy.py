"""Factual accuracy, for the team: a draft released, the body invited, its challenges answered."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from grader.server import challenges, drafts, evidence, findings, invitations
from grader.server.pages.refused import Refused, Wrong, refused_for, sent, sides, tried
from grader.server.pages.subject import Choice, Subject, subject
from grader.server.refusals import NotThere
from grader.server.shapes import FindingView, InvitationView, ItemView
from grader.server.web import Bench, PageForm, PageNumber, SignedInCaller, whole_number

router = APIRouter(prefix="/inspections/{key}")

Word = Annotated[str, Query(max_length=200)]
_ANSWERS = (
    Choice("accepted", "Accepted", "It is as the body says; the evidence was changed."),
    Choice("partly_accepted", "Partly accepted", "Some of it is; what is, was changed."),
    Choice("not_accepted", "Not accepted", "The evidence stands."),
)


@router.get("/accuracy")
def overview_page(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, page_number: PageNumber
) -> Response:
    return _overview(subject(request, bench, caller, key, "see_challenges"), number=page_number)


def _overview(
    on: Subject,
    refused: Refused | None = None,
    typed: dict[str, str] | None = None,
    invited: InvitationView | None = None,
    number: int = 1,
) -> Response:
    draft = None
    if on.inspection.released is not None:
        found = tried(lambda: drafts.draft(on.bench, on.caller, on.key))
        draft = None if isinstance(found, Refused) else found
    may_withdraw = "withdraw" in on.inspection.may
    return on.page(
        "accuracy.html",
        draft=draft,
        invitations=invitations.invitations(on.bench, on.caller, on.key) if may_withdraw else [],
        challenges=challenges.listed(on.bench, on.caller, on.key, page=number),
        refused=refused,
        typed=typed or {},
        invited=invited,
        now=on.bench.now(),
    )


@router.post("/accuracy/release")
def release(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "release")
    revision = form.whole("revision")
    return sent(
        lambda: drafts.release(bench, caller, key, expected_revision=revision),
        again=lambda refused: _overview(on, refused),
        then=lambda _: on.to("/accuracy", "released"),
    )


@router.post("/accuracy/withdraw")
def withdraw(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "withdraw")
    number, version = form.whole("number"), form.whole("version")
    return sent(
        lambda: drafts.withdraw(bench, caller, key, number, expected_version=version),
        again=lambda refused: _overview(on, refused),
        then=lambda _: on.to("/accuracy", "withdrawn"),
    )


@router.post("/accuracy/invite")
def invite(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    """The link is on the page that answers, and nowhere after."""
    on = subject(request, bench, caller, key, "release")
    typed = {name: form.text(name) for name in ("email", "name", "days")}
    days = whole_number(typed["days"])
    if typed["days"].strip() and days is None:
        wrong = Wrong("This is no number of days", "days", "write a whole number, such as 21")
        return _overview(on, refused_for([wrong]), typed)
    return sent(
        lambda: invitations.invite(bench, caller, key, typed["email"], typed["name"], days=days),
        again=lambda refused: _overview(on, refused, typed),
        then=lambda done: _overview(on, invited=done),
    )


@router.post("/accuracy/uninvite")
def uninvite(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "withdraw")
    number, version = form.whole("number"), form.whole("version")
    return sent(
        lambda: invitations.uninvite(bench, caller, key, number, expected_version=version),
        again=lambda refused: _overview(on, refused),
        then=lambda _: on.to("/accuracy", "withdrawn"),
    )


# Answering ------------------------------------------------------------------------------------------------


@router.get("/challenge")
def challenge_page(request: Request, bench: Bench, caller: SignedInCaller, key: str, number: int) -> Response:
    return _challenge(subject(request, bench, caller, key, "see_challenges"), number)


@router.post("/challenge")
def answer(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, number: int, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "answer")
    outcome, reason, version = form.text("outcome"), form.text("reason"), form.whole("version")
    return sent(
        lambda: challenges.answer(bench, caller, key, number, outcome, reason, expected_version=version),
        again=lambda refused: _challenge(on, number, {"outcome": outcome, "reason": reason}, refused),
        then=lambda _: on.to("/challenge", "answered", number=str(number)),
    )


@router.post("/challenge/unanswer")
def unanswer(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, number: int, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "answer")
    version = form.whole("version")
    return sent(
        lambda: challenges.unanswer(bench, caller, key, number, expected_version=version),
        again=lambda refused: _challenge(on, number, refused=refused),
        then=lambda _: on.to("/challenge", "unanswered", number=str(number)),
    )


def _challenge(
    on: Subject, number: int, typed: dict[str, str] | None = None, refused: Refused | None = None
) -> Response:
    seen = challenges.one(on.bench, on.caller, on.key, number)
    item, finding = _target(on, seen.target)
    changed = refused.changed if refused is not None else None
    return on.page(
        "challenge.html",
        seen=seen,
        item=item,
        finding=finding,
        typed=typed if typed is not None else {"outcome": seen.outcome or "", "reason": seen.reason or ""},
        refused=refused,
        pairs=sides(changed.current, typed or {}) if changed is not None else [],
        answers=_ANSWERS,
        names={a.id: a.title for a in on.areas},
        texts=on.texts,
    )


def _target(on: Subject, name: str) -> tuple[ItemView | None, FindingView | None]:
    """The challenged item or finding as it stands; neither if it was taken away."""
    with suppress(NotThere):
        return evidence.one(on.bench, on.caller, on.key, name), None
    with suppress(NotThere):
        return None, findings.one(on.bench, on.caller, on.key, name)
    return None, None
