"""A table in text: encoding, delimiter, quotes, rows."""

from __future__ import annotations

import contextlib
import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from grader.errors import InputError, Place, Problem, quoted
from grader.io.kinds import NAMES, kind_of
from grader.io.scalars import decode
from grader.sheets import limits
from grader.sheets.limits import refuse
from grader.sheets.places import CellPlace
from grader.sheets.values import Value

#: How well a row's cells name columns: the more the better.
Score = Callable[[Sequence[Value]], int]

#: What stands between columns, the commonest first.
DELIMITERS = ",;\t|"
#: The names of the columns stand among the first rows.
HEADER_WITHIN = 100
SEP_LINE = re.compile(r"\ufeff?\"?sep=(.)\"?[ ,;\t]*(?:\r\n|\r|\n|\Z)", re.IGNORECASE)
_UTF8 = "save the file as CSV UTF-8"
#: An end of line whose two bytes are exchanged: no character has this number, so a byte is missing before it.
_SHIFTED = "\u0a00"
#: Characters of more than one byte in UTF-8.
_SEVERAL_BYTES = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_END = re.compile(r"\r\n|\r|\n")
_CELL = 131_072
#: Far more than a row of long texts holds.
_SIGNS_LIMIT = 250_000
#: Of a text so much is read to see what stands between its columns.
_START = 2_000_000


@dataclass(frozen=True, slots=True)
class CsvText:
    """A table in text.

    Attributes
    ----------
    rows : list
        With content, numbered as spreadsheets do.
    warnings : list of Problem
        What was assumed.
    """

    rows: list[tuple[int, list[Value]]]
    delimiter: str
    warnings: list[Problem]


def read_csv(raw: bytes, file: str, score: Score) -> CsvText:
    """The table in a text file.

    Parameters
    ----------
    file : str
        For messages.
    score : callable
        How well cells name columns; decides the delimiter.

    Raises
    ------
    InputError
        No table, an unknown encoding, or beyond the limits.
    """
    kind = kind_of(raw)
    if kind not in ("text", "yaml"):
        what, help = NAMES[kind]
        refuse(
            Place(file), f"the file is {what}" + ("" if kind == "empty" else ", not a table in text"), help
        )
    text, warnings = decoded(raw, file)
    said = SEP_LINE.match(text)
    if said and not said[1].isalnum() and said[1] != '"':
        text = text[said.end() :]  # a spreadsheet program shows the rows below it alone
        delimiter = said[1]
    else:
        delimiter, names = delimiter_of(text, file, score)
        if kind == "yaml" and names < 2:
            refuse(Place(file), "the file is YAML, not a table in text", NAMES["yaml"][1])
    if not text.strip(f" \r\n{DELIMITERS}"):
        refuse(Place(file), "the file is empty", "write a table in it")
    return CsvText(list(_rows(text, file, delimiter, warnings)), delimiter, warnings)


# Encodings ------------------------------------------------------------------------------------------------


def decoded(raw: bytes, file: str) -> tuple[str, list[Problem]]:
    """The text of a file, and what was assumed of its encoding."""
    if raw.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        refuse(Place(file), "the file is in UTF-32, which is not read", _UTF8)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = raw.decode("utf-16")
        except UnicodeDecodeError:
            text = _SHIFTED
        if _SHIFTED in text:
            refuse(Place(file), "the file starts as UTF-16 does, and is damaged further on", _UTF8)
        return decode(text.encode("utf-8"), file), []
    bare = raw.removeprefix(b"\xef\xbb\xbf")
    if bare[:400].count(b"\0") * 3 > len(bare[:400]):
        message = "the file is in UTF-16 or UTF-32 without the mark that says in which"
        refuse(Place(file), message, _UTF8)
    try:
        bare.decode("utf-8")
    except UnicodeDecodeError as error:
        if bare is not raw:
            message = "the file starts as UTF-8 does, and byte 0x{:02x} is not UTF-8"
            refuse(_at(bare, error.start, file), message.format(bare[error.start]), _UTF8)
        return _windows(raw, error.start, file)
    return decode(bare, file), []


def _windows(raw: bytes, first: int, file: str) -> tuple[str, list[Problem]]:
    """Text as Excel on Windows saves it, with a word to check."""
    alone = _SEVERAL_BYTES.sub(b"", raw)
    if len(_SEVERAL_BYTES.findall(raw)) >= sum(byte > 127 for byte in alone):
        message = f"byte 0x{raw[first]:02x} is not UTF-8, and characters elsewhere in the file are"
        refuse(_at(raw, first, file), message, f"look for text pasted from elsewhere, and {_UTF8}")
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError as error:
        message = f"byte 0x{raw[error.start]:02x} is neither UTF-8 nor Windows-1252"
        refuse(_at(raw, error.start, file), message, _UTF8)
    text = decode(text.encode("utf-8"), file)
    message = (
        f"the file is not UTF-8 and was read as Windows-1252, in which a word reads {quoted(_word(text))}"
    )
    return text, [Problem(message, Place(file), f"if that word is wrong, {_UTF8}", "encoding")]


