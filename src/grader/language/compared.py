"""What is compared with a parameter, and where a comparison turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.language.nodes import Level, Op, Operand, Param
from grader.language.rulebook import RuleBook
from grader.language.typecheck import comparisons


@dataclass(frozen=True, slots=True)
class Compared:
    """A fact or attribute that is compared with a parameter.

    Attributes
    ----------
    inside : bool
        In a step of a fact, not in a rule.
    everywhere : bool
        Whether every value of the parameter makes a difference.
    """

    name: str
    op: Op = Op.EQUALS
    level: Level | None = None
    entity: str | None = None
    inside: bool = False
    everywhere: bool = False

    @property
    def early(self) -> bool:
        """Whether facts, not rules alone, turn with the parameter."""
        return self.entity is not None or self.inside or self.everywhere


def compared_with(book: RuleBook, parameter: str) -> tuple[Compared, ...]:
    """Everything held against a parameter of a rule book that is not bound."""
    found: dict[Compared, None] = {}
    for rule in book.rules:
        for comparison, _ in comparisons(rule.condition):
            if _names(comparison.operands, parameter):
                found[Compared(comparison.fact, comparison.op, level=rule.level)] = None
    for fact in book.facts.values():
        for test in fact.definition.where:
            if _names(test.operands, parameter):
                found[Compared(test.attribute, test.op, entity=fact.definition.entity)] = None
        if _names(fact.definition.operands, parameter):
            found[Compared(fact.name, level=fact.level, everywhere=True)] = None
        for condition in fact.definition.conditions:
            for comparison, _ in comparisons(condition):
                if _names(comparison.operands, parameter):
                    found[Compared(comparison.fact, comparison.op, level=fact.level, inside=True)] = None
    return tuple(found)


def _names(operands: Iterable[Operand], parameter: str) -> bool:
    return any(isinstance(o, Param) and o.name == parameter for o in operands)


def turns(op: Op, values: Iterable[int]) -> Iterator[int]:
    """Parameter values at which a comparison may change."""
    for value in values:
        if op in (Op.AT_MOST, Op.MORE_THAN, Op.EQUALS, Op.ONE_OF):
            yield value
        if op in (Op.AT_LEAST, Op.FEWER_THAN, Op.EQUALS, Op.ONE_OF):
            yield value + 1
