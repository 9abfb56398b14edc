"""The two streams, and the console a person reads.

Everything a command says goes through `out` and `err`: they never fail on what a stream cannot encode, end
quietly where nobody reads on, and leave no control character of a user's in the terminal.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, NoReturn, TextIO

import typer

from grader.errors import FAULT_LIMIT, GraderError, InputError, Problem
from grader.text import GLUE, clean

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

PIPED_WIDTH = 80
#: Lines longer than this are hard to read, however wide the window.
WIDEST = 100
#: What the shell reports of a program that the closing of its pipe ended.
BROKEN_PIPE = 141

#: Plain characters for the typographic ones grader itself writes, where a stream cannot encode those.
_PLAIN = str.maketrans({"…": "...", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "±": "+/-"})


def problems_of(error: GraderError) -> tuple[Problem, ...]:
    """What an error says is wrong, one problem each."""
    if isinstance(error, InputError):
        return error.problems
    return (Problem(error.message, error.place, error.help),)


def warn(warnings: Iterable[Problem]) -> None:
    """Say on standard error what a person should look at, in order of place."""
    found = sorted(set(warnings), key=lambda p: p.sort_key)
    for problem in found[:FAULT_LIMIT]:
        err(f"warning: {problem}\n")
    if len(found) > FAULT_LIMIT:
        err(f"warning: and {len(found) - FAULT_LIMIT:,} more, all of them in the proposal (--json)\n")


def out(text: str) -> None:
    """Write results to standard output."""
    if sys.stdout is None:
        raise GraderError("the output cannot be written: standard output is closed")
    try:
        sys.stdout.write(_encodable(text, sys.stdout))
        sys.stdout.flush()
    except OSError as error:
        _end(error)


def out_json(text: str) -> None:
    """Write JSON to standard output: UTF-8 whatever the locale, the same bytes everywhere."""
    raw = getattr(sys.stdout, "buffer", None)
    if raw is None:
        out(text)
        return
    try:
        sys.stdout.flush()
        raw.write(text.encode("utf-8"))
        raw.flush()
    except OSError as error:
        _end(error)


def err(text: str) -> None:
    """Write messages to standard error, each line clean; where it is closed there is nobody to tell."""
    if sys.stderr is None:
        return
    lines = text.split("\n")
    shown = "\n".join(line[: _indent(line)] + clean(line[_indent(line) :]) for line in lines)
    with contextlib.suppress(OSError):
        sys.stderr.write(_encodable(shown, sys.stderr))
        sys.stderr.flush()


def print_for_person(*parts: RenderableType) -> None:
    """Lay out text for a person on standard output: as wide as the window, 80 columns in a pipe."""
    on_terminal = sys.stdout is not None and sys.stdout.isatty()
    out(laid_out(*parts, on_terminal=on_terminal))


def laid_out(*parts: RenderableType, on_terminal: bool = False) -> str:
    """Text for a person, laid out for a terminal, or at 80 columns without styles."""
    text = io.StringIO()
    console = _console(text, on_terminal)
    for part in parts:
        console.print(part)
    # Padding to the right edge would only be copied along with the text.
    lines = text.getvalue().replace(GLUE, " ").split("\n")
    return "\n".join(line.rstrip() for line in lines)


def _console(file: TextIO, on_terminal: bool) -> Console:
    """A console over a buffer."""
    from rich.console import Console

    console = Console(
        file=file,
        width=None if on_terminal else PIPED_WIDTH,
        force_terminal=on_terminal,
        highlight=False,
        markup=False,
        emoji=False,
    )
    console.width = min(console.width, WIDEST)
    return console


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _encodable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
    return text


def nobody_reads() -> int:
    """The exit code where the reader of a stream has left; what is still buffered goes nowhere."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            _lead_nowhere(stream)
    return BROKEN_PIPE


def _lead_nowhere(stream: TextIO) -> None:
    """Let what is still buffered not fail once more as Python shuts down."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _end(error: OSError) -> NoReturn:
    """End where standard output takes no more: quietly where its reader has left."""
    _lead_nowhere(sys.stdout)
    if error.errno == errno.EPIPE:
        raise typer.Exit(BROKEN_PIPE)
    raise GraderError(f"the output cannot be written: {(error.strerror or 'unknown reason').lower()}")
