"""Whether two rule books are the same rules: but for ids, names, texts, order and layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable

from grader.language.nodes import (
    All,
    Any_,
    Compare,
    Condition,
    Const,
    Definition,
    FactOf,
    Not,
    Operand,
    Test,
)
from grader.language.rulebook import Layer, RuleBook


def same_rules(old: RuleBook, new: RuleBook) -> bool:
    """Whether two bound rule books are one tree but for names; if so, they grade everything alike."""
    return _bare(old) == _bare(new)


def _bare(book: RuleBook) -> Hashable:
    """The rule book without names: each fact stands for what it counts, each parameter for its value."""
    bare = _Bare(book)
    measures = frozenset((m.name, m.characteristic, m.unit) for m in book.measures.values())
    rules = Counter(
        (
            rule.layer,
            rule.level,
            rule.effect,
            rule.target,
            frozenset(_scope(book, rule.layer) if rule.scope is None else rule.scope),
            bare.condition(rule.condition),
        )
        for rule in book.rules
    )
    return book.grade_scale.names, book.grade_default, measures, frozenset(rules.items())


def _scope(book: RuleBook, layer: Layer) -> Iterable[str]:
    return book.measures if layer is Layer.MEASURE else book.areas


class _Bare:
    def __init__(self, book: RuleBook) -> None:
        self.book = book

    def condition(self, condition: Condition) -> Hashable:
        match condition:
            case Compare(fact, op, operands):
                return "compare", self.fact(fact), op, _numbers(operands)
            case All(parts):
                return "all", frozenset(self.condition(p) for p in parts)
            case Any_(parts):
                return "any", frozenset(self.condition(p) for p in parts)
            case Not(part):
                return "not", self.condition(part)

    def fact(self, name: str) -> Hashable:
        fact = self.book.facts.get(name)
        return ("given", name) if fact is None else (fact.level, self.definition(fact.definition))

    def definition(self, definition: Definition) -> Hashable:
        kind, entity, ranked = type(definition).__name__, definition.entity or "", definition.ranked
        seen = self._attribute(entity, ranked) if ranked is not None else None
        parts = tuple(map(self.fact, definition.depends_on))
        named = (definition.named, self.fact(definition.fact)) if isinstance(definition, FactOf) else None
        return kind, entity, seen, self._where(entity, definition.where), parts, named

    def _where(self, entity: str, where: Iterable[Test]) -> Hashable:
        return frozenset((self._attribute(entity, t.attribute), t.op, _numbers(t.operands)) for t in where)

    def _attribute(self, entity: str, attribute: str) -> Hashable:
        """What is looked at: of a characteristic a fact, which has a name of the author's."""
        return self.fact(attribute) if entity == "characteristics" else attribute


def _numbers(operands: Iterable[Operand]) -> frozenset[int]:
    return frozenset(o.value for o in operands if isinstance(o, Const))
