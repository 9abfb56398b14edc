"""A framework, an edition and a rule book as numbers and columns, worked out once.

A characteristic's place is `area * width + position`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.bulk.spellings import spelled
from grader.cached import cached_property
from grader.engines.reference import holds, satisfies
from grader.grading.conclude import proposed_counts
from grader.io.printed_names import PrintedNames
from grader.language.bind import bind
from grader.language.nodes import Definition, FactOf, Level, Share
from grader.language.pipeline import Stage
from grader.language.relevance import Relevance, parts_first, relevance
from grader.language.rulebook import Fact, Rule, RuleBook
from grader.language.vocabulary import ATTRIBUTES, SCALE, SCORE
from grader.model.framework import Area, Characteristic, Framework

#: The attributes of an item, which are columns of its rows under their own names.
ITEM = ATTRIBUTES["evidence"]
#: Those that a row is written with: whether an item is tagged to a characteristic itself is worked out.
TAGS = tuple(name for name in ITEM if name != "direct")
FINDING = tuple(dict.fromkeys((*ATTRIBUTES["findings"], *ATTRIBUTES["earlier"])))


@dataclass(frozen=True)
class Plan:
    """One bound rule book over one edition of its framework.

    Attributes
    ----------
    characteristic_columns, area_columns : mapping of str to str
        The column of each fact that is used.
    """

    framework: Framework
    edition: str
    book: RuleBook
    free: tuple[str, ...] = ()
    """Parameters that are not bound, and are columns beside the facts about an area."""
    areas: tuple[Area, ...] = field(init=False)
    width: int = field(init=False)

    def __post_init__(self) -> None:
        areas = self.framework.areas_in(self.edition)
        object.__setattr__(self, "areas", areas)
        object.__setattr__(self, "width", max((len(a.characteristics) for a in areas), default=1))

    # Numbers ----------------------------------------------------------------------------------------------

    @property
    def span(self) -> int:
        """How many places an inspection has."""
        return len(self.areas) * self.width

    @cached_property
    def characteristic_index(self) -> Mapping[str, int]:
        """The place of each characteristic of the edition."""
        return {
            c.id: at * self.width + n
            for at, area in enumerate(self.areas)
            for n, c in enumerate(area.characteristics)
        }

    @cached_property
    def names(self) -> PrintedNames:
        """What areas, characteristics and editions are printed as."""
        return PrintedNames(self.framework, self.edition)

    @cached_property
    def spelled_characteristics(self) -> Mapping[str, str]:
        """The characteristic that each spelling in a table stands for."""
        return spelled(self.names.characteristics)

    @cached_property
    def area_numbers(self) -> Mapping[str, int]:
        """The number of each area."""
        return {area.id: at for at, area in enumerate(self.areas)}

    @cached_property
    def measures(self) -> Mapping[str, int]:
        """The number of each measure with rules."""
        return {name: at for at, name in enumerate(sorted(self.book.measures))}

    @cached_property
    def uncounted(self) -> tuple[int, ...]:
        """Places of characteristics that another programme grades."""
        return tuple(
            self.characteristic_index[c.id]
            for area in self.areas
            for c in area.characteristics
            if not c.counted
        )

    @cached_property
    def scales(self) -> tuple[int, ...]:
        """Numbers of the framework's scales, where it declares several."""
        words = self.book.vocabulary
        return tuple(words.scale_ids.ranks.values()) if len(words.declared) > 1 else ()

    def scale_number(self, characteristic: Characteristic) -> int:
        """The number of a characteristic's scale."""
        words = self.book.vocabulary
        return words.scale_ids.rank(words.scale_of(characteristic.scale).id)

    @cached_property
    def places_by_scale(self) -> Mapping[int, tuple[int, ...]]:
        """Places of the characteristics of each scale."""
        found: dict[int, list[int]] = {scale: [] for scale in self.scales}
        for area in self.areas:
            for c in area.characteristics:
                found.setdefault(self.scale_number(c), []).append(self.characteristic_index[c.id])
        return {scale: tuple(places) for scale, places in found.items()}

    @cached_property
    def informs(self) -> tuple[tuple[int, int], ...]:
        """Pairs of a place and one its evidence counts on also."""
        return tuple(
            (self.characteristic_index[c.id], self.characteristic_index[link.id])
            for area in self.areas
            if not area.editions[self.edition].graded
            for c in area.characteristics
            for link in c.informs
            if link.id in self.characteristic_index
        )

    # Rules and facts --------------------------------------------------------------------------------------

    @cached_property
    def relevant(self) -> Relevance:
        """Everything a row says of the edition's areas rests on these rules and facts."""
        return relevance(self.book, self.area_numbers, proposed_counts, everything=True)

    def rules(self, stage: Stage) -> tuple[Rule, ...]:
        """A stage's rules on areas of the edition, or on measures, in id order."""
        if stage.level is Level.FIGURE:
            return self.book.table(stage.layer, stage.level).rules
        return self.relevant.rules[stage.layer, stage.level]

    def scope(self, rule: Rule) -> tuple[int, ...] | None:
        """Numbers of the areas a rule speaks of; None for all."""
        if rule.scope is None or all(rule.applies_to(a.id) for a in self.areas):
            return None
        return tuple(n for n, area in enumerate(self.areas) if rule.applies_to(area.id))

    @cached_property
    def area_facts(self) -> tuple[Fact, ...]:
        """Every fact about an area, each after those it depends on: the profile."""
        return parts_first(self.relevant.area_facts)

    @cached_property
    def characteristic_facts(self) -> tuple[Fact, ...]:
        """Facts about a characteristic that something looks at, each after those it depends on."""
        return parts_first(self.relevant.characteristic_facts)

    def of_entity(self, entity: str) -> tuple[Fact, ...]:
        """Facts about an area that count things of one kind."""
        return tuple(f for f in self.area_facts if f.entity == entity)

    @cached_property
    def characteristic_columns(self) -> Mapping[str, str]:
        """The column of each fact about a characteristic; columns have names of our own."""
        found = {f.name: f"c{n}" for n, f in enumerate(self.characteristic_facts)}
        beside = [
            "status",
            *([SCORE] if self.book.vocabulary.scored else []),
            *([SCALE] if self.scales else []),
        ]
        return {**found, **{name: name for name in beside}}

    @cached_property
    def area_columns(self) -> Mapping[str, str]:
        """The column of each fact about an area."""
        return {f.name: f"a{n}" for n, f in enumerate(self.area_facts)}

    @cached_property
    def free_columns(self) -> Mapping[str, str]:
        """The column of each parameter that is not bound."""
        return {f"${name}": f"p{n}" for n, name in enumerate(self.free)}

    @cached_property
    def named(self) -> Mapping[str, FactOf]:
        """What is taken from one characteristic, by the column it stands in."""
        facts = {self.area_columns[f.name]: f.definition for f in self.area_facts}
        own = {column: d for column, d in facts.items() if isinstance(d, FactOf)}
        more = dict.fromkeys(d for f in self.area_facts for d in f.definition.takes)
        return {**own, **{f"n{n}": d for n, d in enumerate(more) if d not in own.values()}}

    @cached_property
    def reckoned(self) -> tuple[Mapping[str, Definition], ...]:
        """Facts about an area that are worked out from columns, parts before the rest."""
        columns = self.reckoning_columns
        known = {*self.named, *(columns[f.name] for f in self.area_facts if f.entity is not None)}
        rest = {columns[f.name]: f.definition for f in self.area_facts if columns[f.name] not in known}
        found: list[Mapping[str, Definition]] = []
        while rest:
            ready = {c: d for c, d in rest.items() if all(columns[p] in known for p in d.depends_on)}
            found.append(ready)
            known |= set(ready)
            rest = {c: d for c, d in rest.items() if c not in ready}
        return tuple(found)

    @cached_property
    def reckoning_columns(self) -> Mapping[str, str]:
        """The column of everything a fact may be worked out from."""
        taken = {d.key: column for column, d in self.named.items()}
        return {**self.area_columns, **taken, **self.free_columns}

    @cached_property
    def made(self) -> dict[str, Any]:
        """What others work out from the plan once, by name."""
        return {}

    # A characteristic nothing is known of -------------------------------------------------------------------

    @cached_property
    def _nothing(self) -> Mapping[str, int]:
        return dict.fromkeys(self.characteristic_columns, 0)

    def counts_nothing(self, fact: Fact, scale: int = 0) -> bool:
        """Whether a fact about an area looks at characteristics without evidence or earlier findings."""
        nothing = {**self._nothing, SCALE: scale} if self.scales else self._nothing
        return satisfies(nothing, fact.definition.where)

    def raised_by_nothing(self, rule: Rule) -> bool:
        """Whether a rule raises a finding on such a characteristic."""
        return holds(rule.condition, self._nothing)

    def listed_of(self, scale: int) -> tuple[int, ...]:
        """How many characteristics of each area count that have a scale."""
        return tuple(sum(self.scale_number(c) == scale for c in area.counted) for area in self.areas)

    @cached_property
    def listed(self) -> tuple[int, ...]:
        """How many characteristics of each area count."""
        return tuple(len(area.counted) for area in self.areas)


def plans(framework: Framework, book: RuleBook) -> dict[str, Plan]:
    """The plan of each edition, the rule book's parameters at their defaults."""
    bound = bind(book)
    return {edition: Plan(framework, edition, bound) for edition in framework.editions}


def shares(facts: Iterable[Fact]) -> list[tuple[str, Share]]:
    """The shares among facts."""
    return [(f.name, f.definition) for f in facts if isinstance(f.definition, Share)]
