"""The JSON Schema of the rule language, layer by layer, from the parser's vocabulary.

With a rule book it allows that book's names alone.
"""

from __future__ import annotations

from typing import Final

from grader.io.rule_schema_values import (
    TEXT,
    Names,
    Schema,
    any_value,
    comparison_for,
    comparisons_by_type,
    enum_schema,
    level_schema,
    number_schema,
    parameter_schema,
    ref,
)
from grader.language.dnf import MAX_VALUE
from grader.language.fact_keys import COUNTABLE, DEFINERS, GOES_WITH, OF_THINGS
from grader.language.nodes import Better, Effect, Kind, Level
from grader.language.parse import CONNECTIVES
from grader.language.parse_reckoned import WHOLE
from grader.language.reckoned import Does, How
from grader.language.rulebook import (
    EFFECTS,
    GIVEN,
    TABLES,
    VISIBLE,
    Fact,
    Layer,
    given_facts,
    targets,
)
from grader.language.vocabulary import SCORE, Entity, entities
from grader.vocabulary.kinds import FLAG
from grader.vocabulary.scales import Scale

FACT_NAME: Final = {"pattern": "^[A-Za-z][A-Za-z0-9_]*$", "not": {"enum": [*CONNECTIVES, *GIVEN]}}

_SAYS: Final = {
    "count": "How many of these there are.",
    "any": "Whether there is one of these.",
    "best": "The highest value of this attribute; add `of`.",
    "lowest": "The lowest value of this attribute, or the lowest score; add `of`.",
    "highest": "The highest score; add `of`.",
    "sum": "The sum of the scores (`score`; add `of`), or of a weight times each of these numbers.",
    "score_of": "The score of one named characteristic.",
    "round": "A fact, divided by `to` and rounded as `how` says.",
    "to": "What is divided by: 100 where the fact counts hundredths.",
    "how": "To the nearest whole number (halves go up), down, or up.",
    "points": "A number to start from, and steps in their order.",
    "unit": "Printed after the number.",
    "not_monotone": "Why the fact may move against its direction.",
    "share": "A count over a count about the same thing, in whole per mille: [part, whole].",
    "status_of": "The status of one named characteristic.",
    "fact_of": "A flag or a place on a scale that one named characteristic has: [characteristic, fact].",
    "of": "What `best`, `lowest`, `sum` or `highest` looks through.",
    "where": "Clauses that must all hold: {attribute: value} or {attribute: {comparison: value}}.",
    "per": "Whether earlier findings are counted by characteristic or by area.",
    "better": "Which way the fact moves when things get better.",
    "english": "A noun phrase without a capital, as it reads in explanations.",
    "all": "Conditions that must all hold.",
    "not": "A condition that must not hold.",
}


def with_rule_language(schema: Schema, names: Names | None = None) -> Schema:
    """A layer file's schema, with what facts and rules may hold.

    Parameters
    ----------
    schema : dict
        From the models.
    names : Names, optional
        Of one rule book.
    """
    names = names or Names()
    rule = schema["$defs"].pop("RuleBlock")
    found = comparisons_by_type(names)
    for layer, level in TABLES:
        found[_condition_key(layer, level)] = _condition(layer, level, names)
    for layer in Layer:
        if COUNTABLE[layer]:
            found[f"fact.{layer}"] = _fact(layer, names)
        found[f"rule.{layer}"] = _rule(layer, rule, names)
    properties = {**schema["properties"], "facts": {"type": "object"}, "rules": {"type": "array"}}
    cases = [_in_layer(layer) for layer in Layer]
    return {**schema, "$defs": {**schema["$defs"], **found}, "properties": properties, "allOf": cases}


