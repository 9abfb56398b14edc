"""A comparison as text: table, differences, agreement.

Users' words enter as `Text`, never as markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from grader.model.diff import AreaDiff, Diff, Figures
from grader.render.text.difference_tables import COEFFICIENTS, figures_of, number, settings_of, words
from grader.render.text.summary import grouped
from grader.render.text.tables import Column, Fitting, Labelled, indented, text_of
from grader.review.agreement import LIKE_FOR_LIKE
from grader.text import plural

#: Of a folder's differences this many are shown, the widest first.
SHOWN = 50
_HINGES = 8


def difference_for_person(diff: Diff) -> list[RenderableType]:
    """The parts of a comparison, from top to bottom."""
    many = len(diff.inspections) > 1
    differing = [row for row in diff.areas if row.differs]
    parts: list[RenderableType] = [text_of(_title(diff), "bold")]
    parts += [*(text_of(line, "bold") for line in settings_of(diff)), Text()]
    if many:
        shown = sorted(differing, key=lambda row: -abs(row.steps or 0))[:SHOWN]
        if shown:
            parts += [_table(shown, many=True), Text()]
        if len(differing) > len(shown):
            parts += [text_of(f"and {len(differing) - len(shown)} more: --format csv has every area"), Text()]
    else:
        parts += [_table(diff.areas, many=False), Text()]
        for row in differing:
            parts += [_difference(row), Text()]
    parts.append(_agreement(diff))
    if many:
        parts += [Text(), _confusion(diff.agreement), Text(), _bias(diff.agreement)]
    if diff.ignored:
        parts += [Text(), text_of(f"ignored: {plural(len(diff.ignored), 'file', 'files')}")]
    return parts


def _title(diff: Diff) -> str:
    final = sum(row.final is not None for row in diff.areas)
    differing = sum(row.differs for row in diff.areas)
    head = diff.inspections[0] if len(diff.inspections) == 1 else f"{len(diff.inspections)} inspections"
    return f"{head}: {differing} of {plural(final, 'final grade', 'final grades')} not as proposed"


def _table(rows: Sequence[AreaDiff], *, many: bool) -> Fitting:
    columns = [Column("area"), Column("proposed"), Column("final"), Column("steps", right=True)]
    if many:
        columns = [Column("inspection", words=True), *columns, Column("rationale", words=True)]
    cells = []
    for row in rows:
        steps = "-" if row.steps is None else f"{row.steps:+d}" if row.steps else "0"
        line = [row.area, _proposed(row), words(row.final or "-"), steps]
        cells.append([row.inspection, *line, row.rationale or ""] if many else line)
    return Fitting(columns, cells)


def _proposed(row: AreaDiff) -> str:
    return "not graded" if row.outcome == "ungraded" else words(row.proposed or row.outcome)


def _difference(row: AreaDiff) -> RenderableType:
    head = text_of(f"{row.area}: proposed {_proposed(row)}, final {words(row.final or '')}", "bold")
    return Group(head, indented(Labelled(_lines(row))))


def _lines(row: AreaDiff) -> Iterator[tuple[str, str]]:
    yield "rationale:", row.rationale or ""
    for grade, items in grouped((words(h.grade or h.outcome), h.evidence) for h in row.hinges):
        more = f" or {len(items) - _HINGES} more" if len(items) > _HINGES else ""
        which = "it" if len(items) == 1 else "one"
        yield "hinges on:", f"{', '.join(items[:_HINGES])}{more} (without {which}: {grade})"
    if row.smallest_change is not None:
        yield from _found(row.smallest_change)


def _found(change: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The first smallest change to the final grade, or why none."""
    if not change["answers"]:
        yield "to find:", change["summary"]
        return
    for i, one in enumerate(change["answers"][0]["changes"]):
        yield ("and:" if i else "to find:"), one["text"]


# Agreement -----------------------------------------------------------------------------------------------


def _agreement(diff: Diff) -> RenderableType:
    whole, without = diff.agreement, diff.agreement.without_declared_concerns
    columns = [Column("Agreement"), Column("all areas", right=True)]
    rows = [[name, figure] for name, figure in figures_of(whole)]
    if diff.knows_concerns:
        columns.append(Column("no declared concern", right=True))
        rows = [[*row, figure] for row, (_, figure) in zip(rows, figures_of(without), strict=True)]
    table = Fitting(columns, rows, ruled=False)
    notes = [*whole.notes, COEFFICIENTS, LIKE_FOR_LIKE]
    return Group(table, *(text_of(note, "dim") for note in notes))


def _confusion(figures: Figures) -> Fitting:
    columns = [Column("proposed, by final:", words=True)]
    columns += [Column(words(grade), right=True) for grade in figures.confusion]
    rows = [[words(grade), *map(str, counts.values())] for grade, counts in figures.confusion.items()]
    return Fitting(columns, rows)


def _bias(figures: Figures) -> Fitting:
    columns = [Column("area"), Column("mean steps", right=True)]
    return Fitting(columns, [[area, number(mean, sign=True)] for area, mean in figures.bias.areas.items()])
