"""A proposed mapping as YAML to edit, doubts marked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from grader.io.scalars import shown_name
from grader.sheets.columns import EVIDENCE
from grader.sheets.words import UNKNOWN
from grader.text import clean

if TYPE_CHECKING:
    from grader.sheets.proposing import Certainty, ProposedMapping

_MARKS = {"sure": "", "likely": "likely", "confirm": "confirm"}


def mapping_text(proposed: ProposedMapping) -> str:
    """A proposed mapping's YAML; using it confirms it."""
    return "\n".join(_lines(proposed)) + "\n"


def _lines(proposed: ProposedMapping) -> Iterator[str]:
    yield f"# Proposed for {shown_name(proposed.file)}. Look at each line with a remark, and mend it."
    yield f"# Used with --mapping, all that stands here holds. A {UNKNOWN} has to be replaced."
    yield "evidence:"
    if len(proposed.sheets) > 1:
        yield f"  sheets: [{', '.join(map(_quoted, proposed.sheets))}]"
    elif proposed.sheets[0]:
        yield f"  sheet: {_quoted(proposed.sheets[0])}"
    yield "  columns:"
    for column in proposed.columns:
        if column.column is not None:
            yield _remarked(f"    {column.column}: {_quoted(column.heading)}", column.certainty, column.why)
    for name in proposed.missing:
        yield f"    {name}: {_quoted(UNKNOWN)}  # confirm: no column seems to be this; write its heading"
    if proposed.words:
        yield "  values:"
    for name in dict.fromkeys(word.column for word in proposed.words):
        choices = EVIDENCE.column(name).choices
        yield f"    {name}:  # {', '.join(choices) or 'ids of characteristics'}"
        for word in proposed.words:
            if word.column == name:
                meaning = word.meaning or _quoted(UNKNOWN)
                yield _remarked(f"      {_quoted(word.word)}: {meaning}", word.certainty, _rows(word.rows))
    if proposed.defaults:
        yield "  defaults:  # for blank cells and columns that are not there"
    for default in proposed.defaults:
        because = "no column says it" + (
            "; it decides how far evidence counts" if default.column == "basis" else ""
        )
        yield _remarked(f"    {default.column}: {_quoted(default.value)}", default.certainty, because)
    ignored = [_quoted(column.heading) for column in proposed.columns if column.column is None]
    if ignored:
        yield f"  ignore: [{', '.join(ignored)}]"


def proposal_lines(proposed: ProposedMapping) -> Iterator[str]:
    """The proposal as a table for a person."""
    where = ", ".join(proposed.sheets) if proposed.sheets[0] else "the table"
    yield clean(f"{proposed.file}: {where}, names of columns in row {proposed.header_row}")
    rows = [("", "heading", "read as", "because", "sample")]
    for column in proposed.columns:
        mark = _MARKS[column.certainty]
        rows.append((mark, column.heading, column.column or "-", column.why, column.sample))
    rows += [("confirm", UNKNOWN, name, "no column seems to be this", "") for name in proposed.missing]
    for word in proposed.words:
        mark = _MARKS[word.certainty]
        rows.append((mark, word.word, word.meaning or UNKNOWN, f"word in {word.column}", _rows(word.rows)))
    for default in proposed.defaults:
        rows.append(
            (_MARKS[default.certainty], f"no {default.column}", default.value, "nothing says it", "all rows")
        )
    # Five columns in 100 characters: each is cut, since the file that is written holds them whole.
    most = (7, 26, 17, 22, 24)
    short = [
        [_cut(clean(cell.replace("\n", " ")), n) for cell, n in zip(row, most, strict=True)] for row in rows
    ]
    widths = [max(len(row[i]) for row in short) for i in range(5)]
    for row in short:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _remarked(line: str, certainty: Certainty, why: str) -> str:
    return line if certainty == "sure" else f"{line}  # {certainty}: {clean(why)}"


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
