"""Parse the definitions of facts into the tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from grader.errors import nearest, quoted, suggest
from grader.language.nodes import (
    AGGREGATES,
    Better,
    Const,
    Definition,
    FactOf,
    Kind,
    Level,
    Share,
)
from grader.language.parse import (
    CONNECTIVES,
    Reader,
    with_article,
)
from grader.language.parse_reckoned import Reckoning
from grader.language.parse_scores import Parsed, parse_reckoned, parse_score_of, parse_scores
from grader.language.parse_where import attributes_of, parse_where
from grader.language.rulebook import GIVEN, VISIBLE, Fact, Layer, Parameter
from grader.language.vocabulary import SCALE, SCORE, Entity, entities
from grader.vocabulary.kinds import FLAG
from grader.vocabulary.scales import Levels, Scale

DEFINERS = (*AGGREGATES, "share", "status_of", "score_of", "fact_of", "round", "points")
#: Definers of facts made of other facts, in their order or rounded.
RECKONED_ALONE = ("round", "points")
#: What takes its value from one named characteristic.
OF_NAMED: Mapping[str, str] = {
    "status_of": "a named characteristic's status",
    "score_of": "a named characteristic's score",
    "fact_of": "a fact about a named characteristic",
}
FACT_KEYS = frozenset(
    {*DEFINERS, "of", "where", "per", "to", "how", "unit", "not_monotone", "better", "english"}
)
#: Definers whose value is an attribute of the things that `of` names.
OF_THINGS = tuple(name for name, make in AGGREGATES.items() if make.kind in (Kind.SCALE, Kind.SCORE))
#: Definers of whole numbers that are reckoned: these alone have a unit, and can be marked as not monotone.
RECKONED = ("sum", "highest", "lowest", "score_of", "round", "points")
#: What each key that says more goes with.
GOES_WITH: Mapping[str, tuple[str, ...]] = {
    "of": OF_THINGS,
    "where": tuple(AGGREGATES),
    "per": tuple(name for name, make in AGGREGATES.items() if make.kind is not Kind.SCORE),
    "to": ("round",),
    "how": ("round",),
    "unit": RECKONED,
    "not_monotone": RECKONED,
}

#: Things each layer's facts may count. A status rests on evidence alone; findings exist once the finding
#: layer has spoken.
COUNTABLE: Mapping[Layer, frozenset[str]] = {
    Layer.MEASURE: frozenset(),
    Layer.STATUS: frozenset({"evidence"}),
    Layer.FINDING: frozenset({"evidence", "earlier", "characteristics"}),
    Layer.SUFFICIENCY: frozenset({"characteristics", "earlier", "findings"}),
    Layer.GRADE: frozenset({"characteristics", "earlier", "findings"}),
}


def parse_fact(
    name: str,
    data: object,
    layer: Layer,
    reader: Reader,
    known: Mapping[str, Fact],
    params: Mapping[str, Parameter],
) -> Fact | None:
    """The fact declared under `name`, or None where it has faults.

    `known`: the facts declared so far.
    """
    if not isinstance(data, Mapping):
        reader.fault(
            (), f"fact {quoted(name)} must be a block of keys", "write count: ... and the like below it"
        )
        return None
    before = len(reader.problems)
    _check_name(name, reader)
    respelt = _check_keys(name, data, reader)
    chosen = [d for d in DEFINERS if d in data]
    if len(chosen) != 1:
        if not respelt.intersection(DEFINERS):
            reader.fault(
                (),
                f"fact {quoted(name)} is defined by exactly one of {', '.join(DEFINERS)},"
                f" and here by {' and '.join(chosen) or 'none'}",
                "write a fact for each" if chosen else "add one of them, as in count: characteristics",
            )
        return None
    _check_goes_with(chosen[0], data, reader)
    better = _parse_better(name, data, reader, respelt)
    english = data.get("english")
    if (not isinstance(english, str) or not english.strip()) and "english" not in respelt:
        reader.fault(
            ("english",),
            f"fact {quoted(name)} lacks 'english'",
            "add english: what the fact is, as a noun phrase without a capital",
        )
    parsed = _parse_definition(name, chosen[0], data, layer, reader, known, params)
    unit, why = (_text_key(name, key, data, reader) for key in ("unit", "not_monotone"))
    if parsed is None or better is None or len(reader.problems) > before:
        return None
    definition, level, kind, scale = parsed
    among = scales_of(definition, scale, reader)
    extra = next((key for key, text in (("unit", unit), ("not_monotone", why)) if text), None)
    if not _fits(name, chosen[0], parsed, layer, reader, among, extra):
        return None
    return Fact(
        name, layer, level, kind, better, str(english), definition, scale, reader.place(()), among,
        unit=unit or "", not_monotone=why,
    )  # fmt: skip


def _fits(
    name: str,
    definer: str,
    parsed: Parsed,
    layer: Layer,
    reader: Reader,
    among: Sequence[Levels],
    extra: str | None,
) -> bool:
    """Whether a fact fits its layer and name; `extra` is a key that goes with points alone."""
    definition, level, kind, _ = parsed
    if len(among) > 1 and kind is Kind.SCALE and definition.ranked is not None:
        reader.fault(
            (definer,),
            f"fact {quoted(name)} takes the {definer} of levels of several scales:"
            f" {' and '.join(each.id for each in among)}",
            f"say of which: where: {{scale: {among[0].id}}}",
        )
        return False
    if level is Level.CHARACTERISTIC and layer not in (Layer.STATUS, Layer.FINDING):
        reader.fault(
            (),
            f"fact {quoted(name)} is about a characteristic, and the {layer} layer looks at areas",
            "declare it in the status or the finding layer",
        )
        return False
    if kind is not Kind.SCORE and extra:
        message = f"{extra!r} means nothing for {with_article(kind)}"
        reader.fault_of_key((extra,), message, "take it away: it goes with numbers of points")
        return False
    if level is Level.CHARACTERISTIC and name in attributes_of(
        entities(reader.vocabulary)["characteristics"], {}
    ):
        message = f"{quoted(name)} cannot name a fact about a characteristic, which has it already"
        reader.fault((), message, "choose another name")
        return False
    return True


def scales_of(definition: Definition, scale: Scale | None, reader: Reader) -> tuple[Levels, ...]:
    """The declared scales that a fact's levels may be of."""
    words = reader.vocabulary
    declared = words.declared
    if definition.entity != "characteristics" and scale not in (words.statuses, words.assessments):
        return ()
    if definition.named is not None:
        if definition.named not in reader.scale_of:  # an unknown one, which is said elsewhere
            return declared
        return (words.scale_of(reader.scale_of[definition.named]),) if declared else ()
    for test in definition.where:
        at = {o.value for o in test.operands if isinstance(o, Const)}
        if test.attribute == SCALE:
            declared = tuple(each for n, each in enumerate(declared) if n in at)
        elif test.attribute in ("status", "assessment"):
            on = tuple(each for each in declared if at.intersection(each.ranks))
            declared = on or declared
    return declared