def _in_layer(layer: Layer) -> Schema:
    facts: Schema = {"maxProperties": 0}
    if COUNTABLE[layer]:
        facts = {"propertyNames": FACT_NAME, "additionalProperties": ref(f"fact.{layer}")}
    held: Schema = {"facts": facts, "rules": {"items": ref(f"rule.{layer}")}}
    if layer is not Layer.MEASURE:
        held["measures"] = {"maxProperties": 0}
    return {
        "if": {"properties": {"layer": {"const": str(layer)}}, "required": ["layer"]},
        "then": {"properties": held},
    }


def _condition_key(layer: Layer, level: Level) -> str:
    return f"condition.{layer}.{level}"


# Conditions -----------------------------------------------------------------------------------------------


def _condition(layer: Layer, level: Level, names: Names) -> Schema:
    itself = ref(_condition_key(layer, level))
    several = {"type": "array", "minItems": 1, "items": itself}
    every = {**given_facts(names.vocabulary), **names.facts}
    seen = {f.name: f for f in every.values() if f.level is level and f.layer in VISIBLE[layer]}
    found: Schema = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {
            "all": {**several, "description": _SAYS["all"]},
            "any": {**several, "description": "Conditions of which one must hold."},
            "not": {**itself, "description": _SAYS["not"]},
            **{f.name: {**comparison_for(f), "description": f.english} for f in seen.values()},
            **{name: False for name in GIVEN if name not in seen},
        },
    }
    if names.known or not COUNTABLE[layer]:
        return {**found, "additionalProperties": False}
    return {
        **found,
        "propertyNames": {"pattern": FACT_NAME["pattern"]},
        "additionalProperties": ref("comparison"),
    }


# Facts ----------------------------------------------------------------------------------------------------


_WEIGHTS: Schema = {"properties": {"sum": {"type": "string"}}, "required": ["sum"]}
_RANKED: Schema = {"anyOf": [*({"required": [d]} for d in OF_THINGS if d != "sum"), _WEIGHTS]}
_SUMMED: Schema = {"properties": {"sum": {"type": "object"}}, "required": ["sum"]}
_GO_TOGETHER: list[Schema] = [
    {"if": _RANKED, "then": {"required": ["of"]}},
    {"if": _SUMMED, "then": {"not": {"anyOf": [{"required": [k]} for k in ("of", "where", "per")]}}},
    {"if": {"required": ["round"]}, "then": {"required": ["to", "how"]}},
]


def _fact(layer: Layer, names: Names) -> Schema:
    properties = _fact_keys(layer, names)
    definers = [d for d in DEFINERS if d in properties]
    things = sorted(COUNTABLE[layer])
    return {
        "type": "object",
        "properties": {key: {**held, "description": _SAYS[key]} for key, held in properties.items()},
        "required": ["better", "english"],
        "additionalProperties": False,
        "oneOf": [{"required": [definer]} for definer in definers],
        "allOf": [
            *_GO_TOGETHER,
            *(
                {"if": {"required": [key]}, "then": {"anyOf": [{"required": [d]} for d in beside]}}
                for key, beside in GOES_WITH.items()
            ),
            *(_about(entities(names.vocabulary)[name], layer, names) for name in things),
        ],
    }


def _fact_keys(layer: Layer, names: Names) -> dict[str, Schema]:
    """What each key of a fact may hold."""
    thing: Schema = {"enum": sorted(COUNTABLE[layer])}
    properties: dict[str, Schema] = {
        "count": thing,
        "any": thing,
        "best": {"type": "string"},
        "lowest": {"type": "string"},
        "share": {"type": "array", "items": _count(layer, names), "minItems": 2, "maxItems": 2},
        "of": thing,
        "where": {"type": "object"},
        "per": {"enum": sorted(Level.__members__.values())},
        "better": {"enum": [str(b) for b in Better]},
        "english": TEXT,
        "unit": TEXT,
        "not_monotone": TEXT,
    }
    if layer in (Layer.SUFFICIENCY, Layer.GRADE):
        named: Schema = {"enum": list(names.characteristics)} if names.known else {"type": "string"}
        properties["status_of"] = named
        own = {"type": "array", "prefixItems": [named, {"type": "string"}], "minItems": 2, "maxItems": 2}
        properties["fact_of"] = own
        properties["score_of"] = named
        return properties | _reckoned(layer, names)
    del properties["unit"], properties["not_monotone"]
    return properties


