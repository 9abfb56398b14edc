"""Decisions that stand or are stale, and what was settled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from grader.model.inspection import Evidence, Inspection, LeftOut, Said
from grader.render.content.areas import AreaView
from grader.render.content.blocks import Block, Cell, Paragraph, Section, Table
from grader.render.content.decided import Decided
from grader.render.content.words import words

TITLE = "Moderation"
_NONE = "–"


def moderation(
    areas: Sequence[AreaView], decided: Decided | None, inspection: Inspection
) -> tuple[Section, ...]:
    """The section on moderation, if there was any."""
    blocks = (*_decisions(areas, decided), *_settled(inspection))
    return (Section(TITLE, blocks, new_page=True),) if blocks else ()


def _decisions(areas: Iterable[AreaView], decided: Decided | None) -> Iterator[Block]:
    if decided is None or decided.decisions.proposal is None:
        return
    rows = tuple(_row(area, decided) for area in areas if area.decided is not None)
    heads = ("Area", "Proposed", "Decided", "Reason", "By", "Stands")
    yield Table("Proposed and decided", heads, rows, (18, 13, 13, 22, 13, 21))
    log = decided.decisions.log
    if log is not None:
        acts = "1 act" if log.acts == 1 else f"{log.acts} acts"
        said = f"The log of these decisions holds {acts}; its last hash begins {log.head[:16]}."
        yield Paragraph(said, "quiet")


def _row(area: AreaView, decided: Decided) -> tuple[Cell, ...]:
    own = area.decided
    assert own is not None, "an area that is decided"
    reason = [own.rationale or _NONE]
    reason += [f"Also considered: {'; '.join(own.considered)}"] if own.considered else []
    by = [own.by or decided.decisions.decisions.decided_by, *([own.on] if own.on else [])]
    present = [f"Present: {', '.join(own.present)}"] if own.present else []
    return (
        area.result.title,
        area.proposed,
        area.final or _NONE,
        ". ".join(reason),
        ". ".join([", ".join(by), *present]),
        _stands(area, decided),
    )


def _stands(area: AreaView, decided: Decided) -> str:
    own, recorded = area.decided, decided.decisions.proposal
    changed = decided.stale.get(area.result.area)
    if changed:
        return f"Stale: {'; '.join(changed)}"
    if own is not None and own.confirmed_by:
        return f"Confirmed by {own.confirmed_by}, {own.confirmed_on}"
    if recorded is None or area.result.area not in recorded.proposed:
        return "Its proposal is not recorded"
    return "Yes"


def _settled(inspection: Inspection) -> Iterator[Block]:
    items: list[Evidence | LeftOut] = [e for e in inspection.evidence if e.settled is not None]
    items += inspection.left_out
    rows = tuple(_settled_row(item) for item in items)
    if rows:
        heads = ("Item", "Finding", "Settled", "What each had said")
        yield Table("Settled between those who tagged", heads, rows, (8, 32, 30, 30))


def _settled_row(item: Evidence | LeftOut) -> tuple[Cell, ...]:
    settled = item.settled
    assert settled is not None, "an item that is settled"
    out = "Left out. " if isinstance(item, LeftOut) else ""
    said = ". ".join(f"{name}: {_said(each)}" for name, each in settled.said.items())
    return item.id, item.statement, f"{out}{settled.by}, {settled.on}: {settled.why}", said


def _said(said: Said) -> str:
    if said.left_out:
        return "has no such item"
    parts = []
    for name, value in said.model_dump(exclude_none=True, exclude={"left_out"}).items():
        shown = ", ".join(value) if isinstance(value, list) else value
        parts.append(f"{name} {'yes' if shown is True else 'no' if shown is False else words(str(shown))}")
    return "; ".join(parts)
