"""The API, version 1: what people do on pages, for other programs."""

from __future__ import annotations

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

_MODULES = (inspections, evidence, sources, grades, moderation, accuracy, keeping, people)

routes = [route for module in _MODULES for route in module.router.routes]
"""As they are: a router that includes another makes every route of it anew."""
