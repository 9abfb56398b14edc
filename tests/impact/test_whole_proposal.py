"""A change is weighed by everything a proposal says, over everything an inspection may hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("z3", reason="the solver is an extra")

from grader.authoring.impact import impact, prove
from grader.io.catalogue import open_rulebook
from grader.language.nodes import Compare, Const, Effect, Level, Op
from grader.language.rulebook import Layer, Measure, Rule
from grader.proofs.rule_change import Comparison, figures
from grader.render.text.impact import impact_for_person

SHIPPED = "PEEL_2021_22"
CARE = "EXAMPLE_CARE_HOMES"


@pytest.fixture(scope="module")
def care():
    _, file, book = open_rulebook(CARE)
    return file.framework, book


def _moves(found, area):
    row = next(a for a in found.proof.areas if a["area"] == area)
    return {name for name, moves in row.items() if moves == "moves"}


def _rule(name, layer, level, effect, target, fact, op, value, scope=None):
    condition = Compare(fact, op, (Const(value),))
    return Rule(name, layer, level, effect, target, condition, "because", "none", scope)


def test_findings_that_vanish_move_though_no_grade_does(changed):
    text = (Path(changed("findings.yaml")) / "findings.yaml").read_text(encoding="utf-8")
    dropped = text[text.index("  - id: practice.innovative") :]
    found = impact(SHIPPED, changed("findings.yaml", (dropped, "")))
    assert {frozenset({"findings"})} == {frozenset(_moves(found, a["area"])) for a in found.proof.areas}


def test_statuses_move_in_an_area_that_is_never_graded(care):
    framework, book = care
    area = framework.areas[1]
    ungraded = area.model_copy(
        update={"editions": {e: how.model_copy(update={"graded": False}) for e, how in area.editions.items()}}
    )
    areas = [ungraded if a is area else a for a in framework.areas]
    other = framework.model_copy(update={"areas": areas})
    rule = next(r for r in book.rules if r.layer is Layer.STATUS and r.effect is Effect.LIMITS)
    narrowed = replace(rule, scope=frozenset(a.id for a in areas if a is not ungraded))
    new = replace(book, rules=tuple(narrowed if r is rule else r for r in book.rules))
    found = prove(book, new, other)
    assert {area.id} == {c["area"] for c in found.cases}
    assert {"statuses", "profile", "findings"} >= {c["part"] for c in found.cases} >= {"statuses"}


def test_an_area_with_too_few_characteristics_is_not_named(care):
    """More than so many can be demonstrated only where there are more."""
    framework, book = care
    rule = _rule("many", Layer.GRADE, Level.AREA, Effect.LIMITS, book.grade_scale.names[0], "listed",
                 Op.MORE_THAN, 5)  # fmt: skip
    assert "listed" in book.facts
    found = prove(book, replace(book, rules=(*book.rules, rule)), framework)
    assert {a.id for a in framework.areas if len(a.counted) > 5} == {c["area"] for c in found.cases}


def test_a_rule_by_which_nothing_more_is_withheld_moves_the_reasons_alone(care):
    framework, book = care
    thin = next(r for r in book.rules if r.layer is Layer.SUFFICIENCY)
    new = replace(book, rules=(*book.rules, replace(thin, id="again")))
    assert {("withheld", "otherwise")} == {
        (c["part"], c["direction"]) for c in prove(book, new, framework).cases
    }


def test_a_fact_that_is_added_stands_in_every_profile(care):
    framework, book = care
    fact = next(f for f in book.facts.values() if f.level is Level.AREA)
    new = replace(book, facts={**book.facts, "another": replace(fact, name="another")})
    found = prove(book, new, framework)
    assert {(a.id, "profile") for a in framework.areas} == {(c["area"], c["part"]) for c in found.cases}


def test_a_share_that_no_area_can_have_is_proved_to_move_nothing(care):
    """Of seven characteristics no share lies from 90.0 to 90.1 %."""
    framework, book = care
    parameter = book.parameters["nearly_all"]
    assert 900 == parameter.default
    new = replace(book, parameters={**book.parameters, "nearly_all": replace(parameter, default=901)})
    assert "nothing" == prove(book, new, framework).result


# Figures --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "before", "after", "expected"),
    [
        ("minutes", -50, -40, (-50, -41)),
        pytest.param("minutes", 150_000, 150_001, (150_000, 150_000), marks=pytest.mark.slow),
        pytest.param("minutes", 2_147_483_646, 2_147_483_647, (2_147_483_646,) * 2, marks=pytest.mark.slow),
        ("percent", 995, 1000, (995, 999)),
    ],
)
def test_figures_range_over_what_the_unit_of_a_measure_allows(care, unit, before, after, expected):
    framework, book = care
    home = framework.areas[0].characteristics[0].id
    measure = Measure("waiting", home, unit, "waiting")
    old, new = (
        replace(
            book,
            measures={"waiting": measure},
            rules=(
                *(r for r in book.rules if r.layer is not Layer.MEASURE),
                _rule("short", Layer.MEASURE, Level.FIGURE, Effect.REACHES, "meets", "figure", Op.AT_LEAST,
                      value, frozenset({"waiting"})),
            ),
        )
        for value in (before, after)
    )  # fmt: skip
    assert [(*expected, "meets", "falls_short")] == [
        (f.lowest, f.highest, f.old, f.new) for f in figures(old, new)
    ]
    found = Comparison(old, new, framework, count=0).compared()
    assert framework.areas[0].id in {c.area for c in found.cases if c.way.part == "statuses"}
    assert {f.figure for c in found.cases for f in c.situation.figures} <= {
        *range(expected[0], expected[1] + 1)
    }


# Drawn and proved -----------------------------------------------------------------------------------------


def test_the_solver_alone_finds_what_drawing_finds(care):
    framework, book = care
    parameter = next(iter(book.parameters.values()))
    other = replace(parameter, default=parameter.default - 1)
    new = replace(book, parameters={**book.parameters, parameter.name: other})
    drawn, alone = (Comparison(book, new, framework, count=n).compared() for n in (200, 0))
    assert drawn.moves == alone.moves


def test_every_way_of_every_area_is_answered_in_one_order(care):
    framework, book = care
    new = replace(book, rules=book.rules[1:])
    found = prove(book, new, framework)
    assert [a.id for a in framework.areas] == [a["area"] for a in found.areas]
    assert not {"unknown"} & {v for a in found.areas for v in a.values()}


def test_the_table_says_by_area_what_moves(made_stricter):
    out = "\n".join(impact_for_person(made_stricter))
    assert "  lower    area\n  moves    victims, " in out
    assert "\n  never moves: recording" in out
    assert 80 >= max(map(len, out.splitlines()))
