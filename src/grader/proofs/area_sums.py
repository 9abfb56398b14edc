"""Areas known by sums over their characteristics alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import z3

from grader.engines import symbolic
from grader.engines.symbolic import CountedRow, Solver, number, total
from grader.grading.conclude import named_facts
from grader.language.nodes import Aggregate
from grader.language.rulebook import Fact
from grader.proofs.areas import AreaSpace, AreaTerms, Recorded
from grader.proofs.characteristics import Example, Observation
from grader.proofs.sums import Inequality, Shown
from grader.proofs.tag_combinations import DECLARED_TAGS, EARLIER_TAGS

Ask = Callable[[AreaTerms], z3.BoolRef]

#: Sums that parts of examples add up to and whole ones do not, after which every example is listed.
ONLY_IN_PARTS: Final = 20


class OnlyInParts(Exception):
    """Sums do not settle it: examples must be listed."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A number of characteristics, and their sums of each thing seen."""

    name: str | None
    counted: bool
    many: z3.ArithRef
    shown: Shown
    sums: Sequence[z3.ArithRef]

    def known(self) -> Iterator[z3.BoolRef]:
        """What was learnt of their sums."""
        for seen, term in zip(self.shown.seen, self.sums, strict=True):
            yield term >= 0
            if seen.attribute is None or seen.rank is not None:
                yield term <= self.many
        yield from self.meeting(self.shown.inequalities)

    def meeting(self, inequalities: Iterable[Inequality]) -> Iterator[z3.BoolRef]:
        """That they meet inequalities."""
        return (i.holds(self.sums, self.many) for i in inequalities)


