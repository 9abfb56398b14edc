"""The figures that rules may read."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from grader.language.rulebook import PERCENT
from grader.model.base import LARGEST_FIGURE


def figure_range(unit: str) -> tuple[int, int]:
    """The smallest and the largest figure of a unit that rules may read."""
    return (0, 100) if unit == PERCENT else (-LARGEST_FIGURE, LARGEST_FIGURE)


def per_mille(percent: float) -> int:
    """A per cent as whole per mille, rounded down on the number as written (95.59 is 955)."""
    return int((Decimal(str(percent)) * 10).to_integral_value(ROUND_FLOOR))
