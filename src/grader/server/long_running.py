"""The garbage collector in a process that lives for days."""

from __future__ import annotations

import gc


def spare_what_is_loaded() -> None:
    """Have the garbage collector look at what requests make, and not at what was loaded before them.

    `cli.main` has it hardly look at all, as a command soon ends; a server that is started by one would grow.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
