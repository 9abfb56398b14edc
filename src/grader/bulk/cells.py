"""Outcomes of areas at every value of some parameters, in columns and exact.

Inner parameters, named only by sufficiency and grade rules, become columns beside the facts. Outer ones move
facts, and are walked: each pass tells at which value the next comparison turns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from grader.bulk.backends import backend, nw, pl
from grader.bulk.coding import Rows, rows_of
from grader.bulk.conclude import characteristics
from grader.bulk.conclude_areas import area_facts, outcomes
from grader.bulk.plan import Plan
from grader.language.bind import bind
from grader.language.compared import Compared, compared_with, turns
from grader.language.nodes import Condition, Level, Param
from grader.language.rulebook import Layer, Parameter, RuleBook
from grader.language.typecheck import comparisons, facts_named
from grader.language.vocabulary import entities
from grader.model.framework import Framework
from grader.model.inspection import Inspection

Interval = tuple[int, int]
_LATE = (Layer.SUFFICIENCY, Layer.GRADE)


@dataclass(frozen=True, slots=True)
class AreaCells:
    """An area of an inspection: where each inner parameter's intervals start; and ranks, -1 for none."""

    inspection: int
    area: str
    starts: tuple[Any, ...]
    ranks: Any


@dataclass(frozen=True, slots=True)
class Leaf:
    """Outer parameters within intervals, and every area over all values of the inner ones."""

    outer: Mapping[str, Interval]
    cells: tuple[AreaCells, ...]


def is_late(book: RuleBook, name: str) -> bool:
    """Whether only sufficiency and grade rules name a parameter."""
    if any(c.early for c in compared_with(book, name)):
        return False
    return all(r.layer in _LATE for r in book.rules if name in _named(r.condition))


def _named(condition: Condition) -> frozenset[str]:
    operands = [o for c, _ in comparisons(condition) for o in c.operands]
    return frozenset(o.name for o in operands if isinstance(o, Param))


