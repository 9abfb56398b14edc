"""The figures that rules may read."""

from __future__ import annotations

from grader.language.rulebook import PERCENT
from grader.model.base import LARGEST_FIGURE


def figure_range(unit: str) -> tuple[int, int]:
    """The smallest and the largest figure of a unit that rules may read."""
    return (0, 100) if unit == PERCENT else (-LARGEST_FIGURE, LARGEST_FIGURE)
