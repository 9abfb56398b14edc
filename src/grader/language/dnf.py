"""The disjunctive normal form of a condition."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

from grader.language.nodes import All, Any_, Compare, Condition, Const, Not, Op, Operand

#: More than this and a rule is refused; it also bounds the work of multiplying out.
MAX_CONJUNCTIONS = 480
#: No number that a fact is held against, or can be, is further from 0.
MAX_VALUE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Atom:
    """A fact compared with a value; `op`: `== != >= <= > <`."""

    fact: str
    op: str
    operand: Operand

    @property
    def sort_key(self) -> tuple[bool, str, str, bool, int, str]:
        """Equalities first: they exclude each other, so fewer tests hold at once behind them."""
        value = self.operand
        number, name = (value.value, "") if isinstance(value, Const) else (0, value.name)
        return (self.op != "==", self.fact, self.op, bool(name), number, name)


Conjunction = frozenset[Atom]
Dnf = frozenset[Conjunction]

_OPS = {Op.AT_LEAST: ">=", Op.AT_MOST: "<=", Op.MORE_THAN: ">", Op.FEWER_THAN: "<"}
_COMPLEMENT = {">=": "<", "<=": ">", ">": "<=", "<": ">="}

ALWAYS: Dnf = frozenset({frozenset()})
NEVER: Dnf = frozenset()


class TooManyConjunctions(Exception):
    """A condition has more than `MAX_CONJUNCTIONS` conjunctions."""


@singledispatch
def dnf(condition: Condition, wanted: bool = True) -> Dnf:
    """The conjunctions in which a condition is `wanted`.

    Raises
    ------
    TooManyConjunctions
        More than `MAX_CONJUNCTIONS`.
    """
    raise TypeError(f"no disjunctive normal form of {type(condition).__name__}")


@dnf.register
def _(condition: Compare, wanted: bool = True) -> Dnf:
    if condition.op in (Op.EQUALS, Op.ONE_OF):
        if wanted:
            return frozenset(frozenset({Atom(condition.fact, "==", o)}) for o in condition.operands)
        return frozenset({frozenset(Atom(condition.fact, "!=", o) for o in condition.operands)})
    op = _OPS[condition.op]
    (operand,) = condition.operands
    return frozenset({frozenset({Atom(condition.fact, op if wanted else _COMPLEMENT[op], operand)})})


@dnf.register
def _(condition: All, wanted: bool = True) -> Dnf:
    parts = [dnf(part, wanted) for part in condition.parts]
    return _every(parts) if wanted else _some(parts)


@dnf.register
def _(condition: Any_, wanted: bool = True) -> Dnf:
    parts = [dnf(part, wanted) for part in condition.parts]
    return _some(parts) if wanted else _every(parts)


@dnf.register
def _(condition: Not, wanted: bool = True) -> Dnf:
    return dnf(condition.part, not wanted)


def _some(parts: list[Dnf]) -> Dnf:
    return _bounded(NEVER.union(*parts))


def _every(parts: list[Dnf]) -> Dnf:
    found = ALWAYS
    for part in parts:
        found = _bounded(frozenset(a | b for a in found for b in part))
    return found


def _bounded(found: Dnf) -> Dnf:
    if len(found) > MAX_CONJUNCTIONS:
        raise TooManyConjunctions
    return found


def ordered(conjunction: Conjunction) -> tuple[Atom, ...]:
    """The tests of a conjunction in the order a pattern asks them."""
    return tuple(sorted(conjunction, key=lambda atom: atom.sort_key))
