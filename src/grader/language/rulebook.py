"""A rule book, lowered to frozen data in five layers.

`decide` defines what an ordered layer concludes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final

from grader.errors import Place
from grader.language.nodes import Better, Condition, Definition, Effect, Given, Kind, Level
from grader.vocabulary.peel import PEEL
from grader.vocabulary.scales import Levels, Scale
from grader.vocabulary.words import Vocabulary


class Layer(StrEnum):
    """The five layers, in the order they conclude."""

    MEASURE = "measure"
    STATUS = "status"
    FINDING = "finding"
    SUFFICIENCY = "sufficiency"
    GRADE = "grade"


#: Effects a layer's rules may have.
EFFECTS: Mapping[Layer, frozenset[Effect]] = {
    Layer.MEASURE: frozenset({Effect.REACHES, Effect.LIMITS}),
    Layer.STATUS: frozenset({Effect.REACHES, Effect.LIMITS}),
    Layer.FINDING: frozenset({Effect.RAISES}),
    Layer.SUFFICIENCY: frozenset({Effect.WITHHOLDS}),
    Layer.GRADE: frozenset({Effect.REACHES, Effect.LIMITS}),
}

#: Layers whose facts a layer's rules may use. Sufficiency says whether there is enough to grade on, so what
#: it looks at (coverage, contradictions) is no fact of the grade layer.
VISIBLE: Mapping[Layer, tuple[Layer, ...]] = {
    Layer.MEASURE: (Layer.MEASURE,),
    Layer.STATUS: (Layer.STATUS,),
    Layer.FINDING: (Layer.STATUS, Layer.FINDING),
    Layer.SUFFICIENCY: (Layer.FINDING, Layer.SUFFICIENCY, Layer.GRADE),
    Layer.GRADE: (Layer.FINDING, Layer.GRADE),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A whole number rules look at: definition, range, direction, English."""

    name: str
    layer: Layer
    level: Level
    kind: Kind
    better: Better
    english: str
    definition: Definition
    scale: Scale | None = None
    place: Place | None = None
    among: tuple[Levels, ...] = ()
    """The framework's own scales that its levels, or those of what it counts, may be of."""
    made: bool = False
    """Whether it follows from the framework's own words, and nobody wrote it."""
    unit: str = ""
    """Printed after its number."""
    not_monotone: str | None = None
    """Why it may move against its declared direction."""

    @property
    def entity(self) -> str | None:
        """What the fact counts, or None."""
        return self.definition.entity


@cache
def given_facts(vocabulary: Vocabulary) -> Mapping[str, Fact]:
    """A measure's figure, and for the layers above it a characteristic's status."""
    figure = Fact(
        "figure", Layer.MEASURE, Level.FIGURE, Kind.SHARE, Better.MORE, "the figure", Given("figure")
    )
    status = Fact(
        "status",
        Layer.FINDING,
        Level.CHARACTERISTIC,
        Kind.SCALE,
        Better.MORE,
        "the status",
        Given("status"),
        vocabulary.statuses,
        among=vocabulary.declared,
    )
    return MappingProxyType({fact.name: fact for fact in (figure, status)})


#: Their names.
GIVEN: Final = tuple(given_facts(PEEL))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named number; `basis` is official, calibrated or assumed."""

    name: str
    kind: Kind
    default: int
    minimum: int
    maximum: int
    basis: str
    source: str
    why: str
    place: Place | None = None
    unit: str = ""


#: The unit of a figure that lies in 0 to 100; of any other unit it lies in the range of `limits`.
PERCENT: Final = "percent"


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with rules: its characteristic and unit."""

    name: str
    characteristic: str
    unit: str
    english: str
    place: Place | None = None
    decimals: int | None = None
    """How many a figure has, of a measure the framework declares; None of any other."""
    bounds: tuple[int, int] | None = None
    """The least and the greatest whole number under which rules read a declared measure's figures."""
    better: Better = Better.MORE


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    `target`: a rank or a kind of finding. `scope`: the areas or measures it speaks of, None for all.
    """

    id: str
    layer: Layer
    level: Level
    effect: Effect
    target: str
    condition: Condition
    because: str
    source: str
    scope: frozenset[str] | None = None
    not_monotone: str | None = None
    place: Place | None = None
    made: bool = False
    """Whether it follows from the framework's own words, and nobody wrote it."""
    restates: str | None = None
    """Why a clause stands in its condition that follows from the others."""

    def applies_to(self, scope: str) -> bool:
        """Whether the rule speaks of this area or measure."""
        return self.scope is None or scope in self.scope


def facts_for(rule: Rule, facts: Mapping[str, Fact], measures: Mapping[str, Measure]) -> Mapping[str, Fact]:
    """The facts, the figure in the direction of the rule's measure."""
    own = {measures[name].better for name in rule.scope or () if name in measures}
    if rule.layer is not Layer.MEASURE or len(own) != 1:
        return facts
    return {**facts, "figure": replace(facts["figure"], better=own.pop())}


@dataclass(frozen=True, slots=True)
class Table:
    """The rules of one layer at one level: the unit an engine compiles."""

    layer: Layer
    level: Level
    rules: tuple[Rule, ...]

    @property
    def name(self) -> str:
        return f"{self.layer}.{self.level}"


