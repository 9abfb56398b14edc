"""The order of conclusions, as data that each engine interprets by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from grader.language.nodes import Level
from grader.language.rulebook import VISIBLE, Fact, Layer, RuleBook
from grader.vocabulary.kinds import ORIGIN
from grader.vocabulary.scales import Scale
from grader.vocabulary.words import Vocabulary


class Circumstance(StrEnum):
    """What can be true of a characteristic or an area beside its facts."""

    NO_ITEMS = "no evidence stands on the characteristic"
    NOT_COUNTED = "another programme grades the characteristic"
    NOT_INSPECTED = "the area was not inspected"
    NOT_GRADED = "the edition does not grade the area"
    NO_EVIDENCE = "no evidence stands on any characteristic of the area that counts"
    THIN = "a sufficiency rule withholds"
    OPEN_CONCERN = "a cause of concern is open"


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One table of rules and what comes of it.

    Attributes
    ----------
    unless : Circumstance or None
        Where it is so no rule is asked, and an ordered stage concludes nothing.
    scale : str or None
        What an ordered stage concludes on; None for grades.
    gives : str or None
        The fact its conclusion becomes for later stages.
    """

    layer: Layer
    level: Level
    unless: Circumstance | None = None
    scale: str | None = None
    gives: str | None = None

    @property
    def sees(self) -> tuple[Layer, ...]:
        """The layers whose facts about the level its rules may look at."""
        return VISIBLE[self.layer]

    def facts(self, book: RuleBook) -> tuple[Fact, ...]:
        """The facts its rules may look at."""
        return book.facts_at(self.level, self.sees)

    def concludes(self, book: RuleBook) -> tuple[Scale, str]:
        """The scale an ordered stage concludes on, and its default."""
        if self.scale is None:
            return book.grade_scale, book.grade_default
        scale = book.vocabulary.scales[self.scale]
        return scale, scale.default


FIGURES: Final = Stage(Layer.MEASURE, Level.FIGURE, scale="assessment")
STATUSES: Final = Stage(
    Layer.STATUS,
    Level.CHARACTERISTIC,
    unless=Circumstance.NO_ITEMS,
    scale="status",
    gives="status",
)
FINDINGS_ON_CHARACTERISTICS: Final = Stage(
    Layer.FINDING, Level.CHARACTERISTIC, unless=Circumstance.NOT_COUNTED
)
FINDINGS_ON_AREAS: Final = Stage(Layer.FINDING, Level.AREA)
SUFFICIENCY: Final = Stage(Layer.SUFFICIENCY, Level.AREA, unless=Circumstance.NOT_GRADED)
GRADES: Final = Stage(Layer.GRADE, Level.AREA)

#: The stages in the order they conclude.
PIPELINE: Final = (
    FIGURES,
    STATUSES,
    FINDINGS_ON_CHARACTERISTICS,
    FINDINGS_ON_AREAS,
    SUFFICIENCY,
    GRADES,
)
CHARACTERISTIC_STAGES: Final = tuple(s for s in PIPELINE if s.level is Level.CHARACTERISTIC)
AREA_STAGES: Final = tuple(s for s in PIPELINE if s.level is Level.AREA)

#: The layers whose facts about a level are read, those of later stages among them.
CHARACTERISTIC_LAYERS: Final = tuple(s.layer for s in CHARACTERISTIC_STAGES)
AREA_LAYERS: Final = tuple(s.layer for s in AREA_STAGES)


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome where one of `where` holds (or there is none), unless `unless` does."""

    name: str
    where: tuple[Circumstance, ...] = ()
    unless: Circumstance | None = None


NOT_INSPECTED: Final = Outcome("not_inspected", (Circumstance.NOT_INSPECTED,))
UNGRADED: Final = Outcome("ungraded", (Circumstance.NOT_GRADED,))
WITHHELD: Final = Outcome(
    "withheld", (Circumstance.NO_EVIDENCE, Circumstance.THIN), unless=Circumstance.OPEN_CONCERN
)
GRADED: Final = Outcome("graded")

#: The first of these that an area meets is its outcome; only a graded one is asked for its grade.
OUTCOMES: Final = (NOT_INSPECTED, UNGRADED, WITHHELD, GRADED)


# What is counted ------------------------------------------------------------------------------------------

#: The attribute and rank by which a finding is one of an earlier inspection.
EARLIER: Final = ("origin", ORIGIN.rank("previous"))
#: The attribute by which a finding is a concern that is open.
STANDING: Final = "standing"


def is_earlier(finding: Mapping[str, int]) -> bool:
    """Whether a finding is one of an earlier inspection."""
    name, rank = EARLIER
    return finding[name] == rank


def any_open(vocabulary: Vocabulary, findings: Iterable[Mapping[str, int]]) -> bool:
    """Whether a concern is open among findings, with which a grade is never withheld."""
    return any(finding[STANDING] in vocabulary.open_ranks for finding in findings)


def any_capping(vocabulary: Vocabulary, findings: Iterable[Mapping[str, int]]) -> bool:
    """Whether there is among findings one that caps the grade."""
    return any(finding[STANDING] in vocabulary.capping_ranks for finding in findings)
