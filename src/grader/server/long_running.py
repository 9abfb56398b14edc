"""Collecting rubbish in a process that lives for days."""

from __future__ import annotations

import gc


def spare_what_is_loaded() -> None:
    """Look for rubbish among what requests make alone, not in what was imported and read before them.

    A command ends before rubbish matters and hardly looks for any (`cli.main`); a server is started by one,
    and would grow.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
