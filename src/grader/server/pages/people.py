"""The people of an inspection and their parts."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from grader.server import members
from grader.server.pages.refused import Refused, sent
from grader.server.pages.subject import Choice, Subject, subject
from grader.server.web import Bench, PageForm, SignedInCaller

router = APIRouter(prefix="/inspections/{key}")

_ROLES = (
    Choice("reader", "Reader", "sees everything, and changes nothing"),
    Choice("inspector", "Inspector", "gathers and tags evidence"),
    Choice("reviewer", "Reviewer", "moderates and decides"),
    Choice("owner", "Owner", "does all of it, and says who has a part"),
    Choice("body", "Body inspected", "sees the draft released to it, and may challenge it"),
)


@router.get("/people")
def people_page(request: Request, bench: Bench, caller: SignedInCaller, key: str) -> Response:
    return _people(subject(request, bench, caller, key, "see_outline"))


def _people(on: Subject, refused: Refused | None = None, typed: dict[str, str] | None = None) -> Response:
    return on.page(
        "people.html",
        people=members.listed(on.bench, on.caller, on.key),
        roles=_ROLES,
        role_names={role.value: role.title for role in _ROLES},
        refused=refused,
        typed=typed or {},
    )


@router.post("/people/add")
def add(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "members")
    typed = {name: form.text(name) for name in ("email", "role", "blind")}
    return sent(
        lambda: members.add(bench, caller, key, typed["email"], typed["role"], blind=bool(typed["blind"])),
        again=lambda refused: _people(on, refused, typed),
        then=lambda _: on.to("/people", "added"),
    )


@router.post("/people/change")
def change(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "members")
    account, version, role = form.whole("account"), form.whole("version"), form.text("part")
    remove = form.text("action") == "remove"

    def act() -> object:
        if remove:
            members.remove(bench, caller, key, account, expected_version=version)
            return None
        return members.change(bench, caller, key, account, role, expected_version=version)

    def then(_: object) -> Response:
        if remove and account == caller.account_id:
            return RedirectResponse("/", 303)
        return on.to("/people", "removed_member" if remove else "saved")

    return sent(act, again=lambda refused: _people(on, refused), then=then)
