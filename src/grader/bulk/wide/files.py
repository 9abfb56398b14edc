"""A wide table's file: headings, and the columns asked for, as text."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from grader.bulk.backends import ROW, pl
from grader.bulk.dataset import unreadable
from grader.bulk.wide.places import RowPlace
from grader.bulk.wide.structure import is_plain
from grader.errors import InputError, Place, Problem
from grader.io.kinds import NAMES, kind_of
from grader.io.reading import read_bytes
from grader.io.scalars import decode, shown_name
from grader.sheets import csv_text, limits
from grader.sheets.limits import refuse

ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".parquet")
#: Bytes of a text, packed or not, and rows of any table.
TEXT_LIMIT = 512 * 2**20
ROW_LIMIT = 10_000_000
#: Of a text so much is read to find the headings.
_START = 2_000_000
#: Rows that are read with care are put into columns together.
_TOGETHER = 50_000
_SMALLER = "split it, or write it as Parquet"

Score = Callable[[Sequence[str]], int]
"""How many of a row's cells name columns that are looked for."""


class WideFile(Protocol):
    """A wide table: headings, and notes on how it was read."""

    file: str
    headings: tuple[str, ...]
    notes: list[Problem]

    @property
    def at_headings(self) -> Place:
        """Where the headings stand."""
        ...

    def read(self, positions: Sequence[int]) -> pl.DataFrame:
        """Columns by their positions, as text under `str(position)`, with the number of each row."""
        ...


def is_wide(path: Path) -> bool:
    """Whether a file is a table, by its name."""
    return path.name.lower().endswith(ENDINGS)


def open_wide(path: Path, score: Score) -> WideFile:
    """A wide table, its headings found.

    Parameters
    ----------
    path : Path
        CSV, perhaps gzipped, or Parquet.
    score : callable
        How many cells of a row name columns; the best row holds the headings.

    Raises
    ------
    InputError
        No such file, or beyond the limits.
    """
    file = shown_name(str(path))
    if _start_of(path) == b"PAR1":
        return ParquetTable(path, file)
    if path.suffix.lower() == ".parquet":
        refuse(Place(file), "the file is no Parquet file", "write the table again, or name it .csv")
    raw = read_bytes(path, TEXT_LIMIT)
    if raw.startswith(b"\x1f\x8b"):
        raw = _unpacked(raw, file)
    return text_table(raw, file, score)


def _start_of(path: Path) -> bytes:
    """The first bytes of a regular file, or none."""
    try:
        if not path.is_file():
            return b""
        with open(path, "rb") as stream:
            return stream.read(4)
    except (OSError, ValueError):
        return b""


def _unpacked(raw: bytes, file: str) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
            text = stream.read(TEXT_LIMIT + 1)
    except (OSError, EOFError, zlib.error):
        refuse(Place(file), "the file is damaged: gzip cannot unpack it", "pack it again")
    if len(text) > TEXT_LIMIT:
        refuse(Place(file), f"unpacked, the file is larger than {TEXT_LIMIT // 2**20} MiB", _SMALLER)
    return text


