"""The rule book an inspection is graded by, and the characteristics it speaks of."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from grader.server import searching
from grader.server.pages.subject import subject
from grader.server.web import Bench, SignedInCaller

router = APIRouter(prefix="/inspections/{key}")

_LAYERS = {
    "measure": "From a figure to an assessment",
    "status": "From evidence to the status of a characteristic",
    "finding": "From statuses to findings",
    "sufficiency": "Whether there is enough to grade",
    "grade": "From an area to its grade",
}


@router.get("/rules")
def rules_page(request: Request, bench: Bench, caller: SignedInCaller, key: str) -> Response:
    on = subject(request, bench, caller, key)
    found = searching.rule_book(bench, caller, key)
    rules = [_said(entry) for about in found["rules"] for entry in about["entries"]]
    layers = [
        (title, [r for r in rules if r["said"].get("layer", "").partition(",")[0] == layer])
        for layer, title in _LAYERS.items()
    ]
    return on.page("rules.html", book=found, layers=layers)


@router.get("/parameters")
def parameters_page(request: Request, bench: Bench, caller: SignedInCaller, key: str) -> Response:
    on = subject(request, bench, caller, key)
    found = searching.rule_book(bench, caller, key)
    parameters = [_said(entry) for entry in found["parameters"]["entries"]]
    known = {entry["id"] for about in found["rules"] for entry in about["entries"]}
    return on.page("parameters.html", book=found, parameters=parameters, known=known)


@router.get("/characteristics")
def characteristics_page(request: Request, bench: Bench, caller: SignedInCaller, key: str) -> Response:
    on = subject(request, bench, caller, key)
    return on.page("characteristics.html", areas=on.areas)


def _said(entry: dict[str, Any]) -> dict[str, Any]:
    """What is known of a rule or parameter, by name; a rule's parameters in a list."""
    said = {each["label"]: each["text"] for each in entry["said"]}
    named = [each["text"] for each in entry["said"] if each["label"] == "parameter"]
    return {"id": entry["id"], "said": said, "parameters": [text.partition(":")[0] for text in named]}