def _reckoned(layer: Layer, names: Names) -> dict[str, Schema]:
    """Facts made of scores and of other facts, for the layers that have them."""
    whole = [f.name for f in names.facts.values() if f.kind in WHOLE and f.level is Level.AREA]
    fact: Schema = {"enum": whole} if names.known else {"type": "string", "pattern": FACT_NAME["pattern"]}
    weighed: Schema = {"enum": [*whole, *names.characteristics]} if names.known else {"type": "string"}
    number = number_schema(Kind.SCORE, names)
    amount = {"anyOf": [*number["anyOf"], parameter_schema(names, Kind.COUNT), fact]}
    bounds = {"type": "array", "items": amount, "minItems": 2, "maxItems": 2}
    step: Schema = {
        "type": "object",
        "properties": {
            **{str(does): amount for does in Does},
            "when": ref(_condition_key(layer, Level.AREA)),
            "within": bounds,
            "why": TEXT,
        },
        "oneOf": [{"required": [str(does)]} for does in Does],
        "additionalProperties": False,
    }
    points: Schema = {
        "type": "object",
        "properties": {"start": amount, "within": bounds, "steps": {"type": "array", "items": step}},
        "required": ["start"],
        "additionalProperties": False,
    }
    weights: Schema = {
        "type": "object",
        "propertyNames": weighed,
        "additionalProperties": {"type": "integer", "minimum": -MAX_VALUE, "maximum": MAX_VALUE},
        "minProperties": 1,
    }
    return {
        "sum": {"anyOf": [{"const": SCORE}, weights]},
        "highest": {"const": SCORE},
        "round": fact,
        "to": {"type": "integer", "minimum": 1, "maximum": MAX_VALUE},
        "how": {"enum": [str(how) for how in How]},
        "points": points,
    }


def _count(layer: Layer, names: Names) -> Schema:
    """A count that a share of this layer may be of."""
    counts = [f.name for f in names.facts.values() if f.kind is Kind.COUNT and f.layer in VISIBLE[layer]]
    return {"enum": counts} if names.known else {"type": "string"}


def _about(entity: Entity, layer: Layer, names: Names) -> Schema:
    """What a fact that counts this may look at."""
    named = [{"properties": {key: {"const": entity.name}}, "required": [key]} for key in ("count", "any")]
    through = [{"properties": {"of": {"const": entity.name}}, "required": ["of", key]} for key in OF_THINGS]
    levels = sorted(
        level
        for level in entity.levels
        if level is not Level.CHARACTERISTIC or layer in (Layer.STATUS, Layer.FINDING)
    )
    clauses = {
        a: _clause(level_schema(s, names), f"comparison.{_type(s)}") for a, s in entity.attributes.items()
    }
    clauses |= {
        a: _clause(number_schema(Kind.SCORE, names), f"comparison.{Kind.SCORE}") for a in entity.numbers
    }
    scored = list(entity.numbers)
    ordered = [a for a, s in entity.attributes.items() if s is not FLAG and s.ordered]
    ranked: Schema = {"enum": ordered}
    lowest: Schema = {"enum": [*ordered, *scored]}
    others: Schema | bool = False
    if entity.name == "characteristics":  # these may also be told apart by facts of their own
        own = [f for f in names.facts.values() if f.level is Level.CHARACTERISTIC]
        clauses |= {f.name: _clause(_fact_value(f, names), f"comparison.{_type_of(f)}") for f in own}
        if names.known:
            own_ranks = [f.name for f in own if f.kind is Kind.SCALE and f.scale and f.scale.ordered]
            ranked["enum"] += own_ranks
            lowest["enum"] += own_ranks
        else:
            others = _clause(any_value(names), "comparison")
            ranked = lowest = {"type": "string"}
    where = {"properties": clauses, "additionalProperties": others}
    held: Schema = {"where": where, "best": ranked, "lowest": lowest, "per": {"enum": levels}}
    if names.known or entity.name != "characteristics":
        held |= {"highest": {"enum": scored}, "sum": {"enum": scored}}
    then: Schema = {"properties": held}
    if len(entity.levels) > 1:
        then["required"] = ["per"]
    return {"if": {"anyOf": named + through}, "then": then}


