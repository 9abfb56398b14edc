"""Hypothesis, or an error that says how to install it."""

from __future__ import annotations

from grader.errors import MissingExtraError

try:
    from hypothesis import strategies as st
except ImportError as error:
    raise MissingExtraError("the strategies need hypothesis", help="pip install hypothesis") from error

__all__ = ["st"]
