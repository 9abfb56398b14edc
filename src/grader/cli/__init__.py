"""The command line, one module a command; nothing is imported before it is needed."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run `grader` with these arguments, and return its exit code."""
    # What a command imports and reads lives until it ends: looking through it for rubbish finds none.
    gc.set_threshold(100_000, 50, 50)
    # No other package's plugin sees what people write, and none is looked for.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from grader.cli.app import run

        return run(argv)
    except KeyboardInterrupt:
        return 130
