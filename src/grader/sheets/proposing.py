"""A mapping proposed for a spreadsheet: its sheet, headings and words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field

from grader.errors import InputError, MissingExtraError, Place, Problem
from grader.io.printed_names import PrintedNames
from grader.model.framework import Framework
from grader.model.printed import match_printed
from grader.model.proposal import OutputModel, to_json
from grader.sheets.columns import EVIDENCE, HEAD_NAME, NEVER_READ, SHEETS, Column, plain_name
from grader.sheets.convert import is_blank
from grader.sheets.guesses import guesses, heading_guess, is_ours, word_guess
from grader.sheets.headings import Headings
from grader.sheets.mapping import SheetMapping
from grader.sheets.reader import Table, open_spreadsheet
from grader.sheets.recognising import CharacteristicWords
from grader.sheets.side_rows import held_instead
from grader.sheets.values import shown

SCHEMA: Final = "grader.proposed_mapping/1"
#: Rows looked through for the names of columns, and rows of which words are counted.
_HEADER_WITHIN, _ROWS = 60, 20_000
#: A column whose words are more than this is text, and has no words of its own.
_WORDS = 40
_SAMPLE = 40
_SURE = 3.0
#: A row names columns where two of its cells do, and a list has so many of these, whatever they are called.
_NAMED = 2.0
_TELLING = frozenset({"characteristics", "statement", "assessment", "basis"})
_ENOUGH = 3
_ASKED = ("assessment", "basis", "extent", "harm")
#: Where words of ours, or of a framework, fill so much of a column, it is that column whatever it is called.
_FILLED = 0.6

Certainty = Literal["sure", "likely", "confirm"]


class ProposedColumn(OutputModel):
    """A column of the sheet, and what it is taken for."""

    heading: str
    column: str | None
    """The column's own name; None where it is not read."""
    certainty: Certainty
    """`sure`: read without asking; `likely`: a person says yes to it; `confirm`: a person must write it."""
    why: str
    sample: str


class ProposedWord(OutputModel):
    """A word of a column, and what it may stand for."""

    column: str
    word: str
    meaning: str | None
    certainty: Certainty
    rows: int


class ProposedDefault(OutputModel):
    """What a column that is not there may be taken to say."""

    column: str
    value: str
    certainty: Certainty


class ProposedMapping(OutputModel):
    """What a spreadsheet seems to call things."""

    schema_: Literal["grader.proposed_mapping/1"] = Field(SCHEMA, alias="schema")
    file: str
    sheets: list[str]
    """Sheets that hold evidence."""
    header_row: int
    rows: int
    """Rows below it that hold something."""
    columns: list[ProposedColumn]
    words: list[ProposedWord]
    defaults: list[ProposedDefault]
    missing: list[str]
    """Columns that are needed and that nothing in the sheet seems to be."""

    def __repr__(self) -> str:
        return f"<ProposedMapping of {self.file}: {len(self.open)} to confirm>"

    __str__ = __repr__

    def to_json(self, *, indent: int | None = 2) -> str:
        """The proposal as JSON text."""
        return to_json(self, indent=indent)

    @property
    def open(self) -> list[str]:
        """What a person must say: words of ratings, bases taken for granted, missing columns."""
        found = [f"column {c.heading!r}" for c in self.columns if c.certainty == "confirm"]
        found += [f"{w.word!r} in {w.column}" for w in self.words if w.certainty == "confirm"]
        found += [f"{d.column} where nothing says it" for d in self.defaults if d.certainty == "confirm"]
        return [*found, *(f"column {name}, which is missing" for name in self.missing)]

    @property
    def likely(self) -> list[str]:
        """What is not sure, and a yes is enough for."""
        found = [f"column {c.heading!r} as {c.column}" for c in self.columns if c.certainty == "likely"]
        found += [f"{w.word!r} as {w.meaning}" for w in self.words if w.certainty == "likely"]
        return [*found, *(f"{d.column}: {d.value}" for d in self.defaults if d.certainty == "likely")]

    @property
    def foreign(self) -> bool:
        """Whether it needs a mapping, and not just slips mended."""
        rows: Counter[str] = Counter()
        for word in self.words:
            rows[word.column] += word.rows
        named = any(c.certainty != "sure" for c in self.columns) or len(self.sheets) > 1 or bool(self.missing)
        return named or bool(self.defaults) or any(2 * count >= self.rows for count in rows.values())

    @property
    def text(self) -> str:
        """The mapping as a file to edit, with marks on what a person must look at."""
        from grader.sheets.mapping_text import mapping_text

        return mapping_text(self)

    def mapping(self) -> dict[str, Any]:
        """The mapping as data, as far as there is a guess."""
        evidence: dict[str, Any] = {}
        if len(self.sheets) == 1 and self.sheets[0]:
            evidence["sheet"] = self.sheets[0]
        elif len(self.sheets) > 1:
            evidence["sheets"] = self.sheets
        evidence["columns"] = {c.column: c.heading for c in self.columns if c.column is not None}
        values: dict[str, dict[str, str]] = {}
        for word in self.words:
            if word.meaning is not None:
                values.setdefault(word.column, {})[word.word] = word.meaning
        evidence["values"] = values
        evidence["defaults"] = {d.column: d.value for d in self.defaults}
        evidence["ignore"] = [c.heading for c in self.columns if c.column is None]
        return {"evidence": {key: value for key, value in evidence.items() if value}}


