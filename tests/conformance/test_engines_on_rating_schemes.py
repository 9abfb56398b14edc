"""Every engine concludes the same on rating schemes drawn at random: scales, scores, sums, points, limits."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from grader.testing.schemes import scheme

SAMPLE = 4
INSPECTIONS = 5
LONG = 20_000


def agree(seeds, folder, every_engine, many, backends):
    seen = 0
    for seed in seeds:
        rng, own = random.Random(seed), folder / str(seed)
        own.mkdir()
        drawn = scheme(rng, own)
        inspections = [*drawn.inspections(rng, many)]
        every_engine(drawn.framework, drawn.book, inspections, backends, of=f"scheme {seed}")
        seen += len(inspections)
    return seen


@pytest.mark.parametrize("backends", [("polars",), ("duckdb",)], ids=lambda names: names[0])
def test_engines_agree_on_rating_schemes(tmp_path: Path, every_engine, backends):
    assert SAMPLE * INSPECTIONS == agree(range(SAMPLE), tmp_path, every_engine, INSPECTIONS, backends)


@pytest.mark.slow
def test_engines_agree_on_twenty_thousand_inspections_of_rating_schemes(tmp_path: Path, every_engine):
    seeds = range(1_000, 1_000 + LONG // 50)
    assert LONG == agree(seeds, tmp_path, every_engine, 50, ("polars", "duckdb"))


@pytest.mark.slow
def test_engines_agree_on_rating_schemes_on_spark(tmp_path: Path, every_engine):
    pytest.importorskip("pyspark")
    assert agree(range(2), tmp_path, every_engine, INSPECTIONS, ("pyspark",))
