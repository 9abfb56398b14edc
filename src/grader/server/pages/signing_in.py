"""Signing in and out."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from grader.server import accounts, invitations, sessions
from grader.server.pages.rendering import page
from grader.server.refusals import NotSignedIn
from grader.server.settings import Settings
from grader.server.web import (
    AnyForm,
    Bench,
    MaybeCaller,
    PageForm,
    SignedInCaller,
    address_of,
    bench_of,
    cookie_name,
    safe_next,
)

router = APIRouter()


@router.get("/sign-in")
def sign_in_page(request: Request, caller: MaybeCaller, next: str = "/") -> Response:
    if caller is not None:
        return RedirectResponse(safe_next(next), 303)
    return _page(request, next=next)


@router.post("/sign-in")
def sign_in(request: Request, bench: Bench, form: AnyForm) -> Response:
    email, after = form.text("email"), form.text("next")
    try:
        started = accounts.sign_in(bench, email, form.text("password"), address=address_of(request))
    except NotSignedIn as refusal:
        return _page(request, 401, next=after, email=email[:254], said=refusal)
    answer = RedirectResponse(safe_next(after), 303)
    set_cookie(answer, bench.settings, started)
    return answer


@router.get("/sign-in/link/{secret}")
def link_page(request: Request, secret: str) -> Response:
    """A page with a button, so that a mail scanner's look does not use the link up."""
    return page(request, "sign_in_link.html", secret=secret[:100])


@router.post("/sign-in/link")
def sign_in_by_link(request: Request, bench: Bench, form: AnyForm) -> Response:
    started = accounts.sign_in_by_link(bench, form.text("secret"), address=address_of(request))
    answer = RedirectResponse("/", 303)
    set_cookie(answer, bench.settings, started)
    return answer


@router.post("/sign-out")
def sign_out(bench: Bench, caller: SignedInCaller, form: PageForm) -> Response:
    if form.text("everywhere"):
        sessions.end_all(bench, caller)
    else:
        sessions.end(bench, caller)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(cookie_name(bench.settings), path="/", secure=bench.settings.secure, httponly=True)
    return answer


def set_cookie(answer: Response, settings: Settings, started: sessions.Started) -> None:
    """The cookie of a session: to this site alone, and no script reads it."""
    answer.set_cookie(
        cookie_name(settings),
        started.token,
        max_age=started.lasts,
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )


def _page(
    request: Request, status: int = 200, *, next: str, email: str = "", said: NotSignedIn | None = None
) -> Response:
    settings = bench_of(request).settings
    return page(
        request,
        "sign_in.html",
        status,
        next=safe_next(next),
        email=email,
        said=said,
        single_sign_on=settings.single_sign_on.name if settings.single_sign_on else None,
    )


_ANSWERED = "grader-sign-on"


@router.get("/sign-in/with")
def sign_in_with(request: Request, bench: Bench, next: str = "/") -> Response:
    """Off to the provider of single sign-on."""
    from grader.server import single_sign_on  # which takes a while to import, and few servers have one

    url, state = single_sign_on.begin(bench, safe_next(next), address=address_of(request))
    answer = RedirectResponse(url, 303)
    answer.set_cookie(
        _ANSWERED,
        state,
        max_age=600,
        path="/sign-in",
        secure=bench.settings.secure,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get("/sign-in/answer")
def sign_in_answer(request: Request, bench: Bench) -> Response:
    """Back from the provider."""
    from grader.server import single_sign_on

    said = {name: value for name, value in request.query_params.items() if name in ("state", "code", "error")}
    cookie = request.cookies.get(_ANSWERED, "")
    started, after = single_sign_on.complete(bench, said, cookie, address=address_of(request))
    answer = RedirectResponse(safe_next(after), 303)
    answer.delete_cookie(_ANSWERED, path="/sign-in", secure=bench.settings.secure, httponly=True)
    set_cookie(answer, bench.settings, started)
    return answer


@router.get("/invitation/{secret}")
def invitation_page(request: Request, secret: str) -> Response:
    """A page with a button, as for sign-in links."""
    return page(request, "invitation.html", secret=secret[:100])


@router.post("/invitation")
def accept_invitation(request: Request, bench: Bench, form: AnyForm) -> Response:
    started, key = invitations.accept(bench, form.text("secret"), address=address_of(request))
    answer = RedirectResponse(f"/inspections/{key}/draft", 303)
    set_cookie(answer, bench.settings, started)
    return answer
