"""Random rule books, part by part (see `strategies.rulebooks`).

In monotone books facts move as declared under every change that keeps the items, and `neither` ones stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from grader.language.fact_keys import COUNTABLE
from grader.language.nodes import (
    All,
    Any_,
    AnyOf,
    Best,
    Better,
    Compare,
    Condition,
    Const,
    Count,
    Definition,
    Effect,
    FactOf,
    Kind,
    Level,
    Lowest,
    Not,
    Op,
    Operand,
    Param,
    Share,
    Test,
)
from grader.language.parse import Typed
from grader.language.parse_where import attributes_of
from grader.language.rulebook import (
    EFFECTS,
    TABLES,
    VISIBLE,
    Fact,
    Layer,
    Measure,
    Parameter,
    Rule,
    RuleBook,
    given_facts,
    targets,
)
from grader.language.typecheck import direction_problems, facts_named
from grader.language.vocabulary import entities
from grader.model.framework import Framework
from grader.testing._hypothesis import st
from grader.vocabulary.kinds import FLAG, PROGRESS
from grader.vocabulary.scales import Scale

SHARES: Final = (0, 1, 200, 333, 400, 500, 667, 800, 999, 1000)
#: Values of a parameter of counts: a few, and the ends of its range.
MOST: Final = 1_000_000
COUNTS: Final = (0, 1, 2, 3, MOST)
UNITS: Final = ("percent", "minutes")
RISING: Final = (Op.AT_LEAST, Op.MORE_THAN)
FALLING: Final = (Op.AT_MOST, Op.FEWER_THAN)

#: How many facts of each layer and level: at most, and at least two fewer.
FACTS: Final = (
    (Layer.STATUS, Level.CHARACTERISTIC, 4),
    (Layer.FINDING, Level.CHARACTERISTIC, 3),
    (Layer.FINDING, Level.AREA, 2),
    (Layer.SUFFICIENCY, Level.AREA, 2),
    (Layer.GRADE, Level.AREA, 4),
)


class RuleBooks:
    """One rule book under construction."""

    def __init__(self, draw: st.DrawFn, framework: Framework, monotone: bool) -> None:
        self.draw = draw
        self.framework = framework
        self.monotone = monotone
        self.words = framework.vocabulary
        self.entities = entities(self.words)
        self.given = given_facts(self.words)
        self.facts: dict[str, Fact] = {}
        self.grades = Scale("grade", framework.grades_worst_first)
        self.areas = tuple(a.id for a in framework.areas)
        self.parameters = {
            "some_share": self.parameter("some_share", Kind.SHARE, draw(st.sampled_from(SHARES)), 1000),
            "some_count": self.parameter("some_count", Kind.COUNT, draw(st.sampled_from(COUNTS)), MOST),
        }
        characteristics = [c.id for _, c in framework.characteristics()]
        chosen = draw(st.lists(st.sampled_from(characteristics), max_size=3))
        self.measures = {
            f"rate_{n}": Measure(f"rate_{n}", c, draw(st.sampled_from(UNITS)), f"rate {n}")
            for n, c in enumerate(chosen)
        }

    def book(self) -> RuleBook:
        for layer, level, most in FACTS:
            for n in range(self.draw(st.integers(max(0, most - 2), most))):
                fact = self.fact(f"{layer}_{level[:4]}_{n}", layer, level)
                self.facts[fact.name] = fact
        silent = self.draw(st.one_of(st.just(set()), st.sets(st.sampled_from(Layer))))
        tables = [(layer, level) for layer, level in TABLES if layer not in silent]
        rules = [rule for layer, level in tables for rule in self.table(layer, level)]
        return RuleBook(
            id="RANDOM",
            version="1",
            framework=self.framework.id,
            title="Drawn at random",
            parameters=self.parameters,
            measures=self.measures,
            facts=self.facts,
            rules=tuple(sorted(rules, key=lambda r: r.id)),
            grade_scale=self.grades,
            grade_default=self.framework.grade_scale.default,
            areas=self.areas,
            vocabulary=self.words,
        )

    def parameter(self, name: str, kind: Kind, default: int, top: int) -> Parameter:
        return Parameter(name, kind, default, 0, top, "assumed", "none", "drawn at random")

    # Facts --------------------------------------------------------------------------------------------------

    def fact(self, name: str, layer: Layer, level: Level) -> Fact:
        made = self.monotone_fact if self.monotone else self.any_fact
        definition, better = made(layer, level)
        kind, scale = self.type_of(definition)
        return Fact(name, layer, level, kind, better, f"fact {name}", definition, scale)

    def type_of(self, definition: Definition) -> tuple[Kind, Scale | None]:
        match definition:
            case Best(entity, attribute) | Lowest(entity, attribute):
                return Kind.SCALE, attributes_of(self.entities[entity], self.facts)[attribute].scale
            case AnyOf():
                return Kind.FLAG, FLAG
            case Share():
                return Kind.SHARE, None
            case FactOf():
                return Kind.SCALE, self.words.statuses
            case _:
                return Kind.COUNT, None

    def any_fact(self, layer: Layer, level: Level) -> tuple[Definition, Better]:
        """Any fact the language allows, with any declared direction."""
        better = self.draw(st.sampled_from(Better))
        counts = [
            f.name
            for f in self.facts.values()
            if f.kind is Kind.COUNT and f.level is level and f.layer is layer
        ]
        shapes: list[Callable[[], Definition]] = [lambda: self.counted(layer, level)] * 4
        if counts:
            shapes.append(lambda: Share(*(self.draw(st.sampled_from(counts)) for _ in range(2))))
        if level is Level.AREA and layer is not Layer.FINDING:
            shapes.append(self.status_of)
        return self.draw(st.sampled_from(shapes))(), better

    def status_of(self) -> Definition:
        return FactOf(self.draw(st.sampled_from([c.id for _, c in self.framework.characteristics()])))

    def counted(self, layer: Layer, level: Level) -> Definition:
        names = sorted(n for n in COUNTABLE[layer] if level in self.entities[n].levels)
        entity = self.entities[self.draw(st.sampled_from(names))]
        # The reader knows counts of characteristics before it knows any share.
        attributes = {a: t for a, t in attributes_of(entity, self.facts).items() if t.kind is not Kind.SHARE}
        where = self.where(attributes)
        ranked = sorted(
            a
            for a, t in attributes.items()
            if t.kind is Kind.SCALE and t.scale is not None and t.scale.ordered
        )
        shapes: list[Callable[[], Definition]] = [
            lambda: Count(entity.name, where),
            lambda: AnyOf(entity.name, where),
        ]
        if ranked:
            shapes += [
                lambda: Best(entity.name, self.draw(st.sampled_from(ranked)), where),
                lambda: Lowest(entity.name, self.draw(st.sampled_from(ranked)), where),
            ]
        return self.draw(st.sampled_from(shapes))()

    def where(self, attributes: Mapping[str, Typed]) -> tuple[Test, ...]:
        named = self.draw(st.lists(st.sampled_from(sorted(attributes)), max_size=3, unique=True))
        return tuple(Test(a, *self.comparison(attributes[a])) for a in sorted(named))

    def comparison(self, subject: Typed) -> tuple[Op, tuple[Operand, ...]]:
        unordered = subject.scale is not None and not subject.scale.ordered
        op = self.draw(st.sampled_from((Op.EQUALS, Op.ONE_OF) if unordered else tuple(Op)))
        many = self.draw(st.integers(1, 2)) if op is Op.ONE_OF else 1
        return op, tuple(self.operand(subject) for _ in range(many))

    def operand(self, subject: Typed) -> Operand:
        match subject.kind:
            case Kind.FLAG:
                return Const(self.draw(st.integers(0, 1)))
            case Kind.SCALE:
                assert subject.scale is not None
                return Const(self.draw(st.integers(0, len(subject.scale.names) - 1)))
            case Kind.SHARE:
                return self.share_or_count("some_share", SHARES)
            case Kind.COUNT:
                return self.share_or_count("some_count", (*range(6), MOST))
            case Kind.SCORE:
                return Const(self.draw(st.integers(-10, 50)))

    def share_or_count(self, parameter: str, numbers: Sequence[int]) -> Operand:
        operands: list[Operand] = [Param(parameter), *map(Const, numbers)]
        return self.draw(st.sampled_from(operands))

    # Facts that move one way --------------------------------------------------------------------------------

    def monotone_fact(self, layer: Layer, level: Level) -> tuple[Definition, Better]:
        """A fact whose declared direction is true."""
        templates: list[Callable[[], tuple[Definition, Better]]]
        if level is Level.CHARACTERISTIC:
            templates = [self.sound, self.short, self.best, self.still, lambda: self.portion(layer, level)]
            if layer is Layer.FINDING:
                templates.append(self.earlier)
        else:
            templates = [self.profile, self.profile, self.earlier, lambda: self.portion(layer, level)]
            if layer is not Layer.FINDING:
                templates += [self.standing, lambda: (self.status_of(), Better.MORE)]
        return self.draw(st.sampled_from(templates))()

    def sound(self) -> tuple[Definition, Better]:
        at_least = Test("assessment", Op.AT_LEAST, (self.drawn_rank(self.words.assessments.levels),))
        return self.number("evidence", (at_least, *self.strength())), Better.MORE

    def short(self) -> tuple[Definition, Better]:
        """A shortfall that worse extent or harm keeps one."""
        short = [name for name in self.words.assessments.levels if name in self.words.shortfalls]
        tests = [Test("assessment", Op.AT_MOST, (self.drawn_rank(short),)), *self.strength()]
        for attribute in self.draw(st.lists(st.sampled_from(("extent", "harm")), unique=True)):
            top = len(self.words.scales[attribute].names) - 1
            tests.append(Test(attribute, Op.AT_LEAST, (Const(self.draw(st.integers(0, top))),)))
        if self.draw(st.booleans()):
            tests.append(Test("remedied", Op.EQUALS, (Const(0),)))
        where = tuple(sorted(tests, key=lambda t: t.attribute))
        if self.draw(st.integers(0, 4)) == 0:
            return Best("evidence", "harm", where), Better.FEWER
        return self.number("evidence", where), Better.FEWER

    def drawn_rank(self, names: Sequence[str]) -> Const:
        """The rank of one of some assessments that stand beside each other."""
        rank = self.words.assessments.rank
        return Const(self.draw(st.integers(rank(names[0]), rank(names[-1]))))

    def best(self) -> tuple[Definition, Better]:
        where = self.strength()
        lowest = self.draw(st.booleans())
        return (Lowest if lowest else Best)("evidence", "assessment", where), Better.MORE

    def still(self) -> tuple[Definition, Better]:
        return Count("evidence", self.strength()), Better.NEITHER

    def strength(self) -> tuple[Test, ...]:
        strength = self.draw(st.sampled_from((None, 0, 1)))
        return () if strength is None else (Test("strength", Op.EQUALS, (Const(strength),)),)

    def number(self, entity: str, where: tuple[Test, ...]) -> Definition:
        return AnyOf(entity, where) if self.draw(st.integers(0, 2)) == 2 else Count(entity, where)

    def earlier(self) -> tuple[Definition, Better]:
        least = Const(self.draw(st.integers(1, len(PROGRESS.names) - 1)))
        return self.number("earlier", (Test("progress", Op.AT_LEAST, (least,)),)), Better.FEWER

    def standing(self) -> tuple[Definition, Better]:
        """Open concerns, alone or with areas for improvement; never those alone: worsening opens one."""
        opened = tuple(sorted(self.words.capping_ranks))
        rank = self.words.standings.rank
        eased = {rank(k.improving_as) for k in self.words.findings if k.improving_as is not None}
        standings = self.draw(st.sampled_from((opened, tuple(sorted({*eased, *opened})))))
        return (
            self.number("findings", (Test("standing", Op.ONE_OF, tuple(map(Const, standings))),)),
            Better.FEWER,
        )

    def profile(self) -> tuple[Definition, Better]:
        """Characteristics of a status, or with a fact, on one side of a value."""
        better = self.draw(st.sampled_from(Better))
        if better is Better.NEITHER:
            return Count("characteristics"), better
        own = [
            f
            for f in self.facts.values()
            if f.level is Level.CHARACTERISTIC and f.better is not Better.NEITHER and f.kind is not Kind.SHARE
        ]
        subject = self.draw(st.sampled_from((self.given["status"], *own)))
        op = self.draw(st.sampled_from(RISING if subject.better is better else FALLING))
        typed = Typed(subject.name, subject.kind, subject.scale)
        where = (Test(subject.name, op, (self.operand(typed),)),)
        return self.number("characteristics", where), better

    def portion(self, layer: Layer, level: Level) -> tuple[Definition, Better]:
        """A share of a whole that stays still, or the whole."""
        mine = [
            f for f in self.facts.values() if f.level is level and f.layer is layer and f.kind is Kind.COUNT
        ]
        parts = [f for f in mine if f.better is not Better.NEITHER]
        wholes = [f for f in mine if f.better is Better.NEITHER]
        if not parts or not wholes:
            return (
                self.still() if level is Level.CHARACTERISTIC else (Count("characteristics"), Better.NEITHER)
            )
        part = self.draw(st.sampled_from(parts))
        return Share(part.name, self.draw(st.sampled_from(wholes)).name), part.better

    # Rules --------------------------------------------------------------------------------------------------

    def table(self, layer: Layer, level: Level) -> list[Rule]:
        known = (*self.given.values(), *self.facts.values())
        visible = [f for f in known if f.level is level and f.layer in VISIBLE[layer]]
        if not visible or (layer is Layer.MEASURE and not self.measures):
            return []
        return [self.rule(layer, level, n, visible) for n in range(self.draw(st.integers(0, 3)))]

    def rule(self, layer: Layer, level: Level, n: int, visible: Sequence[Fact]) -> Rule:
        draw = self.draw
        effect = draw(st.sampled_from(sorted(EFFECTS[layer])))
        target = draw(st.sampled_from(self.targets(layer, effect)))
        praise = effect is Effect.RAISES and self.words.kind[target].praise
        one_way = self.monotone and effect is not Effect.WITHHOLDS and not praise
        wants_better = (effect is Effect.REACHES) if one_way else None
        condition = self.condition(visible, wants_better, draw(st.integers(0, 2)))
        seen = " and ".join("{" + name + "}" for name in facts_named(condition))
        rule = Rule(
            id=f"{layer}.{level}.{n}",
            layer=layer,
            level=level,
            effect=effect,
            target=target,
            condition=condition,
            because=f"{seen}, beside {{$some_share}}",
            source="none",
            scope=self.scope(layer),
        )
        # The two uses a reader refuses unless a rule owns up to them.
        against = any(direction_problems(rule, {**self.given, **self.facts}, self.words))
        if against or self.below_default(layer, effect, target):
            return replace(rule, not_monotone="drawn at random")
        return rule

    def targets(self, layer: Layer, effect: Effect) -> Sequence[str]:
        names = targets(layer, self.words, self.grades.names)
        return [n for n in names if not (self.monotone and self.below_default(layer, effect, n))]

    def below_default(self, layer: Layer, effect: Effect, target: str) -> bool:
        """Whether a rule reaches a grade below the default."""
        if layer is not Layer.GRADE or effect is not Effect.REACHES:
            return False
        return self.grades.rank(target) < self.grades.rank(self.framework.grade_scale.default)

    def scope(self, layer: Layer) -> frozenset[str] | None:
        if layer is Layer.MEASURE:
            return frozenset({self.draw(st.sampled_from(sorted(self.measures)))})
        if self.draw(st.integers(0, 2)) > 0:
            return None
        return frozenset(self.draw(st.lists(st.sampled_from(self.areas), min_size=1, unique=True)))

    def condition(
        self, visible: Sequence[Fact], wants_better: bool | None, depth: int, negated: bool = False
    ) -> Condition:
        """A condition; with `wants_better`, every fact is used in its direction."""
        shape = self.draw(st.sampled_from(("compare", "all", "any", "not"))) if depth else "compare"
        if shape == "compare":
            return self.compare(self.draw(st.sampled_from(visible)), wants_better, negated)
        if shape == "not":
            return Not(self.condition(visible, wants_better, depth - 1, not negated))
        parts = tuple(
            self.condition(visible, wants_better, depth - 1, negated)
            for _ in range(self.draw(st.integers(1, 2)))
        )
        return All(parts) if shape == "all" else Any_(parts)

    def compare(self, fact: Fact, wants_better: bool | None, negated: bool) -> Compare:
        subject = Typed(fact.name, fact.kind, fact.scale)
        if wants_better is None or fact.better is Better.NEITHER:
            return Compare(fact.name, *self.comparison(subject))
        rising = ((fact.better is Better.MORE) is wants_better) is not negated
        op = self.draw(st.sampled_from(RISING if rising else FALLING))
        return Compare(fact.name, op, (self.operand(subject),))
