"""Hidden and struck-through rows: reported, left out or read."""

from __future__ import annotations

from typing import Literal

from grader.errors import Problem, quoted
from grader.sheets.cells import Row
from grader.sheets.places import letters
from grader.sheets.reader import Table

#: What to do about them: read them and say so, leave them out and say so, read them.
Hidden = Literal["warn", "skip", "read"]
_HINT = "; --hidden skip leaves {} out, --hidden read says no more of {}"
#: Of rows this many are named.
_NAMED = 20


def seen_rows(table: Table, body: list[Row], hidden: Hidden) -> tuple[list[Row], list[Problem]]:
    """The rows that are read, with warnings on the unseen."""
    if hidden == "read" or not body:
        return body, []
    unseen = table.unseen
    said = _lost(table, [number for number, _ in body if number in unseen.lost])
    if unseen.whole:
        left = f"left out, with its {_counted(len(body))}" if hidden == "skip" else "read" + _hint(1)
        message = f"the sheet {quoted(table.name)} is hidden in the workbook, and is {left}"
        said.append(Problem(message, table.place(), None, "sheet_hidden"))
        return ([] if hidden == "skip" else body), said
    for rows, how in ((unseen.hidden, "hidden in the workbook"), (unseen.struck, "struck through")):
        if found := [number for number, _ in body if number in rows]:
            verb = "is" if len(found) == 1 else "are"
            done = "left out" if hidden == "skip" else "read" + _hint(len(found))
            message = f"{named(found)} {verb} {how}, and {verb} {done}"
            said.append(Problem(message, table.place(found[0]), None, "row_hidden"))
    if partly := [number for number, _ in body if number in unseen.partly]:
        cells = [f"{letters(at)}{number}" for number in partly for at in unseen.partly[number]]
        one = len(cells) == 1
        # Of many cells the rows are named, so that none of them goes unsaid.
        shown = f"cells of {named(partly)}" if len(cells) > _NAMED else f"cell{'' if one else 's'} "
        shown += "" if len(cells) > _NAMED else ", ".join(cells)
        message = f"{shown} {'is' if one else 'are'} struck through"
        of = "row" if len(partly) == 1 else "rows"
        message += f", and {'is' if one else 'are'} read: other cells of the {of} are not"
        said.append(Problem(message, table.place(partly[0]), None, "cell_struck"))
    if hidden == "skip":
        body = [row for row in body if row[0] not in unseen.hidden and row[0] not in unseen.struck]
    return body, said


def _lost(table: Table, rows: list[int]) -> list[Problem]:
    """What is to be said of rows whose style the workbook has lost."""
    if not rows:
        return []
    have, they, their = ("has", "it is", "its") if len(rows) == 1 else ("have", "they are", "their")
    message = f"{named(rows)} {have} a style that the workbook does not hold: whether {they} struck through,"
    message += f" and how {their} numbers are shown, cannot be told"
    return [Problem(message, table.place(rows[0]), None, "style_missing")]


def _hint(count: int) -> str:
    what = "it" if count == 1 else "them"
    return _HINT.format(what, what)


def _counted(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def named(rows: list[int]) -> str:
    """Rows by number: `rows 3, 5 to 9 and 12`."""
    stretches: list[list[int]] = []
    for row in rows:
        if stretches and stretches[-1][1] == row - 1:
            stretches[-1][1] = row
        else:
            stretches.append([row, row])
    parts = [
        part
        for first, last in stretches
        for part in (
            [f"{first}"]
            if first == last
            else [f"{first}", f"{last}"]
            if last == first + 1
            else [f"{first} to {last}"]
        )
    ]
    if len(parts) > _NAMED:
        parts = [*parts[:_NAMED], f"others ({len(rows):,} in all)"]
    shown = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"row {shown}" if len(rows) == 1 else f"rows {shown}"