def _type(scale: Scale) -> str:
    return "flag" if scale is FLAG else scale.name


def _type_of(fact: Fact) -> str:
    return _type(fact.scale) if fact.kind is Kind.SCALE and fact.scale else str(fact.kind)


def _fact_value(fact: Fact, names: Names) -> Schema:
    if fact.kind in (Kind.COUNT, Kind.SHARE, Kind.SCORE):
        return number_schema(fact.kind, names)
    return level_schema(fact.scale or FLAG, names)


def _clause(value: Schema, comparison: str) -> Schema:
    return {"anyOf": [value, ref(comparison)]}


# Rules ----------------------------------------------------------------------------------------------------


def _rule(layer: Layer, rule: Schema, names: Names) -> Schema:
    """The keys of this layer's rules, and what they hold."""
    dropped = {str(e) for e in Effect if e not in EFFECTS[layer]}
    dropped |= {"measure"} if layer is not Layer.MEASURE else {"areas"}
    dropped |= {"per"} if layer is not Layer.FINDING else set()
    properties = {key: held for key, held in rule["properties"].items() if key not in dropped}
    for effect in EFFECTS[layer]:
        properties[str(effect)] = _target(layer, effect, rule, names)
    found: Schema = {**rule, "properties": properties}
    found["oneOf"] = [{"required": [str(effect)]} for effect in sorted(EFFECTS[layer])]
    levels = [level for of, level in TABLES if of is layer]
    if layer is Layer.MEASURE:
        found["required"] = [*rule["required"], "measure"]
        properties["measure"] = _name(names, names.measures)
    elif names.known:
        listed = {"type": "array", "minItems": 1, "items": {"enum": list(names.areas)}}
        excepted = {
            "type": "object", "properties": {"except": listed}, "required": ["except"],
            "additionalProperties": False,
        }  # fmt: skip
        properties["areas"] = {"anyOf": [listed, excepted, {"type": "null"}]}
    if layer is Layer.FINDING:
        found["required"] = [*rule["required"], "per"]
        properties["per"] = {"enum": [str(level) for level in levels]}
        properties["when"] = {"type": "object"}
        found["allOf"] = [
            {
                "if": {"properties": {"per": {"const": str(level)}}, "required": ["per"]},
                "then": {"properties": {"when": ref(_condition_key(layer, level))}},
            }
            for level in levels
        ]
    else:
        properties["when"] = ref(_condition_key(layer, levels[0]))
    return found


def _target(layer: Layer, effect: Effect, rule: Schema, names: Names) -> Schema:
    """What the rules of a layer may conclude."""
    if layer in (Layer.MEASURE, Layer.STATUS):
        words = names.vocabulary
        scale = words.assessments if layer is Layer.MEASURE else words.statuses
        said = [scale.said_of(scale.rank(name)) for name in targets(layer, words, names.grades)]
        return enum_schema(said) if names.known else {"anyOf": [dict(TEXT), {"type": "integer"}]}
    if layer is Layer.GRADE:
        return enum_schema(names.grades) if names.known else {"anyOf": [dict(TEXT), {"type": "integer"}]}
    held: list[Schema] = rule["properties"][str(effect)]["anyOf"]
    return next(each for each in held if each != {"type": "null"})


def _name(names: Names, known: tuple[str, ...]) -> Schema:
    return {"enum": list(known)} if names.known else dict(TEXT)
