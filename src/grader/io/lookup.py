"""What is known of a rule, parameter, characteristic or area, with its source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal

from pydantic import Field

from grader.io.printed_names import PrintedNames, required
from grader.language.english import English, number
from grader.language.nodes import Condition
from grader.language.rulebook import Parameter, Rule, RuleBook
from grader.language.typecheck import comparisons
from grader.model.framework import Area, Characteristic, Framework
from grader.model.proposal import OutputModel, to_json

SCHEMA: Final = "grader.about/1"


class Said(OutputModel):
    """One thing that is known, and what it is called."""

    label: str
    text: str


class Entry(OutputModel):
    """One rule, parameter, characteristic or area."""

    id: str
    said: list[Said]


class About(OutputModel):
    """What there is to know of something in a framework or a rule book."""

    schema_: Literal["grader.about/1"] = Field(SCHEMA, alias="schema")
    kind: Literal["rule", "parameter", "characteristic", "area"]
    within: str
    """The framework or the rule book it stands in."""
    entries: list[Entry]

    def __repr__(self) -> str:
        return f"<About {self.kind}: {', '.join(e.id for e in self.entries)}>"

    __str__ = __repr__

    def to_json(self, *, indent: int | None = 2) -> str:
        """What is known, as JSON text."""
        return to_json(self, indent=indent)


def about_rule(book: RuleBook, word: str) -> About:
    """A rule: what it does, when, why, and where it comes from."""
    rules = {rule.id: rule for rule in book.rules}
    rule = rules[required(word, dict.fromkeys(rules, ()), "rule")]
    return About(schema=SCHEMA, kind="rule", within=book.id, entries=[_entry(rule.id, _of_rule(book, rule))])


def about_parameters(book: RuleBook, word: str | None = None) -> About:
    """One parameter or all: value, range, basis, rules."""
    names = (
        [*book.parameters]
        if word is None
        else [required(word, dict.fromkeys(book.parameters, ()), "parameter")]
    )
    entries = [_entry(name, _of_parameter(book, book.parameters[name])) for name in names]
    return About(schema=SCHEMA, kind="parameter", within=book.id, entries=entries)


def about_characteristic(framework: Framework, word: str, edition: str | None = None) -> About:
    """A characteristic: text, topic, area, source, what it informs."""
    name = required(word, _names(framework, edition).characteristics, "characteristic")
    said = _of_characteristic(framework, framework.characteristic(name))
    return About(schema=SCHEMA, kind="characteristic", within=framework.id, entries=[_entry(name, said)])


def about_area(framework: Framework, word: str, edition: str | None = None) -> About:
    """An area: its names, the editions that grade it, its topics and characteristics."""
    name = required(word, _names(framework, edition).areas, "area")
    said = _of_area(framework, framework.area(name))
    return About(schema=SCHEMA, kind="area", within=framework.id, entries=[_entry(name, said)])


def _names(framework: Framework, edition: str | None) -> PrintedNames:
    """The names of an edition, as it is printed, or of all."""
    if edition is not None:
        edition = required(edition, PrintedNames(framework).editions, "edition")
    return PrintedNames(framework, edition)


def _entry(name: str, said: Iterable[tuple[str, str | None]]) -> Entry:
    return Entry(id=name, said=[Said(label=label, text=text) for label, text in said if text])


def _of_rule(book: RuleBook, rule: Rule) -> Iterator[tuple[str, str | None]]:
    english = English(book).of_rule(rule)
    yield "layer", f"{rule.layer.value}, of each {rule.level.value}"
    yield "does", f"{rule.effect.value} {rule.target}".replace("_", " ")
    yield "of", ", ".join(sorted(rule.scope)) if rule.scope is not None else None
    yield "when", english.condition(rule.condition)
    yield "says", english.because(rule.because, {}, rule.condition)
    for name in _parameters_of(rule.condition):
        parameter = book.parameters[name]
        yield "parameter", f"{name}: {number(parameter.default, None, parameter.kind)} ({parameter.basis})"
    yield "not monotone", rule.not_monotone
    yield "restates", rule.restates
    yield "source", rule.source
    yield "stands at", str(rule.place) if rule.place else None


def _parameters_of(condition: Condition) -> list[str]:
    operands = (operand for test, _ in comparisons(condition) for operand in test.operands)
    return list(dict.fromkeys(operand.name for operand in operands if operand.name is not None))


def _of_parameter(book: RuleBook, parameter: Parameter) -> Iterator[tuple[str, str | None]]:
    low, value, high = (
        number(n, None, parameter.kind) for n in (parameter.minimum, parameter.default, parameter.maximum)
    )
    yield "value", f"{value}, from {low} to {high}"
    yield "basis", parameter.basis
    yield (
        "used by",
        ", ".join(r.id for r in book.rules if parameter.name in _parameters_of(r.condition)) or "facts",
    )
    yield "why", parameter.why
    yield "source", parameter.source


def _of_characteristic(framework: Framework, this: Characteristic) -> Iterator[tuple[str, str | None]]:
    area = framework.area_of(this.id)
    topic = next(t for t in area.topics if this in t.characteristics)
    yield "text", this.text
    yield "printed as", ", ".join(PrintedNames(framework).characteristics[this.id])
    yield "topic", f"{topic.id}  {topic.title}"
    yield "area", f"{area.id}  {area.title}"
    yield "in editions", ", ".join(area.editions)
    yield "counted", None if this.counted else "no: another programme grades it"
    yield "informs", ", ".join(link.id for link in this.informs)
    yield (
        "informed by",
        ", ".join(c.id for _, c in framework.characteristics() if this.id in {link.id for link in c.informs}),
    )
    kind = framework.provenance.get(this.provenance or "")
    yield "provenance", f"{this.provenance}: {kind.title}. {kind.trust}" if kind else this.provenance
    yield "reference", this.reference
    yield "note", this.note
    yield from _sources(framework, this.source)


def _of_area(framework: Framework, area: Area) -> Iterator[tuple[str, str | None]]:
    yield "title", area.title
    yield "question", area.names.question
    yield "heading", area.names.heading
    yield "judgment", area.names.judgment
    yield "label", area.names.label
    yield "code", area.code
    for edition, how in area.editions.items():
        said = ("graded" if how.graded else "not graded") + (", may be left out" if how.optional else "")
        yield f"edition {edition}", said
    yield "note", area.note
    for topic in area.topics:
        yield f"topic {topic.id}", topic.title
        for characteristic in topic.characteristics:
            yield characteristic.id, characteristic.text
    yield from _sources(framework, list(dict.fromkeys(s for t in area.topics for s in t.source)))


def _sources(framework: Framework, cited: Iterable[str]) -> Iterator[tuple[str, str]]:
    for source in cited:
        key, _, where = source.partition(" ")
        document = framework.sources.get(key)
        title = document.title if document else key
        yield "source", f"{title}, {where}" if where else title
