"""Each sandbox has exactly the findings it says, each shown by a witness that anyone can replay."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from grader.authoring.cases import parse_cases
from grader.authoring.run_cases import Runner
from grader.io.yaml_source import parse_document

ROOT = Path(__file__).resolve().parents[2]
SANDBOXES = ROOT / "examples" / "rule_books"

NAMES = sorted(p.parent.name for p in SANDBOXES.glob("*/rulebook.yaml"))
CODES = {
    "vacuous",
    "redundant",
    "shadowed",
    "overridden",
    "unreachable",
    "non-monotone",
    "uncapped-concern",
    "parameter-order",
    "unused-parameter",
}


@pytest.fixture(scope="module", params=NAMES)
def sandbox(request, opened):
    found = opened(request.param)
    return request.param, found, found.checked


def test_finds_exactly_what_is_expected(sandbox):
    name, _, report = sandbox
    expected = (SANDBOXES / name / "expected.txt").read_text(encoding="utf-8")
    actual = "".join(f"{f.code}: {f.message}\n" for f in report.findings)
    assert expected == actual


def test_every_finding_stands_in_a_file_of_the_rule_book(sandbox):
    name, _, report = sandbox
    for finding in report.findings:
        assert finding.place is not None
        assert finding.place.line > 0
        assert (SANDBOXES / name).resolve() == Path(finding.place.file).resolve().parent


def test_no_promise_is_unknown(sandbox):
    _, _, report = sandbox
    assert "unknown" not in {p.result for p in report.promises}


def test_witnesses_replay_as_rule_tests(sandbox):
    _, found, report = sandbox
    runner = Runner(found.book, found.framework)
    for finding in report.findings:
        if finding.witness is None or not finding.witness.cases:
            continue
        text = yaml.safe_dump({"cases": list(finding.witness.cases)}, sort_keys=False)
        cases = parse_cases(parse_document(text.encode(), "witness.yaml"), found.framework, found.book)
        assert [True] * len(cases) == [runner.run(case).passed for case in cases]


def test_witnesses_of_what_is_not_monotone_go_the_wrong_way(sandbox):
    _, found, report = sandbox
    for finding in report.findings:
        if finding.code == "non-monotone":
            assert finding.witness is not None
            before, after = (case["expect"]["grade"] for case in finding.witness.cases)
            ranks = [found.book.grade_scale.rank(grade) for grade in (before, after)]
            fell = ranks[1] < ranks[0]
            assert ("lowers" in finding.message) == fell
            assert ranks[0] != ranks[1]


def test_there_is_a_sandbox_for_every_finding():
    said = [(SANDBOXES / name / "expected.txt").read_text(encoding="utf-8") for name in NAMES]
    assert CODES == {line.split(":")[0] for text in said for line in text.splitlines()}


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_finding_has_a_page(code):
    page = ROOT / "docs" / "findings" / f"{code}.md"
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {code}\n")
    for heading in ("## What", "## Why it matters", "## How to mend it", "## Example"):
        assert heading in text


@pytest.mark.parametrize("name", NAMES)
def test_every_sandbox_says_what_is_wrong_with_it(name):
    text = (SANDBOXES / name / "README.md").read_text(encoding="utf-8")
    listed = (SANDBOXES / "README.md").read_text(encoding="utf-8")
    assert f"({name}/README.md)" in listed
    assert ("Mend:" in text) == (name != "sound")
