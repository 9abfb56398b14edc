"""Several inspections on one page, a table for each framework and edition."""

from __future__ import annotations

from collections.abc import Sequence

from grader.render.content.blocks import Cell, Document, Link, Notice, Section, Table
from grader.render.content.build import Content
from grader.render.content.outline import notices
from grader.render.content.outline_areas import NONE
from grader.text import plural


def index(contents: Sequence[Content], pages: Sequence[str]) -> Document:
    """The index page, with links to the page of each."""
    groups: dict[tuple[str, str, str | None], list[tuple[Content, str]]] = {}
    for content, page in zip(contents, pages, strict=True):
        used = content.proposal.framework
        groups.setdefault((used.id, used.edition, used.sha256), []).append((content, page))
    said: dict[Notice, None] = {}
    for content in contents:
        said |= dict.fromkeys(notices(content))
    return Document(
        title=f"Proposed grades of {plural(len(contents), 'inspection')}",
        kicker="grader",
        subtitle="Each inspection leads to its report; the workbook beside this page, inspections.xlsx,"
        " holds what all the grades rest on.",
        notices=tuple(said),
        sections=tuple(_group(held) for held in groups.values()),
        running="Proposed grades, a person decides",
    )


def _group(held: Sequence[tuple[Content, str]]) -> Section:
    first = held[0][0]
    used = first.proposal.framework
    areas = [area.result.title for area in first.areas]
    rows: list[tuple[Cell, ...]] = []
    for content, page in held:
        marks = {area.result.title: area.proposed for area in content.areas}
        warnings = str(len(content.warnings)) if content.warnings else NONE
        name = Link(f"{content.proposal.body} ({content.proposal.inspection})", page)
        rows.append((name, *(marks.get(title, NONE) for title in areas), warnings))
    heads = ("Inspection", *areas, "Warnings")
    title = f"{first.framework.framework.title}, edition {used.edition}"
    table = Table(f"{title}: proposed grades", heads, tuple(rows), (20, *(9 for _ in areas), 6))
    return Section(title, (table,))
