"""The API, version 1: what people do on pages, for other programs."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from grader.server.api import (
    accuracy,
    evidence,
    grades,
    inspections,
    keeping,
    moderation,
    people,
    sources,
)
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

router = APIRouter(prefix="/api/v1", responses=_REFUSED)
for module in (inspections, evidence, sources, grades, moderation, accuracy, keeping, people):
    router.include_router(module.router)