@dataclass
class Cells:
    """Inspections of one framework at every value of some parameters.

    Parameters
    ----------
    framework : Framework
    book : RuleBook
        Not bound.
    inspections : sequence of Inspection
        Checked against both.
    asked : sequence of (int, str)
        Index of an inspection, and an area.
    names : sequence of str
        The parameters.
    """

    framework: Framework
    book: RuleBook
    inspections: Sequence[Inspection]
    asked: Sequence[tuple[int, str]]
    names: Sequence[str]

    def __post_init__(self) -> None:
        self.inner = [n for n in self.names if is_late(self.book, n)]
        self.outer = [n for n in self.names if n not in self.inner]
        self.compared = {n: compared_with(self.book, n) for n in self.names}
        self._by_edition: dict[str, list[int]] = {}
        for number, inspection in enumerate(self.inspections):
            self._by_edition.setdefault(inspection.inspection.edition, []).append(number)

    def leaves(self) -> list[Leaf]:
        """Every combination of intervals of the outer parameters within which nothing turns."""
        found: list[Leaf] = []
        self._walk({}, found)
        return found

    def _walk(self, fixed: dict[str, int], found: list[Leaf]) -> dict[str, int]:
        """Walk the outer parameters that are not fixed; gives where each fixed one turns next."""
        rest = [n for n in self.outer if n not in fixed]
        if not rest:
            cells, following = self._pass(fixed)
            found.append(Leaf({n: (v, following[n] - 1) for n, v in fixed.items()}, cells))
            return following
        name = rest[0]
        parameter = self.book.parameters[name]
        least = {n: self.book.parameters[n].maximum + 1 for n in fixed}
        at = parameter.minimum
        while at <= parameter.maximum:
            first = len(found)
            following = self._walk({**fixed, name: at}, found)
            for number in range(first, len(found)):
                ends = {**found[number].outer, name: (at, following[name] - 1)}
                found[number] = replace(found[number], outer=ends)
            least = {n: min(least[n], following[n]) for n in least}
            at = following[name]
        return least

    def _pass(self, fixed: Mapping[str, int]) -> tuple[tuple[AreaCells, ...], dict[str, int]]:
        values = {n: v for n, v in (self.book.defaults() | dict(fixed)).items() if n not in self.inner}
        book = bind(self.book, values, free=self.inner)
        following = {n: self.book.parameters[n].maximum + 1 for n in fixed}
        cells: list[AreaCells] = []
        for edition, numbers in self._by_edition.items():
            plan = Plan(self.framework, edition, book, tuple(self.inner))
            rows = rows_of(plan, (self.inspections[n] for n in numbers))
            polars = backend("polars")
            coded = rows.coded(polars)
            with polars.kept(characteristics(plan, coded)) as below:
                seen = polars.collect(below)
                facts = polars.collect(area_facts(plan, coded, below))
            for name, value in fixed.items():
                for compared in self.compared[name]:
                    held = _values(plan, rows, seen, facts, compared)
                    later = [t for t in turns(compared.op, held) if t > value]
                    later += [value + 1] if compared.everywhere else []
                    following[name] = min([following[name], *later])
            cells += self._inner(plan, facts, numbers)
        return tuple(cells), following

    def _inner(self, plan: Plan, facts: pl.DataFrame, numbers: Sequence[int]) -> Iterator[AreaCells]:
        """Every asked area at each interval of the inner parameters, in one pass."""
        at = {(row["number"], row["area"]): row for row in facts.iter_rows(named=True)}
        local = {number: n for n, number in enumerate(numbers)}
        picked: list[tuple[int, str, tuple[list[int], ...]]] = []
        index: list[int] = []
        columns: dict[str, list[int]] = {column: [] for column in plan.free_columns.values()}
        order = {key: n for n, key in enumerate(zip(facts["number"], facts["area"], strict=True))}
        for number, area in self.asked:
            if number not in local:
                continue
            key = (local[number], plan.area_numbers[area])
            starts = tuple(self._starts(plan, n, area, at[key]) for n in self.inner)
            picked.append((number, area, starts))
            for cell in product(*starts):
                index.append(order[key])
                for column, value in zip(columns.values(), cell, strict=True):
                    column.append(value)
        frame = facts[index].with_columns(**{n: pl.Series(v, dtype=pl.Int32) for n, v in columns.items()})
        frame = frame.with_columns(cell=pl.int_range(pl.len()))
        ranks = outcomes(plan, nw.from_native(frame.lazy()), keep=("cell",)).to_native().collect()
        flat = ranks.sort("cell")["rank"].to_numpy()
        done = 0
        for number, area, starts in picked:
            shape = tuple(len(s) for s in starts)
            many = int(np.prod(shape, dtype=np.int64))
            yield AreaCells(
                number, area, tuple(np.array(s) for s in starts), flat[done : done + many].reshape(shape)
            )
            done += many

    def _starts(self, plan: Plan, name: str, area: str, facts: Mapping[str, int]) -> list[int]:
        """Where each interval of an inner parameter starts; nothing in this area turns within one."""
        parameter: Parameter = self.book.parameters[name]
        said = {
            fact
            for rule in self.book.rules
            if rule.applies_to(area) and name in _named(rule.condition)
            for fact in facts_named(rule.condition)
        }
        found = {parameter.minimum}
        for compared in self.compared[name]:
            if compared.name in said:
                found.update(turns(compared.op, [facts[plan.area_columns[compared.name]]]))
        return sorted(v for v in found if parameter.minimum <= v <= parameter.maximum)


def _values(plan: Plan, rows: Rows, seen: pl.DataFrame, facts: pl.DataFrame, compared: Compared) -> list[int]:
    """Every value compared with a parameter in one pass; more of them do no harm."""
    name = compared.name
    if compared.level is Level.FIGURE:
        pairs = zip(rows.evidence["measure"], rows.evidence["figure"], strict=True)
        return sorted({figure for measure, figure in pairs if measure >= 0})
    if compared.level is Level.AREA:
        column = plan.area_columns.get(name)
        return [] if column is None else [int(v) for v in facts[column].unique()]
    if compared.level is Level.CHARACTERISTIC or compared.entity == "characteristics":
        column = plan.characteristic_columns.get(name)
        return [0] if column is None else [0, *(int(v) for v in seen[column].unique())]
    assert compared.entity is not None, "it is of a level, or of an entity"
    return list(range(len(entities(plan.book.vocabulary)[compared.entity].attributes[name].names)))
