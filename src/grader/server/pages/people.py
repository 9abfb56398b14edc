"""The people of an inspection and their parts."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from grader.server import members
from grader.server.pages.refused import Refused, tried
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
    return _people(subject(request, bench, caller, key))


def _people(on: Subject, refused: Refused | None = None, typed: dict[str, str] | None = None) -> Response:
    return on.page(
        "people.html",
        refused.status if refused is not None else 200,
        people=members.listed(on.bench, on.caller, on.key),
        roles=_ROLES,
        role_names={role.value: role.title for role in _ROLES},
        refused=refused,
        typed=typed or {},
    )


@router.post("/people/add")
def add(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "members")
    email, role = form.text("email"), form.text("role")
    done = tried(lambda: members.add(bench, caller, key, email, role))
    if isinstance(done, Refused):
        return _people(on, done, {"email": email, "role": role})
    return on.to("/people", "added")


@router.post("/people/change")
def change(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "members")
    account, version, role = form.whole("account"), form.whole("version"), form.text("part")
    if form.text("action") == "remove":
        done: object = tried(lambda: members.remove(bench, caller, key, account, expected_version=version))
        said = "removed_member"
    else:
        done = tried(lambda: members.change(bench, caller, key, account, role, expected_version=version))
        said = "saved"
    if isinstance(done, Refused):
        return _people(on, done)
    if account == caller.account_id and said == "removed_member":
        return RedirectResponse("/", 303)
    return on.to("/people", said)
