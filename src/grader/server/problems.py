"""Errors as application/problem+json, with the codes and places that files have; or as a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from grader.errors import GraderError, InputError, InternalError, Place, Problem
from grader.server.jobs import problem_data
from grader.server.refusals import Changed, NotSignedIn, Refusal, TagsHidden, TooMany

MEDIA_TYPE = "application/problem+json"


class ProblemPlace(BaseModel):
    """One thing that is wrong, as `grader validate` says it."""

    message: str
    code: str
    file: str | None = None
    """The file it is in; of a request the field."""
    line: int = 0
    column: int = 0
    help: str | None = None


class ProblemDetails(BaseModel):
    """An error (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    help: str | None = None
    problems: list[ProblemPlace] = []
    version: str | None = None
    """Of a change that came too late: the version there is now."""
    current: dict[str, Any] | None = None
    """And what there is now; null where it is gone."""
    by: str | None = None
    at: str | None = None


def details_of(error: Exception) -> tuple[ProblemDetails, dict[str, str]]:
    """What is said of an error, and the headers that go with it."""
    headers: dict[str, str] = {}
    if isinstance(error, Changed):
        headers["ETag"] = etag(error.version)
        more = {"version": error.version, "current": error.current, "by": error.by, "at": error.at}
        return _details(error.message, error.status, error.code, error.help, **more), headers
    if isinstance(error, Refusal):
        if isinstance(error, NotSignedIn):
            headers["WWW-Authenticate"] = "Bearer"
        if isinstance(error, TooMany):
            headers["Retry-After"] = str(error.after)
        return _details(error.message, error.status, error.code, error.help), headers
    if isinstance(error, InputError):
        problems = [ProblemPlace.model_validate(problem_data(p)) for p in error.problems]
        title = error.problems[0].message if len(problems) == 1 else f"{len(problems)} things are wrong"
        return _details(title, 422, "input", error.help, problems=problems), headers
    if isinstance(error, GraderError) and not isinstance(error, InternalError) and error.exit_code == 2:
        return _details(error.message, 422, "input", error.help), headers
    if isinstance(error, HTTPException):
        title, code = _SAID.get(error.status_code, (str(error.detail).lower(), "http"))
        return _details(title, error.status_code, code, None), dict(error.headers or {})
    return _details("something went wrong here", 500, "internal", "tell whoever runs this server"), headers


_SAID = {
    400: ("this request cannot be read", "bad_request"),
    404: ("there is no such page", "not_found"),
    405: ("this cannot be done here", "method_not_allowed"),
    413: ("this is longer than a request may be", "too_large"),
}


def _details(title: str, status: int, code: str, help: str | None, **more: Any) -> ProblemDetails:
    return ProblemDetails(title=title, status=status, code=code, help=help, **more)


def etag(version: object) -> str:
    """A version as an ETag."""
    return f'"{version}"'


def is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def of_validation(errors: Sequence[Any]) -> InputError:
    """What FastAPI found wrong with a request, in the form that all faults have."""
    found = []
    for fault in errors:
        where = ".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0])
        said = str(fault["msg"])
        found.append(Problem(said[:1].lower() + said[1:], Place(where[:200])))
    return InputError(found)


def add_handlers(app: FastAPI) -> None:
    """Answer every error in one form."""

    async def answer(request: Request, error: Exception) -> Response:
        if isinstance(error, RequestValidationError):
            error = of_validation(error.errors())
        details, headers = details_of(error)
        if details.status >= 500 and not isinstance(error, Refusal):
            raise error
        if is_api(request):
            return JSONResponse(details.model_dump(mode="json"), details.status, headers, MEDIA_TYPE)
        return _page(request, error, details, headers)

    for kind in (Refusal, GraderError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, answer)


def _page(request: Request, error: Exception, details: ProblemDetails, headers: dict[str, str]) -> Response:
    from grader.server.pages.rendering import error_page
    from grader.server.web import sign_in_address

    if (
        isinstance(error, NotSignedIn)
        and request.method == "GET"
        and not request.url.path.startswith("/sign-in")
    ):
        return RedirectResponse(sign_in_address(request), 303)
    if isinstance(error, TagsHidden) and request.method == "GET":
        return RedirectResponse(f"/inspections/{request.path_params['key']}/tagging?done=hidden", 303)
    return error_page(request, details, headers)
