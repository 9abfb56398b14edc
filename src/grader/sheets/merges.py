"""Merged cells: down they fill every row, across they are faults."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping

from grader.errors import Problem
from grader.sheets.cells import Row
from grader.sheets.columns import Column
from grader.sheets.convert import is_blank
from grader.sheets.reader import Table


def merges_below(
    table: Table, body: list[Row], columns: Mapping[int, Column], above: int
) -> tuple[dict[tuple[int, int], int], list[Problem]]:
    """The last row of each cell merged down, and faults across."""
    reach: dict[tuple[int, int], int] = {}
    problems: list[Problem] = []
    filled: dict[int, list[int]] | None = None
    for top, left, bottom, right in table.merges:
        if top <= above:
            continue
        within = [at for at in range(left, min(right, max(columns)) + 1) if at in columns]
        if len(within) > 1:
            filled = _filled(body, columns) if filled is None else filled
            if any(_any_between(filled[at], top, bottom) for at in within):
                names = ", ".join(columns[at].name for at in within)
                message = f"cells are merged across the columns {names}"
                problems.append(Problem(message, table.place(top, left), "unmerge them"))
        elif within and bottom > top:
            reach[top, left] = bottom
    return reach, problems


def _filled(body: list[Row], columns: Collection[int]) -> dict[int, list[int]]:
    """By column, the rows in which it holds something, in order."""
    found: dict[int, list[int]] = {at: [] for at in columns}
    for number, values in body:
        for at in columns:
            if at <= len(values) and not is_blank(values[at - 1]):
                found[at].append(number)
    return found


def _any_between(rows: list[int], first: int, last: int) -> bool:
    at = bisect_left(rows, first)
    return at < len(rows) and rows[at] <= last
