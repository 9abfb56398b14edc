"""Good sheets, and what can be changed in their rows and in their text."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from books import Book

COLUMNS = ["id", "characteristics", "assessment", "statement", "basis", "source", "locator"]
CHARACTERISTICS = ["treatment.1a", "treatment.1b", "responding.1a", "responding.2c", "recording.1d"]
ASSESSMENTS = ["exceeds", "meets", "partly_meets", "falls_short"]
BASES = ["interview", "data", "case_file_review", "observation", "document"]
WORDS = [
    *("officers", "explain", "why", "they", "stop,", "search;", "victims", "|", "café", "force’s"),
    *("“often”", "£5", "–", "not", "always", "said", "in", "writing"),
]
#: Of every statement: what it is found again by.
TOKEN = re.compile(r"T[0-9]{6}T")


@dataclass
class Made:
    """A sheet in the making.

    Attributes
    ----------
    rows : list of list of str
        All rows, blank ones and titles too; a row's number is its place.
    damaged : bool
        Whether rows can no longer be told apart by their numbers.
    sound : bool
        Whether nothing is changed in the rows themselves.
    book : Book, optional
        The workbook they stand in.
    """

    rows: list[list[str]]
    header: int = 0
    sign: str = ","
    encoding: str = "utf-8"
    ends: tuple[str, ...] = ("\n",)
    quoting: int = csv.QUOTE_MINIMAL
    raw: bytes = b""
    before: str = ""
    damaged: bool = False
    sound: bool = False
    book: Book | None = None
    changes: list[str] = field(default_factory=list)


Change = Callable[[random.Random, Made], None]
ROWS: list[Change] = []
TEXT: list[Change] = []
DAMAGE: list[Change] = []


def rows(change: Change) -> Change:
    ROWS.append(change)
    return change


def text(change: Change) -> Change:
    TEXT.append(change)
    return change


def damage(change: Change) -> Change:
    """A change of the bytes of a table in text."""
    DAMAGE.append(change)
    return change


def good(rng: random.Random) -> Made:
    """A sheet with nothing wrong."""
    made = [COLUMNS[:]]
    for n in range(1, rng.randint(2, 9)):
        words = " ".join(rng.choices(WORDS, k=rng.randint(1, 8)))
        statement = f"{words} T{rng.randrange(10**6):06d}T {rng.choice(WORDS)}."
        row = [f"E{n}", rng.choice(CHARACTERISTICS), rng.choice(ASSESSMENTS), statement, rng.choice(BASES)]
        made.append([*row, "visit", f"p. {n}"])
    return Made(made)


# Rows -----------------------------------------------------------------------------------------------------


def _below(rng: random.Random, made: Made) -> int:
    """A row of the table."""
    return rng.randrange(made.header + 1, len(made.rows) + 1)


@rows
def titles(rng: random.Random, made: Made) -> None:
    count = rng.choice([1, 2, 5, 30, 80])
    made.rows[:0] = [
        rng.choice([["Findings, 2022; draft"], [], [""] * 7, ["a", "b"]])[:] for _ in range(count)
    ]
    made.header += count


@rows
def blank_rows(rng: random.Random, made: Made) -> None:
    for _ in range(rng.randint(1, 5)):
        made.rows.insert(_below(rng, made), rng.choice([[], [""] * 7, [" "] * 7])[:])


@rows
def ids_alone(rng: random.Random, made: Made) -> None:
    for _ in range(rng.randint(1, 40)):
        made.rows.append([str(len(made.rows)), *[""] * 6])


@rows
def names_again(rng: random.Random, made: Made) -> None:
    made.rows.insert(_below(rng, made), made.rows[made.header][:])


@rows
def cells_missing_at_the_end(rng: random.Random, made: Made) -> None:
    row = made.rows[_below(rng, made) - 1]
    del row[rng.randint(0, len(row)) :]


@rows
def cells_too_many(rng: random.Random, made: Made) -> None:
    made.rows[_below(rng, made) - 1] += ["", "see me"][-rng.randint(1, 2) :]


@rows
def blank_cells(rng: random.Random, made: Made) -> None:
    row = made.rows[_below(rng, made) - 1]
    if row:
        row[rng.randrange(len(row))] = rng.choice(["", " ", "\u00a0"])


@rows
def further_columns(rng: random.Random, made: Made) -> None:
    at = rng.randint(0, 7)
    for number, row in enumerate(made.rows[made.header :]):
        if len(row) >= at:
            row.insert(
                at, rng.choice(["Note", "Statement (draft)", ""]) if not number else rng.choice(["", "x"])
            )


@rows
def other_names(rng: random.Random, made: Made) -> None:
    names = made.rows[made.header]
    for at, name in enumerate(names):
        names[at] = rng.choice([name, name.upper(), f"{name}*", f" {name.title()}:", f"{name} (required)"])


@rows
def common_names(rng: random.Random, made: Made) -> None:
    common = {
        "id": "Ref.",
        "statement": "Finding",
        "basis": "Evidence type",
        "assessment": "Rating",
        "locator": "Page",
    }
    made.rows[made.header] = [common.get(name, name) for name in made.rows[made.header]]


@rows
def slips(rng: random.Random, made: Made) -> None:
    row = rng.choice(made.rows)
    if row and row[0:]:
        at = rng.randrange(len(row))
        row[at] = row[at][:-1] + rng.choice("xyz,;|'\"\n\t=+-@")


@rows
def broken_lines(rng: random.Random, made: Made) -> None:
    row = made.rows[_below(rng, made) - 1]
    if len(row) > 3:
        row[3] = row[3].replace(" ", rng.choice(["\n", "\r\n", '"', '" "', "\n\n"]), 1)


@rows
def columns_moved(rng: random.Random, made: Made) -> None:
    order = rng.sample(range(7), 7)
    for at, row in enumerate(made.rows):
        if len(row) == 7:
            made.rows[at] = [row[i] for i in order]


@rows
def same_row_twice(rng: random.Random, made: Made) -> None:
    made.rows.append(made.rows[_below(rng, made) - 1][:])


# Tables in text -------------------------------------------------------------------------------------------


@text
def signs(rng: random.Random, made: Made) -> None:
    made.sign = rng.choice(",;\t|")


@text
def said_signs(rng: random.Random, made: Made) -> None:
    made.sign = rng.choice(",;\t|^~")
    made.before = f"sep={made.sign}\n"


@text
def encodings(rng: random.Random, made: Made) -> None:
    made.encoding = rng.choice(
        ["utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "utf-32", "mac-roman"]
    )


@text
def line_ends(rng: random.Random, made: Made) -> None:
    made.ends = rng.choice([("\r\n",), ("\r",), ("\n", "\r\n", "\r")])


@text
def quotes(rng: random.Random, made: Made) -> None:
    made.quoting = rng.choice([csv.QUOTE_ALL, csv.QUOTE_NONE, csv.QUOTE_NONNUMERIC])


@damage
def cut_short(rng: random.Random, made: Made) -> None:
    made.raw = made.raw[: rng.randrange(len(made.raw))]


@damage
def stray_bytes(rng: random.Random, made: Made) -> None:
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(made.raw) + 1)
        made.raw = (
            made.raw[:at]
            + rng.choice([b'"', b'"', b",", b"\n", b"\0", b"\xff", b"\x81", b"\xc3"])
            + made.raw[at:]
        )


@damage
def other_things(rng: random.Random, made: Made) -> None:
    start = rng.choice(
        [b"<html>", b"{", b'{"a": ', b"[", b"%PDF-", b"PK\x03\x04", b"\xff\xfe", b"---\n", b"\xef\xbb\xbf"]
    )
    made.raw = start + made.raw