def propose_mapping(path: Path, framework: Framework, edition: str | None = None) -> ProposedMapping:
    """What a spreadsheet seems to call things.

    Parameters
    ----------
    path : Path
        A workbook or a CSV file.
    framework : Framework
    edition : str, optional
        One of its editions.

    Raises
    ------
    InputError
        It cannot be read, or no sheet looks like a list of findings.
    MissingExtraError
        rapidfuzz is not installed.
    """
    try:
        import rapidfuzz  # noqa: F401
    except ImportError as error:
        help = "pip install 'inspection-grader[sheets]'"
        raise MissingExtraError("proposing a mapping needs rapidfuzz", help=help) from error
    names = PrintedNames(framework, edition)
    book = open_spreadsheet(path, Headings(EVIDENCE, SheetMapping()).score)
    other = NEVER_READ | {plain_name(n) for n in (HEAD_NAME, *(s.name for s in SHEETS if s is not EVIDENCE))}
    wanted = [name for name in book.names if plain_name(name) not in other]
    said = CharacteristicWords(names)
    read = [_Sheet(table, names, said) for table in book.read(wanted).values() if table.rows]
    named = [sheet for sheet in read if plain_name(sheet.table.name) == EVIDENCE.key]
    good = named or [sheet for sheet in read if sheet.is_list]
    if not good:
        message = "no sheet looks like a list of findings"
        help = "give each finding a row, under headings such as finding, characteristic, rating and method"
        raise InputError([Problem(message, Place(book.file), help)])
    best = max(good, key=lambda sheet: sheet.score)
    same = [best] if named else [sheet for sheet in read if sheet is best or sheet.is_like(best)]
    return best.proposed(book.file, same, Path(path).stem)


