"""The words judgments are made in: ordered scales, bases and kinds of finding, each with its roles.

A framework has one vocabulary. Other modules ask it for the word with a role, and name no word themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal, get_args

from grader.cached import cached_property

OriginName = Literal["declared", "previous", "proposed"]
ProgressName = Literal["closed", "improving", "not_improving"]
StrengthName = Literal["tested", "described"]


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
    id : str
        What is written and compared.
    title : str
        As it is printed.
    meaning : str
        What it says, as a note to whoever chooses it.
    phrase : str
        What is found where it is chosen, to follow "had been found to".
    heading : str
        Over a narrow column, in two lines.
    score : int or None
        What it scores, where its scale has scores.
    written : str
        What is written where that is not the id: two scales of a framework may each have a level `0`.
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
    """Named values in order, worst first; `ordered` is False where the order means nothing."""

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
        """Rank of a name; raises KeyError for one not on the scale."""
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
        """Names that can be written or concluded: all but one for "nothing there"."""
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
        """The levels, nearest the middle first, and of two as near the lower."""
        return tuple(sorted(self.levels, key=lambda name: (self.off_middle(name), self.ranks[name])))

    def off_middle(self, name: str) -> int:
        """How far a level is from the middle of the levels, in half steps."""
        levels = self.levels
        return abs(2 * levels.index(name) - len(levels) + 1)


ForTheGrade = Literal["not_assessed", "withheld", "as"]
Several = Literal["lowest", "best", "latest"]
FOR_NOTHING, WITHHOLDS, COUNTS_AS = get_args(ForTheGrade)


@dataclass(frozen=True, slots=True)
class Outside:
    """A level of a scale that has no place in its order.

    Attributes
    ----------
    word : Word
        Its id and title.
    for_the_grade : {"not_assessed", "withheld", "as"}
        As if there were no evidence; the area is withheld; or it counts as another level.
    counts_as : str
        The level it counts as, by its name on the framework's one scale.
    """

    word: Word
    for_the_grade: ForTheGrade
    counts_as: str = ""


def own_fields(one: Levels | Vocabulary) -> dict[str, object]:
    """What a dataclass is made of, to be sent to another process.

    What was worked out stays here: it is worked out again, and read-only views cannot be sent.
    """
    return {each.name: getattr(one, each.name) for each in fields(one)}


@dataclass(frozen=True)
class Levels:
    """One scale of a framework: levels that follow each other on the framework's one scale of them all.

    Attributes
    ----------
    id, title : str
        As the framework names it.
    names : tuple of str
        Its levels on the framework's one scale, worst first.
    first : int
        The rank of the worst of them.
    words : tuple of Word
        The levels, worst first.
    outside : tuple of Outside
        Levels outside the order.
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
        """The level written so, in the order or outside it; raises KeyError."""
        return self._word[written]

    def __getstate__(self) -> dict[str, object]:
        return own_fields(self)

    @cached_property
    def _word(self) -> Mapping[str, Word]:
        return {word.said: word for word in (*self.words, *(o.word for o in self.outside))}

    def from_middle(self) -> tuple[str, ...]:
        """Its levels as they are written, nearest the middle first, and of two as near the lower."""
        return tuple(sorted(self.levels, key=lambda name: (self.off_middle(name), self.levels.index(name))))

    def off_middle(self, written: str) -> int:
        """How far a level is from the middle of the levels, in half steps; none for one outside the order."""
        levels = self.levels
        return abs(2 * levels.index(written) - len(levels) + 1) if written in levels else 0

    @property
    def scored(self) -> bool:
        """Whether its levels have scores."""
        return self.words[0].score is not None

    @cached_property
    def printed(self) -> Mapping[str, tuple[str, ...]]:
        """What may be written for a level, outside levels too, with the title of each."""
        every = (*self.words, *(o.word for o in self.outside))
        return MappingProxyType({w.said: (w.title,) for w in every})

    @cached_property
    def written(self) -> Mapping[str, str]:
        """The name on the framework's one scale of each level written, in the order or outside it."""
        found = {w.said: name for w, name in zip(self.words, self.names, strict=True)}
        return MappingProxyType(found | {o.word.said: o.word.id for o in self.outside})

    @cached_property
    def by_name(self) -> Mapping[str, Outside]:
        """Its outside levels by what is written for each."""
        return MappingProxyType({o.word.said: o for o in self.outside})


