"""What the strategies draw is what the readers accept, and arguments are checked."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import find, given
from hypothesis import strategies as st

import grader
from grader.io.frameworks import read_framework
from grader.io.inspection_draft import read_draft
from grader.io.inspections import resolve_draft
from grader.io.rulebooks import read_rulebook
from grader.language.nodes import (
    All,
    Any_,
    AnyOf,
    Best,
    Compare,
    Count,
    FactOf,
    Kind,
    Lowest,
    Not,
    Op,
    Param,
    Share,
)  # fmt: skip
from grader.language.parse_where import attributes_of
from grader.language.rulebook import Layer
from grader.language.vocabulary import entities
from grader.testing.changes import STEPS, changes
from grader.testing.strategies import frameworks, improvements, inspections, rulebooks, steps
from grader.vocabulary.peel import PEEL

ASSESSMENTS = ("falls_short", "partly_meets", "meets", "exceeds")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A file to write YAML to."""
    return tmp_path_factory.mktemp("drawn") / "drawn.yaml"


def written(model, file):
    data = model.model_dump(mode="json", exclude_none=True)
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")
    return file


@given(framework=frameworks())
def test_the_reader_accepts_every_framework(framework, file):
    assert framework == read_framework(written(framework, file)).framework


@given(data=st.data())
def test_the_reader_accepts_every_inspection_and_every_change_of_it(data, file):
    framework = data.draw(frameworks())
    measures = data.draw(rulebooks(framework)).measures
    inspection = data.draw(inspections(framework, measures=measures))
    changed = (
        data.draw(steps(inspection, framework)).apply() if list(changes(inspection, framework)) else None
    )
    for one in filter(None, (inspection, changed)):
        assert one == resolve_draft(read_draft(written(one, file)), framework, measures).inspection


def compared(op, operands, scale, kind):
    """A comparison as a rule author writes it."""

    def one(operand):
        if isinstance(operand, Param):
            return f"${operand.name}"
        if kind is Kind.FLAG:
            return bool(operand.value)
        return scale.name_of(operand.value) if kind is Kind.SCALE else operand.value

    values = [one(o) for o in operands]
    return {str(op): values if op is Op.ONE_OF else values[0]}


def condition_data(node, facts):
    match node:
        case Compare(fact, op, operands):
            return {fact: compared(op, operands, facts[fact].scale, facts[fact].kind)}
        case All(parts):
            return {"all": [condition_data(p, facts) for p in parts]}
        case Any_(parts):
            return {"any": [condition_data(p, facts) for p in parts]}
        case Not(part):
            return {"not": condition_data(part, facts)}


def fact_data(fact, book):
    said = {"better": str(fact.better), "english": fact.english}
    match fact.definition:
        case Share(part, whole):
            return {"share": [part, whole], **said}
        case FactOf(characteristic):
            return {"status_of": characteristic, **said}
    made = fact.definition
    subject = attributes_of(entities(PEEL)[made.entity], book.facts)
    where = {
        t.attribute: compared(t.op, t.operands, subject[t.attribute].scale, subject[t.attribute].kind)
        for t in made.where
    }
    words = {Count: "count", AnyOf: "any", Best: "best", Lowest: "lowest"}
    counted = {words[type(made)]: getattr(made, "attribute", made.entity), "where": where, **said}
    if isinstance(made, Best | Lowest):
        counted["of"] = made.entity
    return {**counted, "per": str(fact.level)} if made.entity == "earlier" else counted


def rule_data(rule, facts):
    data = {"id": rule.id, str(rule.effect): rule.target, "because": rule.because, "source": rule.source}
    data["when"] = condition_data(rule.condition, facts)
    if rule.layer is Layer.FINDING:
        data["per"] = str(rule.level)
    if rule.layer is Layer.MEASURE:
        data["measure"] = next(iter(rule.scope))
    elif rule.scope is not None:
        data["areas"] = sorted(rule.scope)
    return data if rule.not_monotone is None else {**data, "not_monotone": rule.not_monotone}


