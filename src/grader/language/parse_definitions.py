"""Parse what defines a fact: what it counts, or what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from grader.errors import quoted, suggest
from grader.language.fact_keys import COUNTABLE, OF_NAMED, OF_THINGS, RECKONED_ALONE
from grader.language.nodes import AGGREGATES, Definition, FactOf, Kind, Level, Share
from grader.language.parse import Reader, with_article
from grader.language.parse_reckoned import Reckoning
from grader.language.parse_scores import Parsed, parse_reckoned, parse_score_of, parse_scores
from grader.language.parse_where import attributes_of, parse_where
from grader.language.rulebook import VISIBLE, Layer
from grader.language.vocabulary import SCORE, Entity, entities
from grader.vocabulary.kinds import FLAG


def parse_definition(definer: str, data: Mapping[str, object], fact: Reckoning) -> Parsed | None:
    """What a fact's `definer` says of it, or None where that has faults."""
    value, layer, reader = data[definer], fact.layer, fact.reader
    if definer == "share":
        return _parse_share(value, fact)
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
        return _parse_fact_of(value, fact)
    if definer in RECKONED_ALONE or (definer == "sum" and isinstance(value, Mapping)):
        return parse_reckoned(fact.name, definer, data, fact)
    return _parse_aggregate(definer, data, fact)


def _parse_aggregate(definer: str, data: Mapping[str, object], fact: Reckoning) -> Parsed | None:
    """A count, or the best, lowest or sum of an attribute, of things of one kind."""
    reader = fact.reader
    entity = _entity(definer, data, fact)
    if entity is None:
        return None
    level = _parse_level(fact.name, data, entity, reader)
    attributes = attributes_of(entity, fact.known, reader.vocabulary)
    where = parse_where(data.get("where", {}), ("where",), reader, attributes, fact.params)
    if level is None or where is None:
        return None
    value, kind = str(data[definer]), AGGREGATES[definer].kind
    make: Callable[..., Definition] = AGGREGATES[definer]
    if definer not in OF_THINGS:
        return make(entity.name, where), level, kind, FLAG if kind is Kind.FLAG else None
    if kind is Kind.SCORE or value == SCORE:
        return parse_scores(definer, value, entity, where, fact.layer, reader)
    ranked = {
        name: typed
        for name, typed in attributes.items()
        if typed.kind is Kind.SCALE and typed.scale is not None and typed.scale.ordered
    }
    attribute = ranked.get(value)
    if attribute is None:
        if value not in reader.elsewhere:
            message = f"{quoted(value)} is no attribute of {entity.name} with a best and a worst"
            reader.fault((definer,), message, suggest(value, ranked, "attributes"))
        return None
    return make(entity.name, attribute.name, where), level, kind, attribute.scale


def _entity(definer: str, data: Mapping[str, object], fact: Reckoning) -> Entity | None:
    """The kind of things a fact counts or looks through."""
    if definer in OF_THINGS and "of" not in data:
        help = "add of: characteristics"
        if definer == "sum":
            help += ", or write the weights: sum: {name: weight}"
        message = f"fact {quoted(fact.name)} does not say what the {definer} is of"
        fact.reader.fault((definer,), message, help)
        return None
    key = "of" if definer in OF_THINGS else definer
    named, allowed = str(data[key]), COUNTABLE[fact.layer]
    entity = entities(fact.reader.vocabulary).get(named)
    if entity is None or entity.name not in allowed:
        message = f"the {fact.layer} layer cannot count {quoted(data[key])}"
        fact.reader.fault((key,), message, suggest(named, allowed, "things to count"))
        return None
    return entity


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


def _parse_share(value: object, fact: Reckoning) -> Parsed | None:
    layer, reader, known = fact.layer, fact.reader, fact.known
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


def _parse_fact_of(value: object, declared: Reckoning) -> Parsed | None:
    """A flag or rank of a named characteristic; a proof needs numbers with bounds."""
    layer, reader, known = declared.layer, declared.reader, declared.known
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
