"""The report's charts, by matplotlib. Beside each is a table with the same content.

Colour never carries a meaning alone: segments are hatched and numbered, marks differ in shape. Charts are
narrow, so that they can be read on a telephone; labels stand above what they name for the same reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.render.html.inline_svg import inline
from grader.statistics.extra import library
from grader.vocabulary.words import Scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK = "#0b0c0c"
_QUIET = "#505a5f"
_RULE = "#b1b4b6"
_WIDTH = 5.6
_SMALL = 9.0
#: Longer labels would run out of the chart; the table beside it has them whole.
_LONGEST = 66

#: Colour, hatch and ink of statuses, best first; light enough to be read through, apart in grey too. The
#: scale of any framework is laid over them.
_LEVELS = (
    ("#12436d", "", "white"),
    ("#6fa8d6", "", _INK),
    ("#f6d7a7", "///", _INK),
    ("#d4766a", "xxx", _INK),
)
#: Where a characteristic is not assessed.
_NOTHING = ("#ffffff", "...", _INK)


@dataclass(frozen=True, slots=True)
class GradeRow:
    """An area's grades on the scale, as places counted from the worst; None where there is none."""

    label: str
    proposed: int | None
    final: int | None
    said: str
    """What is said instead of a proposed grade."""


@dataclass(frozen=True, slots=True)
class Needed:
    """A share found, in per mille, and what grades ask of it: the share asked, and the grades."""

    label: str
    found: int
    found_words: str
    asked: Mapping[int, str]


@contextmanager
def _drawing() -> Iterator[None]:
    """Settings of our own over matplotlib's defaults: none of the user's enters the file."""
    matplotlib = library("matplotlib", "the report needs")
    # Its keys are a type of their own, which differs from version to version.
    settings: dict[Any, Any] = {
        **{k: v for k, v in matplotlib.rcParamsDefault.items() if not k.startswith("backend")},
        "font.family": ["DejaVu Sans"],
        "font.size": 10.5,
        "text.parse_math": False,
        "axes.unicode_minus": False,
        "hatch.linewidth": 0.6,
        "path.simplify": False,
        "svg.fonttype": "none",
    }
    with matplotlib.rc_context(settings):
        yield


def grades_chart(name: str, rows: Sequence[GradeRow], scale: Sequence[str], *, with_final: bool) -> str:
    """Every area's proposed grade, and its final one, as places on the scale from worst to best."""
    with _drawing():
        figure, axes = _figure(rows=len(rows), each=0.52, head=0.45)
        for i, row in enumerate(rows):
            _grade_row(axes, i, row, len(scale), with_final=with_final)
        axes.set_xlim(-0.5, len(scale) - 0.5)
        for i, grade in enumerate(scale):
            said = grade.replace(" ", "\n", 1)
            axes.text(i, -0.85, said, va="bottom", ha="center", color=_INK, fontsize=_SMALL)
        shown = "Proposed (filled circle) and final (hollow diamond)" if with_final else "Proposed"
        title = f"{shown} grade of each area, from worst on the left to best on the right"
        return inline(figure, name=name, title=title)


