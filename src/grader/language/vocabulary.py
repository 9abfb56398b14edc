"""The things facts count, and their attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from grader.language.nodes import Level
from grader.vocabulary.kinds import FLAG
from grader.vocabulary.scales import Scale
from grader.vocabulary.words import Vocabulary


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of thing facts count, its levels and attributes."""

    name: str
    levels: frozenset[Level]
    attributes: Mapping[str, Scale]
    english: str
    #: Attributes that are whole numbers, on no scale.
    numbers: tuple[str, ...] = ()


#: The levels at which each thing can be counted, what it is called, and the scale of each attribute.
_ENTITIES: Final = (
    (
        "evidence", {Level.CHARACTERISTIC}, "findings of fact",
        {
            "assessment": "assessment", "strength": "strength", "extent": "extent", "harm": "harm",
            "remedied": "flag", "innovative": "flag",
            # No tag: whether the item is tagged to the characteristic itself, not only through `informs`.
            "direct": "flag",
        },
    ),
    ("characteristics", {Level.AREA}, "characteristics", {"status": "status"}),
    # Findings of earlier inspections, as the finding layer sees them: by characteristic, or by area.
    (
        "earlier", {Level.CHARACTERISTIC, Level.AREA}, "earlier findings",
        {"kind": "kind", "progress": "progress"},
    ),
    # Every finding on an area once the finding layer has spoken: declared, carried forward and proposed.
    (
        "findings", {Level.AREA}, "findings",
        {"kind": "kind", "origin": "origin", "standing": "standing"},
    ),
)  # fmt: skip

#: What a characteristic has beside, where its framework declares scales: which one, and its score on it.
SCALE: Final = "scale"
SCORE: Final = "score"

#: The names of each thing's attributes.
ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {name: tuple(of) for name, _, _, of in _ENTITIES}


@cache
def entities(vocabulary: Vocabulary) -> Mapping[str, Entity]:
    """Everything that facts may count, by name."""
    scales = {**vocabulary.scales, FLAG.name: FLAG}
    found = {}
    for name, levels, english, of in _ENTITIES:
        attributes = {a: scales[s] for a, s in of.items()}
        numbers: tuple[str, ...] = ()
        if name == "characteristics":
            if len(vocabulary.declared) > 1:
                attributes[SCALE] = vocabulary.scale_ids
            numbers = (SCORE,) if vocabulary.scored else ()
        found[name] = Entity(name, frozenset(levels), MappingProxyType(attributes), english, numbers)
    return MappingProxyType(found)
