"""What evidence says of a characteristic, as bits: most facts about one only ask whether there is any.

A row's tags make one small number, its code; a table has the bits that each code sets. A characteristic's
bits are those of its rows together, in any order and number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Final

import numpy as np

from grader.bulk.backends import nw, pl
from grader.bulk.plan import ITEM, Plan
from grader.engines import columnar
from grader.language.nodes import AnyOf, Best, Condition, Const, Count, Lowest, Op, Operand
from grader.language.pipeline import FINDINGS_ON_CHARACTERISTICS, STATUSES
from grader.language.rulebook import Fact
from grader.language.typecheck import comparisons
from grader.language.vocabulary import entities

Codes = Any
"""An array of whole numbers."""

#: So many codes and bits at most; a rule book that needs more is read the general way.
MOST_CODES: Final = 2**16
MOST_BITS: Final = 22
#: The bit that says that an item stands on the characteristic.
ITEMS: Final = "items"
EARLIER: Final = ("kind", "progress")

Asked = frozenset[int] | None
"""Values from which on a comparison tells a fact from a lower one; None where its value itself is taken."""


@dataclass(frozen=True)
class TagMasks:
    """The bits of one plan.

    Attributes
    ----------
    strides, earlier_strides : mapping
        What a rank of each attribute adds to the code of an item, or earlier finding.
    table, earlier_table : array
        The bits each code sets.
    values : mapping
        For each fact's column, and `items`: bits, each with a value; the first that is set counts, or else 0.
    bits : int
        How many.
    """

    strides: Mapping[str, int]
    earlier_strides: Mapping[str, int]
    table: Codes
    earlier_table: Codes
    values: Mapping[str, tuple[tuple[int, int], ...]]
    bits: int

    def code(self, strides: Mapping[str, int]) -> nw.Expr:
        """The code of a row, off its attributes."""
        found = nw.lit(0, nw.Int32)
        for name, stride in strides.items():
            found = found + nw.col(name).cast(nw.Int32) * stride
        return found

    def value(self, column: str, mask: Codes) -> Codes:
        """A fact off arrays of bits."""
        found = np.zeros(len(mask), np.int32)
        for bit, value in reversed(self.values[column]):
            found = np.where(mask >> bit & 1, np.int32(value), found)
        return found

    @property
    def informs_by_row(self) -> bool:
        """Whether an item that counts on a characteristic both ways may be counted there twice.

        So where being tagged to it sets every bit that informing it does.
        """
        stride = self.strides.get("direct")
        if stride is None:
            return True
        codes = np.arange(len(self.table))
        direct = codes[codes // stride % 2 == 1]
        return bool((self.table[direct] | self.table[direct - stride] == self.table[direct]).all())


def tag_masks(plan: Plan) -> TagMasks | None:
    """The bits of a plan, worked out once; None if some fact is not bits."""
    if "masks" not in plan.made:
        plan.made["masks"] = _masks(plan)
    found: TagMasks | None = plan.made["masks"]
    return found


def _masks(plan: Plan) -> TagMasks | None:
    asked = {f.name: _asked(plan, f.name) for f in plan.characteristic_facts}
    if not all(_is_bits(f, asked[f.name]) for f in plan.characteristic_facts):
        return None
    by_entity = {e: [f for f in plan.characteristic_facts if f.entity == e] for e in ("evidence", "earlier")}
    sizes = {e: _sizes(plan, e, facts) for e, facts in by_entity.items()}
    if prod(sizes["evidence"].values()) > MOST_CODES:
        return None
    bits: dict[bytes, int] = {}
    values: dict[str, tuple[tuple[int, int], ...]] = {}
    tables = {e: np.zeros(prod(sizes[e].values()), np.int32) for e in sizes}
    every = np.ones(len(tables["evidence"]), bool)
    for entity, column, steps in [("evidence", ITEMS, [(every, 1)]), *_steps(plan, by_entity, sizes, asked)]:
        found = []
        for truths, value in steps:
            bit = bits.setdefault(entity.encode() + np.packbits(truths).tobytes(), len(bits))
            if bit >= MOST_BITS:
                return None
            tables[entity] |= truths.astype(np.int32) << bit
            found.append((bit, value))
        values[column] = tuple(found)
    strides = {e: _strides(sizes[e]) for e in sizes}
    return TagMasks(
        strides["evidence"], strides["earlier"], tables["evidence"], tables["earlier"], values, len(bits)
    )


# How far a fact is compared -------------------------------------------------------------------------------


def _asked(plan: Plan, name: str) -> Asked:
    """How a characteristic's fact is compared, over all that looks at it."""
    definitions = [f.definition for f in plan.area_facts]
    if any(name in f.definition.depends_on for f in plan.characteristic_facts):
        return None
    if any(d.entity == "characteristics" and d.ranked == name for d in definitions):
        return None
    if any(taken.fact == name for d in definitions for taken in d.takes):
        return None
    found: set[int] = set()
    for op, operands in _held_against(plan, name):
        for operand in operands:
            if not isinstance(operand, Const):
                return None
            found |= _least(op, operand.value)
    return frozenset(found)


