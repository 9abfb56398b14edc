"""Read a rule book's folder and lower it to the tree, with every fault located."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import InputError, Place, Problem, Problems, cut, quoted, suggest
from grader.files.faults import validate
from grader.files.marked import Document, parse_document, read_bytes
from grader.files.rule_files import LayerFile, ParameterBlock, RuleBlock, RuleBookFile
from grader.language.limits import MAX_RULES, SPLIT, limit_problems
from grader.language.nodes import Effect, Kind, Level
from grader.language.parse import Reader, Typed, parse_condition, with_article
from grader.language.parse_facts import parse_fact
from grader.language.rulebook import (
    EFFECTS,
    GIVEN_FACTS,
    TABLES,
    VISIBLE,
    Fact,
    Layer,
    Measure,
    Parameter,
    Rule,
    RuleBook,
)
from grader.language.typecheck import condition_paths, direction_problems, text_problems
from grader.language.vocabulary import ASSESSMENT, STATUS, Scale
from grader.model.framework import Framework

HEAD = "rulebook.yaml"
#: Facts, and measures, one rule book may declare: every fact is read on every characteristic or area.
MAX_DECLARED = 500
LEVELS: Mapping[Layer, Level] = {
    Layer.MEASURE: Level.FIGURE,
    Layer.STATUS: Level.CHARACTERISTIC,
    Layer.SUFFICIENCY: Level.AREA,
    Layer.GRADE: Level.AREA,
}


@dataclass(frozen=True, slots=True)
class _Sight:
    """Facts a rule may look at, and of those it may not, why and what to do instead."""

    facts: Mapping[str, Typed]
    elsewhere: Mapping[str, tuple[str, str] | None]


@dataclass(slots=True)
class _Lowering:
    """A rule book under construction, and the faults found so far."""

    framework: Framework
    problems: Problems = field(default_factory=Problems)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    #: Facts that are declared and at fault: what names them is not at fault too.
    broken: set[str] = field(default_factory=set)
    rules: dict[str, Rule] = field(default_factory=dict)
    grade_scale: Scale = field(default_factory=lambda: Scale("grade", ()))
    sights: dict[tuple[Layer, Level], _Sight] = field(default_factory=dict)

    def sight(self, layer: Layer, level: Level) -> _Sight:
        """What a rule of this layer and level may look at; once every fact is lowered."""
        if (layer, level) not in self.sights:
            facts = visible_facts(_all_facts(self), layer, level)
            self.sights[layer, level] = _Sight(facts, _elsewhere(self, layer, level))
        return self.sights[layer, level]


def read_rulebook(folder: Path, framework: Framework, shown: str | None = None) -> RuleBook:
    """The rule book in a folder: `rulebook.yaml` and its layer files.

    Parameters
    ----------
    folder : Path
        The rule book's folder; `tests/` in it is not read.
    framework : Framework
        What it grades against: area, characteristic and grade ids are resolved in it.
    shown : str, optional
        How messages name the folder; the path itself by default.

    Raises
    ------
    InputError
        Every fault of every file, located.
    """
    documents, problems = _read_all(folder, shown or str(folder))
    head = documents.pop(HEAD, None)
    if head is None:
        if not problems:
            raise InputError(
                [
                    Problem(
                        f"no {HEAD} in the folder",
                        Place(shown or str(folder)),
                        "a rule book is a folder with rulebook.yaml and one file a layer",
                    )
                ]
            )
        raise InputError(problems)
    header, faults = validate(head, RuleBookFile)
    layers = {name: validate(document, LayerFile) for name, document in documents.items()}
    problems += faults + [p for _, found in layers.values() for p in found]
    if header is None or problems:
        raise InputError(cut(problems))
    work = _Lowering(framework, grade_scale=Scale("grade", framework.grades_worst_first))
    _check_framework(work, header, head)
    _lower_parameters(work, header.parameters, head)
    parsed = [(file, documents[name]) for name, (file, _) in sorted(layers.items()) if file is not None]
    _check_size(parsed)
    _lower_measures(work, parsed)
    _lower_facts(work, parsed)
    _lower_rules(work, parsed)
    work.problems.extend(limit_problems(work.rules.values()))
    if work.problems:
        raise InputError(work.problems)
    return RuleBook(
        id=header.rulebook.id,
        version=header.rulebook.version,
        framework=header.rulebook.framework,
        title=header.rulebook.title,
        parameters=work.parameters,
        measures=work.measures,
        facts=work.facts,
        rules=tuple(work.rules[name] for name in sorted(work.rules)),
        grade_scale=work.grade_scale,
        grade_default=framework.grade_scale.default,
        areas=tuple(a.id for a in framework.areas),
        sha256=folder_sha256({HEAD: head, **documents}),
    )


def _read_all(folder: Path, shown: str) -> tuple[dict[str, Document], list[Problem]]:
    documents: dict[str, Document] = {}
    problems: list[Problem] = []
    for name in rule_files(folder):
        try:
            documents[name] = parse_document(read_bytes(folder / name), f"{shown}/{name}")
        except InputError as error:
            problems.extend(error.problems)
    return documents, problems


def rule_files(folder: Path) -> list[str]:
    """Names, relative to the folder, of the YAML a rule book is made of: its tests are left out."""
    if not folder.is_dir():
        raise InputError(
            [
                Problem(
                    "no such rule book",
                    Place(str(folder)),
                    "a rule book is a folder, or the id of a built-in one",
                )
            ]
        )
    found = (p.relative_to(folder).as_posix() for p in folder.rglob("*.y*ml") if p.is_file())
    return sorted(n for n in found if not n.startswith("tests/") and n.endswith((".yaml", ".yml")))


def folder_sha256(documents: Mapping[str, Document]) -> str:
    """SHA-256 of the sorted lines `path sha256` of a rule book's YAML."""
    lines = "".join(f"{name} {documents[name].sha256}\n" for name in sorted(documents))
    return hashlib.sha256(lines.encode()).hexdigest()


