"""Scores from a CSV file, a row a body, with every fault located.

Nothing is guessed: 1,234 or 91.7% or 91,7 are faults.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from grader.errors import InputError, Place, Problem, Problems, quoted, suggest
from grader.io.reading import read_bytes
from grader.io.scalars import shown_name
from grader.sheets.csv_text import HEADER_WITHIN, read_csv
from grader.statistics.answer import OutlierLines
from grader.statistics.choices import Choices
from grader.statistics.sd_lines import MOST, lines, name_faults, score_fault
from grader.statistics.sums import totals_by_sum
from grader.statistics.totals import named_totals, plain_name

SIZE_LIMIT = 4 * 2**20
#: What publishers write where a body gave no figure, in any case.
MISSING_MARKS = frozenset({"", "na", "n/a", "..", "-"})
LOOKS_LIKE_A_TOTAL = "looks-like-a-total"
_LIKE_A_NUMBER = re.compile(r"[+-]?\d[\d., ]*%?", re.ASCII)
_YEAR = re.compile(r"(19|20)\d\d", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([,\u00a0\u202f' ]\d{3})+(\.\d+)?", re.ASCII)
#: What is said of a name that is that of many bodies, where it is not plainly a total's.
_BY_NAME = {
    "region": ": a region has its name",
    "nation": ": a country has its name",
    "country": ": a country has its name",
    "group": ": it names a group",
}
#: What a spreadsheet takes for the start of a formula.
_FORMULA = ("=", "+", "-", "@")
_FORMULA_CELL = re.compile(r"[=@]|[+-][^\d.]")


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of bodies, and what a person should look at in the file.

    Attributes
    ----------
    measure : str
        The column's heading.
    scores : dict of str to float or None
        None where a cell says none.
    left_out : tuple of str
        As asked for.
    sha256 : str
    warnings : tuple of Problem
        Likely totals, and what was assumed.
    """

    measure: str
    scores: dict[str, float | None]
    left_out: tuple[str, ...]
    sha256: str
    warnings: tuple[Problem, ...]

    @property
    def totals(self) -> tuple[Problem, ...]:
        """Those of the warnings that are about rows that look like totals."""
        return tuple(warning for warning in self.warnings if warning.code == LOOKS_LIKE_A_TOTAL)


@dataclass(frozen=True, slots=True)
class _Columns:
    """The two columns that are read, with their headings."""

    name: int
    value: int
    headings: Sequence[str]


def read_scores(
    path: str | os.PathLike[str],
    *,
    value: str | None = None,
    name: str | None = None,
    leave_out: Sequence[str] = (),
    keep: Sequence[str] = (),
) -> Scores:
    """Each body's score from a CSV file.

    Parameters
    ----------
    path : path
        Any usual delimiter, with `sep=` or title lines, in UTF-8, UTF-16 or Windows-1252.
    value : str, optional
        The scores' heading; the other of two columns.
    name : str, optional
        The names' heading; the first column by default.
    leave_out : sequence of str
        Rows not compared.
    keep : sequence of str
        Bodies that look like totals.

    Returns
    -------
    Scores

    Raises
    ------
    InputError
        Every fault of the file.
    """
    raw = read_bytes(Path(path), SIZE_LIMIT)
    file = shown_name(os.fspath(path))
    rows, warnings = _rows(raw, file, [heading for heading in (value, name) if heading is not None])
    if not rows:
        raise InputError([Problem("the file is empty", Place(file), "its first line is the headings")])
    line, headings = rows[0]
    columns = _columns(headings, Place(file, line), value=value, name=name)
    table = _Table(file, columns)
    for line, cells in rows[1:]:
        table.add(line, cells)
    left_out = table.leave_out(leave_out)
    kept = table.kept(keep, left_out)
    if table.problems:
        raise InputError(table.problems)
    return Scores(
        measure=columns.headings[columns.value],
        scores=table.scores,
        left_out=left_out,
        sha256=hashlib.sha256(raw).hexdigest(),
        warnings=(*warnings, *table.totals(kept)),
    )


# Rows and columns -----------------------------------------------------------------------------------------


def lines_of(read: Scores, choices: Choices | None = None) -> OutlierLines:
    """The outlier lines of scores; likely totals are noted."""
    found = lines(read.scores, choices, measure=read.measure, left_out=read.left_out, data_sha256=read.sha256)
    said_of_totals = [warning.message for warning in read.totals]
    return found.model_copy(update={"notes": [*said_of_totals, *found.notes]})


