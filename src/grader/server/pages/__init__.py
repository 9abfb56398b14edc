"""Pages, rendered on the server; they work without JavaScript."""

from __future__ import annotations

from fastapi import APIRouter

from grader.server.pages import (
    accuracy,
    areas,
    body,
    deciding,
    evidence,
    files,
    findings,
    inspections,
    moderating,
    people,
    rules,
    signing_in,
    site,
    sources,
    starting,
    tagging,
    workbook,
    you,
)

router = APIRouter()
for module in (
    signing_in,
    inspections,
    starting,
    areas,
    evidence,
    workbook,
    sources,
    findings,
    tagging,
    moderating,
    deciding,
    accuracy,
    body,
    rules,
    files,
    people,
    you,
    site,
):
    router.include_router(module.router)
