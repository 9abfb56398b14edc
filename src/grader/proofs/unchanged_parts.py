"""What two rule books have the same in some areas."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from grader.engines.reference import satisfies
from grader.engines.symbolic import Effort, Undecided, z3
from grader.grading.conclude import finding_row, proposed_counts
from grader.language.nodes import Aggregate, FactOf, Share
from grader.language.pipeline import FINDINGS_ON_AREAS, Stage
from grader.language.row import Row
from grader.language.rulebook import Fact, Rule
from grader.model.framework import Area
from grader.proofs.joint import Example, FigureItem, JointCharacteristic, tables
from grader.proofs.proposals import Proposer
from grader.proofs.same_rules import Bare
from grader.proofs.tag_combinations import DECLARED_TAGS, EARLIER_TAGS
from grader.vocabulary.peel import PEEL

Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Alike:
    """Areas both treat alike but for size.

    Attributes
    ----------
    named : tuple of str
        Named by a fact.
    figures : mapping
        Items read differently, by characteristic.
    """

    areas: tuple[Area, ...]
    named: tuple[str, ...]
    figures: Mapping[str, tuple[FigureItem, ...]]


@dataclass
class Likeness:
    """What both have the same in a group's areas.

    Attributes
    ----------
    units : int
        Solver units for each question; unknown counts as different.
    spent : int
        Units used.
    """

    both: tuple[Proposer, Proposer]
    group: Alike
    units: int
    spent: int = 0
    _on: dict[tuple[str | None, bool], JointCharacteristic] = field(default_factory=dict)
    _same: dict[str, bool] = field(default_factory=dict)
    _raised: dict[str | None, frozenset[tuple[str, str]]] = field(default_factory=dict)
    statuses: dict[tuple[str | None, bool], bool] = field(default_factory=dict)

    # Characteristics ----------------------------------------------------------------------------------------

    def variants(self) -> Iterator[tuple[str | None, bool]]:
        """Kinds of characteristic: counted, not counted, with figures."""
        counts = {c.counted for a in self.group.areas for c in a.characteristics}
        yield from ((None, counted) for counted in sorted(counts, reverse=True))
        for c in self.group.areas[0].characteristics:
            if c.id in self.group.figures:
                yield c.id, c.counted

    def characteristic(self, name: str | None, counted: bool) -> JointCharacteristic:
        key = (name if name in self.group.figures else None, counted)
        if key not in self._on:
            figures = self.group.figures[key[0]] if key[0] is not None else ()
            self._on[key] = JointCharacteristic(self.both, self.area, counted, figures)
        return self._on[key]

    @property
    def area(self) -> str:
        return self.group.areas[0].id

    def differ(self, one: JointCharacteristic, differences: Sequence[z3.BoolRef]) -> Example | None:
        """A case in which any of these holds."""
        if not differences:
            return None
        effort = Effort(self.units)
        try:
            return one.find(effort, z3.Or(list(differences)))
        finally:
            self.spent += effort.spent

    # What is the same ---------------------------------------------------------------------------------------

    def raises_alike(self, kinds: Iterable[str]) -> bool:
        """Whether both raise the same findings of these kinds."""
        wanted = frozenset(kinds)
        below = [self._unlike_below(name) for name, counted in self.variants() if counted]
        if any(kind in wanted for found in below for _, kind in found):
            return False
        return self.asks_alike(FINDINGS_ON_AREAS, lambda rule: rule.target in wanted)

    def _unlike_below(self, name: str | None) -> frozenset[tuple[str, str]]:
        """Rules that may raise otherwise on a counted characteristic."""
        if name not in self._raised:
            one, found = self.characteristic(name, True), set()
            for rule, pair in paired(one.raised(0), one.raised(1)).items():
                try:
                    if self.differ(one, list(unlike([pair]))) is not None:
                        found.add(rule)
                except Undecided:
                    found.add(rule)
            self._raised[name] = frozenset(found)
        return self._raised[name]

    def fact_alike(self, name: str) -> bool:
        """Whether an area's fact is the same under both."""
        if name not in self._same:
            self._same[name] = False  # for what would ask for itself
            old, new = self.fact(0, name), self.fact(1, name)
            self._same[name] = old is not None and new is not None and self._definitions_alike(old, new)
        return self._same[name]

    def fact(self, at: int, name: str) -> Fact | None:
        """A fact of one rule book, by its old name."""
        own = next((mine for mine, old in self.both[at].fact_names.items() if old == name), name)
        return self.both[at].bound.facts.get(own)

    def _definitions_alike(self, old: Fact, new: Fact) -> bool:
        one, other = old.definition, new.definition
        if type(one) is not type(other) or one.entity != other.entity or old.level is not new.level:
            return False
        if isinstance(one, Share):
            names = self.both[1].fact_names
            parts = zip(one.depends_on, other.depends_on, strict=True)
            return all(mine == names.get(its, its) and self.fact_alike(mine) for mine, its in parts)
        if isinstance(one, FactOf) and isinstance(other, FactOf):
            if one.named != other.named or "status" in (one.fact, other.fact):
                return one == other and self._status_alike(one.named)
            mine, its = self.fact(0, one.fact), self.fact(1, other.fact)
            if mine is None or its is None or mine.definition.depends_on:
                return False
            return mine.definition == its.definition
        if not isinstance(one, Aggregate) or not isinstance(other, Aggregate):
            return False
        if one.entity == "characteristics":
            return all(self._counts_alike(n, old, new) for n, counted in self.variants() if counted)
        rows = [*EARLIER_TAGS] if one.entity == "earlier" else [*EARLIER_TAGS, *DECLARED_TAGS]
        proposed = [finding_row(PEEL, kind, "proposed") for kind in PEEL.kinds.names]
        rows += proposed if one.entity == "findings" else []
        if any(_adds(one, row) != _adds(other, row) for row in rows):
            return False
        kinds = [
            k for k in PEEL.kinds.names if one.entity == "findings" and proposed_counts(PEEL, k, one.where)
        ]
        return not kinds or self.raises_alike(kinds)

    def _status_alike(self, name: str) -> bool:
        here = next((c for c in self.group.areas[0].characteristics if c.id == name), None)
        if here is None:
            return True
        own = name if name in self.group.figures else None
        return self.statuses[own, here.counted]

    def _counts_alike(self, name: str | None, old: Fact, new: Fact) -> bool:
        one = self.characteristic(name, True)
        try:
            return self.differ(one, list(unlike([(one.counts(0, old), one.counts(1, new))]))) is None
        except Undecided:
            return False

    def _said(self, at: int) -> Bare:
        """One book's conditions, over facts that both share."""
        names = self.both[at].fact_names

        def known(name: str) -> Hashable:
            mine = names.get(name, name)
            return ("same", mine) if self.fact_alike(mine) else ("of", at, name)

        return Bare(self.both[at].bound, known)

    def _asked(
        self, at: int, stage: Stage, which: Callable[[Rule], bool] = lambda rule: True
    ) -> dict[str, Hashable]:
        """What each rule of a stage does here, by old name."""
        bare, names = self._said(at), self.both[at].rule_names
        rules = filter(which, tables(self.both[at].bound, stage, self.area))
        return {names[r.id]: (r.effect, r.target, bare.condition(r.condition)) for r in rules}

    def asks_alike(
        self, stage: Stage, which: Callable[[Rule], bool] = lambda rule: True, *, named: bool = True
    ) -> bool:
        """Whether a stage's rules are the same here."""
        old, new = (self._asked(at, stage, which) for at in (0, 1))
        return old == new if named else set(old.values()) == set(new.values())


def paired(
    old: Mapping[Name, z3.BoolRef], new: Mapping[Name, z3.BoolRef]
) -> dict[Name, tuple[z3.BoolRef, z3.BoolRef]]:
    """Both formulas under each name; a missing one never holds."""
    never = z3.BoolVal(False)
    return {name: (old.get(name, never), new.get(name, never)) for name in {**old, **new}}


def unlike(pairs: Iterable[tuple[z3.ExprRef, z3.ExprRef]]) -> Iterator[z3.BoolRef]:
    """Two terms differ, in any pair that is not identical."""
    for old, new in pairs:
        if old.get_id() != new.get_id():
            yield old != new


def _adds(definition: Aggregate, row: Row) -> int:
    """What a thing adds to a fact: its rank, 1 or -1."""
    if not satisfies(row, definition.where):
        return -1
    return 1 if definition.ranked is None else row[definition.ranked]
