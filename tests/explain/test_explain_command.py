"""`grader explain` as a person meets it: what was set, where evidence came from, why there is no grade."""

from __future__ import annotations

import json

import pytest

from grader import api
from grader.cli.app import run
from grader.session import Session

SET = ("--set", "some=35%")
LINE = "overrides: some 35 % (default 40 %)"


@pytest.fixture
def explain(example_path, capfd):
    def asking(*arguments):
        capfd.readouterr()
        code = run(["explain", str(example_path), *arguments])
        said = capfd.readouterr()
        return code, said.out, said.err

    return asking


ASKED = [(), ("--why-not", "outstanding"), ("--to", "outstanding"), ("--to", "adequate", "--exactly")]


@pytest.mark.parametrize("asked", ASKED)
def test_what_was_set_is_said_in_every_answer(explain, asked):
    assert LINE in explain("responding", *asked, *SET)[1]
    assert {"some": 350} == json.loads(explain("responding", *asked, *SET, "--json")[1])["overrides"]
    assert "overrides" not in explain("responding", *asked)[1]
    assert {} == json.loads(explain("responding", *asked, "--json")[1])["overrides"]


def test_a_quoted_parameter_that_was_set_says_so(explain):
    said = " ".join(explain("workforce", *SET)[1].split())
    assert "adequate needs 35 % (set here; by default 40 %, assumed)" in said
    assert "good needs 80 % (assumed)" in said


def test_evidence_that_came_through_another_area_is_shown_and_marked(explain, example):
    why = api.explain(example, "responding", engine="reference")
    cited = {(c.id, e.id): e for c in why.characteristics for e in (*c.evidence_for, *c.evidence_against)}
    through = {key: e for key, e in cited.items() if e.via}
    assert through
    informs = {
        c.id: [link.id for link in c.informs]
        for a in example.framework.framework.areas
        for c in a.characteristics
    }
    for (characteristic, _), item in cited.items():
        if characteristic in item.tagged:
            assert [] == item.via
        else:
            assert sorted(t for t in item.tagged if characteristic in informs[t]) == item.via
    said = " ".join(explain("responding")[1].split())
    assert [] == [e.id for e in through.values() if f"through {', '.join(e.via)})" not in said]


@pytest.mark.parametrize(
    "asked", [("victims",), ("victims", "--why-not", "good"), ("victims", "--to", "good")]
)
def test_an_area_the_edition_does_not_grade_says_so(explain, asked):
    code, said, _ = explain(*asked)
    assert 0 == code
    assert "edition 2022-03 of the framework gives this area no grade" in " ".join(said.split())


@pytest.mark.parametrize(
    ("arguments", "help"),
    [
        (("responding", "--to", ""), "grades"),
        (("responding", "--to", "great"), "grades"),
        (("responding", "--why-not", "\x00"), "grades"),
        (("responding", "--why-not", "x" * 10_000), "grades"),
        (("responding", "--exactly"), "add --to GRADE"),
        (("",), "areas"),
        (("{area}",), "areas"),
        (("respondign", "--to", "good"), "did you mean 'responding'?"),
    ],
)
def test_what_there_is_not_is_answered_with_what_there_is(explain, arguments, help):
    code, out, err = explain(*arguments)
    assert (2, "") == (code, out)
    assert help in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("area", "grade"),
    [("Responding", "Requires improvement"), ("RESPONDING TO THE PUBLIC", "requires-improvement")],
)
def test_areas_and_grades_may_be_named_as_printed(explain, area, grade):
    code, said, _ = explain(area, "--to", grade, "--exactly", "--json")
    answer = json.loads(said)
    assert (0, "responding", "requires_improvement") == (code, answer["area"], answer["asked"])


@pytest.mark.parametrize("outcome", ["withheld", "unproved", "not_inspected"])
def test_an_area_without_a_grade_says_why(example, outcome):
    from dataclasses import replace

    data = example.inspection.model_dump(mode="json")
    if outcome == "not_inspected":
        data["inspection"]["not_inspected"] = ["strategy"]
    else:
        data["evidence"] = []
    inspection = type(example.inspection).model_validate(data)
    loaded = replace(example, file=replace(example.file, inspection=inspection))
    if outcome == "unproved":  # of such rules no range of grades is told
        loaded = replace(loaded, session=Session(example.framework, replace(example.book, proved=None)))
    said = {
        "withheld": "no grade is proposed, since there is too little to go on",
        "unproved": "no grade is proposed, since there is too little to go on",
        "not_inspected": "not inspected, as the inspection says, so no grade is proposed",
    }[outcome]
    ranged = (
        "not graded (0 of 13 characteristics have findings of their own (0 %); a grade needs 20 % (assumed));"
        " by the grade rules requires improvement to outstanding"
    )
    explained = ranged if outcome == "withheld" else said
    assert api.explain(loaded, "strategy").summary.endswith(explained)
    assert api.why_not(loaded, "strategy", "good").summary.endswith(said)


def test_another_scale_has_its_own_grades(capfd, example_path):
    homes = example_path.parents[1] / "example_care_homes_rowan_house" / "inspection.yaml"
    loaded = api.load(homes)
    for area in loaded.framework.framework.areas_in(loaded.inspection.inspection.edition):
        for grade in loaded.book.grade_scale.names:
            for asked in (("--why-not", grade), ("--to", grade), ("--to", grade, "--exactly")):
                assert 0 == run(["explain", str(homes), area.id, *asked])
    assert 2 == run(["explain", str(homes), area.id, "--to", "adequate"])
    assert "Traceback" not in capfd.readouterr().err
