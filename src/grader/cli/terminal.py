"""Output helpers, and the console.

`out` and `err` never fail on an encoding, end quietly where nobody reads, and write no control characters.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterable, Iterator
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import typer

from grader.errors import FAULT_LIMIT, GraderError, InputError, Problem
from grader.text import GLUE, clean

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

PIPED_WIDTH = 80
#: Seconds after which a command that has said nothing shows that it is at work.
QUIET_FOR = 1.0
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
    """Print warnings on standard error, by place."""
    found = sorted(set(warnings), key=lambda p: p.sort_key)
    for problem in found[:FAULT_LIMIT]:
        err(f"warning: {problem}\n")
    if len(found) > FAULT_LIMIT:
        err(f"warning: and {len(found) - FAULT_LIMIT:,} more, all of them in the proposal (--json)\n")


class _Working:
    """A sign on a terminal that a silent command is at work."""

    def __init__(self) -> None:
        self._timer: Timer | None = None
        self._shown: Any = None
        self._lock = Lock()
        self._count = ""

    def start(self, command: str) -> None:
        if sys.stderr is not None and sys.stderr.isatty():
            self._timer = Timer(QUIET_FOR, self._show, [command])
            self._timer.daemon = True
            self._timer.start()

    def count(self, done: int, of: int) -> None:
        with self._lock:
            self._count = f"{done:,} of {of:,}"
            if self._shown is not None:
                self._shown.update(self._shown.task_ids[0], count=self._count)

    def stop(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._shown is not None:
                self._shown.stop()
                self._shown = None

    def _show(self, command: str) -> None:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._timer is None:
                return
            columns = (
                SpinnerColumn("line"), TextColumn(f"{command}: working"), TextColumn("{task.fields[count]}"),
                TimeElapsedColumn(),
            )  # fmt: skip
            self._shown = Progress(*columns, console=Console(stderr=True), transient=True)
            self._shown.add_task(command, total=None, count=self._count)
            self._shown.start()


_working = _Working()


@contextlib.contextmanager
def working(command: str) -> Iterator[None]:
    """Show from the second second on that a command is at work."""
    _working.start(command)
    try:
        yield
    finally:
        _working.stop()


def progress(done: int, of: int) -> None:
    """How far the work is, where that is shown."""
    _working.count(done, of)


def show_nothing() -> None:
    """Stop showing that a command is at work."""
    _working.stop()


def out(text: str) -> None:
    """Write results to standard output."""
    _working.stop()
    if sys.stdout is None:
        raise GraderError("the output cannot be written: standard output is closed")
    try:
        sys.stdout.write(_encodable(text, sys.stdout))
        sys.stdout.flush()
    except OSError as error:
        _end(error)


def out_json(text: str) -> None:
    """Write JSON to standard output: UTF-8 whatever the locale, the same bytes everywhere."""
    _working.stop()
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
    """Write messages to standard error, each line cleaned."""
    _working.stop()
    if sys.stderr is None:
        return
    lines = text.split("\n")
    shown = "\n".join(line[: _indent(line)] + clean(line[_indent(line) :]) for line in lines)
    with contextlib.suppress(OSError):
        sys.stderr.write(_encodable(shown, sys.stderr))
        sys.stderr.flush()


def print_for_person(*parts: RenderableType) -> None:
    """Lay out text on standard output, 80 columns in a pipe."""
    on_terminal = sys.stdout is not None and sys.stdout.isatty()
    out(laid_out(*parts, on_terminal=on_terminal))


def laid_out(*parts: RenderableType, on_terminal: bool = False) -> str:
    """Text laid out for a terminal, or plain at 80 columns."""
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
    """The exit code of a broken pipe; buffers are dropped."""
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
