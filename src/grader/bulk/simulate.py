"""How firm grades are: the inspection drawn again with slightly other tags.

How often people differ was measured on one report. Draws alike to the rules are concluded once, by the
reference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import Field

from grader.distribution import install
from grader.errors import InputError, MissingExtraError, Place, Problem
from grader.grading.aggregates import AggregateOps, FactVector
from grader.grading.conclude import CharacteristicCase, LayerEvaluator
from grader.grading.hinges import with_assessment
from grader.grading.run import GradingTrace, standing_of
from grader.grading.tally import indirect, placements, row_of
from grader.language.figures import as_whole, range_of
from grader.language.row import Row
from grader.model.frames import Tabular, Value
from grader.model.framework import Area, Framework
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
#: Shares of items that two taggers of one report assessed differently, and tagged to other characteristics.
STEP: Final = 0.005
CHARACTERISTICS: Final = 0.16
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


class Simulation(OutputModel, Tabular):
    """How often drawn versions of an inspection were given each grade."""

    schema_: Literal["grader.simulation/1"] = Field(SCHEMA, alias="schema")
    inspection: str
    body: str
    draws: int
    seed: int
    step: float
    """Probability that an assessment is drawn a step better or worse."""
    characteristics: float
    """Probability that an item gains, loses or exchanges a second characteristic within its topic."""
    overrides: dict[str, int]
    """Parameters that were set otherwise than their defaults."""
    areas: list[AreaSimulated]

    def __repr__(self) -> str:
        return f"<Simulation {self.inspection}: {counted(self.draws, 'draw')}, {len(self.areas)} areas>"

    __str__ = __repr__

    def rows(self) -> Iterator[dict[str, Value]]:
        """Each area's proposed grade, and the share of each outcome."""
        grades = list(dict.fromkeys(grade for area in self.areas for grade in area.shares))
        for area in self.areas:
            shares = {grade: area.shares.get(grade) for grade in grades}
            yield {"area": area.area, "title": area.title, "proposed": area.proposed, **shares}

    def to_json(self, *, indent: int | None = 2) -> str:
        """The simulation as JSON text."""
        return to_json(self, indent=indent)


def simulate(
    loaded: LoadedInspection,
    *,
    draws: int = DRAWS,
    seed: int = 1,
    step: float = STEP,
    characteristics: float = CHARACTERISTICS,
) -> Simulation:
    """Draw versions of an inspection and grade each.

    An assessment moves a step, up or down alike, with probability `step`. With probability `characteristics`
    an item gains, loses or exchanges a second characteristic of its topic (not where statuses are as
    assessed). Figures are drawn from their intervals.

    Parameters
    ----------
    draws : int
        1 to 10,000,000.
    seed : int
        From 0.
    step, characteristics : float
        0 to 1.

    Raises
    ------
    InputError
    """
    _check(draws, seed, step, characteristics)
    if loaded.framework.framework.vocabulary.several is not None:
        characteristics = 0.0  # scored once, nobody doubts which characteristic a score is of
    return Drawing(loaded, draws, seed, step, characteristics).answer()


