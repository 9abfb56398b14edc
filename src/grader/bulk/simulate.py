"""How firm grades are: the inspection drawn again and again with its assessments a little otherwise.

What is drawn is made up, and says so: nobody has published how often two inspectors differ by a step. An
area sees its evidence through few numbers (`grading/aggregator.py`), so that of a hundred thousand drawn
inspections only those that differ in these numbers are concluded, each once, by the definition of meaning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import Field

from grader.distribution import install
from grader.errors import InputError, MissingExtraError, Place, Problem
from grader.grading.aggregates import AggregateOps, FactVector
from grader.grading.conclude import CharacteristicCase, LayerEvaluator
from grader.grading.hinges import with_assessment
from grader.grading.run import GradingTrace, standing_of
from grader.language.figures import figure_range, per_mille
from grader.language.vocabulary import ASSESSMENT
from grader.model.framework import Area
from grader.model.inspection import Evidence
from grader.model.proposal import OutputModel, counted, to_json
from grader.session import LoadedInspection

try:
    import numpy as np
except ImportError as error:
    raise MissingExtraError("drawing needs numpy", help=install("columnar")) from error

SCHEMA: Final = "grader.simulation/1"
DRAWS: Final = 10_000
MOST_DRAWS: Final = 10_000_000
STEP: Final = 0.1
#: Draws worked through together: what is in memory is one small number for each item and draw of a block.
BLOCK: Final = 25_000

Codes = Any
"""An array of whole numbers, one for each draw."""


class AreaSimulated(OutputModel):
    """Outcomes and grades of one area over the draws."""

    area: str
    title: str
    proposed: str | None
    """The grade proposed on the inspection as it stands; None where there is none."""
    outcome: str
    shares: dict[str, float]
    """Share of draws with each grade, best first, and with `withheld`; empty where not graded."""


class Simulation(OutputModel):
    """How often drawn versions of an inspection were given each grade."""

    schema_: Literal["grader.simulation/1"] = Field(SCHEMA, alias="schema")
    inspection: str
    body: str
    draws: int
    seed: int
    step: float
    """Probability that an assessment is drawn a step better or worse."""
    overrides: dict[str, int]
    """Parameters that were set otherwise than their defaults."""
    areas: list[AreaSimulated]

    def __repr__(self) -> str:
        return f"<Simulation {self.inspection}: {counted(self.draws, 'draw')}, {len(self.areas)} areas>"

    __str__ = __repr__

    def to_json(self, *, indent: int | None = 2) -> str:
        """The simulation as JSON text."""
        return to_json(self, indent=indent)


def simulate(
    loaded: LoadedInspection, *, draws: int = DRAWS, seed: int = 1, step: float = STEP
) -> Simulation:
    """Draw versions of an inspection and grade each.

    Each assessment an inspector gave moves one step with probability `step`, up or down alike; at an end of
    the scale a move beyond it stays. Each figure that assesses its item is drawn evenly from its interval.
    Everything else stays as it is.

    Parameters
    ----------
    loaded : LoadedInspection
        The inspection.
    draws : int
        How many versions, from 1 to 10,000,000.
    seed : int
        Where the drawing starts, from 0: the same seed, the same answer.
    step : float
        From 0 to 1.

    Raises
    ------
    InputError
        An argument is out of its range.
    """
    _check(draws, seed, step)
    return Drawing(loaded, draws, seed, step).answer()


def _check(draws: int, seed: int, step: float) -> None:
    faults = (
        (not 1 <= draws <= MOST_DRAWS, "--draws", draws, f"a whole number from 1 to {MOST_DRAWS:,}"),
        (not 0 <= seed < 2**63, "--seed", seed, "a whole number from 0"),
        (not 0 <= step <= 1, "--step", step, "a probability from 0 to 1"),
    )
    problems = [
        Problem(f"{value} is out of range", Place(name), help) for bad, name, value, help in faults if bad
    ]
    if problems:
        raise InputError(problems)


@dataclass(slots=True)
class Drawing:
    """The versions of one inspection: drawn with one seed, and counted."""

    loaded: LoadedInspection
    draws: int
    seed: int
    step: float

    @property
    def evaluator(self) -> LayerEvaluator:
        return self.loaded.session.what_if

    @property
    def trace(self) -> GradingTrace:
        return self.loaded.trace

    def answer(self) -> Simulation:
        inspection, framework = self.loaded.inspection, self.loaded.framework.framework
        edition = inspection.inspection.edition
        areas = framework.areas_in(edition)
        graded = {
            a.id: _AreaDrawn(self, a)
            for a in areas
            if a.editions[edition].graded and a.id in self.trace.areas
        }
        items = sorted(inspection.evidence, key=lambda e: e.id)
        generator = np.random.default_rng(self.seed)
        for start in range(0, self.draws, BLOCK):
            many = min(BLOCK, self.draws - start)
            drawn = {item.id: self.drawn(item, generator, many) for item in items}
            for area in graded.values():
                area.count(drawn, many)
        return Simulation(
            schema=SCHEMA,
            inspection=inspection.id,
            body=inspection.inspection.body,
            draws=self.draws,
            seed=self.seed,
            step=self.step,
            overrides=dict(sorted(self.loaded.session.settings.items())),
            areas=[self._area(area, graded.get(area.id)) for area in areas],
        )

    def drawn(self, item: Evidence, generator: Any, many: int) -> Codes:
        """The rank of an item's assessment in each draw."""
        if item.assessment is None:
            return self._figures(item, generator, many)
        rank = ASSESSMENT.rank(item.assessment)
        chance = generator.random(many)
        moved = (chance < self.step / 2).astype(np.int8) - (chance >= 1 - self.step / 2).astype(np.int8)
        return np.clip(rank + moved, 1, len(ASSESSMENT.names) - 1).astype(np.int64)

    def _figures(self, item: Evidence, generator: Any, many: int) -> Codes:
        assert item.measure is not None, "an item without an assessment carries a measure with rules"
        value, name = item.measure.value, item.measure.name
        if not item.measure.interval:
            return np.full(many, self.evaluator.assessment(name, per_mille(value)).rank)
        reach = item.measure.interval
        low, high = figure_range(item.measure.unit)
        figures = np.clip(value + reach * generator.uniform(-1, 1, many), low, high)
        whole, at = np.unique(np.floor(figures * 10).astype(np.int64), return_inverse=True)
        ranks = [self.evaluator.assessment(name, int(figure)).rank for figure in whole]
        return np.array(ranks)[at]

    def _area(self, area: Area, drawn: _AreaDrawn | None) -> AreaSimulated:
        case = self.trace.areas.get(area.id)
        scale = self.evaluator.book.grade_scale
        proposed = case.decision if case is not None else None
        return AreaSimulated(
            area=area.id,
            title=area.title,
            proposed=None if proposed is None else scale.name_of(proposed.rank),
            outcome=case.outcome if case is not None else "not_inspected",
            shares={} if drawn is None else drawn.shares(),
        )


