"""Lower the rules of a rule book, once its facts are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.errors import Problem, quoted, suggest
from grader.io.as_assessed import made_rules
from grader.io.lowering import Lowering, all_facts, reader_of
from grader.io.rule_files import LayerFile, RuleBlock
from grader.io.yaml_source import Document
from grader.language.nodes import Effect, Level
from grader.language.parse import Reader, parse_condition, with_article
from grader.language.rulebook import (
    EFFECTS,
    Layer,
    Rule,
    facts_for,
    targets,
)
from grader.language.typecheck import direction_problems, has_direction, text_problems
from grader.model.printed import match_printed

LEVELS: Mapping[Layer, Level] = {
    Layer.MEASURE: Level.FIGURE,
    Layer.STATUS: Level.CHARACTERISTIC,
    Layer.SUFFICIENCY: Level.AREA,
    Layer.GRADE: Level.AREA,
}


def lower_rules(work: Lowering, files: list[tuple[LayerFile, Document]]) -> None:
    every = all_facts(work)
    words = work.framework.vocabulary
    work.rules.update(made_rules(words, work.framework.statuses_at))
    for file, document in files:
        if Layer(file.layer) is Layer.STATUS and words.several is not None and file.rules:
            help = "take it away: the status of a characteristic is what was assessed"
            message = f"framework {work.framework.id} says 'as_assessed', and this rule concludes a status"
            work.problems.extend(
                Problem(message, document.place(("rules", i, "id")), help) for i in range(len(file.rules))
            )
            continue
        for i, block in enumerate(file.rules):
            rule = _lower_rule(work, Layer(file.layer), block, document, ("rules", i))
            if rule is None:
                continue
            if rule.id in work.rules:
                first = work.rules[rule.id].place or "the framework"
                work.problems.append(
                    Problem(f"rule {quoted(rule.id)} stands twice", rule.place, f"first at {first}")
                )
                continue
            work.rules[rule.id] = rule
            if rule.not_monotone is not None and not has_direction(rule, work.framework.vocabulary):
                reader = reader_of(document, work, {}).sub(("rules", i))
                message = (
                    f"'not_monotone' means nothing here: {str(rule.effect)!r} has no direction to go against"
                )
                reader.fault_of_key(("not_monotone",), message, "take it away")
            seen = facts_for(rule, every, work.measures)
            work.problems.extend(direction_problems(rule, seen, work.framework.vocabulary))
            visible, because = work.visible(rule.layer, rule.level), document.place(("rules", i, "because"))
            work.problems.extend(
                text_problems(rule, visible.facts, work.parameters, visible.elsewhere, because)
            )


def _lower_rule(
    work: Lowering, layer: Layer, block: RuleBlock, document: Document, at: tuple[str | int, ...]
) -> Rule | None:
    reader = reader_of(document, work, {}).sub(at)
    effect, target = _effect(work, layer, block, reader)
    level = _level(layer, block, reader)
    scope = _scope(work, layer, block, reader)
    if level is None:
        return None
    visible = work.visible(layer, level)
    reader = reader_of(document, work, visible.elsewhere).sub(at)
    facts, measure = visible.facts, work.measures.get(block.measure or "")
    if layer is Layer.MEASURE and measure is not None and measure.decimals is not None:
        facts = {name: replace(each, measure=measure) for name, each in facts.items()}
    condition = parse_condition(block.when, ("when",), reader, facts, work.parameters)
    if condition is None or effect is None:
        return None
    return Rule(
        block.id, layer, level, effect, target, condition, block.because, block.source, scope,
        block.not_monotone, document.place((*at, "id")), restates=block.restates,
    )  # fmt: skip


def _effect(work: Lowering, layer: Layer, block: RuleBlock, reader: Reader) -> tuple[Effect | None, str]:
    written = {e: getattr(block, e) for e in Effect if getattr(block, e) is not None}
    allowed = EFFECTS[layer]
    does = " or ".join(f"{effect}: ..." for effect in sorted(allowed))
    if not written:
        reader.fault(("id",), f"rule {quoted(block.id)} concludes nothing", f"add {does}")
        return None, ""
    if len(written) > 1:
        message = f"rule {quoted(block.id)} has {len(written)} effects: {' and '.join(written)}"
        reader.fault(("id",), message, "write a rule for each")
        return None, ""
    ((effect, target),) = written.items()
    if effect not in allowed:
        message = f"rule {quoted(block.id)} of the {layer} layer cannot have {str(effect)!r}"
        reader.fault_of_key((str(effect),), message, f"write {does}")
        return None, ""
    names = targets(layer, work.framework.vocabulary, work.grade_scale.names)
    if layer is Layer.MEASURE and work.framework.vocabulary.declared:
        return _level_said(work, block, effect, target, reader)
    if target not in names:
        reader.fault(
            (str(effect),),
            f"{quoted(target)} is nothing a rule of the {layer} layer can conclude",
            suggest(target, names, "conclusions"),
        )
        return None, ""
    if effect is Effect.REACHES and block.not_monotone is None:
        _check_above_default(work, layer, block, target, names, reader)
    return effect, target


def _level_said(
    work: Lowering, block: RuleBlock, effect: Effect, target: str, reader: Reader
) -> tuple[Effect | None, str]:
    """The level a figure says, of the scale of the measure's characteristic."""
    measure = work.measures.get(block.measure or "")
    if measure is None or measure.characteristic not in work.scale_of:  # said elsewhere
        return None, ""
    levels = work.framework.vocabulary.scale_of(work.scale_of[measure.characteristic])
    found = match_printed(target, {word.said: (word.title,) for word in levels.words})
    if found is None:
        message = f"{quoted(target)} is no level of {levels.id}, the scale of {measure.characteristic}"
        reader.fault((str(effect),), message, suggest(target, levels.levels, "levels"))
        return None, ""
    return effect, levels.written[found]