class _Sheet:
    """One sheet: where its headings stand, and what each column holds."""

    def __init__(self, table: Table, names: PrintedNames, said: CharacteristicWords) -> None:
        self.table = table
        self.names = names
        self.said = said
        self.headings = Headings(EVIDENCE, SheetMapping())
        self.number, self.values, self.score = self.header()
        self.body = [row for row in table.rows if row[0] > self.number][:_ROWS]
        self.columns = list(self.read_columns()) if self.values else []
        self.called = {column.column: column.heading for column in self.columns if column.column}
        places = {shown(value).strip(): at for at, value in enumerate(self.values, 1)}
        at = {name: places[heading] for name, heading in self.called.items()}
        self.body = [row for row in self.body if held_instead(row[1], at) is None]

    @property
    def is_list(self) -> bool:
        """Whether it looks like a list of findings, by headings or content."""
        return self.score >= _SURE or len(_TELLING & self.called.keys()) >= _ENOUGH

    def is_like(self, best: _Sheet) -> bool:
        """Whether it has the columns of another, under the same names."""
        return set(best.called.values()) <= {shown(value).strip() for value in self.values}

    def header(self) -> tuple[int, list[Any], float]:
        """The row that names most columns, or else the first of the widest."""
        best: tuple[int, list[Any], float] = (0, [], 0.0)
        for number, values in self.headings.rows_with_groups(self.table.rows):
            if number > _HEADER_WITHIN:
                break
            found: dict[str, float] = {}
            for value in values:
                text = shown(value).strip()
                column, _ = self.headings.column_of(value) if text else (None, 0)
                guess = heading_guess(text) if text and column is None else None
                name, weight = (column.name, 1.0) if column else (guess[0], 0.7) if guess else ("", 0.0)
                found[name] = max(found.get(name, 0.0), weight)
            score = sum(found.values()) + (0.5 if any(r > number for r, _ in self.table.rows) else 0)
            if score > best[2] + 0.2:  # a heading above a heading names less
                best = (number, values, score)
        if best[2] >= _NAMED:
            return best
        widths = [
            (number, values, sum(not is_blank(v) for v in values)) for number, values in self.table.rows
        ]
        widest = max((width for _, _, width in widths[1:]), default=0)
        full = (row for row in widths[:_HEADER_WITHIN] if row[2] >= max(0.75 * widest, 3))
        return next(((number, values, best[2]) for number, values, _ in full), best)

    def cells(self, at: int) -> Iterator[str]:
        for _, values in self.body:
            if at <= len(values) and not is_blank(values[at - 1]):
                yield shown(values[at - 1]).strip()

    def read_columns(self) -> Iterator[ProposedColumn]:
        """Each column, given what is surest of all first."""
        named = self.headings.named(self.values)
        taken = {column.name: at for at, column in named.columns.items()}
        why: dict[int, tuple[str, Certainty, str]] = {
            at: (name, "sure", "its name") for name, at in taken.items()
        }
        rest = [at for at, v in enumerate(self.values, 1) if at not in why and shown(v).strip()]
        held = {at: Counter(self.cells(at)) for at in rest}
        # Of columns that could hold characteristics, one with their words comes before one with areas.
        written = [at for at in rest if "characteristics" not in taken and self.written_out(held[at])]
        if written:
            taken["characteristics"] = written[0]
            why[written[0]] = ("characteristics", "likely", "the texts in it")
        for at in (at for at in rest if at not in why):
            by_words = self.by_words(held[at])
            if by_words and by_words not in taken:
                taken[by_words] = at
                why[at] = (by_words, "likely", "the words in it")
        for at in rest:
            guess = heading_guess(shown(self.values[at - 1])) if at not in why else None
            if guess and guess[0] not in taken:
                taken[guess[0]] = at
                why[at] = (guess[0], "likely", guess[1])
        if "statement" not in taken:
            longest = max((at for at in rest if at not in why), key=lambda at: _mean(held[at]), default=None)
            if longest is not None and _mean(held[longest]) > 25:
                why[longest] = ("statement", "likely", "its long texts")
        for at, value in enumerate(self.values, 1):
            if not shown(value).strip():
                continue
            nothing: tuple[str | None, Certainty, str] = (None, "sure", "not read")
            name, certainty, because = why.get(at, nothing)
            sample = next(self.cells(at), "")[:_SAMPLE]
            yield ProposedColumn(
                heading=shown(value).strip(), column=name, certainty=certainty, why=because, sample=sample
            )

    def by_words(self, held: Counter[str]) -> str | None:
        """The column that most of a column's cells are words of."""
        count = held.total()
        if not count:
            return None
        tags = sum(n for word, n in held.items() if self.tagged(word))
        if tags >= _FILLED * count:
            return "characteristics"
        if len(held) > _WORDS:
            return None
        for name in _ASKED:
            if sum(n for word, n in held.items() if _is_ours(name, word, self.names)) >= _FILLED * count:
                return name
        for name in ("assessment", "basis"):
            guessed = sum(
                n
                for w, n in held.items()
                if _is_ours(name, w, self.names) or _guess(name, w, self.names, held)
            )
            if guessed >= 0.8 * count and len(held) > 1:
                return name
        return None

    def written_out(self, held: Counter[str]) -> bool:
        """Whether a column's cells are mostly texts of characteristics."""
        few = held.most_common(_WORDS)
        return bool(few) and sum(self.said.meant(w) is not None for w, _ in few) >= _FILLED * len(few)

    def tagged(self, cell: str) -> bool:
        parts = [part.strip() for line in cell.split("\n") for part in line.replace(";", ",").split(",")]
        known = self.names.characteristics
        return bool(parts) and all(self.names.matched("characteristics", p) in known for p in parts if p)

    # The proposal ------------------------------------------------------------------------------------------

    def proposed(self, file: str, sheets: Sequence[_Sheet], stem: str) -> ProposedMapping:
        words = [word for name in self.called for word in _words(name, sheets, self.names)]
        defaults: list[ProposedDefault] = []
        if "source" not in self.called:
            defaults.append(ProposedDefault(column="source", value=stem or "Fieldwork", certainty="likely"))
        if "basis" not in self.called:  # it decides how far evidence counts
            basis = guesses()["defaults"]["basis"]
            defaults.append(ProposedDefault(column="basis", value=basis, certainty="confirm"))
        needed = ["characteristics", "statement"]
        if "measure" not in self.called:
            needed.append("assessment")
        return ProposedMapping(
            schema=SCHEMA,
            file=file,
            sheets=[sheet.table.name for sheet in sheets],
            header_row=self.number,
            rows=sum(len(sheet.body) for sheet in sheets),
            columns=self.columns,
            words=words,
            defaults=defaults,
            missing=[name for name in needed if name not in self.called],
        )


