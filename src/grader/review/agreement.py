"""How far proposed and final grades agree.

Coefficients need the extra `report`; without it they are null. Agreement is no proof that a proposal is
right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from itertools import groupby
from math import isnan
from typing import Any
from warnings import catch_warnings, simplefilter

from grader.distribution import install
from grader.model.diff import Agreement, AreaDiff, Bias, Figures
from grader.review.alpha import DIGITS, SEED, Sums

#: Below this many pairs a coefficient says next to nothing.
SMALL = 30
#: Areas of one inspection are not independent, so whole inspections are drawn again where there are enough.
FEW_INSPECTIONS = 10
RESAMPLES = 2_000
MISSING = (
    f"weighted kappa, its interval and alpha are left out: they need the extra 'report' ({install('report')})"
)
LIKE_FOR_LIKE = (
    "not comparable with published reliabilities of inspectors, who start from what they find; a proposal"
    " starts from tags a person chose"
)
_LIBRARIES = ("scipy", "statsmodels")

Table = list[list[int]]


@dataclass(frozen=True, slots=True)
class Pair:
    """A proposed and a final grade, as ranks."""

    inspection: str
    area: str
    proposed: int
    final: int


def agreement(rows: Iterable[AreaDiff], grades: Sequence[str]) -> Agreement:
    """Agreement over areas with both grades.

    Parameters
    ----------
    rows : iterable of AreaDiff
        In any order.
    grades : sequence of str
        Worst first.
    """
    rows = list(rows)
    quiet = [row for row in rows if not row.declared_concern]
    whole = _figures(rows, grades)
    without = _figures(quiet, grades) if len(quiet) < len(rows) else whole
    return Agreement(**dict(whole), without_declared_concerns=without)


def _pairs(rows: Iterable[AreaDiff], grades: Sequence[str]) -> list[Pair]:
    """The pairs in an order of their own, so that draws are the same."""
    ranks = {grade: rank for rank, grade in enumerate(grades)}
    found = (
        Pair(row.inspection, row.area, ranks[row.proposed], ranks[row.final])
        for row in rows
        if row.proposed is not None and row.final is not None
    )
    return sorted(found, key=lambda p: (p.inspection, p.area, p.proposed, p.final))


def _figures(rows: Sequence[AreaDiff], grades: Sequence[str]) -> Figures:
    pairs = _pairs(rows, grades)
    alone = sum(row.final is not None and row.proposed is None for row in rows)
    n = len(pairs)
    steps = [p.proposed - p.final for p in pairs]
    table = _table(pairs, len(grades))
    kappa, interval, alpha, notes = _coefficients(pairs, table)
    if alone:
        count = "1 final grade stands" if alone == 1 else f"{alone} final grades stand"
        notes.append(f"{count} where nothing was proposed, and in none of these numbers")
    commonest = max(Counter(p.final for p in pairs).values(), default=0)
    return Figures(
        n=n,
        exact=_share(steps.count(0), n),
        within_one=_share(sum(abs(s) <= 1 for s in steps), n),
        weighted_kappa=kappa,
        interval=interval,
        alpha=alpha,
        majority_baseline=_share(commonest, n),
        bias=_bias(pairs),
        confusion=_confusion(table, grades),
        notes=notes,
    )


def _share(count: int, of: int) -> float | None:
    return count / of if of else None


def _bias(pairs: Sequence[Pair]) -> Bias:
    by_area: dict[str, list[int]] = defaultdict(list)
    for pair in pairs:
        by_area[pair.area].append(pair.proposed - pair.final)
    everything = [step for steps in by_area.values() for step in steps]
    means = {area: float(Fraction(sum(steps), len(steps))) for area, steps in sorted(by_area.items())}
    return Bias(overall=_share(sum(everything), len(everything)), areas=means)


def _table(pairs: Iterable[Pair], size: int) -> Table:
    table = [[0] * size for _ in range(size)]
    for pair in pairs:
        table[pair.proposed][pair.final] += 1
    return table


def _confusion(table: Table, grades: Sequence[str]) -> dict[str, dict[str, int]]:
    best_first = list(reversed(list(enumerate(grades))))
    return {p: {f: table[i][j] for j, f in best_first} for i, p in best_first}


# Coefficients --------------------------------------------------------------------------------------------

Coefficients = tuple[float | None, tuple[float, float] | None, float | None, list[str]]


def _coefficients(pairs: Sequence[Pair], table: Table) -> Coefficients:
    """Weighted kappa, its interval, alpha, and what to say of them."""
    notes: list[str] = []
    if 0 < len(pairs) < SMALL:
        count = "1 pair" if len(pairs) == 1 else f"{len(pairs)} pairs"
        notes.append(f"{count} of grades: too few to mean anything (fewer than {SMALL})")
    if not pairs:
        return None, None, None, ["no area has both a proposed and a final grade"]
    if any(find_spec(name) is None for name in _LIBRARIES):
        return None, None, None, [*notes, MISSING]
    if _one_grade(table):
        notes.append(
            "weighted kappa and alpha are undefined: every grade, proposed and final, is the same, and"
            " agreement by chance would be complete"
        )
        return None, None, None, notes
    interval, said = _interval(pairs, len(table))
    alpha = ordinal_alpha([[p.proposed for p in pairs], [p.final for p in pairs]], len(table))
    return round(quadratic_kappa(table), DIGITS), interval, round(alpha, DIGITS), [*notes, said]


def _one_grade(table: Any) -> bool:
    """Whether a single cell on the diagonal holds every pair."""
    return sum(bool(cell) for row in table for cell in row) <= 1 and any(
        table[i][i] for i in range(len(table))
    )


def quadratic_kappa(table: Any) -> float:
    """Cohen's kappa with quadratic weights over a square table of counts (statsmodels)."""
    from statsmodels.stats.inter_rater import cohens_kappa

    return float(cohens_kappa(table, wt="quadratic", return_results=False))


