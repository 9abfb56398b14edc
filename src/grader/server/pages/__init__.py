"""Pages, rendered on the server; they work without JavaScript."""

from __future__ import annotations

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

_MODULES = (
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
)

routes = [route for module in _MODULES for route in module.router.routes]
"""As they are: a router that includes another makes every route of it anew."""
for _route in routes:
    _route.include_in_schema = False