def _held_against(plan: Plan, name: str) -> Iterator[tuple[Op, Sequence[Operand]]]:
    conditions: list[Condition] = [
        rule.condition for stage in (STATUSES, FINDINGS_ON_CHARACTERISTICS) for rule in plan.rules(stage)
    ]
    for condition in conditions:
        for comparison, _ in comparisons(condition):
            if comparison.fact == name:
                yield comparison.op, comparison.operands
    for fact in plan.of_entity("characteristics"):
        for test in fact.definition.where:
            if test.attribute == name:
                yield test.op, test.operands


def _least(op: Op, value: int) -> set[int]:
    """From which values on a comparison comes out otherwise than below them."""
    if op in (Op.AT_LEAST, Op.FEWER_THAN):
        return {value}
    if op in (Op.AT_MOST, Op.MORE_THAN):
        return {value + 1}
    return {value, value + 1}


def _is_bits(fact: Fact, asked: Asked) -> bool:
    """Whether bits say all that is asked of a fact."""
    kind = type(fact.definition)
    if kind is Count:
        return asked is not None and max(asked, default=0) <= 1
    return kind in (AnyOf, Best, Lowest)


# Bits -----------------------------------------------------------------------------------------------------


def _sizes(plan: Plan, entity: str, facts: Sequence[Fact]) -> dict[str, int]:
    """How many ranks each attribute has that the facts look at."""
    looked_at = {t.attribute for f in facts for t in f.definition.where}
    looked_at |= {f.definition.ranked for f in facts if f.definition.ranked is not None}
    scales = entities(plan.book.vocabulary)[entity].attributes
    names = ITEM if entity == "evidence" else EARLIER
    return {name: len(scales[name].names) for name in names if name in looked_at}


def _strides(sizes: Mapping[str, int]) -> dict[str, int]:
    names = list(sizes)
    return {name: prod(sizes[later] for later in names[at + 1 :]) for at, name in enumerate(names)}


def _steps(
    plan: Plan,
    by_entity: Mapping[str, Sequence[Fact]],
    sizes: Mapping[str, Mapping[str, int]],
    asked: Mapping[str, Asked],
) -> Iterator[tuple[str, str, list[tuple[Any, int]]]]:
    """For each fact its entity, its column, and for each code whether it makes the fact so much."""
    for entity, facts in by_entity.items():
        every = _every_code(sizes[entity])
        for fact in facts:
            # The row's own value, read as the general way reads it; null where the fact leaves the row out.
            row = columnar.reading(fact.definition, {name: name for name in every.columns}).row
            value = nw.from_native(every).select(value=row.cast(nw.Int32)).to_native()["value"]
            there, number = value.is_not_null().to_numpy(), value.fill_null(0).to_numpy()
            top = sizes[entity][fact.definition.ranked] - 1 if fact.definition.ranked else 1
            yield entity, plan.characteristic_columns[fact.name], _told(fact, there, number, asked, top)


def _told(fact: Fact, there: Any, number: Any, asked: Mapping[str, Asked], top: int) -> list[tuple[Any, int]]:
    wanted = asked[fact.name]
    levels = [n for n in range(1, top + 1) if wanted is None or n in wanted]
    if type(fact.definition) is Lowest:
        # The lowest below a level, from the lowest level up; above the last, there is one at all.
        lower = [0, *levels]
        return [(there & (number < level), low) for level, low in zip([*levels, top + 1], lower, strict=True)]
    if type(fact.definition) is Best:
        return [(there & (number >= level), level) for level in reversed(levels)]
    return [(there & (number >= 1), 1)]


def _every_code(sizes: Mapping[str, int]) -> pl.DataFrame:
    """The attributes behind each code, in the order of the codes."""
    codes = np.arange(prod(sizes.values()))
    strides = _strides(sizes)
    columns = {n: (codes // strides[n] % size).astype(np.int32) for n, size in sizes.items()}
    # A fact that asks nothing looks at no attribute, and still has to be read off a row.
    return pl.DataFrame(columns or {"any": np.zeros(1, np.int32)})
