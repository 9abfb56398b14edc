"""What `grader serve` does besides answering: accounts from the command line, the example, the start."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import uvicorn
from sqlalchemy import select

from grader.errors import InputError, Place, Problem
from grader.server import accounts, inspections
from grader.server.app import create_app
from grader.server.bench import Workbench
from grader.server.callers import COMMAND, Caller
from grader.server.opening import opened
from grader.server.settings import Settings
from grader.server.tables import Account, Inspection

DEMO_EMAIL: Final = "demo@example.org"
_EXAMPLE: Final = Path("examples/leicestershire_2021_22/inspection.yaml")


def from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Settings that hold secrets, which do not belong on a command line that others can read."""
    issuer = environment.get("GRADER_OIDC_ISSUER")
    if not issuer:
        return {}
    given = {
        "issuer": issuer,
        "client_id": environment.get("GRADER_OIDC_CLIENT_ID", ""),
        "client_secret": environment.get("GRADER_OIDC_CLIENT_SECRET", ""),
        "create": environment.get("GRADER_OIDC_CREATE", "") == "yes",
    }
    named = environment.get("GRADER_OIDC_NAME")
    return {"single_sign_on": given | ({"name": named} if named else {})}


def add_user(settings: Settings, email: str, name: str | None, *, admin: bool) -> str:
    """A one-time sign-in link for a person, who is given an account where they have none."""
    with opened(settings, workers=False) as bench:
        return accounts.sign_in_link(bench, _account(bench, email, name, admin=admin), caller=COMMAND)


def _account(bench: Workbench, email: str, name: str | None, *, admin: bool) -> int:
    plain = accounts.checked_email(email)
    with bench.database.reading() as session:
        found = session.scalar(select(Account.id).where(Account.email == plain))
    if found is not None:
        return found
    return accounts.add(bench, COMMAND, plain, name or plain.partition("@")[0], admin=admin).number


def serve(settings: Settings, *, demo: bool, say: Callable[[str], object]) -> None:
    """Serve until told to end."""
    listening = _listen(settings)
    port = listening.getsockname()[1]
    settings = settings.model_copy(update={"port": port})
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    with opened(settings) as bench:
        app = create_app(settings, bench)
        say(f"grader is at {settings.url}\n")
        if demo:
            say(f"sign in once, within the hour: {load_example(bench)}\n")
        config = uvicorn.Config(
            app,
            access_log=False,  # addresses hold secrets: the server writes a log of routes instead
            log_level="warning",
            server_header=False,
            date_header=True,
            proxy_headers=False,
            timeout_graceful_shutdown=10,
            h11_max_incomplete_event_size=65_536,
        )
        uvicorn.Server(config).run(sockets=[listening])


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(512)  # who comes before all is ready waits, and is not turned away
    except OSError as error:
        listening.close()
        said = (error.strerror or "unknown reason").lower()
        message = f"cannot listen at {settings.host}, port {settings.port}: {said}"
        raise InputError([Problem(message, Place("--port"), "choose another: --port PORT")]) from error
    return listening


def load_example(bench: Workbench) -> str:
    """The example inspection, put in once, and a link by which its owner signs in once."""
    number = _account(bench, DEMO_EMAIL, "Demo", admin=True)
    with bench.database.reading() as session:
        account = session.get_one(Account, number)
        there = session.scalar(select(Inspection.id).where(Inspection.created_by == account.name).limit(1))
    owner = Caller(kind="account", name=account.name, email=account.email, account_id=account.id)
    if there is None:
        inspections.import_file(bench, owner, _EXAMPLE.name, _example().read_bytes())
    return accounts.sign_in_link(bench, number, caller=COMMAND)


def _example() -> Path:
    found = Path(__file__).resolve().parents[3] / _EXAMPLE
    if not found.is_file():
        help = "run it in a checkout of grader, or import a file of your own in the browser"
        raise InputError([Problem("the example is not installed with grader", Place("--demo"), help)])
    return found