def _mean(held: Counter[str]) -> float:
    return sum(len(word) * n for word, n in held.items()) / held.total() if held else 0.0


def _words(name: str, sheets: Sequence[_Sheet], names: PrintedNames) -> Iterator[ProposedWord]:
    """The words of a column that are not read as they stand."""
    held: Counter[str] = Counter()
    for sheet in sheets:
        heading = sheets[0].called[name]
        at = next(i for i, v in enumerate(sheet.values, 1) if shown(v).strip() == heading)
        held.update(sheet.cells(at))
    column: Column = EVIDENCE.column(name)
    if name == "characteristics":
        for word, rows in held.items():
            if not sheets[0].tagged(word):
                meaning = sheets[0].said.meant(word)
                yield ProposedWord(column=name, word=word, meaning=meaning, certainty="confirm", rows=rows)
        return
    if not column.choices or name not in _ASKED:
        return
    for word, rows in held.items():
        if not _is_ours(name, word, names):
            meaning = _guess(name, word, names, held)
            sure: Certainty = "confirm" if name == "assessment" or meaning is None else "likely"
            yield ProposedWord(column=name, word=word, meaning=meaning, certainty=sure, rows=rows)


def _is_ours(name: str, word: str, names: PrintedNames) -> bool:
    """Whether a column's word is one of the framework's, however printed."""
    vocabulary = names.framework.vocabulary
    if name == "assessment" and vocabulary.declared:
        return any(match_printed(word.strip(), levels.printed) for levels in vocabulary.declared)
    return is_ours(word, EVIDENCE.column(name).choices)


def _guess(name: str, word: str, names: PrintedNames, among: Counter[str]) -> str | None:
    """What another word may mean; never guessed of levels a framework declares."""
    if name == "assessment" and names.framework.vocabulary.declared:
        return None
    return word_guess(name, word, EVIDENCE.column(name).choices, among)
