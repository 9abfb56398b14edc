"""Parameters that make sense in one order only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.language.nodes import All, Compare, Condition, Const, Effect, Op, Operand, Param
from grader.language.pipeline import PIPELINE
from grader.language.rulebook import Rule, RuleBook

RISING = (Op.AT_LEAST, Op.MORE_THAN)
FALLING = (Op.AT_MOST, Op.FEWER_THAN)


@dataclass(frozen=True, slots=True)
class Order:
    """What two rules ask of one fact: `high` must be at least `low`."""

    low: Operand
    high: Operand
    fact: str
    nearer: str
    further: str

    def names(self) -> frozenset[str]:
        """The parameters it is about."""
        return frozenset(o.name for o in (self.low, self.high) if isinstance(o, Param))

    def broken(self, values: Mapping[str, int]) -> bool:
        """Whether it is broken with parameters at these values."""
        return value_of(self.high, values) < value_of(self.low, values)


def value_of(operand: Operand, values: Mapping[str, int]) -> int:
    """The number an operand stands for."""
    return operand.value if isinstance(operand, Const) else values[operand.name]


def orders(book: RuleBook) -> tuple[Order, ...]:
    """Every order between parameters and numbers of an unbound rule book."""
    found: dict[tuple[Operand, Operand], Order] = {}
    for stage in PIPELINE:
        reaching = [r for r in book.table(stage.layer, stage.level).rules if r.effect is Effect.REACHES]
        if not reaching:
            continue
        scale, _ = stage.concludes(book)
        for nearer in reaching:
            for further in reaching:
                if scale.rank(further.target) > scale.rank(nearer.target) and _meet(nearer, further):
                    for order in _between(nearer, further):
                        found.setdefault((order.low, order.high), order)
    return tuple(found.values())


def _meet(one: Rule, other: Rule) -> bool:
    return one.scope is None or other.scope is None or bool(one.scope & other.scope)


def _between(nearer: Rule, further: Rule) -> Iterator[Order]:
    for one in asked(nearer.condition):
        for two in asked(further.condition):
            if one.fact != two.fact or one.operands[:1] == two.operands[:1]:
                continue
            if not any(isinstance(o, Param) for o in (one.operands[0], two.operands[0])):
                continue
            if one.op in RISING and two.op in RISING:
                yield Order(one.operands[0], two.operands[0], one.fact, nearer.id, further.id)
            elif one.op in FALLING and two.op in FALLING:
                yield Order(two.operands[0], one.operands[0], one.fact, nearer.id, further.id)


def asked(condition: Condition) -> Iterator[Compare]:
    """Comparisons every case of a rule has to pass."""
    match condition:
        case Compare():
            yield condition
        case All(parts):
            for part in parts:
                yield from asked(part)
