"""Frameworks with scales of their own: the reference, durable-rules and columns conclude alike; steps too."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.explanations.smallest_change import smallest_change
from grader.grading.run import run
from grader.session import Session
from grader.testing.strategies import inspections

pl = pytest.importorskip("polars", reason="grading at scale needs the extra: inspection-grader[columnar]")
WAYS = ("latest", "lowest", "best")


@pytest.fixture(scope="module")
def sessions(two_scales) -> list[Session]:
    several = [two_scales(("several: latest", f"several: {way}")) for way in WAYS]
    return [*several, Session.open(framework="CQC_KEY_QUESTIONS", engine="reference")]


@given(data=st.data(), which=st.sampled_from(range(4)))
def test_columns_give_the_rows_of_the_reference(data, which, sessions):
    from grader.bulk.backends import backend
    from grader.bulk.coding import rows_of
    from grader.bulk.plan import plans
    from grader.bulk.rows import in_columns, of_proposal, schema

    session = sessions[which]
    framework = session.framework.framework
    (edition,) = framework.editions
    plan = plans(framework, session.book)[edition]
    found = data.draw(st.lists(inspections(framework, edition, max_items=6), min_size=1, max_size=4))
    rows, run_on = rows_of(plan, found), backend("polars")
    ids = pl.DataFrame({"number": range(len(found)), "inspection": rows.ids})
    actual = in_columns(plan, run_on, rows.coded(run_on), ids).drop("number").to_dicts()
    names = [n.removeprefix("profile.") for n in schema(session.book) if n.startswith("profile.")]
    expected = [row for each in found for row in of_proposal(session.load(each).propose(hinges=False), names)]
    assert expected == actual


@settings(max_examples=8)
@given(data=st.data(), which=st.sampled_from(range(4)))
def test_durable_rules_conclude_as_the_reference_does(data, which, sessions):
    pytest.importorskip("durable", reason="durable-rules is not installed")
    session = sessions[which]
    given = data.draw(inspections(session.framework.framework, max_items=6))
    on_rete = session.at(engine="rete").load(given).proposal
    assert session.load(given).proposal.areas == on_rete.areas


@settings(max_examples=8)
@given(data=st.data(), which=st.sampled_from(range(4)))
def test_a_hinge_is_an_item_whose_removal_changes_the_conclusion(data, which, sessions):
    session = sessions[which]
    framework = session.framework.framework
    given = data.draw(inspections(framework, max_items=6))
    hinges = {h.evidence for area in session.load(given).proposal.areas for h in area.hinges}

    def concluded(inspection):
        areas = run(inspection, framework, session.evaluator).areas.values()
        return [(a.outcome, a.decision and a.decision.rank) for a in areas]

    before = concluded(given)
    moving = {
        item.id
        for item in given.evidence
        if concluded(given.model_copy(update={"evidence": [e for e in given.evidence if e is not item]}))
        != before
    }
    assert moving == hinges


@settings(max_examples=8)
@given(data=st.data(), which=st.sampled_from(range(4)))
def test_a_smallest_change_gives_what_it_says(data, which, sessions):
    session = sessions[which]
    framework = session.framework.framework
    loaded = session.load(data.draw(inspections(framework, max_items=5)))
    (area,) = loaded.proposal.areas
    for grade in framework.grades_worst_first:
        found = smallest_change(
            loaded, area.area, grade
        )  # applied and graded again: raises where it is not so
        assert found.result != "gave_up"
