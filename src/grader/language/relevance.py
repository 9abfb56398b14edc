"""Which facts and rules matter to an area."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from grader.language.nodes import Level, Test
from grader.language.pipeline import AREA_LAYERS, CHARACTERISTIC_LAYERS
from grader.language.rulebook import Fact, Layer, Rule, RuleBook
from grader.language.typecheck import facts_named
from grader.vocabulary.words import Vocabulary

Findings = Callable[[Vocabulary, str, tuple[Test, ...]], bool]


@dataclass(frozen=True)
class Relevance:
    """What matters to some areas under a rule book.

    Attributes
    ----------
    rules : mapping
        The rules of each table that speak of the areas.
    area_facts : tuple of Fact
        As declared.
    raising : tuple of Rule
        Those whose findings matter.
    characteristic_facts : tuple of Fact
        As declared.
    """

    rules: Mapping[tuple[Layer, Level], tuple[Rule, ...]]
    area_facts: tuple[Fact, ...]
    raising: tuple[Rule, ...]
    characteristic_facts: tuple[Fact, ...]

    def counting(self, entity: str) -> tuple[Fact, ...]:
        """Facts about an area that count things of one kind."""
        return tuple(f for f in self.area_facts if f.entity == entity)

    @property
    def ranked(self) -> frozenset[str]:
        """Facts about a characteristic whose value a fact about its area takes."""
        found = (f.definition.ranked for f in self.counting("characteristics"))
        return frozenset(name for name in found if name is not None) | _of_named(self.area_facts)

    @property
    def named(self) -> frozenset[str]:
        """Characteristics that a fact names."""
        return frozenset(d.characteristic for f in self.area_facts for d in f.definition.takes)


def relevance(
    book: RuleBook,
    areas: Iterable[str],
    counts: Findings,
    *,
    layers: Iterable[Layer] = AREA_LAYERS,
    everything: bool = False,
) -> Relevance:
    """What matters to any of some areas.

    Parameters
    ----------
    counts : callable
        Whether a proposed finding satisfies a `where`.
    layers : iterable of Layer
        Layers whose conclusions matter.
    everything : bool
        Not only what moves the outcome.
    """
    within, wanted = tuple(areas), frozenset((*layers, *CHARACTERISTIC_LAYERS))
    rules = {
        (t.layer, t.level): tuple(r for r in t.rules if t.layer in wanted and any(map(r.applies_to, within)))
        for t in book.tables()
    }
    above = _named(rule for layer in AREA_LAYERS for rule in rules[layer, Level.AREA])
    facts = book.facts_at(Level.AREA, AREA_LAYERS) if everything else with_parts(book, above)
    counting = [f.definition for f in facts if f.entity == "findings"]

    def matters(kind: str) -> bool:
        # An area with an open concern is never withheld, so such a finding always matters.
        always = everything or book.vocabulary.kind[kind].never_withheld
        return always or any(counts(book.vocabulary, kind, d.where) for d in counting)

    raising = tuple(r for r in rules[Layer.FINDING, Level.CHARACTERISTIC] if matters(r.target))
    below = _named((*rules[Layer.STATUS, Level.CHARACTERISTIC], *raising))
    for definition in (f.definition for f in facts if f.entity == "characteristics"):
        below |= {t.attribute for t in definition.where}
        below |= {definition.ranked} if definition.ranked is not None else set()
    below |= _of_named(facts)
    return Relevance(rules, facts, raising, with_parts(book, below))


def _of_named(facts: Iterable[Fact]) -> frozenset[str]:
    """Facts that are taken from one named characteristic."""
    return frozenset(d.fact for f in facts for d in f.definition.takes)


def _named(rules: Iterable[Rule]) -> set[str]:
    return {name for rule in rules for name in facts_named(rule.condition)}


def with_parts(book: RuleBook, names: Iterable[str]) -> tuple[Fact, ...]:
    """These facts and those they are reckoned from, as declared."""
    wanted: set[str] = set()
    todo = [n for n in names if n in book.facts]
    while todo:
        name = todo.pop()
        if name not in wanted:
            wanted.add(name)
            todo += book.facts[name].definition.depends_on
    return tuple(f for f in book.facts.values() if f.name in wanted)


def parts_first(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Facts in an order in which they can be worked out."""
    own = {f.name: f for f in facts}
    depth: dict[str, int] = {}

    def deep(name: str) -> int:
        """How many facts stand one upon another below this one."""
        if name not in depth:
            parts = own[name].definition.depends_on
            depth[name] = 1 + max((deep(p) for p in parts if p in own), default=0) if parts else 0
        return depth[name]

    return tuple(sorted(own.values(), key=lambda f: deep(f.name)))
