"""Words of the language, operands and conditions: whole numbers, held against each other.

`place` takes no part in comparing or hashing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from grader.errors import Place


class Op(StrEnum):
    """A comparison; `one_of` alone takes several values."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    FEWER_THAN = "fewer_than"
    EQUALS = "equals"
    ONE_OF = "one_of"


class Better(StrEnum):
    """Which way a fact moves for things to be better."""

    MORE = "more"
    FEWER = "fewer"
    NEITHER = "neither"


class Kind(StrEnum):
    """What a fact's whole number counts."""

    COUNT = "count"
    SHARE = "share"
    SCALE = "scale"
    FLAG = "flag"
    SCORE = "points"


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
    """A whole number or rank; `name` is the parameter's."""

    value: int
    name: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Param:
    """A named parameter of the rule book, written `$name`."""

    name: str


Operand = Const | Param


@dataclass(frozen=True, slots=True)
class Compare:
    """A fact held against one value (or, for `one_of`, several)."""

    fact: str
    op: Op
    operands: tuple[Operand, ...]
    place: Place | None = field(default=None, compare=False, repr=False)
    #: Whether it only keeps the comparison beside it inside one of the framework's scales.
    within: bool = field(default=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class All:
    """Holds when every part holds; with no part it holds."""

    parts: tuple[Condition, ...]
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Any_:
    """Holds when at least one part holds; with no part it does not."""

    parts: tuple[Condition, ...]
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    """Holds when its part does not."""

    part: Condition
    place: Place | None = field(default=None, compare=False, repr=False)


Condition = Compare | All | Any_ | Not


@dataclass(frozen=True, slots=True)
class Test:
    """One clause of a `where`: an attribute of the thing counted, held against values."""

    __test__: ClassVar = False  # pytest would take the name for a test class

    attribute: str
    op: Op
    operands: tuple[Operand, ...]
    place: Place | None = field(default=None, compare=False, repr=False)