def _check_name(name: str, reader: Reader) -> None:
    if (
        not name.isidentifier()
        or not name.isascii()
        or name.startswith("_")
        or name in {*CONNECTIVES, *GIVEN}
    ):
        reader.fault(
            (),
            f"{quoted(name)} cannot name a fact",
            "letters, digits and underscores; not a word of the language",
        )


def _check_keys(name: str, data: Mapping[str, object], reader: Reader) -> set[str]:
    """Say which keys are unknown; return those they were meant to be."""
    respelt: set[str] = set()
    for key in data:
        if key not in FACT_KEYS:
            message = f"unknown key {quoted(key)} in fact {quoted(name)}"
            reader.fault_of_key((key,), message, suggest(key, FACT_KEYS, "keys"))
            respelt.add(nearest(key, FACT_KEYS) or "")
    return respelt


def _check_goes_with(definer: str, data: Mapping[str, object], reader: Reader) -> None:
    """Refuse keys that mean nothing beside what defines the fact."""
    weights = definer == "sum" and isinstance(data["sum"], Mapping)
    for key, definers in GOES_WITH.items():
        if weights and key in data and key in ("of", "where", "per"):
            help = "take it away, or write sum: score for the scores of all of them"
            reader.fault_of_key((key,), f"{key!r} means nothing beside a sum of weights", help)
        elif key in data and definer not in definers and len(definers) == 1:
            help = f"take it away: {key!r} goes with {definers[0]}"
            reader.fault_of_key((key,), f"{key!r} means nothing beside {definer!r}", help)
        elif key in data and definer not in definers:
            *rest, last = definers
            help = f"take it away: {key!r} goes with {', '.join(rest)} and {last}"
            reader.fault_of_key((key,), f"{key!r} means nothing beside {definer!r}", help)


