"""A comparison as Markdown or CSV.

Users' words become no link, cell or formula.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from json import dumps

from grader.language.english import per_cent
from grader.model.diff import AreaDiff, Diff, Figures
from grader.review.agreement import LIKE_FOR_LIKE, SMALL
from grader.text import clean

COLUMNS = ("inspection", "area", "outcome", "proposed", "final", "steps", "rationale")
#: What a spreadsheet takes for the start of a formula.
_FORMULA = ("=", "+", "-", "@")
_MARKUP = re.compile(r"([\\`*_\[\]<>|~&$@]|:(?=//))")


def csv_text(diff: Diff) -> str:
    """A row for each area, every cell text."""
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
        *(_without_concerns(diff) if diff.knows_concerns else ()),
        *(f"- {escaped(note)}" for note in (*diff.agreement.notes, COEFFICIENTS, LIKE_FOR_LIKE)),
        *(f"- {escaped(line)}" for line in settings_of(diff)),
    ]
    return "\n".join(lines) + "\n"


def _without_concerns(diff: Diff) -> Iterator[str]:
    title = "Without areas that carry a declared cause of concern"
    yield from _agreement(title, diff.agreement.without_declared_concerns)
    yield ""


def settings_of(diff: Diff) -> Iterator[str]:
    """Parameters that were set for the proposals, by inspection, as the proposals record them."""
    for inspection, values in diff.overrides.items():
        said = ", ".join(f"{name} {value}" for name, value in values.items())
        yield f"overrides of {inspection} (shares in tenths of a per cent): {said}"


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
    return [f"| {title} | |", "|---|---:|", *(f"| {name} | {value} |" for name, value in figures_of(figures))]


#: What the coefficients are, for who meets them here.
COEFFICIENTS = (
    "weighted kappa and alpha: agreement beyond what chance would give, 1 where it is complete; grades"
    " further apart weigh more"
)


def figures_of(figures: Figures) -> Iterator[tuple[str, str]]:
    """Each figure of agreement with its name."""
    n = figures.n
    few = "too few" if 0 < n < SMALL else None
    interval = figures.interval
    yield "areas with both grades", str(n)
    yield "exactly alike", share(figures.exact, n)
    yield "within one grade", share(figures.within_one, n)
    yield "right by the commonest final grade alone", share(figures.majority_baseline, n)
    yield "weighted kappa (quadratic)", few or number(figures.weighted_kappa)
    yield "95 % interval of it", few or (f"{interval[0]:.2f} to {interval[1]:.2f}" if interval else "none")
    yield "alpha (ordinal)", few or number(figures.alpha)
    yield "mean steps, + where proposed is higher", number(figures.bias.overall, sign=True)


def share(value: float | None, of: int) -> str:
    """A share of so many as per cent."""
    return "none" if value is None else per_cent(round(value * of), of)


def number(value: float | None, *, sign: bool = False) -> str:
    """A coefficient with two decimals."""
    if value is None:
        return "none"
    shown = f"{value:{'+' if sign else ''}.2f}"
    return "0.00" if float(shown) == 0 else shown
