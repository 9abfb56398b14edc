"""How an area's numbers came about: 10 + 5 + 10: total 25."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.engines.reference import numbers, satisfies
from grader.grading.conclude import CharacteristicCase
from grader.language.english import English
from grader.language.nodes import Aggregate, Const, FactOf, Kind, Param
from grader.language.reckoned import Amount, Does, How, Named, Points, Rounded, Weighted
from grader.language.rulebook import Fact, RuleBook

#: The last part of an id of no more letters is a code, as in `responding.2c`.
SHORT = 2


@dataclass(frozen=True, slots=True)
class Workings:
    """The numbers of one area.

    Attributes
    ----------
    book : RuleBook
        Bound.
    """

    book: RuleBook
    english: English
    facts: Mapping[str, int]
    cases: Sequence[CharacteristicCase]

    def of(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Each number of points and its parts, with how it came about."""
        told: set[str] = set()
        for name in names:
            yield from self._of(name, told)

    def _of(self, name: str, told: set[str]) -> Iterator[tuple[str, str]]:
        fact = self.book.facts.get(name)
        if fact is None or name in told or fact.kind is not Kind.SCORE:
            return
        told.add(name)
        for part in fact.definition.depends_on:
            yield from self._of(part, told)
        said = self._said(fact)
        if said is not None:
            yield name, f"{said}: {fact.english} {self.english.seen(name, self.facts)}"

    def _said(self, fact: Fact) -> str | None:
        match fact.definition:
            case Aggregate() as aggregate if fact.entity == "characteristics":
                chosen = [
                    c for c in self.cases if c.counted and c.items and satisfies(c.facts, aggregate.where)
                ]
                of = aggregate.ranked or ""
                return ", ".join(f"{self._named(c.id)} {c.facts[of]}" for c in chosen) or "none"
            case Weighted(terms):
                return ", ".join(self._term(t.of, t.weight) for t in terms)
            case Rounded(of, to, how):
                way = {How.NEAREST: "rounded to the nearest", How.DOWN: "rounded down", How.UP: "rounded up"}[
                    how
                ]
                return f"{self.english.seen(of, self.facts)}, divided by {to} and {way}"
            case Points() as points:
                return "; ".join(self._steps(points))
            case _:
                return None

    def _named(self, characteristic: str) -> str:
        """The last part of an id where it is a word, else all."""
        last = characteristic.rpartition(".")[2]
        return last.replace("_", " ") if len(last) > SHORT else characteristic

    def _term(self, of: Named | FactOf, weight: int) -> str:
        if isinstance(of, Named):
            said = f"{self.english.fact(of.name).english} {self.english.seen(of.name, self.facts)}"
        else:
            own = next((c.facts[of.fact] for c in self.cases if c.id == of.characteristic), 0)
            said = f"{self._named(of.characteristic)} {own}"
        return said if weight == 1 else f"{said} times {weight}"

    def _steps(self, points: Points) -> Iterator[str]:
        """Where the points start, and each step that moved them."""
        known = {**self.facts}
        before, *after = numbers(points, known)
        yield self._amount(points.start, "starts at", before)
        for step, now in zip(points.steps, after, strict=True):
            if now != before:
                why = step.why or (self.english.condition(step.when) if step.when is not None else "always")
                done = {
                    Does.ADD: "plus",
                    Does.TAKE: "less",
                    Does.AT_MOST: "at most",
                    Does.AT_LEAST: "at least",
                }
                yield f"{self._amount(step.amount, done[step.does], None)} ({why}) is {now}"
            before = now

    def _amount(self, amount: Amount, word: str, value: int | None) -> str:
        if isinstance(amount, Param):
            raise TypeError(f"{amount} is not bound to a number")
        if isinstance(amount, Const):
            return f"{word} {amount.value}"
        own = self.facts[amount.name]
        said = f"{word} {self.english.fact(amount.name).english} {self.english.seen(amount.name, self.facts)}"
        return said if value in (None, own) else f"{said}, kept to {value}"
