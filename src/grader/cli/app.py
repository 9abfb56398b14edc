"""The commands, and how an error is reported.

Command modules import only what describes their options, so that `--help` is quick.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from grader._version import __version__
from grader.cli import terminal
from grader.cli.options import Debugging
from grader.distribution import overlap
from grader.errors import GraderError, InputError, Place, Problem, shown

INTERRUPTED = 130
FAULT_OF_OURS = 3
#: Set by a shell that asks what could stand next.
COMPLETING = "_GRADER_COMPLETE"
#: Each command and the module of `grader.cli` it stands in, in the order of a day's work.
COMMANDS = {
    "new": "new",
    "import": "import_sheet",
    "find": "find",
    "merge": "merge",
    "validate": "validate",
    "upgrade": "upgrade",
    "grade": "grade",
    "explain": "explain",
    "simulate": "simulate",
    "blind": "blind",
    "reconcile": "reconcile",
    "changes": "changes",
    "decide": "decide",
    "verify": "verify",
    "diff": "diff",
    "sensitivity": "sensitivity",
    "export": "export",
    "batch": "batch",
    "characteristic": "about",
    "area": "about",
    "rule": "about",
    "parameters": "about",
    "check": "check",
    "test": "test",
    "impact": "impact",
    "calibrate": "calibrate",
    "outliers": "outliers",
    "schema": "schema",
    "serve": "serve",
}
EXAMPLES = {
    "new": "grader new north-2022",
    "import": "grader import team.xlsx --start-mapping mapping.yaml",
    "find": "grader find callers who ring again are not noticed --area responding",
    "merge": "grader merge ann.yaml bob.yaml -o inspection.yaml",
    "validate": "grader validate inspection.yaml",
    "upgrade": "grader upgrade decisions.yaml -o newer.yaml",
    "grade": "grader grade inspection.yaml --report report.html",
    "explain": "grader explain inspection.yaml responding --why-not outstanding",
    "simulate": "grader simulate inspection.yaml",
    "sensitivity": "grader sensitivity inspection.yaml vulnerable",
    "blind": "grader blind inspection.yaml --share 20% -o to_tag.yaml",
    "reconcile": "grader reconcile ann.yaml bob.yaml --workbook settle.xlsx",
    "changes": "grader changes last_week.yaml inspection.yaml",
    "decide": "grader decide inspection.yaml --area responding --grade good --by 'A. Person' --on 2022-10-20",
    "verify": "grader verify decisions.yaml",
    "diff": "grader diff inspection.yaml decisions.yaml",
    "export": "grader export inspection.yaml --xlsx findings.xlsx",
    "batch": "grader batch inspections/ -o grades.csv",
    "characteristic": "grader characteristic RESP-2c",
    "area": 'grader area "recording crime"',
    "rule": "grader rule good.substantially-all",
    "parameters": "grader parameters",
    "check": "grader check rules/MINE",
    "test": "grader test rules/MINE",
    "impact": "grader impact PEEL_2021_22 rules/MINE inspection.yaml",
    "calibrate": "grader calibrate past/ --parameter substantially_all",
    "outliers": "grader outliers scores.csv",
    "schema": "grader schema inspection",
    "serve": "grader serve --data /srv/grader --public-url https://grader.example.org",
}


def _version(asked: bool) -> None:
    if asked:
        terminal.out(f"grader {__version__}\n")
        _show_overlap()
        raise typer.Exit


def _show_overlap() -> None:
    """Warn where another distribution's files may have replaced ours."""
    if (found := overlap()) is not None:
        terminal.err(f"warning: {found[0]}\n  help: {found[1]}\n")


def _grader(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Propose inspection grades from tagged evidence, and say why. A person decides."""


def command(name: str) -> Callable[..., None]:
    """The function of a command."""
    module = import_module(f"grader.cli.{COMMANDS[name]}")
    found: Callable[..., None] = getattr(module, "import_sheet" if name == "import" else name)
    return found


def typer_app(names: Iterable[str]) -> typer.Typer:
    # Plain help and plain usage errors: they suit any terminal and any pipe, and need no rich.
    app = typer.Typer(
        name="grader",
        no_args_is_help=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_grader)
    for name in names:
        example = f"Example: {EXAMPLES[name]}" if name in EXAMPLES else None
        app.command(name, no_args_is_help=False, epilog=example)(command(name))
    return app


def _asked(arguments: Sequence[str]) -> Iterable[str]:
    """The commands to register: the one asked for, where that is plain."""
    first = arguments[0] if arguments else ""
    return (first,) if first in COMMANDS and COMPLETING not in os.environ else COMMANDS


def _with_bare_framework(arguments: list[str]) -> list[str]:
    """The arguments, a bare `--framework` of `grader new` as `--framework=`."""
    if arguments[:1] != ["new"]:
        return arguments
    after = [*arguments[1:], "-"]
    return [
        "--framework=" if argument == "--framework" and after[i].startswith("-") else argument
        for i, argument in enumerate(arguments)
    ]


def run(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    Typer words usage errors (2) and interrupts (130); grader's errors are printed here.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    debugging = Debugging()
    try:
        asked = typer.main.get_command(typer_app(_asked(arguments)))
        with terminal.working(f"grader {arguments[0]}" if arguments else "grader"):
            asked.main(args=_with_bare_framework(arguments), prog_name="grader", obj=debugging)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # in the usage errors that typer prints
        return terminal.nobody_reads()
    except OSError as error:
        # Commands say what is wrong with each file; this is for what no command foresees of odd paths.
        if error.filename is None and not _folder_is_gone():
            return _fault_of_ours(error, debugging)
        _show_trace(debugging)
        terminal.err(f"error: {_of_path(error)}\n")
        return InputError.exit_code
    except UnicodeEncodeError as error:
        if not any("\ud800" <= c <= "\udfff" or c == "\0" for argument in arguments for c in argument):
            return _fault_of_ours(error, debugging)
        _show_trace(debugging)
        terminal.err("error: a name on the command line is not UTF-8\n  help: rename the file\n")
        return InputError.exit_code
    except GraderError as error:
        _show_trace(debugging)
        terminal.err("".join(f"error: {problem}\n" for problem in shown(terminal.problems_of(error))))
        return error.exit_code
    except Exception as error:
        return _fault_of_ours(error, debugging)
    return 0


def _fault_of_ours(error: Exception, debugging: Debugging) -> int:
    _show_trace(debugging)
    said = " ".join(str(error).split())[:300]
    again = "" if debugging.on else " (run again with --debug)"
    terminal.err(f"internal error: {type(error).__name__}{': ' if said else ''}{said}{again}\n")
    _show_overlap()
    return FAULT_OF_OURS


def _folder_is_gone() -> bool:
    try:
        Path.cwd()
    except OSError:
        return True
    return False


def _of_path(error: OSError) -> Problem:
    said = (error.strerror or "unknown reason").lower()
    if _folder_is_gone():
        return Problem("the folder this was run in is gone", None, "change to a folder that is there")
    return Problem(f"the file cannot be used: {said}", Place(str(error.filename)), "name another file")


def _show_trace(debugging: Debugging) -> None:
    if debugging.on:
        import traceback

        terminal.err(traceback.format_exc())
