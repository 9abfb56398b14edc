"""The sheets of an inspection and their columns, to read and write."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from grader.vocabulary.kinds import PROGRESS
from grader.vocabulary.peel import PEEL
from grader.vocabulary.words import Vocabulary

Kind = Literal["id", "tag", "text", "ids", "lines", "number", "flag", "day", "partial_day"]
#: Columns that hold one text of a list each: `recommendation 1`, `recommendation 2`.
NUMBERED = re.compile(r"recommendation_?([0-9]{1,2})")
#: Beyond these two signs and line breaks, nothing in a cell parts one id from the next.
SEPARATORS = ",;"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: name, content, path in an entry, purpose."""

    name: str
    kind: Kind
    note: str
    required: bool = False
    choices: tuple[str, ...] = ()
    within: str | None = None
    """The block inside the entry that the value belongs to."""
    width: int = 16

    @property
    def path(self) -> tuple[str, ...]:
        if self.within is None:
            return (self.name,)
        return (self.within, "name" if self.name == self.within else self.name)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with one entry a row."""

    key: str
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        """Its name in a workbook."""
        return self.key.title()

    def column(self, name: str) -> Column:
        """The column with this name; raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]


_SEVERAL = "one, or several with commas, semicolons or line breaks between them"
_DAY = "YYYY-MM-DD, or a date cell"

_FINDING = (
    Column("id", "id", "short and unique, as in F001", required=True, width=10),
    Column("kind", "tag", "what it is", required=True, choices=PEEL.kinds.names, width=22),
    Column("area", "id", "the area it is on", required=True, width=20),
    Column("statement", "text", "what was found, in a sentence", required=True, width=60),
)
_FINDING_REST = (
    Column("characteristics", "ids", f"characteristics of the area: {_SEVERAL}", width=22),
    Column("evidence", "ids", f"ids of evidence it rests on: {_SEVERAL}", width=14),
    Column(
        "recommendations",
        "lines",
        "one a line; or in columns of their own: recommendation 1, recommendation 2",
        width=40,
    ),
)

SOURCES = Sheet(
    "sources",
    (
        Column("id", "id", "what evidence calls it", required=True),
        Column("title", "text", "its title", required=True, width=50),
        Column("url", "text", "where it can be read", width=40),
        Column("published", "partial_day", "YYYY, YYYY-MM or YYYY-MM-DD"),
    ),
)
EVIDENCE = Sheet(
    "evidence",
    (
        Column("id", "id", "short and unique, as in E001", width=10),
        Column("characteristics", "ids", f"what it bears on: {_SEVERAL}", required=True, width=22),
        Column(
            "assessment",
            "tag",
            "how it stands against them; may be left out where a measure supplies it",
            choices=PEEL.assessments.levels[::-1],
        ),
        Column("statement", "text", "what was found, in one sentence", required=True, width=60),
        Column("basis", "tag", "how it was found", required=True, choices=tuple(PEEL.basis), width=18),
        Column(
            "extent",
            "tag",
            f"how far a shortfall reaches; {PEEL.extents.default} if blank",
            choices=PEEL.extents.names[::-1],
        ),
        Column(
            "harm",
            "tag",
            f"what a shortfall puts at risk; {PEEL.harms.default} if blank",
            choices=PEEL.harms.names,
        ),
        Column("remedied", "flag", "yes where it was put right since", choices=("yes", "no"), width=10),
        Column("remedied_on", "day", f"when: {_DAY}"),
        Column("found_on", "day", f"when it was found: {_DAY}"),
        Column("innovative", "flag", "yes where it is", choices=("yes", "no"), width=10),
        Column("measure", "id", "name of a figure, as in crimes_recorded", within="measure", width=22),
        Column("value", "number", "the figure: a number, or a percent", within="measure", width=10),
        Column("interval", "number", "half the width of its interval", within="measure", width=10),
        Column("unit", "text", "percent, minutes, ...", within="measure", width=10),
        Column("source", "id", "id of a source", required=True),
        Column("locator", "text", "where in the source: a page, a line, a file", width=20),
        Column("tagged_by", "text", "who tagged it", width=14),
    ),
)
FINDINGS = Sheet(
    "findings",
    (
        *_FINDING,
        *_FINDING_REST,
        Column("accelerated", "flag", "yes where it was", choices=("yes", "no"), width=12),
        Column("source", "id", "id of a source"),
        Column("issued", "day", _DAY),
    ),
)
PREVIOUS = Sheet(
    "previous",
    (
        *_FINDING,
        Column("progress", "tag", "how far it is put right", required=True, choices=PROGRESS.names),
        *_FINDING_REST,
        Column("source", "id", "id of a source"),
        Column("issued", "day", _DAY),
    ),
)
SHEETS = (SOURCES, EVIDENCE, FINDINGS, PREVIOUS)


def sheets_of(words: Vocabulary) -> tuple[Sheet, ...]:
    """The sheets in a framework's words."""
    if words is PEEL:
        return SHEETS
    levels = [each for scale in words.by_scale.values() for each in (*scale.levels[::-1], *scale.by_name)]
    choices = {"assessment": tuple(dict.fromkeys(levels)), "kind": words.kinds.names}
    return tuple(
        Sheet(sheet.key, tuple(replace(c, choices=choices.get(c.name, c.choices)) for c in sheet.columns))
        for sheet in SHEETS
        if words.findings or sheet.key not in (FINDINGS.key, PREVIOUS.key)
    )


#: The sheet of keys and values, and those nothing is read from.
HEAD_NAME = "Inspection"
REFERENCE_NAME = "Characteristics"
GUIDE_NAME = "How to use"
#: Says that the workbook is grader's own: what is blank in it was blank in the inspection.
FORMAT_KEY, FORMAT = "format", "grader.workbook/1"


def plain_name(text: str) -> str:
    """A name's letters and digits, joined by underscores."""
    return "_".join(re.findall(r"[^\W_]+", text.casefold()))


#: Sheets nothing is read from, by their plain names.
NEVER_READ = frozenset(map(plain_name, (REFERENCE_NAME, GUIDE_NAME)))
