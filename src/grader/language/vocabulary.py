"""The words a rule book may use: scales, the things facts count, and their attributes.

A scale lists names, worst first; one that describes a conclusion starts with the name for "nothing there".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from grader.language.nodes import Level


@dataclass(frozen=True, slots=True)
class Scale:
    """Named values in order, worst first; `ordered` is False where the order means nothing."""

    name: str
    names: tuple[str, ...]
    ordered: bool = True
    ranks: dict[str, int] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ranks", {name: rank for rank, name in enumerate(self.names)})

    def rank(self, name: str) -> int:
        """Rank of a name; raises KeyError for one not on the scale."""
        return self.ranks[name]

    def name_of(self, rank: int) -> str:
        """Name of a rank."""
        return self.names[rank]


NONE: Final = "none"

ASSESSMENT = Scale("assessment", (NONE, "falls_short", "partly_meets", "meets", "exceeds"))
STATUS = Scale(
    "status", ("not_assessed", "not_demonstrated", "partly_demonstrated", "demonstrated", "exceeded")
)
STRENGTH = Scale("strength", ("described", "tested"))
EXTENT = Scale("extent", ("isolated", "some", "widespread"))
HARM = Scale("harm", (NONE, "moderate", "serious"))
PROGRESS = Scale("progress", ("closed", "improving", "not_improving"))
FINDING_KIND = Scale(
    "kind", ("area_for_improvement", "cause_of_concern", "innovative_practice"), ordered=False
)
ORIGIN = Scale("origin", ("declared", "previous", "proposed"), ordered=False)
STANDING = Scale(
    "standing", ("closed", "area_for_improvement", "open_concern", "innovative_practice"), ordered=False
)
FLAG = Scale("flag", ("no", "yes"))

SCALES: Final = MappingProxyType(
    {
        s.name: s
        for s in (ASSESSMENT, STATUS, STRENGTH, EXTENT, HARM, PROGRESS, FINDING_KIND, ORIGIN, STANDING)
    }
)

#: Basis of an evidence item, to the strength it lends; survey evidence never counts: the inspectorate's
#: own method sets its workforce survey aside as a voluntary, non-statistical sample.
BASIS_STRENGTH: Final = MappingProxyType(
    {
        "case_file_review": "tested",
        "data": "tested",
        "observation": "tested",
        "other_inspection": "tested",
        "document": "described",
        "interview": "described",
        "survey": None,
    }
)


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of thing that facts count, at which levels it can be counted, and its attributes."""

    name: str
    levels: frozenset[Level]
    attributes: MappingProxyType[str, Scale]
    english: str


def _entity(name: str, levels: set[Level], english: str, **attributes: Scale) -> Entity:
    return Entity(name, frozenset(levels), MappingProxyType(attributes), english)


#: `direct` is no tag of the item: it says that the item is tagged to the characteristic itself, and does not
#: only count there through `informs`.
EVIDENCE = _entity(
    "evidence",
    {Level.CHARACTERISTIC},
    "findings of fact",
    assessment=ASSESSMENT,
    strength=STRENGTH,
    extent=EXTENT,
    harm=HARM,
    remedied=FLAG,
    innovative=FLAG,
    direct=FLAG,
)
CHARACTERISTICS = _entity("characteristics", {Level.AREA}, "characteristics", status=STATUS)
#: Findings of earlier inspections, as the finding layer sees them: by characteristic, or by area.
EARLIER = _entity(
    "earlier", {Level.CHARACTERISTIC, Level.AREA}, "earlier findings", kind=FINDING_KIND, progress=PROGRESS
)
#: Every finding on an area once the finding layer has spoken: declared, carried forward and proposed.
FINDINGS = _entity("findings", {Level.AREA}, "findings", kind=FINDING_KIND, origin=ORIGIN, standing=STANDING)

ENTITIES: Final = MappingProxyType({e.name: e for e in (EVIDENCE, CHARACTERISTICS, EARLIER, FINDINGS)})