def _plain(text: str) -> str:
    """A text as it is compared: one space between words, and one way to write a letter with its accent."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _rows(raw: bytes, file: str, asked: Sequence[str]) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """Numbered rows from the headings on, and what was assumed."""
    wanted = {_plain(heading).casefold() for heading in asked}

    def names(cells: Sequence[object]) -> int:
        """How well a row is cut into a name and numbers."""
        texts = [_plain(str(cell)) for cell in cells if cell is not None]
        if any(sign in text for sign in ";\t|" for text in texts):
            return 0
        if wanted:
            return 10 * len(wanted & {text.casefold() for text in texts})
        return sum(map(bool, texts)) if any(_LIKE_A_NUMBER.fullmatch(text) for text in texts) else 0

    read = read_csv(raw, file, names)
    rows = [(number, [_plain(str(cell)) for cell in cells]) for number, cells in read.rows]
    rows = [(number, cells) for number, cells in rows if any(cells)]
    return rows[_first(rows, wanted) :], read.warnings


def _first(rows: Sequence[tuple[int, Sequence[str]]], wanted: set[str]) -> int:
    """Where the headings stand: below title lines, which fill one cell alone."""
    start = rows[:HEADER_WITHIN]
    for at, (_, cells) in enumerate(start):
        if wanted and wanted <= {cell.casefold() for cell in cells}:
            return at
    for at, (_, cells) in enumerate(start):
        if sum(map(bool, cells)) > 1:
            # A row with a number in it is no row of headings, but for years: the first is, and has a fault.
            numbers = any(_LIKE_A_NUMBER.fullmatch(cell) and not _YEAR.fullmatch(cell) for cell in cells)
            return 0 if numbers else at
    return 0


def _columns(headings: list[str], first: Place, *, value: str | None, name: str | None) -> _Columns:
    """Where names and scores stand.

    Raises
    ------
    InputError
        Headings missing, repeated or not said.
    """
    if len(headings) == 1:
        help = "save it as CSV with commas; the first column names the body, another holds its score"
        raise InputError([Problem("the first line has one column alone", replace(first, column=1), help)])
    problems = Problems()
    for at, heading in enumerate(headings, start=1):
        if heading and heading in headings[: at - 1]:
            message = f"the heading {quoted(heading)} stands a second time"
            problems.append(
                Problem(message, replace(first, column=at), "give each column a heading of its own")
            )
    names = _find(headings, name, "--name", 0, problems)
    scores = _find(headings, value, "--value", None if len(headings) > 2 else 1 - (names or 0), problems)
    if names is not None and scores is not None:
        if names == scores:
            message = f"the column {quoted(headings[names])} cannot hold both names and scores"
            problems.append(Problem(message, replace(first, column=names + 1), "name two columns"))
        for at in (names, scores):
            for said, help in name_faults(headings[at]):
                problems.append(Problem(f"the heading {said}", replace(first, column=at + 1), help))
        if not problems:
            return _Columns(names, scores, headings)
    raise InputError(problems)


def _find(
    headings: list[str], asked: str | None, option: str, default: int | None, problems: Problems
) -> int | None:
    if asked is None:
        if default is None:
            known = ", ".join(quoted(h, 30) for h in headings[1:9])
            problems.append(
                Problem("which column holds the scores is not said", Place(option), f"one of {known}")
            )
        return default
    wanted = _plain(asked)
    if wanted in headings:
        return headings.index(wanted)
    help = suggest(wanted, [h for h in headings if h], "columns")
    problems.append(Problem(f"there is no column {quoted(asked)}", Place(option), help))
    return None


# Cells ----------------------------------------------------------------------------------------------------


class _Table:
    """The scores as they are read, with the faults found on the way."""

    def __init__(self, file: str, columns: _Columns) -> None:
        self.file = file
        self.columns = columns
        self.problems = Problems()
        self.scores: dict[str, float | None] = {}
        self.lines: dict[str, int] = {}
        self.cells: dict[str, list[str]] = {}
        self._seen: dict[str, str] = {}

    def add(self, line: int, cells: list[str]) -> None:
        """Read a row."""
        expected = len(self.columns.headings)
        if len(cells) != expected:
            has = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
            message = f"the row has {has}, and there are {expected} headings"
            help = "quote a cell that holds a comma; fill the row up with empty cells"
            self._fault(line, 1, message, help)
            return
        name = self._name(line, cells[self.columns.name])
        score = self._score(line, cells[self.columns.value])
        if name is None:
            return
        if len(self.scores) == MOST:
            place = Place(self.file, line, 1)
            too_many = Problem(f"there are more than {MOST:,} bodies", place, "leave out what is no body")
            raise InputError([*self.problems, too_many])
        self.scores[name] = score
        self.lines[name] = line
        self.cells[name] = cells

    def _name(self, line: int, cell: str) -> str | None:
        column = self.columns.name + 1
        faults = name_faults(cell)
        if cell.startswith(_FORMULA):
            faults.append((f"starts as a formula does: {quoted(cell, 30)}", "write the name itself"))
        for said, help in faults:
            self._fault(line, column, f"the name {said}", help)
        if faults:
            return None
        same = self._seen.setdefault(cell.casefold(), cell)
        if same in self.scores:
            message = f"the name {quoted(cell)} stands a second time"
            self._fault(line, column, message, f"it stands on line {self.lines[same]} too; keep one")
            return None
        return cell

    def _score(self, line: int, cell: str) -> float | None:
        if cell.casefold() in MISSING_MARKS:
            return None
        said = _cell_fault(cell)
        if said is None:
            number = float(cell)
            said = score_fault(number)
            if said is None:
                return number
        heading = quoted(self.columns.headings[self.columns.value], 30)
        message = f"{quoted(cell, 30)} in column {heading} {said[0]}"
        self._fault(line, self.columns.value + 1, message, said[1])
        return None

    def leave_out(self, names: Sequence[str]) -> tuple[str, ...]:
        """Take bodies out by name; one that is not there is a fault."""
        found = []
        for name in dict.fromkeys(map(_plain, names)):
            known = self._seen.get(name.casefold())
            if known is None:
                help = suggest(name, self.scores, "names")
                self.problems.append(Problem(f"there is no body {quoted(name)}", Place("--leave-out"), help))
            elif known in self.scores:
                del self.scores[known]
                found.append(known)
        return tuple(found)

    def kept(self, names: Sequence[str], left_out: Sequence[str]) -> frozenset[str]:
        """Rows said to be bodies; an unknown one is a fault."""
        found = set()
        for name in dict.fromkeys(map(_plain, names)):
            known = self._seen.get(name.casefold())
            if known is None:
                help = suggest(name, self.scores, "names")
                self.problems.append(Problem(f"there is no body {quoted(name)}", Place("--keep"), help))
            elif known in left_out:
                message = f"{quoted(known)} is left out as well"
                self.problems.append(Problem(message, Place("--keep"), "name it once"))
            else:
                found.add(known)
        return frozenset(found)

    def totals(self, kept: frozenset[str]) -> Iterator[Problem]:
        """A warning for each row that looks like a total."""
        names = list(self.lines)
        why: dict[str, str] = {name: _BY_NAME.get(kind, "") for name, kind in named_totals(names).items()}
        columns, groups = self._numbers(names), self._groups(names)
        labels = {label for column in groups for label in column if label}
        why |= {name: ": a group has its name" for name in names if name in labels and _can_be_group(name)}
        known = frozenset(at for at, name in enumerate(names) if name in why and name not in kept)
        heading = self.columns.headings[self.columns.value]
        for at, said in totals_by_sum(names, columns, heading, known, groups).items():
            why.setdefault(names[at], f": {said}")
        for name, said in why.items():
            if name in self.scores and name not in kept:
                message = f"{quoted(name)} looks like a total, and counts here as a body{said}"
                help = f'leave it out with --leave-out "{name}", or say that it is a body: --keep "{name}"'
                place = Place(self.file, self.lines[name], self.columns.name + 1)
                yield Problem(message, place, help, LOOKS_LIKE_A_TOTAL)

    def _numbers(self, names: Sequence[str]) -> dict[str, list[Decimal | None]]:
        """Every column of numbers; the scores among them."""
        found = {}
        for at, heading in enumerate(self.columns.headings):
            numbers = [_loose_number(self.cells[name][at]) for name in names]
            if at == self.columns.value or (
                at != self.columns.name and heading and 2 * sum(n is not None for n in numbers) > len(names)
            ):
                found[heading] = numbers
        return found

    def _groups(self, names: Sequence[str]) -> list[list[str]]:
        """Columns that say each row's group: their words recur."""
        found = []
        for at in range(len(self.columns.headings)):
            labels = [self.cells[name][at] for name in names]
            words = [label for label in labels if label and _loose_number(label) is None]
            if at not in (self.columns.name, self.columns.value) and 1 < len({*words}) < len(words):
                found.append(labels)
        return found

    def _fault(self, line: int, column: int, message: str, help: str) -> None:
        self.problems.append(Problem(message, Place(self.file, line, column), help))


