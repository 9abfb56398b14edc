"""Addresses of the API, in which a name may hold a slash."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope


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
