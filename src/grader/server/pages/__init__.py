"""Pages, rendered on the server; they work without JavaScript."""

from __future__ import annotations

from fastapi import APIRouter

from grader.server.pages import inspections, signing_in

router = APIRouter()
for module in (signing_in, inspections):
    router.include_router(module.router)
