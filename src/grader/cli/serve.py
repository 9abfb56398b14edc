"""`grader serve`: the workbench in a browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from grader.cli import options, terminal
from grader.distribution import install
from grader.errors import InputError, MissingExtraError, Place, Problem

Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="postgresql://USER@HOST/NAME, or sqlite:///FILE; a file in the data folder by default.",
    ),
]
Data = Annotated[Path, typer.Option("--data", metavar="DIR", help="The folder its data lies in.")]
Host = Annotated[str, typer.Option("--host", metavar="HOST", help="The address to listen at.")]
Port = Annotated[int, typer.Option("--port", metavar="PORT", help="The port to listen at.")]
PublicUrl = Annotated[
    str | None,
    typer.Option(
        "--public-url", metavar="URL", help="The address people use, where a proxy stands before it."
    ),
]
AddUser = Annotated[
    str | None,
    typer.Option(
        "--add-user", metavar="EMAIL", help="Add an account, or find it, and print a sign-in link; then end."
    ),
]
Name = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="With --add-user: the person's name.")
]
Admin = Annotated[bool, typer.Option("--admin", help="With --add-user: a site admin.")]
Demo = Annotated[bool, typer.Option("--demo", help="Load the example, and print a sign-in link.")]


def serve(
    database: Database = None,
    data: Data = Path("grader-data"),
    host: Host = "127.0.0.1",
    port: Port = 8000,
    public_url: PublicUrl = None,
    add_user: AddUser = None,
    name: Name = None,
    admin: Admin = False,
    demo: Demo = False,
    debug: options.Debug = False,
) -> None:
    """Serve the workbench: a team gathers, moderates and decides in a browser."""
    try:
        from grader.server import running
    except ImportError as error:
        raise MissingExtraError(f"the workbench needs {error.name}", help=install("serve")) from error
    from grader.server.settings import settings_of

    given = {
        "database": database or "",
        "data": data.absolute(),
        "host": host,
        "port": port,
        "public_url": public_url or "",
    }
    settings = settings_of(**given, **running.from_environment(os.environ))
    if (name or admin) and not add_user:
        raise InputError(
            [Problem("it goes with --add-user", Place("--name or --admin"), "add --add-user EMAIL")]
        )
    if add_user:
        terminal.out(f"{running.add_user(settings, add_user, name, admin=admin)}\n")
        return
    running.serve(settings, demo=demo, say=terminal.out)