#: Parts of the promise that grades move with the evidence: what makes the range of an area's grades sound.
RANGE_RESTS_ON: Final = ("monotone.a", "monotone.b", "monotone.c", "monotone.f")
#: The same where statuses are as assessed: whatever is assessed lies between the worst level and the best.
RANGE_OF_LEVELS: Final = ("monotone.a",)
#: Of which values of the parameters a proof is.
EVERYWHERE: Final = "every parameter anywhere in its range"
AT_DEFAULTS: Final = "every parameter at its default"


@dataclass(frozen=True, slots=True)
class Proved:
    """Promises proved of these rules, each with its parameter values."""

    framework_sha256: str
    promises: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules for one framework, in the order written."""

    id: str
    version: str
    framework: str
    title: str
    parameters: Mapping[str, Parameter]
    measures: Mapping[str, Measure]
    facts: Mapping[str, Fact]
    rules: tuple[Rule, ...]
    grade_scale: Scale
    grade_default: str
    areas: tuple[str, ...]
    sha256: str | None = None
    proved: Proved | None = None
    vocabulary: Vocabulary = PEEL
    promises: tuple[str, ...] = ()
    """Promises it makes beyond those every rule book makes."""
    scale_of: Mapping[str, str | None] = field(default_factory=dict)
    """The scale each characteristic of the framework names."""

    def falls_to(self, measure: str) -> str:
        """What a figure says where no rule reaches anything: its scale's worst level."""
        own = self.scale_of.get(self.measures[measure].characteristic)
        return self.vocabulary.levels_of(own)[0]

    @property
    def written(self) -> tuple[Rule, ...]:
        """The rules somebody wrote: all but those made of the framework's own words."""
        return tuple(r for r in self.rules if not r.made)

    @property
    def range_rests_on(self) -> tuple[str, ...]:
        """Promises that make the range of an area's grades sound."""
        return RANGE_RESTS_ON if self.vocabulary.several is None else RANGE_OF_LEVELS

    @property
    def every_fact(self) -> Mapping[str, Fact]:
        """The facts declared, and those every rule book has."""
        return {**given_facts(self.vocabulary), **self.facts}

    def facts_for(self, rule: Rule) -> Mapping[str, Fact]:
        """Every fact, the figure in the direction of the rule's measure."""
        return facts_for(rule, self.every_fact, self.measures)

    def targets(self, layer: Layer) -> tuple[str, ...]:
        """What a layer may conclude, worst first if ordered."""
        return targets(layer, self.vocabulary, self.grade_scale.names)

    def table(self, layer: Layer, level: Level) -> Table:
        """A layer's rules at a level, by id: order means nothing."""
        chosen = (r for r in self.rules if r.layer is layer and r.level is level)
        return Table(layer, level, tuple(sorted(chosen, key=lambda r: r.id)))

    def tables(self) -> tuple[Table, ...]:
        """Every table, in the order the layers conclude."""
        return tuple(self.table(layer, level) for layer, level in TABLES)

    def facts_at(self, level: Level, layers: Iterable[Layer]) -> tuple[Fact, ...]:
        """Facts about one level, declared in any of these layers."""
        wanted = frozenset(layers)
        return tuple(f for f in self.facts.values() if f.level is level and f.layer in wanted)

    def defaults(self) -> dict[str, int]:
        """Every parameter at its default."""
        return {name: p.default for name, p in self.parameters.items()}


def targets(layer: Layer, vocabulary: Vocabulary, grades: tuple[str, ...]) -> tuple[str, ...]:
    """As `RuleBook.targets`, of the words and the grades of a framework."""
    match layer:
        case Layer.MEASURE:
            return vocabulary.assessments.levels
        case Layer.STATUS:
            return vocabulary.statuses.levels
        case Layer.FINDING:
            return vocabulary.proposed
        case Layer.SUFFICIENCY:
            return ("grade",)
        case Layer.GRADE:
            return grades


TABLES: tuple[tuple[Layer, Level], ...] = (
    (Layer.MEASURE, Level.FIGURE),
    (Layer.STATUS, Level.CHARACTERISTIC),
    (Layer.FINDING, Level.CHARACTERISTIC),
    (Layer.FINDING, Level.AREA),
    (Layer.SUFFICIENCY, Level.AREA),
    (Layer.GRADE, Level.AREA),
)


@dataclass(frozen=True, slots=True)
class Decision:
    """A rank, and the rules that decided it (none: the default)."""

    rank: int
    deciding: tuple[str, ...]


def decide(rules: Iterable[Rule], held: frozenset[str], scale: Scale, default: str) -> Decision:
    """The best `reaches` that holds, never above the lowest `limits` that holds, else the default.

    Parameters
    ----------
    rules : iterable of Rule
        Those that speak of the case.
    held : frozenset of str
        Ids of those whose conditions hold.
    scale : Scale
        Of the targets.
    default : str
        Where nothing is reached.

    Returns
    -------
    Decision
        Its rules reach the rank or limit it, in id order.
    """
    ranks = [(r, scale.rank(r.target)) for r in rules if r.id in held]
    reached = max((k for r, k in ranks if r.effect is Effect.REACHES), default=None)
    limit = min((k for r, k in ranks if r.effect is Effect.LIMITS), default=None)
    base = scale.rank(default) if reached is None else reached
    if limit is not None and limit < base:
        effect, rank = Effect.LIMITS, limit
    else:
        effect, rank = Effect.REACHES, base
    deciding = tuple(sorted(r.id for r, k in ranks if r.effect is effect and k == rank))
    return Decision(rank, deciding)
