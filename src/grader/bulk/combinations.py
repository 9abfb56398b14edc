"""What each combination of bits concludes on each kind of characteristic, and its areas from those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from grader.bulk.backends import nw, pl
from grader.bulk.conclude import concluded, raises
from grader.bulk.conclude_areas import readings
from grader.bulk.plan import Plan
from grader.bulk.tag_masks import TagMasks
from grader.language.nodes import AnyOf, Count, Level
from grader.language.pipeline import CHARACTERISTIC_STAGES

Array = Any

#: Combinations of bits and kind of place that tables have room for.
MOST: Final = 2**22
#: Bits of a whole number that counts are packed into: one is left for the sign.
WORD: Final = 63
#: What the greatest and the least of nothing are, until it is known that there is nothing.
_NONE: Final = {"max": np.iinfo(np.int32).min, "min": np.iinfo(np.int32).max, "sum": 0}


@dataclass
class Combinations:
    """Tables by combination: bits, with the kind of place above them.

    Attributes
    ----------
    kinds : array
        The kind of each place, as in a combination; places of a kind are concluded on alike.
    words : list of array
        What a characteristic adds to an area's counts, packed into whole numbers.
    """

    plan: Plan
    masks: TagMasks
    kinds: Array
    examples: Array
    """A place of each kind."""
    fields: dict[str, tuple[int, int]] = field(default_factory=dict)
    """For each count its word, and where it starts in it."""

    @classmethod
    def of(cls, plan: Plan, masks: TagMasks) -> Combinations | None:
        """Tables with nothing in them yet; None where they would be too large."""
        kinds: dict[tuple[Any, ...], int] = {}
        found = np.zeros(plan.span, np.int32)
        examples: list[int] = []
        for place in plan.characteristic_index.values():
            kind = kinds.setdefault(_kind(plan, place), len(kinds))
            found[place] = kind << masks.bits
            examples += [place] if kind == len(examples) else []
        if len(kinds) << masks.bits > MOST or len(raises(plan, Level.CHARACTERISTIC)) > WORD:
            return None
        return cls(plan, masks, found, np.array(examples or [0]))

    def __post_init__(self) -> None:
        plan = self.plan
        size = len(self.examples) << self.masks.bits
        self._readings = readings(plan)
        self._raises = list(raises(plan, Level.CHARACTERISTIC))
        self._taken = {
            column: plan.characteristic_index[d.characteristic]
            for column, d in plan.named.items()
            if d.characteristic in plan.characteristic_index
        }
        self._counts, self._rest = self._split()
        self.width = plan.width.bit_length()
        each = WORD // self.width
        self.fields = {name: (n // each, n % each * self.width) for n, name in enumerate(self._counts)}
        self.words = [np.zeros(size, np.int64) for _ in range(0, len(self._counts), each)]
        self.others = {n: np.full(size, _NONE[self._readings[n].aggregation], np.int32) for n in self._rest}
        self.taken = {column: np.zeros(size, np.int32) for column in self._taken}
        self.raised = np.zeros(size, np.int64)
        self.known = np.zeros(size, bool)
        self.known[[kind << self.masks.bits for kind in range(len(self.examples))]] = True

    def _split(self) -> tuple[list[str], list[str]]:
        """Columns of an area that count characteristics (once each at most), and others."""
        kinds = {self.plan.area_columns[f.name]: type(f.definition) for f in self.plan.area_facts}
        columns = [name for name in self._readings if name not in self._taken]
        counts = [name for name in columns if kinds.get(name, Count) in (Count, AnyOf)]
        return counts, [name for name in columns if name not in counts]

    # Combinations -----------------------------------------------------------------------------------------

    def learn(self, met: Array) -> None:
        """Conclude on the combinations not met before."""
        new = met[~self.known[met]]
        if not len(new):
            return
        new = np.unique(new)
        bits, place = new & ((1 << self.masks.bits) - 1), self.examples[new >> self.masks.bits]
        facts = {n: self.masks.value(n, bits) for n in self.masks.values}
        frame = pl.DataFrame(
            {"place": place.astype(np.int32), "area": (place // self.plan.width).astype(np.int32), **facts}
        )
        below = concluded(self.plan, nw.from_native(frame.lazy())).to_native().collect()
        own = {name: self._readings[name].row for name in (*self._counts, *self._rest)}
        rows = nw.from_native(below.lazy()).select(**own).to_native().collect()
        for name, (word, start) in self.fields.items():
            self.words[word][new] += rows[name].to_numpy().astype(np.int64) << start
        for name, table in self.others.items():
            there = rows[name].is_not_null().to_numpy()
            table[new[there]] = rows[name].drop_nulls().to_numpy()
        for column in self._taken:
            self.taken[column][new] = below[self.plan.characteristic_columns[self.plan.named[column].fact]]
        for n, name in enumerate(self._raises):
            self.raised[new] |= (below[name].to_numpy() > 0).astype(np.int64) << n
        self.known[new] = True

    # Areas ------------------------------------------------------------------------------------------------

    def sums(self, areas: int) -> dict[str, Array]:
        """Room for so many areas: packed counts, and whatever is no count."""
        words = {f"word{n}": np.zeros(areas, np.int64) for n in range(len(self.words))}
        return {**words, **{name: np.zeros(areas, np.int32) for name in (*self.others, *self.taken)}}

    def add(self, block: Array, sums: Mapping[str, Array], start: int) -> None:
        """Add a block's areas to `sums`, from area `start` on."""
        self.learn(block)
        plan = self.plan
        stop = start + len(block) // plan.width
        for n, table in enumerate(self.words):
            # The quickest of several ways to add up rows as short as these.
            sums[f"word{n}"][start:stop] = np.einsum("ij->i", table[block].reshape(-1, plan.width))
        for name, other in self.others.items():
            value = other[block].reshape(-1, plan.width)
            kind = self._readings[name].aggregation
            found = getattr(value, kind)(axis=1)
            sums[name][start:stop] = np.where(found == _NONE[kind], 0, found)
        for column, place in self._taken.items():
            own = self.taken[column][block[place :: plan.span]]
            sums[column][start + place // plan.width : stop : len(plan.areas)] = own

    def columns(self, sums: Mapping[str, Array]) -> dict[str, Array]:
        """Every column that areas take from their characteristics."""
        found = {}
        for name, (word, start) in self.fields.items():
            count = (sums[f"word{word}"] >> start & ((1 << self.width) - 1)).astype(np.int32)
            found[name] = np.minimum(count, 1) if self._readings[name].aggregation == "max" else count
        return {**found, **{name: sums[name] for name in (*self.others, *self.taken)}}

    # Characteristics --------------------------------------------------------------------------------------

    def raising(self, block: Array, start: int) -> tuple[Array, Array]:
        """Places of a block with findings, counted from the first inspection, and which findings."""
        raised = self.raised[block]
        at = np.flatnonzero(raised)
        return at + start * self.plan.span, raised[at]

    def there(self, block: Array, start: int) -> tuple[Array, Array]:
        """Places of a block that have a row, if rules raise findings on those without; else none."""
        rules = raises(self.plan, Level.CHARACTERISTIC).values()
        if not any(map(self.plan.raised_by_nothing, rules)):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        at = np.flatnonzero(block & ((1 << self.masks.bits) - 1))
        return at + start * self.plan.span, self.raised[block[at]]

    def characteristics(self, numbers: Array, found: Sequence[tuple[Array, Array]]) -> pl.DataFrame:
        """Rows of places: `number`, `area`, `place`, and whether each rule raises a finding."""
        at, raised = (np.concatenate([each[n] for each in found] or [[]]).astype(np.int64) for n in (0, 1))
        place = at % self.plan.span
        return pl.DataFrame(
            {
                "number": numbers[at // self.plan.span] if len(at) else np.empty(0, np.int64),
                "area": (place // self.plan.width).astype(np.int32),
                "place": place.astype(np.int32),
                **{name: (raised >> n & 1).astype(np.int32) for n, name in enumerate(self._raises)},
            }
        )


def _kind(plan: Plan, place: int) -> tuple[Any, ...]:
    """All that tells one place from another where characteristics are concluded on."""
    area = place // plan.width
    rules = [rule for stage in CHARACTERISTIC_STAGES for rule in plan.rules(stage)]
    scopes = tuple(area in scope for rule in rules if (scope := plan.scope(rule)) is not None)
    scale = next((scale for scale, places in plan.places_by_scale.items() if place in places), 0)
    return place in plan.uncounted, scale, scopes
