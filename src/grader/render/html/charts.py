"""What the report's charts show; `charts.html` draws them.

A table beside each says the same; shape and number carry what colour does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.render.content.areas import AreaView, Needed
from grader.vocabulary.scales import Scale

#: Units of a chart's width.
WIDTH = 400
#: Longer labels would run out of the chart; the table beside it has them whole.
_LONGEST = 66
_INK = "#0b0c0c"
#: Fill, hatch and ink of statuses, best first; light enough to be read through, apart in grey too. The
#: scale of any framework is laid over them.
_LEVELS = (
    ("#12436d", "", "#ffffff"),
    ("#6fa8d6", "", _INK),
    ("#f6d7a7", "slanted", _INK),
    ("#d4766a", "crossed", _INK),
)
#: Where a characteristic is not assessed.
_NOTHING = ("#ffffff", "dotted", _INK)


@dataclass(frozen=True, slots=True)
class Style:
    """How a status is drawn."""

    title: str
    fill: str
    hatch: str
    ink: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A bar's part for one status: start and length."""

    style: Style
    count: int
    start: float
    length: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A share grades ask for: position, label, line."""

    at: float
    said: str
    low: bool
    side: str


def short(label: str) -> str:
    """A label that fits a chart."""
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"


def styles(statuses: Scale) -> dict[str, Style]:
    """How each status is drawn, best first, and at last where nothing is assessed."""
    levels = statuses.levels[::-1]
    step = (len(_LEVELS) - 1) / max(len(levels) - 1, 1)
    drawn = {**{s: _LEVELS[round(i * step)] for i, s in enumerate(levels)}, statuses.nothing: _NOTHING}
    return {s: Style(statuses.word(s).title, *look) for s, look in drawn.items()}


def bars(areas: Iterable[AreaView], drawn: Mapping[str, Style]) -> list[tuple[str, list[Segment]]]:
    """For each area its characteristics by status, best left."""
    rows = [(area.result.title, area.counts) for area in areas]
    longest = max((sum(counts.values()) for _, counts in rows), default=0) or 1
    return [(title, list(_segments(counts, drawn, (WIDTH - 2) / longest))) for title, counts in rows]


def _segments(counts: Mapping[str, int], drawn: Mapping[str, Style], each: float) -> Iterator[Segment]:
    start = 0.0
    for status, style in drawn.items():
        if count := counts.get(status, 0):
            yield Segment(style, count, round(1 + start, 2), round(count * each, 2))
            start += count * each


def asked(row: Needed) -> Sequence[Asked]:
    """Marks at the shares asked for, labels not touching."""
    found, before, low = [], -1000, False
    for share, said in sorted(row.asked.items()):
        low = not low if share - before < 330 else False
        side = "start" if share < 120 else "end" if share > 880 else "middle"
        found.append(Asked(along(share), said, low, side))
        before = share
    return found


def along(share: int) -> float:
    """Where a share in per mille lies across a chart."""
    return round(2 + share * (WIDTH - 4) / 1000, 2)
