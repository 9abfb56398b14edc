"""The ways a thing can be tagged, grouped, and single changes.

Evidence is then a number for each group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product, repeat

from grader.engines.reference import satisfies
from grader.grading.conclude import finding_row
from grader.language.nodes import Definition
from grader.language.row import Row
from grader.language.vocabulary import entities
from grader.vocabulary.kinds import FLAG, PROGRESS, STRENGTH
from grader.vocabulary.peel import PEEL

ASSESSMENT, EXTENT, HARM = PEEL.assessments, PEEL.extents, PEEL.harms
BEST = ASSESSMENT.rank(ASSESSMENT.best)
SOUND = ASSESSMENT.rank(PEEL.sound)
WORST = ASSESSMENT.rank(ASSESSMENT.levels[0])
SHORTFALLS = frozenset(map(ASSESSMENT.rank, PEEL.shortfalls))
#: Ranks of the kinds of finding that cap the grade.
CONCERNS = frozenset(map(PEEL.kinds.rank, PEEL.capping))


def _evidence_tags() -> tuple[Row, ...]:
    """Every way to tag an item, the plainest first."""
    attributes = entities(PEEL)["evidence"].attributes
    ranks = [map(s.rank, ASSESSMENT.levels if s is ASSESSMENT else s.names) for s in attributes.values()]
    combinations = [Row(dict(zip(attributes, values, strict=True))) for values in product(*ranks)]
    plain = {"extent": EXTENT.rank(EXTENT.default), "harm": HARM.rank(HARM.default), "remedied": 0,
             "innovative": 0, "strength": STRENGTH.rank("tested"), "direct": 1}  # fmt: skip
    return tuple(sorted(combinations, key=lambda c: sum(c[name] != rank for name, rank in plain.items())))


#: Every way an evidence item can be tagged.
EVIDENCE_TAGS: Sequence[Row] = _evidence_tags()

#: Those anybody can write down on any characteristic: few count anywhere through `informs` alone.
WRITTEN_TAGS: Sequence[Row] = tuple(tags for tags in EVIDENCE_TAGS if tags["direct"])

#: Every kind of earlier finding, with how far it has been put right.
EARLIER_TAGS: Sequence[Row] = tuple(
    finding_row(PEEL, kind, "previous", progress) for kind in PEEL.kinds.names for progress in PROGRESS.names
)

#: Every kind of finding inspectors may have issued already.
DECLARED_TAGS: Sequence[Row] = tuple(finding_row(PEEL, kind, "declared") for kind in PEEL.kinds.names)


@dataclass(frozen=True, slots=True)
class Groups:
    """Taggings in groups no fact tells apart, each by one row."""

    rows: tuple[Row, ...]
    of: Mapping[Row, int]


def group_tags(combinations: Sequence[Row], entity: str, definitions: Iterable[Definition]) -> Groups:
    """Group taggings of an entity by what these definitions see of them."""
    seen_by = dict.fromkeys(d for d in definitions if d.entity == entity)
    there = tuple(combinations)
    seen = zip(*(_seen_of(d, there) for d in seen_by), strict=True) if seen_by else repeat(())
    keys: dict[tuple[int, ...], int] = {}
    rows: list[Row] = []
    of: dict[Row, int] = {}
    for tags, key in zip(there, seen, strict=False):
        if key not in keys:
            keys[key] = len(rows)
            rows.append(tags)
        of[tags] = keys[key]
    return Groups(tuple(rows), of)


@lru_cache(maxsize=4096)
def _seen_of(definition: Definition, combinations: tuple[Row, ...]) -> tuple[int, ...]:
    """What a definition sees of each thing, cached."""
    return tuple(_seen(definition, tags) for tags in combinations)


def _seen(definition: Definition, tags: Row) -> int:
    """What a definition sees: counted, a rank, or (-1) nothing."""
    if not satisfies(tags, definition.where):
        return -1
    return 1 if definition.ranked is None else tags[definition.ranked]


# Single changes -------------------------------------------------------------------------------------------


class Part(StrEnum):
    """The parts of promise 3, and the single change each is about."""

    RAISE = "monotone.a"
    ADD_EXCEEDS = "monotone.b"
    ADD_FALLS_SHORT = "monotone.c"
    CONCERN = "monotone.d"
    WORSEN = "monotone.e"
    ADD_MEETS = "monotone.f"
    STAYS_GRADED = "monotone.g"
    CONCERNS_STAY = "monotone.findings"

    @property
    def better(self) -> bool:
        """Whether it must not lower the grade; else must not raise it."""
        return self in (Part.RAISE, Part.ADD_EXCEEDS, Part.ADD_MEETS, Part.STAYS_GRADED)

    @property
    def of_grades(self) -> bool:
        """Whether it is about areas graded before and after."""
        return self not in (Part.STAYS_GRADED, Part.CONCERNS_STAY)


#: Promises a rule book makes only where it says so.
OPTIONAL = tuple(str(p) for p in (Part.ADD_MEETS, Part.STAYS_GRADED))

WORDS: Mapping[Part, str] = {
    Part.RAISE: "raising one item's assessment",
    Part.ADD_EXCEEDS: "adding an item that exceeds",
    Part.ADD_MEETS: "adding an item that meets",
    Part.ADD_FALLS_SHORT: "adding an item that falls short",
    Part.CONCERN: f"adding a {PEEL.concern}, or worsening the progress of one,",
    Part.WORSEN: "worsening the extent or harm of a shortfall, or unsetting remedied,",
    Part.ADD_MEETS: "adding an item that meets",
    Part.STAYS_GRADED: "adding an item that meets or exceeds",
    Part.CONCERNS_STAY: "tagging an item or an earlier finding worse",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing retagged from `before` to `after`; added where `before` is None."""

    entity: str
    before: Row | None
    after: Row


