"""JSON that is taken: text and numbers that can be kept, nested within a limit."""

from __future__ import annotations

import json
import math
from typing import Any, Final

#: No block of any file is nested so deeply.
_DEEPEST: Final = 40


def fault_in(body: bytes) -> str | None:
    """What is wrong with JSON beyond its grammar, or None."""
    try:
        waiting = [(json.loads(body), 0)]
    except RecursionError:
        return "this is nested too deeply"
    except ValueError:
        return None
    while waiting:
        value, depth = waiting.pop()
        said = _fault(value)
        if said is not None or depth > _DEEPEST:
            return said or "this is nested too deeply"
        if isinstance(value, dict):
            waiting += [(each, depth + 1) for pair in value.items() for each in pair]
        elif isinstance(value, list):
            waiting += [(each, depth + 1) for each in value]
    return None


def _fault(value: Any) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return "this holds a number that is none"
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return "this holds a number that is too large"
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            return "this holds a character that is none"
    return None
