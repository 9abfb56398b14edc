"""Names and comparisons of rules, as JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from grader.language.nodes import Kind, Op
from grader.language.parse import NUMBERS
from grader.language.rulebook import (
    Fact,
    RuleBook,
)
from grader.vocabulary.kinds import FLAG
from grader.vocabulary.peel import PEEL
from grader.vocabulary.scales import Scale
from grader.vocabulary.words import Vocabulary

Schema = dict[str, Any]
TEXT: Final[Schema] = {"type": "string", "pattern": r"\S"}
PERCENT: Final[Schema] = {"type": "string", "pattern": r"^\d{1,3}(\.\d)?[ \t]*%$"}
_WHOLE: Final = re.compile(r"-?(0|[1-9]\d*)", re.ASCII)
#: The scales whose levels a framework may declare.
OWN_SCALES: Final = ("assessment", "status")
_NOTHING: Final[Mapping[str, Fact]] = {}


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one rule book and framework; empty for any."""

    facts: Mapping[str, Fact] = field(default_factory=lambda: _NOTHING)
    parameters: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)
    areas: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    characteristics: tuple[str, ...] = ()
    vocabulary: Vocabulary = PEEL

    @property
    def known(self) -> bool:
        return bool(self.grades)


def names_of(book: RuleBook, characteristics: Iterable[str]) -> Names:
    """The names of a rule book and of its framework's characteristics."""
    kinds = {
        kind: tuple(p.name for p in book.parameters.values() if p.kind is kind)
        for kind in (Kind.SHARE, Kind.COUNT, Kind.SCORE)
    }
    return Names(
        book.facts, kinds, book.areas, book.grade_scale.names, tuple(book.measures), tuple(characteristics),
        book.vocabulary,
    )  # fmt: skip


def ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def comparisons_by_type(names: Names) -> dict[str, Schema]:
    """A comparison for each type, and one for unknown facts."""
    found = {
        f"comparison.{kind}": comparison_of(number_schema(kind, names))
        for kind in (Kind.COUNT, Kind.SHARE, Kind.SCORE)
    }
    found["comparison.flag"] = comparison_of(level_schema(FLAG, names))
    for scale in names.vocabulary.scales.values():
        found[f"comparison.{scale.name}"] = comparison_of(level_schema(scale, names), ordered=scale.ordered)
    found["comparison"] = comparison_of(any_value(names))
    return found


def comparison_of(value: Schema, *, ordered: bool = True) -> Schema:
    ops = [op for op in Op if ordered or op in (Op.EQUALS, Op.ONE_OF)]
    several = {"type": "array", "minItems": 1, "items": value}
    return {
        "type": "object",
        "properties": {str(op): several if op is Op.ONE_OF else value for op in ops},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def number_schema(kind: Kind, names: Names) -> Schema:
    low, top = NUMBERS[kind]
    percent = [PERCENT] if kind is Kind.SHARE else []
    whole = {"type": "integer", "minimum": low, "maximum": top}
    return {"anyOf": [whole, *percent, parameter_schema(names, kind)]}


def parameter_schema(names: Names, *kinds: Kind) -> Schema:
    if not names.known:
        return {"type": "string", "pattern": r"^\$."}
    return {"enum": [f"${name}" for kind in kinds for name in names.parameters[kind]]}


def level_schema(scale: Scale, names: Names) -> Schema:
    if scale is FLAG:
        return {"type": "boolean"}
    if scale.name in OWN_SCALES and not names.known:
        return {"anyOf": [dict(TEXT), {"type": "integer"}]}
    return enum_schema(scale.said_of(rank) for rank in range(len(scale.names)))


def enum_schema(written: Iterable[str]) -> Schema:
    """Values of a list; whole numbers among them with or without quotes."""
    known = list(dict.fromkeys(written))
    return {"enum": [*known, *(int(name) for name in known if _WHOLE.fullmatch(name))]}


def any_value(names: Names) -> Schema:
    words = sorted({name for scale in names.vocabulary.scales.values() for name in scale.names})
    texts: Schema = enum_schema(words) if names.known else dict(TEXT)
    return {
        "anyOf": [
            {"type": "integer", "minimum": NUMBERS[Kind.SCORE][0], "maximum": NUMBERS[Kind.SCORE][1]},
            {"type": "boolean"},
            PERCENT,
            texts,
            parameter_schema(names, Kind.SHARE, Kind.COUNT, Kind.SCORE),
        ]
    }


def comparison_for(fact: Fact) -> Schema:
    """The comparison that a fact takes."""
    return ref(f"comparison.{fact.scale.name if fact.kind is Kind.SCALE and fact.scale else fact.kind}")
