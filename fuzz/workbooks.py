"""Workbooks with something changed, and whether what is then said of each is right.

A change is a function marked `@workbook` with when it acts: on the `cells`, on how they are laid out
(`shape`), on the `parts` once they are written, or on the `packed` file. It notes in the book what has to
be said.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import workbook_cells
import workbook_parts
from books import STAGES, WORKBOOK_CHANGES, Book
from made import COLUMNS

from grader.errors import Problem

#: Both register their changes.
CHANGES = (workbook_cells, workbook_parts)


def save_book(rng: random.Random, rows: list[list[str]], header: int, path: Path) -> tuple[Book, list[str]]:
    """Write a workbook of these rows, most with something changed: the book, and the names of the changes."""
    book = Book.of(rows, header + 2)
    every = [(stage, change) for stage in STAGES for change in WORKBOOK_CHANGES[stage]]
    drawn = rng.sample(every, rng.choice([0, 1, 1, 1, 2, 3]))
    drawn.sort(key=every.index)
    for stage in STAGES:
        for when, change in drawn:
            if when == stage:
                change(rng, book)
        if stage == "shape":
            book.write_parts()
        if stage == "parts":
            book.pack()
    path.write_bytes(book.raw)
    return book, [change.__name__ for _, change in drawn]


# What is asked of each ------------------------------------------------------------------------------------


def fault_of_book(
    book: Book, refusal: str | None, evidence: list[Any], said: Iterable[Problem]
) -> str | None:
    """What is wrong with how a workbook was read whose rows are all sound; None where nothing is."""
    if refusal is not None:
        if book.harmed:
            return None if "made.xlsx" in refusal else f"the refusal names no file: {refusal}"
        if not book.refused:
            return f"a sound workbook is refused: {refusal}"
        right = any(text in refusal for text in book.refused)
        return None if right else f"the refusal says none of {book.refused}: {refusal}"
    if book.refused:
        return f"it is read, and was to be refused with one of {book.refused}"
    shown = [dict(zip(COLUMNS, row, strict=True)) for row in book.rows[book.first - 1 :]]
    read = [item.model_dump() for item in evidence]
    for want, found in zip(shown, read, strict=False):
        for name, text in want.items():
            is_list = isinstance(found[name], list)
            if text != ("".join(found[name]) if is_list else found[name]):
                return f"{name} is read as {found[name]!r}, and shows {text!r}"
    if len(shown) != len(read):
        return f"{len(read)} rows are read of {len(shown)}"
    said = list(said)
    if (wrong := unsaid(book, said)) is not None:
        return wrong
    hidden = {"row_hidden", "cell_struck"} if any(book.unseen().values()) else set()
    more = {problem.code for problem in said} - hidden - book.warned
    return f"more is said than was to be: {more}" if more and not book.harmed else None


def unsaid(book: Book, said: Iterable[Problem], header: int = 0) -> str | None:
    """What was to be said below the names of the columns, and was not."""
    said = list(said)
    if missing := book.warned - {problem.code for problem in said} if not header else None:
        return f"no warning is a {missing}"
    if book.title_hidden:
        return None
    for how, rows in book.unseen().items():
        hits = [p.message for p in said if p.code in ("row_hidden", "cell_struck") and how in p.message]
        told = rows_named(" ".join(text for text in hits if text.startswith("cell") == (how == "cell")))
        wanted = {row for row in rows if row > header}
        if not wanted <= told if header else wanted != told:
            return f"of rows {sorted(wanted)} ({how}) is said: {hits}"
    return None


def rows_named(text: str) -> set[int]:
    """Rows that a message names: `rows 3, 5 to 9 and 12`, `cells C4, D4 and 2 more`."""
    found: set[int] = set()
    for listed in re.findall(r"\brows? ([0-9][0-9, to]*(?:and [0-9]+(?: to [0-9]+)?)?)", text):
        for part in re.split(",|and", listed):
            ends = [int(end) for end in re.findall("[0-9]+", part)]
            found |= set(range(ends[0], ends[-1] + 1)) if ends else set()
    for listed in re.findall(r"\bcells? ([A-Z0-9, ]+)", text):
        found |= {int(number) for number in re.findall("[A-Z]([0-9]+)", listed)}
    return found
