"""The grading pass in arrays, where facts about a characteristic are bits (`tag_masks`).

Inspections' rows put their bits, or a database what it made of them, into an array of places. Each
combination of bits is concluded on once a plan, by the expressions used elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from grader.bulk.backends import Backend, nw, pl
from grader.bulk.combinations import Combinations
from grader.bulk.conclude import Coded, assessed, counted_evidence, key_of
from grader.bulk.conclude_areas import facts_of_areas, outcomes, standings
from grader.bulk.plan import Plan
from grader.bulk.prepared import PreparedQueries
from grader.bulk.tag_masks import TagMasks, tag_masks

Array = Any

#: Places worked through together, so that they stay in a processor's cache.
BLOCK: Final = 2**19


@dataclass(frozen=True, slots=True)
class Part:
    """Rows in order of inspections: position, place and code of each.

    `table` holds each code's bits, `informing` those on a characteristic it informs.
    """

    position: Array
    place: Array
    code: Array
    table: Array
    informing: Array | None = None

    def only(self, rows: Array) -> Part:
        """Some of the rows."""
        return Part(self.position[rows], self.place[rows], self.code[rows], self.table, self.informing)


class Dense:
    """One plan's inspections in arrays."""

    def __init__(self, plan: Plan, masks: TagMasks, combinations: Combinations) -> None:
        self.plan, self.masks, self.combinations = plan, masks, combinations
        self._by_row = masks.informs_by_row and plan.book.vocabulary.several != "latest"
        self._informed = _informed(plan)
        self._queries = PreparedQueries()

    def conclude(self, backend: Backend, coded: Coded) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """Areas, as `conclude_areas.areas`; characteristics with findings; and every one.

        Characteristics are `number`, `area`, `place`, and whether each rule raises a finding. Every one is
        told only where a rule raises findings on those without a row.
        """
        numbers = backend.collect(coded.inspections.select("number"))["number"].sort().to_numpy()
        parts = list(self._parts(backend, coded, numbers))
        areas, together = len(self.plan.areas), max(1, BLOCK // self.plan.span)
        sums = self.combinations.sums(len(numbers) * areas)
        raised, there = [], []
        for start in range(0, len(numbers), together):
            block = self._block(parts, start, min(start + together, len(numbers)))
            self.combinations.add(block, sums, start * areas)
            raised.append(self.combinations.raising(block, start))
            there.append(self.combinations.there(block, start))
        found = self._areas(backend, coded, numbers, self.combinations.columns(sums))
        characteristics = self.combinations.characteristics
        return found, characteristics(numbers, raised), characteristics(numbers, there)

    # Rows -------------------------------------------------------------------------------------------------

    def _parts(self, backend: Backend, coded: Coded, numbers: Array) -> Iterator[Part]:
        masks = self.masks
        if backend.put_together is not None:
            yield self._put_together(backend, backend.put_together, coded, numbers)
        elif self._by_row:
            yield from self._as_tagged(backend, coded, numbers)
        else:
            rows = self._rows(backend, counted_evidence(self.plan, coded), masks.strides)
            yield _in_order(numbers, *rows, masks.table)
        if coded.earlier is not None:
            rows = self._rows(backend, coded.earlier, masks.earlier_strides)
            yield _in_order(numbers, *rows, masks.earlier_table)

    def _tables(self) -> tuple[dict[str, int], tuple[Array, Array | None]]:
        """Of evidence as it is tagged: what tags add to a code, and the bits of a code, here and informed."""
        table, strides = self.masks.table, dict(self.masks.strides)
        direct = np.roll(table, -strides.pop("direct", 0))
        return strides, (direct, table if self._informed else None)

    def _as_tagged(self, backend: Backend, coded: Coded, numbers: Array) -> Iterator[Part]:
        """Evidence as it is tagged; what it informs is worked out row by row."""
        strides, tables = self._tables()
        part = _in_order(numbers, *self._rows(backend, coded.evidence, strides), *tables)
        if self.plan.measures and (stride := strides.get("assessment")):
            # What a figure says is worked out for the rows it is asked of.
            size = len(self.plan.book.vocabulary.assessments.names)
            unsaid = np.arange(len(self.masks.table)) // stride % size == 0
            asked = unsaid[part.code]
            if asked.any():
                part = part.only(~asked)
                rest = assessed(self.plan, coded.evidence.filter(nw.col("assessment") == 0))
                yield _in_order(numbers, *self._rows(backend, rest, strides), *tables)
        yield part

    def _put_together(
        self, backend: Backend, together: Callable[..., Any], coded: Coded, numbers: Array
    ) -> Part:
        """What a database makes of the evidence: for each characteristic the bits of its rows."""
        plan, masks = self.plan, self.masks
        if self._by_row:
            strides, (direct, informing) = self._tables()
            rows = assessed(plan, coded.evidence)
        else:
            strides, direct, informing = dict(masks.strides), masks.table, None
            rows = counted_evidence(plan, coded)
        bits = {"bits": direct} | ({} if informing is None else {"informing": informing})
        table = pl.DataFrame({"code": np.arange(len(direct), dtype=np.int32), **bits})
        said = rows.select(key=key_of(plan), code=masks.code(strides))
        said = said.join(backend.table(table), on="code", how="inner").select("key", *bits)
        found = backend.collect(together(said, "key", list(bits)))
        key, own = found["key"].to_numpy(), found["bits"].to_numpy()
        others = None if informing is None else found["informing"].to_numpy()
        # Each has bits of its own: its code is where it stands.
        return _in_order(numbers, key // plan.span, key % plan.span, np.arange(len(key)), own, others)

    def _rows(self, backend: Backend, frame: Any, strides: Mapping[str, int]) -> tuple[Array, Array, Array]:
        """The number, the place and the code of each row."""
        code = self.masks.code(strides).cast(nw.Int16 if len(self.masks.table) < 2**15 else nw.Int32)
        rows = backend.collect(frame.select("number", "place", code=code))
        return rows["number"].to_numpy(), rows["place"].to_numpy(), rows["code"].to_numpy()

    def _block(self, parts: list[Part], start: int, stop: int) -> Array:
        """The bits of every place of some inspections, beside the kind of each place."""
        block = np.tile(self.combinations.kinds, stop - start)
        for part in parts:
            first, last = np.searchsorted(part.position, (start, stop))
            at = (part.position[first:last] - start) * self.plan.span
            place, code = part.place[first:last], part.code[first:last]
            np.bitwise_or.at(block, at + place, part.table[code])
            if part.informing is None:
                continue
            for targets in self._informed:
                to = targets[place]
                rows = np.flatnonzero(to >= 0)
                np.bitwise_or.at(block, at[rows] + to[rows], part.informing[code[rows]])
        return block

    # Areas ------------------------------------------------------------------------------------------------

    def _areas(
        self, backend: Backend, coded: Coded, numbers: Array, sums: Mapping[str, Array]
    ) -> pl.DataFrame:
        plan, many = self.plan, len(numbers)
        listed = {f"listed{s}": plan.listed_of(s) for s in plan.scales} | {"listed": plan.listed}
        graded = [int(a.editions[plan.edition].graded) for a in plan.areas]
        of_area = {"area": range(len(plan.areas)), "graded": graded, **listed}
        frame = pl.DataFrame(
            {
                "number": np.repeat(numbers, len(plan.areas)),
                **{name: np.tile(np.array(values, np.int32), many) for name, values in of_area.items()},
                "absent": self._absent(backend, coded, numbers),
                **sums,
            }
        )
        on_record = coded.findings is not None
        if on_record:
            key = pl.col("number").cast(pl.Int64) * len(plan.areas) + pl.col("area")
            own = backend.collect(standings(plan, coded.findings))
            frame = frame.with_columns(key=key).join(own, on="key", how="left", maintain_order="left")
            frame = frame.drop("key")
        query = lambda f: outcomes(plan, facts_of_areas(plan, f, on_record))  # noqa: E731  # one of two
        return self._queries.run(on_record, query, frame)

    def _absent(self, backend: Backend, coded: Coded, numbers: Array) -> Array:
        found = np.zeros(len(numbers) * len(self.plan.areas), np.int32)
        if coded.absent is not None:
            rows = backend.collect(coded.absent.select("number", "area"))
            position = _positions(numbers, rows["number"].to_numpy())
            area = rows["area"].to_numpy()
            found[(position * len(self.plan.areas) + area)[position >= 0]] = 1
        return found


def dense(plan: Plan) -> Dense | None:
    """A plan in arrays, made once and kept with it; None if some fact is not bits."""
    if "dense" not in plan.made:
        masks = tag_masks(plan)
        combinations = None if masks is None else Combinations.of(plan, masks)
        made = None if masks is None or combinations is None else Dense(plan, masks, combinations)
        plan.made["dense"] = made
    found: Dense | None = plan.made["dense"]
    return found


def _in_order(
    numbers: Array, number: Array, place: Array, code: Array, table: Array, informing: Array | None = None
) -> Part:
    """Rows in the order of the inspections."""
    part = Part(_positions(numbers, number), place, code, table, informing)
    if len(number) and ((number[1:] < number[:-1]).any() or part.position.min() < 0):
        order = np.argsort(part.position, kind="stable")
        # Rows on no inspection that is asked for have a position below 0.
        part = part.only(order[np.searchsorted(part.position[order], 0) :])
    return part


def _informed(plan: Plan) -> list[Array]:
    """For each place, one that its evidence informs (-1: none), in as many arrays as needed."""
    found: list[Array] = []
    for place, target in plan.informs:
        free = next((each for each in found if each[place] < 0), None)
        if free is None:
            free = np.full(plan.span, -1, np.int64)
            found.append(free)
        free[place] = target
    return found


def _positions(numbers: Array, of: Array) -> Array:
    """The index of each number among the inspections', in order; -1 for others."""
    of = of.astype(np.int64, copy=False)
    if not len(numbers) or not len(of):
        return np.full(len(of), -1, np.int64)
    first, last = int(numbers[0]), int(numbers[-1])
    if last - first + 1 == len(numbers) and of.min() >= first and of.max() <= last:
        return of - first
    at = np.searchsorted(numbers, of)
    at = np.minimum(at, len(numbers) - 1)
    return np.where(numbers[at] == of, at, -1)
