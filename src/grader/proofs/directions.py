"""Which way facts and rules can move under a change, layer by layer, at all parameter values.

Between layers is known only which way each fact can move. Each rule is asked about by itself, over any such
values: more than there are, so that a proof holds of all there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod

import z3

from grader.engines import symbolic
from grader.engines.reference import satisfies
from grader.engines.symbolic import Solver, Terms, Undecided, number
from grader.grading.conclude import finding_row
from grader.language.bind import bind_definition
from grader.language.nodes import Best, Definition, Effect, FactOf, Kind, Level, Lowest, Param, Share
from grader.language.relevance import with_parts
from grader.language.rulebook import Fact, Layer, Rule, RuleBook
from grader.language.typecheck import facts_named
from grader.language.vocabulary import entities
from grader.proofs.areas import AreaGroup
from grader.proofs.characteristics import CharacteristicTerms, Observation, Space, every, observe
from grader.proofs.subject import Subject
from grader.proofs.tag_combinations import Change, Part, changes, recorded_changes
from grader.vocabulary.peel import PEEL

#: Combinations of values tried for parameters by which facts choose what they count.
MOST_COMBINATIONS = 64

#: Above every rank: what stands for no thing where a least is sought.
_NO_RANK = 1000


@dataclass(frozen=True, slots=True)
class Movement:
    """Which way a whole number can go under a change; `pairs` lists how, if known."""

    falls: bool = False
    rises: bool = False
    pairs: frozenset[tuple[int, int]] | None = None

    def __or__(self, other: Movement) -> Movement:
        return Movement(self.falls or other.falls, self.rises or other.rises)

    @property
    def reverse(self) -> Movement:
        """The movement of what moves against this."""
        return Movement(self.rises, self.falls)


STILL = Movement()
ANY_WAY = Movement(True, True)


@dataclass(slots=True)
class Directions:
    """Movements in the areas of a group under the changes of one part.

    Parameters
    ----------
    book : RuleBook
        Bound in the `where` of facts about evidence and findings, free elsewhere.
    shared : dict
        Known of a characteristic, for areas with the same rules about one.
    """

    subject: Subject
    group: AreaGroup
    part: Part
    book: RuleBook
    shared: dict[object, Movement] = field(default_factory=dict)
    parameters: Terms = field(init=False)
    ranges: list[z3.BoolRef] = field(init=False)
    _facts: dict[str, Movement] = field(default_factory=dict)
    _rules: dict[str, Movement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.parameters = {f"${name}": z3.Int(f"${name}") for name in self.book.parameters}
        self.ranges = _ranges(self.book)

    # Rules ------------------------------------------------------------------------------------------------

    def offenders(self) -> list[Rule]:
        """Rules that may go the wrong way under the changes; none is a proof."""
        if self.part is Part.CONCERNS_STAY:
            return [r for r in self._concerns() if self.rule(r).falls]
        if self.part is Part.STAYS_GRADED:
            thin = [r for r in self.table(Layer.SUFFICIENCY) if self.rule(r).rises]
            return thin + [r for r in self._concerns() if self.rule(r).falls]
        found = []
        for rule in self.table(Layer.GRADE):
            loses = (rule.effect is Effect.REACHES) is self.part.better
            if self.rule(rule).falls if loses else self.rule(rule).rises:
                found.append(rule)
        return found

    def table(self, layer: Layer, level: Level = Level.AREA) -> list[Rule]:
        """Rules of a layer that speak of the areas."""
        area = self.group.areas[0].id
        return [r for r in self.book.table(layer, level).rules if r.applies_to(area)]

    def _concerns(self) -> list[Rule]:
        raising = (*self._raising(), *self.table(Layer.FINDING))
        return [r for r in raising if r.target in PEEL.capping]

    def _raising(self) -> list[Rule]:
        return self.table(Layer.FINDING, Level.CHARACTERISTIC)

    def rule(self, rule: Rule) -> Movement:
        """Whether a rule can stop holding (falls) or start (rises)."""
        if rule.id not in self._rules:
            if rule.level is Level.CHARACTERISTIC:
                self._rules[rule.id] = self.below(Observation(rule=rule))
            else:
                self._rules[rule.id] = self._by_facts(rule)
        return self._rules[rule.id]

    def _by_facts(self, rule: Rule) -> Movement:
        """A rule about an area, over any values its facts can move between."""
        names = facts_named(rule.condition)
        known = list(self.ranges)
        before, after = dict(self.parameters), dict(self.parameters)
        for name in names:
            fact = self._fact(name)
            before[name], after[name] = z3.Int(f"{name} before"), z3.Int(f"{name} after")
            known += [*bounds(fact, before[name]), *bounds(fact, after[name])]
            known += moving(self.fact(name), before[name], after[name])
        first, second = symbolic.holds(rule.condition, before), symbolic.holds(rule.condition, after)
        return _asked(Solver(self.subject.budget, *known), first, second)

    # Facts about an area ----------------------------------------------------------------------------------

    def fact(self, name: str) -> Movement:
        """Which way a fact about an area can move."""
        if name not in self._facts:
            self._facts[name] = self._fact_moves(self._fact(name))
        return self._facts[name]

    def _fact(self, name: str) -> Fact:
        return self.book.every_fact[name]

    def _fact_moves(self, fact: Fact) -> Movement:
        definition = fact.definition
        match definition:
            case Share(part, whole):
                return self._share(self.book.facts[part], self.book.facts[whole])
            case FactOf(characteristic, of):
                here = characteristic in self.group.named
                return self.below(Observation(attribute=of), pairs=True) if here else STILL
        match definition.entity:
            case "characteristics":
                return self._of_characteristics(definition)
            case "findings":
                return self._of_findings(definition)
            case _:
                return self._of_recorded(definition, self._earlier())

    def _of_characteristics(self, definition: Definition) -> Movement:
        if definition.ranked is None:
            return self.below(Observation(where=definition.where))
        if isinstance(definition, Lowest) and self.below(Observation(where=definition.where)) != STILL:
            return ANY_WAY  # the least of none is 0, so a first thing raises it and a further one lowers it
        return self.below(Observation(where=definition.where, attribute=definition.ranked), of=definition)

    def _of_findings(self, definition: Definition) -> Movement:
        moved = self._of_recorded(definition, self._recorded())
        for rule in (*self._raising(), *self.table(Layer.FINDING)):
            if satisfies(finding_row(PEEL, rule.target, "proposed"), definition.where):
                moved |= self.rule(rule)
        return moved if definition.ranked is None or moved == STILL else ANY_WAY

    def _earlier(self) -> list[Change]:
        return [c for c in self._recorded() if c.entity == "earlier"]

    def _recorded(self) -> list[Change]:
        return recorded_changes() if self.part in (Part.CONCERN, Part.CONCERNS_STAY) else []

    def _of_recorded(self, definition: Definition, made: Iterable[Change]) -> Movement:
        """How a fact moves by changes among the findings inspectors wrote down."""
        moved = STILL
        for change in made:
            before = change.before is not None and satisfies(change.before, definition.where)
            after = satisfies(change.after, definition.where)
            moved |= Movement(before and not after, after and not before)
        if definition.ranked is not None and list(made):
            return ANY_WAY
        return moved

    # Shares -----------------------------------------------------------------------------------------------

    def _share(self, part: Fact, whole: Fact) -> Movement:
        """A share of characteristics, over each number of them in areas of the group."""
        if {part.entity, whole.entity} != {"characteristics"}:
            one, other = self.fact(part.name), self.fact(whole.name)
            return one if other == STILL else other.reverse if one == STILL else ANY_WAY
        observed = [Observation(where=f.definition.where) for f in (part, whole)]
        space = self._space(observed)
        step = space.stepping(changes(self.part))
        if step is None:
            return STILL
        step.solver.add(*self.ranges)
        terms = [observe(o, side) for side in (step.before, step.after) for o in observed]
        step.solver.add(z3.Or(terms[0] != terms[2], terms[1] != terms[3]))
        moves = [_truths(model, terms) for model in every(step.solver, terms, step.before.size)]
        items, earlier = space.variables()
        rest = space.read(items, earlier)
        solver = space.solver(items, earlier)
        solver.add(*self.ranges)
        seen = [observe(o, rest) for o in observed]
        classes = [_truths(model, seen) for model in every(solver, seen, rest.size)]
        return _share_moves(moves, classes, self.group.sizes)

    # One characteristic -----------------------------------------------------------------------------------

    def below(self, seen: Observation, *, pairs: bool = False, of: Definition | None = None) -> Movement:
        """Which way something observed of one characteristic can move, of any evidence."""
        layers = (Layer.STATUS, Layer.FINDING)
        rules = tuple(r.id for each in layers for r in self.table(each, Level.CHARACTERISTIC))
        key = (id(self.book), rules, seen, pairs, type(of))
        if key not in self.shared:
            self.shared[key] = self._observed(seen, pairs, of)
        return self.shared[key]

    def _observed(self, seen: Observation, pairs: bool, of: Definition | None) -> Movement:
        step = self._space([seen]).stepping(changes(self.part))
        if step is None:
            return STILL
        step.solver.add(*self.ranges)
        first, second = (_seen(seen, of, side) for side in (step.before, step.after))
        if pairs:
            step.solver.add(first != second)
            models = every(step.solver, [first, second], step.before.size)
            found = frozenset((number(m, first), number(m, second)) for m in models)
            return Movement(any(b < a for a, b in found), any(b > a for a, b in found), found)
        return _asked(step.solver, first, second)

    def _space(self, seen: Sequence[Observation]) -> Space:
        """One characteristic that counts, by the facts these observations need alone."""
        names: set[str] = set()
        for one in seen:
            names |= {t.attribute for t in one.where or ()}
            names |= {one.attribute} if one.attribute is not None else set()
            names |= set(facts_named(one.rule.condition)) if one.rule is not None else set()
        if "status" in names:
            for rule in self.table(Layer.STATUS, Level.CHARACTERISTIC):
                names |= set(facts_named(rule.condition))
        facts = with_parts(self.book, names)
        subject, area = self.subject, self.group.areas[0].id
        return Space(self.book, subject.evaluator, area, facts, True, subject.budget, self.parameters)


def partly_bound(book: RuleBook) -> Iterator[RuleBook]:
    """The rule book at each value of the parameters that choose evidence and findings.

    Raises
    ------
    Undecided
        Too many combinations.
    """
    chosen: dict[str, int] = {}
    for fact in book.facts.values():
        for test in fact.definition.where if fact.entity != "characteristics" else ():
            top = max(len(s.names) for e in entities(book.vocabulary).values() for s in e.attributes.values())
            chosen |= {o.name: top for o in test.operands if isinstance(o, Param)}
    ranges = [
        sorted({min(max(v, p.minimum), p.maximum) for v in range(-1, top + 1)})
        for name, top in chosen.items()
        for p in (book.parameters[name],)
    ]
    if prod(map(len, ranges)) > MOST_COMBINATIONS:
        raise Undecided("more values of the parameters in facts than can be tried one by one")
    for values in product(*ranges):
        numbers = dict(zip(chosen, values, strict=True))
        facts = {n: _bound_where(f, numbers) for n, f in book.facts.items()}
        yield replace(book, facts=facts)


def _bound_where(fact: Fact, values: Mapping[str, int]) -> Fact:
    if fact.entity is None or fact.entity == "characteristics":
        return fact
    return replace(fact, definition=bind_definition(fact.definition, values))


def _seen(seen: Observation, of: Definition | None, terms: CharacteristicTerms) -> z3.ExprRef:
    """What a fact about the area takes of a characteristic."""
    if of is None:
        return observe(seen, terms)
    taken = observe(Observation(where=seen.where), terms)
    assert seen.attribute is not None
    return z3.If(taken, terms.facts[seen.attribute], z3.IntVal(0 if isinstance(of, Best) else _NO_RANK))


def _asked(solver: Solver, first: z3.ExprRef, second: z3.ExprRef) -> Movement:
    """Which way a term or a formula can go."""
    if z3.is_bool(first):
        falls, rises = z3.And(first, z3.Not(second)), z3.And(z3.Not(first), second)
    else:
        falls, rises = second < first, second > first
    return Movement(solver.model(falls) is not None, solver.model(rises) is not None)


def _truths(model: z3.ModelRef, terms: Sequence[z3.ExprRef]) -> tuple[int, ...]:
    return tuple(int(symbolic.truth(model, t)) for t in terms)


def _share_moves(
    moves: Iterable[tuple[int, ...]], classes: Sequence[tuple[int, ...]], sizes: Iterable[int]
) -> Movement:
    """How a share moves if one characteristic moves, the others being of any classes."""
    rests = {rest for size in sizes if size for rest in _sums(classes, size - 1)}
    falls = rises = False
    for before_part, before_whole, after_part, after_whole in moves:
        for part, whole in rests:
            first = _per_mille(part + before_part, whole + before_whole)
            second = _per_mille(part + after_part, whole + after_whole)
            falls, rises = falls or second < first, rises or second > first
    return Movement(falls, rises)


def _sums(classes: Sequence[tuple[int, ...]], many: int) -> set[tuple[int, int]]:
    """What so many characteristics of these classes can add up to."""
    found = {(0, 0)}
    for _ in range(many):
        found = {(p + a, w + b) for p, w in found for a, b in classes}
    return found


def _per_mille(part: int, whole: int) -> int:
    return 1000 * part // whole if whole else 0


def bounds(fact: Fact, term: z3.ArithRef) -> list[z3.BoolRef]:
    """What a fact can be at all."""
    bounds = [term >= 0]
    if fact.kind is Kind.FLAG:
        bounds.append(term <= 1)
    elif fact.scale is not None:
        bounds.append(term < len(fact.scale.names))
    return bounds


def moving(movement: Movement, before: z3.ArithRef, after: z3.ArithRef) -> list[z3.BoolRef]:
    """What is known of a fact that moves so."""
    if movement.pairs is not None:
        pairs = [z3.And(before == a, after == b) for a, b in sorted(movement.pairs)]
        return [z3.Or(before == after, *pairs)]
    known = [] if movement.falls else [after >= before]
    return known if movement.rises else [*known, after <= before]


def _ranges(book: RuleBook) -> list[z3.BoolRef]:
    """Every parameter anywhere in its range."""
    return [
        z3.And(z3.Int(f"${name}") >= p.minimum, z3.Int(f"${name}") <= p.maximum)
        for name, p in book.parameters.items()
    ]
