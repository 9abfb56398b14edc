"""A rule book being built: parameters, measures, facts and faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter

from grader.cached import cached_property
from grader.errors import InputError, Place, Problem, Problems, quoted, suggest
from grader.io.as_assessed import made_facts
from grader.io.rule_files import CalibratedBlock, LayerFile, ParameterBlock, RuleBookFile
from grader.io.yaml_source import Document
from grader.language.fact_directions import FactChecks
from grader.language.limits import MAX_RULES, SPLIT
from grader.language.nodes import Better, Kind, Level
from grader.language.parse import Reader, Typed, typed, with_article
from grader.language.parse_facts import parse_fact
from grader.language.parse_reckoned import MAX_HIGH, reckoned_from
from grader.language.ranges import fact_ranges
from grader.language.relevance import parts_first
from grader.language.rulebook import (
    TABLES,
    VISIBLE,
    Fact,
    Layer,
    Measure,
    Parameter,
    Rule,
    given_facts,
)
from grader.model.framework import Framework
from grader.vocabulary.scales import Scale

#: No count is held against more.
MOST_COUNTED = 1_000_000
#: Facts, and measures, one rule book may declare: every fact is read on every characteristic or area.
MAX_DECLARED = 500


@dataclass(frozen=True, slots=True)
class VisibleFacts:
    """Facts a rule may look at, and why not the others."""

    facts: Mapping[str, Typed]
    elsewhere: Mapping[str, tuple[str, str] | None]


@dataclass
class Lowering:
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
    visible_by_table: dict[tuple[Layer, Level], VisibleFacts] = field(default_factory=dict)

    @cached_property
    def scale_of(self) -> Mapping[str, str | None]:
        """The scale each characteristic names."""
        return {c.id: c.scale for _, c in self.framework.characteristics()}

    def visible(self, layer: Layer, level: Level) -> VisibleFacts:
        """What rules of this layer and level may look at."""
        if (layer, level) not in self.visible_by_table:
            facts = visible_facts(all_facts(self), layer, level)
            self.visible_by_table[layer, level] = VisibleFacts(facts, _elsewhere(self, layer, level))
        return self.visible_by_table[layer, level]


def check_framework(work: Lowering, header: RuleBookFile, head: Document) -> None:
    if header.rulebook.framework != work.framework.id:
        work.problems.append(
            Problem(
                f"the rule book is for framework {quoted(header.rulebook.framework)},"
                f" not {quoted(work.framework.id)}",
                head.place(("rulebook", "framework")),
                "grade with the rule book of the inspection's framework, or mend the name",
            )
        )


def lower_parameters(work: Lowering, blocks: Mapping[str, ParameterBlock], head: Document) -> None:
    for name, block in blocks.items():
        place = head.place(("parameters", name))
        low, high = block.range
        at: tuple[str | int, ...] = ("parameters", name)
        shares = [head.data_at((*at, *key)) for key in (("default",), ("range", 0), ("range", 1))]
        wrong = _range_fault(name, block)
        if block.type != "share" and any(isinstance(written, str) for written in shares):
            message = f"{block.type} {quoted(name)} is written as a share"
            wrong = "default", message, "write whole numbers without %"
        if block.unit is not None and block.type != "points":
            message = f"'unit' means nothing beside type: {block.type}"
            wrong = wrong or ("unit", message, "take it away: it goes with type: points")
        if wrong is not None:
            key, message, help = wrong
            work.problems.append(Problem(message, head.place(("parameters", name, key)), help))
        work.parameters[name] = Parameter(
            name, Kind(block.type), block.default, low, high, block.basis, block.source, block.why, place,
            block.unit or "",
        )  # fmt: skip


def lower_calibrated(work: Lowering, blocks: Mapping[str, CalibratedBlock], file: Document) -> None:
    """Put calibrated values in the place of defaults."""
    for name, block in blocks.items():
        place = file.place(("calibrated", name))
        parameter = work.parameters.get(name)
        if parameter is None:
            help = suggest(name, work.parameters, "parameters")
            work.problems.append(Problem(f"unknown parameter {quoted(name)}", place, help))
        elif not parameter.minimum <= block.value <= parameter.maximum:
            message = f"value {block.value} of {quoted(name)} is outside its range"
            help = f"{parameter.minimum} to {parameter.maximum}"
            work.problems.append(Problem(message, file.place(("calibrated", name, "value")), help))
        else:
            work.parameters[name] = replace(
                parameter,
                default=block.value,
                basis="calibrated",
                source=block.source,
                why=block.why,
                place=place,
            )


def _range_fault(name: str, block: ParameterBlock) -> tuple[str, str, str] | None:
    """The key at fault, message and help, where a parameter's numbers do not fit."""
    low, high = block.range
    if block.type == "share" and high > 1000:
        return (
            "range",
            f"share {quoted(name)} cannot range up to {high}",
            "a share is in whole per mille: 1000 is all of it",
        )
    if block.type != "points":
        for key, value in (("range", low), ("default", block.default)):
            if value < 0:
                return (
                    key,
                    f"{block.type} {quoted(name)} cannot be {value}",
                    "write type: points for numbers below 0",
                )
            if value > MOST_COUNTED:
                return key, f"{block.type} {quoted(name)} cannot be {value}", f"{MOST_COUNTED:,} at most"
        if high > MOST_COUNTED:
            return "range", f"{block.type} {quoted(name)} cannot be {high}", f"{MOST_COUNTED:,} at most"
    if low > high:
        return "range", f"range of {quoted(name)} runs from {low} down to {high}", "write the lower end first"
    if not low <= block.default <= high:
        message = f"default {block.default} of {quoted(name)} is outside its range, {low} to {high}"
        return "default", message, "mend the default or the range"
    return None


