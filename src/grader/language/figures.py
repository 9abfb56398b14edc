"""The figures that rules may read."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from grader.language.rulebook import PERCENT, Measure
from grader.model.base import LARGEST_FIGURE


def figure_range(unit: str) -> tuple[int, int]:
    """The smallest and the largest figure of a unit that rules may read."""
    return (0, 100) if unit == PERCENT else (-LARGEST_FIGURE, LARGEST_FIGURE)


def range_of(measure: Measure) -> tuple[float, float]:
    """The smallest and the largest figure of a measure, in its unit."""
    if measure.bounds is None:
        return figure_range(measure.unit)
    low, high = (bound / 10 ** (measure.decimals or 0) for bound in measure.bounds)
    return low, high


def whole_range(measure: Measure) -> tuple[int, int]:
    """The smallest and the largest whole number under which rules read a measure's figures."""
    if measure.bounds is not None:
        return measure.bounds
    low, high = figure_range(measure.unit)
    return 10 * low, 10 * high


def as_whole(measure: Measure, value: float) -> int:
    """The whole number under which rules read a figure.

    For a declared measure the figure times ten to the number of decimals, else whole per mille, rounded down.
    """
    if measure.decimals is None:
        return per_mille(value)
    return int((Decimal(str(value)) * 10**measure.decimals).to_integral_value(ROUND_FLOOR))


def written(measure: Measure, whole: int) -> str:
    """The figure behind that whole number, in its unit."""
    decimals = measure.decimals or 0
    return f"{Decimal(whole).scaleb(-decimals):f} {measure.unit}"


def per_mille(percent: float) -> int:
    """A per cent as whole per mille, rounded down (95.59 is 955)."""
    return int((Decimal(str(percent)) * 10).to_integral_value(ROUND_FLOOR))
