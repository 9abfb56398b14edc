"""The statistics and chart libraries, which the extra `report` brings."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from grader.errors import MissingExtraError


def library(module: str, what: str) -> Any:
    """A module of an optional library, imported when it is needed.

    Parameters
    ----------
    module : str
        The module's name.
    what : str
        What needs it, as the start of a message: `the Shapiro-Wilk test needs`.

    Raises
    ------
    MissingExtraError
        The library is not installed.
    """
    # Charts go to SVG by a canvas of our own: which backend the user's shell names makes no difference, and
    # matplotlib fails on one it does not know.
    backend = os.environ.pop("MPLBACKEND", None) if module.startswith("matplotlib") else None
    try:
        return import_module(module)
    except ImportError as error:
        name = module.partition(".")[0]
        raise MissingExtraError(f"{what} {name}", help="pip install 'grader[report]'") from error
    finally:
        if backend is not None:
            os.environ["MPLBACKEND"] = backend
