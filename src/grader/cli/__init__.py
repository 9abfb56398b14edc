"""The command line: one module a command, registered in `app`; nothing is imported before it is needed."""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run `grader` with these arguments, those of the process by default, and return its exit code."""
    try:
        from grader.cli.app import run

        return run(argv)
    except KeyboardInterrupt:
        return 130
