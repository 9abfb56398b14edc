"""A wide table's cells as whole numbers, and their faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from grader.bulk.backends import ROW, pl
from grader.bulk.dataset import ID
from grader.bulk.layout import BAD_FIGURE, NO_FIGURE
from grader.bulk.wide.headings import Columns, Components
from grader.bulk.wide.places import RowPlace, Where
from grader.errors import Problem, folded, nearest, quoted
from grader.language.figures import as_whole, range_of
from grader.language.rulebook import Measure
from grader.model.printed import match_printed
from grader.text import figure_text
from grader.vocabulary.scales import Levels
from grader.vocabulary.words import Vocabulary

#: Codes of a cell that says nothing, and of one that says nothing known; above are ranks.
NOTHING: Final = 0
WRONG: Final = -1
#: The column that names the body, and those of grades given.
BODY: Final = "body"
GIVEN: Final = "given."
FIGURE: Final = "figure."
#: No longer than any figure that rules may read.
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:\.[0-9]{0,12})?", re.ASCII)
_WHOLE = re.compile(r"([+-]?)(\d+)(?:\.0*)?", re.ASCII)

_SMALL: Final = pl.Int16()

Read = Callable[[str], str | None]
"""What the text of a cell stands for; None where it stands for nothing known."""


def reads(choices: Mapping[str, Sequence[str]]) -> Read:
    """Reads ids and their further names; `10.0` is `10`."""
    forms = {folded(form) for name, printed in choices.items() for form in (name, *printed)}
    matched = {form: match_printed(form, choices) for form in forms}

    def read(text: str) -> str | None:
        if text in choices:
            return text
        found = matched.get(folded(text))
        if found is None and (number := _WHOLE.fullmatch(text.strip())) is not None:
            digits = number[2].lstrip("0") or "0"
            sign = "-" if number[1] == "-" and digits != "0" else ""
            return matched.get(sign + digits)
        return found

    return read


def code_of(words: Vocabulary, scale: str | None) -> Callable[[str], int]:
    """A cell's rank on `assessments`, or `WRONG`."""
    levels = words.scale_of(scale)
    read = reads(levels.printed)

    def code(text: str) -> int:
        level = read(text)
        if level is None:
            return WRONG
        counted = words.counted_as(scale, level)
        return NOTHING if counted is None else words.assessments.rank(counted)

    return code


def figure_of(measure: Measure) -> Callable[[str], int]:
    """A cell's figure as rules read it, or `BAD_FIGURE`."""
    return lambda text: BAD_FIGURE if _figure_fault(measure, text) else as_whole(measure, float(text))


def _figure_fault(measure: Measure, text: str) -> tuple[str, str] | None:
    """A figure's fault, with help."""
    if not _NUMBER.fullmatch(text.strip()):
        return f"{quoted(text)} is no number", f"write the figure in {measure.unit}, with a point: 35.5"
    low, high = range_of(measure)
    if not low <= float(text) <= high:
        span = f"{figure_text(low)} to {figure_text(high)}"
        message = f"{quoted(text)} is outside {span}, the range of {measure.name!r}"
        return message, f"write the figure as it was measured, in {measure.unit}"
    exact = Decimal(text.strip()).scaleb(measure.decimals or 0)
    if measure.decimals is not None and exact != exact.to_integral_value():
        message = f"{quoted(text)} has more decimals than the {measure.decimals} of {measure.name!r}"
        return message, "write it with so many, rounded as the scheme says"
    return None


@dataclass(frozen=True)
class Coded:
    """A table as whole numbers.

    Attributes
    ----------
    rows : DataFrame
        `row_of_file`, `body`; each component's rank, `NOTHING` or `WRONG`; `figure.MEASURE`: a whole number,
        `NO_FIGURE` or `BAD_FIGURE`; `given.AREA`: a rank, `WRONG` or null.
    """

    rows: pl.DataFrame
    components: tuple[str, ...]
    figures: tuple[str, ...]
    given: tuple[str, ...]

    @property
    def levels(self) -> tuple[str, ...]:
        """Columns in which equal rows are graded alike."""
        return (*self.components, *self.figures)

    @property
    def unsound(self) -> pl.Expr:
        """Rows with a cell that says nothing known."""
        wrong = [(pl.col(name) == WRONG).fill_null(False) for name in (*self.components, *self.given)]
        return pl.any_horizontal(*wrong, *(pl.col(name) == BAD_FIGURE for name in self.figures))


def code(read: pl.DataFrame, columns: Columns, components: Components, blank: Sequence[str]) -> Coded:
    """The columns as whole numbers; what is not understood is `WRONG`."""
    words = components.framework.vocabulary
    empty = {folded(word) for word in blank} | {""}
    scale = {c.id: c.scale for c in components.every}
    made = {
        name: _coded(read[str(at)], code_of(words, scale[name]), empty)
        for name, at in columns.components.items()
    }
    for name, at in columns.measures.items():
        own = figure_of(components.measures[name])
        made[FIGURE + name] = _coded(read[str(at)], own, empty, NO_FIGURE, pl.Int64())
    grades = components.names.grades
    ranks = {name: rank for rank, name in enumerate(components.framework.grades_worst_first)}
    read_grade = reads(grades)
    for area, at in columns.compared.items():
        given = _coded(read[str(at)], lambda text: ranks.get(read_grade(text) or "", -2) + 1, empty)
        # Ranks from 0, so that an empty cell is none.
        made[GIVEN + area] = given.to_frame("x").select(
            pl.when(pl.col("x") > 0).then(pl.col("x") - 1).when(pl.col("x") < 0).then(WRONG)
        )["x"]
    frame = read.select(ROW, BODY).with_columns(**made)
    figures = tuple(FIGURE + name for name in columns.measures)
    return Coded(frame, tuple(columns.components), figures, tuple(GIVEN + a for a in columns.compared))