#: The scale of characteristics that name none.
DEFAULT_SCALE: Final = "default"


@dataclass(frozen=True, slots=True)
class Basis:
    """How an item of evidence was found.

    Attributes
    ----------
    strength : {"tested", "described"} or None
        What it lends the item; None where such evidence never counts.
    title, short : str
        As it is printed, and as it is printed where there is little room.
    uncounted : str
        Where it never counts: why, to follow the basis and "evidence".
    made : bool
        Whether an item made up to show something has it.
    looked_for : bool
        Whether an item that would have to be found is said to have it.
    """

    id: str
    strength: StrengthName | None
    title: str = ""
    short: str = ""
    uncounted: str = ""
    made: bool = False
    looked_for: bool = False

    @property
    def printed(self) -> str:
        """As it is printed."""
        return self.title or self.id.replace("_", " ")


@dataclass(frozen=True, slots=True)
class KindOfFinding:
    """A row of the table of finding kinds.

    Attributes
    ----------
    title, plural : str
        As it is printed.
    code : str
        How the codes of warnings name it.
    counts_as : str
        Its standing while it stands; an earlier one that is closed is `closed`.
    improving_as : str or None
        The standing of an earlier one that is improving, where it is another.
    recommended : bool
        Whether it always carries recommendations.
    caps : bool
        Whether no grade is above the framework's default while one stands.
    never_withheld : bool
        Whether an area with one that stands always gets its grade.
    proposed : bool
        Whether rules may propose it; if not, it is declared or earlier only.
    praise : bool
        Whether it speaks for the body, not against it.
    order : int
        Its place among the findings of an area in a report.
    none : str
        What a report says where there is none; "" to say nothing.
    counted : pair of str
        One that stands, and several, after a number.
    tally : str
        The heading of its column among the areas' numbers, in two lines; "" for no column.
    legend : str
        What is to be said of that column below.
    listed_as : str
        How a summary heads one that stands; "" to leave it to the explanation.
    """

    id: str
    title: str
    plural: str
    code: str
    counts_as: str
    improving_as: str | None = None
    recommended: bool = False
    caps: bool = False
    never_withheld: bool = False
    proposed: bool = True
    praise: bool = False
    order: int = 0
    none: str = ""
    counted: tuple[str, str] = ("", "")
    tally: str = ""
    legend: str = ""
    listed_as: str = ""

    @property
    def said(self) -> str:
        """Its title inside a sentence."""
        return self.title[:1].lower() + self.title[1:]

    @property
    def with_article(self) -> str:
        """Its title inside a sentence, with its article."""
        return f"{'an' if self.said[0] in 'aeiou' else 'a'} {self.said}"

    @property
    def lacks_recommendations(self) -> str:
        """What is said of one without recommendations, where it always carries some."""
        return f"{self.with_article} always carries at least one recommendation"


#: Words that are grader's own, whatever the framework: what each means is written in the code.
STRENGTH: Final = Scale("strength", tuple(reversed(get_args(StrengthName))))
PROGRESS: Final = Scale("progress", get_args(ProgressName))
ORIGIN: Final = Scale("origin", get_args(OriginName), ordered=False)
FLAG: Final = Scale("flag", ("no", "yes"))
CLOSED, IMPROVING, NOT_IMPROVING = PROGRESS.names


