"""A framework whose levels have scores, and rule books over it written as an author would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.io.frameworks import read_framework
from grader.io.rulebooks import read_rulebook
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework
from grader.model.inspection import Inspection
from grader.vocabulary.peel import PEEL
from grader.vocabulary.words import Scale, Vocabulary

SCORES = {
    "not_assessed": None,
    "not_demonstrated": -2,
    "partly_demonstrated": 1,
    "demonstrated": 3,
    "exceeded": 7,
}
WORDS = replace(
    PEEL,
    id="SCORED",
    statuses=Scale.of("status", *(replace(w, score=SCORES[w.id]) for w in PEEL.statuses.words)),
)


class Scored(Framework):
    """A framework with the words of PEEL, and a score for each of its statuses."""

    @property
    def vocabulary(self) -> Vocabulary:
        return WORDS


TEXT = """
framework: {id: SCORED, title: Scored, publisher: nobody, licence: MIT, status: example, statement: Ours.}
editions: {"2020": {title: First edition, published: 2020}}
grade_scale:
  default: "b"
  grades:
    - {id: "a", title: A, meaning: Best}
    - {id: "b", title: B, meaning: Middle}
    - {id: "c", title: C, meaning: Worst}
provenance: {ours: {title: Ours, trust: Little}}
areas:
  - id: one
    title: One
    editions: {"2020": {graded: true}}
    topics:
      - id: one.1
        title: All
        characteristics:
          - {id: one.1a, text: First, provenance: ours}
          - {id: one.1b, text: Second, provenance: ours}
          - {id: one.1c, text: Third, provenance: ours}
  - id: two
    title: Two
    editions: {"2020": {graded: true}}
    topics:
      - id: two.1
        title: All
        characteristics: [{id: two.1a, text: Fourth, provenance: ours}]
"""

STATUSES = """
layer: status
facts:
  item: {best: assessment, of: evidence, better: more, english: the best item}
rules:
  - {id: s.1, reaches: partly_demonstrated, when: {item: {at_least: partly_meets}}, because: x, source: none}
  - {id: s.2, reaches: demonstrated, when: {item: {at_least: meets}}, because: x, source: none}
  - {id: s.3, reaches: exceeded, when: {item: {at_least: exceeds}}, because: x, source: none}
"""
HEAD = """
rulebook: {id: SCORED, version: "1", framework: SCORED, title: Scored rules}
parameters:
  few: {type: count, default: 2, range: [1, 20], basis: assumed, source: none, why: an example}
  low: {type: points, default: -1, range: [-3, 12], basis: assumed, source: none, why: an example}
  stars: {type: points, unit: stars, default: 2, range: [0, 5], basis: assumed, source: none, why: an example}
"""
LEVEL = {
    "exceeds": "exceeded",
    "meets": "demonstrated",
    "partly_meets": "partly_demonstrated",
    "falls_short": "not_demonstrated",
}


@pytest.fixture(scope="session")
def framework(tmp_path_factory: pytest.TempPathFactory) -> Framework:
    path = tmp_path_factory.mktemp("framework") / "SCORED.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return Scored.model_validate(read_framework(path).framework.model_dump())


@pytest.fixture
def book(framework: Framework, tmp_path: Path) -> Callable[..., RuleBook]:
    """`book(facts, rules)`: a rule book with these in its grade layer; raises what a reader of it sees."""

    def made(facts: str, rules: str = "[]", layer: str = "grade") -> RuleBook:
        (tmp_path / "rulebook.yaml").write_text(HEAD, encoding="utf-8")
        (tmp_path / "statuses.yaml").write_text(STATUSES, encoding="utf-8")
        text = f"layer: {layer}\nfacts:\n{facts}\nrules: {rules}\n"
        (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
        return read_rulebook(tmp_path, framework, "book")

    return made


@pytest.fixture(scope="session")
def inspection() -> Callable[..., Inspection]:
    """`inspection({"one.1a": "meets", ...})`."""

    def made(assessed: dict[str, str]) -> Inspection:
        items = [
            {
                "id": f"E{n}",
                "characteristics": [c],
                "assessment": a,
                "statement": "x",
                "basis": "data",
                "source": "report",
            }
            for n, (c, a) in enumerate(assessed.items())
        ]
        head: dict[str, Any] = {"id": "one", "body": "Somewhere", "framework": "SCORED", "edition": "2020"}
        text = {"inspection": head, "sources": {"report": {"title": "Report"}}, "evidence": items}
        return Inspection.model_validate(yaml.safe_load(yaml.safe_dump(text)))

    return made
