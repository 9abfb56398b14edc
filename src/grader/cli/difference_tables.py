"""A comparison as a Markdown or a CSV table.

Ids, grades and rationales may be anybody's words: none of them becomes a link, a cell or a formula.
"""

from __future__ import annotations

import csv
import io
import re
from json import dumps

from grader.cli.terminal import clean
from grader.model.diff import AreaDiff, Diff, Figures
from grader.review.agreement import LIKE_FOR_LIKE

COLUMNS = ("inspection", "area", "outcome", "proposed", "final", "steps", "rationale")
#: What a spreadsheet takes for the start of a formula.
_FORMULA = ("=", "+", "-", "@")
_MARKUP = re.compile(r"([\\`*_\[\]<>|~&$@]|:(?=//))")


def csv_text(diff: Diff) -> str:
    """A row for each area, for a spreadsheet; the text of a cell stays text."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow([*COLUMNS, "smallest_change"])
    for row in diff.areas:
        cells = [getattr(row, column) for column in COLUMNS]
        change = dumps(row.smallest_change, ensure_ascii=False) if row.smallest_change else None
        writer.writerow([c if isinstance(c, int) else harmless(c or "") for c in (*cells, change)])
    return written.getvalue()


def harmless(text: str) -> str:
    """Text on one line that no spreadsheet takes for a formula."""
    plain = clean(text)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def markdown(diff: Diff) -> str:
    """A table of every area, and how far the grades agree."""
    lines = [
        "| inspection | area | proposed | final | steps | rationale |",
        "|---|---|---|---|---:|---|",
        *(_row(row) for row in diff.areas),
        "",
        *_agreement("Agreement", diff.agreement),
        "",
        *_agreement(
            "Without areas that carry a declared cause of concern", diff.agreement.without_declared_concerns
        ),
        "",
        *(f"- {escaped(note)}" for note in (*diff.agreement.notes, LIKE_FOR_LIKE)),
    ]
    return "\n".join(lines) + "\n"


def _row(row: AreaDiff) -> str:
    cells = (
        row.inspection,
        words(row.area),
        words(row.proposed or row.outcome),
        words(row.final or ""),
        "" if row.steps is None else f"{row.steps:+d}" if row.steps else "0",
        row.rationale or "",
    )
    return f"| {' | '.join(escaped(cell) for cell in cells)} |"


def words(name: str) -> str:
    """A grade's or an outcome's id as words."""
    return name.replace("_", " ")


def escaped(text: str) -> str:
    """Text on one line in which nothing is Markdown or HTML."""
    return _MARKUP.sub(lambda m: f"&#{ord(m[1])};" if m[1] in "<>&|@:" else f"\\{m[1]}", clean(text))


def _agreement(title: str, figures: Figures) -> list[str]:
    low_high = f"{figures.interval[0]:.2f} to {figures.interval[1]:.2f}" if figures.interval else "none"
    numbers = {
        "pairs": str(figures.n),
        "exactly alike": share(figures.exact),
        "within one grade": share(figures.within_one),
        "right by the commonest final grade alone": share(figures.majority_baseline),
        "weighted kappa (quadratic)": number(figures.weighted_kappa),
        "95 % interval of it": low_high,
        "alpha (ordinal)": number(figures.alpha),
        "mean steps": number(figures.bias.overall, sign=True),
    }
    return [f"| {title} | |", "|---|---:|", *(f"| {name} | {value} |" for name, value in numbers.items())]


def share(value: float | None) -> str:
    """A share as a whole per cent."""
    return "none" if value is None else f"{value:.0%}".replace("%", " %")


def number(value: float | None, *, sign: bool = False) -> str:
    """A coefficient with two decimals."""
    if value is None:
        return "none"
    shown = f"{value:{'+' if sign else ''}.2f}"
    return "0.00" if float(shown) == 0 else shown
