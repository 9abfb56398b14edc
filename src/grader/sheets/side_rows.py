"""Rows among findings that hold none: totals, counts, headings of parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from grader.errors import folded
from grader.sheets.convert import is_blank
from grader.sheets.values import Value, shown

_TOTALS = frozenset({
    "total", "totals", "sub total", "subtotal", "grand total", "overall total", "total findings",
    "number of findings", "count", "sum", "average", "mean",
})  # fmt: skip
_NUMBER = re.compile(r"[+-]?[\d., ]+ ?%?")


def held_instead(values: Sequence[Value], columns: Mapping[str, int]) -> str | None:
    """What a row without a finding holds; None for any other.

    Parameters
    ----------
    values : sequence
        Its cells from the first column.
    columns : mapping of str to int
        Columns of evidence, from 1.
    """
    filled = [at for at, value in enumerate(values, 1) if not is_blank(value)]
    if not filled or "statement" not in columns or "characteristics" not in columns:
        return None
    if len(filled) == 1:
        alone = filled[0] != columns["statement"] and filled[0] != columns.get("id")
        return "one cell alone, as a heading does" if alone else None
    if columns["characteristics"] in filled or _text(values, columns):
        return None
    first = folded(shown(values[filled[0] - 1])).rstrip(": ")
    if first in _TOTALS:
        return "a total"
    return "a count" if columns["statement"] in filled else None


def _text(values: Sequence[Value], columns: Mapping[str, int]) -> bool:
    """Whether the statement's cell holds a text, not a number and not nothing."""
    at = columns["statement"]
    said = shown(values[at - 1]).strip() if at <= len(values) else ""
    return bool(said) and not _NUMBER.fullmatch(said)