@dataclass(frozen=True)
class Vocabulary:
    """The words of one framework.

    Attributes
    ----------
    id : str
        Names it; two that differ have different ids.
    assessments, statuses, extents, harms : Scale
        How an item stands against a characteristic; the conclusion on one; how far a shortfall reaches, and
        what it puts at risk.
    bases : tuple of Basis
        How items are found.
    findings : tuple of KindOfFinding
        The kinds of finding there are.
    declared : tuple of Levels
        The scales a framework declares, each a run of `assessments` and of `statuses`, which hold them all.
    several : {"lowest", "best", "latest"} or None
        Which of several items a characteristic is judged by, where its status is what was assessed; None
        where rules conclude it.
    """

    id: str
    assessments: Scale
    statuses: Scale
    extents: Scale
    harms: Scale
    bases: tuple[Basis, ...]
    findings: tuple[KindOfFinding, ...]
    declared: tuple[Levels, ...] = ()
    several: Several | None = None

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<Vocabulary {self.id}>"

    def __getstate__(self) -> dict[str, object]:
        return own_fields(self)

    # Scales -----------------------------------------------------------------------------------------------

    @cached_property
    def kinds(self) -> Scale:
        """Ids of the kinds of finding, in no order that means anything."""
        return Scale("kind", tuple(k.id for k in self.findings), ordered=False)

    @cached_property
    def standings(self) -> Scale:
        """What findings count as, in no order that means anything."""
        standings = (s for k in self.findings for s in (k.counts_as, k.improving_as) if s is not None)
        return Scale("standing", tuple(dict.fromkeys((CLOSED, *standings))), ordered=False)

    @cached_property
    def scales(self) -> Mapping[str, Scale]:
        """Every scale that rules may look at, by name; flags apart."""
        found = (
            self.assessments, self.statuses, STRENGTH, self.extents, self.harms, PROGRESS, self.kinds, ORIGIN,
            self.standings,
        )  # fmt: skip
        return MappingProxyType({scale.name: scale for scale in found})

    # The scales of characteristics -------------------------------------------------------------------------

    @cached_property
    def by_scale(self) -> Mapping[str, Levels]:
        """Each scale a characteristic may have, by its id; the default one where none is declared."""
        return MappingProxyType({each.id: each for each in self.declared or (self._only,)})

    @cached_property
    def _only(self) -> Levels:
        names = self.assessments.levels
        words = tuple(self.assessments.word(name) for name in names)
        return Levels(DEFAULT_SCALE, "", names, self.assessments.rank(names[0]), words)

    def scale_of(self, scale: str | None) -> Levels:
        """The scale a characteristic names, or the default one; raises KeyError."""
        return self.by_scale[scale or DEFAULT_SCALE]

    def levels_of(self, scale: str | None) -> tuple[str, ...]:
        """The levels of the scale a characteristic names, worst first, as `assessments` names them."""
        return self.scale_of(scale).names

    def is_step(self, before: int, after: int) -> bool:
        """Whether two ranks of `assessments` are levels of one scale."""
        return any(before in each.ranks and after in each.ranks for each in self.by_scale.values())

    @cached_property
    def by_status(self) -> tuple[Levels | None, ...]:
        """The scale each status is of, by its rank; None for "nothing there" and what is outside an order."""
        found: list[Levels | None] = [None] * len(self.statuses.names)
        for each in self.declared:
            found[each.first : each.last + 1] = [each] * len(each.names)
        return tuple(found)

    @cached_property
    def scores(self) -> tuple[int, ...]:
        """The score of each status by its rank: 0 where there is none."""
        return tuple(w.score or 0 for w in self.statuses.words)

    @cached_property
    def scored(self) -> bool:
        """Whether any scale has scores."""
        return any(w.score is not None for w in self.statuses.words)

    @cached_property
    def scale_ids(self) -> Scale:
        """Ids of the scales, in no order that means anything."""
        return Scale("scale", tuple(self.by_scale), ordered=False)

    @cached_property
    def withholding(self) -> tuple[str, ...]:
        """Statuses with which an area is withheld."""
        return tuple(
            o.word.id for each in self.declared for o in each.outside if o.for_the_grade == WITHHOLDS
        )

    def outside(self, scale: str | None, written: str) -> Outside | None:
        """The level outside the order of a scale that is written; None for one in its order."""
        return self.scale_of(scale).by_name.get(written)

    def counted_as(self, scale: str | None, written: str) -> str | None:
        """The name on `assessments` a level of a scale counts as; None where it counts for nothing."""
        if not self.declared or written == self.assessments.nothing:
            return written
        levels = self.scale_of(scale)
        other = levels.by_name.get(written)
        if other is None:
            return levels.written[written]
        found = {FOR_NOTHING: None, WITHHOLDS: other.word.id, COUNTS_AS: other.counts_as}
        return found[other.for_the_grade]

    # Assessments and bases --------------------------------------------------------------------------------

    @cached_property
    def shortfalls(self) -> frozenset[str]:
        """Assessments that are shortfalls: extent, harm and remedy are read on these."""
        return frozenset(self.assessments.having(Role.SHORTFALL))

    @cached_property
    def sound(self) -> str:
        """The lowest assessment that is no shortfall."""
        return next(name for name in self.assessments.levels if name not in self.shortfalls)

    @cached_property
    def basis(self) -> Mapping[str, Basis]:
        """Each basis by its id."""
        return {b.id: b for b in self.bases}

    def bases_of(self, strength: StrengthName | None) -> tuple[str, ...]:
        """The bases that lend a strength; of None, those that never count."""
        return tuple(b.id for b in self.bases if b.strength == strength)

    @cached_property
    def made_basis(self) -> Mapping[str, str]:
        """The basis of an item made up to show something, by its strength."""
        return {str(b.strength): b.id for b in self.bases if b.made}

    @cached_property
    def looked_for_basis(self) -> Mapping[str, str]:
        """The basis of an item that would have to be found, by its strength."""
        return {str(b.strength): b.id for b in self.bases if b.looked_for}

    # Statuses ---------------------------------------------------------------------------------------------

    @cached_property
    def successes(self) -> tuple[Word, ...]:
        """Statuses of a characteristic that is as good as it should be, worst first."""
        return tuple(self.statuses.word(name) for name in self.statuses.having(Role.SUCCESS))

    # Findings ---------------------------------------------------------------------------------------------

    @cached_property
    def kind(self) -> Mapping[str, KindOfFinding]:
        """Each kind of finding by its id."""
        return {k.id: k for k in self.findings}

    @cached_property
    def shown(self) -> tuple[KindOfFinding, ...]:
        """The kinds in the order in which a report shows them."""
        return tuple(sorted(self.findings, key=lambda k: k.order))

    @cached_property
    def proposed(self) -> tuple[str, ...]:
        """The kinds that rules may propose."""
        return tuple(k.id for k in self.findings if k.proposed)

    @cached_property
    def capping(self) -> tuple[str, ...]:
        """The kinds that cap the grade."""
        return tuple(k.id for k in self.findings if k.caps)

    @cached_property
    def concern(self) -> str:
        """What caps the grade, inside a sentence."""
        return " or ".join(self.kind[name].said for name in self.capping)

    @cached_property
    def capping_ranks(self) -> frozenset[int]:
        """Ranks of the standings that cap the grade."""
        return self._standing_ranks(k for k in self.findings if k.caps)

    @cached_property
    def open_ranks(self) -> frozenset[int]:
        """Ranks of the standings with which a grade is never withheld."""
        return self._standing_ranks(k for k in self.findings if k.never_withheld)

    def _standing_ranks(self, kinds: Iterable[KindOfFinding]) -> frozenset[int]:
        return frozenset(self.standings.rank(k.counts_as) for k in kinds)

    def improving_into(self, kind: KindOfFinding) -> tuple[str, ...]:
        """The kinds, inside a sentence, of which an improving one counts as one of another kind."""
        return tuple(
            k.plural[:1].lower() + k.plural[1:] for k in self.shown if k.improving_as == kind.counts_as
        )

    def counts_as(self, kind: str, progress: str | None) -> str:
        """The standing of a finding.

        A kind says what it counts as while it stands (declared, proposed, or earlier and not improving), and
        what an earlier one counts as that is improving; anything closed counts as closed.
        """
        if progress == CLOSED:
            return CLOSED
        found = self.kind[kind]
        return (found.improving_as if progress == IMPROVING else None) or found.counts_as
