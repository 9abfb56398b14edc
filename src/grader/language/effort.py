"""How much work a proof may take, the same on every machine."""

from __future__ import annotations

from typing import Final

from grader.errors import InputError, Place, Problem

#: For each promise of `check`, and for each question of `impact`.
CHECK_EFFORT: Final = 60_000_000
IMPACT_EFFORT: Final = 20_000_000
#: The solver counts in 32 bits.
MOST_EFFORT: Final = 4_000_000_000


def check_effort(effort: int) -> int:
    """Units of work that a solver can be given; raises InputError."""
    if not 0 <= effort <= MOST_EFFORT:
        help = f"a whole number from 0 to {MOST_EFFORT:,}"
        raise InputError([Problem(f"{effort} is no number of units", Place("--effort"), help)])
    return effort