def write_book(book, folder):
    """The rule book's folder, as its author would have written it."""
    facts = book.every_fact
    head = {"id": book.id, "version": book.version, "framework": book.framework, "title": book.title}
    parameters = {
        p.name: {"type": str(p.kind), "default": p.default, "range": [p.minimum, p.maximum], "basis": p.basis,
                 "source": p.source, "why": p.why}
        for p in book.parameters.values()
    }  # fmt: skip
    files = {"rulebook": {"rulebook": head, "parameters": parameters}}
    for layer in Layer:
        files[str(layer)] = {
            "layer": str(layer),
            "facts": {f.name: fact_data(f, book) for f in book.facts.values() if f.layer is layer},
            "rules": [rule_data(r, facts) for r in book.rules if r.layer is layer],
        }
    files["measure"]["measures"] = {
        m.name: {"characteristic": m.characteristic, "unit": m.unit, "english": m.english}
        for m in book.measures.values()
    }
    for name, data in files.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(data, sort_keys=False), "utf-8")


def bare(book):
    """What a rule book says, without where it was written."""
    return (
        {f.name: replace(f, place=None) for f in book.facts.values()},
        {r.id: replace(r, place=None) for r in book.rules},
        {p.name: replace(p, place=None) for p in book.parameters.values()},
        {m.name: replace(m, place=None) for m in book.measures.values()},
        (book.grade_scale, book.grade_default, book.areas),
    )


@given(data=st.data())
def test_the_reader_accepts_every_rule_book(data, file):
    framework = data.draw(frameworks())
    monotone = data.draw(st.booleans())
    book = data.draw(rulebooks(framework, monotone=monotone))
    assert not monotone or all(r.not_monotone is None for r in book.rules)
    folder = file.parent / "book"
    folder.mkdir(exist_ok=True)
    write_book(book, folder)
    assert bare(book) == bare(read_rulebook(folder, framework))


@given(data=st.data())
def test_an_improvement_raises_one_assessment_by_one_step(data):
    framework = data.draw(frameworks())
    before = data.draw(inspections(framework))
    after = data.draw(st.one_of(improvements(before, framework), st.just(before)))
    ranks = [
        ASSESSMENTS.index(b.assessment) - ASSESSMENTS.index(a.assessment)
        for a, b in zip(before.evidence, after.evidence, strict=True)
    ]
    assert sorted(ranks)[:-1] == [0] * (len(ranks) - 1)
    assert sum(ranks) == (0 if after is before else 1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda f: frameworks(max_areas=0), "max_areas=0 is outside 1 to 4"),
        (lambda f: inspections(f, "2022-30"), "unknown edition '2022-30'; did you mean '2022-03'?"),
        (lambda f: inspections(f, max_items=-1), "max_items=-1 is below 0"),
        (
            lambda f: inspections(f, "2022-03", areas=["armed_threats"]),
            "unknown area 'armed_threats' in 2022-03",
        ),
    ],
)
def test_arguments_are_checked(make, message, shipped):
    with pytest.raises(ValueError, match=r".") as caught:
        find(make(shipped.only("strategy", "armed_threats")), lambda drawn: True)
    assert message in str(caught.value)


def test_an_unknown_step_is_named(shipped, empty_case):
    with pytest.raises(ValueError, match="unknown step 'lower_assessment'; steps: raise_assessment"):
        list(changes(empty_case("2022-03").inspection, shipped.framework, "lower_assessment"))


def test_every_step_says_what_it_never_does():
    assert {"lowers", "raises"} == {never for never, _ in STEPS.values()}


def test_without_hypothesis_the_error_says_what_to_install():
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from grader.errors import MissingExtraError\n"
        "try:\n    import grader.testing.strategies\n"
        "except MissingExtraError as error:\n    print(error)\n"
    )
    source = Path(grader.__file__).resolve().parents[1]
    made = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "the strategies need hypothesis\n  help: pip install hypothesis\n" == made.stdout