def _grade_row(axes: Axes, at: int, row: GradeRow, places: int, *, with_final: bool) -> None:
    axes.text(-0.5, at - 0.46, _short(row.label), va="center", color=_INK)
    axes.hlines(at, 0, places - 1, color=_RULE, linewidth=0.8, zorder=1)
    axes.plot(range(places), [at] * places, "|", color=_RULE, markersize=6, zorder=1)
    if row.proposed is None and row.final is None:
        axes.text(
            (places - 1) / 2, at, row.said, va="center", ha="center", color=_QUIET, fontsize=_SMALL,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip
    if row.proposed is not None and row.final is not None and row.proposed != row.final:
        axes.plot((row.proposed, row.final), (at, at), color=_INK, linewidth=2, zorder=2)
    if with_final and row.final is not None:
        axes.plot(
            row.final,
            at,
            "D",
            color=_INK,
            markersize=10,
            markerfacecolor="white",
            markeredgewidth=1.6,
            zorder=3,
        )
    if row.proposed is not None:
        axes.plot(row.proposed, at, "o", color="#1d70b8", markersize=6, zorder=4)


def status_chart(
    name: str, rows: Sequence[tuple[str, Mapping[str, int]]], statuses: Scale, title: str
) -> str:
    """How many of each area's characteristics have each status, best on the left."""
    styles = _styles(statuses)
    from matplotlib.patches import Patch

    with _drawing():
        figure, axes = _figure(rows=len(rows), each=0.5, head=0.5)
        for i, (label, counts) in enumerate(rows):
            axes.text(0, i - 0.4, _short(label), va="center", color=_INK)
            _stack(axes, i, counts, styles)
        longest = max((sum(counts.values()) for _, counts in rows), default=1)
        axes.set_xlim(0, max(longest, 1) * 1.005)
        handles = [
            Patch(
                facecolor=fill, hatch=hatch, edgecolor=_INK, linewidth=0.6, label=statuses.word(status).title
            )
            for status, (fill, hatch, _) in styles.items()
        ]
        figure.legend(
            handles=handles, loc="upper left", ncols=3, frameon=False, fontsize=_SMALL,
            handlelength=1.6, columnspacing=1.2, borderaxespad=0, borderpad=0.1,
        )  # fmt: skip
        return inline(figure, name=name, title=title)


def _styles(statuses: Scale) -> dict[str, tuple[str, str, str]]:
    """Colour, hatch and ink of each status, best first."""
    levels = statuses.levels[::-1]
    step = (len(_LEVELS) - 1) / max(len(levels) - 1, 1)
    return {**{s: _LEVELS[round(i * step)] for i, s in enumerate(levels)}, statuses.nothing: _NOTHING}


def _stack(
    axes: Axes, at: int, counts: Mapping[str, int], styles: Mapping[str, tuple[str, str, str]]
) -> None:
    left = 0
    for status, (fill, hatch, ink) in styles.items():
        count = counts.get(status, 0)
        if not count:
            continue
        axes.barh(at, count, 0.42, left, color=fill, hatch=hatch, edgecolor=_INK, linewidth=0.6)
        ground = "none" if not hatch else fill
        axes.text(
            left + count / 2, at, str(count), va="center", ha="center", color=ink, fontsize=_SMALL,
            bbox={"facecolor": ground, "edgecolor": "none", "pad": 1.0},
        )  # fmt: skip
        left += count


def needed_chart(name: str, rows: Sequence[Needed], title: str) -> str:
    """Shares found, and the shares that grades ask for, on a line from nothing to all."""
    with _drawing():
        figure, axes = _figure(rows=len(rows), each=0.95, head=0)
        for i, row in enumerate(rows):
            axes.text(0, i - 0.33, f"{_short(row.label)}: {row.found_words}", va="center", color=_INK)
            axes.barh(i, 1000, 0.24, color="#f3f2f1", edgecolor=_RULE, linewidth=0.6)
            axes.barh(i, row.found, 0.24, color="#1d70b8", edgecolor="#1d70b8", linewidth=0.6)
            _asked(axes, i, row.asked)
        axes.set_xlim(-10, 1010)
        return inline(figure, name=name, title=title)


def _asked(axes: Axes, at: int, asked: Mapping[int, str]) -> None:
    """Marks at the shares asked for; a label that would touch the one before it goes a line lower."""
    before, low = -1000, False
    for share, said in sorted(asked.items()):
        low = not low if share - before < 330 else False
        end = at + (0.42 if low else 0.24)
        axes.vlines(share, at - 0.2, end, color=_INK, linewidth=1.6)
        side = "left" if share < 120 else "right" if share > 880 else "center"
        axes.text(share, end + 0.09, said, va="center", ha=side, color=_INK, fontsize=_SMALL)
        before = share


def _figure(*, rows: int, each: float, head: float) -> tuple[Figure, Axes]:
    """A figure for rows of the same height (in inches) below a head, in which row `i` lies about `y = i`."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    height = head + each * max(rows, 1)
    figure = Figure(figsize=(_WIDTH, height))
    FigureCanvasSVG(figure)
    figure.patch.set_visible(False)
    axes = figure.add_axes((0.005, 0, 0.99, 1 - head / height))
    axes.set_ylim(max(rows, 1) - 0.4, -0.65)
    axes.axis("off")
    return figure, axes


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"