def check_size(files: Iterable[tuple[LayerFile, Document]]) -> None:
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


def declared_measures(framework: Framework) -> dict[str, Measure]:
    """The measures a framework declares that assess a characteristic, as rules read them."""
    found = {}
    for name, block in framework.measures.items():
        if block.characteristic is not None:
            low, high = (block.as_whole(end) or 0 for end in block.range)
            found[name] = Measure(
                name,
                block.characteristic,
                block.unit,
                block.title,
                None,
                block.decimals,
                (low, high),
                Better(block.better),
            )
    return found


def lower_measures(work: Lowering, files: Iterable[tuple[LayerFile, Document]]) -> None:
    known = [c.id for _, c in work.framework.characteristics()]
    work.measures.update(declared_measures(work.framework))
    for file, document in files:
        for name, block in file.measures.items():
            at = ("measures", name)
            if name in work.framework.measures:
                message = f"measure {quoted(name)} is declared by the framework"
                work.problems.append(Problem(message, document.keys[at], "take it away here"))
                continue
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


def lower_facts(work: Lowering, files: list[tuple[LayerFile, Document]]) -> None:
    """Lower facts, parts first, whatever the order written."""
    declared = [(file, document, name) for file, document in files for name in file.facts]
    written = {name: file.facts[name] for file, _, name in declared}
    places = {name: document.keys.get(("facts", name)) or document.place(("facts", name))
              for _, document, name in declared}  # fmt: skip
    depths = _reckoned_depths(work, written, places)
    ranked = sorted(declared, key=lambda d: (_depth(d[2], written, depths), d[2]))
    circles = set(work.broken)
    origin: dict[str, Place] = {}
    made = made_facts(work.framework.vocabulary, work.framework.statuses_at)
    found: dict[str, Fact] = dict(made)
    for file, document, name in ranked:
        place = document.keys.get(("facts", name)) or document.place(("facts", name))
        if name in origin:
            work.problems.append(
                Problem(f"fact {quoted(name)} is declared twice", place, f"first at {origin[name]}")
            )
            continue
        if name in made:
            message = f"{quoted(name)} cannot name a fact: the framework's statuses make one of that name"
            work.problems.append(Problem(message, place, "give it another name"))
            continue
        origin[name] = place
        if name in circles:
            continue
        reader = reader_of(document, work, dict.fromkeys(work.broken)).sub(("facts", name))
        fact = parse_fact(name, file.facts[name], Layer(file.layer), reader, found, work.parameters)
        if fact is None:
            work.broken.add(name)
            continue
        found[name] = fact
        _check_named(work, fact, document)
    # Written order is what people see: file by file, as written.
    work.facts = made | {name: found[name] for file, _ in files for name in file.facts if name in found}
    _check_reckoned(work)


