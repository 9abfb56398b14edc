import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.authoring.cases import parse_cases
from grader.authoring.mutation import mutate
from grader.authoring.run_cases import run_all
from grader.io.catalogue import open_rulebook
from grader.io.yaml_source import parse_document

ROOT = Path(__file__).resolve().parents[2]
DOC = ROOT / "docs" / "rule_tests.md"
HOMES = ROOT / "examples" / "example_care_homes_rowan_house" / "inspection.yaml"


def test_the_cases_shown_pass():
    text = re.search(r"```yaml\n(.+?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)[1]
    _, framework, book = open_rulebook("PEEL_2021_22")
    cases = parse_cases(parse_document(text.encode(), str(DOC)), framework.framework, book)

    results = run_all(book, framework.framework, cases)

    assert 3 == len(results)
    assert [] == [(m.subject, m.actual) for r in results for m in r.misses]


def test_the_test_shown_passes_and_draws_its_inspections(monkeypatch):
    monkeypatch.chdir(DOC.parents[1])
    section = DOC.read_text(encoding="utf-8").split("## Any inspection")[1]
    scope = {}
    exec(re.search(r"```python\n(.+?)```", section, re.DOTALL)[1], scope)
    (shown,) = (made for name, made in scope.items() if name.startswith("test_"))
    shown()
    with pytest.raises(AssertionError):
        shown.hypothesis.inner_test(_with_outstanding_on_nothing(scope))


def _with_outstanding_on_nothing(scope):
    """Makes the shown test's grades such as it says there are none of."""
    inspection = scope["session"].load(HOMES).inspection
    area = SimpleNamespace(grade="outstanding", profile={"demonstrated": 0})
    scope["grader"] = SimpleNamespace(grade=lambda drawn: SimpleNamespace(areas=[area]))
    return inspection


@pytest.mark.slow
def test_the_numbers_of_mutants_are_those_counted():
    report = mutate("PEEL_2021_22", search=False)
    counts = report.counts
    noticed = counts["case"] + counts["load"]

    said = (
        f"{noticed} of {len(report.tried)} mutants are noticed ({report.percent:.1f} %):"
        f" {counts['case']} by a case, {counts['load']} when"
    )
    assert said in DOC.read_text(encoding="utf-8")
    assert f"The {counts['survived']} that survive" in DOC.read_text(encoding="utf-8")
