"""The statistics and chart libraries, which the extra `report` brings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from grader.distribution import install
from grader.errors import MissingExtraError

#: What matplotlib reads of the environment when it is first imported, and may fail on.
_SETTING = "MPLBACKEND"


@contextmanager
def drawing_into_files() -> Iterator[None]:
    """Have matplotlib, imported meanwhile, draw into files, whatever window the environment names."""
    before = os.environ.get(_SETTING)
    os.environ[_SETTING] = "agg"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_SETTING]
        else:
            os.environ[_SETTING] = before


def library(module: str, what: str) -> Any:
    """An optional library's module.

    Parameters
    ----------
    module : str
    what : str
        Starts the message: `the Shapiro-Wilk test needs`.

    Raises
    ------
    MissingExtraError
    """
    try:
        with drawing_into_files():
            return import_module(module)
    except ImportError as error:
        name = module.partition(".")[0]
        raise MissingExtraError(f"{what} {name}", help=install("report")) from error
    except Exception as error:  # settings of a user's that it cannot read
        name, said = module.partition(".")[0], " ".join(str(error).split())[:200]
        help = f"look for settings of {name}: a file in this folder or your home, or the environment"
        raise MissingExtraError(f"{what} {name}, which does not start here: {said}", help=help) from error
