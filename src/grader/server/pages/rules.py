"""Rule books: those of this server, and the one an inspection is graded by with its characteristics."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from grader.server import rule_books
from grader.server.pages.rendering import page
from grader.server.pages.subject import subject
from grader.server.web import Bench, SignedInCaller

router = APIRouter()

_LAYERS: Final = {
    "measure": "From a figure to an assessment",
    "status": "From evidence to the status of a characteristic",
    "finding": "From statuses to findings",
    "sufficiency": "Whether there is enough to grade",
    "grade": "From an area to its grade",
}


@router.get("/rule-books")
def list_page(request: Request, bench: Bench, caller: SignedInCaller) -> Response:
    return page(request, "rule_books.html", books=rule_books.listed(bench, caller))


@router.get("/rule-books/{framework}")
def book_page(request: Request, bench: Bench, caller: SignedInCaller, framework: str) -> Response:
    seen = rule_books.one(bench, caller, framework)
    return page(request, "rule_book.html", seen=seen, **_told(seen.book))


@router.get("/inspections/{key}/rules")
def rules_page(request: Request, bench: Bench, caller: SignedInCaller, key: str) -> Response:
    on = subject(request, bench, caller, key, "see_outline")
    return on.page("rules.html", **_told(rule_books.of_inspection(bench, caller, key)))


@router.get("/inspections/{key}/parameters")
def parameters_page(request: Request, bench: Bench, caller: SignedInCaller, key: str) -> Response:
    on = subject(request, bench, caller, key, "see_outline")
    return on.page("parameters.html", **_told(rule_books.of_inspection(bench, caller, key)))


@router.get("/inspections/{key}/characteristics")
def characteristics_page(request: Request, bench: Bench, caller: SignedInCaller, key: str) -> Response:
    on = subject(request, bench, caller, key, "see_outline")
    return on.page("characteristics.html", areas=on.areas)


def _told(book: dict[str, Any]) -> dict[str, Any]:
    """A rule book as pages show it: its rules by layer, its parameters, and the ids of its rules."""
    rules = [_said(entry) for about in book["rules"] for entry in about["entries"]]
    layers = [
        (title, [r for r in rules if r["said"].get("layer", "").partition(",")[0] == layer])
        for layer, title in _LAYERS.items()
    ]
    return {
        "book": book,
        "layers": [(title, of_layer) for title, of_layer in layers if of_layer],
        "parameters": [_said(entry) for entry in book["parameters"]["entries"]],
        "known": {rule["id"] for rule in rules},
    }


def _said(entry: dict[str, Any]) -> dict[str, Any]:
    """What is known of a rule or parameter, by name; a rule's parameters in a list."""
    said = {each["label"]: each["text"] for each in entry["said"]}
    named = [each["text"] for each in entry["said"] if each["label"] == "parameter"]
    return {"id": entry["id"], "said": said, "parameters": [text.partition(":")[0] for text in named]}
