"""Facts reckoned from others: weighted sums, rounding, points by steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from grader.errors import Place
from grader.language.nodes import (
    All,
    Any_,
    Compare,
    Condition,
    Derived,
    FactOf,
    Not,
    Operand,
)


@dataclass(frozen=True, slots=True)
class Named:
    """Another fact about the same area, by its name."""

    name: str


#: A number that a fact is reckoned from: a fact, a constant, or a parameter.
Amount = Named | Operand


@dataclass(frozen=True, slots=True)
class Term:
    """A whole weight, and the fact weighed."""

    of: Named | FactOf
    weight: int
    place: Place | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        """What its number stands under."""
        return self.of.key if isinstance(self.of, FactOf) else self.of.name


@dataclass(frozen=True, slots=True)
class Weighted(Derived):
    """A sum of weights times numbers."""

    terms: tuple[Term, ...]

    @property
    def depends_on(self) -> tuple[str, ...]:
        return tuple(t.of.name for t in self.terms if isinstance(t.of, Named))

    @property
    def takes(self) -> tuple[FactOf, ...]:
        return tuple(t.of for t in self.terms if isinstance(t.of, FactOf))


class How(StrEnum):
    """How to round: nearest (halves up), down or up."""

    NEAREST = "nearest"
    DOWN = "down"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Rounded(Derived):
    """How many times `to` goes into a fact, rounded: 437 to 100 is 4."""

    of: str
    to: int
    how: How

    @property
    def depends_on(self) -> tuple[str, ...]:
        return (self.of,)

    @property
    def shift(self) -> int:
        """What is added before dividing and rounding down."""
        return {How.NEAREST: self.to // 2, How.DOWN: 0, How.UP: self.to - 1}[self.how]


class Does(StrEnum):
    """What a step does to the number so far."""

    ADD = "add"
    TAKE = "take"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"


@dataclass(frozen=True, slots=True)
class Bounds:
    """A number is raised to `low`, then held to `high`."""

    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class Step:
    """A change of the number where `when` holds, then its bounds."""

    does: Does
    amount: Amount
    when: Condition | None = None
    within: Bounds | None = None
    why: str | None = None
    place: Place | None = field(default=None, compare=False, repr=False)

    @property
    def condition(self) -> Condition:
        """When it is taken."""
        return self.when if self.when is not None else All(())


@dataclass(frozen=True, slots=True)
class Points(Derived):
    """A start and steps in order, kept within bounds throughout."""

    start: Amount
    steps: tuple[Step, ...]
    within: Bounds | None = None

    @property
    def depends_on(self) -> tuple[str, ...]:
        found = [a.name for a in (self.start, *(s.amount for s in self.steps)) if isinstance(a, Named)]
        for step in self.steps:
            found += [c.fact for c in compared(step.condition)]
        return tuple(dict.fromkeys(found))

    @property
    def operands(self) -> tuple[Operand, ...]:
        amounts = [a for a in (self.start, *(s.amount for s in self.steps)) if not isinstance(a, Named)]
        bounds = [b for b in (self.within, *(s.within for s in self.steps)) if b is not None]
        return (*amounts, *(o for b in bounds for o in (b.low, b.high)))

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions of its steps."""
        return tuple(s.when for s in self.steps if s.when is not None)


def compared(condition: Condition) -> Iterator[Compare]:
    """Every comparison of a condition."""
    match condition:
        case Compare():
            yield condition
        case All(parts) | Any_(parts):
            for part in parts:
                yield from compared(part)
        case Not(part):
            yield from compared(part)