def _parse_better(name: str, data: Mapping[str, object], reader: Reader, respelt: set[str]) -> Better | None:
    if "better" not in data:
        if "better" not in respelt:
            reader.fault(
                (),
                f"fact {quoted(name)} lacks 'better'",
                f"add better: one of {', '.join(Better)}, the way things get better",
            )
        return None
    value = data["better"]
    if isinstance(value, str) and value in set(Better):
        return Better(value)
    message = f"'better' of fact {quoted(name)} cannot be {quoted(value)}"
    reader.fault(("better",), message, f"one of {', '.join(Better)}")
    return None


def _text_key(name: str, key: str, data: Mapping[str, object], reader: Reader) -> str | None:
    value = data.get(key)
    if key not in data or (isinstance(value, str) and value.strip()):
        return value if isinstance(value, str) else None
    message = f"{key!r} of fact {quoted(name)} is a text, not {quoted(value)}"
    reader.fault((key,), message, "write it, or leave it out")
    return None


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
        return _parse_share(value, layer, reader, known)
    if definer in OF_NAMED or definer in RECKONED_ALONE or isinstance(value, Mapping):
        if layer not in (Layer.SUFFICIENCY, Layer.GRADE):
            what = OF_NAMED.get(definer, f"what {definer!r} defines")
            help = "declare it in the grade or the sufficiency layer"
            reader.fault((definer,), f"{what} is a fact of an area", help)
            return None
    if definer == "status_of":
        return FactOf(str(value)), Level.AREA, Kind.SCALE, reader.vocabulary.statuses
    if definer == "score_of":
        return parse_score_of(str(value), reader)
    if definer == "fact_of":
        return _parse_fact_of(value, layer, reader, known)
    if definer in RECKONED_ALONE or (definer == "sum" and isinstance(value, Mapping)):
        return parse_reckoned(name, definer, data, Reckoning(name, layer, reader, known, params))
    return _parse_aggregate(name, definer, data, layer, reader, known, params)


def _parse_aggregate(
    name: str,
    definer: str,
    data: Mapping[str, object],
    layer: Layer,
    reader: Reader,
    known: Mapping[str, Fact],
    params: Mapping[str, Parameter],
) -> Parsed | None:
    """A count, or the best, lowest or sum of an attribute, of things of one kind."""
    value = data[definer]
    kind = AGGREGATES[definer].kind
    make: Callable[..., Definition] = AGGREGATES[definer]
    entity_name = data.get("of") if definer in OF_THINGS else value
    entity = entities(reader.vocabulary).get(str(entity_name))
    allowed = COUNTABLE[layer]
    if definer in OF_THINGS and "of" not in data:
        help = "add of: characteristics"
        if definer == "sum":
            help += ", or write the weights: sum: {name: weight}"
        reader.fault((definer,), f"fact {quoted(name)} does not say what the {definer} is of", help)
        return None
    if entity is None or entity.name not in allowed:
        at = ("of",) if definer in OF_THINGS else (definer,)
        reader.fault(
            at,
            f"the {layer} layer cannot count {quoted(entity_name)}",
            suggest(str(entity_name), allowed, "things to count"),
        )
        return None
    level = _parse_level(name, data, entity, reader)
    attributes = attributes_of(entity, known, reader.vocabulary)
    where = parse_where(data.get("where", {}), ("where",), reader, attributes, params)
    if level is None or where is None:
        return None
    if definer not in OF_THINGS:
        return make(entity.name, where), level, kind, FLAG if kind is Kind.FLAG else None
    if kind is Kind.SCORE or str(value) == SCORE:
        return parse_scores(definer, str(value), entity, where, layer, reader)
    ranked = {
        a: t
        for a, t in attributes.items()
        if t.kind is Kind.SCALE and t.scale is not None and t.scale.ordered
    }
    attribute = ranked.get(str(value))
    if attribute is None:
        if str(value) not in reader.elsewhere:
            message = f"{quoted(value)} is no attribute of {entity.name} with a best and a worst"
            reader.fault((definer,), message, suggest(str(value), ranked, "attributes"))
        return None
    return make(entity.name, attribute.name, where), level, kind, attribute.scale


