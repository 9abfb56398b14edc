"""The things that facts count, and their attributes, in the words of a framework's vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from grader.language.nodes import Level
from grader.vocabulary.words import FLAG, SCORES, Scale, Vocabulary


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of thing that facts count, at which levels it can be counted, and its attributes."""

    name: str
    levels: frozenset[Level]
    attributes: Mapping[str, Scale]
    english: str


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

#: The attribute of a characteristic that holds the score of its status, where a framework's levels have any.
SCORE: Final = "score"

#: The names of each thing's attributes.
ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {name: tuple(of) for name, _, _, of in _ENTITIES}


def score_given(vocabulary: Vocabulary, status: int) -> Mapping[str, int]:
    """The score that a status gives its characteristic, under its name; none where levels have none."""
    return {SCORE: vocabulary.scores[status]} if vocabulary.scores else {}


@cache
def entities(vocabulary: Vocabulary) -> Mapping[str, Entity]:
    """Everything that facts may count, by name."""
    scales = {**vocabulary.scales, FLAG.name: FLAG}
    found: dict[str, Entity] = {}
    for name, levels, english, of in _ENTITIES:
        attributes = {a: scales[s] for a, s in of.items()}
        if name == "characteristics" and vocabulary.scores:
            attributes[SCORE] = SCORES
        found[name] = Entity(name, frozenset(levels), MappingProxyType(attributes), english)
    return MappingProxyType(found)
