"""What `grader serve` does besides answering: accounts from the command line, the example, the start."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import uvicorn
from sqlalchemy import make_url, select

from grader.errors import InputError, Place, Problem
from grader.io.written import write_whole
from grader.server import accounts, audit, backup, inspections
from grader.server.app import create_app
from grader.server.bench import Workbench
from grader.server.callers import COMMAND, Caller
from grader.server.database import Database, reachable
from grader.server.long_running import spare_what_is_loaded
from grader.server.opening import opened
from grader.server.settings import Settings, settings_of
from grader.server.tables import Account, Inspection
from grader.text import plural

DEMO_EMAIL: Final = "demo@example.org"
_EXAMPLE: Final = Path("examples/leicestershire_2021_22/inspection.yaml")


def settings_from(environment: Mapping[str, str], *, workers: int | None, **given: Any) -> Settings:
    """Settings of the command line, with secrets from the environment.

    A database's password may stand in `GRADER_DATABASE`: others can read a command line.
    """
    given["database"] = given["database"] or environment.get("GRADER_DATABASE", "")
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    given["limits"] = {"workers": workers if workers is not None else min(64, max(1, processors))}
    return settings_of(**given, **_single_sign_on(environment))


def _single_sign_on(environment: Mapping[str, str]) -> dict[str, Any]:
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
    """A one-time sign-in link for a person, with a new account if they have none."""
    with opened(settings, workers=False) as bench:
        return accounts.sign_in_link(bench, _account(bench, email, name, admin=admin), caller=COMMAND)


def _check_there(settings: Settings) -> None:
    """Raise InputError where no workbench is kept: a new, empty one would pass as the one meant."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).is_file():
        help = "name the folder by --data, or the database by --database, that the server uses"
        raise InputError([Problem("no workbench is kept here", Place(url.database), help)])


def verify(settings: Settings) -> str:
    """That the audit log is whole; raises InputError where it is not."""
    _check_there(settings)
    with opened(settings, workers=False, migrate=False) as bench, bench.database.reading() as session:
        count, problems = audit.verify(session)
    if problems:
        raise InputError(problems)
    return f"the audit log is whole: {plural(count, 'entry', 'entries')}"


def export_audit(settings: Settings, destination: Path) -> str:
    """Write the audit log to a file, an entry a line."""
    _check_there(settings)
    with opened(settings, workers=False, migrate=False) as bench, bench.database.reading() as session:
        lines = list(audit.export(session))
    write_whole(destination, "".join(lines), new=True)
    return f"{destination}: {plural(len(lines), 'entry', 'entries')}"


def back_up(settings: Settings, destination: Path) -> str:
    """Write all there is to a file."""
    _check_there(settings)
    with opened(settings, workers=False, migrate=False) as bench:
        counts = backup.back_up(bench.database, destination)
    rows, inspections_ = sum(counts.values()), counts["inspection"]
    return f"{destination}: {plural(rows, 'row')}, {plural(inspections_, 'inspection')}"


def restore(settings: Settings, source: Path) -> str:
    """Put a backup into an empty database."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database_url)
    try:
        reachable(database)
        counts = backup.restore(database, source)
    finally:
        database.close()
    rows, inspections_ = sum(counts.values()), counts["inspection"]
    restored = f"restored {plural(rows, 'row')}, {plural(inspections_, 'inspection')}; the audit log is whole"
    return f"{restored}\nnobody is signed in; a token withdrawn since the backup is good again"


def _account(bench: Workbench, email: str, name: str | None, *, admin: bool) -> int:
    plain = accounts.checked_email(email)
    with bench.database.reading() as session:
        found = session.scalar(select(Account.id).where(Account.email == plain))
    if found is not None:
        return found
    return accounts.add(bench, COMMAND, plain, name or plain.partition("@")[0], admin=admin).number


def serve(settings: Settings, *, demo: bool, say: Callable[[str], object]) -> None:
    """Serve until told to end."""
    listening = listen(settings)
    port = listening.getsockname()[1]
    settings = settings.model_copy(update={"port": port})
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    with opened(settings) as bench:
        app = create_app(settings, bench)
        say(f"grader is at {settings.url}\n")
        if not bench.grading.workers.confined:
            say("this system has no Landlock: what grades can read what the server's user can\n")
        if demo:
            say(f"sign in once, within the hour: {load_example(bench)}\n")
        config = uvicorn.Config(
            app,
            access_log=False,  # addresses hold secrets: the server writes a log of routes instead
            log_level="warning",
            server_header=False,
            date_header=True,
            proxy_headers=False,
            # Longer than a person takes from one act to the next: a connection that is closed while somebody
            # writes to it is an error to whoever asked.
            timeout_keep_alive=75,
            timeout_graceful_shutdown=10,
            h11_max_incomplete_event_size=65_536,
        )
        spare_what_is_loaded()
        uvicorn.Server(config).run(sockets=[listening])


def listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio switches off the system's delay (Nagle's) only on a socket whose protocol is named; with the
    # delay the end of every small answer comes 40 ms late.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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
    """The example inspection, put in once, and its owner's one-time link."""
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