class AreaSums:
    """A group's areas by sums, and the examples met."""

    def __init__(self, space: AreaSpace, examples: Iterable[Example]) -> None:
        self.space = space
        self._shown: dict[tuple[bool, bool], Shown] = {}
        self._made: AreaSpace | None = None
        self._made_of = 0
        for named in (False, True):
            self.shown(named, True).know(examples)

    def shown(self, named: bool, counted: bool) -> Shown:
        """What a characteristic can show, as far as it is known."""
        key = (named, counted)
        if key not in self._shown:
            of = self.space.spaces[counted]
            self._shown[key] = Shown(of, tuple(self._seen(named, counted)), self.space.budget)
        return self._shown[key]

    def _seen(self, named: bool, counted: bool) -> list[Observation]:
        """What is summed of a characteristic."""
        found: dict[Observation, None] = {}
        if counted:
            for fact in self.space.relevant.counting("characteristics"):
                found |= dict.fromkeys(_summed(fact))
            found |= dict.fromkeys(Observation(rule=r) for r in self.space.relevant.raising)
            found[Observation()] = None
        if named:
            found |= {Observation(attribute=d.fact): None for d in named_facts(self.space.facts)}
        return list(found)

    def settle(self, ask: Ask, *, size: int | None = None) -> AreaSpace | None:
        """Examples of which some area answers a question, or None.

        Raises
        ------
        OnlyInParts
        Undecided
        """
        asked, alike, total_size = self._area()
        solver = Solver(self.space.budget, *asked[1])
        solver.add(ask(asked[0]))
        if size is not None:
            solver.add(total_size == size)
        for _ in range(ONLY_IN_PARTS):
            while (model := solver.model()) is not None:
                new = [found for a in alike for found in self._learnt(a, model)]
                if not new:
                    break
                for a in alike:
                    solver.add(*a.meeting(i for shown, i in new if shown is a.shown))
            if model is None:
                return None
            made = self.made()
            state = made.state(written=True)
            where = z3.BoolVal(True) if size is None else state.size == size
            if made.solver(state).model(ask(state.terms), where) is not None:
                return made
            sums = [(s, number(model, s)) for a in alike for s in a.sums]
            solver.add(z3.Or([s != n for s, n in sums]))
        raise OnlyInParts

    def _learnt(self, alike: Alike, model: z3.ModelRef) -> Iterator[tuple[Shown, Inequality]]:
        sums = tuple(number(model, s) for s in alike.sums)
        found = alike.shown.beyond(sums, number(model, alike.many))
        if found is not None:
            yield alike.shown, found

    def made(self) -> AreaSpace:
        """Areas made of the examples met so far."""
        known = sum(len(shown.examples) for shown in self._shown.values())
        if self._made is not None and self._made_of == known:
            return self._made
        of = self.space
        space = AreaSpace(of.book, of.evaluator, of.group, of.layers, of.budget, of.informed)
        for (named, counted), shown in self._shown.items():
            space.know(named, counted, [e for e in shown.examples.values() if e.written])
        self._made, self._made_of = space, known
        return space

    def _area(self) -> tuple[tuple[AreaTerms, list[z3.BoolRef]], list[Alike], z3.ArithRef]:
        """Any area as sums: terms, constraints, characteristics."""
        space, size = self.space, z3.Int("size")
        own = sum(space.counted(n) for n in space.group.named)
        alike = [self._alike(None, True, size - own, "s")]
        alike += [
            self._alike(n, space.counted(n), z3.IntVal(1), f"n{i}_") for i, n in enumerate(space.group.named)
        ]
        recorded = Recorded(
            [z3.Int(f"d{i}") for i in range(len(DECLARED_TAGS))],
            [z3.Int(f"x{i}") for i in range(len(EARLIER_TAGS))],
        )
        known = [z3.Or([size == s for s in space.group.sizes]), size >= own]
        known += [k for a in alike for k in a.known()]
        known += [n >= 0 for n in (*recorded.declared, *recorded.earlier)]
        return (self._terms(alike, recorded), known), alike, size

    def _alike(self, name: str | None, counted: bool, many: z3.ArithRef, prefix: str) -> Alike:
        shown = self.shown(name is not None, counted)
        return Alike(name, counted, many, shown, [z3.Int(f"{prefix}{i}") for i in range(len(shown.seen))])

    def _terms(self, alike: Sequence[Alike], recorded: Recorded) -> AreaTerms:
        sums: dict[Observation, list[z3.ArithRef]] = {}
        given: dict[str, z3.ArithRef | symbolic.Ratio] = {}
        for a in alike:
            own = dict(zip(a.shown.seen, a.sums, strict=True))
            if a.counted:
                for seen, term in own.items():
                    sums.setdefault(seen, []).append(term)
            for d in named_facts(self.space.facts):
                if d.characteristic == a.name:
                    given[d.key] = own[Observation(attribute=d.fact)]
        added = {seen: total(terms) for seen, terms in sums.items()}
        for fact in self.space.relevant.counting("characteristics"):
            given[fact.name] = _value(fact, added)
        raised = {
            kind: [added[Observation(rule=r)] for r in self.space.relevant.raising if r.target == kind]
            for kind in self.space.book.vocabulary.proposed
        }
        return self.space.conclude({"characteristics": ()}, given, raised, added[Observation()], recorded)


def _summed(fact: Fact) -> list[Observation]:
    """What a fact about an area adds up: counts, or ranks."""
    definition = fact.definition
    if definition.ranked is None:
        return [Observation(where=definition.where)]
    assert fact.scale is not None, "only an attribute with ranks has a best and a worst"
    ranks = range(len(fact.scale.names))
    return [Observation(where=definition.where, attribute=definition.ranked, rank=n) for n in ranks]


def _value(fact: Fact, sums: Mapping[Observation, z3.ArithRef]) -> z3.ArithRef | symbolic.Ratio:
    """A fact about an area, of so many characteristics that count for it."""
    assert isinstance(fact.definition, Aggregate)
    rows = [
        CountedRow({} if seen.attribute is None else {seen.attribute: seen.rank or 0}, sums[seen])
        for seen in _summed(fact)
    ]
    return symbolic.value(fact.definition.narrowed(()), {"characteristics": rows}, {})