def _check_above_default(
    work: Lowering, layer: Layer, block: RuleBlock, target: str, names: tuple[str, ...], reader: Reader
) -> None:
    """Refuse a rule that reaches less than the default."""
    default = work.framework.grade_scale.default if layer is Layer.GRADE else names[0]
    if names.index(target) < names.index(default):
        message = f"rule {quoted(block.id)} reaches {target}, which is below the default {default}"
        reader.fault(("reaches",), message, f"write limits: {target}, or say not_monotone: why")


def _level(layer: Layer, block: RuleBlock, reader: Reader) -> Level | None:
    if layer is not Layer.FINDING:
        if block.per is not None:
            message = f"'per' is for finding rules: a {layer} rule is about {with_article(LEVELS[layer])}"
            reader.fault_of_key(("per",), message, "take it away")
        return LEVELS[layer]
    if block.per is None:
        reader.fault(
            ("id",), f"finding rule {quoted(block.id)} lacks 'per'", "add per: characteristic, or per: area"
        )
        return None
    return Level(block.per)


def _scope(work: Lowering, layer: Layer, block: RuleBlock, reader: Reader) -> frozenset[str] | None:
    says_areas = "areas" in block.model_fields_set
    if layer is Layer.MEASURE:
        if says_areas:
            message = "'areas' is for rules about areas: a measure rule is about a figure"
            reader.fault_of_key(("areas",), message, "take it away")
        if block.measure is None:
            help = f"add measure: one of {', '.join(work.measures)}"
            reader.fault(("id",), f"measure rule {quoted(block.id)} lacks 'measure'", help)
        elif block.measure not in work.measures:
            help = suggest(block.measure, work.measures, "measures")
            reader.fault(("measure",), f"unknown measure {quoted(block.measure)}", help)
        return frozenset({block.measure or ""})
    if block.measure is not None:
        reader.fault_of_key(("measure",), "'measure' is for rules of the measure layer", "take it away")
    return _areas(work, block, reader) if says_areas else None


def _areas(work: Lowering, block: RuleBlock, reader: Reader) -> frozenset[str] | None:
    """The areas a rule speaks of, where it says so."""
    areas = [a.id for a in work.framework.areas]
    excepted = isinstance(block.areas, dict) and list(block.areas) == ["except"]
    listed = block.areas["except"] if excepted else block.areas
    path: tuple[str | int, ...] = ("areas", "except") if excepted else ("areas",)
    if not isinstance(listed, list) or not listed:
        help = "write areas: [...], or areas: {except: [...]}"
        reader.fault(path, f"areas of {quoted(block.id)} must be a list of one or more", help)
        return None
    for i, name in enumerate(listed):
        if name not in areas:
            reader.fault((*path, i), f"unknown area {quoted(name)}", suggest(str(name), areas, "areas"))
    if not excepted:
        return frozenset(map(str, listed))
    left = frozenset(areas) - frozenset(map(str, listed))
    if not left:
        message = f"rule {quoted(block.id)} excepts every area, so it speaks of none"
        reader.fault(path, message, "except fewer, or take the rule away")
    return left
