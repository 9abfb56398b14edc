"""Ordered scales and their words, each with its roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

from grader.cached import cached_property


class Role(StrEnum):
    """What a word is for."""

    NOTHING = "there is nothing: neither written nor concluded"
    DEFAULT = "stands where nothing is said, or where no rule reaches anything"
    SHORTFALL = "less than what good looks like"
    SUCCESS = "what good looks like, or better"


@dataclass(frozen=True, slots=True)
class Word:
    """One value of a scale.

    Attributes
    ----------
    meaning : str
        A note to whoever chooses it.
    phrase : str
        To follow "had been found to".
    heading : str
        For a narrow column.
    written : str
        What is written, where that is not the id.
    """

    id: str
    title: str
    meaning: str = ""
    roles: frozenset[Role] = frozenset()
    phrase: str = ""
    heading: str = ""
    score: int | None = None
    written: str = ""

    @property
    def said(self) -> str:
        """As it is written and printed where ids are."""
        return self.written or self.id


def word(
    id: str,
    title: str,
    *roles: Role,
    meaning: str = "",
    phrase: str = "",
    heading: str = "",
) -> Word:
    """A word with these roles."""
    return Word(id, title, meaning, frozenset(roles), phrase, heading)


@dataclass(frozen=True, slots=True)
class Scale:
    """Named values, worst first; not `ordered` where order means nothing."""

    name: str
    names: tuple[str, ...]
    ordered: bool = True
    words: tuple[Word, ...] = field(default=(), compare=False, repr=False)
    ranks: dict[str, int] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ranks", {name: rank for rank, name in enumerate(self.names)})

    @classmethod
    def of(cls, name: str, *words: Word) -> Scale:
        """A scale of words, worst first."""
        return cls(name, tuple(w.id for w in words), words=words)

    def rank(self, name: str) -> int:
        """Rank of a name; raises KeyError."""
        return self.ranks[name]

    def name_of(self, rank: int) -> str:
        """Name of a rank."""
        return self.names[rank]

    def word(self, name: str) -> Word:
        """The word with this id; raises KeyError."""
        return self.words[self.ranks[name]]

    def said_of(self, rank: int) -> str:
        """What is written for a rank."""
        return self.words[rank].said if self.words else self.names[rank]

    def having(self, role: Role) -> tuple[str, ...]:
        """Names with a role, worst first."""
        return tuple(w.id for w in self.words if role in w.roles)

    @property
    def levels(self) -> tuple[str, ...]:
        """Every name but the one for "nothing there"."""
        nothing = self.having(Role.NOTHING)
        return tuple(name for name in self.names if name not in nothing)

    @property
    def nothing(self) -> str:
        """The name for "nothing there"."""
        return self.having(Role.NOTHING)[0]

    @property
    def default(self) -> str:
        """The name that stands where nothing else does."""
        return self.having(Role.DEFAULT)[0]

    @property
    def best(self) -> str:
        """The last name."""
        return self.names[-1]

    def from_middle(self) -> tuple[str, ...]:
        """The levels from the middle outwards, the lower first."""
        return tuple(sorted(self.levels, key=lambda name: (self.off_middle(name), self.ranks[name])))

    def off_middle(self, name: str) -> int:
        """A level's distance from the middle, in half steps."""
        levels = self.levels
        return abs(2 * levels.index(name) - len(levels) + 1)


ForTheGrade = Literal["not_assessed", "withheld", "as"]
Several = Literal["lowest", "best", "latest"]
FOR_NOTHING, WITHHOLDS, COUNTS_AS = get_args(ForTheGrade)


@dataclass(frozen=True, slots=True)
class Outside:
    """A level outside its scale's order.

    Attributes
    ----------
    for_the_grade : {"not_assessed", "withheld", "as"}
        As no evidence; withholds the area; or as another level.
    counts_as : str
        The level it counts as.
    """

    word: Word
    for_the_grade: ForTheGrade
    counts_as: str = ""


def own_fields(one: Any) -> dict[str, object]:
    """A dataclass's fields, for another process; cached values stay behind."""
    return {each.name: getattr(one, each.name) for each in fields(one)}


@dataclass(frozen=True)
class Levels:
    """One declared scale: a run of the framework's joint scale.

    Attributes
    ----------
    names : tuple of str
        On the joint scale, worst first.
    first : int
        The rank of the worst.
    words : tuple of Word
        Worst first.
    """

    id: str
    title: str
    names: tuple[str, ...]
    first: int
    words: tuple[Word, ...]
    outside: tuple[Outside, ...] = ()

    @property
    def last(self) -> int:
        """The rank of its best level."""
        return self.first + len(self.names) - 1

    @property
    def ranks(self) -> range:
        """Ranks of its levels, worst first."""
        return range(self.first, self.last + 1)

    @property
    def levels(self) -> tuple[str, ...]:
        """Its levels as they are written, worst first."""
        return tuple(word.said for word in self.words)

    def word(self, written: str) -> Word:
        """The level written so; raises KeyError."""
        return self._word[written]

    def __getstate__(self) -> dict[str, object]:
        return own_fields(self)

    @cached_property
    def _word(self) -> Mapping[str, Word]:
        return {word.said: word for word in (*self.words, *(o.word for o in self.outside))}

    def from_middle(self) -> tuple[str, ...]:
        """Levels as written, from the middle outwards, the lower first."""
        return tuple(sorted(self.levels, key=lambda name: (self.off_middle(name), self.levels.index(name))))

    def off_middle(self, written: str) -> int:
        """A level's distance from the middle, in half steps; 0 outside the order."""
        levels = self.levels
        return abs(2 * levels.index(written) - len(levels) + 1) if written in levels else 0

    @property
    def scored(self) -> bool:
        """Whether its levels have scores."""
        return self.words[0].score is not None

    @cached_property
    def printed(self) -> Mapping[str, tuple[str, ...]]:
        """What may be written for each level, with its title."""
        every = (*self.words, *(o.word for o in self.outside))
        return MappingProxyType({w.said: (w.title,) for w in every})

    @cached_property
    def written(self) -> Mapping[str, str]:
        """The joint scale's name of each level as written."""
        found = {w.said: name for w, name in zip(self.words, self.names, strict=True)}
        return MappingProxyType(found | {o.word.said: o.word.id for o in self.outside})

    @cached_property
    def by_name(self) -> Mapping[str, Outside]:
        """Its outside levels by what is written for each."""
        return MappingProxyType({o.word.said: o for o in self.outside})


#: The scale of characteristics that name none.
DEFAULT_SCALE: Final = "default"
