"""One page for the meeting: grades, ranges, firmness, gaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from grader.explanations.range_words import between
from grader.render.content.areas import AreaView
from grader.render.content.blocks import Block, Bullets, Cell, Document, Notice, Paragraph, Section, Table
from grader.render.content.build import Content
from grader.render.content.outline import notices
from grader.render.content.outline_areas import NONE
from grader.text import plural

#: So many ids are named of those an outcome hangs on, and of those that are missing.
_NAMED = 4
#: So many warnings are said one by one, each cut to so many characters: more would take a second page.
_WARNINGS, _LONGEST = 3, 160


def brief(content: Content) -> Document:
    """The page as a document."""
    proposal = content.proposal
    return Document(
        title=f"{proposal.body}: proposed grades in brief",
        kicker=f"{content.framework.framework.title}, edition {proposal.framework.edition}",
        subtitle=f"Inspection {proposal.inspection}; grader {proposal.grader_version}, rule book"
        f" {proposal.rulebook.id} {proposal.rulebook.version}",
        notices=tuple(_notices(content)),
        sections=(Section("Grades", tuple(_blocks(content))),),
        running=f"{proposal.body}: proposed grades, a person decides",
        one_page=True,
    )


def _notices(content: Content) -> Iterator[Notice]:
    first, *others = notices(content)
    yield Notice(f"{first.title}: a person decides, with a reason", ())
    yield from others


def _blocks(content: Content) -> Iterator[Block]:
    final = ("Final",) if content.decided else ()
    heads = ("Area", "Proposed", *final, "Could be", "How firm", "Hangs on one item", "Missing")
    rows = tuple(_row(content, area) for area in content.ordered)
    widths = (22, 12, *((12,) if final else ()), 14, 20, 16, 20)
    yield Table("Each area, best proposed grade first", heads, rows, widths)
    found = content.warnings[:_WARNINGS]
    more = len(content.warnings) - len(found)
    if found:
        lines = [text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…" for text in found]
        lines += [f"and {more} more, in the whole report"] if more > 0 else []
        yield Paragraph("To look at in the record:", "strong")
        yield Bullets(tuple(lines))


def _row(content: Content, area: AreaView) -> tuple[Cell, ...]:
    decided: tuple[Cell, ...] = (area.final or NONE,) if content.decided else ()
    return (
        area.result.title, area.proposed, *decided, _could_be(content, area), hinge_words(area),
        _hangs(area), _missing(area),
    )  # fmt: skip


def _could_be(content: Content, area: AreaView) -> str:
    if area.result.possible is None:
        return NONE
    titles = {grade.id: grade.title for grade in content.framework.grade_scale.grades}
    low, high = area.result.possible
    said = between((low, high), lambda grade: titles.get(grade, grade))
    return said if low != high else f"{said} only"


def hinge_words(area: AreaView) -> str:
    """What one item taken away or one step would do, briefly."""
    if area.result.outcome not in ("graded", "withheld"):
        return NONE
    if area.hinges:
        without = _listed(dict.fromkeys(grade for grade, _ in area.hinges), 3)
        return f"hangs on one item: else {without}"
    if area.steps:
        ways = sum(len(changes) for _, changes in area.steps)
        return f"no item alone; {plural(ways, 'single step')} to {_listed((g for g, _ in area.steps), 3)}"
    return "firm: no item and no single step"


def _hangs(area: AreaView) -> str:
    if area.result.outcome not in ("graded", "withheld"):
        return NONE
    return _listed((id for _, ids in area.hinges for id in ids), _NAMED) or "none"


def _missing(area: AreaView) -> str:
    """How many characteristics are not assessed, and which to look at first."""
    if not area.looked_at:
        return NONE
    missing = sum(area.counts.values()) - area.assessed
    if not missing:
        return "nothing"
    first = _listed((id for id, _, _ in area.look_next), _NAMED - 1)
    said = f"{missing} of {sum(area.counts.values())} not assessed"
    return f"{said}; first {first}" if first else said


def _listed(words: Iterable[str], most: int) -> str:
    found: Sequence[str] = list(words)
    more = len(found) - most
    return ", ".join(found[:most]) + (f" and {more} more" if more > 0 else "")