def _check(draws: int, seed: int, step: float, characteristics: float) -> None:
    faults = (
        (not 1 <= draws <= MOST_DRAWS, "--draws", draws, f"a whole number from 1 to {MOST_DRAWS:,}"),
        (not 0 <= seed < 2**63, "--seed", seed, "a whole number from 0"),
        (not 0 <= step <= 1, "--step", step, "a probability from 0 to 1"),
        (
            not 0 <= characteristics <= 1,
            "--characteristics",
            characteristics,
            "a probability from 0 to 1",
        ),
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
    characteristics: float

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
        items = sorted(inspection.evidence, key=lambda e: e.id)
        tagged = {item.id: taggings(item, framework) for item in items}
        graded = {
            a.id: _AreaDrawn(self, a, tagged)
            for a in areas
            if a.editions[edition].graded and a.id in self.trace.areas
        }
        generator = np.random.default_rng(self.seed)
        for start in range(0, self.draws, BLOCK):
            many = min(BLOCK, self.draws - start)
            drawn = {item.id: self.drawn(item, generator, many) for item in items}
            which = {i.id: self.tagging(tagged[i.id], generator, many) for i in items}
            for area in graded.values():
                area.count(drawn, which, many)
        return Simulation(
            schema=SCHEMA,
            inspection=inspection.id,
            body=inspection.inspection.body,
            draws=self.draws,
            seed=self.seed,
            step=self.step,
            characteristics=self.characteristics,
            overrides=dict(sorted(self.loaded.session.settings.items())),
            areas=[self._area(area, graded.get(area.id)) for area in areas],
        )

    def drawn(self, item: Evidence, generator: Any, many: int) -> Codes:
        """The rank of an item's assessment in each draw."""
        if item.assessment is None:
            return self._figures(item, generator, many)
        words, scale = (
            self.evaluator.book.vocabulary,
            self.evaluator.book.scale_of.get(item.characteristics[0]),
        )
        levels, counted = words.scale_of(scale), words.counted_as(scale, item.assessment)
        rank = 0 if counted is None else words.assessments.rank(counted)
        chance = generator.random(many)
        if rank not in levels.ranks:  # outside the order no step can be taken
            return np.full(many, rank)
        moved = (chance < self.step / 2).astype(np.int8) - (chance >= 1 - self.step / 2).astype(np.int8)
        return np.clip(rank + moved, levels.first, levels.last).astype(np.int64)

    def tagging(self, ways: Sequence[Tagging], generator: Any, many: int) -> Codes:
        """Which of an item's taggings stands in each draw: the first is its own."""
        chances = [1 - self.characteristics, *(self.characteristics * way.share for way in ways[1:])]
        if len(ways) == 1 or not self.characteristics:
            return np.zeros(many, np.int64)
        at = np.searchsorted(np.cumsum(chances), generator.random(many), side="right")
        return np.minimum(at, len(ways) - 1)

    def _figures(self, item: Evidence, generator: Any, many: int) -> Codes:
        assert item.measure is not None, "an item without an assessment carries a measure with rules"
        value, name = item.measure.value, item.measure.name
        measure = self.loaded.book.measures[name]
        if not item.measure.interval:
            return np.full(many, self.evaluator.assessment(name, as_whole(measure, value)).rank)
        reach = item.measure.interval
        low, high = range_of(measure)
        figures = np.clip(value + reach * generator.uniform(-1, 1, many), low, high)
        times = 10 if measure.decimals is None else 10**measure.decimals
        whole, at = np.unique(np.floor(figures * times).astype(np.int64), return_inverse=True)
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


@dataclass(frozen=True, slots=True)
class Tagging:
    """The characteristics of an item, and how likely they are among its other taggings."""

    characteristics: tuple[str, ...]
    share: float = 0.0


def taggings(item: Evidence, framework: Framework) -> list[Tagging]:
    """An item's own characteristics, then every other set of them that may be drawn."""
    own = tuple(item.characteristics)
    if item.assessment is None:
        return [Tagging(own)]
    first, rest = own[0], own[1:]
    added = [(*own, other) for other in _topic(framework, first) if other not in own]
    dropped = [(first, *(c for c in rest if c != gone)) for gone in rest]
    exchanged = [
        (first, *(other if c == gone else c for c in rest))
        for gone in rest
        for other in _topic(framework, gone)
        if other not in own
    ]
    kinds = [kind for kind in (added, dropped, exchanged) if kind]
    return [Tagging(own), *(Tagging(each, 1 / len(kinds) / len(kind)) for kind in kinds for each in kind)]


def _topic(framework: Framework, characteristic: str) -> list[str]:
    """The characteristics of the topic a characteristic is in."""
    for topic in framework.area_of(characteristic).topics:
        found = [c.id for c in topic.characteristics]
        if characteristic in found:
            return found
    return []


class _AreaDrawn:
    """One area over the draws: its conclusions, and how often each was drawn."""

    def __init__(self, drawing: Drawing, area: Area, tagged: Mapping[str, Sequence[Tagging]]) -> None:
        inspection, framework = drawing.loaded.inspection, drawing.loaded.framework.framework
        self._aggregator = drawing.loaded.session.aggregator(area)
        self._scale = drawing.evaluator.book.grade_scale
        self._draws = drawing.draws
        cases = drawing.trace.characteristics[area.id]
        self._cases = [case for case in cases if self._aggregator.matters(case.id)]
        words = self._aggregator.vocabulary
        findings = [standing_of(words, f) for f in inspection.all_findings if f.area == area.id]
        self._findings = tuple(f.row for f in findings)
        self._ranks = [words.assessments.rank(name) for name in words.assessments.levels]
        self._counted: dict[tuple[str, int | None], int] = {}
        edition = inspection.inspection.edition
        here = {case.id for case in self._cases}
        #: For each characteristic, items that may count on it, their tags, and how each tagging counts there.
        self._items: dict[str, list[tuple[str, Row, Codes]]] = {case.id: [] for case in self._cases}
        counted: dict[str, set[str]] = {}
        for case in cases:
            for each in case.items:
                counted.setdefault(each.id, set()).add(case.id)
        for item in sorted(inspection.evidence, key=lambda e: e.id):
            scale = framework.scale_of(item.characteristics[0])
            row = row_of(words, item, drawing.trace.assessments[item.id], scale)
            if row is None:
                continue
            on = here if words.several is None else {c for c in here if c in counted.get(item.id, ())}
            counts = [_counts_on(item, way, framework, edition, on) for way in tagged[item.id]]
            for name in sorted({name for on in counts for name in on}):
                codes = np.array([on.get(name, _ABSENT) for on in counts], np.int64)
                self._items[name].append((item.id, row, codes))

    def count(self, drawn: Mapping[str, Codes], which: Mapping[str, Codes], many: int) -> None:
        """Count the conclusions of a block of draws."""
        sums = self._aggregator.on_area
        whole, measures = np.zeros(many, np.int64), [sums.empty]
        for case in self._cases:
            codes, found = self._characteristic(case, drawn, which, many)
            whole, measures = _together(sums, whole, measures, codes, found)
        for code, often in zip(*np.unique(whole, return_counts=True), strict=True):
            concluded = self._aggregator.concluded(True, measures[code], self._findings)
            rank = concluded.decision.rank if concluded.decision is not None else None
            key = (concluded.outcome, rank)
            self._counted[key] = self._counted.get(key, 0) + int(often)

    def _characteristic(
        self, case: CharacteristicCase, drawn: Mapping[str, Codes], which: Mapping[str, Codes], many: int
    ) -> tuple[Codes, list[FactVector]]:
        """What a characteristic adds to the area's facts, in each draw."""
        sums = self._aggregator.on_characteristic
        codes, measures = np.zeros(many, np.int64), [sums.empty]
        for id, row, counts in self._items[case.id]:
            rows = [with_assessment(r, rank) for r in (row, indirect(row)) for rank in self._ranks]
            added = [sums.empty, *(self._aggregator.of_row(r) for r in rows)]
            how = counts[which[id]]
            code = np.where(
                how == _ABSENT,
                0,
                drawn[id] - self._ranks[0] + 1 + np.where(how == _THROUGH, len(self._ranks), 0),
            )
            codes, measures = _together(sums, codes, measures, code, added)
        return codes, [self._aggregator.seen(case, measure) for measure in measures]

    def shares(self) -> dict[str, float]:
        """The share of draws for each grade, best first, then for none."""
        by_name = dict.fromkeys((*reversed(self._scale.names), "withheld"), 0)
        for (_, rank), often in self._counted.items():
            by_name["withheld" if rank is None else self._scale.name_of(rank)] += often
        return {name: often / self._draws for name, often in by_name.items()}


#: How an item counts on a characteristic.
_ABSENT, _DIRECT, _THROUGH = range(3)


def _counts_on(
    item: Evidence, way: Tagging, framework: Framework, edition: str, here: Collection[str]
) -> dict[str, int]:
    """How an item counts on these characteristics."""
    tagged = item.model_copy(update={"characteristics": list(way.characteristics)})
    on = [name for _, name in placements(tagged, framework, edition) if name in here]
    return {name: _DIRECT if name in way.characteristics else _THROUGH for name in on}


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
