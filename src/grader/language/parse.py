"""From what a rule author wrote to the tree: conditions, and the definitions of facts.

Works on plain data with the place of every value; knows nothing of files. Every fault is collected, with
the nearest valid spelling, and parsing goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.errors import Place, Problem, quoted, suggest
from grader.language.nodes import (
    All,
    Any_,
    AnyOf,
    Best,
    Better,
    Compare,
    Condition,
    Const,
    Count,
    Definition,
    Kind,
    Level,
    Lowest,
    Not,
    Op,
    Operand,
    Param,
    Share,
    StatusOf,
    Test,
)
from grader.language.rulebook import GIVEN_FACTS, Fact, Layer, Parameter
from grader.language.vocabulary import ENTITIES, FLAG, STATUS, Entity, Scale

Path = tuple[str | int, ...]

CONNECTIVES = ("all", "any", "not")
DEFINERS = ("count", "any", "best", "lowest", "share", "status_of")
FACT_KEYS = frozenset({*DEFINERS, "of", "where", "per", "better", "english"})

#: Things each layer's facts may count. A status rests on evidence alone; findings exist once the finding
#: layer has spoken.
COUNTABLE: Mapping[Layer, frozenset[str]] = {
    Layer.MEASURE: frozenset(),
    Layer.STATUS: frozenset({"evidence"}),
    Layer.FINDING: frozenset({"evidence", "earlier", "characteristics"}),
    Layer.SUFFICIENCY: frozenset({"characteristics", "earlier", "findings"}),
    Layer.GRADE: frozenset({"characteristics", "earlier", "findings"}),
}


@dataclass(slots=True)
class Reader:
    """Collects problems while one file is read; `place` says where a value of it stands."""

    place: Callable[[Path], Place]
    problems: list[Problem] = field(default_factory=list)

    def fault(self, path: Path, message: str, help: str | None = None) -> None:
        self.problems.append(Problem(message, self.place(path), help))

    def sub(self, prefix: Path) -> Reader:
        """A reader of the block at `prefix`, sharing the list of problems."""
        return Reader(lambda path: self.place(prefix + path), self.problems)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a comparison needs to know of the thing compared."""

    name: str
    kind: Kind
    scale: Scale | None = None


# Conditions -----------------------------------------------------------------------------------------------


def parse_condition(
    data: object, path: Path, reader: Reader, facts: Mapping[str, Typed], params: Mapping[str, Parameter]
) -> Condition | None:
    """The condition written at `path`, or None where it is faulty (the faults are collected)."""
    if not isinstance(data, Mapping) or len(data) != 1:
        reader.fault(
            path,
            "a condition holds exactly one of a fact, 'all', 'any' or 'not'",
            "write several conditions as a list under 'all' or 'any'",
        )
        return None
    ((key, value),) = data.items()
    path = (*path, str(key))
    if key in ("all", "any"):
        return _parse_parts(str(key), value, path, reader, facts, params)
    if key == "not":
        part = parse_condition(value, path, reader, facts, params)
        return None if part is None else Not(part)
    fact = facts.get(str(key))
    if fact is None:
        reader.fault(path, f"unknown fact {quoted(key)}", suggest(str(key), [*facts, *CONNECTIVES], "facts"))
        return None
    compared = parse_comparison(value, path, reader, fact, params)
    return None if compared is None else Compare(fact.name, *compared)


def _parse_parts(
    key: str,
    value: object,
    path: Path,
    reader: Reader,
    facts: Mapping[str, Typed],
    params: Mapping[str, Parameter],
) -> Condition | None:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        reader.fault(path, f"{key!r} takes a list of one or more conditions", None)
        return None
    parts = [parse_condition(v, (*path, i), reader, facts, params) for i, v in enumerate(value)]
    whole = tuple(p for p in parts if p is not None)
    if len(whole) != len(parts):
        return None
    return All(whole) if key == "all" else Any_(whole)


def parse_comparison(
    data: object, path: Path, reader: Reader, subject: Typed, params: Mapping[str, Parameter]
) -> tuple[Op, tuple[Operand, ...]] | None:
    """The comparison `{op: value}` of one fact or attribute, or None where it is faulty."""
    if not isinstance(data, Mapping) or len(data) != 1:
        reader.fault(
            path,
            f"{quoted(subject.name)} takes exactly one comparison, such as {{at_least: ...}}",
            f"comparisons: {', '.join(Op)}",
        )
        return None
    ((key, value),) = data.items()
    path = (*path, str(key))
    if key not in set(Op):
        reader.fault(path, f"unknown comparison {quoted(key)}", suggest(str(key), set(Op), "comparisons"))
        return None
    op = Op(str(key))
    unordered = subject.kind is Kind.SCALE and subject.scale is not None and not subject.scale.ordered
    if unordered and op not in (Op.EQUALS, Op.ONE_OF):
        reader.fault(path, f"{quoted(subject.name)} has no order", "use equals or one_of")
        return None
    if op is Op.ONE_OF:
        if not isinstance(value, Sequence) or isinstance(value, str) or not value:
            reader.fault(path, "'one_of' takes a list of one or more values", None)
            return None
        operands = [parse_operand(v, (*path, i), reader, subject, params) for i, v in enumerate(value)]
    else:
        operands = [parse_operand(value, path, reader, subject, params)]
    whole = tuple(o for o in operands if o is not None)
    return (op, whole) if len(whole) == len(operands) else None