def changes(part: Part) -> Iterator[Change]:
    """Every single change to the evidence, or the earlier findings, of one characteristic."""
    match part:
        case Part.RAISE:
            for tags in EVIDENCE_TAGS:
                for better in range(tags["assessment"] + 1, len(ASSESSMENT.names)):
                    yield Change("evidence", tags, Row({**tags, "assessment": better}))
        case Part.ADD_EXCEEDS:
            yield from _added(BEST)
        case Part.ADD_MEETS:
            yield from _added(SOUND)
        case Part.STAYS_GRADED:
            yield from (*_added(SOUND), *_added(BEST))
        case Part.CONCERNS_STAY:
            for change in changes(Part.RAISE):
                yield Change("evidence", change.after, change.before or change.after)
            yield from (*changes(Part.WORSEN), *earlier_changes())
        case Part.ADD_FALLS_SHORT:
            for tags in EVIDENCE_TAGS:
                if tags["assessment"] == WORST:
                    yield Change("evidence", None, tags)
        case Part.WORSEN:
            for tags in EVIDENCE_TAGS:
                if tags["assessment"] in SHORTFALLS:
                    yield from (Change("evidence", tags, worse) for worse in _worse(tags))
        case Part.CONCERN:
            yield from earlier_changes()


def _added(assessment: int) -> Iterator[Change]:
    """An item of this assessment added, without harm."""
    for tags in EVIDENCE_TAGS:
        if tags["assessment"] == assessment and tags["harm"] == HARM.rank(HARM.default):
            yield Change("evidence", None, tags)


def _worse(tags: Row) -> Iterator[Row]:
    for name, scale in (("extent", EXTENT), ("harm", HARM)):
        for worse in range(tags[name] + 1, len(scale.names)):
            yield Row({**tags, name: worse})
    if tags["remedied"] == FLAG.rank("yes"):
        yield Row({**tags, "remedied": FLAG.rank("no")})


def recorded_changes() -> list[Change]:
    """A capping finding issued, or an earlier one added or worsened."""
    issued = [d for d in DECLARED_TAGS if d["kind"] in CONCERNS]
    return [*(Change("declared", None, d) for d in issued), *earlier_changes()]


def earlier_changes() -> Iterator[Change]:
    """An earlier finding that caps the grade added, or its progress worsened."""
    concerns = [c for c in EARLIER_TAGS if c["kind"] in CONCERNS]
    for after in concerns:
        yield Change("earlier", None, after)
        for before in concerns:
            if before["kind"] == after["kind"] and before["progress"] < after["progress"]:
                yield Change("earlier", before, after)
