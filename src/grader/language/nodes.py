"""The tree every engine reads: facts, and the conditions they and rules are made of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from grader.language.conditions import All as All
from grader.language.conditions import Any_ as Any_
from grader.language.conditions import Better as Better
from grader.language.conditions import Compare as Compare
from grader.language.conditions import Condition as Condition
from grader.language.conditions import Const as Const
from grader.language.conditions import Effect as Effect
from grader.language.conditions import Kind as Kind
from grader.language.conditions import Level as Level
from grader.language.conditions import Not as Not
from grader.language.conditions import Op as Op
from grader.language.conditions import Operand as Operand
from grader.language.conditions import Param as Param
from grader.language.conditions import Test as Test


class Definition:
    """What a fact is."""

    __slots__ = ()

    # At run time fields of what counts things: a dataclass takes an inherited property for a default.
    if TYPE_CHECKING:

        @property
        def entity(self) -> str | None:
            """The kind of thing it counts."""

        @property
        def where(self) -> tuple[Test, ...]:
            """What a thing must satisfy to be counted."""

    @property
    def ranked(self) -> str | None:
        """The attribute whose rank it takes."""
        return None

    @property
    def named(self) -> str | None:
        """The one characteristic it is about."""
        return None

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The facts it is worked out from."""
        return ()

    @property
    def takes(self) -> tuple[FactOf, ...]:
        """What it takes from named characteristics."""
        return ()

    @property
    def operands(self) -> tuple[Operand, ...]:
        """Its own numbers, apart from those of `where` and of conditions."""
        return ()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions it is worked out by."""
        return ()


#: A partial aggregate, over some of the items: a whole number, unless a kind of fact needs more.
Part = Any

#: The part of no thing, for a least: above every rank and count.
NOTHING: Final = 1_000_000


class Aggregate(Definition, ABC):
    """A fact over things, whose parts combine in any order."""

    __slots__ = ()

    entity: str
    where: tuple[Test, ...]

    #: The key that defines such a fact in a rule book, and what its number is.
    word: ClassVar[str]
    kind: ClassVar[Kind]

    @property
    def identity(self) -> Part:
        """The part of no thing."""
        return 0

    def part(self, thing: Mapping[str, int]) -> Part:
        """The part of one thing that satisfies `where`."""
        return 1

    @abstractmethod
    def combine(self, one: Part, other: Part) -> Part:
        """The part of both together."""

    @property
    def opposite(self) -> Aggregate | None:
        """The same from the other end of a scale, or None."""
        return None

    def narrowed(self, where: tuple[Test, ...]) -> Aggregate:
        """The same of the things that satisfy other clauses."""
        return replace(self, where=where)  # type: ignore[type-var]  # every such fact is a dataclass

    def capped(self, part: Part, most: int) -> Part:
        """A part, no more of it than counting to `most` tells."""
        return part

    def result(self, part: Part) -> int:
        """The fact, where the part is of all the things there are."""
        found: int = part
        return found


@dataclass(frozen=True, slots=True)
class Count(Aggregate):
    """How many things of a kind satisfy every clause of `where`."""

    word: ClassVar = "count"
    kind: ClassVar = Kind.COUNT

    entity: str
    where: tuple[Test, ...] = ()

    def combine(self, one: Part, other: Part) -> Part:
        return one + other

    def capped(self, part: Part, most: int) -> Part:
        return part if part < most else most


@dataclass(frozen=True, slots=True)
class AnyOf(Aggregate):
    """1 where a thing satisfies every clause of `where`, else 0."""

    word: ClassVar = "any"
    kind: ClassVar = Kind.FLAG

    entity: str
    where: tuple[Test, ...] = ()

    def combine(self, one: Part, other: Part) -> Part:
        return one if one > other else other


@dataclass(frozen=True, slots=True)
class Ranked(Aggregate):
    """A fact that looks at one attribute of each thing."""

    entity: str
    attribute: str
    where: tuple[Test, ...] = ()

    @property
    def ranked(self) -> str:
        return self.attribute

    def part(self, thing: Mapping[str, int]) -> Part:
        return thing[self.attribute]


@dataclass(frozen=True, slots=True)
class Best(Ranked):
    """The highest rank among things that satisfy `where`, or 0."""

    word: ClassVar = "best"
    kind: ClassVar = Kind.SCALE

    @property
    def opposite(self) -> Aggregate:
        return Lowest(self.entity, self.attribute, self.where)

    def combine(self, one: Part, other: Part) -> Part:
        return one if one > other else other


@dataclass(frozen=True, slots=True)
class Lowest(Ranked):
    """The lowest rank among things that satisfy `where`, or 0."""

    word: ClassVar = "lowest"
    kind: ClassVar = Kind.SCALE

    @property
    def opposite(self) -> Aggregate:
        return Best(self.entity, self.attribute, self.where)

    @property
    def identity(self) -> Part:
        return NOTHING

    def combine(self, one: Part, other: Part) -> Part:
        return one if one < other else other

    def result(self, part: Part) -> int:
        return 0 if part == NOTHING else int(part)


@dataclass(frozen=True, slots=True)
class Sum(Ranked):
    """The sum of a number over things that satisfy `where`."""

    word: ClassVar = "sum"
    kind: ClassVar = Kind.SCORE

    def combine(self, one: Part, other: Part) -> Part:
        return one + other


@dataclass(frozen=True, slots=True)
class HighestScore(Best):
    """The highest number, perhaps below 0; 0 of nothing."""

    word: ClassVar = "highest"
    kind: ClassVar = Kind.SCORE

    @property
    def opposite(self) -> Aggregate:
        return LowestScore(self.entity, self.attribute, self.where)

    @property
    def identity(self) -> Part:
        return -NOTHING

    def result(self, part: Part) -> int:
        return 0 if part == -NOTHING else int(part)


@dataclass(frozen=True, slots=True)
class LowestScore(Lowest):
    """The lowest of a number that each thing has; 0 where there are none."""

    kind: ClassVar = Kind.SCORE

    @property
    def opposite(self) -> Aggregate:
        return HighestScore(self.entity, self.attribute, self.where)


#: Facts over things by the key that defines them; `lowest` of a number is `LowestScore`.
AGGREGATES: Final[Mapping[str, type[Aggregate]]] = {
    c.word: c for c in (Count, AnyOf, Best, Lowest, Sum, HighestScore)
}


class Derived(Definition):
    """A fact that counts nothing itself."""

    __slots__ = ()

    @property
    def entity(self) -> None:
        """It counts nothing."""
        return None

    @property
    def where(self) -> tuple[Test, ...]:
        """It counts nothing."""
        return ()


@dataclass(frozen=True, slots=True)
class Share(Derived):
    """Count `part` over count `whole` in per mille, rounded down; 0 of 0 is 0."""

    part: str
    whole: str

    @property
    def depends_on(self) -> tuple[str, ...]:
        return (self.part, self.whole)


@dataclass(frozen=True, slots=True)
class FactOf(Derived):
    """A fact about one named characteristic; 0 in other areas."""

    characteristic: str
    fact: str = "status"

    @property
    def named(self) -> str:
        return self.characteristic

    @property
    def takes(self) -> tuple[FactOf, ...]:
        return (self,)

    @property
    def key(self) -> str:
        """What its number is handed up under; no id holds a line end."""
        return f"{self.characteristic}\n{self.fact}"


@dataclass(frozen=True, slots=True)
class Given(Derived):
    """A measure's figure or a characteristic's status, from the layer below."""

    name: str