def ordinal_alpha(ratings: Sequence[Sequence[float]], grades: int) -> float:
    """Krippendorff's alpha for ordered categories; a row a rater, NaN for none.

    Parameters
    ----------
    grades : int
        On the scale.
    """
    said = [[int(v) for v in unit if not isnan(v)] for unit in zip(*ratings, strict=True)]
    return Sums(range(grades), [("", unit) for unit in said]).whole()


def _interval(pairs: Sequence[Pair], grades: int) -> tuple[tuple[float, float] | None, str]:
    """A 95 % percentile bootstrap interval of weighted kappa, with a fixed seed."""
    import numpy as np
    from scipy.stats import DegenerateDataWarning, bootstrap

    inspections = [list(group) for _, group in groupby(pairs, key=lambda p: p.inspection)]
    by_inspection = len(inspections) >= FEW_INSPECTIONS
    groups = inspections if by_inspection else [[p] for p in pairs]
    if len(groups) < 2:
        return None, "no interval: there is one pair alone to draw from"
    tables = np.array([_table(group, grades) for group in groups])

    def kappa_of(drawn: Any) -> float:
        table = tables[drawn].sum(axis=0)
        return float("nan") if _one_grade(table) else quadratic_kappa(table)

    with catch_warnings():
        simplefilter("ignore", DegenerateDataWarning)  # complete agreement, which is said below
        drawn = bootstrap(
            (np.arange(len(groups)),),
            kappa_of,
            n_resamples=RESAMPLES,
            vectorized=False,
            method="percentile",
            rng=np.random.default_rng(SEED),
        ).bootstrap_distribution
    defined = drawn[~np.isnan(drawn)]
    if len(defined) < 0.95 * len(drawn):
        return None, "no interval: too many draws hold one grade alone, and have no kappa"
    low, high = (round(float(bound), DIGITS) for bound in np.percentile(defined, [2.5, 97.5]))
    what = "inspections" if by_inspection else "single areas"
    said = f"the interval draws {what} {RESAMPLES:,} times, seed {SEED}"
    if low == high:
        said += "; that it has no width comes from pairs too much alike, and is no certainty"
    return (low, high), said