def parse_operand(
    value: object, path: Path, reader: Reader, subject: Typed, params: Mapping[str, Parameter]
) -> Operand | None:
    """A value of the subject's type: a whole number, a name of its scale, true or false, or `$parameter`."""
    if isinstance(value, str) and value.startswith("$"):
        return _parse_parameter(value[1:], path, reader, subject, params)
    if subject.kind is Kind.FLAG:
        if isinstance(value, bool):
            return Const(int(value))
        reader.fault(path, f"{quoted(subject.name)} is true or false, not {quoted(value)}", None)
        return None
    if subject.kind is Kind.SCALE:
        return _parse_scale(value, path, reader, subject)
    if isinstance(value, bool) or not isinstance(value, int):
        reader.fault(
            path,
            f"{quoted(subject.name)} is held against a whole number, not {quoted(value)}",
            "a share is written in whole per mille: 800 is 80 %" if subject.kind is Kind.SHARE else None,
        )
        return None
    top = 1000 if subject.kind is Kind.SHARE else 1_000_000
    if not 0 <= value <= top:
        reader.fault(path, f"{value} is outside 0 to {top}, the range of {quoted(subject.name)}", None)
        return None
    return Const(value)


def _parse_scale(value: object, path: Path, reader: Reader, subject: Typed) -> Operand | None:
    assert subject.scale is not None
    if isinstance(value, str) and value in subject.scale.ranks:
        return Const(subject.scale.ranks[value])
    reader.fault(
        path,
        f"{quoted(value)} is no value of {quoted(subject.name)}",
        suggest(str(value), subject.scale.names, "values"),
    )
    return None


def _parse_parameter(
    name: str, path: Path, reader: Reader, subject: Typed, params: Mapping[str, Parameter]
) -> Operand | None:
    parameter = params.get(name)
    if parameter is None:
        reader.fault(path, f"unknown parameter {quoted('$' + name)}", suggest(name, params, "parameters"))
        return None
    if parameter.kind is not subject.kind:
        reader.fault(
            path,
            f"parameter '${name}' is a {parameter.kind} and {quoted(subject.name)} a {subject.kind}",
            "hold a fact against a parameter of its own type",
        )
        return None
    return Param(name)


# Facts ----------------------------------------------------------------------------------------------------


def parse_fact(
    name: str,
    data: object,
    layer: Layer,
    reader: Reader,
    known: Mapping[str, Fact],
    params: Mapping[str, Parameter],
) -> Fact | None:
    """The fact declared under `name`, or None where it is faulty.

    `known` are the facts declared so far: those a share, or a `where` on characteristics, may name.
    """
    if not isinstance(data, Mapping):
        reader.fault((), f"fact {quoted(name)} is declared as a block", None)
        return None
    before = len(reader.problems)
    _check_name(name, reader)
    _check_keys(data, reader)
    chosen = [d for d in DEFINERS if d in data]
    if len(chosen) != 1:
        reader.fault(
            (),
            f"fact {quoted(name)} is defined by exactly one of {', '.join(DEFINERS)}",
            "see docs/rule_language.md",
        )
        return None
    better = _parse_choice(data, "better", Better, reader)
    english = data.get("english")
    if not isinstance(english, str) or not english.strip():
        reader.fault(
            ("english",), f"fact {quoted(name)} needs an English name", "english: a noun phrase, no capital"
        )
    parsed = _parse_definition(name, chosen[0], data, layer, reader, known, params)
    if parsed is None or better is None or len(reader.problems) > before:
        return None
    definition, level, kind, scale = parsed
    return Fact(name, layer, level, kind, better, str(english), definition, scale, reader.place(()))


def _check_name(name: str, reader: Reader) -> None:
    if (
        not name.isidentifier()
        or not name.isascii()
        or name.startswith("_")
        or name in {*CONNECTIVES, *GIVEN_FACTS}
    ):
        reader.fault(
            (),
            f"{quoted(name)} cannot name a fact",
            "letters, digits and underscores; not a word of the language",
        )


def _check_keys(data: Mapping[str, object], reader: Reader) -> None:
    for key in data:
        if key not in FACT_KEYS:
            reader.fault((key,), f"unknown key {quoted(key)}", suggest(key, FACT_KEYS, "keys"))


