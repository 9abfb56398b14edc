"""The range of a grade where components are not yet scored: whatever they are, the grade lies in it."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from grader.engines.reference import ReferenceEngine
from grader.grading.conclude import LayerEvaluator
from grader.grading.possible import Unassessed
from grader.session import Session

EDITIONS = {"FHRS": "2022", "CQC_KEY_QUESTIONS": "2014", "AGED_CARE_STARS": "2023"}


def inspection(framework: str, scores: dict[str, str]) -> dict[str, Any]:
    items = [
        {"id": name, "characteristics": [name], "assessment": level, "statement": "as published"}
        | {"basis": "document", "source": "report"}
        for name, level in scores.items()
    ]
    head = {"id": "one", "body": "One", "framework": framework, "edition": EDITIONS[framework]}
    return {"inspection": head, "sources": {"report": {"title": "Report"}}, "evidence": items}


def levels(session: Session) -> dict[str, tuple[str, ...]]:
    words = session.framework.framework.vocabulary
    return {
        c.id: tuple(w.said for w in words.scale_of(c.scale).words)
        for _, c in session.framework.framework.characteristics()
    }


@pytest.mark.parametrize("framework", sorted(EDITIONS))
def test_every_way_the_rest_can_be_scored_lies_in_the_range(framework: str) -> None:
    session = Session.open(framework=framework, engine="reference")
    draw = random.Random(framework)
    scale = session.book.grade_scale
    components = levels(session)
    for missing in (1, 2):
        left = draw.sample(sorted(components), missing)
        known = {name: draw.choice(of) for name, of in components.items() if name not in left}
        (area,) = session.load(inspection(framework, known)).proposal.areas
        grades = []
        for rest in itertools.product(*(components[name] for name in left)):
            filled = known | dict(zip(left, rest, strict=True))
            (whole,) = session.load(inspection(framework, filled)).proposal.areas
            grades.append(scale.rank(whole.grade))
        assert area.possible is not None
        assert (min(grades), max(grades)) == tuple(map(scale.rank, area.possible))


# Where levels raise concerns --------------------------------------------------------------------------------


RAISING = """\
layer: finding
facts:
  items: {{count: evidence, where: {{{which}}}, better: fewer, english: items}}
rules:
  - id: breach
    raises: breach
    per: characteristic
    when: {{items: {{at_least: 1}}}}
    because: "{{items}}"
    source: none
"""


@pytest.mark.parametrize(
    ("which", "lowest"),
    [
        ("harm: serious", "20"),
        ("strength: tested", "20"),
        ("extent: widespread, assessment: {at_most: 20}", "score/10"),
    ],
)
def test_an_unassessed_component_is_at_worst_at_the_lowest_level_without_a_concern_or_else_the_lowest(
    two_scales, only_head, which, lowest
):
    (only_head / "findings.yaml").write_text(RAISING.format(which=which))
    kinds = "[{id: breach, title: Breach, caps: true, never_withheld: true}]"
    session = two_scales(("findings: []", f"findings: {kinds}"), rules=only_head)
    framework = session.framework.framework
    evaluator = LayerEvaluator(session.bound, ReferenceEngine(session.bound))
    area = framework.area("body")
    row, _ = Unassessed(evaluator, area, "2024", (), ()).worst("hygiene")
    assert (lowest, "widespread") == (
        framework.vocabulary.assessments.name_of(row["assessment"]),
        framework.vocabulary.extents.name_of(row["extent"]),
    )
