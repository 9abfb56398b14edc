"""Rows, columns and counts of a sheet, in words."""

from __future__ import annotations

from collections.abc import Sequence

from grader.errors import quoted

#: Stretches of rows, and columns, that are named one by one.
_NAMED = 12
_SIGNS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
_FEW = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def sign_said(sign: str) -> str:
    """What to call a sign that stands between columns."""
    return _SIGNS.get(sign, quoted(sign))


def count_said(number: int, what: str) -> str:
    """`eight cells`, `1,000 cells`."""
    shown = _FEW[number] if number < len(_FEW) else f"{number:,}"
    return f"{shown} {what}{'' if number == 1 else 's'}"


def columns_said(called: Sequence[str]) -> str:
    """`column 'A' is`, `columns 'A', 'B' are`."""
    more = len(called) - 2 * _NAMED
    named = [*called[: 2 * _NAMED], *([f"{more} more"] if more > 0 else [])]
    return f"column {named[0]} is" if len(named) == 1 else f"columns {', '.join(named)} are"


def rows_said(rows: Sequence[int]) -> str:
    """`row 5`, `rows 3 to 40 (38 rows)`; the rows in order."""
    if len(rows) == 1:
        return f"row {rows[0]:,}"
    parts: list[str] = []
    start = end = rows[0]
    for row in [*rows[1:], 0]:
        if row == end + 1:
            end = row
            continue
        parts.append(f"{start}" if start == end else f"{start} to {end}")
        start = end = row
    more = len(parts) - 4 * _NAMED
    named = [*parts[: 4 * _NAMED], *([f"{more} more stretches"] if more > 0 else [])]
    return f"rows {', '.join(named)} ({len(rows):,} rows)"
