"""A framework whose levels have scores, and rule books over it written as an author would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.io.frameworks import read_framework
from grader.io.rulebooks import read_rulebook
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework
from grader.model.inspection import Inspection

#: Levels worst first: `up` scores more as things get better, `down` less; `plain` has no scores.
TEXT = """
framework: {id: SCORED, title: Scored, publisher: nobody, licence: MIT, status: example, statement: Ours.}
editions: {"2020": {title: First edition, published: 2020}}
scales:
  up:
    levels: [{id: low, score: -2}, {id: mid, score: 1}, {id: high, score: 3}, {id: top, score: 7}]
    outside: [{id: unclear, for_the_grade: not_assessed}]
  down: {levels: [{id: 25, score: 25}, {id: 10, score: 10}, {id: 0, score: 0}]}
  plain: {levels: [{id: weak}, {id: strong}]}
statuses: {status: as_assessed, several: lowest}
findings: []
grade_scale:
  default: "b"
  grades:
    - {id: "a", title: A, meaning: Best}
    - {id: "b", title: B, meaning: Middle}
    - {id: "c", title: C, meaning: Worst}
areas:
  - id: one
    title: One
    editions: {"2020": {graded: true}}
    topics:
      - id: one.1
        title: All
        characteristics:
          - {id: one.1a, scale: up, text: First}
          - {id: one.1b, scale: up, text: Second}
          - {id: one.1c, scale: up, text: Third}
  - id: two
    title: Two
    editions: {"2020": {graded: true}}
    topics:
      - id: two.1
        title: All
        characteristics:
          - {id: two.1a, scale: up, text: Fourth}
          - {id: two.1b, scale: down, text: Fifth}
          - {id: two.1c, scale: plain, text: Sixth}
"""
HEAD = """
rulebook: {id: SCORED, version: "1", framework: SCORED, title: Scored rules}
parameters:
  few: {type: count, default: 2, range: [1, 20], basis: assumed, source: none, why: an example}
  low: {type: points, default: -1, range: [-3, 12], basis: assumed, source: none, why: an example}
  stars: {type: points, unit: stars, default: 2, range: [0, 5], basis: assumed, source: none, why: an example}
"""
SAID = {"statement": "x", "basis": "data", "source": "report"}


@pytest.fixture(scope="session")
def framework(tmp_path_factory: pytest.TempPathFactory) -> Framework:
    path = tmp_path_factory.mktemp("framework") / "SCORED.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return read_framework(path).framework


@pytest.fixture
def framework_file(tmp_path: Path) -> Callable[[str, str], Path]:
    """`framework_file(old, new)`: the framework's file with a text changed."""

    def made(old: str, new: str) -> Path:
        path = tmp_path / "CHANGED.yaml"
        path.write_text(TEXT.replace(old, new), encoding="utf-8")
        return path

    return made


@pytest.fixture
def book(framework: Framework, tmp_path: Path) -> Callable[..., RuleBook]:
    """`book(facts, rules)`: a rule book with these in one layer, as its reader finds it."""

    def made(facts: str, rules: str = "[]", layer: str = "grade") -> RuleBook:
        (tmp_path / "rulebook.yaml").write_text(HEAD, encoding="utf-8")
        text = f"layer: {layer}\nfacts:\n{facts}\nrules: {rules}\n"
        (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
        return read_rulebook(tmp_path, framework, "book")

    return made


@pytest.fixture(scope="session")
def inspection() -> Callable[..., Inspection]:
    """`inspection({"one.1a": "high", ...})`."""

    def made(assessed: dict[str, str]) -> Inspection:
        items = [
            {"id": f"E{n}", "characteristics": [c], "assessment": a, **SAID}
            for n, (c, a) in enumerate(assessed.items())
        ]
        head = {"id": "one", "body": "Somewhere", "framework": "SCORED", "edition": "2020"}
        text = {"inspection": head, "sources": {"report": {"title": "Report"}}, "evidence": items}
        return Inspection.model_validate(text)

    return made
