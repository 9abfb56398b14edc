"""Parse the definitions of facts into the tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.errors import nearest, quoted, suggest
from grader.language.fact_keys import DEFINERS, FACT_KEYS, GOES_WITH
from grader.language.nodes import Better, Const, Definition, Kind, Level
from grader.language.parse import CONNECTIVES, Reader, with_article
from grader.language.parse_definitions import parse_definition
from grader.language.parse_reckoned import Reckoning
from grader.language.parse_scores import Parsed
from grader.language.parse_where import attributes_of
from grader.language.rulebook import GIVEN, Fact, Layer, Parameter
from grader.language.vocabulary import SCALE, entities
from grader.vocabulary.scales import Levels, Scale


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
    definer = _definer(name, data, reader, respelt)
    if definer is None:
        return None
    _check_goes_with(definer, data, reader)
    better = _parse_better(name, data, reader, respelt)
    _check_english(name, data, reader, respelt)
    parsed = parse_definition(definer, data, Reckoning(name, layer, reader, known, params))
    unit, why = (_text_key(name, key, data, reader) for key in ("unit", "not_monotone"))
    if parsed is None or better is None or len(reader.problems) > before:
        return None
    definition, level, kind, scale = parsed
    among = scales_of(definition, scale, reader)
    extra = next((key for key, text in (("unit", unit), ("not_monotone", why)) if text), None)
    if not _fits(name, definer, parsed, layer, reader, among, extra):
        return None
    return Fact(
        name, layer, level, kind, better, str(data["english"]), definition, scale, reader.place(()), among,
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


def _definer(name: str, data: Mapping[str, object], reader: Reader, respelt: set[str]) -> str | None:
    """The one key that defines a fact."""
    chosen = [d for d in DEFINERS if d in data]
    if len(chosen) == 1:
        return chosen[0]
    if not respelt.intersection(DEFINERS):
        reader.fault(
            (),
            f"fact {quoted(name)} is defined by exactly one of {', '.join(DEFINERS)},"
            f" and here by {' and '.join(chosen) or 'none'}",
            "write a fact for each" if chosen else "add one of them, as in count: characteristics",
        )
    return None


def _check_english(name: str, data: Mapping[str, object], reader: Reader, respelt: set[str]) -> None:
    english = data.get("english")
    if (not isinstance(english, str) or not english.strip()) and "english" not in respelt:
        reader.fault(
            ("english",),
            f"fact {quoted(name)} lacks 'english'",
            "add english: what the fact is, as a noun phrase without a capital",
        )


def _check_goes_with(definer: str, data: Mapping[str, object], reader: Reader) -> None:
    """Refuse keys that mean nothing beside what defines the fact."""
    weights = definer == "sum" and isinstance(data["sum"], Mapping)
    for key, definers in GOES_WITH.items():
        if weights and key in data and key in ("of", "where"):
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
