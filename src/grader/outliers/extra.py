"""The statistics and chart libraries, which the extra `report` brings."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from grader.distribution import install
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
    try:
        return import_module(module)
    except ImportError as error:
        name = module.partition(".")[0]
        raise MissingExtraError(f"{what} {name}", help=install("report")) from error
