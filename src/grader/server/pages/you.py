"""The person signed in: their password, their tokens, signing out everywhere."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from grader.server import accounts, inspections, tokens
from grader.server.bench import Workbench
from grader.server.callers import Caller
from grader.server.pages.refused import Refused, Wrong, refused_for, sent
from grader.server.pages.rendering import page
from grader.server.pages.subject import Choice
from grader.server.refusals import NotAllowed
from grader.server.roles import SCOPES
from grader.server.shapes import TokenView
from grader.server.web import Bench, PageForm, SignedInCaller, address_of, whole_number

router = APIRouter()


@router.get("/you")
def you_page(request: Request, bench: Bench, caller: SignedInCaller) -> Response:
    return _you(request, bench, caller)


@router.post("/you/password")
def change_password(request: Request, bench: Bench, caller: SignedInCaller, form: PageForm) -> Response:
    new = form.text("new")
    if new != form.text("again"):
        return _you(request, bench, caller, refused_for([Wrong("The two are not the same", "again")]))
    address = address_of(request)
    return sent(
        lambda: accounts.change_own_password(bench, caller, form.text("old"), new, address=address),
        {"password": "new"},
        again=lambda refused: _you(request, bench, caller, refused),
        then=lambda _: RedirectResponse("/you?done=password", 303),
    )


@router.post("/you/token")
def make_token(request: Request, bench: Bench, caller: SignedInCaller, form: PageForm) -> Response:
    """The token is on the page that answers, and nowhere after."""
    typed = {name: form.text(name) for name in ("name", "days", "inspection")}
    return sent(
        lambda: tokens.make(
            bench,
            caller,
            form.text("name"),
            form.many("scopes"),
            inspection=form.maybe("inspection"),
            days=whole_number(form.text("days")) or 0,  # which is refused in words
        ),
        again=lambda refused: _you(request, bench, caller, refused, typed=typed, scopes=form.many("scopes")),
        then=lambda made: _you(request, bench, caller, made=made),
    )


@router.post("/you/token/withdraw")
def withdraw_token(bench: Bench, caller: SignedInCaller, form: PageForm) -> Response:
    tokens.withdraw(bench, caller, form.whole("number"))
    return RedirectResponse("/you?done=withdrawn", 303)


def _you(
    request: Request,
    bench: Workbench,
    caller: Caller,
    refused: Refused | None = None,
    *,
    typed: dict[str, str] | None = None,
    scopes: list[str] | None = None,
    made: TokenView | None = None,
) -> Response:
    if caller.kind != "account":
        raise NotAllowed("this page is for people with an account", help="sign in")
    mine = inspections.listed(bench, caller, per_page=200)
    return page(
        request,
        "you.html",
        refused=refused,
        tokens=tokens.listed(bench, caller),
        scopes=SCOPES,
        chosen=scopes if scopes is not None else ["read"],
        typed=typed or {"days": "90"},
        made=made,
        mine=[Choice(i.key, f"{i.body} ({i.id})") for i in mine.items],
        shortest=bench.settings.passwords.shortest,
    )
