"""Drawn versions of an inspection: the shares are those of grading each version by itself."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import api
from grader.bulk import simulate as module
from grader.bulk.simulate import simulate
from grader.cli import main
from grader.errors import InputError
from grader.io.frameworks import FrameworkFile
from grader.io.inspections import InspectionFile
from grader.session import LoadedInspection, Session
from grader.testing.strategies import frameworks, inspections, rulebooks
from grader.vocabulary.peel import ASSESSMENTS


def drawn_one_by_one(inputs, draws, seed, step, characteristics, passes):
    """The same draws, each made into an inspection and graded from the start."""
    generator = np.random.default_rng(seed)
    items = sorted(inputs.inspection.evidence, key=lambda e: e.id)
    ranks, which = {item.id: [] for item in items}, {item.id: [] for item in items}
    ways = {item.id: module.taggings(item, inputs.framework.framework) for item in items}
    for start in range(0, draws, module.BLOCK):
        many = min(module.BLOCK, draws - start)
        drawing = module.Drawing(inputs, draws, seed, step, characteristics)
        for item in items:
            ranks[item.id] += drawing.drawn(item, generator, many).tolist()
        for item in items:
            which[item.id] += drawing.tagging(ways[item.id], generator, many).tolist()
    versions = [
        inputs.inspection.model_copy(
            update={
                "evidence": [
                    e.model_copy(
                        update={
                            "assessment": ASSESSMENTS.name_of(ranks[e.id][n]),
                            "measure": None,
                            "characteristics": list(ways[e.id][which[e.id][n]].characteristics),
                        }
                    )
                    for e in inputs.inspection.evidence
                ]
            }
        )
        for n in range(draws)
    ]
    return passes(inputs.framework.framework, inputs.book, versions)


def shares_of(passed, area, scale):
    found = dict.fromkeys((*reversed(scale.names), "withheld"), 0)
    for each in passed:
        case = each.areas[area]
        found["withheld" if case.decision is None else scale.name_of(case.decision.rank)] += 1
    return {name: many / len(passed) for name, many in found.items()}


@settings(suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_shares_are_those_of_grading_each_version(data, passes):
    framework = data.draw(frameworks())
    book = data.draw(rulebooks(framework))
    edition = data.draw(st.sampled_from(sorted(framework.editions)))
    inspection = data.draw(inspections(framework, edition, measures=book.measures))
    inputs = LoadedInspection(Session(FrameworkFile(framework), book), InspectionFile(inspection))
    seed, step = data.draw(st.integers(0, 99)), data.draw(st.sampled_from((0.0, 0.3, 1.0)))
    rate = data.draw(st.sampled_from((0.0, 0.3, 1.0)))
    found = simulate(inputs, draws=20, seed=seed, step=step, characteristics=rate)
    passed = drawn_one_by_one(inputs, 20, seed, step, rate, passes)
    for area in found.areas:
        case = passed[0].areas.get(area.area)
        if case is None or case.outcome == "ungraded":
            assert {} == area.shares
        else:
            assert shares_of(passed, area.area, book.grade_scale) == area.shares


def test_blocks_change_nothing_but_memory(monkeypatch, example, passes):
    monkeypatch.setattr(module, "BLOCK", 7)
    found = simulate(example, draws=20, seed=3, step=0.4, characteristics=0.2)
    passed = drawn_one_by_one(example, 20, 3, 0.4, 0.2, passes)
    by_area = {a.area: a.shares for a in found.areas if a.shares}
    assert by_area == {a: shares_of(passed, a, example.book.grade_scale) for a in by_area}
    assert len(by_area) == 10


@pytest.fixture(scope="module")
def example(example_path):
    return api.load(example_path)


def test_no_step_is_the_proposal_but_for_figures(example):
    found = simulate(example, draws=50, step=0, characteristics=0)
    graded = [a for a in found.areas if a.shares and a.area != "recording"]  # whose rate has an interval
    assert {a.area: 1.0 for a in graded} == {a.area: a.shares[a.proposed] for a in graded}


def test_the_same_seed_is_the_same_answer_in_any_order_of_evidence(example):
    turned = example.inspection.model_copy(update={"evidence": example.inspection.evidence[::-1]})
    other = LoadedInspection(example.session, InspectionFile(turned))
    assert simulate(example, draws=200).to_json() == simulate(other, draws=200).to_json()
    assert simulate(example, draws=200).areas != simulate(example, draws=200, seed=2).areas


def test_a_step_moves_as_often_as_it_says(example):
    item = next(e for e in example.inspection.evidence if e.assessment == "meets")
    drawing = module.Drawing(example, 100_000, 1, 0.1, 0)
    drawn = drawing.drawn(item, np.random.default_rng(1), 100_000)
    shares = np.bincount(drawn, minlength=5) / 100_000
    assert [0.0, 0.0, 0.05, 0.9, 0.05] == pytest.approx(shares.tolist(), abs=0.004)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"draws": 0}, "0 is out of range"),
        ({"draws": 10_000_001}, "10000001 is out of range"),
        ({"seed": -1}, "-1 is out of range"),
        ({"step": 1.5}, "1.5 is out of range"),
        ({"step": float("nan")}, "nan is out of range"),
    ],
)
def test_arguments_out_of_range_are_refused(given, said, example):
    with pytest.raises(InputError, match=said):
        simulate(example, **given)


def test_the_command_prints_json_alone(capsys, example_path):
    assert 0 == main(["simulate", str(example_path), "--draws", "50", "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert ("grader.simulation/1", 50, 1, 0.005) == tuple(
        answer[k] for k in ("schema", "draws", "seed", "step")
    )


def test_the_command_fits_eighty_columns(capsys, example_path):
    assert 0 == main(["simulate", str(example_path), "--draws", "50", "--step", "20%"])
    out = capsys.readouterr().out
    assert 80 >= max(map(len, out.splitlines()))
    said = " ".join(out.split())
    assert "with probability 20 %" in said
    assert "The probabilities are assumed" in said


def test_a_step_that_is_no_number_is_exit_2(capsys, example_path):
    assert 2 == main(["simulate", str(example_path), "--step", "often"])
    assert "'often' is no probability\n  help: write a per cent, as in 10%" in capsys.readouterr().err


@pytest.mark.parametrize(("bare", "readings"), [("0.1", "0.1%, or 10%"), ("10", "10%, or 1000%")])
def test_a_step_that_may_mean_two_things_is_an_error_with_both(capsys, example_path, bare, readings):
    assert 2 == main(["simulate", str(example_path), "--step", bare])
    assert f"'{bare}' may mean two things\n  help: write {readings}" in capsys.readouterr().err
