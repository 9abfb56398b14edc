"""Rows of evidence of any number, made the same way every time."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from grader.bulk.plan import Plan
from grader.io import catalogue
from grader.language.bind import bind
from grader.language.rulebook import RuleBook

EDITION = "2022-03"


def plan(book: RuleBook | None = None) -> Plan:
    """The shipped rules over one edition."""
    framework = catalogue.framework("PEEL_2021_22")
    return Plan(framework.framework, EDITION, bind(book or catalogue.rulebook("PEEL_2021_22", framework)))


def evidence(of: Plan, inspections: int, rows: int, seed: int = 1) -> pl.DataFrame:
    """Coded rows, spread evenly over inspections and characteristics."""
    draw = np.random.default_rng(seed)
    places = np.array(sorted(of.characteristic_index.values()), dtype=np.int32)

    def some(chances: list[float]) -> Any:
        return draw.choice(len(chances), rows, p=chances).astype(np.int8)

    return pl.DataFrame(
        {
            "number": np.sort(draw.integers(0, inspections, rows)),
            "item": np.arange(rows),
            "place": draw.choice(places, rows),
            "assessment": some([0.1, 0.2, 0.63, 0.07]) + np.int8(1),
            "strength": some([0.5, 0.5]),
            "extent": some([0.3, 0.3, 0.4]),
            "harm": some([0.6, 0.3, 0.1]),
            "remedied": some([0.9, 0.1]),
            "innovative": some([0.95, 0.05]),
            "measure": np.full(rows, -1, dtype=np.int8),
            "figure": np.zeros(rows, dtype=np.int32),
        }
    )