# Text -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class TextTable:
    """A table in UTF-8 text.

    Attributes
    ----------
    above : int
        Rows above the headings.
    start : int
        The byte after them.
    """

    file: str
    text: bytes
    delimiter: str
    headings: tuple[str, ...]
    above: int
    start: int
    notes: list[Problem]

    @property
    def at_headings(self) -> Place:
        return RowPlace(self.file, self.above)

    def read(self, positions: Sequence[int]) -> pl.DataFrame:
        found = self.at_once(positions)
        return self.with_care(positions) if found is None else found

    def at_once(self, positions: Sequence[int]) -> pl.DataFrame | None:
        """The columns of a plain table, by Polars."""
        body, width = self.text[self.start :], len(self.headings)
        if not body or not is_plain(body, self.delimiter, width):
            return None
        names = {f"column_{at + 1}": pl.String() for at in range(width)}
        try:
            found = pl.read_csv(
                body, has_header=False, separator=self.delimiter, schema=names, columns=sorted(set(positions))
            )
        except pl.exceptions.PolarsError:
            return None
        self._check_many(len(found))
        found = found.rename({f"column_{at + 1}": str(at) for at in set(positions)})
        if found.height and found.select(pl.all_horizontal(pl.all().is_null()).any()).item():
            return None  # a row may hold nothing at all, and is none then
        return found.select(pl.row_index(ROW) + self.above + 1, pl.all())

    def _check_many(self, rows: int) -> None:
        if rows > ROW_LIMIT:
            refuse(Place(self.file), f"the file has more than {ROW_LIMIT:,} rows", _SMALLER)

    def with_care(self, positions: Sequence[int]) -> pl.DataFrame:
        """The columns row by row, with every fault."""
        names = [str(at) for at in dict.fromkeys(positions)]
        schema = {ROW: pl.UInt32(), **dict.fromkeys(names, pl.String())}
        parts = [pl.DataFrame(schema=schema)]
        rows: list[list[object]] = []
        for number, row in self._rows():
            rows.append([number, *(row[int(name)] for name in names)])
            if len(rows) == _TOGETHER:
                parts.append(pl.DataFrame(rows, schema=schema, orient="row"))
                rows = []
        return pl.concat([*parts, pl.DataFrame(rows, schema=schema, orient="row")])

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Numbered rows that are not blank; raises InputError for other widths."""
        text = decode(self.text[self.start :], self.file)
        width = len(self.headings)
        faults: list[Problem] = []
        number = self.above
        lines = csv_text.Lines(text, self.delimiter, self.file)
        try:
            for number, row in enumerate(
                csv.reader(lines, delimiter=self.delimiter, strict=True), self.above + 1
            ):
                lines.signs = 0
                self._check_many(number - self.above)
                if not any(row):
                    continue
                if len(row) < width or any(row[width:]):
                    faults.append(_of_another_width(len(row), width, RowPlace(self.file, number)))
                    if len(faults) > 1000:
                        break
                    continue
                csv_text.check_quotes(row, number, self.file, self.delimiter, self.notes)
                if not faults:
                    yield number, row
        except csv.Error as error:
            faults.append(_unpaired(error, number + 1, self.file))
        if faults:
            raise InputError(faults)


def _unpaired(error: csv.Error, number: int, file: str) -> Problem:
    """The fault of a row with an unpaired quote."""
    return replace(csv_text.unpaired(error, number, file), place=RowPlace(file, number))


def _of_another_width(cells: int, width: int, place: Place) -> Problem:
    message = f"the row has {cells} {'cell' if cells == 1 else 'cells'}, and there are {width} headings"
    help = "a cell with a comma, a quote or a line break stands in quotes; an empty one keeps its comma"
    return Problem(message, place, help)


def text_table(raw: bytes, file: str, score: Score) -> TextTable:
    kind = kind_of(raw)
    if kind not in ("text", "yaml"):
        what, help = NAMES[kind]
        refuse(
            Place(file), f"the file is {what}" + ("" if kind == "empty" else ", not a table in text"), help
        )
    raw, notes = _in_utf8(raw, file)
    start = raw[:_START].decode("utf-8", "ignore")
    skipped = ""
    said = csv_text.SEP_LINE.match(start)
    if said and not said[1].isalnum() and said[1] != '"':
        skipped, start, delimiter = start[: said.end()], start[said.end() :], said[1]
    else:
        delimiter, _ = csv_text.delimiter_of(start, file, lambda row: _spread(row, score))
    above, headings, end = _headings(start, file, delimiter, score)
    bytes_above = len((skipped + start[:end]).encode())
    return TextTable(file, raw, delimiter, headings, above, bytes_above, notes)


def _in_utf8(raw: bytes, file: str) -> tuple[bytes, list[Problem]]:
    """The text in UTF-8 without its mark, and what was assumed of it."""
    bare = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        bare.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if b"\0" not in bare[:400]:
            return bare, []
    text, notes = csv_text.decoded(raw, file)
    return text.encode("utf-8"), notes


def _spread(row: Sequence[object], score: Score) -> int:
    return score([str(cell) for cell in row])


def _headings(text: str, file: str, delimiter: str, score: Score) -> tuple[int, tuple[str, ...], int]:
    """The headings' row number and cells, and where the next row starts."""
    ends = [0]

    def lines() -> Iterator[str]:
        for line in csv_text.Lines(text, delimiter, file):
            ends.append(ends[-1] + len(line))
            yield line

    found: tuple[int, int, list[str], int] | None = None
    number = 0
    try:
        for number, row in enumerate(csv.reader(lines(), delimiter=delimiter, strict=True), 1):
            if number > csv_text.HEADER_WITHIN:
                break
            points = score(row) if any(row) else -1
            if points >= 0 and (found is None or points > found[0]):
                found = points, number, row, ends[-1]
    except csv.Error as error:
        if found is None or found[0] < 1:
            raise InputError([_unpaired(error, number + 1, file)]) from None
    if found is None:
        refuse(Place(file), "the file is empty", "write a table in it")
    _, above, cells, end = found
    while cells and not cells[-1].strip():  # a sign at the end of every line
        cells = cells[:-1]
    if len(cells) > limits.COLUMN_LIMIT:
        message = f"the table has more than {limits.COLUMN_LIMIT} columns"
        refuse(RowPlace(file, above), message, limits.SMALLER)
    return above, tuple(cells), end