def _parse_choice(data: Mapping[str, object], key: str, kind: type[Better], reader: Reader) -> Better | None:
    value = data.get(key)
    if value in set(kind):
        return kind(str(value))
    reader.fault(
        (key,) if key in data else (),
        f"{key!r} says which way the fact gets better: {', '.join(kind)}",
        suggest(str(value), set(kind), "values") if value is not None else None,
    )
    return None


Parsed = tuple[Definition, Level, Kind, Scale | None]


def _parse_definition(
    name: str,
    definer: str,
    data: Mapping[str, object],
    layer: Layer,
    reader: Reader,
    known: Mapping[str, Fact],
    params: Mapping[str, Parameter],
) -> Parsed | None:
    value = data[definer]
    if definer == "share":
        return _parse_share(name, value, reader, known)
    if definer == "status_of":
        if layer not in (Layer.SUFFICIENCY, Layer.GRADE):
            reader.fault((definer,), "a named characteristic's status is a fact of an area", None)
            return None
        return StatusOf(str(value)), Level.AREA, Kind.SCALE, STATUS
    entity_name = data.get("of") if definer in ("best", "lowest") else value
    entity = ENTITIES.get(str(entity_name))
    allowed = COUNTABLE[layer]
    if entity is None or entity.name not in allowed:
        at = ("of",) if definer in ("best", "lowest") else (definer,)
        reader.fault(
            at,
            f"the {layer} layer cannot count {quoted(entity_name)}",
            suggest(str(entity_name), allowed, "things to count"),
        )
        return None
    level = _parse_level(data, entity, reader)
    attributes = attributes_of(entity, known)
    where = parse_where(data.get("where", {}), ("where",), reader, attributes, params)
    if level is None or where is None:
        return None
    if definer == "count":
        return Count(entity.name, where), level, Kind.COUNT, None
    if definer == "any":
        return AnyOf(entity.name, where), level, Kind.FLAG, FLAG
    attribute = attributes.get(str(value))
    if attribute is None or attribute.kind is not Kind.SCALE or attribute.scale is None:
        reader.fault(
            (definer,),
            f"{quoted(value)} is no ranked attribute of {entity.name}",
            suggest(str(value), attributes, "attributes"),
        )
        return None
    made = Best if definer == "best" else Lowest
    return made(entity.name, attribute.name, where), level, Kind.SCALE, attribute.scale


def _parse_level(data: Mapping[str, object], entity: Entity, reader: Reader) -> Level | None:
    if len(entity.levels) == 1 and "per" not in data:
        return next(iter(entity.levels))
    names = sorted(entity.levels)
    if data.get("per") in names:
        return Level(str(data["per"]))
    reader.fault(("per",), f"'per' says what the fact is about: {' or '.join(names)}", None)
    return None


def _parse_share(name: str, value: object, reader: Reader, known: Mapping[str, Fact]) -> Parsed | None:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        reader.fault(("share",), "a share takes two counts: [part, whole]", None)
        return None
    counts = {n: f for n, f in known.items() if f.kind is Kind.COUNT}
    for i, part in enumerate(value):
        if part not in counts:
            reader.fault(("share", i), f"{quoted(part)} is no count", suggest(str(part), counts, "counts"))
            return None
    part, whole = counts[value[0]], counts[value[1]]
    if part.level is not whole.level:
        reader.fault(
            ("share",), f"{part.name!r} is about a {part.level}, {whole.name!r} about a {whole.level}", None
        )
        return None
    return Share(part.name, whole.name), part.level, Kind.SHARE, None


def attributes_of(entity: Entity, known: Mapping[str, Fact]) -> dict[str, Typed]:
    """What a `where` on this entity may name: its attributes and, for characteristics, their own facts."""
    found = {
        a: Typed(a, Kind.FLAG if scale is FLAG else Kind.SCALE, scale)
        for a, scale in entity.attributes.items()
    }
    if entity.name == "characteristics":
        own = (f for f in known.values() if f.level is Level.CHARACTERISTIC)
        found |= {f.name: Typed(f.name, f.kind, f.scale) for f in own}
    return found


def parse_where(
    data: object, path: Path, reader: Reader, attributes: Mapping[str, Typed], params: Mapping[str, Parameter]
) -> tuple[Test, ...] | None:
    """The clauses of a `where`, all of which must hold; a bare value means `equals`."""
    if not isinstance(data, Mapping):
        reader.fault(path, "'where' holds attributes and what they must be", None)
        return None
    tests: list[Test] = []
    for key, value in data.items():
        attribute = attributes.get(str(key))
        if attribute is None:
            reader.fault(
                (*path, key), f"unknown attribute {quoted(key)}", suggest(str(key), attributes, "attributes")
            )
            continue
        written = value if isinstance(value, Mapping) else {"equals": value}
        at = (*path, key)
        compared = parse_comparison(written, at, reader, attribute, params)
        if compared is not None:
            tests.append(Test(attribute.name, *compared))
    return tuple(sorted(tests, key=lambda t: t.attribute)) if len(tests) == len(data) else None
