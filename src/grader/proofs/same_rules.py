"""What two rule books share but for names, texts and order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from grader.language.nodes import (
    All,
    Any_,
    Compare,
    Condition,
    Const,
    Definition,
    FactOf,
    Level,
    Not,
    Operand,
    Test,
)
from grader.language.reckoned import Amount, Bounds, Named, Points, Rounded, Step, Weighted
from grader.language.rulebook import Fact, Layer, Rule, RuleBook
from grader.language.typecheck import comparisons

What = Literal["rule", "fact", "parameter"]


class Bare:
    """Parts of one bound rule book without names.

    Parameters
    ----------
    known : callable, optional
        What stands for a fact instead, or None.
    """

    def __init__(self, book: RuleBook, known: Callable[[str], Hashable | None] = lambda name: None) -> None:
        self.book = book
        self.known = known

    def rule(self, rule: Rule) -> Hashable:
        """What a rule does, and where."""
        everywhere = self.book.measures if rule.layer is Layer.MEASURE else self.book.areas
        scope = frozenset(everywhere if rule.scope is None else rule.scope)
        return rule.layer, rule.level, rule.effect, rule.target, scope, self.condition(rule.condition)

    def condition(self, condition: Condition) -> Hashable:
        """What a condition asks."""
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
        """What a fact counts."""
        known = self.known(name)
        if known is not None:
            return known
        fact = self.book.facts.get(name)
        return ("given", name) if fact is None else (fact.level, self.definition(fact.definition))

    def definition(self, definition: Definition) -> Hashable:
        """What a definition counts."""
        kind, entity, ranked = type(definition).__name__, definition.entity or "", definition.ranked
        seen = self._attribute(entity, ranked) if ranked is not None else None
        # Weights and steps say themselves what each of these parts is for.
        own = isinstance(definition, Weighted | Points)
        parts = () if own else tuple(map(self.fact, definition.depends_on))
        named = (definition.named, self.fact(definition.fact)) if isinstance(definition, FactOf) else None
        reckoned = self._reckoned(definition)
        return kind, entity, seen, self._where(entity, definition.where), parts, named, reckoned

    def _reckoned(self, definition: Definition) -> Hashable:
        """The numbers and steps of a fact reckoned from others."""
        match definition:
            case Weighted(terms):
                weights = Counter[Hashable]()
                for term in terms:
                    of = term.of
                    taken = self.fact(of.name) if isinstance(of, Named) else self.definition(of)
                    weights[taken] += term.weight
                return frozenset(weights.items())
            case Rounded(of=_, to=to, how=how):
                return to, how
            case Points(start, steps, within):
                return self._amount(start), tuple(map(self._step, steps)), _bounds(within)
            case _:
                return None

    def _step(self, step: Step) -> Hashable:
        return step.does, self._amount(step.amount), self.condition(step.condition), _bounds(step.within)

    def _amount(self, amount: Amount) -> Hashable:
        return self.fact(amount.name) if isinstance(amount, Named) else _numbers([amount])

    def _where(self, entity: str, where: Iterable[Test]) -> Hashable:
        return frozenset((self._attribute(entity, t.attribute), t.op, _numbers(t.operands)) for t in where)

    def _attribute(self, entity: str, attribute: str) -> Hashable:
        """An attribute, or a characteristic's fact without its name."""
        return self.fact(attribute) if entity == "characteristics" else attribute


def _numbers(operands: Iterable[Operand]) -> frozenset[int]:
    return frozenset(o.value for o in operands if isinstance(o, Const))


def _bounds(bounds: Bounds | None) -> Hashable:
    return None if bounds is None else (_numbers([bounds.low]), _numbers([bounds.high]))