def _check_framework(work: _Lowering, header: RuleBookFile, head: Document) -> None:
    if header.rulebook.framework != work.framework.id:
        work.problems.append(
            Problem(
                f"the rule book is for framework {quoted(header.rulebook.framework)},"
                f" not {quoted(work.framework.id)}",
                head.place(("rulebook", "framework")),
                "grade with the rule book of the inspection's framework, or mend the name",
            )
        )


def _lower_parameters(work: _Lowering, blocks: Mapping[str, ParameterBlock], head: Document) -> None:
    for name, block in blocks.items():
        place = head.place(("parameters", name))
        low, high = block.range
        wrong = _range_fault(name, block)
        if wrong is not None:
            key, message, help = wrong
            work.problems.append(Problem(message, head.place(("parameters", name, key)), help))
        work.parameters[name] = Parameter(
            name, Kind(block.type), block.default, low, high, block.basis, block.source, block.why, place
        )


def _range_fault(name: str, block: ParameterBlock) -> tuple[str, str, str] | None:
    """The key at fault, what is wrong with it and what to do, where a parameter's numbers do not fit."""
    low, high = block.range
    if block.type == "share" and high > 1000:
        return (
            "range",
            f"share {quoted(name)} cannot range up to {high}",
            "a share is in whole per mille: 1000 is all of it",
        )
    if low > high:
        return "range", f"range of {quoted(name)} runs from {low} down to {high}", "write the lower end first"
    if not low <= block.default <= high:
        message = f"default {block.default} of {quoted(name)} is outside its range, {low} to {high}"
        return "default", message, "mend the default or the range"
    return None


def _check_size(files: Iterable[tuple[LayerFile, Document]]) -> None:
    """Stop at a rule book that would take longer to check than anybody waits."""
    seen: Counter[str] = Counter()
    for file, document in files:
        for block, names, limit in (
            ("facts", list(file.facts), MAX_DECLARED),
            ("measures", list(file.measures), MAX_DECLARED),
            ("rules", [r.id for r in file.rules], MAX_RULES * len(TABLES)),
        ):
            there = limit - seen[block]
            seen[block] += len(names)
            if len(names) > there:
                at = document.place((block, names[there] if block != "rules" else there))
                problem = Problem(f"the rule book passes {limit:,} {block} here", at, SPLIT, "limit")
                raise InputError([problem])


