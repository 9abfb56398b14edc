"""Every route times every role: what is allowed is data, and a route that is not in it fails the test."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

ROLES = ("nobody", "stranger", "body", "reader", "inspector", "reviewer", "owner", "admin")
MATRIX = Path(__file__).with_name("who_may_what.csv")

Rows = dict[tuple[str, str], dict[str, str]]


def matrix() -> Rows:
    """By method and path, what each role is answered: `yes`, `no` (403), `hidden` (404) or `sign in`."""
    with MATRIX.open(encoding="utf-8", newline="") as stream:
        return {(row["method"], row["path"]): row for row in csv.DictReader(stream)}


def routes(app: Any) -> Iterator[tuple[str, str]]:
    """Every method and path of the server."""
    waiting = list(app.routes)
    while waiting:
        route = waiting.pop()
        inner = getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", None)
        if isinstance(route, APIRoute):
            for method in sorted(route.methods):
                yield method, route.path
        elif inner:
            waiting += inner


def test_every_route_is_in_the_matrix(served: Any) -> None:
    assert sorted(matrix()) == sorted(set(paths(served.app)))