def _parse_level(name: str, data: Mapping[str, object], entity: Entity, reader: Reader) -> Level | None:
    if len(entity.levels) == 1 and "per" not in data:
        return next(iter(entity.levels))
    names = sorted(entity.levels)
    if data.get("per") in names:
        return Level(str(data["per"]))
    if "per" in data:
        help = suggest(str(data["per"]), names, "values")
        reader.fault(("per",), f"{entity.name} cannot be counted per {quoted(data['per'])}", help)
    else:
        help = f"add per: {' or per: '.join(names)}"
        reader.fault((), f"fact {quoted(name)} does not say what it is about", help)
    return None


def _parse_share(value: object, layer: Layer, reader: Reader, known: Mapping[str, Fact]) -> Parsed | None:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        reader.fault(("share",), "a share takes two counts", "write share: [part, whole]")
        return None
    counts = {n: f for n, f in known.items() if f.kind is Kind.COUNT}
    for i, part in enumerate(value):
        if isinstance(part, str) and part in counts:
            if counts[part].layer in VISIBLE[layer]:
                continue
            message = f"the {layer} layer cannot see {quoted(part)}, a fact of the {counts[part].layer} layer"
            reader.fault(("share", i), message, f"declare the count in the {layer} layer")
            return None
        other = known.get(str(part))
        if other is not None:
            message = f"a share is of counts, and {quoted(part)} is a {other.kind}"
            reader.fault(("share", i), message, suggest(str(part), counts, "counts"))
        elif str(part) not in reader.elsewhere:
            reader.fault(("share", i), f"unknown count {quoted(part)}", suggest(str(part), counts, "counts"))
        return None
    part, whole = counts[value[0]], counts[value[1]]
    if part.level is not whole.level:
        reader.fault(
            ("share",),
            f"{part.name!r} is about {with_article(part.level)},"
            f" and {whole.name!r} about {with_article(whole.level)}",
            "a share is of two counts about the same thing",
        )
        return None
    return Share(part.name, whole.name), part.level, Kind.SHARE, None


def _parse_fact_of(value: object, layer: Layer, reader: Reader, known: Mapping[str, Fact]) -> Parsed | None:
    """A flag or rank of a named characteristic; a proof needs numbers with bounds."""
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        help = "write fact_of: [characteristic, fact]"
        reader.fault(("fact_of",), "'fact_of' takes a characteristic and a fact about it", help)
        return None
    named, name = map(str, value)
    own = (f for f in known.values() if f.level is Level.CHARACTERISTIC and f.layer in VISIBLE[layer])
    fitting = {f.name: f for f in own if f.kind in _OF_NAMED_KINDS}
    fact = fitting.get(name)
    if fact is not None:
        return FactOf(named, fact.name), Level.AREA, fact.kind, fact.scale
    if name in known:
        other = known[name]
        message = f"'fact_of' takes a flag or a place on a scale, and {quoted(name)} is a {other.kind}"
        if other.level is not Level.CHARACTERISTIC:
            message = f"{quoted(name)} is about {with_article(other.level)}, not about a characteristic"
        elif other.layer not in VISIBLE[layer]:
            message = f"the {layer} layer cannot see {quoted(name)}, a fact of the {other.layer} layer"
        reader.fault(("fact_of", 1), message, "declare it in the finding layer, with any, best or lowest")
    elif name not in reader.elsewhere:
        reader.fault(("fact_of", 1), f"unknown fact {quoted(name)}", suggest(name, fitting, "facts"))
    return None


_OF_NAMED_KINDS = (Kind.FLAG, Kind.SCALE)
