"""How the API's routes are made: what each may answer, and addresses in which a name may hold a slash."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.routing import Match
from starlette.types import Scope

from grader.server.problems import MEDIA_TYPE, ProblemDetails

_REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemDetails, "description": said, "content": {MEDIA_TYPE: {}}}
    for status, said in {
        400: "The request cannot be read.",
        401: "Nobody is signed in, or the token is not good.",
        403: "Your part in the inspection, or your token, does not allow this.",
        404: "There is no such thing, or none that you have a part in.",
        409: "Not as things stand: a name is taken, the inspection is closed.",
        412: "It was changed since you read it; `current` is what it is now.",
        413: "The request is longer than it may be.",
        422: "What was sent has faults; `problems` names each.",
        428: "The change does not say which version it was made on: send If-Match.",
        429: "Too many attempts.",
        503: "The server is busy; nothing was changed.",
    }.items()
}

#: Said in the description; what is sent is checked by `web.api_caller`.
_WAYS_IN = [
    Depends(HTTPBearer(scheme_name="token", description="A token made under Tokens.", auto_error=False)),
    Depends(
        APIKeyCookie(
            name="grader",
            scheme_name="session",
            description="The cookie of a browser; a change then sends X-CSRF-Token as well (see /me).",
            auto_error=False,
        )
    ),
]


class NamedRoute(APIRoute):
    """A route whose address is cut at its slashes before it is decoded: `A%2F1` is the item `A/1`.

    `scope["path"]` comes decoded, and there such a slash is as any other.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        encoded: bytes = scope.get("raw_path") or b""
        if b"%" not in encoded:
            return super().matches(scope)
        match, child = super().matches({**scope, "path": _canonical(encoded)})
        names: dict[str, Any] = child.get("path_params", {})
        decoded = {name: unquote(v) if isinstance(v, str) else v for name, v in names.items()}
        return match, {**child, "path_params": decoded} if names else child


def _canonical(encoded: bytes) -> str:
    """An address in which only what has to be is encoded, so that it fits the form of its route."""
    return "/".join(quote(unquote(part), safe="") for part in encoded.decode("latin-1").split("/"))


def api_router(tag: str, prefix: str = "") -> APIRouter:
    """A router of the API, version 1; every route of it says how it may be refused."""
    return APIRouter(
        prefix=f"/api/v1{prefix}",
        tags=[tag],
        responses=_REFUSED,
        dependencies=_WAYS_IN,
        route_class=NamedRoute,
    )