def _check_reckoned(work: Lowering) -> None:
    sound: dict[str, Fact] = {}
    for fact in parts_first(work.facts.values()):
        # Of a characteristic that there is not, nothing is known; that has been said.
        named = all(taken.characteristic in work.scale_of for taken in fact.definition.takes)
        if named and all(part in sound for part in fact.definition.depends_on):
            sound[fact.name] = fact
    ranges = fact_ranges(sound.values(), work.framework, work.parameters)
    checks = FactChecks(sound, work.framework, work.parameters, ranges)
    for fact in sound.values():
        work.problems.extend(checks.problems(fact))


def _reckoned_depths(
    work: Lowering, written: Mapping[str, object], places: Mapping[str, Place]
) -> dict[str, int]:
    """How deep each reckoned fact is nested; circles are faults."""
    parts = {name: sorted(reckoned_from(written[name]) & written.keys()) for name in sorted(written)}
    while True:
        try:
            order = [*TopologicalSorter(parts).static_order()]
            break
        except CycleError as error:
            # Each is made of the one before it, and the first stands at the end again.
            *circle, _ = reversed(error.args[1])
            at = circle.index(min(circle))
            first, *rest = circle[at:] + circle[:at]
            through = f", through {' and '.join(map(quoted, rest))}" if rest else ""
            message = f"fact {quoted(first)} is worked out from itself{through}"
            work.problems.append(Problem(message, places[first], "take one of them out of the other"))
            work.broken.update(circle)
            parts |= {name: [] for name in circle}
    depths: dict[str, int] = {}
    for name in order:
        depths[name] = 1 + max((depths[part] for part in parts[name]), default=0) if parts[name] else 0
        if depths[name] == MAX_HIGH + 1:
            message = f"fact {quoted(name)} stands upon more than {MAX_HIGH} facts, one upon another"
            work.problems.append(Problem(message, places[name], "reckon it in fewer steps", "limit"))
        if depths[name] > MAX_HIGH:
            work.broken.add(name)
    return depths


def reader_of(document: Document, work: Lowering, elsewhere: Mapping[str, tuple[str, str] | None]) -> Reader:
    return Reader(
        document.place,
        work.problems,
        lambda path: document.keys[path] if path in document.keys else document.place(path),
        elsewhere,
        work.framework.vocabulary,
        work.scale_of,
    )


def _depth(name: str, written: Mapping[str, object], reckoned: Mapping[str, int]) -> int:
    """The order of lowering: counts, their shares, counts of characteristics, their shares, then what is
    reckoned.
    """
    data = written.get(name)
    if not isinstance(data, Mapping):
        return 0
    if reckoned[name]:
        return 3 + reckoned[name]
    if "characteristics" in (data.get("count"), data.get("any"), data.get("of")):
        return 2
    if "fact_of" in data:
        return 2
    parts = data.get("share")
    if not isinstance(parts, list):
        return 0
    counts = [written.get(part) for part in parts if isinstance(part, str)]
    return 3 if any(isinstance(c, Mapping) and c.get("count") == "characteristics" for c in counts) else 1


def _check_named(work: Lowering, fact: Fact, document: Document) -> None:
    named = fact.definition.named
    of = ("facts", fact.name)
    plain = ((*of, key) for key in ("status_of", "score_of"))
    at: tuple[str | int, ...] = next((key for key in plain if key in document.keys), (*of, "fact_of", 0))
    known = [c.id for _, c in work.framework.characteristics()]
    if named is not None and named not in known:
        work.problems.append(
            Problem(
                f"unknown characteristic {quoted(named)}",
                document.place(at),
                suggest(named, known, "characteristics"),
            )
        )


def all_facts(work: Lowering) -> dict[str, Fact]:
    return {**given_facts(work.framework.vocabulary), **work.facts}


def visible_facts(facts: Mapping[str, Fact], layer: Layer, level: Level) -> dict[str, Typed]:
    """Facts a rule of this layer and level may look at."""
    return {f.name: typed(f) for f in facts.values() if f.level is level and f.layer in VISIBLE[layer]}


def _elsewhere(work: Lowering, layer: Layer, level: Level) -> dict[str, tuple[str, str] | None]:
    """Facts not visible to this layer and level, each with why."""
    found: dict[str, tuple[str, str] | None] = dict.fromkeys(work.broken)
    for fact in all_facts(work).values():
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