# Pairs ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Renamed:
    """A rule, fact or parameter under another name."""

    what: What
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Which parts of two bound rule books correspond.

    Attributes
    ----------
    rules, facts : mapping of str to str
        Old names by new; added ones by their own.
    worded : tuple of str
        Those whose texts alone differ.
    ranges : tuple of str
        Parameters whose range alone differs.
    """

    rules: Mapping[str, str]
    facts: Mapping[str, str]
    renamed: tuple[Renamed, ...]
    worded: tuple[str, ...]
    ranges: tuple[str, ...]


def pairs(old: RuleBook, new: RuleBook) -> Pairs:
    """Pair two bound rule books, by name and then by content."""
    one, other = Bare(old), Bare(new)
    rules = _paired({r.id: one.rule(r) for r in old.rules}, {r.id: other.rule(r) for r in new.rules})
    areas = [{f.name: b.fact(f.name) for f in b.book.facts.values() if _shown(f)} for b in (one, other)]
    facts = _paired(*areas)
    parameters = _paired(_parameters(one), _parameters(other))
    several: tuple[tuple[What, Mapping[str, str]], ...] = (
        ("rule", rules),
        ("fact", facts),
        ("parameter", parameters),
    )
    renamed = [Renamed(what, mine, name) for what, found in several for name, mine in found.items()
               if mine != name]  # fmt: skip
    return Pairs(rules, facts, tuple(renamed), _worded(old, new, rules), _ranges(old, new))


def alike_by_name(old: RuleBook, new: RuleBook, found: Pairs) -> bool:
    """Whether every pair is equal and nothing is left."""

    def said(book: RuleBook, rules: Mapping[str, str], facts: Mapping[str, str]) -> Hashable:
        bare = Bare(book)
        measures = frozenset((m.name, m.characteristic, m.unit) for m in book.measures.values())
        return (
            book.grade_scale.names,
            book.grade_default,
            measures,
            frozenset((rules.get(r.id, r.id), bare.rule(r)) for r in book.rules),
            frozenset((facts[f.name], bare.fact(f.name)) for f in book.facts.values() if _shown(f)),
        )

    own = {name: name for name in old.facts}
    return said(old, {}, own) == said(new, found.rules, found.facts)


def _paired(old: Mapping[str, Hashable], new: Mapping[str, Hashable]) -> dict[str, str]:
    found = {name: name for name in new}
    left = sorted(name for name in old if name not in new)
    for name in sorted(name for name in new if name not in old):
        same = next((mine for mine in left if old[mine] == new[name]), None)
        if same is not None:
            left.remove(same)
            found[name] = same
    return found


def _parameters(bare: Bare) -> dict[str, Hashable]:
    """The values of each parameter, with the places it stands in."""
    book = bare.book
    used: dict[str, set[Hashable]] = {name: set() for name in book.parameters}
    for rule in book.rules:
        for at, _ in comparisons(rule.condition):
            for name in _names(at.operands):
                used[name].add((rule.layer, rule.effect, rule.target, bare.fact(at.fact), at.op))
    for fact in book.facts.values():
        for test in fact.definition.where:
            for name in _names(test.operands):
                used[name].add((fact.layer, fact.definition.entity, test.attribute, test.op))
        of = fact.definition.operands
        compared = [at for c in fact.definition.conditions for at, _ in comparisons(c)]
        for name in _names([*of, *(o for at in compared for o in at.operands)]):
            used[name].add((fact.layer, type(fact.definition).__name__))
    return {
        p.name: (p.kind, p.default, p.minimum, p.maximum, frozenset(used[p.name]))
        for p in book.parameters.values()
    }


def _names(operands: Iterable[Operand]) -> Iterable[str]:
    return (o.name for o in operands if isinstance(o, Const) and o.name is not None)


def _shown(fact: Fact) -> bool:
    """Whether a fact stands in the profile of a proposal."""
    return fact.level is Level.AREA


def _worded(old: RuleBook, new: RuleBook, pairs: Mapping[str, str]) -> tuple[str, ...]:
    before = {r.id: r for r in old.rules}
    found = [
        f"rule {r.id}"
        for r in new.rules
        if (mine := before.get(pairs[r.id])) is not None
        and (mine.because, mine.source) != (r.because, r.source)
    ]
    found += [
        f"fact {f.name}"
        for f in new.facts.values()
        if f.name in old.facts and old.facts[f.name].english != f.english
    ]
    return tuple(found)


def _ranges(old: RuleBook, new: RuleBook) -> tuple[str, ...]:
    return tuple(
        p.name
        for p in new.parameters.values()
        if (mine := old.parameters.get(p.name)) is not None
        and (mine.minimum, mine.maximum) != (p.minimum, p.maximum)
    )