# Parquet --------------------------------------------------------------------------------------------------


class ParquetTable:
    """A table in Parquet, whole numbers as text."""

    def __init__(self, path: Path, file: str) -> None:
        self.path = path
        self.file = file
        self.notes: list[Problem] = []
        try:
            self._scan = pl.scan_parquet(path, glob=False)
            self._schema = self._scan.collect_schema()
            rows = self._scan.select(pl.len()).collect().item()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise unreadable(file, error) from error
        self.headings = tuple(self._schema.names())
        if len(self.headings) > limits.COLUMN_LIMIT:
            refuse(Place(file), f"the table has more than {limits.COLUMN_LIMIT} columns", limits.SMALLER)
        if rows > ROW_LIMIT:
            refuse(Place(file), f"the file has more than {ROW_LIMIT:,} rows", "split it")

    @property
    def at_headings(self) -> Place:
        return Place(self.file)

    def read(self, positions: Sequence[int]) -> pl.DataFrame:
        wanted = list(dict.fromkeys(positions))
        problems = []
        for at in wanted:
            if not _readable(self._schema.dtypes()[at]):
                held = self._schema.dtypes()[at]
                message = f"column {self.headings[at]!r} holds {held}, and should hold text or whole numbers"
                problems.append(Problem(message, Place(self.file), "write it as text"))
        if problems:
            raise InputError(problems)
        columns = [_as_text(pl.nth(at), self._schema.dtypes()[at]).alias(str(at)) for at in wanted]
        try:
            found = self._scan.select(columns).collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise unreadable(self.file, error) from error
        return found.select(pl.row_index(ROW) + 1, pl.all())


def _readable(dtype: pl.DataType) -> bool:
    text = dtype in (pl.String, pl.Categorical, pl.Enum, pl.Null, pl.Date)
    return text or dtype.is_numeric()


def _as_text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_float() or dtype.is_decimal():
        number = column.cast(pl.Float64)
        whole = number.is_finite() & (number == number.floor()) & (number.abs() < 2**53)
        as_whole = number.cast(pl.Int64, strict=False).cast(pl.String)
        return pl.when(whole).then(as_whole).otherwise(number.cast(pl.String))
    return column.cast(pl.String)