def _word(text: str) -> str:
    """A word beyond ASCII, rather of letters than a sign."""
    words: list[str] = [word for word in re.findall(r"[^\s,;|\"]+", text) if not word.isascii()]
    if words:
        return next((word for word in words if len(word) > 2), words[0])
    first = re.search(r"[^\x00-\x7f]", text)  # a space that is not the common one
    assert first is not None
    return text[max(0, first.start() - 10) : first.end() + 10]


def _at(raw: bytes, byte: int, file: str) -> Place:
    before = raw[:byte]
    line = before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") + 1
    start = max(before.rfind(b"\n"), before.rfind(b"\r")) + 1
    return Place(file, line, len(before[start:].decode("utf-8", "replace")) + 1)


# Rows -----------------------------------------------------------------------------------------------------


def delimiter_of(text: str, file: str, score: Score) -> tuple[str, int]:
    """The delimiter with which a row names most columns, and how well."""
    first = next((line for line in text.lstrip()[:100_000].splitlines() if line.strip(f' "{DELIMITERS}')), "")
    bare = "".join(first.split('"')[::2])
    start = text[:_START]

    def rank(sign: str) -> tuple[int, int]:
        reader = csv.reader(Lines(start, sign, file), delimiter=sign)
        best = 0
        with contextlib.suppress(csv.Error, InputError):  # what is wrong is said when the rows are read
            for row in islice(reader, HEADER_WITHIN):
                best = max(best, score(row[: limits.COLUMN_LIMIT]))
        return best, bare.count(sign)

    ranks = {sign: rank(sign) for sign in DELIMITERS}
    found = max(DELIMITERS, key=lambda sign: ranks[sign])
    return found, ranks[found][0]


def _rows(text: str, file: str, delimiter: str, warnings: list[Problem]) -> Iterator[tuple[int, list[Value]]]:
    number = seen = filled = 0
    try:
        lines = Lines(text, delimiter, file)
        for number, row in enumerate(csv.reader(lines, delimiter=delimiter, strict=True), 1):
            lines.signs = 0
            if number > limits.ROW_LIMIT:
                refuse(Place(file), f"the file has more than {limits.ROW_LIMIT:,} rows", limits.SMALLER)
            if len(row) > limits.COLUMN_LIMIT and any(row[limits.COLUMN_LIMIT :]):
                message = f"the row has more than {limits.COLUMN_LIMIT} columns"
                refuse(CellPlace(file, number), message, limits.SMALLER)
            seen += len(row)
            cells = sum(map(bool, row))
            filled += cells
            if seen > limits.CELLS_SEEN_LIMIT or filled > limits.FILLED_LIMIT:
                most = limits.CELLS_SEEN_LIMIT if seen > limits.CELLS_SEEN_LIMIT else limits.FILLED_LIMIT
                refuse(Place(file), f"the file holds more than {most:,} cells", limits.SMALLER)
            if cells:
                check_quotes(row, number, file, delimiter, warnings)
                yield number, list(row)
    except csv.Error as error:
        raise InputError([unpaired(error, number + 1, file)]) from None


class Lines:
    """Lines with their ends, not copied; delimiters are counted before rows are built."""

    def __init__(self, text: str, delimiter: str, file: str) -> None:
        self.text = text
        self.delimiter = delimiter
        self.file = file
        self.signs = 0
        """Signs that stand between columns, or in quotes, since the last row was taken."""

    def __iter__(self) -> Iterator[str]:
        start = 0
        for end in _END.finditer(self.text):
            yield self.line(start, end.end())
            start = end.end()
        if start < len(self.text):
            yield self.line(start, len(self.text))

    def line(self, start: int, end: int) -> str:
        self.signs += self.text.count(self.delimiter, start, end)
        if self.signs > _SIGNS_LIMIT:
            message = f"a row has more than {limits.COLUMN_LIMIT} columns"
            refuse(Place(self.file), message, limits.SMALLER)
        return self.text[start:end]


def check_quotes(row: list[str], number: int, file: str, delimiter: str, warnings: list[Problem]) -> None:
    """Refuse a cell that holds whole rows between stray quotes."""
    for at, cell in enumerate(row, 1):
        if "\n" not in cell and "\r" not in cell:
            continue
        # In prose a space follows a comma.
        signs = sum(not after[:1].isspace() for after in cell.split(delimiter)[1:])
        if signs >= max(3, len(row) - 1):
            message = "the cell holds what looks like rows: a quote may be missing, or be one too many"
            warnings.append(Problem(message, CellPlace(file, number, at), "look at its quotes", "quotes"))


def unpaired(error: csv.Error, number: int, file: str) -> Problem:
    if "field larger" in str(error):
        message = f"a cell of this row is longer than {_CELL:,} characters, or its quotes never close"
        return Problem(message, CellPlace(file, number), "close the quotes, or shorten the text")
    help = "a cell with a comma, a quote or a line break stands in quotes, and its own quotes are doubled"
    if "end of data" in str(error):
        return Problem("a quote opened in this row is never closed", CellPlace(file, number), help)
    return Problem("the quotes of this row do not pair", CellPlace(file, number), help)
