"""The bar chart of outlier lines, as SVG.

Words mark the bodies beyond the lines as well as shade; names are never formulae or markup.
"""

from __future__ import annotations

import io
import re
import warnings
from typing import Any
from xml.sax.saxutils import escape

from grader.errors import InputError, Problem
from grader.statistics.answer import BodyScore, OutlierLines
from grader.statistics.extra import library

#: More bars than this are no picture any more.
MOST_BARS = 200
_WIDTH = 8.0
_ROW = 0.2
_SHADES = {"well_above": "#1d70b8", "well_below": "#1d70b8", "between": "#b1b4b6"}
_LABELS = {"well_above": "well above", "well_below": "well below"}
_STYLE = {
    "svg.fonttype": "none",  # text, not outlines
    "svg.hashsalt": "grader",  # the same ids in each run
    "text.parse_math": False,
    "font.size": 9.0,
    "font.family": ["sans-serif"],
    # The first comes with matplotlib, so that text is measured alike everywhere; the others are for readers.
    "font.sans-serif": ["DejaVu Sans", "Arial", "Helvetica"],
}
_CAPTION = "About 32 % of bodies lie outside such lines by construction; an outlier is by itself no finding."
_SHOWN_NAME = 40
_SHOWN_MEASURE = 80


def svg(found: OutlierLines) -> str:
    """A horizontal bar chart of scores, mean and lines.

    Parameters
    ----------
    found : OutlierLines

    Returns
    -------
    str
        SVG, the same bytes for the same lines and matplotlib.

    Raises
    ------
    InputError
    MissingExtraError
    """
    shown = [body for body in found.bodies if body.score is not None]
    if len(shown) > MOST_BARS:
        help = "write the table as .csv or .json instead"
        raise InputError([Problem(f"a chart of more than {MOST_BARS} bars cannot be read", help=help)])
    matplotlib = library("matplotlib", "charts need")
    figure = library("matplotlib.figure", "charts need")
    # From matplotlib's own defaults: nothing of a user's configuration enters the file.
    defaults = {k: v for k, v in matplotlib.rcParamsDefault.items() if not k.startswith("backend")}
    with matplotlib.rc_context({**defaults, **_STYLE}), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name in letters the measuring font lacks is shown all the same
        drawn = figure.Figure(figsize=(_WIDTH, 1.9 + _ROW * len(shown)), layout="constrained")
        axes = drawn.add_subplot()
        _bars(axes, shown)
        _lines(axes, found)
        drawn.supxlabel(_caption(found), fontsize=7.5)
        written = io.StringIO()
        nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
        drawn.savefig(written, format="svg", metadata=nothing)
    return _titled(written.getvalue(), found)


def _bars(axes: Any, shown: list[BodyScore]) -> None:
    rows = range(len(shown))
    axes.barh(
        rows,
        [body.score for body in shown],
        height=0.7,
        color=[_SHADES[body.position] for body in shown],
    )
    axes.set_yticks(rows, [_short(body.name) for body in shown])
    axes.invert_yaxis()
    axes.margins(y=0.5 / max(len(shown), 1))
    axes.tick_params(left=False)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.axvline(0, color="#0b0c0c", linewidth=0.8)
    for row, body in enumerate(shown):
        if body.position in _LABELS:
            # At the far end of the figure, where no bar and no line runs through it.
            axes.annotate(
                _LABELS[body.position], (1.01, row), xycoords=("axes fraction", "data"), va="center"
            )


def _lines(axes: Any, found: OutlierLines) -> None:
    centre = "mean" if found.method == "plain" else "centre"
    axes.axvline(found.centre, color="#0b0c0c", linewidth=1.2, label=f"{centre} {found.centre:.4g}")
    label = f"one sd each way: {found.lower:.4g} and {found.upper:.4g}"
    axes.axvline(found.lower, color="#0b0c0c", linewidth=1.2, linestyle=":", label=label)
    axes.axvline(found.upper, color="#0b0c0c", linewidth=1.2, linestyle=":")
    if found.measure:
        axes.set_xlabel(_short(found.measure, _SHOWN_MEASURE))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, borderaxespad=0)


def _caption(found: OutlierLines) -> str:
    if not found.missing:
        return _CAPTION
    has = "1 body has no score." if len(found.missing) == 1 else f"{len(found.missing)} bodies have no score."
    return f"{_CAPTION}\n{has}"


def _short(text: str, limit: int = _SHOWN_NAME) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _titled(text: str, found: OutlierLines) -> str:
    """The chart with title and description."""
    title = escape(found.measure or "scores")
    said = (
        f"Bar chart of {found.n} bodies. Mean {found.mean:.4g}; lines at {found.lower:.4g} and"
        f" {found.upper:.4g}. {found.well_above} above the upper line, {found.well_below} below the lower"
        f" one. {'. '.join(note[0].upper() + note[1:] for note in found.notes)}."
    )
    described = f"\n <title>{title}</title>\n <desc>{escape(said)}</desc>"
    # The first `>` behind `<svg` ends that element: matplotlib writes no user's text into it.
    return re.sub(r"<svg ([^<>]*>)", lambda m: f'<svg role="img" {m[1]}{described}', text, count=1)