def _lower_measures(work: _Lowering, files: Iterable[tuple[LayerFile, Document]]) -> None:
    known = [c.id for _, c in work.framework.characteristics()]
    for file, document in files:
        for name, block in file.measures.items():
            at = ("measures", name)
            if Layer(file.layer) is not Layer.MEASURE:
                work.problems.append(
                    Problem(
                        f"measure {quoted(name)} stands in a file of the {file.layer} layer",
                        document.keys[at],
                        "measures belong to a file of the measure layer",
                    )
                )
            if name in work.measures:
                first = f"first at {work.measures[name].place}"
                work.problems.append(
                    Problem(f"measure {quoted(name)} is declared twice", document.keys[at], first)
                )
                continue
            if block.characteristic not in known:
                work.problems.append(
                    Problem(
                        f"unknown characteristic {quoted(block.characteristic)}",
                        document.place((*at, "characteristic")),
                        suggest(block.characteristic, known, "characteristics"),
                    )
                )
            work.measures[name] = Measure(
                name, block.characteristic, block.unit, block.english, document.place(at)
            )


def _lower_facts(work: _Lowering, files: list[tuple[LayerFile, Document]]) -> None:
    """What a fact is made of before the fact itself, whatever the order they are written in."""
    declared = [(file, document, name) for file, document in files for name in file.facts]
    written = {name: file.facts[name] for file, _, name in declared}
    ranked = sorted(declared, key=lambda d: (_depth(d[2], written), d[2]))
    origin: dict[str, Place] = {}
    found: dict[str, Fact] = {}
    for file, document, name in ranked:
        place = document.keys.get(("facts", name)) or document.place(("facts", name))
        if name in origin:
            work.problems.append(
                Problem(f"fact {quoted(name)} is declared twice", place, f"first at {origin[name]}")
            )
            continue
        origin[name] = place
        reader = _reader(document, work, dict.fromkeys(work.broken)).sub(("facts", name))
        fact = parse_fact(name, file.facts[name], Layer(file.layer), reader, found, work.parameters)
        if fact is None:
            work.broken.add(name)
            continue
        found[name] = fact
        _check_status_of(work, fact, document)
    # Written order is what people see: file by file, as written.
    work.facts = {name: found[name] for file, _ in files for name in file.facts if name in found}


def _reader(document: Document, work: _Lowering, elsewhere: Mapping[str, tuple[str, str] | None]) -> Reader:
    return Reader(
        document.place,
        work.problems,
        lambda path: document.keys[path] if path in document.keys else document.place(path),
        elsewhere,
    )


def _depth(name: str, written: Mapping[str, object]) -> int:
    """Counts of evidence and findings come first, then their shares, then counts of characteristics (which
    may name either), then shares of those.
    """
    data = written.get(name)
    if not isinstance(data, Mapping):
        return 0
    if "characteristics" in (data.get("count"), data.get("any"), data.get("of")):
        return 2
    parts = data.get("share")
    if not isinstance(parts, list):
        return 0
    counts = [written.get(part) for part in parts if isinstance(part, str)]
    return 3 if any(isinstance(c, Mapping) and c.get("count") == "characteristics" for c in counts) else 1


def _check_status_of(work: _Lowering, fact: Fact, document: Document) -> None:
    named = getattr(fact.definition, "characteristic", None)
    known = [c.id for _, c in work.framework.characteristics()]
    if named is not None and named not in known:
        work.problems.append(
            Problem(
                f"unknown characteristic {quoted(named)}",
                document.place(("facts", fact.name, "status_of")),
                suggest(named, known, "characteristics"),
            )
        )


