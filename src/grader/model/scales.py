"""The words a framework declares: its scales, its statuses, its kinds of finding."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from grader.model.base import Finite, Id, InputModel, LevelId, Text
from grader.vocabulary.kinds import KindOfFinding
from grader.vocabulary.peel import ASSESSMENTS, PEEL, STATUSES
from grader.vocabulary.scales import (
    COUNTS_AS,
    DEFAULT_SCALE,
    FOR_NOTHING,
    WITHHOLDS,
    ForTheGrade,
    Levels,
    Outside,
    Role,
    Scale,
    Several,
    Word,
)
from grader.vocabulary.words import Vocabulary

#: No score is further from 0: sums of them stay far within what engines reckon with.
MOST_SCORED = 999_999


class LevelBlock(InputModel):
    """One level of a scale."""

    id: LevelId
    title: Text | None = None
    meaning: Text | None = None
    score: Annotated[int, Field(ge=-MOST_SCORED, le=MOST_SCORED)] | None = None


def _for_the_grade(value: Any) -> Any:
    if value in (FOR_NOTHING, WITHHOLDS):
        return value
    if isinstance(value, dict) and list(value) == [COUNTS_AS]:
        level = value[COUNTS_AS]
        if isinstance(level, str | int) and not isinstance(level, bool):
            return {COUNTS_AS: str(level)}
    raise ValueError(
        "is not what a level outside the order can mean:"
        f" write {FOR_NOTHING}, {WITHHOLDS} or {{{COUNTS_AS}: LEVEL}}"
    )


class OutsideBlock(InputModel):
    """A level outside the order, and what it means for a grade."""

    id: LevelId
    title: Text | None = None
    meaning: Text | None = None
    for_the_grade: Annotated[
        Any,
        AfterValidator(_for_the_grade),
        WithJsonSchema(
            {
                "anyOf": [
                    {"enum": [FOR_NOTHING, WITHHOLDS]},
                    {
                        "type": "object",
                        "properties": {COUNTS_AS: {"type": ["string", "integer"]}},
                        "required": [COUNTS_AS],
                        "additionalProperties": False,
                    },
                ]
            }
        ),
    ]

    @property
    def is_concluded(self) -> bool:
        """Whether a characteristic may have it as its status."""
        return bool(self.for_the_grade == WITHHOLDS)

    @property
    def counts_as(self) -> str | None:
        """The level it counts as, where it counts as one."""
        return self.for_the_grade[COUNTS_AS] if isinstance(self.for_the_grade, dict) else None


class ScaleBlock(InputModel):
    """Levels, worst first."""

    title: Text | None = None
    levels: list[LevelBlock] = Field(min_length=2)
    outside: list[OutsideBlock] = []


class StatusesBlock(InputModel):
    """How the status of a characteristic follows from what was assessed."""

    status: Literal["as_assessed"]
    several: Several = "lowest"


class FindingBlock(InputModel):
    """A kind of finding there is; one of PEEL's ids stands for PEEL's own where nothing else is said."""

    id: Id
    title: Text | None = None
    plural: Text | None = None
    counts_as: Id | None = None
    improving_as: Id | None = None
    recommended: bool | None = None
    caps: bool | None = None
    proposed: bool | None = None
    never_withheld: bool | None = None
    praise: bool | None = None


class MeasureBlock(InputModel):
    """A figure with a unit, a range and so many decimals; rules may assess a characteristic by it."""

    title: Text
    unit: Text
    range: Annotated[list[Finite], Field(min_length=2, max_length=2)]
    decimals: int = 0
    characteristic: Id | None = None
    better: Literal["more", "fewer", "neither"] = "more"
    """Which way the figure moves when things get better; `neither` where it is best in between."""

    def as_whole(self, value: float) -> int | None:
        """The figure in units of its last decimal; None with more."""
        exact = Decimal(str(value)).scaleb(self.decimals)
        return int(exact) if exact == exact.to_integral_value() else None


def vocabulary_of(
    framework: str,
    scales: dict[str, ScaleBlock],
    statuses: StatusesBlock | None,
    findings: Sequence[FindingBlock] | None,
    used: Iterable[str | None],
) -> Vocabulary:
    """The words of a framework, PEEL's by default.

    Parameters
    ----------
    scales, statuses, findings
        As declared, and sound.
    used : iterable of str or None
        Named by its characteristics.
    """
    if not scales and statuses is None and findings is None:
        return PEEL
    kinds = PEEL.findings if findings is None else kinds_of(findings)
    declared: tuple[Levels, ...] = ()
    assessments, conclusions = ASSESSMENTS, STATUSES
    if statuses is not None:
        declared = _levels(scales, default=DEFAULT_SCALE not in scales and None in set(used))
        words = _every_word(declared)
        # One word for "nothing there", which no level may have.
        assessments = Scale.of("assessment", STATUSES.words[0], *words)
        conclusions = Scale.of("status", STATUSES.words[0], *words)
    several = None if statuses is None else statuses.several
    return replace(
        PEEL,
        id=f"{framework} {_digest(scales, statuses, findings, declared)}",
        assessments=assessments,
        statuses=conclusions,
        findings=kinds,
        declared=declared,
        several=several,
    )


def _digest(*said: object) -> str:
    """Tells vocabularies apart that frameworks of one id declare."""
    return hashlib.sha256(json.dumps([repr(each) for each in said]).encode()).hexdigest()[:16]


def _levels(scales: dict[str, ScaleBlock], *, default: bool) -> tuple[Levels, ...]:
    """Each scale as a run of joint ranks: 0 for nothing, then levels outside the order."""
    written = Counter([name for block in scales.values() for name in _ids(block)])
    if default:
        written.update(ASSESSMENTS.levels)
    # A scale holds each name once, and these two stand for "nothing there".
    written.update({ASSESSMENTS.nothing: 1, STATUSES.nothing: 1})

    def name(scale: str, level: str) -> str:
        return level if written[level] == 1 else f"{scale}/{level}"

    first = 1 + sum(o.for_the_grade == WITHHOLDS for block in scales.values() for o in block.outside)
    found = []
    for scale, block in scales.items():
        names = tuple(name(scale, level.id) for level in block.levels)
        words = tuple(_word(n, level, level.score) for n, level in zip(names, block.levels, strict=True))
        outside = tuple(
            Outside(
                _word(name(scale, other.id), other),
                _meaning(other),
                name(scale, other.counts_as) if other.counts_as is not None else "",
            )
            for other in block.outside
        )
        found.append(Levels(scale, block.title or printed(scale), names, first, words, outside))
        first += len(names)
    if default:
        names = tuple(name(DEFAULT_SCALE, level) for level in ASSESSMENTS.levels)
        words = tuple(
            replace(ASSESSMENTS.word(level), id=n, written=level)
            for n, level in zip(names, ASSESSMENTS.levels, strict=True)
        )
        found.append(Levels(DEFAULT_SCALE, "Assessment", names, first, words))
    return tuple(found)


def _ids(block: ScaleBlock) -> list[str]:
    return [*(level.id for level in block.levels), *(level.id for level in block.outside)]


def _meaning(other: OutsideBlock) -> ForTheGrade:
    found: ForTheGrade = other.for_the_grade if other.counts_as is None else COUNTS_AS
    return found


def _word(name: str, block: LevelBlock | OutsideBlock, score: int | None = None) -> Word:
    title = block.title or printed(block.id)
    return Word(name, title, block.meaning or "", score=score, written=block.id)


def printed(name: str) -> str:
    """An id as a title: with a capital, and spaces between words."""
    said = name.replace("_", " ")
    return said[:1].upper() + said[1:]


def _every_word(declared: tuple[Levels, ...]) -> list[Word]:
    outside = [o.word for each in declared for o in each.outside if o.for_the_grade == WITHHOLDS]
    ordered = [word for each in declared for word in each.words]
    # The worst stands where no rule reaches anything.
    ordered[0] = replace(ordered[0], roles=ordered[0].roles | {Role.DEFAULT})
    return outside + ordered


# Findings -------------------------------------------------------------------------------------------------


def kinds_of(blocks: Sequence[FindingBlock]) -> tuple[KindOfFinding, ...]:
    """The kinds of finding declared, each with what is known of it."""
    standings = set(standings_of(blocks))
    return tuple(_kind(n, block, standings) for n, block in enumerate(blocks, len(PEEL.findings)))


def standings_of(blocks: Iterable[FindingBlock]) -> list[str]:
    """What findings of these kinds may count as."""
    own = [block.id for block in blocks]
    return [*own, *(PEEL.kind[name].counts_as for name in own if name in PEEL.kind)]


def _kind(order: int, block: FindingBlock, standings: set[str]) -> KindOfFinding:
    known = PEEL.kind.get(block.id)
    title = block.title or (known.title if known else printed(block.id))
    plural = block.plural or (known.plural if known and block.title is None else f"{title}s")
    if known is None or block.title is not None or block.plural is not None:
        counted = (title[:1].lower() + title[1:], plural[:1].lower() + plural[1:])
        base = KindOfFinding(block.id, title, plural, block.id, block.id, order=order, counted=counted)
        known = replace(base, **_flags(known)) if known else base
    elif known.improving_as is not None and known.improving_as not in standings:
        known = replace(known, improving_as=None)
    said = {name: getattr(block, name) for name in _SAID if getattr(block, name) is not None}
    return replace(known, **said)


_SAID = ("counts_as", "improving_as", "recommended", "caps", "proposed", "never_withheld", "praise")


def _flags(known: KindOfFinding) -> dict[str, Any]:
    return {name: getattr(known, name) for name in ("code", "order", *_SAID)}
