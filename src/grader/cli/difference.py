"""A comparison as a person reads it: the table, then each difference, then how far the grades agree.

Rationales and ids are somebody's own words: they enter as `Text`, cleaned, never as markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.cli.difference_tables import number, share, words
from grader.cli.summary import RULED, grouped, text_of
from grader.cli.terminal import plural
from grader.model.diff import AreaDiff, Diff, Figures
from grader.review.agreement import LIKE_FOR_LIKE

#: Of a folder's differences this many are shown, the widest first.
SHOWN = 50
_HINGES = 8


def difference_for_person(diff: Diff) -> list[RenderableType]:
    """The parts of a comparison, from top to bottom."""
    many = len(diff.inspections) > 1
    differing = [row for row in diff.areas if row.differs]
    parts: list[RenderableType] = [text_of(_title(diff), "bold"), Text()]
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


def _table(rows: Sequence[AreaDiff], *, many: bool) -> Table:
    table = Table(box=RULED, show_edge=False, pad_edge=False, padding=0, header_style="bold")
    if many:
        table.add_column("inspection", overflow="fold")
    table.add_column("area", overflow="fold")
    table.add_column("proposed", overflow="fold")
    table.add_column("final", overflow="fold")
    table.add_column("steps", justify="right", no_wrap=True)
    if many:
        table.add_column("rationale", overflow="fold")
    for row in rows:
        steps = "-" if row.steps is None else f"{row.steps:+d}" if row.steps else "0"
        cells = [row.area, _proposed(row), words(row.final or "-"), steps]
        cells = [row.inspection, *cells, row.rationale or ""] if many else cells
        table.add_row(*(text_of(cell) for cell in cells))
    return table


def _proposed(row: AreaDiff) -> str:
    return "not graded" if row.outcome == "ungraded" else words(row.proposed or row.outcome)


def _difference(row: AreaDiff) -> RenderableType:
    lines = Table.grid(padding=(0, 1, 0, 0))
    lines.add_column(no_wrap=True)
    lines.add_column(overflow="fold")
    for label, said in _lines(row):
        lines.add_row(text_of(label), text_of(said))
    head = text_of(f"{row.area}: proposed {_proposed(row)}, final {words(row.final or '')}", "bold")
    return Group(head, Padding(lines, (0, 0, 0, 2)))


def _lines(row: AreaDiff) -> Iterator[tuple[str, str]]:
    yield "rationale:", row.rationale or ""
    for grade, items in grouped((words(h.grade or h.outcome), h.evidence) for h in row.hinges):
        more = f" or {len(items) - _HINGES} more" if len(items) > _HINGES else ""
        which = "it" if len(items) == 1 else "one"
        yield "hinges on:", f"{', '.join(items[:_HINGES])}{more} (without {which}: {grade})"
    if row.smallest_change is not None:
        yield from _found(row.smallest_change)


def _found(change: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The first of the least changes that would have brought the final grade, or why there is none."""
    if not change["answers"]:
        yield "to find:", change["summary"]
        return
    for i, one in enumerate(change["answers"][0]["changes"]):
        yield ("and:" if i else "to find:"), one["text"]


# Agreement -----------------------------------------------------------------------------------------------


def _agreement(diff: Diff) -> RenderableType:
    lines = Table.grid(padding=(0, 2, 0, 0))
    lines.add_column(overflow="fold")
    lines.add_column(justify="right")
    lines.add_column(justify="right")
    whole, without = diff.agreement, diff.agreement.without_declared_concerns
    lines.add_row(text_of("Agreement", "bold"), text_of("all areas"), text_of("no declared concern"))
    for (label, left), (_, right) in zip(_numbers(whole), _numbers(without), strict=True):
        lines.add_row(text_of(label), text_of(left), text_of(right))
    notes = [text_of(note, "dim") for note in (*whole.notes, LIKE_FOR_LIKE)]
    return Group(lines, *notes)


def _numbers(figures: Figures) -> Iterator[tuple[str, str]]:
    yield "areas with both grades", str(figures.n)
    yield "exactly alike", share(figures.exact)
    yield "within one grade", share(figures.within_one)
    yield "right by the commonest final grade alone", share(figures.majority_baseline)
    yield "weighted kappa (quadratic)", number(figures.weighted_kappa)
    interval = figures.interval
    yield "  95 % interval", f"{interval[0]:.2f} to {interval[1]:.2f}" if interval else "none"
    yield "alpha (ordinal)", number(figures.alpha)
    yield "mean steps, + where proposed is higher", number(figures.bias.overall, sign=True)


def _confusion(figures: Figures) -> RenderableType:
    table = Table(box=RULED, show_edge=False, pad_edge=False, padding=0, header_style="bold")
    table.add_column("proposed, by final:", overflow="fold")
    for grade in figures.confusion:
        table.add_column(words(grade), justify="right", overflow="fold")
    for grade, counts in figures.confusion.items():
        table.add_row(text_of(words(grade)), *(str(n) for n in counts.values()))
    return table


def _bias(figures: Figures) -> RenderableType:
    table = Table(box=RULED, show_edge=False, pad_edge=False, padding=0, header_style="bold")
    table.add_column("area", overflow="fold")
    table.add_column("mean steps", justify="right")
    for area, mean in figures.bias.areas.items():
        table.add_row(text_of(area), number(mean, sign=True))
    return table