class _AreaDrawn:
    """One area over the draws: its conclusions, and how often each was drawn."""

    def __init__(self, drawing: Drawing, area: Area) -> None:
        inspection = drawing.loaded.inspection
        self._aggregator = drawing.loaded.session.aggregator(area)
        self._scale = drawing.evaluator.book.grade_scale
        self._draws = drawing.draws
        cases = drawing.trace.characteristics[area.id]
        self._cases = [case for case in cases if self._aggregator.matters(case.id)]
        findings = [standing_of(f) for f in inspection.all_findings if f.area == area.id]
        self._findings = tuple(f.row for f in findings)
        self._counted: dict[tuple[str, int | None], int] = {}

    def count(self, drawn: Mapping[str, Codes], many: int) -> None:
        """Count the conclusions of a block of draws."""
        sums = self._aggregator.on_area
        whole, measures = np.zeros(many, np.int64), [sums.empty]
        for case in self._cases:
            codes, found = self._characteristic(case, drawn, many)
            whole, measures = _together(sums, whole, measures, codes, found)
        for code, often in zip(*np.unique(whole, return_counts=True), strict=True):
            concluded = self._aggregator.concluded(True, measures[code], self._findings)
            rank = concluded.decision.rank if concluded.decision is not None else None
            key = (concluded.outcome, rank)
            self._counted[key] = self._counted.get(key, 0) + int(often)

    def _characteristic(
        self, case: CharacteristicCase, drawn: Mapping[str, Codes], many: int
    ) -> tuple[Codes, list[FactVector]]:
        """What a characteristic adds to the area's facts, in each draw."""
        sums = self._aggregator.on_characteristic
        codes, measures = np.zeros(many, np.int64), [sums.empty]
        for item in case.items:
            ranks = [self._aggregator.of_row(with_assessment(item.row, rank)) for rank in _RANKS]
            codes, measures = _together(sums, codes, measures, drawn[item.id] - 1, ranks)
        return codes, [self._aggregator.seen(case, measure) for measure in measures]

    def shares(self) -> dict[str, float]:
        """The share of draws for each grade, best first, then for none."""
        by_name = dict.fromkeys((*reversed(self._scale.names), "withheld"), 0)
        for (_, rank), often in self._counted.items():
            by_name["withheld" if rank is None else self._scale.name_of(rank)] += often
        return {name: often / self._draws for name, often in by_name.items()}


_RANKS: Final = range(1, len(ASSESSMENT.names))


def _together(
    sums: AggregateOps, codes: Codes, measures: Sequence[FactVector], more: Codes, added: Sequence[FactVector]
) -> tuple[Codes, list[FactVector]]:
    """Two codes of each draw combined into one; equal pairs get the same code."""
    pairs, at = np.unique(codes * len(added) + more, return_inverse=True)
    numbers: dict[FactVector, int] = {}
    of_pair = [
        numbers.setdefault(sums.plus(measures[pair // len(added)], added[pair % len(added)]), len(numbers))
        for pair in pairs.tolist()
    ]
    return np.array(of_pair, np.int64)[at], list(numbers)