def _loose_number(cell: str) -> Decimal | None:
    """A cell's number for comparison, without signs for reading."""
    text = re.sub(r"(?<=\d)[, '\u00a0\u202f](?=\d{3}(?!\d))", "", cell.rstrip("% "))
    return Decimal(text) if _NUMBER.fullmatch(text) and len(text) < 40 and "e" not in text.lower() else None


def _can_be_group(name: str) -> bool:
    """Whether a group's name is no body's too."""
    return plain_name(name) != "west midlands"


def _cell_fault(cell: str) -> tuple[str, str] | None:
    """What keeps a cell from being a plain number, with advice."""
    if _NUMBER.fullmatch(cell):
        return None
    if cell.endswith("%") or cell.startswith("%"):
        return "carries a percent sign", "write the number alone; the heading says the unit"
    if _THOUSANDS.fullmatch(cell):
        return "has a thousands separator", "write the digits without one"
    if cell.lstrip("+-").casefold() in {"nan", "inf", "infinity"}:
        return "is not a finite number", "leave the cell empty where there is none"
    if _FORMULA_CELL.match(cell):
        return "is a formula", "save the file with values in place of formulas"
    if re.fullmatch(r"[+-]?\d+,\d+", cell, re.ASCII):
        return "has a comma", "write decimals with a point"
    return "is not a number", "write digits, with a point before decimals; leave a missing one empty"
