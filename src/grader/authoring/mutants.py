"""Small changes of a rule book, as by a slip.

Thresholds move to the next value that makes a difference. Facts no rule looks at are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.authoring.coverage import with_rule, without_rule
from grader.authoring.mutants_added import added_clauses, added_tests, forgotten_areas, other_wholes, widened
from grader.authoring.mutants_of_facts import reckoned_mutants
from grader.cached import cached_property
from grader.errors import Place
from grader.language.attainable import attainable
from grader.language.bind import bind
from grader.language.nodes import (
    Aggregate,
    All,
    Any_,
    Compare,
    Condition,
    Const,
    Count,
    Definition,
    Effect,
    Kind,
    Not,
    Op,
    Operand,
    Param,
    Share,
    Test,
)
from grader.language.parse import NUMBERS
from grader.language.rulebook import EFFECTS, Fact, Layer, Parameter, Rule, RuleBook
from grader.language.typecheck import comparisons, facts_named
from grader.language.vocabulary import entities
from grader.model.framework import Framework
from grader.vocabulary.kinds import FLAG
from grader.vocabulary.scales import Scale

_NEGATED = {
    Op.AT_LEAST: Op.FEWER_THAN,
    Op.FEWER_THAN: Op.AT_LEAST,
    Op.AT_MOST: Op.MORE_THAN,
    Op.MORE_THAN: Op.AT_MOST,
}
#: Comparisons whose truth changes between one value and the next above it, not the next below.
_FROM_ABOVE = frozenset({Op.AT_MOST, Op.MORE_THAN})
_EFFECTS = {Effect.REACHES: Effect.LIMITS, Effect.LIMITS: Effect.REACHES}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule book with one small change.

    Attributes
    ----------
    of : str
        As `rule good.some`, `fact demonstrated`, `parameter some`.
    change : str
        In words.
    rules : tuple of str
        Those it bears on.
    """

    of: str
    change: str
    place: Place | None
    rules: tuple[str, ...]
    book: RuleBook = field(repr=False)


def mutants(book: RuleBook, framework: Framework) -> Iterator[Mutant]:
    """Every mutant: of rules, of their facts, of parameters."""
    maker = _Maker(book, framework)
    yield from maker.of_rules()
    yield from maker.of_facts()
    yield from maker.of_parameters()


