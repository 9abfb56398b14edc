"""What every answer carries and no request may exceed: headers, sizes, a name in the log."""

from __future__ import annotations

import json
import logging
import secrets
import time
import traceback
from html import escape
from typing import Any, Final

from anyio import to_thread
from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.render.content.words import opened
from grader.server.json_in import fault_in
from grader.server.settings import Settings
from grader.server.turns import Turns
from grader.server.web import cookie_name

log = logging.getLogger("grader.server")

#: Nothing inline, nothing from elsewhere, in nobody's frame.
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: browsers then hide from us as well which page a form was sent from.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """The outermost layer of the server."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.limits = settings.limits
        self.turns = Turns(settings.limits.at_once)
        self.cookie = cookie_name(settings).encode()
        self.headers = dict(_HEADERS)
        if settings.secure:
            self.headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        began, status = time.monotonic(), 0

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(scope, message, request_id)
            await send(message)

        try:
            bounded = self._bounded(scope, receive)
            if _is_json(_kind(scope)):
                body, bounded = await _whole(bounded)
                # Beside the loop, for much of it takes a while, and others are waiting.
                said = await to_thread.run_sync(fault_in, body) if len(body) > 20_000 else fault_in(body)
                if said is not None:
                    help = "send JSON as it is defined"
                    await _say(scope, answered, 400, "bad_request", said, help)
                    return
            async with self.turns.one(self._who(scope)):
                await self.app(scope, bounded, answered)
        except HTTPException:  # before any route was reached
            said = "this is longer than a request may be"
            await _say(scope, answered, 413, "too_large", said, "send less")
        except Exception as error:  # the last there is: whatever failed is told, and the log has the trace
            log.error("request %s failed\n%s", request_id, trace_of(error))
            if not status:
                said = f"something went wrong here; the log of the server tells more under {request_id}"
                await _say(scope, answered, 500, "internal", said, "tell whoever runs this server")
        finally:
            # The route and not the address: addresses may hold secrets and words that people searched for.
            route = getattr(scope.get("route"), "path", "-")
            took = (time.monotonic() - began) * 1000
            log.info("%s %s %s %d %.0f ms", request_id, scope["method"], route, status, took)

    def _add_headers(self, scope: Scope, message: Message, request_id: str) -> None:
        headers: list[tuple[bytes, bytes]] = list(message.get("headers", []))
        there = {name.lower() for name, _ in headers}
        new = {**self.headers, "X-Request-ID": request_id}
        if not scope["path"].startswith("/static/"):
            new["Cache-Control"] = "no-store"
        headers += [(k.encode(), v.encode()) for k, v in new.items() if k.lower().encode() not in there]
        message["headers"] = headers

    def _who(self, scope: Scope) -> bytes:
        """The secret of whoever asks, a token or the cookie of a session; empty where there is none."""
        headers = dict(scope["headers"])
        if b"authorization" in headers:
            return bytes(headers[b"authorization"])
        pairs = (part.strip().partition(b"=") for part in headers.get(b"cookie", b"").split(b";"))
        return next((bytes(value) for name, _, value in pairs if name == self.cookie), b"")

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        """What is received, up to the size that a request of its kind may have."""
        carries_file = _kind(scope).startswith((b"multipart/form-data", b"application/octet-stream"))
        left = self.limits.upload if carries_file else self.limits.body
        said = dict(scope["headers"]).get(b"content-length", b"")
        too_long = said.isdigit() and (len(said) > 18 or int(said) > left)

        async def bounded() -> Message:
            nonlocal left
            if too_long:  # refused before a byte of it is read
                raise HTTPException(413)
            message = await receive()
            if message["type"] == "http.request":
                left -= len(message.get("body", b""))
                if left < 0:
                    raise HTTPException(413)
            return message

        return bounded


def _kind(scope: Scope) -> bytes:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    return headers.get(b"content-type", b"").strip().lower()


def _is_json(kind: bytes) -> bool:
    """Whether a body of a kind is read as JSON."""
    plain = kind.partition(b";")[0].strip()
    return plain == b"application/json" or (plain.startswith(b"application/") and plain.endswith(b"+json"))


def trace_of(error: BaseException) -> str:
    """Where an error came from, without what it says: messages quote what was sent, and it is private."""
    lines: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        lines += [f"{type(cause).__name__}\n", *traceback.format_tb(cause.__traceback__)]
        cause = cause.__cause__ or cause.__context__
    return "".join(lines).rstrip()


async def _whole(receive: Receive) -> tuple[bytes, Receive]:
    """All of a body, and what gives it again."""
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)
    body, given = b"".join(parts), False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return body, again


async def _say(scope: Scope, send: Send, status: int, code: str, detail: str, help: str) -> None:
    if not scope["path"].startswith("/api/"):
        page = _PAGE.format(detail=escape(opened(detail)), help=escape(opened(help)))
        await _answer(send, status, b"text/html; charset=utf-8", page.encode())
        return
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": detail,
        "status": status,
        "code": code,
        "help": help,
        "problems": [],
    }
    await _answer(send, status, b"application/problem+json", json.dumps(body).encode("utf-8"))


#: What templates show of an error; here they may be what failed.
_PAGE: Final = """<!DOCTYPE html>
<html lang="en-GB">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>There is a problem – grader</title><link rel="stylesheet" href="/style.css"></head>
<body><main><h1>There is a problem</h1><p>{detail}.</p><p>{help}.</p>
<p><a href="/">Go to your inspections</a></p></main></body>
</html>
"""


async def _answer(send: Send, status: int, kind: bytes, text: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
