"""The server: routes put together, and the workbench opened and closed with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from anyio import to_thread
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles

from grader._version import __version__
from grader.errors import InputError, Place, Problem
from grader.server import api, pages
from grader.server.bench import Workbench
from grader.server.guard import Guard
from grader.server.opening import opened
from grader.server.problems import add_handlers
from grader.server.settings import Settings

_STATIC = Path(__file__).with_name("static")
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")


def create_app(settings: Settings, bench: Workbench | None = None) -> FastAPI:
    """The server as an ASGI application.

    Parameters
    ----------
    settings : Settings
        Where its data lies, and its limits.
    bench : Workbench, optional
        Stays open; without it one is opened at the start and closed at the end.

    Raises
    ------
    InputError
        Others are to reach it, and nothing says at which address.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = 40
        if bench is not None:
            app.state.bench = bench
            yield
            return
        with opened(settings) as own:
            app.state.bench = own
            yield

    app = FastAPI(
        title="grader",
        version=__version__,
        summary="Inspections gathered, moderated and decided; grader proposes, a person decides.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        swagger_ui_oauth2_redirect_url=None,
    )
    add_handlers(app)
    app.router.routes += [*api.routes, *pages.routes]
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_hosts(settings), www_redirect=False)
    app.add_middleware(Guard, settings=settings)
    return app


def _hosts(settings: Settings) -> list[str]:
    """The names the server answers to: others are somebody's attempt to be taken for it."""
    if settings.host in ("0.0.0.0", "::", "") and not settings.public_url:
        message = f"on {settings.host or 'every address'} others reach the server, and no address says how"
        raise InputError([Problem(message, Place("--public-url"), "add --public-url https://...")])
    named = urlsplit(settings.url).hostname or "127.0.0.1"
    return [*dict.fromkeys((named, settings.host, *_LOOPBACK))]