def _coded(
    cells: pl.Series,
    code: Callable[[str], int],
    empty: set[str],
    nothing: int = NOTHING,
    dtype: pl.DataType = _SMALL,
) -> pl.Series:
    """Each cell as a number, each text read once."""
    known = cells.drop_nulls().unique().to_list()
    codes = [nothing if folded(text) in empty else code(text) for text in known]
    if not known:
        return pl.repeat(nothing, len(cells), dtype=dtype, eager=True)
    texts, numbers = pl.Series(known, dtype=pl.String), pl.Series(codes, dtype=dtype)
    return cells.replace_strict(texts, numbers, default=nothing, return_dtype=dtype)


# Faults ---------------------------------------------------------------------------------------------------


def faults(
    coded: Coded, read: pl.DataFrame, columns: Columns, components: Components, at: Where
) -> Iterator[tuple[int, Problem]]:
    """Every cell's fault with its row, in order."""
    words = components.framework.vocabulary
    scale = {c.id: c.scale for c in components.every}
    position = {**columns.components, **{FIGURE + n: p for n, p in columns.measures.items()}}
    position |= {GIVEN + area: p for area, p in columns.compared.items()}
    bad = coded.rows.with_row_index("at").filter(coded.unsound)
    for row in bad.iter_rows(named=True):
        for name, p in position.items():
            if row[name] not in (WRONG, BAD_FIGURE) or (row[name] == WRONG and name.startswith(FIGURE)):
                continue
            text = read[str(p)][row["at"]]
            if name.startswith(FIGURE):
                said = _figure_fault(components.measures[name.removeprefix(FIGURE)], text)
                assert said is not None  # or it would have been read
                yield row[ROW], Problem(said[0], at.cell(row[ROW], p), said[1])
                continue
            if name in columns.components:
                figures = [n for n, m in components.measures.items() if m.characteristic == name]
                levels, place = words.scale_of(scale[name]), at.cell(row[ROW], p)
                yield row[ROW], _no_level(text, levels, place, figures)
            else:
                yield row[ROW], _no_grade(text, list(components.names.grades), at.cell(row[ROW], p))


def _no_level(text: str, levels: Levels, place: RowPlace, figures: Sequence[str]) -> Problem:
    message = f"{quoted(text)} is no level of {levels.id}"
    if figures and _NUMBER.fullmatch(text.strip()):
        help = f"where it is a figure, say so: {' or '.join(f'--column {n}=HEADING' for n in figures)}"
        return Problem(message, place, help)
    known = [
        word if _alike(word, titles) else f"{word} ({titles[0]})" for word, titles in levels.printed.items()
    ]
    return Problem(message, place, _help(text, "levels", list(levels.printed), known))


def _alike(word: str, titles: Sequence[str]) -> bool:
    """Whether an id says all that its title says."""
    return folded(word.replace("_", " ")) == folded(titles[0])


def _no_grade(text: str, grades: Sequence[str], place: RowPlace) -> Problem:
    return Problem(f"{quoted(text)} is no grade", place, _help(text, "grades", grades))


def _help(text: str, what: str, known: Sequence[str], shown: Sequence[str] = ()) -> str:
    near = nearest(text, known)
    if near is not None:
        return f"did you mean {near!r}?"
    return f"{what}: {', '.join(shown or known)}; where it says nothing: --blank {quoted(text)}"


# Bodies ---------------------------------------------------------------------------------------------------


def named_by(read: pl.DataFrame, positions: Sequence[int]) -> pl.Series:
    """What columns together call each body; null where none of them holds anything."""
    parts = [pl.col(str(p)).str.strip_chars().replace("", None) for p in positions]
    name = pl.concat_str(parts, separator=" ", ignore_nulls=True)
    return read.select(name.replace("", None).alias(BODY))[BODY]


def fits(bodies: pl.Series) -> bool:
    """Whether a column tells every body from every other."""
    # The cheap questions first.
    different = not bodies.null_count() and bodies.n_unique() == len(bodies)
    return different and bool(bodies.str.contains(ID).all())


def body_faults(
    bodies: pl.Series, rows: pl.Series, at: Where, position: int
) -> Iterator[tuple[int, Problem]]:
    """Rows that name no body, or one that stands twice."""
    frame = pl.DataFrame({ROW: rows, BODY: bodies})
    for (row,) in frame.filter(pl.col(BODY).is_null()).select(ROW).iter_rows():
        yield row, Problem("the row names no body", at.cell(row, position), "name it, or take the row away")
    there = frame.filter(pl.col(BODY).is_not_null())
    for row, name in there.filter(~pl.col(BODY).str.contains(ID)).iter_rows():
        help = "a name has up to 200 characters, no line breaks, and starts with no slash"
        yield row, Problem(f"{quoted(name)} cannot name a body", at.cell(row, position), help)
    first = there.group_by(BODY).agg(first=pl.col(ROW).min())
    again = there.filter(~pl.col(BODY).is_first_distinct()).join(first, on=BODY).sort(ROW)
    for row, name, before in again.iter_rows():
        help = f"it stands in row {before} too; --body once more names a column that tells the two apart"
        yield row, Problem(f"body {quoted(name)} stands twice", at.cell(row, position), help)
