"""Outlier lines as text, each body along them."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from grader.language.english import per_cent
from grader.render.text.tables import Column, Fitting, Labelled, text_of
from grader.statistics import OutlierLines
from grader.text import plural

_STRIP = 25
_DIGITS = 6
_WORDS = {"well_above": "well above", "well_below": "well below", "missing": "no score"}


def lines_for_person(found: OutlierLines) -> list[RenderableType]:
    """The parts, from top to bottom."""
    parts: list[RenderableType] = [text_of(f"{found.measure or 'scores'}: {_counted(found)}", "bold"), Text()]
    parts += [text_of(_sentence(note)) for note in found.notes]
    parts += [Text(), Labelled(_facts(found)), Text(), _table(found), Text()]
    for label, names in (("no score, not filled in", found.missing), ("left out", found.left_out)):
        if names:
            parts.append(text_of(f"{label}: {', '.join(names)}"))
    said = [(c.name.replace("_", " "), f"{c.value}{_default(c.value, c.default)}") for c in found.choices]
    parts += [Text(), text_of("Choices the published method leaves open; their defaults are ours", "bold")]
    return [*parts, Labelled(said)]


def _counted(found: OutlierLines) -> str:
    outside = found.well_above + found.well_below
    share = per_cent(outside, found.n)
    return (
        f"{outside} of {plural(found.n, 'body', 'bodies')} outside the lines ({share}):"
        f" {found.well_above} above, {found.well_below} below"
    )


def _sentence(note: str) -> str:
    return f"{note[:1].upper()}{note[1:]}."


def _default(value: str, default: str) -> str:
    return "" if value == default else f" (by default {default})"


def _facts(found: OutlierLines) -> Iterator[tuple[str, str]]:
    yield "mean", f"{found.mean:.6g}, unweighted"
    if found.method == "logged":
        yield "centre", f"{found.centre:.6g}"
    yield "lines", f"{found.lower:.6g} and {found.upper:.6g}"
    logged = " of the logs" if found.method == "logged" else ""
    yield "sd", f"{found.sd:.6g}{logged}: {found.because}"


def _table(found: OutlierLines) -> Fitting:
    columns = (
        Column("body", words=True),
        Column("score", right=True),
        Column("z", right=True),
        Column("o score  | lines  : centre"),
        Column("average", words=True),
    )
    decimals = _decimals(found)
    low, high = _ends(found)
    rows = [
        [
            body.name,
            "" if body.score is None else _number(body.score, decimals),
            "" if body.z is None else f"{body.z:+.2f}",
            "" if body.score is None else _strip(found, body.score, low, high),
            _WORDS.get(body.position, ""),
        ]
        for body in found.bodies
    ]
    return Fitting(columns, rows, gap=1)


def _decimals(found: OutlierLines) -> int:
    """How many decimals the scores need, so that they stand one below the other."""
    shown = [f"{body.score:.{_DIGITS}g}" for body in found.bodies if body.score is not None]
    return max(len(text.partition(".")[2]) for text in shown)


def _number(score: float, decimals: int) -> str:
    shown = f"{score:.{decimals}f}"
    return shown if len(shown) <= 2 * _DIGITS else f"{score:.{_DIGITS}g}"


def _ends(found: OutlierLines) -> tuple[float, float]:
    scores = [body.score for body in found.bodies if body.score is not None]
    return min(*scores, found.lower), max(*scores, found.upper)


def _strip(found: OutlierLines, score: float, low: float, high: float) -> str:
    """A score's position between `low` and `high`, in plain characters."""

    def at(value: float) -> int:
        return round((value - low) / (high - low) * (_STRIP - 1)) if high > low else 0

    cells = ["-"] * _STRIP
    cells[at(found.centre)] = ":"
    cells[at(found.lower)] = cells[at(found.upper)] = "|"
    cells[at(score)] = "o"
    return "".join(cells)
