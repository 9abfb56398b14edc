"""What the strategies draw is what the readers accept, and arguments are checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.authoring.changes import STEPS, changes
from grader.authoring.strategies import frameworks, improvements, inspections, rulebooks, steps
from grader.files.frameworks import read_framework
from grader.files.inspections import read_draft, resolve_draft
from grader.language.rulebook import GIVEN_FACTS
from grader.language.typecheck import direction_problems, facts_named, text_problems

ASSESSMENTS = ("falls_short", "partly_meets", "meets", "exceeds")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A file to write YAML to."""
    return tmp_path_factory.mktemp("drawn") / "drawn.yaml"


def written(model, file):
    data = model.model_dump(mode="json", exclude_none=True)
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")
    return file


@settings(max_examples=25, deadline=None)
@given(framework=frameworks())
def test_the_reader_accepts_every_framework(framework, file):
    assert framework == read_framework(written(framework, file)).framework


@settings(max_examples=30, deadline=None)
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


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_every_rule_book_type_checks(data):
    framework = data.draw(frameworks())
    monotone = data.draw(st.booleans())
    book = data.draw(rulebooks(framework, monotone=monotone))
    facts = {**GIVEN_FACTS, **book.facts}
    for rule in book.rules:
        assert set(facts_named(rule.condition)) <= set(facts)
        assert [] == [*direction_problems(rule, facts), *text_problems(rule, facts, book.parameters)]
        assert rule.not_monotone is None or not monotone
    assert len(book.rules) == len({r.id for r in book.rules})


@settings(max_examples=25, deadline=None)
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
        make(shipped.framework).example()
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
        "try:\n    import grader.authoring.strategies\n"
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