@dataclass(frozen=True)
class _Maker:
    book: RuleBook
    framework: Framework

    # Rules ------------------------------------------------------------------------------------------------

    def of_rules(self) -> Iterator[Mutant]:
        for rule in self.book.written:
            yield self._rule(rule, "dropped", without_rule(self.book, rule))
            for change, changed in (*self._heads(rule), *self._bodies(rule)):
                yield self._rule(rule, change, with_rule(self.book, changed))

    def _rule(self, rule: Rule, change: str, book: RuleBook) -> Mutant:
        return Mutant(f"rule {rule.id}", change, rule.place, (rule.id,), book)

    def _heads(self, rule: Rule) -> Iterator[tuple[str, Rule]]:
        """Another effect, the target one step off, all areas, and not those of one kind."""
        other = _EFFECTS.get(rule.effect)
        if other in EFFECTS[rule.layer]:
            yield f"{other} {rule.target}", replace(rule, effect=other)
        names = self.book.targets(rule.layer)
        for step in (-1, 1):
            at = names.index(rule.target) + step
            if 0 <= at < len(names):
                yield f"{rule.effect} {names[at]}", replace(rule, target=names[at])
        if rule.scope is not None and rule.layer is not Layer.MEASURE:
            yield "speaks of every area", replace(rule, scope=None)
        for change, scope in forgotten_areas(self.book, rule):
            yield change, replace(rule, scope=scope)

    def _bodies(self, rule: Rule) -> Iterator[tuple[str, Rule]]:
        for change, condition in self._conditions(rule.condition, rule.scope):
            yield change, replace(rule, condition=condition)
        for clause, condition in added_clauses(self.book, rule):
            also = "and" if isinstance(condition, All) else "or"
            yield f"{also} '{_said(clause)}'", replace(rule, condition=condition)

    def _conditions(
        self, condition: Condition, scope: frozenset[str] | None = None
    ) -> Iterator[tuple[str, Condition]]:
        match condition:
            case Compare():
                yield from self._comparison(condition, scope)
            case Not(part):
                yield "without its 'not'", part
                yield from ((change, Not(inner)) for change, inner in self._conditions(part, scope))
            case All(parts) | Any_(parts):
                for i, part in enumerate(parts):
                    before, after = parts[:i], parts[i + 1 :]
                    if before or after:
                        yield f"without '{_said(part)}'", type(condition)((*before, *after))
                    for change, inner in self._conditions(part, scope):
                        yield change, type(condition)((*before, inner, *after))

    def _comparison(
        self, condition: Compare, scope: frozenset[str] | None
    ) -> Iterator[tuple[str, Condition]]:
        fact = self._facts[condition.fact]
        said = _said(condition)
        if condition.op in _NEGATED:
            flipped = replace(condition, op=_NEGATED[condition.op])
            yield f"'{_said(flipped)}' for '{said}'", flipped
        else:
            yield f"not '{said}'", Not(condition)
        values = self._attainable(fact, scope)
        for operands in self._moved(condition.op, condition.operands, fact.kind, fact.scale, values):
            moved = replace(condition, operands=operands)
            yield f"'{_said(moved)}' for '{said}'", moved

    # Facts ------------------------------------------------------------------------------------------------

    def of_facts(self) -> Iterator[Mutant]:
        for fact in self.book.facts.values():
            if fact.made:
                continue
            rules = tuple(
                r.id for r in self.book.rules if fact.name in self._closure(facts_named(r.condition))
            )
            if not rules:
                continue
            for change, definition in self._definitions(fact.definition):
                facts = {**self.book.facts, fact.name: replace(fact, definition=definition)}
                yield Mutant(f"fact {fact.name}", change, fact.place, rules, replace(self.book, facts=facts))

    def _closure(self, names: Sequence[str]) -> frozenset[str]:
        """The facts named, and those they are made of."""
        found: set[str] = set()
        todo = list(names)
        while todo:
            name = todo.pop()
            if name in found or name not in self.book.facts:
                continue
            found.add(name)
            definition = self.book.facts[name].definition
            todo += [*definition.depends_on, *(test.attribute for test in definition.where)]
            todo += [taken.fact for taken in definition.takes]
        return frozenset(found)

    def _definitions(self, definition: Definition) -> Iterator[tuple[str, Definition]]:
        if isinstance(definition, Share):
            yield from other_wholes(self.book, definition)
        if not isinstance(definition, Aggregate):
            defaults = self.book.defaults()
            yield from reckoned_mutants(definition, defaults.__getitem__, self._conditions)
            return
        if (opposite := definition.opposite) is not None:
            yield f"the {opposite.word} for the {definition.word}", opposite
        for test in added_tests(self.book, definition):
            yield f"with '{_said(test)}'", definition.narrowed((*definition.where, test))
        if definition.where:
            for i, test in enumerate(definition.where):
                before, after = definition.where[:i], definition.where[i + 1 :]
                yield f"without '{_said(test)}'", definition.narrowed((*before, *after))
                for changed in self._tests(definition.entity, test):
                    change = f"'{_said(changed)}' for '{_said(test)}'"
                    yield change, definition.narrowed((*before, changed, *after))

    def _tests(self, entity: str, test: Test) -> Iterator[Test]:
        scale: Scale | None = entities(self.book.vocabulary)[entity].attributes.get(test.attribute)
        kind = Kind.FLAG if scale is FLAG else Kind.SCALE
        values: Sequence[int] | None = None
        if test.attribute in entities(self.book.vocabulary)[entity].numbers:
            kind, values = Kind.SCORE, sorted(set(self.book.vocabulary.scores))
        elif scale is None:
            fact = self._facts[test.attribute]
            scale, kind = fact.scale, fact.kind
        if test.op in _NEGATED:
            yield replace(test, op=_NEGATED[test.op])
        elif scale is not None:
            held = {o.value for o in test.operands if isinstance(o, Const)}
            others = tuple(Const(rank) for rank in range(len(scale.names)) if rank not in held)
            if others:
                yield Test(test.attribute, Op.ONE_OF if len(others) > 1 else Op.EQUALS, others)
        if kind is not Kind.FLAG:
            for operands in self._moved(test.op, test.operands, kind, scale, values):
                yield replace(test, operands=operands)

    # Parameters -------------------------------------------------------------------------------------------

    def of_parameters(self) -> Iterator[Mutant]:
        for parameter in self.book.parameters.values():
            values: set[int] = set()
            rules = []
            for rule in self.book.rules:
                for comparison, _ in comparisons(rule.condition):
                    if Param(parameter.name) in comparison.operands:
                        rules.append(rule.id)
                        values |= set(self._neighbours(comparison, parameter.default, rule))
                if any(
                    name in self._closure(facts_named(rule.condition)) for name in self._holding(parameter)
                ):
                    rules.append(rule.id)
                    values |= {parameter.default - 1, parameter.default + 1}
            if rules:
                values |= {parameter.minimum, parameter.maximum} - {parameter.default}
            changed = [
                (f"{v} for {parameter.default}", replace(parameter, default=v)) for v in sorted(values)
            ]
            wide = widened(parameter)
            if wide is not None:
                changed.append((f"anywhere in {wide.minimum} to {wide.maximum}", wide))
            for change, other in changed:
                moved = replace(self.book, parameters={**self.book.parameters, parameter.name: other})
                yield Mutant(f"parameter {parameter.name}", change, parameter.place, tuple(rules), moved)

    def _holding(self, parameter: Parameter) -> tuple[str, ...]:
        """Facts whose own numbers, or steps, name a parameter."""
        wanted = Param(parameter.name)
        return tuple(
            f.name
            for f in self.book.facts.values()
            if wanted in f.definition.operands
            or any(wanted in c.operands for when in f.definition.conditions for c, _ in comparisons(when))
        )

    def _neighbours(self, comparison: Compare, value: int, rule: Rule) -> Iterator[int]:
        fact = self._facts[comparison.fact]
        yield from _next(comparison.op, value, self._attainable(fact, rule.scope))

    # Values -----------------------------------------------------------------------------------------------

    def _moved(
        self,
        op: Op,
        operands: tuple[Operand, ...],
        kind: Kind,
        scale: Scale | None,
        values: Sequence[int] | None,
    ) -> Iterator[tuple[Operand, ...]]:
        """Operands one step off; of several values, each left out."""
        if op is Op.ONE_OF:
            if len(operands) > 1:
                yield from (operands[:i] + operands[i + 1 :] for i in range(len(operands)))
            return
        (operand,) = operands
        value = operand.value if isinstance(operand, Const) else self.book.parameters[operand.name].default
        low, top = (0, len(scale.names) - 1) if scale is not None else NUMBERS[kind]
        if scale is not None and not scale.ordered:
            yield from ((Const(rank),) for rank in range(top + 1) if rank != value)
            return
        for moved in _next(op, value, values):
            if low <= moved <= top:
                yield (Const(moved),)

    def _attainable(self, fact: Fact, scope: frozenset[str] | None) -> Sequence[int] | None:
        """The values a share or points can take; None for any."""
        if fact.kind is Kind.SCORE:
            return self._scores.get(fact.name)
        if not isinstance(fact.definition, Share):
            return None
        sizes = {
            len(area.counted)
            for area in self.framework.areas
            if (scope is None or area.id in scope) and any(e.graded for e in area.editions.values())
        }
        whole = self.book.facts[fact.definition.whole].definition
        if not (isinstance(whole, Count) and whole.entity == "characteristics" and not whole.where):
            sizes = set(range(1, max(sizes, default=1) + 1))
        return sorted({1000 * part // size for size in sizes for part in range(size + 1)})

    @cached_property
    def _scores(self) -> Mapping[str, Sequence[int]]:
        """The numbers of facts made of scores, where few enough."""
        found = attainable(bind(self.book).facts.values(), self.framework, self.framework.areas)
        return {name: sorted(values) for name, values in found.items()}

    @cached_property
    def _facts(self) -> Mapping[str, Fact]:
        return self.book.every_fact


def _next(op: Op, value: int, values: Sequence[int] | None) -> Iterator[int]:
    """The nearest operands that change the comparison for some value."""
    if values is None or op in (Op.EQUALS, Op.ONE_OF):
        yield from (value - 1, value + 1)
        return
    upper = op in _FROM_ABOVE
    below = [v for v in values if (v <= value if upper else v < value)]
    above = [v for v in values if (v > value if upper else v >= value)]
    if below:
        yield below[-1] - 1 if upper else below[-1]
    if above:
        yield above[0] if upper else above[0] + 1


def _said(node: Condition | Test) -> str:
    match node:
        case Compare(fact=name, op=op, operands=operands) | Test(attribute=name, op=op, operands=operands):
            return f"{name} {op.replace('_', ' ')} {' or '.join(map(_operand, operands))}"
        case Not(part):
            return f"not {_said(part)}"
        case All(parts):
            return " and ".join(map(_said, parts))
        case Any_(parts):
            return " or ".join(map(_said, parts))


def _operand(operand: Operand) -> str:
    return f"${operand.name}" if isinstance(operand, Param) else str(operand.value)