def _lower_rules(work: _Lowering, files: list[tuple[LayerFile, Document]]) -> None:
    every = _all_facts(work)
    for file, document in files:
        for i, block in enumerate(file.rules):
            rule = _lower_rule(work, Layer(file.layer), block, document, ("rules", i))
            if rule is None:
                continue
            if rule.id in work.rules:
                first = work.rules[rule.id].place
                work.problems.append(
                    Problem(f"rule {quoted(rule.id)} stands twice", rule.place, f"first at {first}")
                )
                continue
            work.rules[rule.id] = rule
            when = ("rules", i, "when")
            places = [document.place(p) for p in condition_paths(block.when, when)]
            work.problems.extend(direction_problems(rule, every, places))
            sight, because = work.sight(rule.layer, rule.level), document.place(("rules", i, "because"))
            work.problems.extend(text_problems(rule, sight.facts, work.parameters, sight.elsewhere, because))


def _all_facts(work: _Lowering) -> dict[str, Fact]:
    return {**GIVEN_FACTS, **work.facts}


def _lower_rule(
    work: _Lowering, layer: Layer, block: RuleBlock, document: Document, at: tuple[str | int, ...]
) -> Rule | None:
    reader = _reader(document, work, {}).sub(at)
    effect, target = _effect(work, layer, block, reader)
    level = _level(layer, block, reader)
    scope = _scope(work, layer, block, reader)
    if level is None:
        return None
    sight = work.sight(layer, level)
    reader = _reader(document, work, sight.elsewhere).sub(at)
    condition = parse_condition(block.when, ("when",), reader, sight.facts, work.parameters)
    if condition is None or effect is None:
        return None
    return Rule(
        block.id, layer, level, effect, target, condition, block.because, block.source, scope,
        block.not_monotone, document.place((*at, "id")),
    )  # fmt: skip


def visible_facts(facts: Mapping[str, Fact], layer: Layer, level: Level) -> dict[str, Typed]:
    """Facts a rule of this layer and level may look at."""
    return {
        f.name: Typed(f.name, f.kind, f.scale)
        for f in facts.values()
        if f.level is level and f.layer in VISIBLE[layer]
    }


def _elsewhere(work: _Lowering, layer: Layer, level: Level) -> dict[str, tuple[str, str] | None]:
    """Facts a rule of this layer and level may not look at: why, and what to do instead."""
    found: dict[str, tuple[str, str] | None] = dict.fromkeys(work.broken)
    for fact in _all_facts(work).values():
        if fact.layer not in VISIBLE[layer]:
            layers = " and ".join(VISIBLE[layer])
            found[fact.name] = (
                f"belongs to the {fact.layer} layer, out of sight of a {layer} rule",
                f"a {layer} rule looks at facts of the {layers} layer{'s' if ' ' in layers else ''}",
            )
        elif fact.level is not level:
            about, rule = with_article(fact.level), with_article(level)
            found[fact.name] = (f"is about {about}, and the rule about {rule}", f"use a fact about {rule}")
    return found


def _effect(work: _Lowering, layer: Layer, block: RuleBlock, reader: Reader) -> tuple[Effect | None, str]:
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
    # Rank 0 of the first two scales is "nothing there", which no rule concludes.
    conclusions = {
        Layer.MEASURE: ASSESSMENT.names[1:],
        Layer.STATUS: STATUS.names[1:],
        Layer.GRADE: work.grade_scale.names,
    }
    names = conclusions.get(layer, (target,))
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


def _check_above_default(
    work: _Lowering, layer: Layer, block: RuleBlock, target: str, names: tuple[str, ...], reader: Reader
) -> None:
    """Reaching less than what is concluded anyway would mark a body down for what it does well."""
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


def _scope(work: _Lowering, layer: Layer, block: RuleBlock, reader: Reader) -> frozenset[str] | None:
    if layer is Layer.MEASURE:
        if block.measure is None:
            help = f"add measure: one of {', '.join(work.measures)}"
            reader.fault(("id",), f"measure rule {quoted(block.id)} lacks 'measure'", help)
        elif block.measure not in work.measures:
            help = suggest(block.measure, work.measures, "measures")
            reader.fault(("measure",), f"unknown measure {quoted(block.measure)}", help)
        return frozenset({block.measure or ""})
    if block.measure is not None:
        reader.fault_of_key(("measure",), "'measure' is for rules of the measure layer", "take it away")
    if block.areas is None:
        return None
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
    return frozenset(set(areas) - set(map(str, listed)) if excepted else map(str, listed))
