"""`grader serve`: the workbench in a browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from grader.cli import options, terminal
from grader.cli.output import check_output
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
TrustProxy = Annotated[
    bool,
    typer.Option("--trust-proxy", help="Believe X-Forwarded-For, where a proxy of your own sets it."),
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
Verify = Annotated[bool, typer.Option("--verify", help="Verify the audit log, and end.")]
ExportAudit = Annotated[
    str | None,
    typer.Option("--export-audit", metavar="FILE.jsonl", help="Write the audit log to a file, and end."),
]
BackUp = Annotated[
    str | None, typer.Option("--backup", metavar="FILE.zip", help="Write all there is to a file, and end.")
]
Restore = Annotated[
    str | None,
    typer.Option("--restore", metavar="FILE.zip", help="Put a backup into an empty database, and end."),
]
Workers = Annotated[
    int | None, typer.Option("--workers", metavar="N", help="Processes that grade; as many as processors.")
]


def serve(
    database: Database = None,
    data: Data = Path("grader-data"),
    host: Host = "127.0.0.1",
    port: Port = 8000,
    public_url: PublicUrl = None,
    trust_proxy: TrustProxy = False,
    workers: Workers = None,
    add_user: AddUser = None,
    name: Name = None,
    admin: Admin = False,
    demo: Demo = False,
    verify: Verify = False,
    export_audit: ExportAudit = None,
    backup: BackUp = None,
    restore: Restore = None,
    debug: options.Debug = False,
) -> None:
    """Serve the workbench: a team gathers, moderates and decides in a browser."""
    asked = {
        "--add-user": add_user is not None,
        "--verify": verify,
        "--export-audit": export_audit is not None,
        "--backup": backup is not None,
        "--restore": restore is not None,
        "--demo": demo,
    }
    _check_options([option for option, there in asked.items() if there], name, admin=admin)
    try:
        from grader.server import running
    except ImportError as error:
        raise MissingExtraError(f"the workbench needs {error.name}", help=install("serve")) from error
    settings = running.settings_from(
        os.environ,
        database=database or "",
        data=data.absolute(),
        host=host,
        port=port,
        public_url=public_url or "",
        trust_proxy=trust_proxy,
        workers=workers,
    )
    if add_user is not None:
        terminal.out(f"{running.add_user(settings, add_user, name, admin=admin)}\n")
    elif verify:
        terminal.out(f"{running.verify(settings)}\n")
    elif export_audit is not None:
        where = check_output(export_audit, (".jsonl",), force=False)
        terminal.out(f"{running.export_audit(settings, where)}\n")
    elif backup is not None:
        terminal.out(f"{running.back_up(settings, check_output(backup, ('.zip',), force=False))}\n")
    elif restore is not None:
        terminal.out(f"{running.restore(settings, Path(restore))}\n")
    else:
        running.serve(settings, demo=demo, say=terminal.out)


def _check_options(said: list[str], name: str | None, *, admin: bool) -> None:
    """One thing is done at a time, and what belongs to it alone is not given with another."""
    problems = []
    if len(said) > 1:
        message = f"{' and '.join(said)} are two things"
        problems.append(Problem(message, Place(said[1]), "do one at a time"))
    if said != ["--add-user"]:
        for option, there in (("--name", name is not None), ("--admin", admin)):
            if there:
                problems.append(Problem("it goes with --add-user", Place(option), "add --add-user EMAIL"))
    if problems:
        raise InputError(problems)
