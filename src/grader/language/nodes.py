"""The tree every engine reads: conditions over facts, and facts over what was found.

Everything is frozen and plain: an engine is one function per node (a `singledispatch` with a loud default),
and no node knows any engine. Numbers are whole: a count, a per mille, the rank of a named value, or 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Op(StrEnum):
    """A comparison; `one_of` alone takes several values."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    FEWER_THAN = "fewer_than"
    EQUALS = "equals"
    ONE_OF = "one_of"


class Better(StrEnum):
    """Which way a fact has to move for things to be better; `neither` where it has no such way."""

    MORE = "more"
    FEWER = "fewer"
    NEITHER = "neither"


class Kind(StrEnum):
    """What a fact's whole number counts."""

    COUNT = "count"
    SHARE = "share"
    SCALE = "scale"
    FLAG = "flag"


class Effect(StrEnum):
    """What a rule does when its condition holds."""

    REACHES = "reaches"
    LIMITS = "limits"
    RAISES = "raises"
    WITHHOLDS = "withholds"


class Level(StrEnum):
    """What a fact is a fact about."""

    FIGURE = "figure"
    CHARACTERISTIC = "characteristic"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Const:
    """A whole number written in the rule book (a named value is held as its rank)."""

    value: int


@dataclass(frozen=True, slots=True)
class Param:
    """A named parameter of the rule book, written `$name`."""

    name: str


Operand = Const | Param


# Conditions -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compare:
    """A fact held against one value (or, for `one_of`, several)."""

    fact: str
    op: Op
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Holds when every part holds; with no part it holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any_:
    """Holds when at least one part holds; with no part it does not."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds when its part does not."""

    part: Condition


Condition = Compare | All | Any_ | Not


# Facts ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Test:
    """One clause of a `where`: an attribute of the thing counted, held against values."""

    __test__ = False  # pytest would take the name for a test class

    attribute: str
    op: Op
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many things of a kind satisfy every clause of `where`."""

    entity: str
    where: tuple[Test, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """1 when at least one thing of a kind satisfies every clause of `where`, else 0."""

    entity: str
    where: tuple[Test, ...] = ()


@dataclass(frozen=True, slots=True)
class Best:
    """The highest rank of an attribute among the things that satisfy `where`; 0 where there are none."""

    entity: str
    attribute: str
    where: tuple[Test, ...] = ()


@dataclass(frozen=True, slots=True)
class Lowest:
    """The lowest rank of an attribute among the things that satisfy `where`; 0 where there are none."""

    entity: str
    attribute: str
    where: tuple[Test, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """`part` over `whole` in whole per mille, rounded down; 0 of 0 is 0. Both name counts."""

    part: str
    whole: str


@dataclass(frozen=True, slots=True)
class StatusOf:
    """The status of one named characteristic (0, not_assessed, in an area that does not hold it)."""

    characteristic: str


@dataclass(frozen=True, slots=True)
class Given:
    """A number the layers below hand up: the figure of a measure, or the status of a characteristic."""

    name: str


Definition = Count | AnyOf | Best | Lowest | Share | StatusOf | Given
