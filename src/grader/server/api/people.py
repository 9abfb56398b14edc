"""Who one is, tokens, and accounts for a site admin."""

from __future__ import annotations

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from grader.server import accounts, tokens
from grader.server.api.making import api_router
from grader.server.shapes import AccountView, Page, TokenView
from grader.server.web import ApiCaller, Bench, IfMatchNumber, PageNumber, PerPage, tag_answer

router = api_router("people")


class Me(BaseModel):
    name: str
    email: str
    admin: bool
    kind: str
    scopes: list[str] | None
    csrf: str | None
    """What a browser's session sends as X-CSRF-Token with a change; null with a token."""


class NewToken(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=200)
    scopes: list[str] = Field(min_length=1, max_length=10)
    inspection: str | None = None
    days: int | None = Field(90, ge=1, le=3650)


class NewAccount(BaseModel):
    model_config = ConfigDict(extra="forbid")
    email: str
    name: str
    password: str | None = None
    admin: bool = False


class AccountChange(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str | None = None
    admin: bool | None = None
    disabled: bool | None = None
    password: str | None = None


@router.get("/me")
def me(caller: ApiCaller) -> Me:
    """Who asks."""
    return Me(
        name=caller.name,
        email=caller.email,
        admin=caller.admin,
        kind=caller.kind,
        scopes=sorted(caller.scopes) if caller.scopes is not None else None,
        csrf=caller.csrf or None,
    )


@router.get("/tokens")
def list_tokens(bench: Bench, caller: ApiCaller) -> list[TokenView]:
    """Your tokens, without their secrets."""
    return tokens.listed(bench, caller)


@router.post("/tokens", status_code=201)
def make_token(bench: Bench, caller: ApiCaller, new: NewToken) -> TokenView:
    """Make a token; its secret is in this answer alone."""
    return tokens.make(bench, caller, new.name, new.scopes, inspection=new.inspection, days=new.days)


@router.delete("/tokens/{number}", status_code=204)
def withdraw_token(bench: Bench, caller: ApiCaller, number: int) -> None:
    """Withdraw a token."""
    tokens.withdraw(bench, caller, number)


@router.get("/accounts")
def list_accounts(bench: Bench, caller: ApiCaller, page: PageNumber, per_page: PerPage) -> Page[AccountView]:
    """Everybody with an account; site admins alone."""
    return accounts.listed(bench, caller, page=page, per_page=per_page)


@router.post("/accounts", status_code=201)
def add_account(bench: Bench, caller: ApiCaller, new: NewAccount, response: Response) -> AccountView:
    """Add an account; site admins alone."""
    made = accounts.add(bench, caller, new.email, new.name, password=new.password, admin=new.admin)
    tag_answer(response, made.version)
    return made


@router.get("/accounts/{number}")
def one_account(bench: Bench, caller: ApiCaller, number: int, response: Response) -> AccountView:
    """One account; site admins alone."""
    found = accounts.one(bench, caller, number)
    tag_answer(response, found.version)
    return found


@router.patch("/accounts/{number}")
def change_account(
    bench: Bench,
    caller: ApiCaller,
    number: int,
    change: AccountChange,
    version: IfMatchNumber,
    response: Response,
) -> AccountView:
    """Change an account; site admins alone."""
    changed = accounts.change(
        bench,
        caller,
        number,
        expected_version=version,
        name=change.name,
        admin=change.admin,
        disabled=change.disabled,
        password=change.password,
    )
    tag_answer(response, changed.version)
    return changed
