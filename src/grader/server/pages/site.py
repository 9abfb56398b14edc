"""The site: people with an account, and the audit log; for its admins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from grader.server import accounts, site_log
from grader.server.bench import Workbench
from grader.server.callers import Caller
from grader.server.files_out import file_answer
from grader.server.pages.refused import Refused, sent, sides
from grader.server.pages.rendering import page
from grader.server.web import Bench, PageForm, PageNumber, SignedInCaller

router = APIRouter()


@router.get("/accounts")
def accounts_page(
    request: Request, bench: Bench, caller: SignedInCaller, page_number: PageNumber
) -> Response:
    return page(request, "accounts.html", found=accounts.listed(bench, caller, page=page_number))


@router.get("/accounts/add")
def add_page(request: Request, caller: SignedInCaller) -> Response:
    accounts.check_admin(caller)
    return page(request, "account.html", account=None, typed={})


@router.post("/accounts/add")
def add(request: Request, bench: Bench, caller: SignedInCaller, form: PageForm) -> Response:
    typed = {"email": form.text("email"), "name": form.text("name"), "admin": form.text("admin")}
    return sent(
        lambda: accounts.add(
            bench,
            caller,
            typed["email"],
            typed["name"],
            password=form.text("password") or None,
            admin=bool(typed["admin"]),
        ),
        again=lambda refused: page(request, "account.html", account=None, typed=typed, refused=refused),
        then=lambda done: RedirectResponse(f"/accounts/{done.number}?done=added", 303),
    )


@router.get("/accounts/{number}")
def account_page(request: Request, bench: Bench, caller: SignedInCaller, number: int) -> Response:
    return _account(request, bench, caller, number)


@router.post("/accounts/{number}")
def change(request: Request, bench: Bench, caller: SignedInCaller, number: int, form: PageForm) -> Response:
    version = form.whole("version")
    typed = {"name": form.text("name"), "admin": form.text("admin"), "disabled": form.text("disabled")}
    return sent(
        lambda: accounts.change(
            bench,
            caller,
            number,
            expected_version=version,
            name=typed["name"],
            admin=bool(typed["admin"]),
            disabled=bool(typed["disabled"]),
            password=form.text("password") or None,
        ),
        again=lambda refused: _account(request, bench, caller, number, typed, refused),
        then=lambda _: RedirectResponse(f"/accounts/{number}?done=saved", 303),
    )


@router.post("/accounts/{number}/link")
def sign_in_link(
    request: Request, bench: Bench, caller: SignedInCaller, number: int, form: PageForm
) -> Response:
    """A link to sign in by once, shown on the answering page alone."""
    accounts.check_admin(caller)
    return _account(request, bench, caller, number, link=accounts.sign_in_link(bench, number, caller=caller))


def _account(
    request: Request,
    bench: Workbench,
    caller: Caller,
    number: int,
    typed: dict[str, str] | None = None,
    refused: Refused | None = None,
    link: str = "",
) -> Response:
    account = accounts.one(bench, caller, number)
    now = {
        "name": account.name,
        "admin": "yes" if account.admin else "",
        "disabled": "yes" if account.disabled else "",
    }
    changed = refused.changed if refused is not None else None
    return page(
        request,
        "account.html",
        account=account,
        typed=typed or now,
        refused=refused,
        pairs=sides(now, typed or {}) if changed is not None else [],
        link=link,
    )


@router.get("/audit")
def audit_page(
    request: Request,
    bench: Bench,
    caller: SignedInCaller,
    page_number: PageNumber,
    words: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    return page(
        request,
        "audit.html",
        found=site_log.listed(bench, caller, words=words, page=page_number),
        words=words,
    )


@router.get("/audit/export")
def audit_export(bench: Bench, caller: SignedInCaller) -> Response:
    return file_answer(site_log.exported(bench, caller), "audit", "jsonl")
