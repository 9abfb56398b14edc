"""The ways a condition can hold: each a set of single tests, all of which must.

`not` is pushed down to the comparisons and `all` multiplied out over `any`, so that what is left are plain
conjunctions (a disjunctive normal form). An engine that matches patterns needs no more than these.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

from grader.language.nodes import All, Any_, Compare, Condition, Const, Not, Op, Operand

#: More ways than this and a rule is refused; it also bounds the work of multiplying out.
MAX_WAYS = 480


@dataclass(frozen=True, slots=True)
class Atom:
    """One fact held against one value; `op` is one of `== != >= <= > <`."""

    fact: str
    op: str
    operand: Operand

    @property
    def sort_key(self) -> tuple[bool, str, str, bool, int, str]:
        """Equalities first: they exclude each other, so fewer tests hold at once behind them."""
        value = self.operand
        number, name = (value.value, "") if isinstance(value, Const) else (0, value.name)
        return (self.op != "==", self.fact, self.op, bool(name), number, name)


Way = frozenset[Atom]
Ways = frozenset[Way]

_OPS = {Op.AT_LEAST: ">=", Op.AT_MOST: "<=", Op.MORE_THAN: ">", Op.FEWER_THAN: "<"}
_COMPLEMENT = {">=": "<", "<=": ">", ">": "<=", "<": ">="}

ALWAYS: Ways = frozenset({frozenset()})
NEVER: Ways = frozenset()


class TooManyWays(Exception):
    """A condition can hold in more than `MAX_WAYS` ways."""


@singledispatch
def ways(condition: Condition, wanted: bool = True) -> Ways:
    """The ways in which a condition comes out as `wanted`; raises `TooManyWays` beyond `MAX_WAYS`."""
    raise TypeError(f"no ways to hold for {type(condition).__name__}")


@ways.register
def _(condition: Compare, wanted: bool = True) -> Ways:
    if condition.op in (Op.EQUALS, Op.ONE_OF):
        if wanted:
            return frozenset(frozenset({Atom(condition.fact, "==", o)}) for o in condition.operands)
        return frozenset({frozenset(Atom(condition.fact, "!=", o) for o in condition.operands)})
    op = _OPS[condition.op]
    (operand,) = condition.operands
    return frozenset({frozenset({Atom(condition.fact, op if wanted else _COMPLEMENT[op], operand)})})


@ways.register
def _(condition: All, wanted: bool = True) -> Ways:
    parts = [ways(part, wanted) for part in condition.parts]
    return _every(parts) if wanted else _some(parts)


@ways.register
def _(condition: Any_, wanted: bool = True) -> Ways:
    parts = [ways(part, wanted) for part in condition.parts]
    return _some(parts) if wanted else _every(parts)


@ways.register
def _(condition: Not, wanted: bool = True) -> Ways:
    return ways(condition.part, not wanted)


def _some(parts: list[Ways]) -> Ways:
    return _bounded(NEVER.union(*parts))


def _every(parts: list[Ways]) -> Ways:
    found = ALWAYS
    for part in parts:
        found = _bounded(frozenset(a | b for a in found for b in part))
    return found


def _bounded(found: Ways) -> Ways:
    if len(found) > MAX_WAYS:
        raise TooManyWays
    return found


def ordered(way: Way) -> tuple[Atom, ...]:
    """The tests of a way in the order a pattern asks them."""
    return tuple(sorted(way, key=lambda atom: atom.sort_key))
