"""From what a rule author wrote to the tree: the clauses of a `where`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.errors import quoted, suggest
from grader.language.nodes import Kind, Level, Test
from grader.language.parse import Path, Reader, Typed, parse_comparison, typed, within_scale
from grader.language.rulebook import Fact, Parameter
from grader.language.vocabulary import SCALE, Entity
from grader.model.printed import match_printed
from grader.vocabulary.kinds import FLAG
from grader.vocabulary.peel import PEEL
from grader.vocabulary.words import Vocabulary


def attributes_of(
    entity: Entity, known: Mapping[str, Fact], vocabulary: Vocabulary = PEEL
) -> dict[str, Typed]:
    """What a `where` on this entity may name."""
    found = {
        a: Typed(
            a,
            Kind.FLAG if scale is FLAG else Kind.SCALE,
            scale,
            vocabulary.declared if a in ("status", "assessment") else (),
        )
        for a, scale in entity.attributes.items()
    }
    found |= {a: Typed(a, Kind.SCORE) for a in entity.numbers}
    if entity.name == "characteristics":
        own = (f for f in known.values() if f.level is Level.CHARACTERISTIC)
        found |= {f.name: typed(f) for f in own}
    return found


def parse_where(
    data: object, path: Path, reader: Reader, attributes: Mapping[str, Typed], params: Mapping[str, Parameter]
) -> tuple[Test, ...] | None:
    """The clauses of a `where`; a bare value means `equals`."""
    if not isinstance(data, Mapping):
        reader.fault(path, "'where' holds attributes and what they must be", "write {attribute: value}")
        return None
    tests: list[Test] = []
    read = 0
    attributes = _on_scale(data, attributes)
    for key, value in data.items():
        attribute = attributes.get(str(key))
        if attribute is None:
            if key not in reader.elsewhere:
                help = suggest(str(key), attributes, "attributes")
                reader.fault_of_key((*path, key), f"unknown attribute {quoted(key)}", help)
            continue
        written = value if isinstance(value, Mapping) else {"equals": value}
        at = (*path, key)
        compared = parse_comparison(written, at, reader, attribute, params)
        if compared is not None:
            read += 1
            tests.append(Test(attribute.name, *compared, reader.place(at)))
            bounds = within_scale(attribute, *compared)
            tests.extend(Test(attribute.name, *each, reader.place(at)) for each in bounds)
    return tuple(sorted(tests, key=lambda t: t.attribute)) if read == len(data) else None


def _on_scale(data: Mapping[str, object], attributes: Mapping[str, Typed]) -> Mapping[str, Typed]:
    """The attributes, with the named scale's levels alone."""
    said = data.get(SCALE)
    wanted = said if isinstance(said, list) else [said]
    if isinstance(said, Mapping) and len(said) == 1:
        (value,) = said.values()
        wanted = value if isinstance(value, list) else [value]
    scale = attributes.get(SCALE)
    if scale is None or said is None or scale.scale is None:
        return attributes
    names = {match_printed(w, dict.fromkeys(scale.scale.names, ())) for w in wanted if isinstance(w, str)}
    return {
        name: replace(typed, among=tuple(each for each in typed.among if each.id in names) or typed.among)
        for name, typed in attributes.items()
    }
